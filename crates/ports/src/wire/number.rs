//! Numbers as platforms send them: integers, doubles, numeric strings, empty strings, nulls.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A whole number in any of the platforms' spellings: `1200`, `1200.0`, `"1200"`, `"1200.0"`. An empty string and `null`
/// are nothing. A number that is not whole is a fault: the platforms' units (fen, grams, milliseconds) have no parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WireInteger(pub Option<i64>);

impl WireInteger {
    /// The number, zero when nothing was sent.
    pub fn or_zero(self) -> i64 {
        self.0.unwrap_or(0)
    }
}

impl From<i64> for WireInteger {
    fn from(number: i64) -> Self {
        Self(Some(number))
    }
}

fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return Some(number);
    }
    let number = Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).ok()?;
    let number = number.is_integer().then(|| number.normalize())?;
    i64::try_from(number.mantissa()).ok().filter(|_| number.scale() == 0)
}

impl<'de> Deserialize<'de> for WireInteger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lenient;
        impl Visitor<'_> for Lenient {
            type Value = WireInteger;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or a string that holds one")
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<WireInteger, E> {
                Ok(WireInteger(Some(number)))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<WireInteger, E> {
                i64::try_from(number).map(|n| WireInteger(Some(n))).map_err(|_| E::custom("number too large"))
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<WireInteger, E> {
                // The shortest text of the double is what the sender meant; binary noise never enters.
                let n = whole(&number.to_string()).ok_or_else(|| E::custom("not a whole number"))?;
                Ok(WireInteger(Some(n)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<WireInteger, E> {
                if text.trim().is_empty() {
                    return Ok(WireInteger(None));
                }
                whole(text).map(|n| WireInteger(Some(n))).ok_or_else(|| E::custom("not a whole number"))
            }
            fn visit_unit<E: Error>(self) -> Result<WireInteger, E> {
                Ok(WireInteger(None))
            }
        }
        deserializer.deserialize_any(Lenient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_whole_number_is_read() {
        for (json, want) in [
            ("1200", Some(1200)),
            ("1200.0", Some(1200)),
            ("1.2e3", Some(1200)),
            ("\"1200\"", Some(1200)),
            ("\" 1200.00 \"", Some(1200)),
            ("\"\"", None),
            ("null", None),
            ("-5", Some(-5)),
            ("0.0", Some(0)),
        ] {
            assert_eq!(serde_json::from_str::<WireInteger>(json).unwrap().0, want, "{json}");
        }
    }

    #[test]
    fn parts_of_a_fen_and_words_are_refused() {
        for json in ["12.5", "\"12.5\"", "\"twelve\"", "true", "[1]", "18446744073709551615", "1e300"] {
            assert!(serde_json::from_str::<WireInteger>(json).is_err(), "{json}");
        }
    }
}
