//! Personal postal articles (行邮): price × comprehensive rate; a parcel whose tax is at most the exemption is free, above
//! it all of its tax is due. Freight does not count. The customs price list, which replaces a price that is less than half
//! or more than twice its own (海关总署公告2010年第43号), is not known here.

use filing::tariff::{PostalLimits, Tariff};
use ports::fault::Fault;
use ports::money::Yuan;
use rust_decimal::Decimal;

use super::compute::{crossing, fen, line_count, yuan};
use super::counted::{Counted, counted};
use super::exact::{FEN, MAX_RATE, ONE, RATE_SCALE, count};
use super::line::Fraction;
use super::request::{Request, RequestLine};
use super::rounding::{Rounding, tax_of_line};
use super::trace::{Step, in_yuan, threshold_step};
use super::{Assessment, Basis, Crossing, LineBasis, LineTax, Mode, Rates, faults};

/// The classes of high-end and of other cosmetics.
const HIGH_END: &str = "item3";
const ORDINARY: &str = "item2";

/// Computes the postal tax; `basis` holds the lines after price cuts.
pub(super) fn compute(
    request: &Request,
    basis: &Basis,
    tariff: &Tariff,
    trace: bool,
) -> Result<Assessment, Vec<Fault>> {
    let mut found = line_count(basis.lines.len());
    let limits = tariff.postal_limits(basis.date);
    if limits.is_none() {
        found.push(faults::NO_POSTAL.fault().with("date", basis.date));
    }
    let mut taxes = Vec::new();
    for (asked, line) in request.lines.iter().zip(&basis.lines) {
        let none = Rates {
            tariff: None,
            vat: Decimal::ZERO,
            consumption: Decimal::ZERO,
            consumption_specific: Decimal::ZERO,
        };
        let Some(counted) = counted(line, &none, &mut found) else { continue };
        taxes.extend(article(asked, line, &counted, basis, tariff, trace, &mut found));
    }
    let (Some(limits), true) = (limits, found.is_empty()) else { return Err(found) };
    let value: Yuan = taxes.iter().map(|tax| tax.dutiable_value).sum();
    let tax: Yuan = taxes.iter().filter_map(|line| line.postal_tax).sum();
    let mut assessment = Assessment::empty(Mode::Postal, value, basis.policy);
    let limit = if request.from_nearby { limits.near } else { limits.far };
    let single = matches!(basis.lines.as_slice(), [line] if line.quantity == Decimal::ONE);
    if value > limit && !single {
        let fault = faults::POSTAL_LIMIT.fault().with("value", value).with("limit", limit);
        assessment.faults.push(fault);
        assessment.mode = Mode::NotAllowed;
        return Ok(assessment);
    }
    assessment.postal_tax = Some(tax);
    let due = tax > limits.exempt;
    if trace {
        assessment.trace = vec![exemption(tax, due, &limits)];
    }
    for mut line in taxes {
        line.total = line.postal_tax.filter(|_| due).unwrap_or_default();
        assessment.add(line);
    }
    Ok(assessment)
}

fn exemption(tax: Yuan, due: bool, limits: &PostalLimits) -> Step {
    let formula = format!("{tax} {} {}", if due { ">" } else { "≤" }, limits.exempt);
    Step::new("exemption", "tax ≤ exemption: free", formula, if due { tax } else { Yuan::ZERO }).input(
        "exemption",
        limits.exempt,
        Some(&limits.source),
    )
}

/// One article of the parcel.
fn article(
    asked: &RequestLine,
    line: &LineBasis,
    counted: &Counted,
    basis: &Basis,
    tariff: &Tariff,
    trace: bool,
    found: &mut Vec<Fault>,
) -> Option<LineTax> {
    let threshold = tariff.threshold(line.hs_code, basis.date).filter(|_| asked.postal_class.is_none());
    let crossed = match &threshold {
        Some(threshold) => Some(crossing(line, counted, counted.value, threshold, found)?),
        None => None,
    };
    let of_threshold = crossed.map(|crossing| if crossing.reached { HIGH_END } else { ORDINARY });
    let class = asked.postal_class.as_deref().or(of_threshold);
    let rate = class.and_then(|class| tariff.postal_rate(class, basis.date));
    let (Some(class), Some(rate)) = (class, rate) else {
        let known = tariff.postal_classes(basis.date).join(", ");
        let fault = faults::POSTAL_CLASS.fault().with("gnum", line.number).with("known", known);
        found.push(fault.with("value", class.unwrap_or("-")));
        return None;
    };
    let percent = count(rate.rate, RATE_SCALE, Decimal::from(MAX_RATE))?;
    let exact: Fraction = (counted.value * percent, FEN * ONE);
    let tax = fen(tax_of_line(exact.0, exact.1));
    let value = yuan(counted.value);
    let mut steps = Vec::new();
    if trace {
        let source = threshold.as_ref().map(|threshold| &*threshold.source);
        steps.extend(crossed.map(|crossing: Crossing| threshold_step(&crossing, value, source)));
        let formula = format!("{value} × {}", rate.rate);
        let step = Step::new("postal_tax", "price × rate", formula, tax).input("class", class, None);
        let step = step.input("rate", rate.rate, Some(&rate.source));
        steps.push(step.rounded(Rounding::HalfUp, in_yuan(exact)));
    }
    Some(LineTax {
        gnum: line.number,
        dutiable_value: value,
        freight_share: Yuan::ZERO,
        discount_share: None,
        price_with_tax: None,
        tariff: Yuan::ZERO,
        consumption_tax: Yuan::ZERO,
        vat: Yuan::ZERO,
        postal_tax: Some(tax),
        total: tax,
        rates: Rates {
            tariff: Some(rate.rate),
            vat: Decimal::ZERO,
            consumption: Decimal::ZERO,
            consumption_specific: Decimal::ZERO,
        },
        threshold: crossed,
        trace: steps,
    })
}
