//! The platform's tax against ours, by order and by line. The documents bear the platform's amounts whatever comes out: a
//! difference is told, and beyond the tolerance it holds the order, but nothing is ever repaired.

use ports::fault::Fault;
use ports::money::Yuan;
use rust_decimal::Decimal;

use super::{LineTax, faults};

/// How far the platform's tax may be off: `per_piece × pieces + of_value × value`, which covers the rounding rules known
/// to be in use. A choice made here, and a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// Yuan for each piece, as platforms round or cut the tax of each.
    pub per_piece: Decimal,
    /// Part of the dutiable value, as platforms round composite rates to four digits.
    pub of_value: Decimal,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { per_piece: Decimal::new(1, 2), of_value: Decimal::new(1, 4) }
    }
}

/// The outcome of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// Our tax: that of the goods or of goods and freight, whichever lies nearer to the platform's.
    pub computed: Yuan,
    /// The platform's tax less ours.
    pub difference: Yuan,
    /// How far it may be off.
    pub tolerance: Yuan,
}

impl Comparison {
    /// Whether the difference is within the tolerance.
    pub fn agrees(&self) -> bool {
        self.difference.decimal().abs() <= self.tolerance.decimal()
    }
}

/// Compares. Platforms charge the freight's tax either with the tax or inside the freight, so ours is computed both ways.
pub fn compare(
    platform: Yuan,
    (of_goods, with_freight): (Yuan, Yuan),
    value: Yuan,
    pieces: u64,
    allowed: Tolerance,
) -> Comparison {
    let near = [of_goods, with_freight].into_iter().min_by_key(|ours| (platform - *ours).decimal().abs());
    let by_piece = allowed.per_piece.checked_mul(Decimal::from(pieces)).and_then(Yuan::bounded);
    let by_value = allowed.of_value.checked_mul(value.decimal()).and_then(Yuan::bounded);
    let tolerance = by_piece.unwrap_or_default() + by_value.unwrap_or_default();
    let computed = near.unwrap_or(of_goods);
    Comparison { computed, difference: platform - computed, tolerance }
}

/// A line's tax by the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlatformTax {
    /// All of the line.
    pub tax: Yuan,
    /// Its pieces.
    pub pieces: u64,
}

/// Compares line by line; one entry for each line, with its number.
pub fn compare_lines(
    platform: &[PlatformTax],
    of_goods: &[LineTax],
    with_freight: &[LineTax],
    allowed: Tolerance,
) -> Vec<(u32, PlatformTax, Comparison)> {
    platform
        .iter()
        .zip(of_goods.iter().zip(with_freight))
        .map(|(platform, (goods, freight))| {
            let ours = (goods.total, freight.total);
            let compared = compare(platform.tax, ours, freight.dutiable_value, platform.pieces, allowed);
            (freight.gnum, *platform, compared)
        })
        .collect()
}

/// The order's difference as a fault, when it is beyond the tolerance.
pub(crate) fn order_fault(platform: Yuan, compared: &Comparison) -> Option<Fault> {
    (!compared.agrees()).then(|| filled(faults::PLATFORM_DIFFERS.fault(), platform, compared))
}

/// A line's difference as a fault, when it is beyond the tolerance.
pub(crate) fn line_fault((gnum, platform, compared): &(u32, PlatformTax, Comparison)) -> Option<Fault> {
    let fault = faults::LINE_DIFFERS.fault().with("gnum", gnum);
    (!compared.agrees()).then(|| filled(fault, platform.tax, compared))
}

fn filled(fault: Fault, platform: Yuan, compared: &Comparison) -> Fault {
    let fault = fault.with("platform", platform).with("computed", compared.computed);
    fault.with("difference", compared.difference).with("tolerance", compared.tolerance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platforms_composite_rate_is_within_the_tolerance() {
        // E01: 200.00 at 0.2635 is 52.70 on the platform and 52.71 tax by tax.
        let fen = Yuan::from_fen;
        let near = compare(fen(5270), (fen(5271), fen(5271)), fen(20_000), 1, Tolerance::default());
        assert!(near.agrees());
        assert_eq!(near.tolerance.to_string(), "0.03");
        let far = compare(fen(1820), (fen(5271), fen(5271)), fen(20_000), 1, Tolerance::default());
        assert!(!far.agrees());
        let fault = order_fault(fen(1820), &far).unwrap();
        assert!(fault.is_error() && fault.message(ports::fault::Lang::En).contains("-34.51"));
    }

    #[test]
    fn freight_may_be_taxed_apart() {
        let fen = Yuan::from_fen;
        for platform in [910, 1001] {
            let near = compare(fen(platform), (fen(910), fen(1001)), fen(11_000), 1, Tolerance::default());
            assert_eq!((near.computed, near.difference), (fen(platform), Yuan::ZERO));
        }
        // In between lies neither.
        assert!(!compare(fen(955), (fen(910), fen(1001)), fen(11_000), 1, Tolerance::default()).agrees());
    }
}
