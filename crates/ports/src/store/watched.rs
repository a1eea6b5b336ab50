//! A store that remembers which documents of a branch were written, for whoever keeps something that is made of them.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::{Batch, Document, Key, Listening, Store, StoreError};

/// A store whose writes below a key are remembered. What another process writes is not seen: it is for stores that one
/// process has for itself.
pub struct WatchedStore {
    store: Arc<dyn Store>,
    changes: Arc<Changes>,
}

/// The keys that were written and that nobody has taken yet, each once.
#[derive(Debug)]
pub struct Changes {
    prefix: Key,
    keys: Mutex<BTreeSet<Key>>,
}

impl WatchedStore {
    /// Remembers the writes below `prefix` from now on.
    pub fn new(store: Arc<dyn Store>, prefix: Key) -> (Self, Arc<Changes>) {
        let changes = Arc::new(Changes { prefix, keys: Mutex::default() });
        (Self { store, changes: Arc::clone(&changes) }, changes)
    }
}

impl Changes {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Takes the first ones, in the order of their keys. What is read of them afterwards is as they were written, or newer.
    pub fn take(&self, limit: usize) -> Vec<Key> {
        let mut keys = self.lock();
        match keys.iter().nth(limit).cloned() {
            None => std::mem::take(&mut *keys).into_iter().collect(),
            Some(first_left) => {
                let left = keys.split_off(&first_left);
                std::mem::replace(&mut *keys, left).into_iter().collect()
            }
        }
    }

    /// Notes keys that are to be looked at again.
    pub fn note(&self, keys: impl IntoIterator<Item = Key>) {
        self.lock().extend(keys);
    }

    /// A set of keys is whole after every step.
    fn lock(&self) -> MutexGuard<'_, BTreeSet<Key>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn among<'k>(&self, keys: impl Iterator<Item = &'k Key>) -> Vec<Key> {
        keys.filter(|key| key.as_str().starts_with(self.prefix.as_str())).cloned().collect()
    }
}

impl Store for WatchedStore {
    fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
        self.store.get(key)
    }

    fn get_all(&self, keys: &[Key]) -> Result<Vec<Document>, StoreError> {
        self.store.get_all(keys)
    }

    fn existing(&self, keys: &[Key]) -> Result<HashSet<Key>, StoreError> {
        self.store.existing(keys)
    }

    fn scan(&self, prefix: &Key, after: Option<&Key>, limit: usize) -> Result<Vec<Document>, StoreError> {
        self.store.scan(prefix, after, limit)
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let keys = self.changes.among(batch.writes.iter().map(|write| &write.key));
        let done = self.store.commit(batch);
        // After a failure too: what is on disk is then unknown.
        self.changes.note(keys);
        done
    }

    fn commit_lasting(&self, batch: Batch) -> Result<(), StoreError> {
        let keys = self.changes.among(batch.writes.iter().map(|write| &write.key));
        let done = self.store.commit_lasting(batch);
        self.changes.note(keys);
        done
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), StoreError> {
        let keys = self.changes.among(documents.iter().map(|document| &document.key));
        let done = self.store.restore(documents);
        self.changes.note(keys);
        done
    }

    /// A claim changes nothing of what a document says and is not remembered.
    fn claim_due(
        &self,
        prefix: &Key,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        self.store.claim_due(prefix, now, lease, limit)
    }

    fn time(&self) -> Result<Option<Timestamp>, StoreError> {
        self.store.time()
    }

    fn listen(&self, heard: Box<dyn Fn(&str) + Send + Sync>) -> Option<Listening> {
        self.store.listen(heard)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Change, Expect, MemoryStore, Write};
    use super::*;

    fn put(store: &WatchedStore, key: &Key) -> Result<(), StoreError> {
        let change = Change::Put { body: b"{}".to_vec(), due: None };
        store.commit(Batch { writes: vec![Write { key: key.clone(), expect: Expect::Any, change }] })
    }

    #[test]
    fn writes_below_the_prefix_are_told_once() {
        let (store, changes) = WatchedStore::new(Arc::new(MemoryStore::new()), Key::below(["case"]));
        let keys = ["a", "b", "c"].map(|name| Key::of(["case", name]));
        for key in keys.iter().chain(&keys).chain([&Key::of(["cases", "x"]), &Key::of(["ship", "a"])]) {
            put(&store, key).unwrap();
        }
        assert_eq!(changes.len(), 3);
        assert_eq!(changes.take(2), keys[..2]);
        put(&store, &keys[0]).unwrap();
        assert_eq!(changes.take(9), [keys[0].clone(), keys[2].clone()]);
        assert!(changes.is_empty() && changes.take(9).is_empty());
    }

    #[test]
    fn it_is_a_store_like_the_one_within() {
        super::super::conformance::run(|| {
            WatchedStore::new(Arc::new(MemoryStore::new()), Key::below(["case"])).0
        });
    }
}
