//! A store in memory, for dry runs and tests: everything a [`Store`] promises except the disk.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::{Batch, Change, Document, Key, Store, StoreError, documents_in_order, in_order, met};

/// Documents in memory; they go when the store goes.
#[derive(Debug, Default)]
pub struct MemoryStore {
    documents: Mutex<BTreeMap<Key, Kept>>,
}

#[derive(Debug, Clone)]
struct Kept {
    version: u64,
    due: Option<Timestamp>,
    body: Vec<u8>,
}

impl Kept {
    fn document(&self, key: &Key) -> Document {
        Document { key: key.clone(), version: self.version, due: self.due, body: self.body.clone() }
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every batch is checked before the map is touched, so that a panic elsewhere cannot leave half of one behind.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Kept>> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Due times are kept to the millisecond, here as on disk.
fn to_millisecond(due: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(due.as_millisecond()).unwrap_or(due)
}

impl Store for MemoryStore {
    fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
        Ok(self.lock().get(key).map(|kept| kept.document(key)))
    }

    fn scan(&self, prefix: &Key, after: Option<&Key>, limit: usize) -> Result<Vec<Document>, StoreError> {
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let documents = self.lock();
        Ok(documents
            .range((start, Bound::Unbounded))
            .take_while(|(key, _)| key.as_str().starts_with(prefix.as_str()))
            .take(limit)
            .map(|(key, kept)| kept.document(key))
            .collect())
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let writes = in_order(batch)?;
        let mut documents = self.lock();
        for write in &writes {
            let found = documents.get(&write.key).map(|kept| kept.version);
            if !met(write.expect, found) {
                return Err(StoreError::Conflict { key: write.key.clone(), expected: write.expect, found });
            }
        }
        for write in writes {
            match write.change {
                Change::Put { body, due } => {
                    let version = documents.get(&write.key).map_or(0, |kept| kept.version) + 1;
                    documents.insert(write.key, Kept { version, due: due.map(to_millisecond), body });
                }
                Change::Delete => {
                    documents.remove(&write.key);
                }
                Change::Keep => {}
            }
        }
        Ok(())
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), StoreError> {
        let documents = documents_in_order(documents)?;
        let mut kept = self.lock();
        for Document { key, version, due, body } in documents {
            kept.insert(key, Kept { version, due: due.map(to_millisecond), body });
        }
        Ok(())
    }

    fn claim_due(
        &self,
        prefix: &Key,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        let until = to_millisecond(now.saturating_add(lease).unwrap_or(Timestamp::MAX));
        let mut documents = self.lock();
        let mut due: Vec<(Timestamp, Key)> = documents
            .range(prefix.clone()..)
            .take_while(|(key, _)| key.as_str().starts_with(prefix.as_str()))
            .filter_map(|(key, kept)| kept.due.filter(|due| *due <= now).map(|due| (due, key.clone())))
            .collect();
        due.sort();
        due.truncate(limit);
        let mut claimed = Vec::with_capacity(due.len());
        for (_, key) in due {
            if let Some(kept) = documents.get_mut(&key) {
                kept.version += 1;
                kept.due = Some(until);
                claimed.push(kept.document(&key));
            }
        }
        Ok(claimed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance;

    #[test]
    fn it_keeps_the_promises_of_a_store() {
        conformance::run(MemoryStore::new);
    }
}
