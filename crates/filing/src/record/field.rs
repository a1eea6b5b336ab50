//! The small types of a filing's fields.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};

/// Digits before the point of any amount in customs messages (N19,5).
pub const MAX_WHOLE_DIGITS: u32 = 14;

/// Text of one to `MAX` characters on one line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Serialize for Text<MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<const MAX: usize> Text<MAX> {
    /// The strict parser: not empty, not too long, no control characters, no blanks around.
    pub fn parse(text: String) -> Option<Self> {
        Self::is_right(&text).then_some(Self(text))
    }

    /// Whether [`Text::parse`] takes it.
    pub(super) fn is_right(text: &str) -> bool {
        !text.is_empty()
            && (text.len() <= MAX || text.chars().count() <= MAX)
            && !text.chars().any(char::is_control)
            && text.trim().len() == text.len()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(text).ok_or_else(|| format!("not a text of 1 to {MAX} characters"))
    }
}

impl<const MAX: usize> From<Text<MAX>> for String {
    fn from(text: Text<MAX>) -> Self {
        text.0
    }
}

/// A decimal above zero with at most `SCALE` decimals and [`MAX_WHOLE_DIGITS`] digits before the point, without trailing
/// zeros, so that equal amounts are written alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Positive<const SCALE: u32>(Decimal);

/// The first amount that has too many digits before the point: ten to the power of [`MAX_WHOLE_DIGITS`].
pub(super) const TOO_LARGE: Decimal = Decimal::from_parts(276_447_232, 23_283, 0, false, 0);

impl<const SCALE: u32> Positive<SCALE> {
    /// The strict parser.
    pub fn new(value: Decimal) -> Option<Self> {
        let value = value.normalize();
        (value > Decimal::ZERO && value < TOO_LARGE && value.scale() <= SCALE).then_some(Self(value))
    }

    /// The number.
    pub const fn decimal(self) -> Decimal {
        self.0
    }
}

impl<const SCALE: u32> fmt::Display for Positive<SCALE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const SCALE: u32> TryFrom<Decimal> for Positive<SCALE> {
    type Error = String;
    fn try_from(value: Decimal) -> Result<Self, Self::Error> {
        Self::new(value)
            .ok_or_else(|| format!("not an amount above 0 with at most {SCALE} decimals: {value}"))
    }
}

impl<const SCALE: u32> From<Positive<SCALE>> for Decimal {
    fn from(amount: Positive<SCALE>) -> Self {
        amount.0
    }
}

/// The platform's id of a variant: 24 hex digits in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct SpvId(String);

impl Serialize for SpvId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl SpvId {
    /// How many hex digits it has.
    pub const DIGITS: usize = 24;

    /// The parser; capital letters are made small.
    pub fn parse(text: &str) -> Option<Self> {
        let right = text.len() == Self::DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        right.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SpvId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for SpvId {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("not 24 hex digits: {text}"))
    }
}

impl From<SpvId> for String {
    fn from(id: SpvId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_ten_to_the_fourteenth() {
        assert_eq!(TOO_LARGE.to_string(), format!("1{}", "0".repeat(14)));
    }

    #[test]
    fn equal_amounts_are_alike() {
        let quantity = |text: &str| Positive::<5>::new(text.parse().unwrap());
        assert_eq!(quantity("1.50000").unwrap().to_string(), "1.5");
        assert_eq!(quantity("0"), None);
        assert_eq!(quantity("0.000001"), None);
        assert_eq!(quantity("100000000000000"), None);
    }

    #[test]
    fn lengths_are_characters_not_bytes() {
        assert!(Text::<3>::parse("面膜贴".into()).is_some());
        assert!(Text::<3>::parse("面膜贴片".into()).is_none());
        assert!(Text::<3>::parse(" a".into()).is_none());
    }
}
