//! Units of measure (计量单位代码).

use std::sync::LazyLock;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::list::{Digits, List, code_texts, digits, folded, padded};

/// Customs' list of units with their size in another unit, from published customs parameter tables that agree with each
/// other. Code 164 is left out: two tables give it different meanings.
const TABLE: &str = include_str!("../../data/units.csv");

/// How many steps a unit's size may take to its base: an ounce is given in grams, a gram in kilograms.
const MAX_STEPS: usize = 3;

/// A listed customs unit: three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnitCode(Digits);

impl UnitCode {
    /// 千克.
    pub const KILOGRAM: Self = Self(*b"035");
    /// 克.
    pub const GRAM: Self = Self(*b"036");
    /// 升.
    pub const LITRE: Self = Self(*b"095");
    /// 毫升.
    pub const MILLILITRE: Self = Self(*b"096");
    /// 件.
    pub const PIECE: Self = Self(*b"011");
    /// 个.
    pub const ITEM: Self = Self(*b"007");

    /// The clerk's parser: a code that may have lost its leading zeros, the Chinese name, or a usual other word for it
    /// (公斤, kg, ml, pcs), in any width and case.
    pub fn lenient(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| {
            let word = folded(text);
            padded(&word).and_then(Self::listed).or_else(|| LIST.of_word(&word).map(Self))
        })
    }

    /// The name customs gives it.
    pub fn name_zh(self) -> &'static str {
        self.unit().map_or("", |unit| unit.name.as_str())
    }

    /// How many kilograms one of it is, when it is a unit of weight.
    pub fn kilograms_factor(self) -> Option<Decimal> {
        self.factor_to(Self::KILOGRAM)
    }

    /// How many of `base` one of it is, when the list leads there: 1 ml is 0.001 l.
    pub fn factor_to(self, base: Self) -> Option<Decimal> {
        let (mut code, mut factor) = (self, Decimal::ONE);
        for _ in 0..MAX_STEPS {
            if code == base {
                return Some(factor);
            }
            let (next, size) = code.unit()?.base?;
            factor = factor.checked_mul(size)?;
            code = next;
        }
        None
    }

    fn unit(self) -> Option<&'static Unit> {
        LIST.get(self.0)
    }
}

#[derive(Debug)]
struct Unit {
    name: String,
    base: Option<(UnitCode, Decimal)>,
}

static LIST: LazyLock<List<Unit>> = LazyLock::new(|| read().unwrap_or_default());

code_texts!(UnitCode, LIST, "unit");

/// Reads `code,name_zh,base_code,factor,aliases`.
fn read() -> Result<List<Unit>, String> {
    List::read(TABLE, |[code, name, base, factor, aliases]: [&str; 5]| {
        let digits = |text: &str| digits(text).ok_or_else(|| format!("not a code: {text}"));
        let base = match base {
            "" => None,
            base => {
                Some((UnitCode(digits(base)?), factor.parse().map_err(|error| format!("{factor}: {error}"))?))
            }
        };
        let words = std::iter::once(name).chain(aliases.split(';'));
        Ok((digits(code)?, Unit { name: name.to_owned(), base }, words.collect()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sound() {
        let list = read().unwrap();
        let units: Vec<&Unit> = list.entries().collect();
        assert_eq!(units.len(), 122);
        for unit in units {
            if let Some((base, size)) = unit.base {
                assert!(list.get(base.0).is_some() && size > Decimal::ZERO, "{}", unit.name);
            }
        }
        for (code, name) in [
            (UnitCode::KILOGRAM, "千克"),
            (UnitCode::GRAM, "克"),
            (UnitCode::LITRE, "升"),
            (UnitCode::MILLILITRE, "毫升"),
            (UnitCode::PIECE, "件"),
            (UnitCode::ITEM, "个"),
        ] {
            assert_eq!((code.name_zh(), UnitCode::parse(code.as_str())), (name, Some(code)));
        }
    }

    #[test]
    fn the_wire_takes_codes_only() {
        assert_eq!(UnitCode::parse("140").map(UnitCode::name_zh), Some("盒"));
        assert_eq!(UnitCode::parse("122").map(UnitCode::name_zh), Some("罐"));
        for text in ["", "35", "0035", "千克", "000", "164", "999", "0 5"] {
            assert_eq!(UnitCode::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_clerk_may_write_what_people_write() {
        for text in ["035", "35", " 35 ", "千克", "公斤", "KG", "kg", "\u{ff2b}\u{ff27}", "\u{ff10}35"] {
            assert_eq!(UnitCode::lenient(text), Some(UnitCode::KILOGRAM), "{text}");
        }
        assert_eq!(UnitCode::lenient("ML"), Some(UnitCode::MILLILITRE));
        assert_eq!(UnitCode::lenient("7"), Some(UnitCode::ITEM));
        assert_eq!(UnitCode::lenient("盒").map(|unit| unit.to_string()), Some("140".into()));
        for text in ["", "164", "亿株", "1000", "-35", "箱子"] {
            assert_eq!(UnitCode::lenient(text), None, "{text}");
        }
    }

    #[test]
    fn weights_become_kilograms() {
        let kilograms =
            |name: &str| UnitCode::lenient(name).unwrap().kilograms_factor().map(|factor| factor.to_string());
        assert_eq!(kilograms("千克").as_deref(), Some("1"));
        assert_eq!(kilograms("克").as_deref(), Some("0.001"));
        assert_eq!(kilograms("磅").as_deref(), Some("0.4536"));
        assert_eq!(kilograms("盎司").as_deref(), Some("0.0311"));
        assert_eq!(kilograms("升"), None);
        assert_eq!(UnitCode::MILLILITRE.factor_to(UnitCode::LITRE), Some(Decimal::new(1, 3)));
    }
}
