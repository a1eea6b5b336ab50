//! From an order's goods to its taxes: the mode, the shares of the charges, the thresholds, the sums.

use filing::tariff::{Limits, Measure, Tariff, Threshold};
use ports::fault::{Fault, Text};
use ports::money::Yuan;
use rust_decimal::Decimal;

use super::counted::{Counted, Known, amount, counted, known};
use super::exact::{ALL, AMOUNT_SCALE, FEN, MAX_AMOUNT_YUAN, MAX_LINES, count};
use super::line::{IN_FULL, Levy, Taxed};
use super::share::by_largest_remainder;
use super::trace::{Step, Told, steps};
use super::{Assessment, Basis, Crossing, LineBasis, LineTax, Mode, Policy, Rates, faults};

/// Computes the tax of an order; with `trace`, each figure says how it came about.
///
/// # Errors
/// Every number that cannot be used and every code that has no rates on that day.
pub fn compute(basis: &Basis, tariff: &Tariff, trace: bool) -> Result<Assessment, Vec<Fault>> {
    let mut found = line_count(basis.lines.len());
    let limits = tariff.limits(basis.date);
    if limits.is_none() {
        found.push(faults::NO_LIMIT.fault().with("date", basis.date));
    }
    let charges = amount(basis.charges, "freight + insurance", &mut found);
    let used = amount(basis.used_this_year.unwrap_or_default(), "used_this_year", &mut found);
    let mut lines = Vec::with_capacity(basis.lines.len().min(MAX_LINES));
    if found.is_empty() {
        for line in &basis.lines {
            let Some(known) = known(line, basis.date, tariff, &mut found) else { continue };
            lines.extend(counted(line, &known.rates, &mut found).map(|counted| (line, known, counted)));
        }
    }
    let (Some(limits), Some(charges), Some(used), true) = (limits, charges, used, found.is_empty()) else {
        return Err(found);
    };
    let shares = shares_of(charges, &lines);
    let total: i128 = lines.iter().map(|(_, _, counted)| counted.value).sum::<i128>() + charges;
    let mut assessment = decide(yuan(total), yuan(used), basis, &limits);
    if trace {
        assessment.trace = limit_steps(&assessment, basis, &limits);
    }
    if assessment.mode == Mode::NotAllowed {
        return Ok(assessment);
    }
    let levy = match assessment.mode {
        Mode::FullTax => IN_FULL,
        _ => within(&limits),
    };
    assessment.lines.reserve(lines.len());
    for ((line, known, counted), share) in lines.iter().zip(shares) {
        let one = One { line, known, counted, levy, policy: basis.policy, source: &limits.source };
        if let Some(tax) = one.tax(share, trace, &mut found) {
            assessment.add(tax);
        }
    }
    if found.is_empty() { Ok(assessment) } else { Err(found) }
}

/// What is levied within the limits.
pub(super) fn within(limits: &Limits) -> Levy {
    let percent = count(limits.tax_levied, 2, Decimal::ONE).unwrap_or(ALL);
    Levy { tariff: limits.tariff_levied, tax: percent }
}

/// Faults of an order that has no lines or too many.
pub(super) fn line_count(lines: usize) -> Vec<Fault> {
    match lines {
        0 => vec![faults::NO_LINES.fault()],
        1..=MAX_LINES => Vec::new(),
        more => vec![faults::TOO_MANY_LINES.fault().with("count", more).with("max", MAX_LINES)],
    }
}

/// Shares of the charges in amounts. Whole fen are shared by largest remainder; parts of a fen, which no platform sends,
/// stay with the largest line.
fn shares_of(charges: i128, lines: &[(&LineBasis, Known<'_>, Counted)]) -> Vec<i128> {
    if charges == 0 {
        return vec![0; lines.len()];
    }
    let weights: Vec<i128> = lines.iter().map(|(_, _, counted)| counted.value).collect();
    let mut shares: Vec<i128> =
        by_largest_remainder(charges / FEN, &weights).iter().map(|fen| fen * FEN).collect();
    let largest = (0..weights.len()).max_by_key(|&index| (weights[index], std::cmp::Reverse(index)));
    if let Some(index) = largest {
        shares[index] += charges % FEN;
    }
    shares
}

/// The mode of an order: the dutiable value held against both limits; equal is inside.
fn decide(value: Yuan, used: Yuan, basis: &Basis, limits: &Limits) -> Assessment {
    let single = matches!(basis.lines.as_slice(), [line] if line.quantity == Decimal::ONE);
    let mut assessment = Assessment::empty(Mode::WithinLimit, value, basis.policy);
    if value > limits.single {
        assessment.mode = Mode::FullTax;
        if !single {
            let fault = faults::NOT_ALLOWED.fault().with("value", value).with("limit", limits.single);
            assessment.faults.push(fault);
        }
    }
    if basis.used_this_year.is_some() && used + value > limits.annual {
        let fault = faults::YEAR_LIMIT.fault().with("value", value).with("used", used);
        assessment.faults.push(fault.with("limit", limits.annual));
    }
    if !assessment.faults.is_empty() {
        assessment.mode = Mode::NotAllowed;
    }
    assessment
}

fn limit_steps(assessment: &Assessment, basis: &Basis, limits: &Limits) -> Vec<Step> {
    let value = assessment.dutiable_value;
    let told = |figure, rule, sum: Yuan, limit: Yuan, formula: String| {
        let inside = if sum <= limit { "within" } else { "above" };
        Step::new(figure, rule, formula, inside).input("limit", limit, Some(&limits.source))
    };
    let sign = |sum: Yuan, limit: Yuan| if sum <= limit { "≤" } else { ">" };
    let formula = format!("{value} {} {}", sign(value, limits.single), limits.single);
    let mut steps = vec![told("single_limit", "Σd ≤ single limit", value, limits.single, formula)];
    if let Some(used) = basis.used_this_year.and_then(Yuan::bounded) {
        let sum = used + value;
        let formula = format!("{used} + {value} {} {}", sign(sum, limits.annual), limits.annual);
        steps.push(told("annual_limit", "used + Σd ≤ annual limit", sum, limits.annual, formula));
    }
    steps
}

/// An amount in 10⁻⁵ yuan. Amounts are bounded far inside what [`Yuan`] takes: at most 10⁹ yuan a line.
pub(super) fn yuan(count: i128) -> Yuan {
    Decimal::try_from_i128_with_scale(count, AMOUNT_SCALE).ok().and_then(Yuan::bounded).unwrap_or_default()
}

/// A tax in fen. The bounds of amounts and rates keep it below 10¹⁶.
pub(super) fn fen(count: i128) -> Yuan {
    Yuan::from_fen(i64::try_from(count).unwrap_or(i64::MAX))
}

/// One line on its way to its taxes.
struct One<'t> {
    line: &'t LineBasis,
    known: &'t Known<'t>,
    counted: &'t Counted,
    levy: Levy,
    policy: Policy,
    source: &'t str,
}

impl One<'_> {
    fn tax(&self, share: i128, trace: bool, found: &mut Vec<Fault>) -> Option<LineTax> {
        let Self { line, known, counted, levy, policy, .. } = *self;
        if levy.tariff && known.rates.tariff.is_none() {
            found.push(faults::NO_TARIFF.fault().with("hs_code", line.hs_code));
            return None;
        }
        let value = counted.value + share;
        let crossing = match &known.threshold {
            Some(threshold) => Some(crossing(line, counted, value, threshold, found)?),
            None => None,
        };
        let free = crossing.is_some_and(|crossing| !crossing.reached);
        if !free && counted.specific > 0 && counted.quantity1 == 0 {
            found.push(no_measure(line, FIRST));
            return None;
        }
        let pieces = whole_pieces(line, counted, policy, found)?;
        let taxed = Taxed::of(counted, value, free, levy);
        let taxes = taxed.rounded(policy, pieces);
        let zero_unless = |levied: bool, rate: Decimal| if levied { rate } else { Decimal::ZERO };
        let mut tax = LineTax {
            gnum: line.number,
            dutiable_value: yuan(value),
            freight_share: yuan(share),
            discount_share: None,
            price_with_tax: None,
            tariff: fen(taxes.tariff),
            consumption_tax: fen(taxes.consumption),
            vat: fen(taxes.vat),
            postal_tax: None,
            total: fen(taxes.total()),
            rates: Rates {
                tariff: if levy.tariff { known.rates.tariff } else { Some(Decimal::ZERO) },
                consumption: zero_unless(!free, known.rates.consumption),
                consumption_specific: zero_unless(!free, known.rates.consumption_specific),
                vat: known.rates.vat,
            },
            threshold: crossing,
            trace: Vec::new(),
        };
        if trace {
            let told = Told { line, known, taxed: &taxed, policy, pieces, levy_source: self.source };
            tax.trace = steps(&told, &tax);
        }
        Some(tax)
    }
}

/// Whole pieces; only the rule by piece needs them.
fn whole_pieces(line: &LineBasis, counted: &Counted, policy: Policy, found: &mut Vec<Fault>) -> Option<i128> {
    let one = 10_i128.pow(AMOUNT_SCALE);
    if policy == Policy::Piece && counted.pieces % one != 0 {
        found.push(faults::NOT_WHOLE.fault().with("gnum", line.number).with("value", line.quantity));
        return None;
    }
    Some(counted.pieces / one)
}

const FIRST: Text = Text { zh: "法定第一数量", en: "first legal quantity" };
const SECOND: Text = Text { zh: "法定第二数量", en: "second legal quantity" };

fn no_measure(line: &LineBasis, measure: Text) -> Fault {
    faults::NO_MEASURE.fault().with("gnum", line.number).with_words("measure", measure)
}

/// Holds the line's unit value against the threshold, as exact products: `value >= least × units`.
pub(super) fn crossing(
    line: &LineBasis,
    counted: &Counted,
    value: i128,
    threshold: &Threshold,
    found: &mut Vec<Fault>,
) -> Option<Crossing> {
    let (units, text) = match threshold.measure {
        // First legal quantity in kilograms; a litre is declared as a kilogram.
        Measure::Content => (counted.quantity1 * 1_000, FIRST),
        Measure::Piece => (counted.quantity2, SECOND),
    };
    if units == 0 {
        found.push(no_measure(line, text));
        return None;
    }
    let least = count(threshold.least.decimal(), AMOUNT_SCALE, Decimal::from(MAX_AMOUNT_YUAN))?;
    Some(Crossing {
        measure: threshold.measure,
        least: threshold.least,
        units: Decimal::try_from_i128_with_scale(units, AMOUNT_SCALE).unwrap_or_default().normalize(),
        // 10⁻⁵ yuan against 10⁻⁵ yuan × 10⁻⁵ units.
        reached: value * 100_000 >= least * units,
    })
}
