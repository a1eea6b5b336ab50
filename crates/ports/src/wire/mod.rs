//! Values as platforms send them: numbers as texts, texts as numbers, and nothing in three spellings.

pub mod lenient;
mod number;
pub(crate) mod vocabulary;

pub use self::number::WireInteger;
pub use self::vocabulary::Vocabulary;

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A decimal number in any of the platforms' spellings: `1`, `0.03`, `"0.03"`. An empty text and `null` are nothing.
///
/// A binary number is read as its shortest text, so that the noise of `52.700000000000003` never enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WireDecimal(pub Option<Decimal>);

/// A text that may have been sent as a number. Nothing and an empty text are the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WireText(pub String);

/// Yes or no, sent as such, as 1 or 0, or as a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WireFlag(pub Option<bool>);

impl WireDecimal {
    /// The number, zero when nothing was sent.
    pub fn or_zero(self) -> Decimal {
        self.0.unwrap_or_default()
    }

    /// The number with so many decimals, half away from zero: how a price with noise is meant.
    pub fn rounded(self, decimals: u32) -> Option<Decimal> {
        let away = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
        self.0.map(|number| {
            let mut rounded = number.round_dp_with_strategy(decimals, away);
            rounded.rescale(decimals);
            rounded
        })
    }
}

impl WireText {
    /// The text, unless it is empty.
    pub fn given(self) -> Option<String> {
        Some(self.0).filter(|text| !text.is_empty())
    }
}

fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

impl<'de> Deserialize<'de> for WireDecimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lenient;
        impl Lenient {
            fn read<E: Error>(text: &str) -> Result<WireDecimal, E> {
                decimal(text).map(|number| WireDecimal(Some(number))).ok_or_else(|| E::custom("not a number"))
            }
        }
        impl Visitor<'_> for Lenient {
            type Value = WireDecimal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a text that holds one")
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<WireDecimal, E> {
                Ok(WireDecimal(Some(number.into())))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<WireDecimal, E> {
                Ok(WireDecimal(Some(number.into())))
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<WireDecimal, E> {
                Self::read(&number.to_string())
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<WireDecimal, E> {
                if text.trim().is_empty() { Ok(WireDecimal(None)) } else { Self::read(text) }
            }
            fn visit_unit<E: Error>(self) -> Result<WireDecimal, E> {
                Ok(WireDecimal(None))
            }
        }
        deserializer.deserialize_any(Lenient)
    }
}

impl<'de> Deserialize<'de> for WireText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lenient;
        impl Visitor<'_> for Lenient {
            type Value = WireText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<WireText, E> {
                Ok(WireText(number.to_string()))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<WireText, E> {
                Ok(WireText(number.to_string()))
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<WireText, E> {
                Ok(WireText(number.to_string()))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<WireText, E> {
                Ok(WireText(text.trim().to_owned()))
            }
            fn visit_unit<E: Error>(self) -> Result<WireText, E> {
                Ok(WireText::default())
            }
        }
        deserializer.deserialize_any(Lenient)
    }
}

impl<'de> Deserialize<'de> for WireFlag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lenient;
        impl Visitor<'_> for Lenient {
            type Value = WireFlag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("yes or no")
            }
            fn visit_bool<E: Error>(self, flag: bool) -> Result<WireFlag, E> {
                Ok(WireFlag(Some(flag)))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<WireFlag, E> {
                Ok(WireFlag(Some(number != 0)))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<WireFlag, E> {
                Ok(WireFlag(Some(number != 0)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<WireFlag, E> {
                match text.trim() {
                    "" => Ok(WireFlag(None)),
                    "true" | "1" => Ok(WireFlag(Some(true))),
                    "false" | "0" => Ok(WireFlag(Some(false))),
                    _ => Err(E::custom("neither yes nor no")),
                }
            }
            fn visit_unit<E: Error>(self) -> Result<WireFlag, E> {
                Ok(WireFlag(None))
            }
        }
        deserializer.deserialize_any(Lenient)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_of_a_number_is_read() {
        let read = |json: &str| serde_json::from_str::<WireDecimal>(json).unwrap().0.map(|n| n.to_string());
        for (json, wanted) in [
            ("1", Some("1")),
            ("0.03", Some("0.03")),
            ("\"0.030\"", Some("0.030")),
            ("1e-2", Some("0.01")),
            ("52.700000000000003", Some("52.7")),
            ("\"\"", None),
            ("null", None),
        ] {
            assert_eq!(read(json).as_deref(), wanted, "{json}");
        }
        for json in ["\"x\"", "[]", "true", "1e300"] {
            assert!(serde_json::from_str::<WireDecimal>(json).is_err(), "{json}");
        }
        let noisy: WireDecimal = serde_json::from_str("105.40000000000002").unwrap();
        assert_eq!(noisy.rounded(2).unwrap().to_string(), "105.40");
    }

    #[test]
    fn texts_and_flags_come_in_many_spellings() {
        let text = |json: &str| serde_json::from_str::<WireText>(json).unwrap().0;
        assert_eq!((text("5"), text("\" a \""), text("null")), ("5".into(), "a".into(), String::new()));
        let flag = |json: &str| serde_json::from_str::<WireFlag>(json).unwrap().0;
        assert_eq!(
            (flag("true"), flag("0"), flag("\"1\""), flag("null")),
            (Some(true), Some(false), Some(true), None)
        );
    }

    proptest! {
        #[test]
        fn fen_survive_the_way_through_a_double(fen in 0_i64..10_000_000_000) {
            let price = Decimal::new(fen, 2);
            let double: f64 = price.to_string().parse().unwrap();
            let read: WireDecimal = serde_json::from_str(&format!("{double:.17}")).unwrap();
            prop_assert_eq!(read.rounded(2), Some(price));
        }
    }
}
