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

use std::fs::{self, File, OpenOptions, TryLockError};
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::Duration;

use jiff::Timestamp;

use super::{Batch, Change, Document, Key, Store, StoreError, in_order, met};

/// sled's page cache. Its default is a gigabyte; this program promises to stay small, and its working set is what is
/// under way today, not the whole history.
const CACHE_BYTES: u64 = 32 << 20;

/// sled's segment: the unit of its log and, in quarters, the longest value that stays inside its file.
const SEGMENT_BYTES: usize = 2 << 20;

/// The longest body kept in one value. sled writes a leaf of up to 16 values, 18 while it splits, as one item of at most a
/// quarter segment (512 KiB here): 18 pieces with their keys stay below it.
const PIECE_BYTES: usize = 24 << 10;

/// The longest document. A message of 100 declarations has some 500 kB; this is room for a hundred times that.
const MAX_BODY_BYTES: usize = 64 << 20;

/// How often sled's own thread writes and cleans its log. Durability does not rest on it, reuse of disk space does.
const HOUSEKEEPING_MILLIS: u64 = 500;

/// sled gives its file free a moment after the last handle is dropped: how often and how long to wait when the store is
/// opened again in the same process. Other processes are kept out by a lock of our own, before this.
const LOCK_ATTEMPTS: u32 = 200;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// The layout above. Raised when a program that knows only the older one must not touch the store.
const LAYOUT: u32 = 1;

const DOCUMENT: u8 = b'd';
const PIECE: u8 = b'p';
const DUE: u8 = b't';
const FORMAT: u8 = b'f';

/// The length of a document's head: version, due flag, due, piece count.
const HEAD_BYTES: usize = 8 + 1 + 8 + 4;

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

/// The head of a document as it lies in sled.
struct Head {
    version: u64,
    due: Option<i64>,
    pieces: u32,
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

/// Adds a document to a sled batch, and takes out what its forerunner leaves behind.
fn put(changes: &mut sled::Batch, key: &Key, old: Option<Head>, due: Option<i64>, body: &[u8]) {
    let in_pieces = body.len() > PIECE_BYTES;
    let mut pieces = 0;
    if in_pieces {
        for piece in body.chunks(PIECE_BYTES) {
            changes.insert(piece_key(key, pieces), piece);
            pieces += 1;
        }
    }
    if let Some(old) = &old {
        clear(changes, key, old, pieces, due);
    }
    let head = Head { version: old.map_or(0, |old| old.version) + 1, due, pieces };
    let mut value = head.write();
    if !in_pieces {
        value.extend_from_slice(body);
    }
    changes.insert(document_key(key), value);
    if let Some(due) = due {
        changes.insert(due_key(key, due), &[]);
    }
}

/// Takes out an old document's pieces from number `keep` on, and its due entry unless the new due time is the same.
fn clear(changes: &mut sled::Batch, key: &Key, old: &Head, keep: u32, due: Option<i64>) {
    for index in keep..old.pieces {
        changes.remove(piece_key(key, index));
    }
    if let Some(was) = old.due
        && due != Some(was)
    {
        changes.remove(due_key(key, was));
    }
}

impl Head {
    fn read(value: &[u8]) -> Option<Self> {
        let (version, rest) = value.split_first_chunk::<8>()?;
        let (flag, rest) = rest.split_first()?;
        let (due, rest) = rest.split_first_chunk::<8>()?;
        let (pieces, _) = rest.split_first_chunk::<4>()?;
        Some(Self {
            version: u64::from_be_bytes(*version),
            due: (*flag == 1).then_some(i64::from_be_bytes(*due)),
            pieces: u32::from_be_bytes(*pieces),
        })
    }

    fn write(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(HEAD_BYTES);
        value.extend_from_slice(&self.version.to_be_bytes());
        value.push(u8::from(self.due.is_some()));
        value.extend_from_slice(&self.due.unwrap_or(0).to_be_bytes());
        value.extend_from_slice(&self.pieces.to_be_bytes());
        value
    }
}

fn document_key(key: &Key) -> Vec<u8> {
    [&[DOCUMENT], key.as_str().as_bytes()].concat()
}

fn piece_key(key: &Key, index: u32) -> Vec<u8> {
    [&[PIECE], key.as_str().as_bytes(), &[0], &index.to_be_bytes()].concat()
}

fn due_key(key: &Key, due: i64) -> Vec<u8> {
    let branch = key.as_str().split('/').next().unwrap_or_default();
    [&[DUE], branch.as_bytes(), b"/", &sortable(due).to_be_bytes(), key.as_str().as_bytes()].concat()
}

fn read_due_key(entry: &[u8]) -> Option<(i64, Key)> {
    let slash = entry.iter().position(|byte| *byte == b'/')?;
    let (due, key) = entry[slash + 1..].split_first_chunk::<8>()?;
    let key = String::from_utf8(key.to_vec()).ok()?;
    Some((sortable(i64::from_be_bytes(*due)), Key::from_stored(key)))
}

/// Flips the sign bit, so that big-endian bytes sort as the numbers do; twice is the number again.
fn sortable(due: i64) -> i64 {
    due ^ i64::MIN
}

fn open_sled(dir: &Path, place: &str) -> Result<sled::Db, StoreError> {
    let config = sled::Config::new()
        .path(dir)
        .cache_capacity(CACHE_BYTES)
        .mode(sled::Mode::HighThroughput)
        .segment_size(SEGMENT_BYTES)
        .flush_every_ms(Some(HOUSEKEEPING_MILLIS));
    let mut attempt = 1;
    loop {
        // sled meets some kinds of damage with a panic while it reads its log; that must not take the program down.
        let opened = catch_unwind(AssertUnwindSafe(|| config.open()))
            .unwrap_or_else(|_| Err(sled::Error::ReportableBug("its log cannot be read".to_owned())));
        match opened {
            Ok(db) => return Ok(db),
            Err(sled::Error::Io(error)) if attempt < LOCK_ATTEMPTS && is_lock_refusal(&error) => {
                attempt += 1;
                std::thread::sleep(LOCK_PAUSE);
            }
            Err(sled::Error::Io(error)) if is_lock_refusal(&error) => {
                return Err(StoreError::Locked { place: place.to_owned() });
            }
            Err(error) => return Err(fault(place, error)),
        }
    }
}

/// sled reports its lock as an error of no particular kind, with this text.
fn is_lock_refusal(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::Other && error.to_string().contains("could not acquire lock")
}

fn fault(place: &str, error: sled::Error) -> StoreError {
    let place = place.to_owned();
    match error {
        sled::Error::Io(source) => StoreError::Io { place, source },
        sled::Error::Corruption { at, .. } => {
            let reason = at.map_or_else(
                || "a checksum does not match".to_owned(),
                |at| format!("a checksum does not match at {at}"),
            );
            StoreError::Damaged { place, reason }
        }
        other => StoreError::Damaged { place, reason: other.to_string() },
    }
}

/// Puts the names and contents of sled's small files on disk, which sled itself leaves to the system.
fn sync_names(dir: &Path) -> std::io::Result<()> {
    OpenOptions::new().write(true).open(dir.join("conf"))?.sync_all()?;
    if cfg!(unix) {
        File::open(dir)?.sync_all()?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            File::open(parent)?.sync_all()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::store::{Expect, Write, conformance};

    fn batch(from: usize, count: usize, body: &[u8]) -> Batch {
        let write = |number: usize| Write {
            key: Key::of(["filing", "杭州", &format!("69{number:011}")]),
            expect: Expect::Any,
            change: Change::Put { body: body.to_vec(), due: None },
        };
        Batch { writes: (from..from + count).map(write).collect() }
    }

    #[test]
    fn it_keeps_the_promises_of_a_store() {
        let dir = tempfile::tempdir().unwrap();
        let count = Cell::new(0);
        conformance::run(|| {
            count.set(count.get() + 1);
            SledStore::open(&dir.path().join(count.get().to_string())).unwrap()
        });
    }

    #[test]
    fn it_is_there_again_when_reopened() {
        let dir = tempfile::tempdir().unwrap();
        conformance::reopening(|| SledStore::open(dir.path()).unwrap());
    }

    #[test]
    fn a_second_opening_is_told_that_the_store_is_in_use() {
        let dir = tempfile::tempdir().unwrap();
        let _open = SledStore::open(dir.path()).unwrap();
        assert!(matches!(SledStore::open(dir.path()), Err(StoreError::Locked { .. })));
    }

    #[test]
    fn a_newer_layout_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        store.db.insert([FORMAT], &(LAYOUT + 1).to_be_bytes()).unwrap();
        drop(store);
        assert!(matches!(
            SledStore::open(dir.path()),
            Err(StoreError::NewerFormat { found: 2, known: 1, .. })
        ));
    }

    #[test]
    fn no_value_leaves_the_file_that_is_synced() {
        let dir = tempfile::tempdir().unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        let body = vec![b'x'; PIECE_BYTES * 9 / 2];
        for round in 0..40 {
            store.commit(batch(round * 7, 20, &body)).unwrap();
        }
        assert_eq!(fs::read_dir(dir.path().join("blobs")).unwrap().count(), 0);
    }

    #[test]
    fn damage_is_reported_as_damage() {
        let dir = tempfile::tempdir().unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        for round in 0..20 {
            store.commit(batch(round * 500, 500, &[b'x'; 700])).unwrap();
        }
        drop(store);
        let file = dir.path().join("db");
        let sound = fs::read(&file).unwrap();
        for start in [0, 100, SEGMENT_BYTES + 5, SEGMENT_BYTES * 2 + 40_000, sound.len() / 2] {
            let mut bytes = sound.clone();
            for byte in &mut bytes[start..start + 4_096] {
                *byte ^= 0x5a;
            }
            fs::write(&file, &bytes).unwrap();
            let read =
                SledStore::open(dir.path()).and_then(|store| store.scan(&Key::of([""]), None, usize::MAX));
            match read {
                Err(StoreError::Damaged { .. }) => {}
                Err(other) => panic!("damage at {start} gave {other}"),
                // Parts of the log that later writes have replaced may be damaged without harm.
                Ok(found) => {
                    let whole = found.iter().filter(|document| document.body == [b'x'; 700]).count();
                    assert_eq!(whole, 10_000, "damage at {start} went unseen");
                }
            }
        }
    }

    /// Run by hand: `cargo test --release -p ports -- --ignored --nocapture bulk`.
    #[test]
    #[ignore = "a measurement"]
    #[allow(clippy::print_stderr, reason = "prints what it measured")]
    fn bulk() {
        let dir = tempfile::tempdir_in(".").unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        for size in [2_000, 5_000] {
            for round in 0..3 {
                let start = std::time::Instant::now();
                for from in (0..100_000).step_by(size) {
                    store.commit(batch(from, size, &[b'x'; 700])).unwrap();
                }
                eprintln!("{size} a batch, round {round}: {:?}", start.elapsed());
                let start = std::time::Instant::now();
                let found = store.scan(&Key::below(["filing"]), None, usize::MAX).unwrap().len();
                eprintln!("  scan of {found}: {:?}", start.elapsed());
                for line in fs::read_to_string("/proc/self/status")
                    .unwrap()
                    .lines()
                    .filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS"))
                {
                    eprintln!("  {line}");
                }
                eprintln!("  file {} MB", fs::metadata(dir.path().join("db")).unwrap().len() >> 20);
            }
        }
    }
}
