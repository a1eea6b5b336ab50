//! Countries and regions (国别(地区)代码).

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::list::{Digits, List, code_texts, digits, folded};

/// Customs' statistical list of countries and regions, from two published tables that agree code for code, with the ISO
/// 3166-1 codes beside it. Messages of the cross-border family still use the three digits; other declarations went over to
/// the ISO letters on 2018-08-01, and both turn up.
const TABLE: &str = include_str!("../../data/countries.csv");

/// A listed customs country or region: three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode(Digits);

impl CountryCode {
    /// 中国.
    pub const CHINA: Self = Self(*b"142");

    /// The clerk's parser: the customs code, an ISO code of two or three letters, or a Chinese or English name in one of
    /// its usual forms (韩国, 大韩民国), in any width and case.
    pub fn lenient(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| {
            let word = folded(text);
            // No listed code begins with a zero, so that fewer digits are nothing, not a code that lost one.
            digits(&word).and_then(Self::listed).or_else(|| LIST.of_word(&word).map(Self))
        })
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
        LIST.get(self.0)
    }
}

#[derive(Debug)]
struct Country {
    name: String,
    iso2: Option<String>,
    iso3: Option<String>,
}

static LIST: LazyLock<List<Country>> = LazyLock::new(|| read().unwrap_or_default());

code_texts!(CountryCode, LIST, "country");

/// Reads `code,name_zh,name_en,iso2,iso3,aliases`.
fn read() -> Result<List<Country>, String> {
    List::read(TABLE, |[code, name, english, iso2, iso3, aliases]: [&str; 6]| {
        let code = digits(code).ok_or_else(|| format!("not a code: {code}"))?;
        let words = [name, english, iso2, iso3].into_iter().chain(aliases.split(';'));
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let country = Country { name: name.to_owned(), iso2: given(iso2), iso3: given(iso3) };
        Ok((code, country, words.collect()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sound() {
        let list = read().unwrap();
        let countries: Vec<&Country> = list.entries().collect();
        assert_eq!(countries.len(), 242);
        let with_a_zero = (0..100).filter_map(|code| digits(&format!("{code:03}")));
        assert!(with_a_zero.filter_map(|code| list.get(code)).next().is_none(), "a code begins with a zero");
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
