//! A store that a worker can be cut off from, as if its machine had lost power: nothing it does counts any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use ports::store::{Batch, Document, Key, Listening, Store, StoreError};

/// Cuts a worker off.
#[derive(Default)]
pub(crate) struct Severed(Arc<AtomicBool>);

/// The store as that worker sees it.
pub(crate) struct Line {
    store: Arc<dyn Store>,
    cut: Arc<AtomicBool>,
}

impl Severed {
    pub(crate) fn around(&self, store: Arc<dyn Store>) -> Line {
        Line { store, cut: Arc::clone(&self.0) }
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn cut(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Line {
    fn whole(&self) -> Result<&dyn Store, StoreError> {
        if self.cut.load(Ordering::SeqCst) {
            let source = std::io::Error::new(std::io::ErrorKind::ConnectionAborted, "it is cut off");
            return Err(StoreError::Io { place: "the server".to_owned(), source });
        }
        Ok(self.store.as_ref())
    }
}

impl Store for Line {
    fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
        self.whole()?.get(key)
    }

    fn get_all(&self, keys: &[Key]) -> Result<Vec<Document>, StoreError> {
        self.whole()?.get_all(keys)
    }

    fn scan(&self, prefix: &Key, after: Option<&Key>, limit: usize) -> Result<Vec<Document>, StoreError> {
        self.whole()?.scan(prefix, after, limit)
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.whole()?.commit(batch)
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), StoreError> {
        self.whole()?.restore(documents)
    }

    fn claim_due(
        &self,
        prefix: &Key,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        self.whole()?.claim_due(prefix, now, lease, limit)
    }

    fn time(&self) -> Result<Option<Timestamp>, StoreError> {
        self.whole()?.time()
    }

    fn listen(&self, heard: Box<dyn Fn(&str) + Send + Sync>) -> Option<Listening> {
        self.store.listen(heard)
    }
}
