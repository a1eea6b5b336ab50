//! The embedded store, on sled.
//!
//! # Layout
//!
//! Everything lies in one sled tree, so that one sled batch is one batch of the store. The first byte of a sled key tells
//! the family:
//!
//! | family | sled key | value |
//! |---|---|---|
//! | `d` document | key | version (u64), due flag (u8), due in milliseconds (i64), piece count (u32), body when it is in one piece |
//! | `p` piece | key, `0`, index (u32) | the next part of a long body |
//! | `t` due | first segment of the key, `/`, due in milliseconds (sign bit flipped), key | nothing |
//! | `f` format | | the layout's number (u32) |
//!
//! All numbers are big-endian. The due family is divided by the key's first segment, so that a claim on one branch does not
//! walk through what is due in another.
//!
//! # What "on disk" takes
//!
//! sled's own flush ends in `sync_file_range`, which on Linux writes neither the file's new length nor the drive's cache.
//! A commit is therefore acknowledged only after an `fdatasync` of sled's file on top. Values above a quarter of a sled
//! segment would go to files of their own that sled never syncs: long bodies are cut into pieces well below that.

mod layout;
mod opening;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::ops::Bound;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::Duration;

use jiff::Timestamp;

use self::layout::{
    DUE, FORMAT, HEAD_BYTES, Head, clear, document_key, due_key, piece_key, put, read_due_key,
};
use self::opening::{fault, open_sled, sync_names};
use super::{Batch, Change, Document, Key, Store, StoreError, in_order, met};

/// The longest document. A message of 100 declarations has some 500 kB; this is room for a hundred times that.
const MAX_BODY_BYTES: usize = 64 << 20;

/// The layout above. Raised when a program that knows only the older one must not touch the store.
const LAYOUT: u32 = 1;

/// A store in a directory, for one process at a time.
pub struct SledStore {
    db: sled::Db,
    place: String,
    /// Commits check and write under the write lock; readers see no half of one under the read lock.
    order: RwLock<()>,
    /// How many batches have been handed to sled.
    applied: AtomicU64,
    /// How many of them are on disk, and sled's file to sync. Whoever holds it syncs for all that wait.
    durable: Mutex<Durable>,
    /// Set when a sync failed: what is on disk is then unknown, and a later sync that succeeds would prove nothing.
    broken: AtomicBool,
    /// Held for its lock, and dropped last.
    _lock: File,
}

struct Durable {
    upto: u64,
    file: File,
}

impl SledStore {
    /// Opens the store in `dir`, making the directory and an empty store when there is none.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process has it open, [`StoreError::NewerFormat`] when a newer program has laid
    /// it out, [`StoreError::Damaged`] when its files are not sound, [`StoreError::Io`] when the disk refuses.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let place = dir.display().to_string();
        let io = |source| StoreError::Io { place: place.clone(), source };
        fs::create_dir_all(dir).map_err(io)?;
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).open(dir.join("lock")).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked { place }),
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        let db = open_sled(dir, &place)?;
        let file = OpenOptions::new().write(true).open(dir.join("db")).map_err(io)?;
        sync_names(dir).map_err(io)?;
        let store = Self {
            db,
            place,
            order: RwLock::new(()),
            applied: AtomicU64::new(0),
            durable: Mutex::new(Durable { upto: 0, file }),
            broken: AtomicBool::new(false),
            _lock: lock,
        };
        store.check_layout()?;
        Ok(store)
    }

    /// Refuses a store laid out by a newer program, and marks an empty one as ours.
    fn check_layout(&self) -> Result<(), StoreError> {
        match self.db.get([FORMAT]).map_err(|error| self.fault(error))? {
            Some(value) => match value.as_ref().try_into().map(u32::from_be_bytes) {
                Ok(found) if found <= LAYOUT => Ok(()),
                Ok(found) => {
                    Err(StoreError::NewerFormat { key: Key::of(["store", "layout"]), found, known: LAYOUT })
                }
                Err(_) => Err(self.damaged("its format mark is not a number")),
            },
            None if self.db.is_empty() => {
                self.db.insert([FORMAT], &LAYOUT.to_be_bytes()).map_err(|error| self.fault(error))?;
                self.settle(self.applied.fetch_add(1, Ordering::AcqRel) + 1)
            }
            None => Err(self.damaged("it has documents but no format mark")),
        }
    }

    /// The head of a document and what follows it in the same value.
    fn head(&self, key: &Key) -> Result<Option<(Head, sled::IVec)>, StoreError> {
        let Some(value) = self.db.get(document_key(key)).map_err(|error| self.fault(error))? else {
            return Ok(None);
        };
        match Head::read(&value) {
            Some(head) => Ok(Some((head, value))),
            None => Err(self.damaged(&format!("the head of {key} is not readable"))),
        }
    }

    /// Puts a document together from its head's value and its pieces.
    fn document(&self, key: Key, value: &[u8]) -> Result<Document, StoreError> {
        let Some(head) = Head::read(value) else {
            return Err(self.damaged(&format!("the head of {key} is not readable")));
        };
        let mut body = value[HEAD_BYTES..].to_vec();
        for index in 0..head.pieces {
            match self.db.get(piece_key(&key, index)).map_err(|error| self.fault(error))? {
                Some(piece) => body.extend_from_slice(&piece),
                None => return Err(self.damaged(&format!("piece {index} of {key} is missing"))),
            }
        }
        let due = match head.due.map(Timestamp::from_millisecond) {
            None => None,
            Some(Ok(due)) => Some(due),
            Some(Err(_)) => return Err(self.damaged(&format!("the due time of {key} is out of range"))),
        };
        Ok(Document { key, version: head.version, due, body })
    }

    /// Waits until the batch of this number is on disk. Whoever comes first syncs for all batches applied by then.
    fn settle(&self, number: u64) -> Result<(), StoreError> {
        let mut durable = self.durable.lock().map_err(|_| self.broke_off())?;
        if durable.upto >= number {
            return Ok(());
        }
        self.refuse_when_broken()?;
        let reached = self.applied.load(Ordering::Acquire);
        let synced = self
            .db
            .flush()
            .map_err(|error| self.fault(error))
            .and_then(|_| durable.file.sync_data().map_err(|source| self.io(source)));
        match synced {
            Ok(()) => {
                durable.upto = reached;
                Ok(())
            }
            Err(error) => {
                self.broken.store(true, Ordering::Release);
                Err(error)
            }
        }
    }

    /// Hands a batch to sled and returns its number.
    fn apply(&self, changes: sled::Batch) -> Result<u64, StoreError> {
        self.refuse_when_broken()?;
        if let Err(error) = self.db.apply_batch(changes) {
            self.broken.store(true, Ordering::Release);
            return Err(self.fault(error));
        }
        Ok(self.applied.fetch_add(1, Ordering::AcqRel) + 1)
    }

    fn refuse_when_broken(&self) -> Result<(), StoreError> {
        if self.broken.load(Ordering::Acquire) { Err(self.broke_off()) } else { Ok(()) }
    }

    /// The due documents at `now`, the longest due first.
    fn due(&self, prefix: &Key, now: i64, limit: usize) -> Result<Vec<Key>, StoreError> {
        let whole_branch = prefix.as_str().split_once('/').map(|(branch, _)| branch);
        let mut start = vec![DUE];
        if let Some(branch) = whole_branch {
            start.extend_from_slice(branch.as_bytes());
            start.push(b'/');
        } else {
            start.extend_from_slice(prefix.as_str().as_bytes());
        }
        let mut due: Vec<(i64, Key)> = Vec::new();
        for entry in self.db.scan_prefix(&start).keys() {
            let entry = entry.map_err(|error| self.fault(error))?;
            let Some((at, key)) = read_due_key(&entry) else {
                return Err(self.damaged("an entry of the due times is not readable"));
            };
            if at > now {
                if whole_branch.is_some() {
                    break;
                }
                continue;
            }
            if key.as_str().starts_with(prefix.as_str()) {
                due.push((at, key));
                if whole_branch.is_some() && due.len() == limit {
                    break;
                }
            }
        }
        // Within one branch they come in this order already.
        due.sort();
        due.truncate(limit);
        Ok(due.into_iter().map(|(_, key)| key).collect())
    }

    fn io(&self, source: std::io::Error) -> StoreError {
        StoreError::Io { place: self.place.clone(), source }
    }

    fn fault(&self, error: sled::Error) -> StoreError {
        fault(&self.place, error)
    }

    fn damaged(&self, reason: &str) -> StoreError {
        StoreError::Damaged { place: self.place.clone(), reason: reason.to_owned() }
    }

    fn broke_off(&self) -> StoreError {
        self.io(std::io::Error::other("an earlier write could not be completed; open the store again"))
    }
}

impl Store for SledStore {
    fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
        let _order = self.order.read().map_err(|_| self.broke_off())?;
        match self.db.get(document_key(key)).map_err(|error| self.fault(error))? {
            Some(value) => self.document(key.clone(), &value).map(Some),
            None => Ok(None),
        }
    }

    fn scan(&self, prefix: &Key, after: Option<&Key>, limit: usize) -> Result<Vec<Document>, StoreError> {
        let _order = self.order.read().map_err(|_| self.broke_off())?;
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

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let writes = in_order(batch)?;
        if writes.is_empty() {
            return Ok(());
        }
        let number = {
            let _order = self.order.write().map_err(|_| self.broke_off())?;
            let mut changes = sled::Batch::default();
            for write in writes {
                let old = self.head(&write.key)?.map(|(head, _)| head);
                let found = old.as_ref().map(|head| head.version);
                if !met(write.expect, found) {
                    return Err(StoreError::Conflict { key: write.key, expected: write.expect, found });
                }
                match write.change {
                    Change::Put { body, due } => {
                        if body.len() > MAX_BODY_BYTES {
                            let length = body.len();
                            return Err(StoreError::TooLong {
                                key: write.key,
                                length,
                                limit: MAX_BODY_BYTES,
                            });
                        }
                        put(&mut changes, &write.key, old, due.map(Timestamp::as_millisecond), &body);
                    }
                    Change::Delete => {
                        if let Some(old) = old {
                            changes.remove(document_key(&write.key));
                            clear(&mut changes, &write.key, &old, 0, None);
                        }
                    }
                }
            }
            self.apply(changes)?
        };
        self.settle(number)
    }

    fn claim_due(
        &self,
        prefix: &Key,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX).as_millisecond();
        let mut claimed = Vec::new();
        let number = {
            let _order = self.order.write().map_err(|_| self.broke_off())?;
            let mut changes = sled::Batch::default();
            for key in self.due(prefix, now.as_millisecond(), limit)? {
                let Some((mut head, value)) = self.head(&key)? else {
                    return Err(self.damaged(&format!("{key} is due but does not exist")));
                };
                clear(&mut changes, &key, &head, head.pieces, Some(until));
                head.version += 1;
                head.due = Some(until);
                let mut renewed = head.write();
                renewed.extend_from_slice(&value[HEAD_BYTES..]);
                claimed.push(self.document(key.clone(), &renewed)?);
                changes.insert(document_key(&key), renewed);
                changes.insert(due_key(&key, until), &[]);
            }
            if claimed.is_empty() {
                return Ok(claimed);
            }
            self.apply(changes)?
        };
        self.settle(number)?;
        Ok(claimed)
    }
}

#[cfg(test)]
mod tests;
