//! Opening sled, and its errors in the store's words.

use std::fs::{File, OpenOptions};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use super::StoreError;

/// sled's page cache. Its default is a gigabyte; this program promises to stay small, and its working set is what is
/// under way today, not the whole history.
const CACHE_BYTES: u64 = 32 << 20;

/// sled's segment: the unit of its log and, in quarters, the longest value that stays inside its file.
pub(super) const SEGMENT_BYTES: usize = 2 << 20;

/// How often sled's own thread writes and cleans its log. Durability does not rest on it, reuse of disk space does.
const HOUSEKEEPING_MILLIS: u64 = 500;

/// sled gives its file free a moment after the last handle is dropped: how often and how long to wait when the store is
/// opened again in the same process. Other processes are kept out by a lock of our own, before this.
const LOCK_ATTEMPTS: u32 = 200;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

pub(super) fn open_sled(dir: &Path, place: &str) -> Result<sled::Db, StoreError> {
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

pub(super) fn fault(place: &str, error: sled::Error) -> StoreError {
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
pub(super) fn sync_names(dir: &Path) -> std::io::Result<()> {
    OpenOptions::new().write(true).open(dir.join("conf"))?.sync_all()?;
    if cfg!(unix) {
        File::open(dir)?.sync_all()?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            File::open(parent)?.sync_all()?;
        }
    }
    Ok(())
}
