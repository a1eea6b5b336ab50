//! Opening a store, and sled's errors in the store's words.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::account::Account;
use super::anchor::{Anchor, Known};
use super::check::{Look, check};
use super::clean::Clean;
use super::core::{Core, State};
use super::fold::Limits;
use super::journal::{Journal, Replay};
use super::layout::{ACCOUNT, FORMAT};
use super::overlay::Overlay;
use super::presence::Presence;
use super::quiet::caught;
use super::replay::{body_in_sled, replay};
use crate::durable::sync_folder;

use super::{Key, LAYOUT, OLDEST_LAYOUT, StoreError};

/// sled's page cache. Its default is a gigabyte; this program promises to stay small. What is under way is in memory before it
/// is in sled, so that sled is asked for little of it; and pages take some three times this in memory.
const CACHE_BYTES: u64 = 12 << 20;

/// sled's segment: the unit of its log and, in quarters, the longest value that stays inside its file.
pub(super) const SEGMENT_BYTES: usize = 2 << 20;

/// How often sled's own thread writes and cleans its log. Durability does not rest on it, reuse of disk space does.
const HOUSEKEEPING_MILLIS: u64 = 500;

/// sled gives its file free a moment after the last handle is dropped: how often and how long to wait when the store is
/// opened again in the same process. Other processes are kept out by a lock of our own, before this.
const LOCK_ATTEMPTS: u32 = 200;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Makes the directory and takes its lock.
pub(super) fn lock(dir: &Path, place: &str) -> Result<File, StoreError> {
    let io = |source| StoreError::Io { place: place.to_owned(), source };
    fs::create_dir_all(dir).map_err(io)?;
    let path = dir.join("lock");
    let mut lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(io)?;
    match lock.try_lock() {
        Ok(()) => {
            // For people: who comes second is told who was first. The lock itself does not rest on it.
            let _ = lock.set_len(0).and_then(|()| lock.write_all(holder().as_bytes()));
            Ok(lock)
        }
        Err(TryLockError::WouldBlock) => {
            let holder = fs::read_to_string(&path).ok().filter(|holder| !holder.is_empty());
            Err(StoreError::Locked { place: place.to_owned(), holder })
        }
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

/// This process, for the next one that wants the store.
fn holder() -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let program = std::env::args_os().next().map(std::path::PathBuf::from);
    let program = program.as_deref().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let since = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
    format!("{program}, pid {}, host {}, since {since}", std::process::id(), host.trim())
}

/// Opens what lies in `dir`, or makes a new store of it.
///
/// The account file comes first of all and says so as long as nothing was acknowledged: whatever a making that was broken
/// off has left is then swept away, and nothing else ever is.
pub(super) fn open(dir: &Path, place: &str, limits: Limits) -> Result<Core, StoreError> {
    let io = |source| StoreError::Io { place: place.to_owned(), source };
    let (anchor, known) = match Anchor::open(dir).map_err(io)? {
        Some(found) => found,
        None if dir.join("db").exists() => {
            return Err(damaged(place, "its account file is missing"));
        }
        None => {
            Anchor::create(dir).map_err(io)?;
            Anchor::open(dir).map_err(io)?.ok_or_else(|| damaged(place, "its account file is missing"))?
        }
    };
    if known == Known::New {
        sweep(dir).map_err(io)?;
    }
    // Before sled writes anything, and put on disk with the names below.
    let clean = Clean::take(dir).map_err(io)?;
    let db = open_sled(dir, place)?;
    sync_names(dir).map_err(io)?;
    if known == Known::New {
        return begin(db, dir, place, anchor, limits);
    }
    let layout = check_layout(&db, place)?;
    let in_sled = match db.get([ACCOUNT]).map_err(|error| fault(place, error))? {
        Some(value) => Account::read(&value).ok_or_else(|| damaged(place, "its account is not readable"))?,
        None => return Err(damaged(place, "its account is missing")),
    };
    let (account, overlay, replay) = replay(dir, in_sled, |key| body_in_sled(&db, place, key))?;
    check_age(place, known, account)?;
    let now = Timestamp::now();
    let (checked, presence) = match clean.and_then(|clean| clean.vouches_for(&account, now)) {
        Some(checked) => (checked, Presence::Unknown),
        None => {
            let mut presence = Presence::EMPTY;
            check(&db, place, &in_sled, Look::Opening, |key| presence.add(key))?;
            overlay.slots().for_each(|(key, _)| presence.add(key.as_str()));
            (now.as_second(), presence)
        }
    };
    let acknowledged = if known == Known::Exactly(account) { account.number } else { 0 };
    if acknowledged < account.number {
        for journal in &replay.files {
            File::open(journal).and_then(|file| file.sync_data()).map_err(io)?;
        }
    }
    let journal = Journal::after(dir, replay);
    let state = State::new(account, overlay, journal, in_sled.number);
    let core = Core::new(db, dir, place, state, acknowledged, anchor, limits)?.checked_at(checked, presence);
    {
        let state = core.state.read().map_err(|_| core.broke_off())?;
        core.agrees(core.counted(&state, in_sled)?, account)?;
    }
    if layout < LAYOUT {
        core.db.insert([FORMAT], &LAYOUT.to_be_bytes()).map_err(|error| fault(place, error))?;
        core.sync_sled()?;
    }
    // What a process that was killed has written but not acknowledged is acknowledged now, before anybody reads it.
    core.settle(account.number)?;
    Ok(core)
}

/// Marks an empty store as ours. That is its first batch.
fn begin(db: sled::Db, dir: &Path, place: &str, anchor: Anchor, limits: Limits) -> Result<Core, StoreError> {
    let account = Account { number: 1, ..Account::default() };
    let fault = |error| fault(place, error);
    db.insert([FORMAT], &LAYOUT.to_be_bytes()).map_err(fault)?;
    db.insert([ACCOUNT], &account.write()).map_err(fault)?;
    let journal = Journal::after(dir, Replay::default());
    let state = State::new(account, Overlay::default(), journal, account.number);
    let now = Timestamp::now().as_second();
    let core = Core::new(db, dir, place, state, 0, anchor, limits)?.checked_at(now, Presence::EMPTY);
    core.settle(account.number)?;
    Ok(core)
}

/// The layout that the store has: this program's, or an older one that it can go on with.
fn check_layout(db: &sled::Db, place: &str) -> Result<u32, StoreError> {
    let Some(value) = db.get([FORMAT]).map_err(|error| fault(place, error))? else {
        return Err(damaged(place, "its format mark is missing"));
    };
    match value.as_ref().try_into().map(u32::from_be_bytes) {
        Ok(found) if (OLDEST_LAYOUT..=LAYOUT).contains(&found) => Ok(found),
        Ok(found) if found > LAYOUT => {
            Err(StoreError::NewerFormat { key: Key::of(["store", "layout"]), found, known: LAYOUT })
        }
        _ => Err(damaged(place, "its format mark is not one that was ever used")),
    }
}

/// Compares the account inside sled with the last one acknowledged: it may be ahead, never behind.
fn check_age(place: &str, known: Known, account: Account) -> Result<(), StoreError> {
    let number = account.number;
    match known {
        Known::Exactly(last) if number == last.number && account != last => {
            Err(damaged(place, format!("batch {number} is not the one that was acknowledged")))
        }
        Known::Exactly(last) if number < last.number => {
            let last = last.number;
            Err(damaged(place, format!("it ends with batch {number}, acknowledged were {last}")))
        }
        Known::After(before) if number <= before => {
            Err(damaged(place, format!("it ends with batch {number}, and its account file is damaged")))
        }
        Known::Nothing => Err(damaged(place, "its account file is damaged")),
        Known::New | Known::Exactly(_) | Known::After(_) => Ok(()),
    }
}

/// Takes away what is left of a making that was broken off.
fn sweep(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "blobs" {
            fs::remove_dir_all(entry.path())?;
        } else if name == "db" || name == "conf" || is_numbered(&name.to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// sled's snapshots and our journals.
fn is_numbered(name: &str) -> bool {
    name.starts_with("snap.") || name.starts_with("journal.")
}

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
        let opened = caught(|| config.open())
            .unwrap_or_else(|| Err(sled::Error::ReportableBug("its log cannot be read".to_owned())));
        match opened {
            Ok(db) => return Ok(db),
            Err(sled::Error::Io(error)) if attempt < LOCK_ATTEMPTS && is_lock_refusal(&error) => {
                attempt += 1;
                std::thread::sleep(LOCK_PAUSE);
            }
            Err(sled::Error::Io(error)) if is_lock_refusal(&error) => {
                return Err(StoreError::Locked { place: place.to_owned(), holder: None });
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

pub(super) fn damaged(place: &str, reason: impl Into<String>) -> StoreError {
    StoreError::Damaged { place: place.to_owned(), reason: reason.into() }
}

/// Puts the names and contents of sled's small files on disk, which sled itself leaves to the system.
pub(super) fn sync_names(dir: &Path) -> std::io::Result<()> {
    OpenOptions::new().write(true).open(dir.join("conf"))?.sync_all()?;
    sync_folder(dir)?;
    match dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => sync_folder(parent),
        None => Ok(()),
    }
}
