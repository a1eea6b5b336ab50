//! What a store promises of due documents and claims.

use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;

use super::{LEASE, batch, delete, key, names, put, put_due, second};
use crate::store::{Batch, Expect, Store, StoreError};

/// Claims take what is due at that moment, the longest due first, as many as asked for.
pub fn due_documents_are_claimed_longest_due_first(store: &impl Store) {
    let early = Timestamp::from_millisecond(-5_000).unwrap();
    store
        .commit(batch([
            put_due("a/late", b"late", Expect::Any, Some(second(30))),
            put_due("a/soon", b"soon", Expect::Any, Some(second(10))),
            put_due("a/early", b"early", Expect::Any, Some(early)),
            put_due("a/future", b"future", Expect::Any, Some(second(31))),
            put_due("a/never", b"never", Expect::Any, None),
        ]))
        .unwrap();
    assert!(store.claim_due(&key("a/"), second(30), LEASE, 0).unwrap().is_empty());
    assert_eq!(names(&store.claim_due(&key("a/"), second(30), LEASE, 2).unwrap()), ["a/early", "a/soon"]);
    assert_eq!(names(&store.claim_due(&key("a/"), second(30), LEASE, 9).unwrap()), ["a/late"]);
    assert!(store.claim_due(&key("a/"), second(30), LEASE, 9).unwrap().is_empty());
}

/// A claim raises the version and lasts until the lease's end: the late worker loses, the next one gets the document.
pub fn a_claim_is_a_lease(store: &impl Store) {
    store.commit(batch([put_due("a/1", b"work", Expect::Any, Some(second(10)))])).unwrap();
    let first = store.claim_due(&key("a/"), second(10), LEASE, 1).unwrap();
    assert_eq!((first[0].version, first[0].due), (2, Some(second(70))));
    assert_eq!(
        store.get(&key("a/1")).unwrap().as_ref(),
        first.first(),
        "a claim is not what the store holds"
    );
    assert!(store.claim_due(&key("a/"), second(69), LEASE, 1).unwrap().is_empty());

    let second_claim = store.claim_due(&key("a/"), second(70), LEASE, 1).unwrap();
    assert_eq!((second_claim[0].version, second_claim[0].due), (3, Some(second(130))));
    let too_late = store.commit(batch([put("a/1", "done", Expect::Version(first[0].version))]));
    assert!(matches!(too_late, Err(StoreError::Conflict { found: Some(3), .. })), "{too_late:?}");
    store.commit(batch([put("a/1", "done", Expect::Version(3))])).unwrap();
    assert!(store.claim_due(&key("a/"), second(1_000), LEASE, 1).unwrap().is_empty());
}

/// A document that is rewritten or deleted leaves no old due time behind.
pub fn due_times_go_with_their_document(store: &impl Store) {
    for name in ["a/1", "a/2", "a/3", "a/4"] {
        store.commit(batch([put_due(name, b"old", Expect::Any, Some(second(10)))])).unwrap();
    }
    store
        .commit(batch([
            put_due("a/1", b"later", Expect::Any, Some(second(20))),
            put_due("a/2", b"never", Expect::Any, None),
            delete("a/3", Expect::Any),
            put_due("a/4", b"same", Expect::Any, Some(second(10))),
        ]))
        .unwrap();
    assert_eq!(names(&store.claim_due(&key("a/"), second(15), LEASE, 9).unwrap()), ["a/4"]);
    let rest = store.claim_due(&key("a/"), second(25), LEASE, 9).unwrap();
    assert_eq!((names(&rest), rest[0].body.as_slice()), (vec!["a/1".to_owned()], b"later".as_slice()));
}

/// A claim takes nothing from other branches, and a prefix inside or above a branch works too.
pub fn claims_keep_to_their_prefix(store: &impl Store) {
    for (name, due) in [("out/x/1", 3), ("out/y/2", 2), ("outer/3", 1), ("zone", 0)] {
        store.commit(batch([put_due(name, b"", Expect::Any, Some(second(due)))])).unwrap();
    }
    assert_eq!(names(&store.claim_due(&key("out/x/"), second(9), LEASE, 9).unwrap()), ["out/x/1"]);
    assert_eq!(names(&store.claim_due(&key("out/"), second(9), LEASE, 9).unwrap()), ["out/y/2"]);
    assert_eq!(names(&store.claim_due(&key(""), second(9), LEASE, 1).unwrap()), ["zone"]);
    assert_eq!(names(&store.claim_due(&key("out"), second(9), LEASE, 9).unwrap()), ["outer/3"]);
}

/// Workers that claim at the same time never get the same document.
pub fn each_due_document_goes_to_one_worker(store: &impl Store) {
    const DOCUMENTS: usize = 60;
    let writes = (0..DOCUMENTS)
        .map(|number| put_due(&format!("a/{number}"), b"", Expect::Any, Some(second(1))))
        .collect();
    store.commit(Batch { writes }).unwrap();
    let taken = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let claimed = store.claim_due(&key("a/"), second(2), LEASE, 7).unwrap();
                    if claimed.is_empty() {
                        break;
                    }
                    for document in &claimed {
                        assert_eq!(document.version, 2, "{} was claimed twice", document.key);
                    }
                    taken.fetch_add(claimed.len(), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(taken.into_inner(), DOCUMENTS);
}
