//! The store at work: documents in memory over documents in sled.
//!
//! A panic may leave any of these functions; the module above catches it.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, RwLock};

use jiff::Timestamp;

use super::account::{Account, stamp};
use super::anchor::Anchor;
use super::check::joined;
use super::fold::{Frozen, Limits};
use super::journal::Journal;
use super::layout::{HEAD_BYTES, Head, document_key};
use super::opening::{damaged, fault};
use super::overlay::{Overlay, Slot};
use super::presence::Presence;
use super::{Document, Key, StoreError};

/// sled, and what the store adds to it.
pub(super) struct Core {
    pub(super) db: sled::Db,
    pub(super) place: String,
    pub(super) dir: PathBuf,
    /// Writers check and write under the write lock; readers see no half of a batch under the read lock.
    pub(super) state: RwLock<State>,
    /// What is on disk. Whoever holds it syncs for all that wait.
    pub(super) durable: Mutex<Durable>,
    /// Which keys there may be. Who asks for another one is answered without waiting for whoever writes.
    presence: RwLock<Presence>,
    /// sled's file, to be synced.
    file: File,
    pub(super) limits: Limits,
    /// Whether documents are on their way from memory to sled, and the end of that.
    pub(super) folding: Mutex<bool>,
    pub(super) folded: Condvar,
    /// Set when a write failed: what is on disk is then unknown, and a later sync that succeeds would prove nothing.
    broken: AtomicBool,
    /// What failed first, in words.
    cause: OnceLock<String>,
    /// When all documents were last read and compared with the account, in seconds since 1970.
    checked: i64,
}

/// All that the store holds, sled's documents aside.
pub(super) struct State {
    /// The account of all batches.
    pub(super) account: Account,
    /// What was written last.
    pub(super) active: Overlay,
    /// What was written before, on its way into sled.
    pub(super) frozen: Option<Arc<Frozen>>,
    /// Where batches are written down until sled holds them.
    pub(super) journal: Journal,
    /// The last batch that went into sled at once.
    pub(super) bulk: u64,
}

impl State {
    /// `in_sled`: the last batch of which all is in sled.
    pub(super) fn new(account: Account, active: Overlay, journal: Journal, in_sled: u64) -> Self {
        Self { account, active, frozen: None, journal, bulk: in_sled }
    }

    /// What memory holds of a document.
    pub(super) fn slot(&self, key: &Key) -> Option<&Slot> {
        self.active.get(key).or_else(|| self.frozen.as_ref()?.overlay.get(key))
    }
}

pub(super) struct Durable {
    /// So many batches.
    pub(super) upto: u64,
    /// Batches that went into sled at once, up to this one.
    pub(super) bulk: u64,
    pub(super) anchor: Anchor,
}

impl Core {
    /// Takes over an opened sled that holds, with what is in memory, what the state's account says; `acknowledged` batches of it
    /// are known to be on disk.
    pub(super) fn new(
        db: sled::Db,
        dir: &Path,
        place: &str,
        state: State,
        acknowledged: u64,
        anchor: Anchor,
        limits: Limits,
    ) -> Result<Self, StoreError> {
        let file = OpenOptions::new()
            .write(true)
            .open(dir.join("db"))
            .map_err(|source| StoreError::Io { place: place.to_owned(), source })?;
        Ok(Self {
            db,
            place: place.to_owned(),
            dir: dir.to_owned(),
            state: RwLock::new(state),
            durable: Mutex::new(Durable { upto: acknowledged, bulk: acknowledged, anchor }),
            presence: RwLock::new(Presence::Unknown),
            file,
            limits,
            folding: Mutex::new(false),
            folded: Condvar::new(),
            broken: AtomicBool::new(false),
            cause: OnceLock::new(),
            checked: 0,
        })
    }

    /// When all documents were last read, and which keys there are if that was just now.
    pub(super) fn checked_at(self, checked: i64, presence: Presence) -> Self {
        Self { checked, presence: RwLock::new(presence), ..self }
    }

    /// Whether there may be a key, or keys that begin with a text that ends in a slash. Of a batch that was committed, or of which
    /// anything can be read, all may be.
    pub(super) fn may_hold(&self, entry: &str) -> bool {
        self.presence.read().map_or(true, |presence| presence.may_hold(entry))
    }

    /// Takes keys in that are about to be written.
    pub(super) fn will_hold<'k>(&self, keys: impl Iterator<Item = &'k Key>) -> Result<(), StoreError> {
        let mut presence = self.presence.write().map_err(|_| self.broke_off())?;
        keys.for_each(|key| presence.add(key.as_str()));
        Ok(())
    }

    /// What the mark of an orderly end may say: the account and when it was checked, if all of it is on disk.
    pub(super) fn end(&self) -> Option<(Account, i64)> {
        let account = self.state.read().ok()?.account;
        let upto = self.durable.lock().ok()?.upto;
        (upto == account.number && !self.is_broken()).then_some((account, self.checked))
    }

    pub(super) fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
        if !self.may_hold(key.as_str()) {
            return Ok(None);
        }
        let state = self.state.read().map_err(|_| self.broke_off())?;
        self.document(&state, key)
    }

    /// A document, from memory or from sled.
    pub(super) fn document(&self, state: &State, key: &Key) -> Result<Option<Document>, StoreError> {
        if let Some(slot) = state.slot(key) {
            return self.in_memory(key, slot);
        }
        match self.db.get(document_key(key)).map_err(|error| self.fault(error))? {
            Some(value) => self.in_sled(key.clone(), &value).map(Some),
            None => Ok(None),
        }
    }

    /// A document out of its slot; nothing when it was deleted.
    pub(super) fn in_memory(&self, key: &Key, slot: &Slot) -> Result<Option<Document>, StoreError> {
        let Slot::There(head, body) = slot else { return Ok(None) };
        let due = self.time(key, head.due)?;
        Ok(Some(Document { key: key.clone(), version: head.version, due, body: body.to_vec() }))
    }

    /// Puts a document together from its head's value and its pieces.
    pub(super) fn in_sled(&self, key: Key, value: &[u8]) -> Result<Document, StoreError> {
        let Some(head) = Head::read(value) else {
            return Err(self.damaged(format!("the head of {key} is not readable")));
        };
        let body = match head.pieces {
            0 => value[HEAD_BYTES..].to_vec(),
            _ => joined(&self.db, &self.place, &key, &head)?,
        };
        if stamp(key.as_str(), &head, &body) != head.stamp {
            return Err(self.damaged(format!("{key} is not what was written")));
        }
        let due = self.time(&key, head.due)?;
        Ok(Document { key, version: head.version, due, body })
    }

    /// Puts all that was handed to sled on disk.
    pub(super) fn sync_sled(&self) -> Result<(), StoreError> {
        self.db.flush().map_err(|error| self.fault(error))?;
        self.file.sync_data().map_err(|source| self.io(source))
    }

    /// The head of a document, from memory or from sled.
    pub(super) fn head(&self, state: &State, key: &Key) -> Result<Option<Head>, StoreError> {
        if !self.may_hold(key.as_str()) {
            return Ok(None);
        }
        match state.slot(key) {
            Some(slot) => Ok(slot.head().copied()),
            None => self.head_in_sled(key),
        }
    }

    pub(super) fn head_in_sled(&self, key: &Key) -> Result<Option<Head>, StoreError> {
        let Some(value) = self.db.get(document_key(key)).map_err(|error| self.fault(error))? else {
            return Ok(None);
        };
        match Head::read(&value) {
            Some(head) => Ok(Some(head)),
            None => Err(self.damaged(format!("the head of {key} is not readable"))),
        }
    }

    pub(super) fn time(&self, key: &Key, due: Option<i64>) -> Result<Option<Timestamp>, StoreError> {
        due.map(Timestamp::from_millisecond)
            .transpose()
            .map_err(|_| self.damaged(format!("the due time of {key} is out of range")))
    }

    fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    /// Takes no more writes, and says why to whoever comes with one.
    pub(super) fn breaks(&self, cause: &StoreError) {
        self.cause.get_or_init(|| cause.to_string());
        self.broken.store(true, Ordering::Release);
    }

    pub(super) fn refuse_when_broken(&self) -> Result<(), StoreError> {
        if self.is_broken() { Err(self.broke_off()) } else { Ok(()) }
    }

    pub(super) fn io(&self, source: std::io::Error) -> StoreError {
        StoreError::Io { place: self.place.clone(), source }
    }

    pub(super) fn fault(&self, error: sled::Error) -> StoreError {
        fault(&self.place, error)
    }

    pub(super) fn damaged(&self, reason: impl Into<String>) -> StoreError {
        damaged(&self.place, reason)
    }

    pub(super) fn broke_off(&self) -> StoreError {
        let cause = self.cause.get().map(|cause| format!(" ({cause})")).unwrap_or_default();
        self.io(std::io::Error::other(format!(
            "an earlier write could not be completed{cause}; open the store again"
        )))
    }
}
