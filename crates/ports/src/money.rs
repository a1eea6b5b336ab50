//! Money in decimals, never in binary floating point.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul, Neg, Sub};

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An amount in yuan (CNY).
///
/// Amounts come in through [`Yuan::bounded`] or [`Yuan::from_fen`], so that the operators cannot leave the decimal's range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Yuan(Decimal);

/// The largest amount let in from outside: 14 digits before the point, as the customs schema has it (N19,5). That is 14
/// orders of magnitude below the decimal's own range, so that sums of amounts and products with rates cannot overflow.
pub const MAX_YUAN: Decimal = Decimal::from_parts(276_447_231, 23_283, 0, false, 0);

impl Yuan {
    /// No money.
    pub const ZERO: Yuan = Yuan(Decimal::ZERO);

    /// An amount in fen (1/100 yuan), the unit of the platforms.
    pub fn from_fen(fen: i64) -> Self {
        Self(Decimal::new(fen, 2))
    }

    /// An amount whose size is at most [`MAX_YUAN`].
    pub fn bounded(value: Decimal) -> Option<Self> {
        (value.abs() <= MAX_YUAN).then_some(Self(value))
    }

    /// The amount as a decimal number of yuan.
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Whole fen, when the amount is a whole number of fen that fits.
    pub fn whole_fen(self) -> Option<i64> {
        let fen = self.0.checked_mul(Decimal::ONE_HUNDRED)?;
        if !fen.is_integer() {
            return None;
        }
        i64::try_from(fen.trunc().mantissa() / 10_i128.pow(fen.trunc().scale())).ok()
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }
}

impl fmt::Display for Yuan {
    /// Plain digits with at least two decimals: `52.71`, `0.00`, `1.23457`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = self.0.normalize();
        if value.scale() < 2 {
            value.rescale(2);
        }
        value.fmt(f)
    }
}

impl Serialize for Yuan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Yuan {
    /// From the text that it is written as.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let value: Decimal = text.parse().map_err(serde::de::Error::custom)?;
        Self::bounded(value).ok_or_else(|| serde::de::Error::custom("more than any amount"))
    }
}

impl Add for Yuan {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Yuan {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Yuan {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Mul<Decimal> for Yuan {
    type Output = Self;
    fn mul(self, factor: Decimal) -> Self {
        Self(self.0 * factor)
    }
}

impl Sum for Yuan {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fen_become_yuan_exactly() {
        assert_eq!(Yuan::from_fen(5271).to_string(), "52.71");
        assert_eq!(Yuan::from_fen(-5).to_string(), "-0.05");
        assert_eq!(Yuan::from_fen(100_000).to_string(), "1000.00");
    }

    #[test]
    fn parts_of_a_fen_are_no_whole_fen() {
        assert_eq!(Yuan::from_fen(5271).whole_fen(), Some(5271));
        assert_eq!(Yuan(Decimal::new(12_345, 3)).whole_fen(), None);
    }

    #[test]
    fn the_bound_is_fourteen_nines() {
        assert_eq!(MAX_YUAN.to_string(), "99999999999999");
        assert!(Yuan::bounded(MAX_YUAN).is_some());
        assert!(Yuan::bounded(MAX_YUAN + Decimal::ONE).is_none());
    }
}
