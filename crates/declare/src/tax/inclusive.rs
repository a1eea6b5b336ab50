//! Prices that include tax (包税), split back.
//!
//! From `P = d + due(d)` follows, with `S` the consumption tax by quantity,
//!
//! ```text
//! d = (P·(1-c) - k·(1+v)·S) / ((1+g)·((1-c) + k·(c+v)))
//! ```
//!
//! which is `P / (1 + composite rate)` for tax ad valorem. A price threshold makes this a question with two answers: just
//! above it goods bear consumption tax, just below they do not. Between the two there are prices with tax that no price
//! before tax leads to, the dead zone; the single limit has one of its own.

use filing::tariff::Tariff;
use ports::fault::Fault;
use rust_decimal::Decimal;

use super::compute::{crossing, line_count, within, yuan};
use super::counted::{Counted, Known, amount, counted, known};
use super::exact::{ALL, AMOUNT_SCALE, FEN, ONE, written_out};
use super::line::{IN_FULL, Levy, Taxed};
use super::rounding::{Rounding, price_before_tax};
use super::share::by_largest_remainder;
use super::trace::Step;
use super::{Basis, Crossing, LineBasis, faults};

/// Decimals of the unit values that a fault shows.
const UNIT_PLACES: u32 = 4;

/// Puts the prices before tax in the place of those with tax.
///
/// # Errors
/// Numbers that cannot be used, codes without rates, and prices in a dead zone.
pub(super) fn split(basis: &mut Basis, tariff: &Tariff) -> Result<(), Vec<Fault>> {
    let mut found = line_count(basis.lines.len());
    let limits = tariff.limits(basis.date);
    if limits.is_none() {
        found.push(faults::NO_LIMIT.fault().with("date", basis.date));
    }
    let charges = amount(basis.charges, "freight + insurance", &mut found);
    let mut lines = Vec::new();
    for line in &basis.lines {
        let Some(known) = known(line, basis.date, tariff, &mut found) else { continue };
        lines.extend(counted(line, &known.rates, &mut found).map(|counted| Splitting {
            line,
            known,
            counted,
            bears: false,
            before: 0,
        }));
    }
    let (Some(limits), Some(charges), true) = (limits, charges, found.is_empty()) else { return Err(found) };
    let value = settle(&mut lines, charges, within(&limits), &mut found);
    let single = matches!(basis.lines.as_slice(), [line] if line.quantity == Decimal::ONE);
    if single && yuan(value) > limits.single && found.is_empty() {
        lines.iter_mut().for_each(|line| line.bears = false);
        let full = settle(&mut lines, charges, IN_FULL, &mut found);
        if yuan(full) <= limits.single {
            let fault = faults::DEAD_ZONE_LIMIT.fault().with("within", yuan(value)).with("full", yuan(full));
            found.push(fault.with("limit", limits.single));
        }
    }
    if !found.is_empty() {
        return Err(found);
    }
    let before: Vec<i128> = lines.iter().map(|line| line.before).collect();
    for (line, before) in basis.lines.iter_mut().zip(before) {
        line.value = Decimal::try_from_i128_with_scale(before, AMOUNT_SCALE).unwrap_or_default();
    }
    Ok(())
}

/// A line while its price is split.
struct Splitting<'t> {
    line: &'t LineBasis,
    known: Known<'t>,
    counted: Counted,
    /// Whether it is taken to reach its price threshold.
    bears: bool,
    before: i128,
}

impl Splitting<'_> {
    /// The price before tax, in whole fen, as an amount.
    fn split(&self, bears: bool, levy: Levy) -> i128 {
        let free = self.known.threshold.is_some() && !bears;
        let line = Taxed::of(&self.counted, self.counted.value, free, levy);
        let (k, rest) = (levy.tax, ONE - line.consumption);
        let specific = line.quantity1 * line.specific;
        let price = line.value * rest * ALL * ONE - k * (ONE + line.vat) * specific;
        let whole = (ONE + line.tariff) * (rest * ALL + k * (line.consumption + line.vat));
        price_before_tax(price.max(0), whole * FEN) * FEN
    }

    fn crossing(&self, share: i128, found: &mut Vec<Fault>) -> Option<Crossing> {
        let threshold = self.known.threshold.as_ref()?;
        crossing(self.line, &self.counted, self.before + share, threshold, found)
    }
}

/// Splits all prices under one levy; returns the order's dutiable value. Lines begin below their thresholds and are taken
/// above when their value says so; one that then falls below again lies in the dead zone.
fn settle(lines: &mut [Splitting<'_>], charges: i128, levy: Levy, found: &mut Vec<Fault>) -> i128 {
    loop {
        for line in lines.iter_mut() {
            line.before = line.split(line.bears, levy);
        }
        let weights: Vec<i128> = lines.iter().map(|line| line.before).collect();
        let shares = by_largest_remainder(charges / FEN, &weights);
        let mut changed = false;
        let mut torn = Vec::new();
        for (line, share) in lines.iter_mut().zip(shares) {
            let Some(crossing) = line.crossing(share * FEN, found) else { continue };
            if crossing.reached && !line.bears {
                (line.bears, changed) = (true, true);
            } else if line.bears && !crossing.reached {
                torn.push(dead_zone(line, crossing, share * FEN, levy));
            }
        }
        if !changed || !found.is_empty() {
            found.append(&mut torn);
            return lines.iter().map(|line| line.before).sum::<i128>() + charges;
        }
    }
}

fn dead_zone(line: &Splitting<'_>, crossing: Crossing, share: i128, levy: Levy) -> Fault {
    let (plain, taxed) = (line.split(false, levy), line.split(true, levy));
    let units = super::exact::count(crossing.units, AMOUNT_SCALE, Decimal::MAX).unwrap_or(1).max(1);
    let by_unit = |before: i128| written_out(before + share, units, UNIT_PLACES);
    let fault = faults::DEAD_ZONE.fault().with("gnum", line.line.number).with("price", line.line.value);
    let fault = fault.with("plain", yuan(plain)).with("plain_unit", by_unit(plain));
    fault.with("taxed", yuan(taxed)).with("taxed_unit", by_unit(taxed)).with("least", crossing.least)
}

/// The split as a figure of the trace.
pub(super) fn step(with_tax: Decimal, before: Decimal) -> Step {
    let rule = "price = (P·(1 - c) - k·(1 + v)·q·s) / ((1 + g)·((1 - c) + k·(c + v)))";
    let before = before.normalize();
    Step::new(
        "price_before_tax",
        rule,
        with_tax.to_string(),
        ports::money::Yuan::bounded(before).unwrap_or_default(),
    )
    .input("P", with_tax, None)
    .rounded(Rounding::SplitHalfUp, None)
}
