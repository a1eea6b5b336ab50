use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::*;
use crate::store::{Batch, Expect, MemoryStore, Record};

const NAME: &[u8] = "鲸落甲 330106190203047771".as_bytes();

/// A clock that is set by hand.
#[derive(Debug)]
struct Hand(Mutex<Timestamp>);

impl Hand {
    fn days_pass(&self, days: i64) {
        let mut now = self.0.lock().unwrap();
        *now += SignedDuration::from_hours(24 * days);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

struct Place {
    dir: tempfile::TempDir,
    store: MemoryStore,
    clock: Arc<Hand>,
}

impl Place {
    fn new() -> Self {
        let clock = Arc::new(Hand(Mutex::new("2026-11-24T16:30:00Z".parse().unwrap())));
        Self { dir: tempfile::tempdir().unwrap(), store: MemoryStore::new(), clock }
    }

    fn data(&self) -> &Path {
        self.dir.path()
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as Arc<dyn Clock>
    }

    fn open_with(&self, settings: &VaultSettings) -> Result<Vault, VaultError> {
        Vault::open(self.data(), settings, &self.store, self.clock())
    }

    fn open(&self) -> Result<Vault, VaultError> {
        self.open_with(&VaultSettings::default())
    }

    fn keep(&self, vault: &Vault, order: &str) {
        let sealed = vault.seal(&key(order), Field::BUNDLE, NAME).unwrap();
        let mut batch = Batch::default();
        let due = Some(self.clock.now());
        batch.put_due(key(order), Expect::Any, &Held { state: "x".to_owned(), sealed }, due).unwrap();
        self.store.commit(batch).unwrap();
    }

    fn held(&self, order: &str) -> Held {
        self.document(order).record().unwrap()
    }

    fn document(&self, order: &str) -> Document {
        self.store.get(&key(order)).unwrap().unwrap()
    }

    fn erase(&self, vault: &Vault, orders: &[&str]) -> Shredded {
        let mut shredding = Shredding::new(vault, &self.store);
        for order in orders {
            assert!(shredding.erase(&self.document(order)).unwrap());
        }
        shredding.finish().unwrap()
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Held {
    state: String,
    sealed: Sealed,
}

impl Record for Held {
    const FORMAT: u32 = 1;
}

fn key(order: &str) -> Key {
    Key::of(["bundle", order])
}

fn given(text: &str) -> VaultSettings {
    VaultSettings { master: Some(Hidden::new(text)), shelf: None }
}

#[test]
fn what_is_sealed_opens_again_and_says_nothing_by_itself() {
    let place = Place::new();
    let vault = place.open().unwrap();
    let sealed = vault.seal(&key("P1"), Field::BUNDLE, NAME).unwrap();
    assert_eq!(*vault.unseal(&key("P1"), Field::BUNDLE, &sealed).unwrap(), NAME);
    // Ahead of UTC: it is the next day in Beijing already.
    assert_eq!(sealed.day().unwrap().to_string(), "2026-11-25");
    place.clock.days_pass(1);
    let later = vault.seal(&key("P1"), Field::BUNDLE, NAME).unwrap();
    assert_eq!(later.day().unwrap().to_string(), "2026-11-26");
    // A new process reads the same keys.
    assert_eq!(*place.open().unwrap().unseal(&key("P1"), Field::BUNDLE, &sealed).unwrap(), NAME);
    let shown = format!("{vault:?} {sealed:?} {:?} {:?} {sealed}", vault.masters, vault.days);
    for secret in
        ["鲸落", "3301061902", fs::read_to_string(place.data().join("keys/master-1.key")).unwrap().trim()]
    {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_text_opens_only_where_it_belongs_and_as_it_was() {
    let place = Place::new();
    let vault = place.open().unwrap();
    let sealed = vault.seal(&key("P1"), Field::BUNDLE, NAME).unwrap();
    let broken = |key: &Key, field, sealed: &Sealed| {
        assert!(matches!(vault.unseal(key, field, sealed), Err(VaultError::Broken { .. })));
    };
    broken(&key("P2"), Field::BUNDLE, &sealed);
    broken(&key("P1"), Field::RECEIPT, &sealed);
    let closed = sealed.contents().unwrap().clone();
    // Under another field's name, and under another day's that has a key.
    broken(&key("P1"), Field::RECEIPT, &Sealed::closed(closed.bytes.clone(), Field::RECEIPT, closed.day));
    place.clock.days_pass(1);
    vault.seal(&key("P1"), Field::BUNDLE, NAME).unwrap();
    let tomorrow = closed.day.tomorrow().unwrap();
    broken(&key("P1"), Field::BUNDLE, &Sealed::closed(closed.bytes.clone(), Field::BUNDLE, tomorrow));
    for length in 0..closed.bytes.len() {
        let cut = Sealed::closed(closed.bytes[..length].to_vec(), Field::BUNDLE, closed.day);
        broken(&key("P1"), Field::BUNDLE, &cut);
        let mut flipped = closed.bytes.clone();
        flipped[length] ^= 1;
        broken(&key("P1"), Field::BUNDLE, &Sealed::closed(flipped, Field::BUNDLE, closed.day));
    }
    let error = vault.unseal(&key("P2"), Field::BUNDLE, &sealed).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("鲸落"));
}

#[cfg(unix)]
#[test]
fn keys_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let vault = place.open().unwrap();
    vault.seal(&key("P1"), Field::BUNDLE, NAME).unwrap();
    let keys = keys_folder(place.data());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&keys), 0o700);
    assert_eq!(mode(&keys.join("days")), 0o700);
    assert_eq!(mode(&keys.join("days/2026-11-25")), 0o600);
    let master = keys.join("master-1.key");
    assert_eq!(mode(&master), 0o600);
    assert_eq!(fs::read_dir(&keys).unwrap().count(), 2, "nothing unfinished is left");
    fs::set_permissions(&master, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(place.open(), Err(VaultError::Open { .. })));
}

#[test]
fn processes_that_begin_together_get_one_key() {
    let place = Place::new();
    let sealed: Vec<Sealed> = std::thread::scope(|scope| {
        let begin = || {
            let vault = Vault::open(place.data(), &VaultSettings::default(), &place.store, place.clock());
            vault.unwrap().seal(&key("P1"), Field::BUNDLE, NAME).unwrap()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(begin)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let vault = place.open().unwrap();
    for text in &sealed {
        assert_eq!(*vault.unseal(&key("P1"), Field::BUNDLE, text).unwrap(), NAME);
    }
}

#[test]
fn a_missing_or_wrong_key_is_said_and_nothing_is_overwritten() {
    let place = Place::new();
    let vault = place.open().unwrap();
    place.keep(&vault, "P1");
    let keys = keys_folder(place.data());
    let master = keys.join("master-1.key");
    let right = fs::read(&master).unwrap();

    fs::write(&master, format!("{}\n", "ab".repeat(32))).unwrap();
    assert!(matches!(place.open(), Err(VaultError::Wrong { number: 1 })));
    assert!(matches!(place.open_with(&given(&"cd".repeat(32))), Err(VaultError::Wrong { number: 1 })));
    fs::write(&master, "not a key\n").unwrap();
    assert!(matches!(place.open(), Err(VaultError::Form { .. })));
    fs::remove_file(&master).unwrap();
    assert!(matches!(place.open(), Err(VaultError::Missing { number: 1 })));
    // The whole folder gone: the store still knows that there was a key.
    let aside = place.data().join("aside");
    fs::rename(&keys, &aside).unwrap();
    let error = place.open().unwrap_err();
    assert!(matches!(error, VaultError::Missing { number: 1 }));
    assert_eq!(error.fault().unwrap().code(), "VLT-MISSING");
    assert!(!keys.exists());
    // An empty store over old keys: no master key is made beside them.
    fs::rename(&aside, &keys).unwrap();
    let empty = MemoryStore::new();
    let opened = Vault::open(place.data(), &VaultSettings::default(), &empty, place.clock());
    assert!(matches!(opened, Err(VaultError::Missing { .. })));

    fs::write(&master, &right).unwrap();
    durable_mode(&master);
    let vault = place.open().unwrap();
    assert_eq!(*vault.unseal(&key("P1"), Field::BUNDLE, &place.held("P1").sealed).unwrap(), NAME);
    // The day's key alone is missing, or another day's lies in its place.
    let day = keys.join("days/2026-11-25");
    let line = fs::read_to_string(&day).unwrap();
    fs::write(&day, line.replace("2026-11-25", "2026-11-24")).unwrap();
    let open = |place: &Place| {
        place.open().unwrap().unseal(&key("P1"), Field::BUNDLE, &place.held("P1").sealed).map(drop)
    };
    assert!(matches!(open(&place), Err(VaultError::Damaged { .. })));
    fs::remove_file(&day).unwrap();
    assert!(matches!(open(&place), Err(VaultError::Lost { .. })));
    fs::write(&day, line).unwrap();
    open(&place).unwrap();
}

fn durable_mode(path: &Path) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    #[cfg(not(unix))]
    let _ = path;
}

#[test]
fn a_new_master_key_seals_and_the_old_one_can_go() {
    let place = Place::new();
    place.keep(&place.open().unwrap(), "P1");
    assert_eq!(
        Vault::rotate(place.data(), &VaultSettings::default(), &place.store, place.clock()).unwrap(),
        2
    );
    place.keep(&place.open().unwrap(), "P2");
    fs::remove_file(keys_folder(place.data()).join("master-1.key")).unwrap();
    let vault = place.open().unwrap();
    for order in ["P1", "P2"] {
        assert_eq!(*vault.unseal(&key(order), Field::BUNDLE, &place.held(order).sealed).unwrap(), NAME);
    }
    // Going back to the first one alone is noticed.
    fs::remove_file(keys_folder(place.data()).join("master-2.key")).unwrap();
    assert!(matches!(place.open(), Err(VaultError::Missing { number: 2 })));
}

#[test]
fn keys_of_the_configuration_are_rotated_there() {
    let place = Place::new();
    let (old, new) = ("0a".repeat(32), "0b".repeat(32));
    place.keep(&place.open_with(&given(&old)).unwrap(), "P1");
    assert!(!keys_folder(place.data()).join("master-1.key").exists());
    let both = place.open_with(&given(&format!("1:{old} 2:{new}"))).unwrap();
    assert_eq!((both.newest_master(), both.wrap_all().unwrap(), both.wrap_all().unwrap()), (2, 1, 0));
    let vault = place.open_with(&given(&format!("2:{new}"))).unwrap();
    assert_eq!(*vault.unseal(&key("P1"), Field::BUNDLE, &place.held("P1").sealed).unwrap(), NAME);
    assert!(matches!(place.open_with(&given(&old)), Err(VaultError::Missing { number: 2 })));
}

#[test]
fn what_is_erased_cannot_be_opened_even_from_an_old_copy() {
    let place = Place::new();
    let vault = place.open().unwrap();
    for order in ["P1", "P2"] {
        place.keep(&vault, order);
    }
    let (before, stays) = (place.document("P1"), place.document("P2"));
    place.clock.days_pass(40);
    let done = place.erase(&vault, &["P1"]);
    assert_eq!(done, Shredded { keys_destroyed: 1, documents_sealed_anew: 1, keys_waiting: 0 });
    let after = place.document("P1");
    assert_eq!((after.due, after.version), (before.due, before.version + 1));
    let held = place.held("P1");
    assert_eq!(
        (held.state.as_str(), held.sealed.erased_on().unwrap().to_string()),
        ("x", "2027-01-04".to_owned())
    );
    assert!(matches!(vault.unseal(&key("P1"), Field::BUNDLE, &held.sealed), Err(VaultError::Erased { .. })));
    // What a log or a backup of the store still holds.
    let old: Held = before.record().unwrap();
    for vault in [&vault, &place.open().unwrap()] {
        assert!(matches!(vault.unseal(&key("P1"), Field::BUNDLE, &old.sealed), Err(VaultError::Lost { .. })));
    }
    // What stays was sealed anew.
    let moved = place.held("P2").sealed;
    assert_eq!(moved.day().unwrap().to_string(), "2027-01-04");
    assert_eq!(place.document("P2").due, stays.due);
    assert_eq!(*vault.unseal(&key("P2"), Field::BUNDLE, &moved).unwrap(), NAME);
    // Again: nothing is left to do.
    let mut again = Shredding::new(&vault, &place.store);
    assert!(!again.erase(&place.document("P1")).unwrap());
    assert_eq!(again.finish().unwrap(), Shredded::default());
}

#[test]
fn a_key_that_may_be_in_use_waits() {
    let place = Place::new();
    let vault = place.open().unwrap();
    place.keep(&vault, "P1");
    let old = place.held("P1").sealed;
    assert_eq!(place.erase(&vault, &["P1"]), Shredded { keys_waiting: 1, ..Shredded::default() });
    place.clock.days_pass(1);
    assert_eq!(place.erase(&vault, &[]), Shredded { keys_waiting: 1, ..Shredded::default() });
    place.clock.days_pass(1);
    assert_eq!(place.erase(&vault, &[]), Shredded { keys_destroyed: 1, ..Shredded::default() });
    assert!(matches!(vault.unseal(&key("P1"), Field::BUNDLE, &old), Err(VaultError::Lost { .. })));
}

/// A store whose process dies at one of its commits: before, or right after it.
struct Dying<'s> {
    store: &'s MemoryStore,
    left: Mutex<(usize, bool)>,
}

impl Store for Dying<'_> {
    fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
        self.store.get(key)
    }
    fn scan(&self, prefix: &Key, after: Option<&Key>, limit: usize) -> Result<Vec<Document>, StoreError> {
        self.store.scan(prefix, after, limit)
    }
    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let mut left = self.left.lock().unwrap();
        let dead = || StoreError::Io { place: "dead".to_owned(), source: std::io::Error::other("killed") };
        if left.0 == 0 {
            if left.1 {
                self.store.commit(batch)?;
            }
            return Err(dead());
        }
        left.0 -= 1;
        self.store.commit(batch)
    }
    fn restore(&self, documents: Vec<Document>) -> Result<(), StoreError> {
        self.store.restore(documents)
    }
    fn claim_due(
        &self,
        _: &Key,
        _: Timestamp,
        _: std::time::Duration,
        _: usize,
    ) -> Result<Vec<Document>, StoreError> {
        Ok(Vec::new())
    }
}

#[test]
fn a_shredding_that_is_killed_anywhere_is_simply_run_again() {
    for (commits, after) in (0..4).flat_map(|commits| [(commits, false), (commits, true)]) {
        let place = Place::new();
        let vault = place.open().unwrap();
        for order in ["P1", "P2", "P3"] {
            place.keep(&vault, order);
        }
        let old = place.held("P1").sealed;
        place.clock.days_pass(40);
        let dying = Dying { store: &place.store, left: Mutex::new((commits, after)) };
        let mut shredding = Shredding::new(&vault, &dying);
        shredding.erase(&place.document("P1")).unwrap();
        let finished = shredding.finish().is_ok();
        assert_eq!(finished, commits == 3, "it has three commits");
        let vault = place.open().unwrap();
        let mut again = Shredding::new(&vault, &place.store);
        let document = place.document("P1");
        again.erase(&document).unwrap();
        again.finish().unwrap();
        assert!(matches!(vault.unseal(&key("P1"), Field::BUNDLE, &old), Err(VaultError::Lost { .. })));
        assert!(place.held("P1").sealed.erased_on().is_some());
        for order in ["P2", "P3"] {
            assert_eq!(*vault.unseal(&key(order), Field::BUNDLE, &place.held(order).sealed).unwrap(), NAME);
        }
        assert_eq!(place.store.scan(&Key::below(["vault", "spent"]), None, 9).unwrap(), []);
    }
}
