//! The formulas.

use filing::tariff::{Measure, Tariff, Threshold};
use ports::fault::{Fault, Text};
use ports::money::Yuan;
use rust_decimal::Decimal;

use super::exact::{
    AMOUNT_SCALE, FEN, MAX_AMOUNT_YUAN, MAX_QUANTITY, MAX_RATE, ONE, RATE_SCALE, count, half_up,
};
use super::share::by_largest_remainder;
use super::{Assessment, Basis, Crossing, LineBasis, LineTax, Mode, Rates, Step, faults};

/// The share of VAT and consumption tax that is levied within the limits, in tenths (财关税〔2016〕18号: 70 %).
const LEVIED_WITHIN_LIMIT: i128 = 7;
/// All of it, in tenths.
const LEVIED_IN_FULL: i128 = 10;
/// 10⁻⁵ amounts times 10⁻⁶ rates give 10⁻¹¹; the base of consumption tax is counted in that.
const TO_BASE: i128 = ONE;

/// A line in integers.
struct Counted {
    value: i128,
    quantity1: i128,
    quantity2: i128,
    tariff: i128,
    vat: i128,
    consumption: i128,
    specific: i128,
}

/// Computes the tax of an order; with `trace`, each figure says how it came about.
///
/// # Errors
/// Every number that cannot be used and every code that has no rates on that day.
pub fn compute(basis: &Basis, tariff: &Tariff, trace: bool) -> Result<Assessment, Vec<Fault>> {
    let mut found = Vec::new();
    if basis.lines.is_empty() {
        found.push(faults::NO_LINES.fault());
    }
    let limits = tariff.limits(basis.date);
    if limits.is_none() {
        found.push(faults::NO_LIMIT.fault().with("date", basis.date));
    }
    let charges = amount(basis.charges, "freight + insurance", &mut found);
    let rates: Vec<Option<(Rates, Option<Threshold>)>> =
        basis.lines.iter().map(|line| rates_of(line, basis, tariff, &mut found)).collect();
    let counted: Vec<Option<Counted>> = basis
        .lines
        .iter()
        .zip(&rates)
        .map(|(line, rates)| rates.as_ref().and_then(|(rates, _)| counted(line, rates, &mut found)))
        .collect();
    let (Some(limits), Some(charges), Some(counted), true) =
        (limits, charges, counted.into_iter().collect::<Option<Vec<_>>>(), found.is_empty())
    else {
        return Err(found);
    };
    let shares = by_largest_remainder_of(charges, &counted);
    let total: i128 = counted.iter().map(|line| line.value).sum::<i128>() + charges;
    let dutiable_value = yuan(total, AMOUNT_SCALE);
    let single = matches!(basis.lines.as_slice(), [line] if line.quantity == Decimal::ONE);
    let mode = match dutiable_value <= limits.single {
        true => Mode::WithinLimit,
        false if single => Mode::FullTax,
        false => Mode::NotAllowed,
    };
    let mut assessment = Assessment {
        mode,
        dutiable_value,
        lines: Vec::new(),
        tariff: Yuan::ZERO,
        consumption_tax: Yuan::ZERO,
        vat: Yuan::ZERO,
        total: Yuan::ZERO,
        faults: Vec::new(),
    };
    if mode == Mode::NotAllowed {
        let fault = faults::NOT_ALLOWED.fault().with("value", dutiable_value).with("limit", limits.single);
        assessment.faults.push(fault);
        return Ok(assessment);
    }
    for (((line, counted), share), rates) in
        basis.lines.iter().zip(&counted).zip(shares).zip(rates.iter().flatten())
    {
        let (rates, threshold) = (&rates.0, rates.1.as_ref());
        if mode == Mode::FullTax && rates.tariff.is_none() {
            found.push(faults::NO_TARIFF.fault().with("hs_code", line.hs_code));
            continue;
        }
        if let Some(tax) = tax_line(line, counted, share, (rates, threshold), mode, trace, &mut found) {
            assessment.tariff = assessment.tariff + tax.tariff;
            assessment.consumption_tax = assessment.consumption_tax + tax.consumption_tax;
            assessment.vat = assessment.vat + tax.vat;
            assessment.total = assessment.total + tax.total;
            assessment.lines.push(tax);
        }
    }
    if found.is_empty() { Ok(assessment) } else { Err(found) }
}

fn amount(value: Decimal, field: &str, found: &mut Vec<Fault>) -> Option<i128> {
    bounded(value, field, (AMOUNT_SCALE, MAX_AMOUNT_YUAN), found)
}

fn bounded(value: Decimal, field: &str, (scale, max): (u32, i64), found: &mut Vec<Fault>) -> Option<i128> {
    let counted = count(value, scale, max);
    if counted.is_none() {
        let fault = faults::NUMBER
            .fault()
            .with("field", field)
            .with("value", value)
            .with("max", max)
            .with("digits", scale);
        found.push(fault);
    }
    counted
}

fn counted(line: &LineBasis, rates: &Rates, found: &mut Vec<Fault>) -> Option<Counted> {
    let rate = (RATE_SCALE, MAX_RATE);
    let quantity = (AMOUNT_SCALE, MAX_QUANTITY);
    let name = |field: &str| format!("line {} {field}", line.number);
    let value = amount(line.value, &name("total_price"), found);
    let quantity1 = bounded(line.legal_quantity1, &name("legal_quantity1"), quantity, found);
    let quantity2 = bounded(line.legal_quantity2, &name("legal_quantity2"), quantity, found);
    let tariff = bounded(rates.tariff.unwrap_or_default(), &name("rates.tariff"), rate, found);
    let vat = bounded(rates.vat, &name("rates.vat"), rate, found);
    // At a consumption tax of 100 % the price before tax would be infinite.
    let consumption =
        bounded(rates.consumption, &name("rates.consumption"), (RATE_SCALE, 1), found).filter(|c| *c < ONE);
    if consumption.is_none() && rates.consumption >= Decimal::ONE {
        let fault =
            faults::NUMBER.fault().with("field", name("rates.consumption")).with("value", rates.consumption);
        found.push(fault.with("max", "0.999999").with("digits", RATE_SCALE));
    }
    let specific = bounded(rates.consumption_specific, &name("rates.consumption_specific"), rate, found);
    Some(Counted {
        value: value?,
        quantity1: quantity1?,
        quantity2: quantity2?,
        tariff: tariff?,
        vat: vat?,
        consumption: consumption?,
        specific: specific?,
    })
}

/// The rates of a line: those given with it, else the tariff's. The price threshold is the tariff's in either case.
fn rates_of(
    line: &LineBasis,
    basis: &Basis,
    tariff: &Tariff,
    found: &mut Vec<Fault>,
) -> Option<(Rates, Option<Threshold>)> {
    if let Some(rates) = line.rates {
        return Some((rates, tariff.threshold(line.hs_code, basis.date)));
    }
    let Some(known) = tariff.line(line.hs_code, basis.date) else {
        found.push(faults::NO_RATES.fault().with("hs_code", line.hs_code).with("date", basis.date));
        return None;
    };
    let rates = Rates {
        tariff: known.rates.tariff,
        vat: known.rates.vat,
        consumption: known.rates.consumption,
        consumption_specific: known.rates.consumption_specific.unwrap_or_default(),
    };
    Some((rates, known.threshold))
}

/// Shares of the charges in amounts. Whole fen are shared by largest remainder; parts of a fen, which no platform sends,
/// stay with the largest line.
fn by_largest_remainder_of(charges: i128, lines: &[Counted]) -> Vec<i128> {
    let weights: Vec<i128> = lines.iter().map(|line| line.value).collect();
    let mut shares: Vec<i128> =
        by_largest_remainder(charges / FEN, &weights).iter().map(|fen| fen * FEN).collect();
    let largest = (0..weights.len()).max_by_key(|&index| (weights[index], std::cmp::Reverse(index)));
    if let Some(index) = largest {
        shares[index] += charges % FEN;
    }
    shares
}

fn yuan(count: i128, scale: u32) -> Yuan {
    // Counts are bounded far inside a decimal's 96 bits: at most 10⁹ yuan in 10⁻⁵, 99 lines.
    Yuan::bounded(Decimal::try_from_i128_with_scale(count, scale).unwrap_or_default()).unwrap_or_default()
}

fn tax_line(
    line: &LineBasis,
    counted: &Counted,
    share: i128,
    (rates, threshold): (&Rates, Option<&Threshold>),
    mode: Mode,
    trace: bool,
    found: &mut Vec<Fault>,
) -> Option<LineTax> {
    let value = counted.value + share;
    let crossing = match threshold {
        Some(threshold) => Some(crossing(line, counted, value, threshold, found)?),
        None => None,
    };
    let free = crossing.is_some_and(|crossing| !crossing.reached);
    let (c, s) = if free { (0, 0) } else { (counted.consumption, counted.specific) };
    let (k, g) = match mode {
        Mode::FullTax => (LEVIED_IN_FULL, counted.tariff),
        _ => (LEVIED_WITHIN_LIMIT, 0),
    };
    // In 10⁻¹¹ yuan: value + duty, and specific consumption tax.
    let with_duty = value * TO_BASE + value * g;
    let specific = counted.quantity1 * s;
    // In 10⁻¹⁷: statutory consumption tax times (1-c), then VAT times (1-c) in 10⁻²³.
    let rest = ONE - c;
    let consumption = (with_duty + specific) * c + specific * rest;
    let vat = (with_duty * rest + consumption) * counted.vat;
    // One rounding each: 10⁻¹⁸ / 10⁻⁶ to fen is a division by 10¹⁰, 10⁻²⁴ / 10⁻⁶ by 10¹⁶, 10⁻¹¹ by 10⁹.
    let tariff_fen = half_up(value * g, 1_000_000_000);
    let consumption_fen = half_up(consumption * k, rest * 10_000_000_000);
    let vat_fen = half_up(vat * k, rest * 10_000_000_000_000_000);
    let mut tax = LineTax {
        gnum: line.number,
        dutiable_value: yuan(value, AMOUNT_SCALE),
        freight_share: yuan(share, AMOUNT_SCALE),
        tariff: yuan(tariff_fen, 2),
        consumption_tax: yuan(consumption_fen, 2),
        vat: yuan(vat_fen, 2),
        total: yuan(tariff_fen + consumption_fen + vat_fen, 2),
        rates: Rates {
            tariff: if mode == Mode::FullTax { rates.tariff } else { Some(Decimal::ZERO) },
            consumption: if free { Decimal::ZERO } else { rates.consumption },
            consumption_specific: if free { Decimal::ZERO } else { rates.consumption_specific },
            vat: rates.vat,
        },
        threshold: crossing,
        trace: Vec::new(),
    };
    if trace {
        tax.trace = steps(line, &tax, mode);
    }
    Some(tax)
}

/// Holds the line's unit value against the threshold, as exact products: `value >= least × units`.
fn crossing(
    line: &LineBasis,
    counted: &Counted,
    value: i128,
    threshold: &Threshold,
    found: &mut Vec<Fault>,
) -> Option<Crossing> {
    let (units, text) = match threshold.measure {
        // First legal quantity in kilograms; a litre is declared as a kilogram.
        Measure::Content => {
            (counted.quantity1 * 1_000, Text { zh: "法定第一数量", en: "first legal quantity" })
        }
        Measure::Piece => (counted.quantity2, Text { zh: "法定第二数量", en: "second legal quantity" }),
    };
    if units == 0 {
        found.push(faults::NO_MEASURE.fault().with("gnum", line.number).with_words("measure", text));
        return None;
    }
    let least = count(threshold.least.decimal(), AMOUNT_SCALE, MAX_AMOUNT_YUAN)?;
    Some(Crossing {
        measure: threshold.measure,
        least: threshold.least,
        units: Decimal::try_from_i128_with_scale(units, AMOUNT_SCALE).unwrap_or_default().normalize(),
        // 10⁻⁵ yuan against 10⁻⁵ yuan × 10⁻⁵ units.
        reached: value * 100_000 >= least * units,
    })
}

/// The figures of a line as a person would write them down.
fn steps(line: &LineBasis, tax: &LineTax, mode: Mode) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut step = |figure, formula: String, value: String| steps.push(Step { figure, formula, value });
    let d = tax.dutiable_value;
    let k = if mode == Mode::FullTax { "1" } else { "0.7" };
    let Rates { tariff, vat, consumption: c, consumption_specific: s } = tax.rates;
    let g = tariff.unwrap_or_default();
    step("dutiable_value", format!("{} + {}", line.value, tax.freight_share), d.to_string());
    if let Some(crossing) = tax.threshold {
        let sign = if crossing.reached { ">=" } else { "<" };
        let formula = format!("{d} / {} {sign} {}", crossing.units, crossing.least);
        step("threshold", formula, if crossing.reached { "reached" } else { "not reached" }.to_owned());
    }
    if mode == Mode::FullTax {
        step("tariff", format!("{d} × {g}"), tax.tariff.to_string());
    }
    let specific = if s.is_zero() { String::new() } else { format!("{} × {s}", line.legal_quantity1) };
    let base = if g.is_zero() { d.to_string() } else { format!("{d} × (1 + {g})") };
    let statutory = match (c.is_zero(), specific.is_empty()) {
        (true, true) => "0".to_owned(),
        (true, false) => specific.clone(),
        (false, true) => format!("{base} ÷ (1 - {c}) × {c}"),
        (false, false) => format!("(({base} + {specific}) ÷ (1 - {c}) × {c} + {specific})"),
    };
    step("consumption_tax", format!("{statutory} × {k}"), tax.consumption_tax.to_string());
    let vat_base = if statutory == "0" { base } else { format!("({base} + {statutory})") };
    step("vat", format!("{vat_base} × {vat} × {k}"), tax.vat.to_string());
    step("total", format!("{} + {} + {}", tax.tariff, tax.consumption_tax, tax.vat), tax.total.to_string());
    steps
}
