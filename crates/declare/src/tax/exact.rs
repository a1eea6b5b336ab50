//! Exact integer arithmetic for tax: every figure is a rational number until its one rounding.
//!
//! Amounts are counted in 10⁻⁵ yuan, quantities in 10⁻⁵ units, rates in 10⁻⁶, levied shares in percent. With the bounds
//! below no product of the formulas leaves 128 bits, so no intermediate figure is ever rounded: the longest, twice the
//! numerator of the VAT, stays below 5·10³⁷.

use rust_decimal::Decimal;

/// The largest amount of a line or charge, in yuan: a billion, far beyond any parcel.
pub(super) const MAX_AMOUNT_YUAN: i64 = 1_000_000_000;
/// The largest quantity of a line.
pub(super) const MAX_QUANTITY: i64 = 1_000_000_000;
/// The largest rate of duty or VAT: 1000 %.
pub(super) const MAX_RATE: i64 = 10;
/// The largest consumption tax by quantity, in yuan for each legal unit.
pub(super) const MAX_SPECIFIC: i64 = 100;
/// The largest rate of consumption tax. It is counted on a price that holds the tax itself, which at 100 % would be infinite.
pub(super) const MAX_CONSUMPTION: Decimal = Decimal::from_parts(99, 0, 0, false, 2);
/// The most lines of an order. A document holds 99; this bound keeps sums within range.
pub(super) const MAX_LINES: usize = 10_000;

/// Digits after the point of amounts and quantities: those of the customs schema.
pub(super) const AMOUNT_SCALE: u32 = 5;
/// Digits after the point of rates.
pub(super) const RATE_SCALE: u32 = 6;
/// One, as a rate.
pub(super) const ONE: i128 = 1_000_000;
/// One fen, as an amount.
pub(super) const FEN: i128 = 1_000;
/// Decimals of exact figures as people are shown them.
pub(super) const PLACES: u32 = 6;
/// Decimals of composite rates.
pub(super) const COMPOSITE_PLACES: u32 = 4;
/// One, as a levied share.
pub(super) const ALL: i128 = 100;

/// A decimal as an integer count of 10^-`scale`, when it is one exactly and lies between zero and `max`.
pub(super) fn count(value: Decimal, scale: u32, max: Decimal) -> Option<i128> {
    if value.is_sign_negative() && !value.is_zero() || value > max {
        return None;
    }
    let value = if value.scale() > scale { value.normalize() } else { value };
    let missing = scale.checked_sub(value.scale())?;
    Some(value.mantissa() * 10_i128.pow(missing))
}

/// `numerator / denominator`, rounded half-up. Both are non-negative, the denominator is above zero.
pub(super) fn half_up(numerator: i128, denominator: i128) -> i128 {
    let (numerator, denominator) = (2 * numerator + denominator, 2 * denominator);
    // Most orders fit the machine's own division, which is many times faster than one of 128 bits.
    match (u64::try_from(numerator), u64::try_from(denominator)) {
        (Ok(numerator), Ok(denominator)) => i128::from(numerator / denominator),
        _ => numerator / denominator,
    }
}

/// A fraction written out to at most `places` decimals, with an ellipsis when more would follow.
pub(super) fn written_out(numerator: i128, denominator: i128, places: u32) -> String {
    let scale = 10_i128.pow(places);
    let (whole, mut rest) = (numerator / denominator, numerator % denominator);
    // Digit by digit, so that no product outgrows 128 bits by more than a factor of ten.
    let mut digits = 0_i128;
    for _ in 0..places {
        let Some(next) = rest.checked_mul(10) else { break };
        digits = digits * 10 + next / denominator;
        rest = next % denominator;
    }
    let text = format!("{digits:0width$}", width = places as usize);
    debug_assert!(digits < scale);
    if rest > 0 {
        return format!("{whole}.{text}…");
    }
    let kept = text.trim_end_matches('0');
    format!("{whole}.{kept:0<2}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    #[test]
    fn only_exact_counts_are_taken() {
        let max = Decimal::from(MAX_AMOUNT_YUAN);
        let count = |text: &str| count(Decimal::from_str(text).unwrap(), AMOUNT_SCALE, max);
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
        let huge = 10_i128.pow(30);
        assert_eq!([half_up(5 * huge, 10 * huge), half_up(5 * huge - 1, 10 * huge)], [1, 0]);
    }

    #[test]
    fn fractions_are_written_as_far_as_a_person_needs() {
        assert_eq!(written_out(350, 17, 6), "20.588235…");
        assert_eq!(written_out(91, 10, 6), "9.10");
        assert_eq!(written_out(0, 10, 6), "0.00");
        assert_eq!(written_out(1, 8, 6), "0.125");
    }
}
