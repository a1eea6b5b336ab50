//! The day's picture: how the orders stand, what keeps them, how long they take, and what tax they bear. Charts are drawn by
//! the server.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State as Shared;
use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use maud::{Markup, html};
use ports::clock::beijing;
use ports::fault::Text;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

use super::layout::{self, Place, figure, percent};
use super::orders::{self, Board, Look, Orders, Why, state_tone};
use super::trouble::Trouble;
use super::view::{View, count};
use super::{Site, work};
use crate::lifecycle::{State, state_name};

/// Days of the chart of taxes.
const DAYS: i64 = 14;
/// Reasons that are shown.
const REASONS: usize = 8;
/// The width of a bar that is full, and the heights of bars and columns.
const FULL: u64 = 420;
const COLUMN: u64 = 120;

const TITLE: Text = Text { zh: "今日概况", en: "The day" };
const EMPTY: Text = Text {
    zh: "还没有订单，这里会显示每天的情况。",
    en: "There are no orders yet; this page will show how each day went.",
};
const TODAY: Text = Text { zh: "今天收到", en: "came today" };
const RELEASED_TODAY: Text = Text { zh: "今天放行", en: "released today" };
const WAITING: Text = Text { zh: "等人处理", en: "wait for a person" };
const TAX_TODAY: Text = Text { zh: "今天税款（元）", en: "tax of today (yuan)" };
const BY_STATE: Text = Text { zh: "订单状态", en: "Orders by state" };
const BY_REASON: Text = Text { zh: "暂缓和退单的原因", en: "Why orders are held or refused" };
const NO_REASON: Text =
    Text { zh: "没有被暂缓或退单的订单。", en: "No order is held or refused." };
const TIMES: Text = Text { zh: "从收到订单到放行", en: "From the order to its release" };
const NO_TIMES: Text = Text { zh: "还没有放行的订单。", en: "No order was released yet." };
const TAX: Text =
    Text { zh: "每天的税款（元），最近 14 天", en: "Tax by day (yuan), the last 14 days" };
const NO_TAX: Text = Text { zh: "这些天没有申报税款。", en: "No tax was declared in these days." };

/// How long a release took, by the upper bounds of the groups.
const GROUPS: [(i64, Text); 6] = [
    (10, Text { zh: "10 分钟内", en: "up to 10 min" }),
    (30, Text { zh: "30 分钟内", en: "up to 30 min" }),
    (60, Text { zh: "1 小时内", en: "up to 1 h" }),
    (180, Text { zh: "3 小时内", en: "up to 3 h" }),
    (1_440, Text { zh: "1 天内", en: "up to a day" }),
    (i64::MAX, Text { zh: "超过 1 天", en: "longer" }),
];

/// A bar of a chart.
struct Bar {
    name: String,
    number: u64,
    tone: &'static str,
    to: Option<String>,
}

pub(super) async fn page(Shared(site): Shared<Arc<Site>>, view: View) -> Result<Markup, Trouble> {
    let (own, seen) = (Arc::clone(&site), view.clone());
    let content = work(&view, move || Board::look(&own, |orders| picture(&own, &seen, orders))).await?;
    let content = match content {
        Look::Seen(content) => content,
        Look::Reading(done) => html! { h1 { (view.t(&TITLE)) } (orders::being_read(&view, done)) },
    };
    Ok(layout::page(&view, view.t(&TITLE), Place::Day, content))
}

fn picture(site: &Site, view: &View, orders: &Orders) -> Markup {
    let today = site.now().to_zoned(beijing()).date();
    let whole = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let states: Vec<Bar> = orders
        .counts()
        .iter()
        .map(|(state, number)| Bar {
            name: view.t(&state_name(*state)).to_owned(),
            number: whole(*number),
            tone: state_tone(*state),
            to: Some(format!("/orders?state={}", state.word())),
        })
        .collect();
    let (mut reasons, mut times, mut taxes) = (BTreeMap::new(), [0_u64; GROUPS.len()], BTreeMap::new());
    let (mut came, mut released, mut waiting) = (0_u64, 0_u64, 0_u64);
    for row in orders.rows() {
        came += u64::from(row.opened_on == today);
        if matches!(row.state, State::Held | State::Refused) {
            waiting += 1;
            row.why.iter().for_each(|why| *reasons.entry(&**why).or_insert(0_u64) += 1);
        }
        if row.state == State::Released {
            released += u64::from(row.since_on == today);
            let minutes = row.since.duration_since(row.opened_at).max(SignedDuration::ZERO).as_mins();
            if let Some(group) = GROUPS.iter().position(|(most, _)| minutes <= *most) {
                times[group] += 1;
            }
        }
        if let Some(tax) = row.tax {
            let sum: &mut Decimal = taxes.entry(row.opened_on).or_default();
            *sum = sum.checked_add(tax).unwrap_or(*sum);
        }
    }
    let mut reasons: Vec<(&Why, u64)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(why, number)| (std::cmp::Reverse(*number), *why));
    let reasons: Vec<Bar> =
        reasons.into_iter().take(REASONS).map(|(why, number)| reason(site, view, why, number)).collect();
    let times: Vec<Bar> = GROUPS
        .iter()
        .zip(times)
        .map(|((_, name), number)| Bar { name: view.t(name).to_owned(), number, tone: "good", to: None })
        .collect();
    let tax_today = taxes.get(&today).copied().unwrap_or_default();
    html! {
        h1 { (view.t(&TITLE)) " " span.hint { (today) } }
        @if orders.is_empty() { section.card { p.empty { (view.t(&EMPTY)) } } } @else {
            dl.figures {
                (figure(&count(came), view.t(&TODAY), "plain"))
                (figure(&count(released), view.t(&RELEASED_TODAY), "good"))
                (figure(&count(waiting), view.t(&WAITING), if waiting > 0 { "warn" } else { "none" }))
                (figure(&yuan(tax_today), view.t(&TAX_TODAY), "plain"))
            }
            div.charts {
                (chart(view.t(&BY_STATE), "by-state", &states, ""))
                (chart(view.t(&BY_REASON), "by-reason", &reasons, view.t(&NO_REASON)))
                (chart(view.t(&TIMES), "times", &times, view.t(&NO_TIMES)))
                (columns(view, today, &taxes))
            }
        }
    }
}

fn reason(site: &Site, view: &View, why: &Why, number: u64) -> Bar {
    Bar {
        name: why.words(site, view.lang),
        number,
        tone: "warn",
        to: Some(format!("/orders?why={}", percent(&why.key))),
    }
}

/// Bars, each with its name above it and its number behind it.
fn chart(title: &str, id: &str, bars: &[Bar], none: &str) -> Markup {
    let most = bars.iter().map(|bar| bar.number).max().unwrap_or(0);
    html! {
        section.card aria-labelledby=(id) {
            h2 id=(id) { (title) }
            @if most == 0 { p.hint { (none) } } @else {
                ul.bars {
                    @for bar in bars {
                        li {
                            span.bar-name { @if let Some(to) = &bar.to { a href=(to) { (bar.name) } } @else { (bar.name) } }
                            svg.bar viewBox={ "0 0 " (FULL) " 14" } preserveAspectRatio="none" aria-hidden="true" {
                                rect.ground width=(FULL) height="14" rx="3" {}
                                rect class={ "fill " (bar.tone) } width=(length(bar.number, most, FULL)) height="14" rx="3" {}
                            }
                            span.bar-number { (count(bar.number)) }
                        }
                    }
                }
            }
        }
    }
}

/// Whole yuan, halves upwards.
fn whole_yuan(tax: Decimal) -> u64 {
    tax.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_u64().unwrap_or_default()
}

/// An amount with its fen: 1,976.85.
fn yuan(tax: Decimal) -> String {
    let fen = tax.fract().abs() * Decimal::ONE_HUNDRED;
    format!("{}.{:02}", count(tax.trunc().to_u64().unwrap_or_default()), fen.to_u64().unwrap_or_default())
}

/// The length of a bar; what is not nothing can be seen.
fn length(number: u64, most: u64, full: u64) -> u64 {
    if number == 0 { 0 } else { (number.saturating_mul(full) / most.max(1)).max(3) }
}

/// Taxes as columns, a day each.
fn columns(view: &View, today: Date, taxes: &BTreeMap<Date, Decimal>) -> Markup {
    let days: Vec<(Date, Decimal)> = (0..DAYS)
        .rev()
        .filter_map(|ago| today.checked_sub(ago.days()).ok())
        .map(|day| (day, taxes.get(&day).copied().unwrap_or_default()))
        .collect();
    let most = days.iter().map(|(_, tax)| whole_yuan(*tax)).max().unwrap_or(0);
    html! {
        section.card aria-labelledby="taxes" {
            h2 #taxes { (view.t(&TAX)) }
            @if most == 0 { p.hint { (view.t(&NO_TAX)) } } @else {
                svg.columns viewBox={ "0 0 " (DAYS * 40) " " (COLUMN + 44) } role="img" aria-labelledby="taxes" {
                    @for (index, (day, tax)) in (0_u64..).zip(&days) {
                        @let height = length(whole_yuan(*tax), most, COLUMN);
                        @let (left, middle) = (index * 40 + 6, index * 40 + 20);
                        rect.fill.change x=(left) y=(COLUMN + 18 - height) width="28" height=(height) rx="3" {
                            title { (day) ": " (yuan(*tax)) }
                        }
                        @if height > 0 { text.value x=(middle) y=(COLUMN + 13 - height) text-anchor="middle" { (whole_yuan(*tax)) } }
                        text.day x=(middle) y=(COLUMN + 36) text-anchor="middle" { (day.day()) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::{length, whole_yuan, yuan};

    #[test]
    fn amounts_are_told_with_their_fen_and_drawn_in_whole_yuan() {
        let tax = |fen: i64| Decimal::new(fen, 2);
        assert_eq!(
            [0, 5, 197_685, 123_456_700].map(|fen| yuan(tax(fen))),
            ["0.00", "0.05", "1,976.85", "1,234,567.00"]
        );
        assert_eq!([49, 50, 197_685].map(|fen| whole_yuan(tax(fen))), [0, 1, 1_977]);
    }

    #[test]
    fn bars_are_in_proportion_and_none_is_lost() {
        assert_eq!(
            [length(0, 9, 420), length(9, 9, 420), length(3, 9, 420), length(1, 9_000, 420)],
            [0, 420, 140, 3]
        );
    }
}
