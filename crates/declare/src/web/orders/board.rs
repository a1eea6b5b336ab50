//! The board: how many orders are in which state, and which.

use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use maud::{Markup, html};
use ports::fault::Text;
use ports::store::StoreError;
use serde::Deserialize;

use super::super::layout::{self, Place, percent};
use super::super::paging::{self, Pages};
use super::super::trouble::Trouble;
use super::super::view::{View, count};
use super::super::{Site, work};
use super::index::{Orders, Row, Search, Why};
use super::live::{Board, Look};
use super::{address, being_read, state};
use crate::build;
use crate::lifecycle::{State, state_name};
use crate::pipeline::layout::{self as store_layout, Owned};

/// Orders of a page.
const ORDERS: usize = 50;
/// How often a page that stays open looks again, for htmx.
const LOOK_AGAIN: &str = "every 15s";
/// Characters of the shortest number that belongs to an order: shorter texts are parts of one.
const LEAST_NUMBER: usize = 6;

const TITLE: Text = Text { zh: "订单", en: "Orders" };
const EMPTY: Text = Text {
    zh: "还没有订单。先导入商品备案，再运行 customs declare run 读取订单。",
    en: "There are no orders yet. Import the filings first, then have customs declare run read the orders.",
};
const TO_FILINGS: Text = Text { zh: "去导入备案", en: "Import filings" };
const STATES: Text = Text { zh: "按状态筛选", en: "Filter by state" };
const ALL: Text = Text { zh: "全部", en: "All" };
const SEARCH: Text = Text {
    zh: "搜索订单号、运单号、清单编号",
    en: "Search order, waybill or inventory number",
};
const GO: Text = Text { zh: "搜索", en: "Search" };
const FOUND: Text = Text { zh: "{found} 个订单，截至 {at}", en: "Orders found: {found}, as of {at}" };
const NONE_FOUND: Text = Text { zh: "没有符合条件的订单。", en: "No order fits." };
const CLEAR: Text = Text { zh: "清除筛选", en: "Clear the search" };
const WHY: Text = Text { zh: "原因：{why}", en: "Reason: {why}" };
const NUMBER: Text = Text { zh: "订单号", en: "Order" };
const STATE: Text = Text { zh: "状态", en: "State" };
const SINCE: Text = Text { zh: "从何时起", en: "Since" };
const REASON: Text = Text { zh: "原因", en: "Reason" };
const KNOWN: Text = Text { zh: "收到订单", en: "Known since" };

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    state: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    page: usize,
}

impl Wanted {
    fn address(&self, state: Option<State>, page: usize) -> String {
        let state = state.map_or("", State::word);
        format!("/orders?state={state}&why={}&text={}&page={page}", percent(&self.why), percent(&self.text))
    }
}

pub(super) async fn page(
    Shared(site): Shared<Arc<Site>>,
    view: View,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, Trouble> {
    let (own, seen) = (Arc::clone(&site), view.clone());
    let content = work(&view, move || {
        let search = search(&own, &wanted)?;
        Board::look(&own, |orders| {
            html! {
                @if orders.is_empty() { (none_yet(&seen)) } @else { (board(&own, &seen, orders, &wanted, &search)) }
            }
        })
    });
    let content = match content.await? {
        Look::Seen(content) => content,
        Look::Reading(done) => being_read(&view, done),
    };
    let content = html! { h1 { (view.t(&TITLE)) } (content) };
    Ok(layout::page(&view, view.t(&TITLE), Place::Orders, content))
}

/// What is looked for. A number written out in full leads to its order, whatever kind of number it is.
fn search(site: &Site, wanted: &Wanted) -> Result<Search, StoreError> {
    let text = wanted.text.trim().to_owned();
    let state = State::of_word(&wanted.state);
    let owner = if text.chars().count() < LEAST_NUMBER { None } else { owner(site, &text)? };
    Ok(Search { state, why: wanted.why.clone(), text, owner })
}

/// Whose a number is: customs' of an inventory, our own of a document, a waybill's, a payment's.
fn owner(site: &Site, number: &str) -> Result<Option<String>, StoreError> {
    let store = site.store.as_ref();
    for key in [store_layout::inventory(number), store_layout::own(number)] {
        if let Some(found) = store.get(&key)? {
            return Ok(Some(found.record::<Owned>()?.order_no));
        }
    }
    build::owner_of(store, number)
}

/// In place of the board as long as there are no orders: the first ones may come while somebody looks.
fn none_yet(view: &View) -> Markup {
    html! {
        section.card #orders hx-get=(view.here) hx-trigger=(LOOK_AGAIN) hx-select="#content" hx-target="#content" hx-swap="outerHTML" {
            p.empty { (view.t(&EMPTY)) }
            // By its name a keyboard's place is kept when it is exchanged.
            p.empty { a.button.main #to-filings href="/filings" { (view.t(&TO_FILINGS)) } }
        }
    }
}

fn board(site: &Site, view: &View, orders: &Orders, wanted: &Wanted, search: &Search) -> Markup {
    let state = search.state;
    let (found, _) = orders.search(search, 0, 0);
    let pages = Pages::new(found, ORDERS, wanted.page);
    let (_, rows) = orders.search(search, pages.first(), ORDERS);
    html! {
        form.search.two role="search" method="get" action="/orders" hx-get="/orders" hx-target="#orders" hx-select="#orders"
            hx-swap="outerHTML" hx-push-url="true" hx-trigger="submit, input delay:300ms from:#text" {
            label.sight-less for="text" { (view.t(&SEARCH)) }
            input #text type="search" name="text" value=(wanted.text) placeholder=(view.t(&SEARCH)) autocomplete="off";
            input type="hidden" name="state" value=(wanted.state);
            button type="submit" { (view.t(&GO)) }
        }
        section #orders hx-get=(wanted.address(state, wanted.page)) hx-trigger=(LOOK_AGAIN) hx-select="#orders" hx-swap="outerHTML" {
            nav.chips aria-label=(view.t(&STATES)) {
                a.chip href=(wanted.address(None, 1)) aria-current=[state.is_none().then_some("true")] {
                    (view.t(&ALL)) " " b { (count(orders.len())) }
                }
                @for (of, number) in orders.counts() {
                    a class={ "chip " (state::tone(*of)) } href=(wanted.address(Some(*of), 1))
                        aria-current=[(state == Some(*of)).then_some("true")] {
                        (view.t(&state_name(*of))) " " b { (count(*number)) }
                    }
                }
            }
            div.card {
                p.hint role="status" {
                    (view.fill(&FOUND, &[("found", count(found)), ("at", view.minute(orders.at))]))
                    @if !wanted.why.is_empty() { " · " (view.fill(&WHY, &[("why", wanted.why.clone())])) }
                }
                @if rows.is_empty() {
                    p.empty { (view.t(&NONE_FOUND)) }
                    p.empty { a.button href="/orders" { (view.t(&CLEAR)) } }
                } @else { (table(site, view, &rows)) }
                (paging::links(view, &pages, |page| wanted.address(state, page)))
            }
        }
    }
}

fn table(site: &Site, view: &View, rows: &[&Row]) -> Markup {
    html! {
        table.list {
            thead {
                tr {
                    th scope="col" { (view.t(&NUMBER)) }
                    th scope="col" { (view.t(&STATE)) }
                    th scope="col" { (view.t(&REASON)) }
                    th scope="col" { (view.t(&SINCE)) }
                    th scope="col" { (view.t(&KNOWN)) }
                }
            }
            tbody {
                @for row in rows {
                    tr {
                        td.code data-name=(view.t(&NUMBER)) { a href=(address(&row.order_no)) { (row.order_no) } }
                        td data-name=(view.t(&STATE)) { (badge(view, row.state)) }
                        td data-name=(view.t(&REASON)) { (reasons(site, view, &row.why)) }
                        td.when data-name=(view.t(&SINCE)) { (view.minute(row.since)) }
                        td.when data-name=(view.t(&KNOWN)) { (view.minute(row.opened_at)) }
                    }
                }
            }
        }
    }
}

/// The state as a badge.
pub(super) fn badge(view: &View, of: State) -> Markup {
    html! { span class={ "badge " (state::tone(of)) } { (view.t(&state_name(of))) } }
}

/// What keeps it, in short.
fn reasons(site: &Site, view: &View, why: &[Arc<Why>]) -> Markup {
    html! {
        @for (index, why) in why.iter().enumerate() {
            @if index > 0 { br; }
            a.quiet href={ "/orders?why=" (percent(&why.key)) } title=(why.key) { (why.words(site, view.lang)) }
        }
    }
}
