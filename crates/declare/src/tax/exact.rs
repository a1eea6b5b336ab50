//! Exact integer arithmetic for tax: every figure is a rational number until its one rounding to the fen.
//!
//! Amounts are counted in 10⁻⁵ yuan, quantities in 10⁻⁵ units, rates in 10⁻⁶. With the bounds below no product of the
//! formulas leaves 128 bits, so no intermediate figure is ever rounded.

use rust_decimal::Decimal;

/// The largest amount of a line or charge, in yuan: a billion, far beyond any parcel. It keeps the longest product
/// (amount × rate⁴ × levy share) below 10³⁴.
pub(super) const MAX_AMOUNT_YUAN: i64 = 1_000_000_000;
/// The largest legal quantity of a line.
pub(super) const MAX_QUANTITY: i64 = 1_000_000_000;
/// The largest rate: 1000 %, or ten yuan for each legal unit times a hundred.
pub(super) const MAX_RATE: i64 = 1_000;

/// Digits after the point of amounts and quantities: those of the customs schema.
pub(super) const AMOUNT_SCALE: u32 = 5;
/// Digits after the point of rates.
pub(super) const RATE_SCALE: u32 = 6;
/// One, as a rate.
pub(super) const ONE: i128 = 1_000_000;
/// One fen, as an amount.
pub(super) const FEN: i128 = 1_000;

/// A decimal as an integer count of 10^-`scale`, when it is one exactly and lies between zero and `max`.
pub(super) fn count(value: Decimal, scale: u32, max: i64) -> Option<i128> {
    if value.is_sign_negative() && !value.is_zero() || value > Decimal::from(max) {
        return None;
    }
    let value = if value.scale() > scale { value.normalize() } else { value };
    let missing = scale.checked_sub(value.scale())?;
    Some(value.mantissa() * 10_i128.pow(missing))
}

/// `numerator / denominator`, rounded half-up. Both are non-negative, the denominator is above zero.
pub(super) fn half_up(numerator: i128, denominator: i128) -> i128 {
    (2 * numerator + denominator) / (2 * denominator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    #[test]
    fn only_exact_counts_are_taken() {
        let count = |text: &str| count(Decimal::from_str(text).unwrap(), AMOUNT_SCALE, MAX_AMOUNT_YUAN);
        assert_eq!(count("200.00"), Some(20_000_000));
        assert_eq!(count("0.00001"), Some(1));
        assert_eq!(count("0.1000000"), Some(10_000));
        assert_eq!(count("0.000001"), None);
        assert_eq!(count("-0.01"), None);
        assert_eq!(count("1000000000.01"), None);
        assert_eq!(count("79228162514264337593543950335"), None);
    }

    #[test]
    fn halves_go_up() {
        assert_eq!([half_up(5, 10), half_up(4, 10), half_up(15, 10), half_up(0, 7)], [1, 0, 2, 0]);
    }
}
