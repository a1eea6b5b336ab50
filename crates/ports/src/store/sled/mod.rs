//! The embedded store, on sled.
//!
//! # Layout
//!
//! What is written goes into a journal and into memory first, and from there into sled when there is enough of it: of a document
//! that was written ten times in a minute sled sees the last state, of work that was done within the minute nothing. A batch that
//! is big by itself, as an import's is, goes into sled at once. Reading looks into memory first.
//!
//! In sled everything lies in one tree, so that one sled batch is all or nothing. The first byte of a sled key tells the
//! family:
//!
//! | family | sled key | value |
//! |---|---|---|
//! | `a` account | | number of the last batch of which all is in sled; documents that are in sled, and the sum of their stamps (u64 each) |
//! | `d` document | key | version (u64), due flag (u8), due in milliseconds (i64), piece count (u32), stamp (u64), body when it is in one piece |
//! | `f` format | | the layout's number (u32) |
//! | `p` piece | key, `0`, index (u32) | the next part of a long body |
//! | `t` due | first segment of the key, `/`, due in milliseconds (sign bit flipped), key | nothing |
//!
//! All numbers are big-endian. The due family is divided by the key's first segment, so that a claim on one branch does not
//! walk through what is due in another. A stamp is a hash of the whole document. Beside sled's own files lie `journal.*`, the
//! batches that are not in sled yet (the oldest has the lowest number, and goes when sled has all of it); `lock`, which keeps
//! other processes out; `account`, which holds the account of the last acknowledged batch; and `clean`, the mark of an orderly
//! end.
//!
//! # What "on disk" takes
//!
//! A commit is acknowledged only after an `fdatasync` of the journal, and one of the account file after that. A journal is
//! removed only after an `fdatasync` of sled's file: sled's own flush ends in `sync_file_range`, which on Linux writes neither
//! the file's new length nor the drive's cache. Values above a quarter of a sled segment would go to files of their own that
//! sled never syncs: long bodies are cut into pieces well below that.
//!
//! # What damage is detected
//!
//! sled checks each item of its log by a checksum when it reads it, but while it opens a log it drops what it cannot read:
//! documents silently go missing, or are back in an older state. In this program a forgotten document may be declared
//! twice. So sled is not believed:
//!
//! - **Opening** reads all documents (but see big stores below) and due times and compares them with the account inside sled,
//!   which everything that goes into sled carries on: a document that is missing, older, altered or back from the dead is found,
//!   and so is a due time. It reads the journals, whose records bear hashes, and compares what both come to with the account of
//!   the last record. Then it compares this account with the one in the account file: an older state of the whole store, which
//!   agrees with itself, is found by its number, and so is a journal whose end is missing.
//! - **Every read** of a document from sled compares it with its stamp. That a key was never written is told by what opening
//!   read and what was written since, without asking sled.
//! - **[`SledStore::verify`]** does what opening does and reads the pieces of long bodies too.
//!
//! Anything found is [`StoreError::Damaged`], and stays so however often the store is opened. A panic inside sled counts as
//! damage found; after one, the opened store refuses everything.
//!
//! **Not detected** is damage that happens to give the right 64-bit sums, what somebody forges on purpose, and a store
//! that was put back as a whole, with its account file, from an older copy. Damage to a long body is not found by opening,
//! only by reading or verifying it; damage in an open store not before the page is read from disk again, thus perhaps not
//! before the next opening. Damage to parts of the files that hold nothing any more goes unnoticed and does no harm. When
//! only the account file is damaged, no document is lost, but none can be vouched for: that is reported as damage as well.
//! The one exception is the damage that a power cut may do, which spoils the slot that was being written: if the store
//! turns out to be ahead of the other slot, it is opened.
//!
//! # Big stores
//!
//! Reading everything at every opening is too slow for a store of many documents. Above 100,000 the documents and due
//! times are read only when the last process did not close the store in order, when sled's file has another length or time
//! of change than when it was closed, or when they were last read a day ago or more; a file `clean`, taken away at every
//! opening, tells. The accounts are compared and the journals read always. So what is lost in a crash or by whatever writes to the file is
//! found at the next opening in any case, and silent decay of the drive under a big store within a day, or by
//! [`SledStore::verify`].

mod account;
mod anchor;
mod check;
mod clean;
mod core;
mod fold;
mod journal;
mod layout;
mod opening;
mod overlay;
mod presence;
mod quiet;
mod reading;
mod replay;
mod writing;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use jiff::Timestamp;

use self::clean::Clean;
use self::core::Core;
use self::fold::Limits;
use self::opening::{damaged, lock, open};
use self::quiet::caught;
use super::{Batch, Change, Document, Key, Store, StoreError, documents_in_order, in_order, met};

/// The layout above. Raised when a program that knows only the older one must not touch the store.
const LAYOUT: u32 = 3;
/// The layout without journals is the same in all else.
const OLDEST_LAYOUT: u32 = 2;

/// How long closing may take. sled waits for its own thread, for ever if damage has ended that one; what was acknowledged
/// is on disk by then, so nothing is lost by leaving.
const CLOSING: Duration = Duration::from_secs(10);

/// Between two looks at whether the thread that put documents into sled has let go of the store.
const LETTING_GO: Duration = Duration::from_millis(1);

/// A store in a directory, for one process at a time.
pub struct SledStore {
    /// There until the store is dropped.
    core: Option<Arc<Core>>,
    dir: PathBuf,
    place: String,
    /// Set when sled panicked: what it holds in memory may be half done.
    panicked: AtomicBool,
    /// Held for its lock, and dropped last.
    lock: Option<File>,
}

impl std::fmt::Debug for SledStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SledStore").field("place", &self.place).finish_non_exhaustive()
    }
}

impl SledStore {
    /// Opens the store in `dir`, making the directory and an empty store when there is none, and checks that no document
    /// is missing or changed.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process has it open, [`StoreError::NewerFormat`] when a newer program has laid
    /// it out, [`StoreError::Damaged`] when its files are not sound, [`StoreError::Io`] when the disk refuses.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_within(dir, Limits::USUAL)
    }

    fn open_within(dir: &Path, limits: Limits) -> Result<Self, StoreError> {
        let place = dir.display().to_string();
        let lock = lock(dir, &place)?;
        let core = caught(|| open(dir, &place, limits))
            .unwrap_or_else(|| Err(damaged(&place, "its log cannot be read")))?;
        let panicked = AtomicBool::new(false);
        Ok(Self { core: Some(Arc::new(core)), dir: dir.to_owned(), place, panicked, lock: Some(lock) })
    }

    /// Reads the whole store and checks that every document is there as it was last written, long bodies and due times
    /// included. Writes wait meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with what was found, [`StoreError::Io`] when the disk refuses.
    pub fn verify(&self) -> Result<(), StoreError> {
        self.guarded(|core| core.verify())
    }

    /// Does `work`, and takes a panic for damage.
    fn guarded<T>(&self, work: impl FnOnce(&Arc<Core>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let unreadable = || damaged(&self.place, "a part of its files cannot be read");
        let Some(core) = self.core.as_ref().filter(|_| !self.panicked.load(Ordering::Acquire)) else {
            return Err(unreadable());
        };
        caught(|| work(core)).unwrap_or_else(|| {
            self.panicked.store(true, Ordering::Release);
            Err(unreadable())
        })
    }
}

impl Store for SledStore {
    fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
        self.guarded(|core| core.get(key))
    }

    fn scan(&self, prefix: &Key, after: Option<&Key>, limit: usize) -> Result<Vec<Document>, StoreError> {
        self.guarded(|core| core.scan(prefix, after, limit))
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.guarded(|core| core.commit(batch, false))
    }

    fn commit_lasting(&self, batch: Batch) -> Result<(), StoreError> {
        self.guarded(|core| core.commit(batch, true))
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), StoreError> {
        self.guarded(|core| core.restore(documents))
    }

    fn claim_due(
        &self,
        prefix: &Key,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        self.guarded(|core| core.claim_due(prefix, now, lease, limit))
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        let Some(core) = self.core.take() else { return };
        let dir = std::mem::take(&mut self.dir);
        let lock = self.lock.take();
        let panicked = self.panicked.load(Ordering::Acquire);
        let (closed, wait) = mpsc::channel();
        let closing = std::thread::Builder::new().name("store closing".to_owned()).spawn(move || {
            // A fold that fails now is done again from the journal.
            let _ = core.wait_until_folded();
            while Arc::strong_count(&core) > 1 {
                std::thread::sleep(LETTING_GO);
            }
            let end = core.end().filter(|_| !panicked);
            if caught(|| drop(core)).is_some()
                && let Some((account, checked)) = end
            {
                // Without the mark the next opening checks everything, which is only slower.
                let _ = Clean::leave(&dir, &account, checked);
            }
            drop(lock);
            // Nobody may be waiting any more.
            let _ = closed.send(());
        });
        if closing.is_ok() {
            let _ = wait.recv_timeout(CLOSING);
        }
    }
}

#[cfg(test)]
mod tests;
