//! A line's numbers as bounded integers, or the faults that name those that cannot be used.

use filing::tariff::{Source, Tariff, Threshold};
use jiff::civil::Date;
use ports::fault::Fault;
use rust_decimal::Decimal;

use super::exact::{
    AMOUNT_SCALE, MAX_AMOUNT_YUAN, MAX_CONSUMPTION, MAX_QUANTITY, MAX_RATE, MAX_SPECIFIC, RATE_SCALE, count,
};
use super::{LineBasis, Rates, faults};

/// A line in integers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    pub(super) value: i128,
    pub(super) pieces: i128,
    pub(super) quantity1: i128,
    pub(super) quantity2: i128,
    pub(super) tariff: i128,
    pub(super) vat: i128,
    pub(super) consumption: i128,
    pub(super) specific: i128,
}

/// The rates of a line and where they are from; those given with the order have no source.
#[derive(Debug, Clone)]
pub(super) struct Known<'t> {
    pub(super) rates: Rates,
    pub(super) threshold: Option<Threshold>,
    pub(super) tariff_source: Option<&'t Source>,
    pub(super) vat_source: Option<&'t Source>,
    pub(super) consumption_source: Option<&'t Source>,
}

/// The rates of a line: those given with it, else the tariff's. The price threshold is the tariff's in either case, and so
/// is a duty rate that was not given.
pub(super) fn known<'t>(
    line: &LineBasis,
    on: Date,
    tariff: &'t Tariff,
    found: &mut Vec<Fault>,
) -> Option<Known<'t>> {
    if let Some(rates) = line.rates {
        let duty = if rates.tariff.is_none() { tariff.duty(line.hs_code, on) } else { None };
        return Some(Known {
            rates: Rates { tariff: rates.tariff.or(duty.map(|(rate, _)| rate)), ..rates },
            threshold: tariff.threshold(line.hs_code, on),
            tariff_source: duty.map(|(_, source)| source),
            vat_source: None,
            consumption_source: None,
        });
    }
    let Some(applied) = tariff.applied(line.hs_code, on) else {
        found.push(faults::NO_RATES.fault().with("hs_code", line.hs_code).with("date", on));
        return None;
    };
    Some(Known {
        rates: Rates {
            tariff: applied.rates.tariff,
            vat: applied.rates.vat,
            consumption: applied.rates.consumption,
            consumption_specific: applied.rates.consumption_specific.unwrap_or_default(),
        },
        threshold: applied.threshold,
        tariff_source: applied.tariff_source,
        vat_source: Some(applied.vat_source),
        consumption_source: applied.consumption_source,
    })
}

/// An amount of the order in 10⁻⁵ yuan.
pub(super) fn amount(value: Decimal, field: &str, found: &mut Vec<Fault>) -> Option<i128> {
    Bound { scale: AMOUNT_SCALE, max: Decimal::from(MAX_AMOUNT_YUAN) }.count(
        value,
        || field.to_owned(),
        found,
    )
}

/// What a number may be.
struct Bound {
    scale: u32,
    max: Decimal,
}

impl Bound {
    fn count(&self, value: Decimal, field: impl FnOnce() -> String, found: &mut Vec<Fault>) -> Option<i128> {
        let counted = count(value, self.scale, self.max);
        if counted.is_none() {
            let fault = faults::NUMBER.fault().with("field", field()).with("value", value);
            found.push(fault.with("max", self.max).with("digits", self.scale));
        }
        counted
    }
}

/// A line's numbers; each that cannot be used is named.
pub(super) fn counted(line: &LineBasis, rates: &Rates, found: &mut Vec<Fault>) -> Option<Counted> {
    let yuan = Bound { scale: AMOUNT_SCALE, max: Decimal::from(MAX_AMOUNT_YUAN) };
    let units = Bound { scale: AMOUNT_SCALE, max: Decimal::from(MAX_QUANTITY) };
    let rate = Bound { scale: RATE_SCALE, max: Decimal::from(MAX_RATE) };
    let share = Bound { scale: RATE_SCALE, max: MAX_CONSUMPTION };
    let by_unit = Bound { scale: RATE_SCALE, max: Decimal::from(MAX_SPECIFIC) };
    let name = |field: &'static str| move || format!("line {} {field}", line.number);
    let value = yuan.count(line.value, name("total_price"), found);
    let pieces = units.count(line.quantity, name("quantity"), found);
    if pieces == Some(0) {
        found.push(faults::ZERO.fault().with("gnum", line.number));
    }
    let quantity1 = units.count(line.legal_quantity1, name("legal_quantity1"), found);
    let quantity2 = units.count(line.legal_quantity2, name("legal_quantity2"), found);
    let tariff = rate.count(rates.tariff.unwrap_or_default(), name("rates.tariff"), found);
    let vat = rate.count(rates.vat, name("rates.vat"), found);
    let consumption = share.count(rates.consumption, name("rates.consumption"), found);
    let specific = by_unit.count(rates.consumption_specific, name("rates.consumption_specific"), found);
    Some(Counted {
        value: value?,
        pieces: pieces.filter(|pieces| *pieces > 0)?,
        quantity1: quantity1?,
        quantity2: quantity2?,
        tariff: tariff?,
        vat: vat?,
        consumption: consumption?,
        specific: specific?,
    })
}
