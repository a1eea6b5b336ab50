//! The store at work: everything that asks sled.
//!
//! A panic may leave any of these functions; the module above catches it.

use std::fs::{File, OpenOptions};
use std::ops::Bound;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock};

use jiff::Timestamp;

use super::account::{Account, stamp};
use super::anchor::Anchor;
use super::check::{Look, check, joined};
use super::layout::{ACCOUNT, HEAD_BYTES, Head, clear, document_key, put};
use super::opening::{damaged, fault};
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
    place: String,
    /// The account of all batches handed to sled. Commits check and write under the write lock; readers see no half of
    /// one under the read lock.
    pub(super) account: RwLock<Account>,
    /// How many batches are on disk, and the files to sync. Whoever holds it syncs for all that wait.
    durable: Mutex<Durable>,
    /// Set when a write failed: what is on disk is then unknown, and a later sync that succeeds would prove nothing.
    broken: AtomicBool,
    /// When all documents were last read and compared with the account, in seconds since 1970.
    checked: i64,
}

struct Durable {
    upto: u64,
    file: File,
    anchor: Anchor,
}

impl Core {
    /// Takes over an opened sled that holds what `account` says; `acknowledged` batches of it are known to be on disk.
    pub(super) fn new(
        db: sled::Db,
        dir: &Path,
        place: &str,
        account: Account,
        acknowledged: u64,
        anchor: Anchor,
    ) -> Result<Self, StoreError> {
        let file = OpenOptions::new()
            .write(true)
            .open(dir.join("db"))
            .map_err(|source| StoreError::Io { place: place.to_owned(), source })?;
        Ok(Self {
            db,
            place: place.to_owned(),
            account: RwLock::new(account),
            durable: Mutex::new(Durable { upto: acknowledged, file, anchor }),
            broken: AtomicBool::new(false),
            checked: 0,
        })
    }

    pub(super) fn checked_at(self, checked: i64) -> Self {
        Self { checked, ..self }
    }

    /// What the mark of an orderly end may say: the account and when it was checked, if all of it is on disk.
    pub(super) fn end(&self) -> Option<(Account, i64)> {
        let account = *self.account.read().ok()?;
        let upto = self.durable.lock().ok()?.upto;
        (upto == account.number && !self.broken.load(Ordering::Acquire)).then_some((account, self.checked))
    }

    pub(super) fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
        let _order = self.account.read().map_err(|_| self.broke_off())?;
        match self.db.get(document_key(key)).map_err(|error| self.fault(error))? {
            Some(value) => self.document(key.clone(), &value).map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn scan(
        &self,
        prefix: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        let _order = self.account.read().map_err(|_| self.broke_off())?;
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(document_key(after)),
            _ => Bound::Included(document_key(prefix)),
        };
        let family = document_key(prefix);
        let mut found = Vec::new();
        for entry in self.db.range::<Vec<u8>, _>((start, Bound::Unbounded)) {
            if found.len() >= limit {
                break;
            }
            let (name, value) = entry.map_err(|error| self.fault(error))?;
            if !name.starts_with(&family) {
                break;
            }
            let Ok(key) = String::from_utf8(name[1..].to_vec()) else {
                return Err(self.damaged("a key is not text"));
            };
            found.push(self.document(Key::from_stored(key), &value)?);
        }
        Ok(found)
    }

    pub(super) fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let writes = in_order(batch)?;
        if writes.is_empty() {
            return Ok(());
        }
        let number = {
            let mut account = self.account.write().map_err(|_| self.broke_off())?;
            let mut next = *account;
            let mut changes = sled::Batch::default();
            let mut writes_something = false;
            for write in writes {
                let old = self.head(&write.key)?.map(|(head, _)| head);
                let found = old.as_ref().map(|head| head.version);
                if !met(write.expect, found) {
                    return Err(StoreError::Conflict { key: write.key, expected: write.expect, found });
                }
                if write.change == Change::Keep {
                    continue;
                }
                writes_something = true;
                if let Some(old) = &old {
                    next.leave(old.stamp);
                }
                match write.change {
                    Change::Keep => {}
                    Change::Put { body, due } => {
                        within_bounds(&write.key, &body)?;
                        let due = due.map(Timestamp::as_millisecond);
                        let version = found.unwrap_or_default() + 1;
                        next.enter(put(&mut changes, &write.key, old.as_ref(), version, due, &body));
                    }
                    Change::Delete => {
                        if let Some(old) = old {
                            changes.remove(document_key(&write.key));
                            clear(&mut changes, &write.key, &old, 0, None);
                        }
                    }
                }
            }
            if !writes_something {
                return Ok(());
            }
            self.apply(&mut account, next, changes)?
        };
        self.settle(number)
    }

    /// Puts documents as they are.
    pub(super) fn restore(&self, documents: Vec<Document>) -> Result<(), StoreError> {
        let documents = documents_in_order(documents)?;
        if documents.is_empty() {
            return Ok(());
        }
        let number = {
            let mut account = self.account.write().map_err(|_| self.broke_off())?;
            let mut next = *account;
            let mut changes = sled::Batch::default();
            for Document { key, version, due, body } in documents {
                within_bounds(&key, &body)?;
                let old = self.head(&key)?.map(|(head, _)| head);
                if let Some(old) = &old {
                    next.leave(old.stamp);
                }
                let due = due.map(Timestamp::as_millisecond);
                next.enter(put(&mut changes, &key, old.as_ref(), version, due, &body));
            }
            self.apply(&mut account, next, changes)?
        };
        self.settle(number)
    }

    /// Looks through everything, with no write in between.
    pub(super) fn verify(&self) -> Result<(), StoreError> {
        let account = self.account.read().map_err(|_| self.broke_off())?;
        check(&self.db, &self.place, &account, Look::Closely)
    }

    /// Writes the first batch of a new store, which holds no documents.
    pub(super) fn begin(&self, changes: sled::Batch) -> Result<u64, StoreError> {
        let mut account = self.account.write().map_err(|_| self.broke_off())?;
        let next = *account;
        self.apply(&mut account, next, changes)
    }

    /// Hands a batch to sled, its account with it, and returns its number.
    pub(super) fn apply(
        &self,
        account: &mut Account,
        mut next: Account,
        mut changes: sled::Batch,
    ) -> Result<u64, StoreError> {
        self.refuse_when_broken()?;
        next.number += 1;
        changes.insert(&[ACCOUNT], &next.write());
        if let Err(error) = self.db.apply_batch(changes) {
            self.broken.store(true, Ordering::Release);
            return Err(self.fault(error));
        }
        *account = next;
        Ok(next.number)
    }

    /// Waits until the batch of this number is on disk. Whoever comes first syncs for all batches applied by then.
    pub(super) fn settle(&self, number: u64) -> Result<(), StoreError> {
        let mut durable = self.durable.lock().map_err(|_| self.broke_off())?;
        if durable.upto >= number {
            return Ok(());
        }
        self.refuse_when_broken()?;
        let reached = *self.account.read().map_err(|_| self.broke_off())?;
        // In this order: an account of what is not on disk would call a sound store damaged after a power cut.
        let synced = self.db.flush().map_err(|error| self.fault(error)).and_then(|_| {
            durable
                .file
                .sync_data()
                .and_then(|()| durable.anchor.put(&reached))
                .map_err(|source| self.io(source))
        });
        match synced {
            Ok(()) => {
                durable.upto = reached.number;
                Ok(())
            }
            Err(error) => {
                self.broken.store(true, Ordering::Release);
                Err(error)
            }
        }
    }

    /// The head of a document and the whole value it stands in.
    pub(super) fn head(&self, key: &Key) -> Result<Option<(Head, sled::IVec)>, StoreError> {
        let Some(value) = self.db.get(document_key(key)).map_err(|error| self.fault(error))? else {
            return Ok(None);
        };
        match Head::read(&value) {
            Some(head) => Ok(Some((head, value))),
            None => Err(self.damaged(format!("the head of {key} is not readable"))),
        }
    }

    /// Puts a document together from its head's value and its pieces.
    pub(super) fn document(&self, key: Key, value: &[u8]) -> Result<Document, StoreError> {
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

    pub(super) fn time(&self, key: &Key, due: Option<i64>) -> Result<Option<Timestamp>, StoreError> {
        due.map(Timestamp::from_millisecond)
            .transpose()
            .map_err(|_| self.damaged(format!("the due time of {key} is out of range")))
    }

    fn refuse_when_broken(&self) -> Result<(), StoreError> {
        if self.broken.load(Ordering::Acquire) { Err(self.broke_off()) } else { Ok(()) }
    }

    fn io(&self, source: std::io::Error) -> StoreError {
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
