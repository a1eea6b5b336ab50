//! The catalogue of customs ports (口岸): which ones the platform declares through, and what each vocabulary calls them.
//!
//! No two parties name a port alike. The shop writes `重庆`, the platform's list of supported ports `CHONGQING`, its item
//! filing `cq_custom`, the payment companies have names of their own, and none of these is the four-digit district code
//! (关区代码) of customs. So codes are kept as they were seen, each under its vocabulary; one that was not seen is absent
//! here and comes from the platform ([`PortList`]), never from a guess.

mod refresh;
mod search;
mod table;

pub use refresh::{Changes, CodeChange, ListedPort, PortList};
pub use search::Found;

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::platform::Route;

/// The way of a payment slip where nothing is known of the port: the national system (统一版), to which the order and the
/// inventory go that it is matched with.
const USUAL_ROUTE: Route = Route::Zongshu;

/// Words that people add to a port's name.
const SUFFIXES: [&str; 3] = ["口岸", "海关", "市"];

/// Whose word for a port a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Vocabulary {
    /// Xiaohongshu's list of supported ports and the customs code of its orders: `CHONGQING`.
    Xiaohongshu,
    /// Xiaohongshu's item filing: `cq_custom`.
    XiaohongshuItem,
    /// WeChat Pay's customs places: `HANGZHOU_ZS`.
    Wechat,
    /// Alipay's customs places: `ningbo`.
    Alipay,
}

/// The vocabularies in the order of the table's columns.
const VOCABULARIES: [Vocabulary; 4] =
    [Vocabulary::Xiaohongshu, Vocabulary::XiaohongshuItem, Vocabulary::Wechat, Vocabulary::Alipay];

/// Where an entry of the catalogue is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The table in this program.
    Builtin,
    /// The platform's own list.
    Platform,
}

/// One port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Port {
    name: String,
    pinyin: String,
    district_code: String,
    offices: Vec<String>,
    trade_modes: Vec<String>,
    payment_route: Option<Route>,
    platform_codes: BTreeMap<Vocabulary, String>,
    supported: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    shop: Option<bool>,
    source: Source,
    #[serde(serialize_with = "as_text")]
    as_of: Date,
}

impl Port {
    /// The Chinese name, without 口岸.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name in lower-case pinyin; empty for a port only the platform has named.
    pub fn pinyin(&self) -> &str {
        &self.pinyin
    }

    /// The customs district (直属海关) with `00` for the office, such as `2900`; empty when it is not known. Where an
    /// office exists, the district's own code is not what a declaration wants.
    pub fn district_code(&self) -> &str {
        &self.district_code
    }

    /// Offices of customs (关区) seen in use at this port. Which one declares depends on the warehouse's zone, so that
    /// the right one stands in the configuration; these are what a configuration is compared with.
    pub fn offices(&self) -> &[String] {
        &self.offices
    }

    /// The name of the customs district, when it is known.
    pub fn district_name(&self) -> Option<&'static str> {
        table::district_name(&self.district_code)
    }

    /// The trade modes (监管方式) served here, by their codes: 1210 bonded, 9610 direct purchase. Empty when nothing is known.
    pub fn trade_modes(&self) -> &[String] {
        &self.trade_modes
    }

    /// The way that a payment slip goes to customs here, unless the configuration knows better.
    pub fn payment_route(&self) -> Route {
        self.payment_route.unwrap_or(USUAL_ROUTE)
    }

    /// Whether it is one of the shop's own ports, once the platform was asked.
    pub fn is_shops(&self) -> Option<bool> {
        self.shop
    }

    /// What a vocabulary calls this port, when that is known.
    pub fn code(&self, vocabulary: Vocabulary) -> Option<&str> {
        self.platform_codes.get(&vocabulary).map(String::as_str)
    }

    /// Whether the platform declares through it.
    pub fn supported(&self) -> bool {
        self.supported
    }

    /// Where the entry is from.
    pub fn source(&self) -> Source {
        self.source
    }

    /// The day for which the entry was true.
    pub fn as_of(&self) -> Date {
        self.as_of
    }
}

/// All ports, findable by any of their names.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    ports: Vec<Port>,
    /// Every name, pinyin and code in lower case. A word that means two ports is not here.
    words: HashMap<String, usize>,
}

impl Catalogue {
    /// The 30 ports that Xiaohongshu supports, as far as they were known when this program was made.
    pub fn builtin() -> &'static Self {
        table::builtin()
    }

    /// The ports in the order of the table.
    pub fn ports(&self) -> &[Port] {
        &self.ports
    }

    /// The port that a name (杭州, 杭州口岸, 杭州市), a pinyin in any case, or a code of any vocabulary means.
    pub fn find(&self, text: &str) -> Option<&Port> {
        let word = text.trim().to_lowercase();
        let mut rest = word.as_str();
        loop {
            if let Some(&index) = self.words.get(rest) {
                return self.ports.get(index);
            }
            rest = SUFFIXES.iter().find_map(|suffix| rest.strip_suffix(suffix))?;
        }
    }

    /// This catalogue brought up to the platform's list of supported ports, given as (name, code) on some day: ports of the
    /// list are supported and have its code, new ones are added, and those that are not in it are no longer supported.
    #[must_use]
    pub fn refreshed<'a>(&self, list: impl IntoIterator<Item = (&'a str, &'a str)>, on: Date) -> Self {
        let mut ports: Vec<Port> =
            self.ports.iter().map(|port| Port { supported: false, ..port.clone() }).collect();
        for (name, code) in list {
            // A port without a name goes by its code; one that got another name is known by its code.
            let (name, code) = (if name.trim().is_empty() { code } else { name }.trim(), code.trim());
            if name.is_empty() {
                continue;
            }
            let by_code = || ports.iter().find(|port| port.code(Vocabulary::Xiaohongshu) == Some(code));
            let known = self.find(name).or_else(by_code).map(|port| port.name.clone());
            let index = ports.iter().position(|port| Some(&port.name) == known.as_ref() || port.name == name);
            let port = match index {
                Some(index) => &mut ports[index],
                None => {
                    ports.push(Port {
                        name: name.to_owned(),
                        pinyin: String::new(),
                        district_code: String::new(),
                        offices: Vec::new(),
                        trade_modes: Vec::new(),
                        payment_route: None,
                        platform_codes: BTreeMap::new(),
                        supported: true,
                        shop: None,
                        source: Source::Platform,
                        as_of: on,
                    });
                    let last = ports.len() - 1;
                    &mut ports[last]
                }
            };
            if !code.is_empty() {
                port.platform_codes.insert(Vocabulary::Xiaohongshu, code.to_owned());
            }
            port.supported = true;
            port.source = Source::Platform;
            port.as_of = on;
        }
        Self::of(ports)
    }

    fn of(ports: Vec<Port>) -> Self {
        // Words are weighed in ranks: a port's own name is its own even if another vocabulary uses the word for a
        // neighbour; among codes, a word with two meanings has none.
        let mut words: HashMap<String, usize> = HashMap::new();
        for (index, port) in ports.iter().enumerate() {
            for word in [&port.name, &port.pinyin] {
                if !word.is_empty() {
                    words.entry(word.to_lowercase()).or_insert(index);
                }
            }
        }
        let mut codes: HashMap<String, Option<usize>> = HashMap::new();
        for (index, port) in ports.iter().enumerate() {
            for code in port.platform_codes.values() {
                codes
                    .entry(code.to_lowercase())
                    .and_modify(|meant| *meant = meant.filter(|meant| *meant == index))
                    .or_insert(Some(index));
            }
        }
        for (code, meant) in codes {
            if let Some(index) = meant {
                words.entry(code).or_insert(index);
            }
        }
        Self { ports, words }
    }
}

fn as_text<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn name(text: &str) -> Option<&'static str> {
        Catalogue::builtin().find(text).map(Port::name)
    }

    #[test]
    fn a_port_is_found_by_whatever_it_is_called() {
        for text in
            ["杭州", " 杭州口岸", "杭州市", "杭州海关", "Hangzhou", "HANGZHOU", "hz_custom", "HANGZHOU_ZS"]
        {
            assert_eq!(name(text), Some("杭州"), "{text}");
        }
        assert_eq!(name("CHONGQING"), Some("重庆"));
        assert_eq!(name("郑州综保总署"), Some("郑州综保总署"));
        assert_eq!(name("ZHENGZHOU_ZH_ZS"), Some("郑州综保总署"));
        assert_eq!(name("ZHENGZHOU"), Some("郑州"));
        assert_eq!(name("wh_custom"), Some("威海"));
        assert_eq!(name("wuhan_custom"), Some("武汉"));
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for text in ["", "口岸", "市", "杭", "zh_custom", "jy_custom", "2900", "zongshu", "DALIAN"] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn the_json_is_what_scripts_rely_on() {
        let port = serde_json::to_value(Catalogue::builtin().find("宁波").unwrap()).unwrap();
        let expected = serde_json::json!({
            "name": "宁波", "pinyin": "ningbo", "district_code": "3100", "offices": ["3105"],
            "trade_modes": ["1210", "9610"], "payment_route": "local",
            "platform_codes": {"xiaohongshu_item": "nb_custom", "wechat": "NINGBO", "alipay": "ningbo"},
            "supported": true, "source": "builtin", "as_of": "2026-11-22"
        });
        assert_eq!(port, expected);
    }

    #[test]
    fn the_platforms_list_has_the_last_word_on_support() {
        let on = date(2027, 1, 2);
        let list = [("杭州口岸", "HANGZHOU"), ("大连", "DALIAN")];
        let catalogue = Catalogue::builtin().refreshed(list, on);
        assert_eq!(catalogue.ports().len(), 31);
        let hangzhou = catalogue.find("杭州").unwrap();
        assert_eq!(
            (hangzhou.code(Vocabulary::Xiaohongshu), hangzhou.source()),
            (Some("HANGZHOU"), Source::Platform)
        );
        assert_eq!((hangzhou.district_code(), hangzhou.as_of()), ("2900", on));
        assert!(catalogue.find("dalian").unwrap().supported());
        assert!(!catalogue.find("宁波").unwrap().supported());
        let again = catalogue.refreshed(list, on);
        assert_eq!(again.ports(), catalogue.ports());
    }
}
