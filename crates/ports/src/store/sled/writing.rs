//! Writing: a batch is checked, written down and taken into memory under one lock, and acknowledged when it is on disk.

use std::sync::{Arc, RwLockWriteGuard};

use jiff::Timestamp;

use super::core::{Core, State};
use super::journal::Written;
use super::layout::{ACCOUNT, Head, clear, document_key, put};
use super::overlay::Slot;
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

impl Core {
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
        self.will_hold(changes.iter().map(|change| &change.key))?;
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
        if let Err(error) = applied {
            self.breaks(&error);
            return Err(error);
        }
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
                self.breaks(&error);
                Err(error)
            }
        }
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
