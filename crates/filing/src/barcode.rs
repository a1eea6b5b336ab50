//! Barcodes: the platform's key of an article.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// Longest barcode: the customs field's length.
pub const BARCODE_LETTERS: usize = 50;

/// A barcode: letters, digits, `/` and `-`, at most [`BARCODE_LETTERS`]. Shops may use codes of their own, so that a wrong
/// check digit does not make it invalid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Barcode(String);

impl Serialize for Barcode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Barcode {
    /// The strict parser.
    pub fn parse(text: &str) -> Option<Self> {
        let right = (1..=BARCODE_LETTERS).contains(&text.len()) && text.chars().all(is_allowed);
        right.then(|| Self(text.to_owned()))
    }

    /// The barcode as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a barcode may have this character.
pub fn is_allowed(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '/' | '-')
}

/// The check digit that a GTIN (EAN-8, UPC-A, EAN-13, GTIN-14) of these digits should end in; nothing when the text is none.
///
/// From the right, the digit before the check digit weighs 3, the next 1, and so on (GS1 General Specifications).
pub fn expected_check_digit(text: &str) -> Option<char> {
    let (body, check) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let right = matches!(text.len(), 8 | 12 | 13 | 14) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !right || check.is_empty() {
        return None;
    }
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| u32::from(byte - b'0') * if place % 2 == 0 { 3 } else { 1 })
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10)
}

/// Whether the text is a GTIN with a right check digit.
pub fn is_gtin(text: &str) -> bool {
    expected_check_digit(text).is_some_and(|digit| text.ends_with(digit))
}

impl fmt::Display for Barcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Barcode {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("not a barcode: {text}"))
    }
}

impl From<Barcode> for String {
    fn from(barcode: Barcode) -> Self {
        barcode.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_of_every_length() {
        for right in
            ["6907315161898", "6901234567892", "4006381333931", "036000291452", "96385074", "880000000039"]
        {
            assert!(is_gtin(right), "{right}");
        }
        for wrong in ["6907315161899", "036000291453", "690731516189", "690731516189O", "", "7", "码"] {
            assert!(!is_gtin(wrong), "{wrong}");
        }
        assert_eq!(expected_check_digit("6907315161899"), Some('8'));
        assert_eq!(expected_check_digit("MASK-001"), None);
    }

    #[test]
    fn a_shop_may_use_its_own_codes() {
        assert!(Barcode::parse("A/1-b").is_some());
        assert!(Barcode::parse("").is_none());
        assert!(Barcode::parse("a b").is_none());
        assert!(Barcode::parse(&"9".repeat(51)).is_none());
    }
}
