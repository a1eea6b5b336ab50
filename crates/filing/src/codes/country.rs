//! Countries and regions (国别(地区)代码).

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{CODE_DIGITS, CODES, folded, index, three_digits};

/// Customs' statistical list of countries and regions, from two published tables that agree code for code, with the ISO
/// 3166-1 codes beside it. Messages of the cross-border family still use the three digits; other declarations went over to
/// the ISO letters on 2018-08-01, and both turn up.
const LIST: &str = include_str!("../../data/countries.csv");

/// A listed customs country or region: three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode([u8; CODE_DIGITS]);

impl CountryCode {
    /// 中国.
    pub const CHINA: Self = Self(*b"142");

    /// The strict parser: the three digits of a listed code.
    pub fn parse(text: &str) -> Option<Self> {
        three_digits(text).and_then(Self::listed)
    }

    /// The clerk's parser: the customs code, an ISO code of two or three letters, or a Chinese or English name in one of
    /// its usual forms (韩国, 大韩民国), in any width and case.
    pub fn lenient(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| {
            let word = folded(text);
            // No listed code begins with a zero, so that fewer digits are nothing, not a code that lost one.
            three_digits(&word).and_then(Self::listed).or_else(|| List::get().words.get(&word).copied())
        })
    }

    fn listed(digits: [u8; CODE_DIGITS]) -> Option<Self> {
        List::get().countries.get(index(digits))?.is_some().then_some(Self(digits))
    }

    /// The three digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The name customs gives it.
    pub fn name_zh(self) -> &'static str {
        self.country().map_or("", |country| country.name.as_str())
    }

    /// The two letters of ISO 3166-1; none for islands, groups and former states that ISO does not list.
    pub fn iso2(self) -> Option<&'static str> {
        self.country()?.iso2.as_deref()
    }

    /// The three letters of ISO 3166-1; none where [`CountryCode::iso2`] has none.
    pub fn iso3(self) -> Option<&'static str> {
        self.country()?.iso3.as_deref()
    }

    fn country(self) -> Option<&'static Country> {
        List::get().countries.get(index(self.0))?.as_ref()
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for CountryCode {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("not a customs country code: {text}"))
    }
}

impl From<CountryCode> for String {
    fn from(code: CountryCode) -> Self {
        code.as_str().to_owned()
    }
}

#[derive(Debug)]
struct Country {
    name: String,
    iso2: Option<String>,
    iso3: Option<String>,
}

#[derive(Debug, Default)]
struct List {
    countries: Vec<Option<Country>>,
    words: HashMap<String, CountryCode>,
}

impl List {
    fn get() -> &'static Self {
        static PARSED: LazyLock<List> = LazyLock::new(|| List::read(LIST).unwrap_or_default());
        &PARSED
    }

    /// Reads `code,name_zh,name_en,iso2,iso3,aliases`.
    fn read(table: &str) -> Result<Self, String> {
        let mut list = Self { countries: (0..CODES).map(|_| None).collect(), words: HashMap::new() };
        for row in csv::Reader::from_reader(table.as_bytes()).records() {
            let row = row.map_err(|error| error.to_string())?;
            let [code, name, english, iso2, iso3, aliases] =
                [0, 1, 2, 3, 4, 5].map(|at| row.get(at).unwrap_or_default());
            let code = CountryCode(three_digits(code).ok_or_else(|| format!("not a code: {code}"))?);
            let words = [name, english, iso2, iso3].into_iter().chain(aliases.split(';'));
            for word in words.filter(|word| !word.is_empty()) {
                if list.words.insert(folded(word), code).is_some_and(|other| other != code) {
                    return Err(format!("{word} means two countries"));
                }
            }
            let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            list.countries[index(code.0)] =
                Some(Country { name: name.to_owned(), iso2: given(iso2), iso3: given(iso3) });
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
        let countries: Vec<&Country> = list.countries.iter().flatten().collect();
        assert_eq!(countries.len(), 242);
        assert!(list.countries[..100].iter().all(Option::is_none), "a code begins with a zero");
        for country in countries {
            assert_eq!(country.iso2.is_some(), country.iso3.is_some(), "{}", country.name);
        }
        assert_eq!((CountryCode::CHINA.name_zh(), CountryCode::CHINA.iso3()), ("中国", Some("CHN")));
    }

    #[test]
    fn the_wire_takes_codes_only() {
        assert_eq!(CountryCode::parse("306").map(CountryCode::name_zh), Some("爱尔兰"));
        for text in ["", "IRL", "爱尔兰", "317", "000", "1420"] {
            assert_eq!(CountryCode::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_clerk_may_write_what_people_write() {
        for (code, words) in [
            ("133", &["133", "韩国", "大韩民国", "KR", "kor", "\u{ff2b}\u{ff32}"][..]),
            ("502", &["美国", "us", "USA", "美利坚合众国"]),
            ("303", &["英国", "GB", "GBR", "uk"]),
            ("110", &["中国香港", "香港", "HKG", " 香 港 "]),
            ("143", &["中国台湾", "台湾", "TW"]),
            ("142", &["中国", "CN", "中华人民共和国"]),
            ("252", &["刚果(金)", "刚果\u{ff08}金\u{ff09}", "COD"]),
            ("601", &["澳大利亚", "澳洲", "Australia"]),
            ("306", &["IRL"]),
        ] {
            for word in words {
                assert_eq!(
                    CountryCode::lenient(word).map(|country| country.to_string()).as_deref(),
                    Some(code),
                    "{word}"
                );
            }
        }
        for text in ["", "1", "42", "国", "XX", "XXX"] {
            assert_eq!(CountryCode::lenient(text), None, "{text}");
        }
    }
}
