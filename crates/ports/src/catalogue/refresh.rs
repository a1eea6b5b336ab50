//! The platform's own list of supported ports, kept with its date, and what it changes.
//!
//! | key | document |
//! |---|---|
//! | `ports/list/<platform>` | the list as it came last, and the day |

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Catalogue, Vocabulary};
use crate::store::{Batch, Expect, Key, Record, Store, StoreError};

/// A port as the platform lists it. Neither word is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedPort {
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
}

/// The platform's list on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortList {
    /// The day.
    pub as_of: Date,
    /// The ports that the platform declares through.
    pub platform: Vec<ListedPort>,
    /// Of these, the ones of the shop.
    pub shop: Vec<ListedPort>,
}

impl Record for PortList {
    const FORMAT: u32 = 1;
}

/// What a list changes in a catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Ports that are supported now and were not before.
    pub appeared: Vec<String>,
    /// Ports that were supported before and are not now.
    pub vanished: Vec<String>,
    /// Ports whose code on the platform is new or another.
    pub codes: Vec<CodeChange>,
}

/// A port's code on the platform that is new or another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeChange {
    /// The port.
    pub name: String,
    /// The code.
    pub code: String,
    /// The code it had.
    pub before: Option<String>,
}

fn key(platform: &str) -> Key {
    Key::of(["ports", "list", platform])
}

impl PortList {
    /// The list that was kept last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn load(store: &dyn Store, platform: &str) -> Result<Option<Self>, StoreError> {
        store.get(&key(platform))?.map(|document| document.record()).transpose()
    }

    /// Keeps the list.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn keep(&self, store: &dyn Store, platform: &str) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        batch.put(key(platform), Expect::Any, self)?;
        store.commit(batch)
    }
}

impl Catalogue {
    /// The built-in catalogue brought up to the platform's list that was kept last, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn load(store: &dyn Store, platform: &str) -> Result<Self, StoreError> {
        let list = PortList::load(store, platform)?;
        Ok(list.map_or_else(|| Self::builtin().clone(), |list| Self::builtin().with_list(&list)))
    }

    /// This catalogue with the platform's list.
    #[must_use]
    pub fn with_list(&self, list: &PortList) -> Self {
        let pairs = list.platform.iter().map(|port| (port.name.as_str(), port.code.as_str()));
        let mut catalogue = self.refreshed(pairs, list.as_of);
        let is_shops = |name: &str, code: Option<&str>| {
            list.shop.iter().any(|port| {
                catalogue.find(&port.name).is_some_and(|found| found.name == name)
                    || code.is_some_and(|code| code == port.code)
            })
        };
        let shops: Vec<bool> = catalogue
            .ports
            .iter()
            .map(|port| is_shops(&port.name, port.code(Vocabulary::Xiaohongshu)))
            .collect();
        for (port, is_shops) in catalogue.ports.iter_mut().zip(shops) {
            port.shop = Some(is_shops);
        }
        catalogue
    }

    /// What became different between this catalogue and a later one.
    pub fn changes(&self, later: &Self) -> Changes {
        let supported = |catalogue: &Self, name: &str| {
            catalogue.ports.iter().any(|port| port.name == name && port.supported)
        };
        let only = |one: &Self, other: &Self| {
            let ports = one.ports.iter().filter(|port| port.supported && !supported(other, &port.name));
            ports.map(|port| port.name.clone()).collect::<Vec<_>>()
        };
        let codes = later.ports.iter().filter_map(|port| {
            let code = port.code(Vocabulary::Xiaohongshu)?;
            let known = self.ports.iter().find(|known| known.name == port.name);
            let before = known.and_then(|known| known.code(Vocabulary::Xiaohongshu));
            (before != Some(code)).then(|| CodeChange {
                name: port.name.clone(),
                code: code.to_owned(),
                before: before.map(str::to_owned),
            })
        });
        Changes { appeared: only(later, self), vanished: only(self, later), codes: codes.collect() }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::store::MemoryStore;

    fn listed(ports: &[(&str, &str)]) -> Vec<ListedPort> {
        ports.iter().map(|(name, code)| ListedPort { name: (*name).into(), code: (*code).into() }).collect()
    }

    #[test]
    fn what_appeared_and_what_vanished_is_told() {
        let store = MemoryStore::new();
        let before = Catalogue::load(&store, "xiaohongshu").unwrap();
        assert_eq!(before.ports(), Catalogue::builtin().ports());
        let mut all: Vec<(&str, &str)> = before
            .ports()
            .iter()
            .map(|port| (port.name(), port.pinyin()))
            .filter(|(name, _)| *name != "唐山")
            .collect();
        all.push(("大连", "DALIAN"));
        all.push(("", "NANNING"));
        let list = PortList {
            as_of: date(2027, 1, 2),
            platform: listed(&all),
            shop: listed(&[("杭州口岸", "x"), ("?", "DALIAN")]),
        };
        list.keep(&store, "xiaohongshu").unwrap();
        let later = Catalogue::load(&store, "xiaohongshu").unwrap();
        let changes = before.changes(&later);
        assert_eq!(
            (changes.appeared, changes.vanished),
            (vec!["大连".into(), "NANNING".into()], vec!["唐山".to_owned()])
        );
        let change = changes.codes.iter().find(|change| change.name == "重庆").unwrap();
        assert_eq!((change.code.as_str(), change.before.as_deref()), ("chongqing", Some("CHONGQING")));
        assert_eq!(later.changes(&later), Changes::default());
        let shops: Vec<&str> = later
            .ports()
            .iter()
            .filter(|port| port.is_shops() == Some(true))
            .map(|port| port.name())
            .collect();
        assert_eq!(shops, ["杭州", "大连"]);
        assert!(!later.find("唐山").unwrap().supported());
        assert!(later.find("nanning").unwrap().trade_modes().is_empty(), "nothing is known of it");
    }
}
