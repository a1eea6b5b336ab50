//! What a turn will look at, read ahead in one call: a store that many share is asked once for all orders of a turn, not
//! once for each.
//!
//! What was read ahead is as it was when the turn began. Whoever decides by it demands the version he has seen, or that there is
//! still none, as he does of everything he has read; so an older state costs another attempt and nothing else. It lives as long
//! as one attempt.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use ports::store::{Batch, Document, Key, Store, StoreError};

/// A store of which some documents are at hand.
pub(super) struct Ahead<'s> {
    store: &'s dyn Store,
    known: HashMap<Key, Option<Document>>,
    /// Keys of which only was asked whether they exist.
    exist: HashMap<Key, bool>,
}

impl<'s> Ahead<'s> {
    /// Reads the documents under some keys.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn of(store: &'s dyn Store, keys: impl IntoIterator<Item = Key>) -> Result<Self, StoreError> {
        let mut known: HashMap<Key, Option<Document>> = keys.into_iter().map(|key| (key, None)).collect();
        let keys: Vec<Key> = known.keys().cloned().collect();
        for document in store.get_all(&keys)? {
            known.insert(document.key.clone(), Some(document));
        }
        Ok(Self { store, known, exist: HashMap::new() })
    }

    /// Looks, too, which of some keys exist.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn and_whether(mut self, keys: impl IntoIterator<Item = Key>) -> Result<Self, StoreError> {
        let mut exist: HashMap<Key, bool> = keys.into_iter().map(|key| (key, false)).collect();
        let keys: Vec<Key> = exist.keys().cloned().collect();
        for key in self.store.existing(&keys)? {
            exist.insert(key, true);
        }
        self.exist = exist;
        Ok(self)
    }
}

impl Store for Ahead<'_> {
    fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
        match self.known.get(key) {
            Some(known) => Ok(known.clone()),
            None => self.store.get(key),
        }
    }

    fn get_all(&self, keys: &[Key]) -> Result<Vec<Document>, StoreError> {
        self.store.get_all(keys)
    }

    fn existing(&self, keys: &[Key]) -> Result<HashSet<Key>, StoreError> {
        if keys.iter().all(|key| self.exist.contains_key(key)) {
            return Ok(keys.iter().filter(|key| self.exist.get(key) == Some(&true)).cloned().collect());
        }
        self.store.existing(keys)
    }

    fn scan(&self, prefix: &Key, after: Option<&Key>, limit: usize) -> Result<Vec<Document>, StoreError> {
        self.store.scan(prefix, after, limit)
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.store.commit(batch)
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), StoreError> {
        self.store.restore(documents)
    }

    fn claim_due(
        &self,
        prefix: &Key,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        self.store.claim_due(prefix, now, lease, limit)
    }
}
