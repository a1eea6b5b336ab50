//! How an order is traded: bonded (BBC, 1210), direct purchase (BC, 9610), or not declared here at all.

use ports::xiaohongshu::OrderDetail;
use rust_decimal::{Decimal, RoundingStrategy};

use super::findings::Findings;
use super::goods::read_lines;
use crate::documents::TradeMode;
use crate::order::faults;
use crate::setting::Setting;

/// The platform's numbers of the modes.
const DOMESTIC: i64 = 1;
const BONDED: i64 = 2;
const DIRECT: i64 = 3;
const PERSONAL: i64 = 4;

/// Decimals of an amount.
const FEN_DECIMALS: u32 = 2;

/// What an order's mode means for it.
pub(super) enum Mode {
    /// It is declared so, as far as is known.
    Declared(Option<TradeMode>),
    /// It is nobody's to declare here, and nothing else about it matters.
    Not,
}

pub(super) fn read_mode(detail: &OrderDetail, setting: &Setting<'_>, findings: &mut Findings<'_>) -> Mode {
    let path = "detail.logisticsMode";
    match detail.logistics_mode.or_zero() {
        BONDED => Mode::Declared(Some(TradeMode::Bonded)),
        DIRECT => Mode::Declared(Some(TradeMode::Direct)),
        PERSONAL => {
            tell_postal_tax(detail, path, setting, findings);
            Mode::Not
        }
        mode => {
            findings.say(&faults::NOT_DECLARED, path, &[("mode", mode.to_string())]);
            if mode == DOMESTIC { Mode::Not } else { Mode::Declared(None) }
        }
    }
}

/// Says what personal articles pay. Which class an article belongs to is nobody's to guess here: the least and the most are told.
fn tell_postal_tax(detail: &OrderDetail, path: &str, setting: &Setting<'_>, findings: &mut Findings<'_>) {
    let (tariff, today) = (setting.tariff, setting.today);
    let classes = tariff.postal_classes(today);
    let rates = classes.into_iter().filter_map(|class| Some(tariff.postal_rate(class, today)?.rate));
    let mut rates: Vec<Decimal> = rates.collect();
    rates.sort_unstable();
    rates.dedup();
    let (Some(limits), Some(least), Some(most)) =
        (tariff.postal_limits(today), rates.first().copied(), rates.last().copied())
    else {
        findings.say(&faults::PERSONAL_UNKNOWN, path, &[("date", today.to_string())]);
        return;
    };
    let value: ports::money::Yuan = read_lines(detail, findings).iter().map(|line| line.total()).sum();
    let tax = |rate: Decimal| {
        let tax = value.decimal() * rate;
        tax.round_dp_with_strategy(FEN_DECIMALS, RoundingStrategy::MidpointAwayFromZero).to_string()
    };
    let percent = |rate: &Decimal| format!("{}%", (rate * Decimal::ONE_HUNDRED).normalize());
    let args = [
        ("rates", rates.iter().map(percent).collect::<Vec<_>>().join(" / ")),
        ("value", value.to_string()),
        ("least", tax(least)),
        ("most", tax(most)),
        ("exempt", limits.exempt.to_string()),
    ];
    findings.say(&faults::PERSONAL, path, &args);
}
