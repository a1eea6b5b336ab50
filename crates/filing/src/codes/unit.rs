//! Units of measure (计量单位代码).

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{CODE_DIGITS, CODES, folded, index, padded, three_digits};

/// Customs' list of units with their size in another unit, from published customs parameter tables that agree with each
/// other. Code 164 is left out: two tables give it different meanings.
const LIST: &str = include_str!("../../data/units.csv");

/// How many steps a unit's size may take to its base: an ounce is given in grams, a gram in kilograms.
const MAX_STEPS: usize = 3;

/// A listed customs unit: three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnitCode([u8; CODE_DIGITS]);

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

    /// The strict parser: the three digits of a listed code.
    pub fn parse(text: &str) -> Option<Self> {
        three_digits(text).and_then(Self::listed)
    }

    /// The clerk's parser: a code that may have lost its leading zeros, the Chinese name, or a usual other word for it
    /// (公斤, kg, ml, pcs), in any width and case.
    pub fn lenient(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| {
            let word = folded(text);
            padded(&word).and_then(Self::listed).or_else(|| List::get().words.get(&word).copied())
        })
    }

    fn listed(digits: [u8; CODE_DIGITS]) -> Option<Self> {
        List::get().units.get(index(digits))?.is_some().then_some(Self(digits))
    }

    /// The three digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
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
        List::get().units.get(index(self.0))?.as_ref()
    }
}

impl fmt::Display for UnitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for UnitCode {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("not a customs unit code: {text}"))
    }
}

impl From<UnitCode> for String {
    fn from(code: UnitCode) -> Self {
        code.as_str().to_owned()
    }
}

#[derive(Debug)]
struct Unit {
    name: String,
    base: Option<(UnitCode, Decimal)>,
}

#[derive(Debug, Default)]
struct List {
    units: Vec<Option<Unit>>,
    words: HashMap<String, UnitCode>,
}

impl List {
    fn get() -> &'static Self {
        static PARSED: LazyLock<List> = LazyLock::new(|| List::read(LIST).unwrap_or_default());
        &PARSED
    }

    /// Reads `code,name_zh,base_code,factor,aliases`.
    fn read(table: &str) -> Result<Self, String> {
        let mut list = Self { units: (0..CODES).map(|_| None).collect(), words: HashMap::new() };
        for row in csv::Reader::from_reader(table.as_bytes()).records() {
            let row = row.map_err(|error| error.to_string())?;
            let [code, name, base, factor, aliases] =
                [0, 1, 2, 3, 4].map(|at| row.get(at).unwrap_or_default());
            let digits = |text: &str| three_digits(text).ok_or_else(|| format!("not a code: {text}"));
            let code = UnitCode(digits(code)?);
            let base = match base {
                "" => None,
                base => Some((
                    UnitCode(digits(base)?),
                    factor.parse().map_err(|error| format!("{factor}: {error}"))?,
                )),
            };
            for word in std::iter::once(name).chain(aliases.split(';').filter(|alias| !alias.is_empty())) {
                if list.words.insert(folded(word), code).is_some() {
                    return Err(format!("{word} stands twice"));
                }
            }
            list.units[index(code.0)] = Some(Unit { name: name.to_owned(), base });
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sound() {
        let list = List::read(LIST).unwrap();
        let units: Vec<&Unit> = list.units.iter().flatten().collect();
        assert_eq!(units.len(), 122);
        for unit in units {
            if let Some((base, size)) = unit.base {
                assert!(list.units[index(base.0)].is_some() && size > Decimal::ZERO, "{}", unit.name);
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
