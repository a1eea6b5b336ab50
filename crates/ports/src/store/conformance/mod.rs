//! The promises of a [`Store`] as checks. Every implementation calls [`run`]; one that lasts also calls [`reopening`].
//!
//! Each check panics with what it missed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "checks are tests, wherever they are called from"
)]

mod due;

use std::time::Duration;

use jiff::Timestamp;

pub use self::due::*;
use super::{Batch, Change, Document, Expect, Key, Store, StoreError, Write};

/// How long the leases of the checks last.
const LEASE: Duration = Duration::from_secs(60);

/// Runs every check, each on a new empty store.
pub fn run<S: Store>(open: impl Fn() -> S) {
    versions_count_writes(&open());
    demands_hold_a_batch_back(&open());
    a_demand_alone_writes_nothing(&open());
    several_documents_are_read_at_once(&open());
    deleting_forgets_the_version(&open());
    a_key_stands_in_a_batch_once(&open());
    scans_go_in_order_and_in_pages(&open());
    a_prefix_ends_where_it_says(&open());
    long_and_odd_bodies_come_back(&open());
    restored_documents_are_as_they_were(&open());
    due_documents_are_claimed_longest_due_first(&open());
    a_claim_is_a_lease(&open());
    due_times_go_with_their_document(&open());
    claims_keep_to_their_prefix(&open());
    one_of_many_writers_wins(&open());
    a_demand_holds_while_its_batch_is_written(&open());
    each_due_document_goes_to_one_worker(&open());
}

/// What is acknowledged is there when the store is opened again; `open` opens the same, at first empty, place every time.
pub fn reopening<S: Store>(open: impl Fn() -> S) {
    let long = vec![b'x'; 300_000];
    let store = open();
    store.commit(batch([put("a/1", "one", Expect::Any), put("a/2", "two", Expect::Any)])).unwrap();
    store
        .commit(batch([put("a/1", "one again", Expect::Version(1)), delete("a/2", Expect::Version(1))]))
        .unwrap();
    store.commit(batch([put_due("a/3", &long, Expect::Absent, Some(second(5)))])).unwrap();
    drop(store);

    let store = open();
    assert_eq!(state(&store, "a/1"), Some((2, "one again".into())));
    assert_eq!(state(&store, "a/2"), None, "a deleted document came back");
    let found = store.get(&key("a/3")).unwrap().expect("a long document is gone");
    assert_eq!((found.due, found.body), (Some(second(5)), long));
    let claimed = store.claim_due(&key("a/"), second(6), LEASE, 10).unwrap();
    assert_eq!(names(&claimed), ["a/3"]);
    drop(store);

    let store = open();
    assert_eq!(store.get(&key("a/3")).unwrap().unwrap().due, Some(second(66)), "a claim was forgotten");
    assert!(store.claim_due(&key("a/"), second(6), LEASE, 10).unwrap().is_empty(), "a lease was forgotten");
}

/// The first write gives version 1 and each further one adds one.
pub fn versions_count_writes(store: &impl Store) {
    assert_eq!(store.get(&key("a/1")).unwrap(), None);
    for version in 1..=3 {
        store.commit(batch([put("a/1", &format!("text {version}"), Expect::Any)])).unwrap();
        assert_eq!(state(store, "a/1"), Some((version, format!("text {version}"))));
    }
    store.commit(Batch::default()).unwrap();
}

/// A failed demand names the key and what was found, and nothing of its batch is written.
pub fn demands_hold_a_batch_back(store: &impl Store) {
    store.commit(batch([put("a/1", "one", Expect::Absent)])).unwrap();
    for (expect, at, found) in [
        (Expect::Absent, "a/1", Some(1)),
        (Expect::Version(2), "a/1", Some(1)),
        (Expect::Version(1), "a/9", None),
    ] {
        let refused = batch([
            put("a/0", "before", Expect::Any),
            put(at, "other", expect),
            put("a/5", "after", Expect::Any),
        ]);
        match store.commit(refused) {
            Err(StoreError::Conflict { key, expected, found: seen }) => {
                assert_eq!((key.as_str(), expected, seen), (at, expect, found));
            }
            other => panic!("{expect:?} on {at} gave {other:?}"),
        }
        assert_eq!(names(&store.scan(&key("a/"), None, 10).unwrap()), ["a/1"], "half a batch was written");
        assert_eq!(state(store, "a/1"), Some((1, "one".into())));
    }
    assert!(store.commit(batch([delete("a/1", Expect::Version(7))])).is_err());
    store.commit(batch([put("a/1", "two", Expect::Version(1)), put("a/2", "new", Expect::Absent)])).unwrap();
    assert_eq!(state(store, "a/1"), Some((2, "two".into())));
}

/// A demand on a key that is not written holds a batch back or lets it pass, and leaves the key as it is.
pub fn a_demand_alone_writes_nothing(store: &impl Store) {
    let keep = |path: &str, expect| Write { key: key(path), expect, change: Change::Keep };
    store.commit(batch([put_due("lease/1", b"mine", Expect::Absent, Some(second(9)))])).unwrap();
    let before = store.get(&key("lease/1")).unwrap();
    for (number, expect) in [Expect::Any, Expect::Version(1)].into_iter().enumerate() {
        let name = format!("a/{number}");
        store.commit(batch([put(&name, "new", Expect::Absent), keep("lease/1", expect)])).unwrap();
        assert_eq!(store.get(&key("lease/1")).unwrap(), before);
    }
    store.commit(batch([keep("lease/0", Expect::Absent), put("a/2", "new", Expect::Absent)])).unwrap();
    store.commit(batch([keep("lease/0", Expect::Any), keep("lease/1", Expect::Version(1))])).unwrap();
    assert_eq!(store.get(&key("lease/0")).unwrap(), None);
    let refused = [
        ("lease/1", Expect::Version(2), Some(1)),
        ("lease/1", Expect::Absent, Some(1)),
        ("lease/0", Expect::Version(1), None),
    ];
    for (at, expect, found) in refused {
        match store.commit(batch([put("a/9", "lost", Expect::Any), keep(at, expect)])) {
            Err(StoreError::Conflict { key, expected, found: seen }) => {
                assert_eq!((key.as_str(), expected, seen), (at, expect, found));
            }
            other => panic!("{expect:?} on {at} gave {other:?}"),
        }
    }
    let mut demand = Batch::default();
    demand.demand(key("lease/1"), Expect::Version(1));
    demand.demand(key("lease/1"), Expect::Version(1));
    assert!(matches!(store.commit(demand), Err(StoreError::KeyTwice { .. })));
    assert_eq!(names(&store.scan(&key("a/"), None, 9).unwrap()), ["a/0", "a/1", "a/2"]);
    assert_eq!(store.get(&key("lease/1")).unwrap(), before);
}

/// Documents are read together as they are one by one.
pub fn several_documents_are_read_at_once(store: &impl Store) {
    store.commit(batch([put("a/1", "one", Expect::Any), put("b/2", "two", Expect::Any)])).unwrap();
    let mut found = store.get_all(&[key("b/2"), key("a/0"), key("a/1")]).unwrap();
    found.sort_by(|one, other| one.key.cmp(&other.key));
    assert_eq!(names(&found), ["a/1", "b/2"]);
    assert_eq!(Some(&found[1]), store.get(&key("b/2")).unwrap().as_ref());
    assert!(store.get_all(&[]).unwrap().is_empty());
    let existing = store.existing(&[key("b/2"), key("a/0"), key("a/1")]).unwrap();
    assert_eq!(existing, [key("a/1"), key("b/2")].into());
    assert!(store.existing(&[]).unwrap().is_empty());
}

/// A deleted key is as if it had never been.
pub fn deleting_forgets_the_version(store: &impl Store) {
    store.commit(batch([put("a/1", "one", Expect::Any)])).unwrap();
    store.commit(batch([put("a/1", "two", Expect::Any)])).unwrap();
    store.commit(batch([delete("a/1", Expect::Version(2)), delete("a/2", Expect::Any)])).unwrap();
    assert_eq!(state(store, "a/1"), None);
    store.commit(batch([put("a/1", "again", Expect::Absent)])).unwrap();
    assert_eq!(state(store, "a/1"), Some((1, "again".into())));
}

/// A batch with a key twice is refused whole.
pub fn a_key_stands_in_a_batch_once(store: &impl Store) {
    let twice =
        batch([put("a/1", "one", Expect::Any), put("a/2", "two", Expect::Any), delete("a/1", Expect::Any)]);
    match store.commit(twice) {
        Err(StoreError::KeyTwice { key }) => assert_eq!(key.as_str(), "a/1"),
        other => panic!("a key twice gave {other:?}"),
    }
    assert!(store.scan(&key("a/"), None, 10).unwrap().is_empty());
}

/// Scans come in the order of keys; `after` and `limit` page through them, each document once.
pub fn scans_go_in_order_and_in_pages(store: &impl Store) {
    let expected: Vec<String> = (0..57).map(|number| format!("a/{number:03}")).collect();
    let mut writes: Vec<Write> = expected.iter().map(|name| put(name, name, Expect::Any)).collect();
    writes.reverse();
    store.commit(Batch { writes }).unwrap();

    assert_eq!(names(&store.scan(&key("a/"), None, usize::MAX).unwrap()), expected);
    assert!(store.scan(&key("a/"), None, 0).unwrap().is_empty());
    let mut paged: Vec<String> = Vec::new();
    loop {
        let after = paged.last().map(|name| key(name));
        let page = store.scan(&key("a/"), after.as_ref(), 10).unwrap();
        assert!(page.len() <= 10);
        if page.is_empty() {
            break;
        }
        for document in &page {
            assert_eq!(document.body, document.key.as_str().as_bytes(), "a body under a key not its own");
        }
        paged.extend(names(&page));
    }
    assert_eq!(paged, expected);
    assert_eq!(names(&store.scan(&key("a/05"), Some(&key("a/0")), 2).unwrap()), ["a/050", "a/051"]);
    assert_eq!(names(&store.scan(&key("a/"), Some(&key("a/0545")), 9).unwrap()), ["a/055", "a/056"]);
}

/// Neighbouring branches and keys in other writing systems stay apart.
pub fn a_prefix_ends_where_it_says(store: &impl Store) {
    let written = ["filing", "filing/杭州/1", "filing/杭州/2", "filing/杭州湾/3", "filings/4", "order/5"];
    store
        .commit(Batch { writes: written.iter().map(|name| put(name, name, Expect::Any)).collect() })
        .unwrap();
    assert_eq!(names(&store.scan(&Key::below(["filing", "杭州"]), None, 10).unwrap()), written[1..3]);
    assert_eq!(names(&store.scan(&Key::below(["filing"]), None, 10).unwrap()), written[1..4]);
    assert_eq!(names(&store.scan(&key("filing"), None, 10).unwrap()), written[..5]);
    assert!(store.scan(&key("nothing/"), None, 10).unwrap().is_empty());
    assert!(store.scan(&key("filing/"), Some(&key("order/5")), 10).unwrap().is_empty());
}

/// Bodies of any length and content come back as they went in, also when a shorter one takes the place of a longer.
pub fn long_and_odd_bodies_come_back(store: &impl Store) {
    let lengths = [0, 1, 700, 24_575, 24_576, 24_577, 49_152, 1_000_003, 70_000, 3, 25_000];
    for (version, length) in (1_u64..).zip(lengths) {
        let body: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
        store.commit(batch([put_due("a/long", &body, Expect::Any, None)])).unwrap();
        let found = store.get(&key("a/long")).unwrap().unwrap();
        assert_eq!(found.version, version);
        assert!(found.body == body, "a body of {length} bytes came back different");
        assert!(store.scan(&key("a/"), None, 9).unwrap()[0].body == body);
    }
    store.commit(batch([delete("a/long", Expect::Any)])).unwrap();
    assert!(store.scan(&key(""), None, 9).unwrap().is_empty());
}

/// Documents that are put as they are have their own version and due time, in place of what was there.
pub fn restored_documents_are_as_they_were(store: &impl Store) {
    store
        .commit(batch([
            put_due("a/1", b"old", Expect::Any, Some(second(3))),
            put("a/9", "other", Expect::Any),
        ]))
        .unwrap();
    let document =
        |path: &str, version, due| Document { key: key(path), version, due, body: b"as it was".into() };
    let documents = vec![document("a/2", 41, None), document("a/1", 7, Some(second(50)))];
    store.restore(documents.clone()).unwrap();
    store.restore(documents.clone()).unwrap();
    assert_eq!(store.get(&key("a/2")).unwrap().as_ref(), documents.first());
    assert_eq!(store.get(&key("a/1")).unwrap().as_ref(), documents.last());
    assert_eq!(state(store, "a/9"), Some((1, "other".into())));
    assert!(store.claim_due(&key("a/"), second(40), LEASE, 9).unwrap().is_empty(), "an old due time stayed");
    store.commit(batch([put("a/2", "next", Expect::Version(41))])).unwrap();
    assert_eq!(state(store, "a/2"), Some((42, "next".into())));
    let twice = vec![document("a/5", 1, None), document("a/5", 2, None)];
    assert!(matches!(store.restore(twice), Err(StoreError::KeyTwice { .. })));
}

/// Of many writers that have seen the same version, one wins each round.
pub fn one_of_many_writers_wins(store: &impl Store) {
    const WRITERS: usize = 4;
    const ROUNDS: usize = 8;
    store.commit(batch([put("a/counter", "0", Expect::Absent)])).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                let mut won = 0;
                while won < ROUNDS {
                    let seen = store.get(&key("a/counter")).unwrap().unwrap();
                    let count: usize = String::from_utf8(seen.body).unwrap().parse().unwrap();
                    let next = put("a/counter", &(count + 1).to_string(), Expect::Version(seen.version));
                    match store.commit(batch([next])) {
                        Ok(()) => won += 1,
                        Err(StoreError::Conflict { .. }) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            });
        }
    });
    let total = WRITERS * ROUNDS;
    assert_eq!(state(store, "a/counter"), Some((total as u64 + 1, total.to_string())), "a write was lost");
}

/// Whoever writes under a demand and whoever changes what is demanded come one after the other: no write is later than the
/// change that forbids it.
pub fn a_demand_holds_while_its_batch_is_written(store: &impl Store) {
    const ROUNDS: u64 = 20;
    store.commit(batch([put("lease/1", "0", Expect::Absent), put("a/log", "1", Expect::Absent)])).unwrap();
    let told = std::sync::atomic::AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for version in 1..=ROUNDS {
                store.commit(batch([put("lease/1", "next", Expect::Version(version))])).unwrap();
                told.store(version + 1, std::sync::atomic::Ordering::SeqCst);
            }
        });
        scope.spawn(|| {
            let mut last = 1;
            while last <= ROUNDS {
                let known = store.get(&key("lease/1")).unwrap().unwrap().version;
                let keep =
                    Write { key: key("lease/1"), expect: Expect::Version(known), change: Change::Keep };
                let begun = told.load(std::sync::atomic::Ordering::SeqCst);
                if store.commit(batch([put("a/log", &known.to_string(), Expect::Any), keep])).is_ok() {
                    assert!(known >= begun, "written under version {known} when {begun} stood");
                    last = known;
                }
            }
        });
    });
}

fn key(path: &str) -> Key {
    Key::from_stored(path.to_owned())
}

fn second(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn batch<const N: usize>(writes: [Write; N]) -> Batch {
    Batch { writes: writes.into() }
}

fn put(path: &str, body: &str, expect: Expect) -> Write {
    put_due(path, body.as_bytes(), expect, None)
}

fn put_due(path: &str, body: &[u8], expect: Expect, due: Option<Timestamp>) -> Write {
    Write { key: key(path), expect, change: Change::Put { body: body.to_vec(), due } }
}

fn delete(path: &str, expect: Expect) -> Write {
    Write { key: key(path), expect, change: Change::Delete }
}

fn state(store: &impl Store, path: &str) -> Option<(u64, String)> {
    let document = store.get(&key(path)).unwrap()?;
    Some((document.version, String::from_utf8(document.body).unwrap()))
}

fn names(documents: &[Document]) -> Vec<String> {
    documents.iter().map(|document| document.key.to_string()).collect()
}
