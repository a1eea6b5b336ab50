//! The store: documents with versions and due times.
//!
//! A [`Store`] keeps JSON documents under keys. Its four promises are the seams everything durable in this program hangs on:
//!
//! 1. **Acknowledged means on disk.** [`Store::commit`] returns after the batch would survive a power cut.
//! 2. **A batch is all or nothing**, also under `kill -9`.
//! 3. **Versions.** Each write of a key raises its version by one; a write may demand the version it has seen, and a batch
//!    of which one demand fails writes nothing at all.
//! 4. **Due documents are claimed under a lease.** A claim raises the version and moves the due time to the lease's end:
//!    a worker that dies gives its work back by itself, and one that comes too late fails its version demand.
//!
//! The promises are written down as tests in `conformance`, which every implementation passes.

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod copy;
mod error;
mod key;
mod location;
mod memory;
mod postgres;
mod sled;
mod watched;

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::error::Category;

pub use self::copy::{Copied, CopyError, copy};
pub use self::error::{Distrust, StoreError};
pub use self::key::Key;
pub use self::location::{Location, OpenStore};
pub use self::memory::MemoryStore;
pub use self::postgres::PostgresStore;
pub use self::sled::SledStore;
pub use self::watched::{Changes, WatchedStore};

/// A document as the store holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its key.
    pub key: Key,
    /// How often the key has been written, counted from 1. Deleting a key forgets its version.
    pub version: u64,
    /// When it wants attention, if ever; kept to the millisecond.
    pub due: Option<Timestamp>,
    /// The record, JSON text.
    pub body: Vec<u8>,
}

/// What a write demands of the key's present version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing.
    Any,
    /// The key must not exist.
    Absent,
    /// The key must stand at this version.
    Version(u64),
}

/// One write of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The key to write.
    pub key: Key,
    /// The version it must have.
    pub expect: Expect,
    /// The new document, or nothing to delete it.
    pub change: Change,
}

/// What a write does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Puts a document.
    Put {
        /// The record, JSON text.
        body: Vec<u8>,
        /// When it wants attention, if ever.
        due: Option<Timestamp>,
    },
    /// Deletes the document; deleting what is not there is no fault.
    Delete,
    /// Leaves it as it is, its version too: only the demand counts. It holds until the batch is written.
    Keep,
}

/// Writes that happen together or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The writes. A key may stand in a batch once.
    pub writes: Vec<Write>,
}

impl Batch {
    /// Adds a put of a record, serialised with its format version.
    ///
    /// # Errors
    /// [`StoreError::Record`] when the record cannot be written as JSON.
    pub fn put<R: Record>(&mut self, key: Key, expect: Expect, record: &R) -> Result<(), StoreError> {
        self.put_due(key, expect, record, None)
    }

    /// As [`Batch::put`], with a due time.
    ///
    /// # Errors
    /// [`StoreError::Record`] when the record cannot be written as JSON.
    pub fn put_due<R: Record>(
        &mut self,
        key: Key,
        expect: Expect,
        record: &R,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let body = encode(record, &key)?;
        self.writes.push(Write { key, expect, change: Change::Put { body, due } });
        Ok(())
    }

    /// Adds a deletion.
    pub fn delete(&mut self, key: Key, expect: Expect) {
        self.writes.push(Write { key, expect, change: Change::Delete });
    }

    /// Demands something of a key that this batch does not write.
    pub fn demand(&mut self, key: Key, expect: Expect) {
        self.writes.push(Write { key, expect, change: Change::Keep });
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// How many writes there are.
    pub fn len(&self) -> usize {
        self.writes.len()
    }
}

/// A record that the store can hold: a serde type with the number of its format.
pub trait Record: Serialize + DeserializeOwned {
    /// Raised whenever the record's form changes in a way that older programs cannot read.
    const FORMAT: u32;
}

/// The envelope around a record's JSON.
#[derive(serde::Serialize, serde::Deserialize)]
struct Envelope<T> {
    format: u32,
    record: T,
}

/// Writes a record with its format version.
///
/// # Errors
/// [`StoreError::Record`] when the record cannot be written as JSON.
pub fn encode<R: Record>(record: &R, key: &Key) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(&Envelope { format: R::FORMAT, record })
        .map_err(|error| StoreError::Record { key: key.clone(), reason: position(&error) })
}

/// What is wrong with a record's JSON, and where; never what stands there, which may be personal.
fn position(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        Category::Io => "it cannot be written",
        Category::Syntax => "it is no JSON",
        Category::Data => "it has another shape",
        Category::Eof => "it breaks off",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

impl Document {
    /// Reads the record.
    ///
    /// # Errors
    /// [`StoreError::NewerFormat`] when a newer program wrote it, [`StoreError::Record`] when it is not what it should be.
    pub fn record<R: Record>(&self) -> Result<R, StoreError> {
        #[derive(serde::Deserialize)]
        struct Format {
            format: u32,
        }
        let broken =
            |error: serde_json::Error| StoreError::Record { key: self.key.clone(), reason: position(&error) };
        match serde_json::from_slice::<Envelope<R>>(&self.body) {
            Ok(envelope) if envelope.format <= R::FORMAT => Ok(envelope.record),
            Ok(envelope) => Err(StoreError::NewerFormat {
                key: self.key.clone(),
                found: envelope.format,
                known: R::FORMAT,
            }),
            Err(error) => match serde_json::from_slice::<Format>(&self.body) {
                Ok(Format { format }) if format > R::FORMAT => {
                    Err(StoreError::NewerFormat { key: self.key.clone(), found: format, known: R::FORMAT })
                }
                _ => Err(broken(error)),
            },
        }
    }
}

/// Documents with versions and due times; the module's text states the promises.
pub trait Store: Send + Sync {
    /// The document under a key.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn get(&self, key: &Key) -> Result<Option<Document>, StoreError>;

    /// The documents under some keys, in any order; of keys that do not exist there is none. They need not be of one moment.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn get_all(&self, keys: &[Key]) -> Result<Vec<Document>, StoreError> {
        keys.iter().filter_map(|key| self.get(key).transpose()).collect()
    }

    /// Which of some keys exist, without what stands under them.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn existing(&self, keys: &[Key]) -> Result<HashSet<Key>, StoreError> {
        Ok(self.get_all(keys)?.into_iter().map(|document| document.key).collect())
    }

    /// Documents whose key begins with `prefix`, in the order of their keys, after the key `after`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn scan(&self, prefix: &Key, after: Option<&Key>, limit: usize) -> Result<Vec<Document>, StoreError>;

    /// Writes a batch, all or nothing, and returns when it is on disk.
    ///
    /// # Errors
    /// [`StoreError::Conflict`], [`StoreError::KeyTwice`] or [`StoreError::TooLong`]: then nothing was written. Any other
    /// error when the disk could not take it: then it is unknown what a later opening will find, and this one takes no more.
    fn commit(&self, batch: Batch) -> Result<(), StoreError>;

    /// As [`Store::commit`], for documents that are written once and not soon again, as those of an import are: a store that keeps
    /// what was written last at hand may spare itself that.
    ///
    /// # Errors
    /// As [`Store::commit`].
    fn commit_lasting(&self, batch: Batch) -> Result<(), StoreError> {
        self.commit(batch)
    }

    /// Puts documents as they are, their versions too, in place of what stands under their keys: how a copy of another store is
    /// made. All or nothing, and on disk when it returns, as [`Store::commit`].
    ///
    /// # Errors
    /// As [`Store::commit`], but for conflicts.
    fn restore(&self, documents: Vec<Document>) -> Result<(), StoreError>;

    /// Takes up to `limit` documents under `prefix` that are due at `now`, the longest due first. Each comes back with the
    /// version and due time that the claim gave it; its due time is now the end of the lease.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written.
    fn claim_due(
        &self,
        prefix: &Key,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError>;

    /// What time it is where the store is, when that is elsewhere: those who share the store agree on it, whatever their own
    /// clocks say.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be reached.
    fn time(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }

    /// Calls back with the branch in which another process has put work that is due, until the answer is dropped. News may be
    /// lost: whoever listens looks by himself now and then. Nothing when nobody else can write here.
    fn listen(&self, _heard: Box<dyn Fn(&str) + Send + Sync>) -> Option<Listening> {
        None
    }
}

/// Listens for news of a store until it is dropped.
pub struct Listening(Box<dyn FnMut() + Send + Sync>);

impl Listening {
    /// `end` is called when nobody listens any more.
    pub fn new(end: impl FnMut() + Send + Sync + 'static) -> Self {
        Self(Box::new(end))
    }
}

impl std::fmt::Debug for Listening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listening")
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// The same for documents.
fn documents_in_order(mut documents: Vec<Document>) -> Result<Vec<Document>, StoreError> {
    documents.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    match documents.windows(2).find(|pair| pair[0].key == pair[1].key) {
        Some(pair) => Err(StoreError::KeyTwice { key: pair[0].key.clone() }),
        None => Ok(documents),
    }
}

/// Whether a key that stands at `found` meets a write's demand.
fn met(expect: Expect, found: Option<u64>) -> bool {
    match expect {
        Expect::Any => true,
        Expect::Absent => found.is_none(),
        Expect::Version(version) => found == Some(version),
    }
}

/// Sorts a batch by key, which is also the fastest order to look the keys up in, and refuses one in which a key stands
/// twice: which of two changes would win is nobody's intention.
fn in_order(mut batch: Batch) -> Result<Vec<Write>, StoreError> {
    batch.writes.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    match batch.writes.windows(2).find(|pair| pair[0].key == pair[1].key) {
        Some(pair) => Err(StoreError::KeyTwice { key: pair[0].key.clone() }),
        None => Ok(batch.writes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Serialize, serde::Deserialize)]
    struct Count {
        number: u32,
    }

    impl Record for Count {
        const FORMAT: u32 = 1;
    }

    #[test]
    fn a_record_that_cannot_be_read_does_not_tell_its_values() {
        for body in [
            r#"{"format":1,"record":{"number":"16900007771"}}"#,
            r#"{"format":"16900007771"}"#,
            "16900007771x",
        ] {
            let document = Document { key: Key::of(["count"]), version: 1, due: None, body: body.into() };
            let told = document.record::<Count>().unwrap_err().to_string();
            assert!(told.contains("column") && !told.contains("1690000"), "{told}");
        }
    }
}
