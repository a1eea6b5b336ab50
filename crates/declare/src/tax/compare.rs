//! The platform's tax against ours. The documents bear the platform's amounts whatever comes out: a difference is told,
//! never repaired.

use ports::money::Yuan;
use rust_decimal::Decimal;

/// The part of the dutiable value that platforms' four-digit composite rates can be off by.
const TOLERANCE_OF_VALUE: Decimal = Decimal::from_parts(1, 0, 0, false, 4);

/// The outcome of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// The platform's tax less ours; ours is that of the goods or of goods and freight, whichever lies nearer.
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
/// The tolerance is `per_piece × pieces + 0.0001 × value`, which covers the rounding rules known to be in use.
pub fn compare(
    platform: Yuan,
    (of_goods, with_freight): (Yuan, Yuan),
    value: Yuan,
    pieces: u64,
    per_piece: Decimal,
) -> Comparison {
    let near = [of_goods, with_freight].into_iter().min_by_key(|ours| (platform - *ours).decimal().abs());
    let tolerance =
        value * TOLERANCE_OF_VALUE + Yuan::bounded(per_piece * Decimal::from(pieces)).unwrap_or_default();
    Comparison { difference: platform - near.unwrap_or(of_goods), tolerance }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platforms_composite_rate_is_within_the_tolerance() {
        // E01: 200.00 at 0.2635 is 52.70 on the platform and 52.71 tax by tax.
        let fen = Yuan::from_fen;
        let near = compare(fen(5270), (fen(5271), fen(5271)), fen(20_000), 1, Decimal::new(1, 2));
        assert!(near.agrees());
        assert_eq!(near.tolerance.to_string(), "0.03");
        assert!(!compare(fen(1820), (fen(5271), fen(5271)), fen(20_000), 1, Decimal::new(1, 2)).agrees());
    }
}
