//! How figures came about, for people who check them by hand.

use ports::money::Yuan;
use serde::Serialize;

use super::counted::Known;
use super::exact::{COMPOSITE_PLACES, PLACES, written_out};
use super::line::{Exact, Fraction, Taxed};
use super::rounding::{Policy, Rounding};
use super::{Crossing, LineBasis, LineTax, Rates};

/// One figure of a trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it is, by the name of its field.
    pub figure: &'static str,
    /// The formula in letters: `d` dutiable value, `g` duty rate, `c` and `s` consumption tax ad valorem and by quantity,
    /// `q` first legal quantity, `v` VAT, `k` levied share, `T` and `CT` the statutory duty and consumption tax.
    pub rule: &'static str,
    /// The formula with its numbers.
    pub formula: String,
    /// The letters' values, and the notice of each that has one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
    /// The result before rounding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<String>,
    /// The rounding that was applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<Rounding>,
    /// Where that rounding is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding_source: Option<&'static str>,
    /// The result.
    pub value: String,
}

/// A number that went into a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Input {
    /// Its letter in the formula.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// The notice or table it is from; none when it was given with the order or is itself a figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Input {
    pub(super) fn new(name: &'static str, value: impl ToString, source: Option<&str>) -> Self {
        Self { name, value: value.to_string(), source: source.map(str::to_owned) }
    }
}

impl Step {
    /// A figure that is exact.
    pub(super) fn new(
        figure: &'static str,
        rule: &'static str,
        formula: String,
        value: impl ToString,
    ) -> Self {
        Self {
            figure,
            rule,
            formula,
            inputs: Vec::new(),
            exact: None,
            rounding: None,
            rounding_source: None,
            value: value.to_string(),
        }
    }

    pub(super) fn input(mut self, name: &'static str, value: impl ToString, source: Option<&str>) -> Self {
        self.inputs.push(Input::new(name, value, source));
        self
    }

    /// Says that the figure was rounded, and from what.
    pub(super) fn rounded(mut self, rounding: Rounding, exact: impl Into<Option<String>>) -> Self {
        self.exact = exact.into();
        self.rounding = Some(rounding);
        self.rounding_source = Some(rounding.source());
        self
    }
}

/// A fraction of a fen in yuan.
pub(super) fn in_yuan((numerator, denominator): Fraction) -> String {
    written_out(numerator, denominator * 100, PLACES)
}

/// The levied share as people write it.
fn share(percent: i128) -> String {
    if percent == super::exact::ALL {
        "1".to_owned()
    } else {
        written_out(percent, 100, 2).trim_end_matches('0').to_owned()
    }
}

/// What a line's figures are told from.
pub(super) struct Told<'t> {
    pub(super) line: &'t LineBasis,
    pub(super) known: &'t Known<'t>,
    pub(super) taxed: &'t Taxed,
    pub(super) policy: Policy,
    pub(super) pieces: i128,
    /// The notice of the levied share.
    pub(super) levy_source: &'t str,
}

/// The figures of a line as a person would write them down.
pub(super) fn steps(told: &Told<'_>, tax: &LineTax) -> Vec<Step> {
    let mut steps = vec![value_step(told.line, tax)];
    let threshold_source = told.known.threshold.as_ref().map(|threshold| &*threshold.source);
    steps.extend(
        tax.threshold.map(|crossing| threshold_step(&crossing, tax.dutiable_value, threshold_source)),
    );
    match told.policy {
        Policy::Line | Policy::LineStatutoryFirst => by_line(told, tax, &mut steps),
        Policy::Platform | Policy::PlatformTruncated => by_composite(told, tax, &mut steps),
        Policy::Piece => by_piece(told, tax, &mut steps),
    }
    let sum = format!("{} + {} + {}", tax.tariff, tax.consumption_tax, tax.vat);
    steps.push(Step::new("total", "k·T + k·CT + k·VAT", sum, tax.total));
    steps
}

fn value_step(line: &LineBasis, tax: &LineTax) -> Step {
    let formula = format!("{} + {}", line.value, tax.freight_share);
    let step = Step::new(
        "dutiable_value",
        "d = price + share of freight and insurance",
        formula,
        tax.dutiable_value,
    );
    if tax.freight_share.is_zero() { step } else { step.rounded(Rounding::LargestRemainder, None) }
}

/// A line held against the price threshold of the consumption tax.
pub(super) fn threshold_step(crossing: &Crossing, value: Yuan, source: Option<&str>) -> Step {
    let sign = if crossing.reached { "≥" } else { "<" };
    let formula = format!("{value} ÷ {} {sign} {}", crossing.units, crossing.least);
    let reached = if crossing.reached { "reached" } else { "not reached" };
    Step::new("threshold", "d ÷ units ≥ least", formula, reached).input("least", crossing.least, source)
}

/// The formulas of consumption tax and VAT with a line's numbers.
struct Formulas {
    statutory: String,
    base: String,
}

fn formulas(rates: &Rates, value: &str, quantity: &str) -> Formulas {
    let Rates { tariff, consumption: c, consumption_specific: s, .. } = rates;
    let g = tariff.unwrap_or_default();
    let base = if g.is_zero() { value.to_owned() } else { format!("{value} × (1 + {g})") };
    let statutory = match (c.is_zero(), s.is_zero()) {
        (true, true) => "0".to_owned(),
        (true, false) => format!("{quantity} × {s}"),
        (false, true) => format!("{base} ÷ (1 - {c}) × {c}"),
        (false, false) => format!("(({base} + {quantity} × {s}) ÷ (1 - {c}) × {c} + {quantity} × {s})"),
    };
    Formulas { statutory, base }
}

const DUTY: &str = "T = d·g";
const CONSUMPTION: &str = "k·CT = k·((d + T + q·s)·c/(1 - c) + q·s)";
const VAT: &str = "k·VAT = k·(d + T + CT)·v";

/// Adds the rates of a tax with their notices.
fn with_rates(step: Step, told: &Told<'_>, letters: &[&'static str]) -> Step {
    let (known, line) = (told.known, told.line);
    letters.iter().fold(step, |step, letter| match *letter {
        "g" => {
            let rate = known.rates.tariff.unwrap_or_default();
            step.input("g", rate, known.tariff_source.map(|source| &**source))
        }
        "c" if told.taxed.consumption > 0 => {
            step.input("c", known.rates.consumption, known.consumption_source.map(|source| &**source))
        }
        "s" if told.taxed.specific > 0 => step.input("q", line.legal_quantity1, None).input(
            "s",
            known.rates.consumption_specific,
            known.consumption_source.map(|source| &**source),
        ),
        "v" => step.input("v", known.rates.vat, known.vat_source.map(|source| &**source)),
        "k" => step.input("k", share(told.taxed.levy.tax), Some(told.levy_source)),
        _ => step,
    })
}

fn by_line(told: &Told<'_>, tax: &LineTax, steps: &mut Vec<Step>) {
    let taxed = told.taxed;
    let exact = taxed.exact();
    let first = told.policy == Policy::LineStatutoryFirst && exact.statutory.0 > 0;
    let k = share(taxed.levy.tax);
    let Formulas { statutory, base } =
        formulas(&tax.rates, &tax.dutiable_value.to_string(), &told.line.legal_quantity1.to_string());
    duty_step(told, tax, &exact, steps);
    let (mut counted, mut exact_consumption, mut exact_vat) =
        (statutory.clone(), exact.consumption, exact.vat);
    if first {
        let fen = super::rounding::statutory_consumption_tax(exact.statutory.0, exact.statutory.1);
        counted = written_out(fen, 100, 2);
        (exact_consumption, exact_vat) = ((fen * taxed.levy.tax, super::exact::ALL), taxed.vat_on(fen));
        let step =
            Step::new("statutory_consumption_tax", "CT = (d + T + q·s)·c/(1 - c) + q·s", statutory, &counted);
        let step = with_rates(step, told, &["c", "s"]);
        steps.push(step.rounded(Rounding::StatutoryFirst, in_yuan(exact.statutory)));
    }
    let step = Step::new("consumption_tax", CONSUMPTION, format!("{counted} × {k}"), tax.consumption_tax);
    steps
        .push(with_rates(step, told, &["c", "s", "k"]).rounded(Rounding::HalfUp, in_yuan(exact_consumption)));
    let whole = if counted == "0" { base } else { format!("({base} + {counted})") };
    let step = Step::new("vat", VAT, format!("{whole} × {} × {k}", tax.rates.vat), tax.vat);
    steps.push(with_rates(step, told, &["v", "k"]).rounded(Rounding::HalfUp, in_yuan(exact_vat)));
}

/// Import duty; not told where none is levied.
fn duty_step(told: &Told<'_>, tax: &LineTax, exact: &Exact, steps: &mut Vec<Step>) {
    if told.taxed.levy.tariff {
        let formula = format!("{} × {}", tax.dutiable_value, tax.rates.tariff.unwrap_or_default());
        let step = with_rates(Step::new("tariff", DUTY, formula, tax.tariff), told, &["g"]);
        steps.push(step.rounded(Rounding::HalfUp, in_yuan(exact.tariff)));
    }
}

fn by_composite(told: &Told<'_>, tax: &LineTax, steps: &mut Vec<Step>) {
    let (Some((numerator, denominator)), Some(rate)) =
        (told.taxed.composite(), told.taxed.composite_rate(told.policy))
    else {
        return;
    };
    let rounding = if told.policy == Policy::Platform {
        Rounding::CompositeRounded
    } else {
        Rounding::CompositeTruncated
    };
    let rate = written_out(rate, super::rounding::COMPOSITE, COMPOSITE_PLACES);
    let rule = "r = k·(v + c)/(1 - c)";
    let formula = format!(
        "{} × ({} + {}) ÷ (1 - {})",
        share(told.taxed.levy.tax),
        tax.rates.vat,
        tax.rates.consumption,
        tax.rates.consumption
    );
    let step = with_rates(Step::new("composite_rate", rule, formula, &rate), told, &["v", "c", "k"]);
    let exact = written_out(numerator, denominator * super::rounding::COMPOSITE, PLACES + 2);
    steps.push(step.rounded(rounding, exact));
    let step = Step::new("platform_tax", "d·r", format!("{} × {rate}", tax.dutiable_value), tax.total);
    steps.push(step.rounded(Rounding::HalfUp, None));
}

fn by_piece(told: &Told<'_>, tax: &LineTax, steps: &mut Vec<Step>) {
    let (piece, pieces) = (told.taxed.piece(told.pieces), told.pieces);
    let (exact, cut) = (piece.exact(), piece.cut());
    let fen = |count: i128| written_out(count, 100, 2);
    let value = written_out(piece.value, 100_000, 2);
    let k = share(piece.levy.tax);
    let Formulas { statutory, base } =
        formulas(&tax.rates, &value, &written_out(piece.quantity1, 100_000, 5));
    let mut told_cut = |step: Step, letters: &[&'static str], exact: String| {
        steps.push(with_rates(step, told, letters).rounded(Rounding::PieceTruncated, exact));
    };
    let formula = format!("{} ÷ {pieces}", tax.dutiable_value);
    let whole = written_out(told.taxed.value, pieces.max(1) * 100_000, PLACES);
    told_cut(Step::new("piece_value", "d ÷ pieces", formula, &value), &[], whole);
    if piece.levy.tariff {
        let formula = format!("{value} × {} × {pieces}", tax.rates.tariff.unwrap_or_default());
        told_cut(Step::new("tariff", DUTY, formula, tax.tariff), &["g"], in_yuan(exact.tariff));
    }
    if cut.statutory > 0 {
        let rule = "CT = (d + T + q·s)·c/(1 - c) + q·s";
        let step = Step::new("statutory_consumption_tax", rule, statutory, fen(cut.statutory));
        told_cut(step, &["c", "s"], in_yuan(exact.statutory));
    }
    let formula = format!("({base} + {}) × {}", fen(cut.statutory), tax.rates.vat);
    let step = Step::new("statutory_vat", "VAT = (d + T + CT)·v", formula, fen(cut.statutory_vat));
    told_cut(step, &["v"], in_yuan(piece.statutory_vat_on(cut.statutory)));
    let levied = |statutory: i128| {
        (format!("{} × {k} × {pieces}", fen(statutory)), in_yuan((statutory * piece.levy.tax, 100)))
    };
    let (formula, exact) = levied(cut.statutory);
    told_cut(Step::new("consumption_tax", "k·CT × pieces", formula, tax.consumption_tax), &["k"], exact);
    let (formula, exact) = levied(cut.statutory_vat);
    told_cut(Step::new("vat", "k·VAT × pieces", formula, tax.vat), &["k"], exact);
}
