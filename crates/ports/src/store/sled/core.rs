//! The store at work: documents in memory over documents in sled.
//!
//! A panic may leave any of these functions; the module above catches it.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, RwLock, RwLockWriteGuard};

use jiff::Timestamp;

use super::account::{Account, stamp};
use super::anchor::Anchor;
use super::check::joined;
use super::fold::{Frozen, Limits};
use super::journal::{Journal, Written};
use super::layout::{ACCOUNT, HEAD_BYTES, Head, clear, document_key, put};
use super::opening::{damaged, fault};
use super::overlay::{Overlay, Slot};
use super::{Batch, Change, Document, Key, StoreError, documents_in_order, in_order, met};

/// The longest document. A message of 100 declarations has some 500 kB; this is room for a hundred times that.
const MAX_BODY_BYTES: usize = 64 << 20;
/// Refuses a body that is too long.
fn within_bounds(key: &Key, body: &[u8]) -> Result<(), StoreError> {
    let length = body.len();
    if length > MAX_BODY_BYTES {
        return Err(StoreError::TooLong { key: key.clone(), length, limit: MAX_BODY_BYTES });
    }
    Ok(())
}

/// sled, and what the store adds to it.
pub(super) struct Core {
    pub(super) db: sled::Db,
    pub(super) place: String,
    pub(super) dir: PathBuf,
    /// Writers check and write under the write lock; readers see no half of a batch under the read lock.
    pub(super) state: RwLock<State>,
    /// What is on disk. Whoever holds it syncs for all that wait.
    durable: Mutex<Durable>,
    /// sled's file, to be synced.
    file: File,
    pub(super) limits: Limits,
    /// Whether documents are on their way from memory to sled, and the end of that.
    pub(super) folding: Mutex<bool>,
    pub(super) folded: Condvar,
    /// Set when a write failed: what is on disk is then unknown, and a later sync that succeeds would prove nothing.
    broken: AtomicBool,
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
    bulk: u64,
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

struct Durable {
    /// So many batches.
    upto: u64,
    /// Batches that went into sled at once, up to this one.
    bulk: u64,
    anchor: Anchor,
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
            file,
            limits,
            folding: Mutex::new(false),
            folded: Condvar::new(),
            broken: AtomicBool::new(false),
            checked: 0,
        })
    }

    pub(super) fn checked_at(self, checked: i64) -> Self {
        Self { checked, ..self }
    }

    /// What the mark of an orderly end may say: the account and when it was checked, if all of it is on disk.
    pub(super) fn end(&self) -> Option<(Account, i64)> {
        let account = self.state.read().ok()?.account;
        let upto = self.durable.lock().ok()?.upto;
        (upto == account.number && !self.is_broken()).then_some((account, self.checked))
    }

    pub(super) fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
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

    pub(super) fn commit(self: &Arc<Self>, batch: Batch, is_lasting: bool) -> Result<(), StoreError> {
        let writes = in_order(batch)?;
        if writes.is_empty() {
            return Ok(());
        }
        let only_demands = writes.iter().all(|write| write.change == Change::Keep);
        let mut bytes = 0;
        for write in &writes {
            if let Change::Put { body, .. } = &write.change {
                within_bounds(&write.key, body)?;
                bytes += body.len();
            }
        }
        let is_bulk = bytes >= self.limits.bulk(is_lasting);
        let number = {
            let mut state = self.writable(is_bulk)?;
            let mut changes = Vec::with_capacity(writes.len());
            for write in writes {
                let old = self.head(&state, &write.key)?;
                let found = old.as_ref().map(|head| head.version);
                if !met(write.expect, found) {
                    return Err(StoreError::Conflict { key: write.key, expected: write.expect, found });
                }
                let slot = match write.change {
                    Change::Put { body, due } => {
                        let version = found.unwrap_or_default() + 1;
                        let head = Head::of(&write.key, version, due.map(Timestamp::as_millisecond), &body);
                        Slot::There(head, body.into())
                    }
                    Change::Delete if old.is_none() => continue,
                    Change::Delete => Slot::Gone,
                    Change::Keep => continue,
                };
                changes.push(Written { key: write.key, slot, same_body: false, old });
            }
            if only_demands {
                return Ok(());
            }
            self.apply(&mut state, changes, is_bulk)?
        };
        self.settle(number)
    }

    /// Puts documents as they are.
    pub(super) fn restore(self: &Arc<Self>, documents: Vec<Document>) -> Result<(), StoreError> {
        let documents = documents_in_order(documents)?;
        if documents.is_empty() {
            return Ok(());
        }
        let mut bytes = 0;
        for document in &documents {
            within_bounds(&document.key, &document.body)?;
            bytes += document.body.len();
        }
        let is_bulk = bytes >= self.limits.bulk(true);
        let number = {
            let mut state = self.writable(is_bulk)?;
            let mut changes = Vec::with_capacity(documents.len());
            for Document { key, version, due, body } in documents {
                let old = self.head(&state, &key)?;
                let head = Head::of(&key, version, due.map(Timestamp::as_millisecond), &body);
                changes.push(Written { key, slot: Slot::There(head, body.into()), same_body: false, old });
            }
            self.apply(&mut state, changes, is_bulk)?
        };
        self.settle(number)
    }

    /// The state, ready to take a batch in: there is room in memory, and nothing in it that would come after the batch when the
    /// batch is to go into sled at once.
    pub(super) fn writable(
        self: &Arc<Self>,
        is_bulk: bool,
    ) -> Result<RwLockWriteGuard<'_, State>, StoreError> {
        loop {
            let mut state = self.state.write().map_err(|_| self.broke_off())?;
            self.refuse_when_broken()?;
            let has_room = if is_bulk { state.active.is_empty() } else { !self.is_full(&state) };
            if has_room && !(is_bulk && state.frozen.is_some()) {
                return Ok(state);
            }
            if state.frozen.is_none() {
                self.freeze(&mut state)?;
                drop(state);
                self.fold_aside();
            } else {
                drop(state);
                self.wait_until_folded()?;
            }
        }
    }

    /// Takes a batch in and returns its number.
    pub(super) fn apply(
        &self,
        state: &mut State,
        changes: Vec<Written>,
        is_bulk: bool,
    ) -> Result<u64, StoreError> {
        self.refuse_when_broken()?;
        let mut next = state.account;
        next.number += 1;
        for Written { slot, old, .. } in &changes {
            if let Some(old) = old {
                next.leave(old.stamp);
            }
            if let Some(head) = slot.head() {
                next.enter(head.stamp);
            }
        }
        let applied = if is_bulk {
            let mut batch = sled::Batch::default();
            for Written { key, slot, old, .. } in changes {
                into_sled(&mut batch, &key, old.as_ref(), &slot);
            }
            batch.insert(&[ACCOUNT], &next.write());
            state.bulk = next.number;
            self.db.apply_batch(batch).map_err(|error| self.fault(error))
        } else {
            let written = state.journal.append(&next, &changes).map_err(|source| self.io(source));
            for Written { key, slot, old, .. } in changes {
                let is_new = old.is_none() && state.slot(&key).is_none();
                state.active.set(key, slot, is_new);
            }
            written
        };
        if applied.is_err() {
            self.breaks();
        }
        applied?;
        state.account = next;
        Ok(next.number)
    }

    /// Waits until the batch of this number is on disk. Whoever comes first syncs for all batches applied by then.
    pub(super) fn settle(&self, number: u64) -> Result<(), StoreError> {
        let mut durable = self.durable.lock().map_err(|_| self.broke_off())?;
        if durable.upto >= number {
            return Ok(());
        }
        self.refuse_when_broken()?;
        let (reached, journal, bulk) = {
            let state = self.state.read().map_err(|_| self.broke_off())?;
            // Files of the journal that are full were synced when they were.
            (state.account, state.journal.file(), state.bulk)
        };
        // In this order: an account of what is not on disk would call a sound store damaged after a power cut.
        let sync = || {
            if bulk > durable.bulk {
                self.sync_sled()?;
                durable.bulk = bulk;
            }
            if let Some(journal) = journal {
                journal.sync_data().map_err(|source| self.io(source))?;
            }
            durable.anchor.put(&reached).map_err(|source| self.io(source))
        };
        match sync() {
            Ok(()) => {
                durable.upto = reached.number;
                Ok(())
            }
            Err(error) => {
                self.breaks();
                Err(error)
            }
        }
    }

    /// Puts all that was handed to sled on disk.
    pub(super) fn sync_sled(&self) -> Result<(), StoreError> {
        self.db.flush().map_err(|error| self.fault(error))?;
        self.file.sync_data().map_err(|source| self.io(source))
    }

    /// The head of a document, from memory or from sled.
    pub(super) fn head(&self, state: &State, key: &Key) -> Result<Option<Head>, StoreError> {
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

    pub(super) fn breaks(&self) {
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
        self.io(std::io::Error::other("an earlier write could not be completed; open the store again"))
    }
}

/// Adds to a sled batch what makes of an old document the one in a slot.
pub(super) fn into_sled(batch: &mut sled::Batch, key: &Key, old: Option<&Head>, slot: &Slot) {
    match slot {
        Slot::There(head, body) => put(batch, key, old, head, body),
        Slot::Gone => {
            if let Some(old) = old {
                batch.remove(document_key(key));
                clear(batch, key, old, 0, None);
            }
        }
    }
}
