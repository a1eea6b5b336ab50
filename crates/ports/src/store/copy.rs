//! One store's documents into another: resumable, and proved equal at the end.
//!
//! Both stores are walked in the order of their keys, page by page; what the target lacks, or has otherwise, is put there as it
//! is. A copy that was cut off is simply made again: what is there is passed by. Then both are read once more and compared by
//! the number of their documents and a hash over all of them, whatever the walk believed.
//!
//! Reading, comparing and writing go on at the same time, each a few pages ahead of the next; so do the two readings at the end.
//!
//! Two bodies are equal when they are the same JSON or the same bytes: a store may keep an object in another order.

use std::collections::HashMap;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Document, Key, Store, StoreError};

/// Documents read at once: enough to share a commit, few enough to be held twice in memory.
const PAGE: usize = 2_000;
/// Bytes put at once at the most; one document more may go beyond it.
const MAX_BATCH_BYTES: usize = 16 << 20;

/// Pages that wait between two of those who work on them: one is being worked on, and there is always a next one.
const AHEAD: usize = 1;
/// Threads that write: while one waits for the target's disk another one hands over the next batch.
const WRITERS: usize = 2;

/// What a copy did.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Copied {
    /// Documents that the source has.
    pub documents: u64,
    /// Of these, the ones that had to be put.
    pub put: u64,
    /// SHA-256 over all documents of either store.
    pub hash: String,
}

/// Why a copy failed.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the stores.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The target has a document that the source has not: it is no copy of it.
    #[error("the target has {key}, which the source has not")]
    Foreign {
        /// Its key.
        key: Key,
    },
    /// They are not equal in the end: somebody wrote meanwhile, or a store does not keep what it is given.
    #[error("the copy is not equal: {from} documents with hash {from_hash} here, {to} with {to_hash} there")]
    Unequal {
        /// Documents of the source.
        from: u64,
        /// Their hash.
        from_hash: String,
        /// Documents of the target.
        to: u64,
        /// Their hash.
        to_hash: String,
    },
}

/// Copies all documents, and proves it. `progress` is told how many documents of the source have been seen.
///
/// # Errors
/// [`CopyError`]; what was put until then stays, and the copy can be made again.
pub fn copy(from: &dyn Store, to: &dyn Store, progress: impl FnMut(u64)) -> Result<Copied, CopyError> {
    let (read, pages) = sync_channel(AHEAD);
    let (compared, batches) = sync_channel(AHEAD);
    let batches: Batches = Mutex::new(Some(batches));
    let mut copied = thread::scope(|scope| {
        scope.spawn(move || pages_of(from, &read));
        let writers = [(); WRITERS].map(|()| scope.spawn(|| write(to, &batches)));
        // Takes the pages and what is compared along, so that when it is over everybody learns that nobody wants more.
        let walked = walk(pages, to, compared, progress);
        let mut written = Ok(());
        for writer in writers {
            written = written.and(writer.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        // A writer that failed is why the walk did not come to its end.
        written.map_err(CopyError::Store).and(walked)
    })?;
    let (from, to) = thread::scope(|scope| {
        let from = scope.spawn(|| fingerprint(from));
        let to = fingerprint(to);
        (from.join().unwrap_or_else(|panic| resume_unwind(panic)), to)
    });
    let ((from, from_hash), (to, to_hash)) = (from?, to?);
    if (from, &from_hash) != (to, &to_hash) {
        return Err(CopyError::Unequal { from, from_hash, to, to_hash });
    }
    copied.hash = from_hash;
    Ok(copied)
}

type Page = Result<Vec<Document>, StoreError>;

/// Reads a store page by page, an empty one last.
fn pages_of(store: &dyn Store, pages: &SyncSender<Page>) {
    let mut after: Option<Key> = None;
    loop {
        let page = store.scan(&everything(), after.as_ref(), PAGE);
        let last = page.as_ref().ok().and_then(|page| page.last()).map(|last| last.key.clone());
        let is_over = last.is_none();
        after = last;
        if pages.send(page).is_err() || is_over {
            return;
        }
    }
}

/// Compares the source's pages with the target and hands on what is to be put. Ends early when nobody takes it.
fn walk(
    pages: Receiver<Page>,
    to: &dyn Store,
    compared: SyncSender<Vec<Document>>,
    mut progress: impl FnMut(u64),
) -> Result<Copied, CopyError> {
    let mut copied = Copied::default();
    let mut after: Option<Key> = None;
    for page in pages {
        let page = page?;
        let there = counterpart(to, after.as_ref(), &page)?;
        let Some(last) = page.last() else { break };
        after = Some(last.key.clone());
        copied.documents += page.len() as u64;
        let (mut missing, mut bytes) = (Vec::new(), 0);
        for document in page {
            if there.get(&document.key).is_some_and(|there| is_same(there, &document)) {
                continue;
            }
            copied.put += 1;
            bytes += document.body.len();
            missing.push(document);
            if bytes >= MAX_BATCH_BYTES {
                if compared.send(std::mem::take(&mut missing)).is_err() {
                    return Ok(copied);
                }
                bytes = 0;
            }
        }
        if !missing.is_empty() && compared.send(missing).is_err() {
            return Ok(copied);
        }
        progress(copied.documents);
    }
    Ok(copied)
}

/// Where writers take batches from, as long as all of them succeed.
type Batches = Mutex<Option<Receiver<Vec<Document>>>>;

/// Puts batches until there are no more, or one cannot be put: then nobody takes any more.
fn write(to: &dyn Store, batches: &Batches) -> Result<(), StoreError> {
    let lock = || batches.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let batch = lock().as_ref().and_then(|batches| batches.recv().ok());
        let Some(batch) = batch else { return Ok(()) };
        if let Err(error) = to.restore(batch) {
            *lock() = None;
            return Err(error);
        }
    }
}

/// The prefix of every key.
fn everything() -> Key {
    Key::of([""; 0])
}

/// What the target has between the last page and the end of this one; after an empty page, to its own end.
fn counterpart(
    to: &dyn Store,
    after: Option<&Key>,
    page: &[Document],
) -> Result<HashMap<Key, Document>, CopyError> {
    let mut found = HashMap::new();
    let mut after = after.cloned();
    loop {
        let there = to.scan(&everything(), after.as_ref(), PAGE)?;
        let full = there.len() == PAGE;
        for document in there {
            if page.last().is_some_and(|last| document.key > last.key) {
                return Ok(found);
            }
            if page.binary_search_by(|known| known.key.cmp(&document.key)).is_err() {
                return Err(CopyError::Foreign { key: document.key });
            }
            after = Some(document.key.clone());
            found.insert(document.key.clone(), document);
        }
        if !full {
            return Ok(found);
        }
    }
}

fn is_same(one: &Document, other: &Document) -> bool {
    (one.version, one.due) == (other.version, other.due)
        && (one.body == other.body || canonical(&one.body) == canonical(&other.body))
}

/// JSON in one order of keys and one form; anything else as it is.
fn canonical(body: &[u8]) -> Vec<u8> {
    let written =
        serde_json::from_slice::<Value>(body).ok().and_then(|value| serde_json::to_vec(&value).ok());
    written.unwrap_or_else(|| body.to_vec())
}

/// How many documents a store has, and a hash over all of them in the order of their keys.
fn fingerprint(store: &dyn Store) -> Result<(u64, String), StoreError> {
    let (mut documents, mut hash) = (0, Sha256::new());
    let mut after: Option<Key> = None;
    loop {
        let page = store.scan(&everything(), after.as_ref(), PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some(last.key.clone());
        documents += page.len() as u64;
        for document in page {
            let due = document.due.map_or(i64::MIN, jiff::Timestamp::as_millisecond);
            let body = canonical(&document.body);
            for part in [document.key.as_str().as_bytes(), &body] {
                // Lengths, so that no two rows of parts read alike.
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
            hash.update(document.version.to_be_bytes());
            hash.update(due.to_be_bytes());
        }
    }
    let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((documents, hash))
}

#[cfg(test)]
mod tests {
    use super::super::{Batch, Change, Expect, MemoryStore, Write};
    use super::*;

    fn filled(documents: usize) -> MemoryStore {
        let store = MemoryStore::new();
        let write = |number: usize| Write {
            key: Key::of(["a", &format!("{number:05}")]),
            expect: Expect::Any,
            change: Change::Put { body: format!(r#"{{"b":{number},"a":"x"}}"#).into(), due: None },
        };
        store.commit(Batch { writes: (0..documents).map(write).collect() }).unwrap();
        store.commit(Batch { writes: vec![write(3)] }).unwrap();
        store
    }

    #[test]
    fn a_copy_is_equal_and_goes_on_where_it_was_cut_off() {
        let from = filled(2 * PAGE + 7);
        let to = MemoryStore::new();
        let first = from.scan(&everything(), None, PAGE + 3).unwrap();
        to.restore(first.clone()).unwrap();
        // The same JSON in another order is the same document.
        let body = br#"{ "a": "x", "b": 9 }"#.to_vec();
        to.restore(vec![Document { body, ..first[9].clone() }]).unwrap();
        // One that changed since.
        to.restore(vec![Document { version: 9, ..first[11].clone() }]).unwrap();

        let copied = copy(&from, &to, |_| {}).unwrap();
        let all = (2 * PAGE + 7) as u64;
        assert_eq!((copied.documents, copied.put), (all, all - (PAGE as u64 + 3) + 1));
        assert_eq!(copy(&from, &to, |_| {}).unwrap(), Copied { put: 0, ..copied });
    }

    /// A store that fails when too much is put into it.
    struct Small(MemoryStore);

    impl Store for Small {
        fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
            self.0.get(key)
        }
        fn scan(&self, prefix: &Key, after: Option<&Key>, limit: usize) -> Result<Vec<Document>, StoreError> {
            self.0.scan(prefix, after, limit)
        }
        fn commit(&self, batch: Batch) -> Result<(), StoreError> {
            self.0.commit(batch)
        }
        fn restore(&self, documents: Vec<Document>) -> Result<(), StoreError> {
            if documents.iter().any(|document| document.key.as_str() > "a/05000") {
                let source = std::io::Error::other("full");
                return Err(StoreError::Io { place: "here".to_owned(), source });
            }
            self.0.restore(documents)
        }
        fn claim_due(
            &self,
            prefix: &Key,
            now: jiff::Timestamp,
            lease: std::time::Duration,
            limit: usize,
        ) -> Result<Vec<Document>, StoreError> {
            self.0.claim_due(prefix, now, lease, limit)
        }
    }

    #[test]
    fn a_target_that_fails_ends_the_copy_and_keeps_what_it_has() {
        let (from, to) = (filled(20 * PAGE), Small(MemoryStore::new()));
        match copy(&from, &to, |_| {}) {
            Err(CopyError::Store(StoreError::Io { source, .. })) => assert_eq!(source.to_string(), "full"),
            other => panic!("{other:?}"),
        }
        let there = to.scan(&everything(), None, usize::MAX).unwrap().len();
        assert_eq!(there, 2 * PAGE);
        assert_eq!(copy(&from, &to.0, |_| {}).unwrap().put as usize, 18 * PAGE);
    }

    #[test]
    fn what_the_source_has_not_is_not_copied_over() {
        for (documents, foreign) in [(3, "00001x"), (3, "9"), (PAGE, "99999"), (0, "0")] {
            let (from, to) = (filled(documents.max(4)), MemoryStore::new());
            let change = Change::Put { body: b"{}".to_vec(), due: None };
            let write = Write { key: Key::of(["a", foreign]), expect: Expect::Any, change };
            to.commit(Batch { writes: vec![write] }).unwrap();
            assert!(matches!(copy(&from, &to, |_| {}), Err(CopyError::Foreign { .. })), "{foreign}");
        }
    }
}
