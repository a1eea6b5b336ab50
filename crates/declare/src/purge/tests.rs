use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use ports::archive::FolderArchive;
use ports::clock::FixedClock;
use ports::store::MemoryStore;
use ports::vault::{Field, Sealed, VaultSettings};
use serde_json::{Value, json};

use super::*;

const NAME: &[u8] = "鲸落甲".as_bytes();

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// A store with orders of all kinds, its archive, and what is known of the orders.
struct Place {
    dir: tempfile::TempDir,
    store: MemoryStore,
    standings: BTreeMap<String, Standing>,
}

impl Standings for Place {
    fn standing(&self, _: &dyn Store, order_no: &str) -> Result<Option<Standing>, StoreError> {
        Ok(self.standings.get(order_no).copied())
    }
}

const OLD: &str = "2026-01-10T02:00:00Z";
const YOUNG: &str = "2026-11-20T02:00:00Z";
const NOW: &str = "2026-11-25T02:00:00Z";
const GUIDS: [&str; 4] = [
    "00000000-0000-4000-8000-000000000001",
    "00000000-0000-4000-8000-000000000002",
    "00000000-0000-4000-8000-000000000003",
    "00000000-0000-4000-8000-000000000004",
];

fn file(guid: &str) -> String {
    format!("CEB311Message_{guid}.xml")
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("messages")).unwrap();
        Self { dir, store: MemoryStore::new(), standings: BTreeMap::new() }
    }

    fn vault(&self, now: &str) -> Vault {
        let clock = Arc::new(FixedClock(at(now)));
        Vault::open(self.dir.path(), &VaultSettings::default(), &self.store, clock).unwrap()
    }

    fn put(&self, key: &[&str], record: &Value) {
        let body = serde_json::to_vec(&json!({ "format": 2, "record": record })).unwrap();
        let change = ports::store::Change::Put { body, due: None };
        let write = ports::store::Write { key: Key::of(key), expect: Expect::Any, change };
        self.store.commit(Batch { writes: vec![write] }).unwrap();
    }

    fn declared(&self, order_no: &str, guid: &str, made_at: &str) {
        let documents = json!({ "CEB311Message": { "message": guid, "made_at": made_at, "hash": "x" } });
        self.put(&["declared", "3301966K00", order_no], &json!({ "documents": documents }));
        self.message(guid, order_no);
    }

    fn message(&self, guid: &str, order_no: &str) {
        self.put(&["message", guid], &json!({ "kind": "CEB311Message", "file": file(guid) }));
        let text = format!("<ceb:orderNo>{order_no}</ceb:orderNo>鲸落甲");
        fs::write(self.dir.path().join("messages").join(file(guid)), text).unwrap();
    }

    fn sealed(&self, key: &[&str], field: Field, on: &str, rest: &Value) {
        let sealed = self.vault(on).seal(&Key::of(key), field, NAME).unwrap();
        let mut record = rest.clone();
        record["sealed"] = sealed.to_string().into();
        self.put(key, &record);
    }

    fn erased(&self, key: &[&str]) -> bool {
        let found = self.store.get(&Key::of(key)).unwrap().unwrap();
        let value: Value = serde_json::from_slice(&found.body).unwrap();
        let sealed: Sealed = value["record"]["sealed"].as_str().unwrap().parse().unwrap();
        if sealed.erased_on().is_none() {
            let field = if key[0] == "bundle" { Field::BUNDLE } else { Field::RECEIPT };
            assert_eq!(*self.vault(NOW).unseal(&Key::of(key), field, &sealed).unwrap(), NAME);
        }
        sealed.erased_on().is_some()
    }

    fn there(&self) -> Vec<usize> {
        let messages = self.dir.path().join("messages");
        (0..GUIDS.len()).filter(|index| messages.join(file(GUIDS[*index])).exists()).collect()
    }

    fn purge(&self, dry_run: bool) -> Purged {
        let vault = self.vault(NOW);
        let receipts = self.dir.path().join("taken");
        let purge = Purge {
            store: &self.store,
            vault: Some(&vault),
            standings: self,
            archive: &FolderArchive::of(self.dir.path()),
            receipts: Some(&receipts),
            before: at("2026-11-01T00:00:00Z"),
            now: at(NOW),
            dry_run,
        };
        purge.run().unwrap()
    }
}

/// Old and ended; old and under way; ended lately; declared alone long ago, and lately.
fn place() -> Place {
    let mut place = Place::new();
    for (order_no, standing) in [
        ("past", Standing::Ended(at(OLD))),
        ("under-way", Standing::UnderWay),
        ("young", Standing::Ended(at(YOUNG))),
    ] {
        place.standings.insert(order_no.to_owned(), standing);
        place.sealed(&["bundle", order_no], Field::BUNDLE, OLD, &json!({ "at": OLD }));
        let receipt = json!({ "received_at": OLD, "orders": [order_no] });
        place.sealed(&["receipt", order_no], Field::RECEIPT, OLD, &receipt);
    }
    let both = json!({ "received_at": OLD, "orders": ["past", "under-way"] });
    place.sealed(&["receipt", "both"], Field::RECEIPT, OLD, &both);
    place.sealed(&["receipt", "stray"], Field::RECEIPT, OLD, &json!({ "received_at": OLD }));
    place.declared("past", GUIDS[0], OLD);
    place.declared("under-way", GUIDS[1], OLD);
    // One message of two orders, of which one is past.
    place.declared("built", GUIDS[2], OLD);
    place.declared("built-young", GUIDS[2], YOUNG);
    // A message that no declaration names any more.
    place.message(GUIDS[3], "past");
    place
}

#[test]
fn only_what_is_past_is_erased_and_only_once() {
    let place = place();
    let would = place.purge(true);
    assert_eq!(place.there(), [0, 1, 2, 3]);
    assert!(!place.erased(&["bundle", "past"]));
    let purged = place.purge(false);
    assert_eq!(Purged { keys: Shredded::default(), ..purged.clone() }, would);
    let expected = Purged {
        orders: 2,
        orders_kept: 2,
        bundles: 1,
        receipts: 2,
        messages: 2,
        messages_kept: 2,
        keys: Shredded { keys_destroyed: 1, documents_sealed_anew: 5, keys_waiting: 0 },
        ..Purged::default()
    };
    assert_eq!(purged, expected);
    assert_eq!(place.there(), [1, 2]);
    for (key, erased) in [
        (["bundle", "past"], true),
        (["bundle", "under-way"], false),
        (["bundle", "young"], false),
        (["receipt", "past"], true),
        (["receipt", "both"], false),
        (["receipt", "stray"], true),
    ] {
        assert_eq!(place.erased(&key), erased, "{key:?}");
    }
    let of = |guid: &str| purged_message(&place.store, crate::documents::Guid::parse(guid).unwrap()).unwrap();
    assert_eq!(of(GUIDS[0]).unwrap().to_string(), "2026-11-25");
    assert_eq!(of(GUIDS[1]), None);
    let nothing = Purged { bundles: 0, receipts: 0, messages: 0, keys: Shredded::default(), ..expected };
    assert_eq!(place.purge(false), nothing);
}

#[test]
fn a_case_ends_when_its_state_is_an_end_and_nothing_is_due() {
    let place = Place::new();
    let case = |state: &str, due: Option<&str>| {
        let record = json!({ "format": 1, "record": { "order_no": "P1", "state": state, "since": OLD } });
        let body = serde_json::to_vec(&record).unwrap();
        let change = ports::store::Change::Put { body, due: due.map(at) };
        let write = ports::store::Write { key: Key::of(["case", "P1"]), expect: Expect::Any, change };
        place.store.commit(Batch { writes: vec![write] }).unwrap();
        Cases.standing(&place.store, "P1").unwrap().unwrap()
    };
    for state in ["released", "withdrawn", "returned"] {
        assert_eq!(case(state, None), Standing::Ended(at(OLD)));
        assert_eq!(case(state, Some(OLD)), Standing::UnderWay);
    }
    for state in ["held", "ready", "sent", "unknown", "accepted", "refused", ""] {
        assert_eq!(case(state, None), Standing::UnderWay, "{state}");
    }
    assert_eq!(Cases.standing(&place.store, "P2").unwrap(), None);
}

#[test]
fn a_marked_message_that_is_still_there_is_removed() {
    let place = place();
    place.purge(false);
    let path = place.dir.path().join("messages").join(file(GUIDS[0]));
    fs::write(&path, "back").unwrap();
    assert_eq!(place.purge(false).messages, 0);
    assert!(!path.exists());
}

#[test]
fn copies_and_past_years_go_and_names_from_elsewhere_do_not_lead_out() {
    let place = place();
    let taken = place.dir.path().join("taken");
    for day in ["2026-10-31", "2026-11-01", "notes"] {
        fs::create_dir_all(taken.join(day)).unwrap();
        fs::write(taken.join(day).join("r.xml"), "鲸落甲").unwrap();
    }
    place.put(&["buyer", "0f", "2025", "past"], &json!({ "value": "1" }));
    place.put(&["buyer", "0f", "2026", "past"], &json!({ "value": "1" }));
    let outside = place.dir.path().join("keep.xml");
    fs::write(&outside, "<ceb:orderNo>past</ceb:orderNo>").unwrap();
    place.put(&["message", "x"], &json!({ "file": "../keep.xml" }));
    let purged = place.purge(false);
    assert_eq!((purged.receipt_copies, purged.purchases), (1, 1));
    assert!(
        outside.exists() && taken.join("2026-11-01/r.xml").exists() && taken.join("notes/r.xml").exists()
    );
    assert!(!taken.join("2026-10-31").exists());
    let years = place.store.scan(&Key::below(["buyer"]), None, 9).unwrap();
    assert_eq!(years.len(), 1);
}
