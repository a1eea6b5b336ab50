//! Receipts in.

use std::collections::HashMap;
use std::fs::{self, DirEntry, File, Metadata};
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;

use super::finished::is_finished;
use super::{lock, try_writing};
use crate::clock::beijing;
use crate::gateway::{Batch, GatewayError, MAX_BATCH, MAX_BATCH_BYTES, MAX_RECEIPT_BYTES, Raw, faults};

/// Endings of names under which programs write what is not finished yet.
const TEMPORARY: [&str; 5] = [".tmp", ".temp", ".part", ".filepart", ".writing"];
/// Receipts name people: the archive is for this program alone.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

#[derive(Debug)]
pub(super) struct Inbox {
    place: PathBuf,
    archive: PathBuf,
    settle: Duration,
    /// Unfinished files: how they looked, and since when.
    unfinished: Mutex<HashMap<String, Look>>,
}

#[derive(Debug, Clone, Copy)]
struct Look {
    length: u64,
    modified: Option<SystemTime>,
    since: Instant,
}

impl Inbox {
    pub(super) fn new(place: PathBuf, archive: PathBuf, settle: Duration) -> Self {
        Self { place, archive, settle, unfinished: Mutex::default() }
    }

    /// What can be taken now. The order of receipts means nothing to those who keep them, so none is made here.
    pub(super) fn receive(&self) -> Result<Batch, GatewayError> {
        let failed = |error: io::Error| GatewayError::of_io(&self.place, &error);
        let mut seen = lock(&self.unfinished);
        let before = std::mem::take(&mut *seen);
        let mut batch = Batch::default();
        let mut bytes = 0;
        for entry in fs::read_dir(&self.place).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if batch.receipts.len() == MAX_BATCH || bytes >= MAX_BATCH_BYTES {
                batch.more = true;
                // Those not looked at this time keep their looks.
                seen.extend(before);
                break;
            }
            let name = match entry.file_name().into_string() {
                Ok(name) if is_nobodys(&name) => continue,
                Ok(name) => name,
                Err(name) => {
                    batch.faults.push(
                        faults::UNREADABLE
                            .fault()
                            .with("name", name.display())
                            .with("reason", "its name is not UTF-8"),
                    );
                    continue;
                }
            };
            match self.look(&entry, &name, before.get(&name)) {
                Ok(Found::Receipt(raw)) => {
                    bytes += raw.bytes.len();
                    batch.receipts.push(raw);
                }
                Ok(Found::Unfinished(look)) => {
                    seen.insert(name, look);
                }
                Ok(Found::TooLong(length)) => {
                    batch.faults.push(faults::TOO_LONG.fault().with("name", &name).with("bytes", length));
                }
                Ok(Found::Nothing) => {}
                // The other side took it back.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => {
                    batch.faults.push(faults::UNREADABLE.fault().with("name", &name).with("reason", &error));
                }
            }
        }
        Ok(batch)
    }

    fn look(&self, entry: &DirEntry, name: &str, before: Option<&Look>) -> io::Result<Found> {
        let path = entry.path();
        // Also through a link, as some clients make them.
        let data = fs::metadata(&path)?;
        if !data.is_file() || data.len() == 0 {
            return Ok(Found::Nothing);
        }
        if data.len() > MAX_RECEIPT_BYTES as u64 {
            return Ok(Found::TooLong(data.len()));
        }
        let mut bytes = Vec::new();
        File::open(&path)?.take(MAX_RECEIPT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        let look = Look { length: data.len(), modified: data.modified().ok(), since: Instant::now() };
        if !is_finished(&bytes) {
            let same = before.filter(|seen| seen.length == look.length && seen.modified == look.modified);
            match same {
                Some(seen) if seen.since.elapsed() >= self.settle && bytes.len() as u64 == look.length => {}
                Some(seen) => return Ok(Found::Unfinished(*seen)),
                None => return Ok(Found::Unfinished(look)),
            }
        }
        Ok(Found::Receipt(Raw { name: name.to_owned(), bytes, received_at: came_at(&data) }))
    }

    /// Moves a receipt to the archive. Neither folder is synced: a receipt that is back after a power cut comes once more,
    /// which changes nothing.
    pub(super) fn acknowledge(&self, receipt: &Raw) -> Result<(), GatewayError> {
        if is_nobodys(&receipt.name) || receipt.name.contains('/') {
            return Ok(());
        }
        let _turn = lock(&self.unfinished);
        let path = self.place.join(&receipt.name);
        let failed = |error: io::Error| GatewayError::of_io(&path, &error);
        let (file, bytes) = match open(&path) {
            // It is there no more: acknowledged before.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            opened => opened.map_err(failed)?,
        };
        // Another receipt under the same name: it is handed out next time.
        if bytes != receipt.bytes {
            return Ok(());
        }
        let ours = file.metadata().map_err(failed)?;
        let folder = self.archive_of(receipt.received_at)?;
        let kept = free_name(&folder, &receipt.name);
        let in_archive = |error: io::Error| GatewayError::of_io(&folder, &error);
        match fs::rename(&path, &kept) {
            Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                self.copy(&kept, &bytes).map_err(in_archive)?;
                return fs::remove_file(&path).map_err(failed);
            }
            moved => moved.map_err(in_archive)?,
        }
        if fs::metadata(&kept).is_ok_and(|moved| moved.ino() != ours.ino()) {
            // Between the look and the move the other side put a new receipt under the name.
            let back = free_name(&self.place, &receipt.name);
            return fs::rename(&kept, &back).map_err(failed);
        }
        // Where the file belongs to the other side this fails, and the folder guards it.
        let _ = fs::set_permissions(&kept, fs::Permissions::from_mode(FILE_MODE));
        Ok(())
    }

    /// Copies a receipt into an archive on another file system; there it lasts before it is gone here.
    fn copy(&self, kept: &Path, bytes: &[u8]) -> io::Result<()> {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut file = File::options().write(true).create(true).truncate(true).mode(FILE_MODE).open(kept)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn archive_of(&self, at: Timestamp) -> Result<PathBuf, GatewayError> {
        let folder = self.archive.join(at.to_zoned(beijing()).strftime("%Y-%m-%d").to_string());
        let made = fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&folder);
        made.map_err(|error| GatewayError::of_io(&folder, &error)).map(|()| folder)
    }

    pub(super) fn probe(&self) -> Result<(), GatewayError> {
        fs::read_dir(&self.place).map_err(|error| GatewayError::of_io(&self.place, &error))?;
        try_writing(&self.place)
    }
}

enum Found {
    Receipt(Raw),
    Unfinished(Look),
    TooLong(u64),
    /// A folder, or a file in which nobody has written yet.
    Nothing,
}

fn is_nobodys(name: &str) -> bool {
    name.is_empty() || name.starts_with('.') || TEMPORARY.iter().any(|end| name.ends_with(end))
}

fn came_at(data: &Metadata) -> Timestamp {
    data.modified().ok().and_then(|at| Timestamp::try_from(at).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn open(path: &Path) -> io::Result<(File, Vec<u8>)> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    file.by_ref().take(MAX_RECEIPT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok((file, bytes))
}

/// The name, or the name with the first number that is free.
fn free_name(folder: &Path, name: &str) -> PathBuf {
    let plain = folder.join(name);
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, "xml"));
    let numbered = (2_u64..).map(|number| folder.join(format!("{stem}.{number}.{end}")));
    std::iter::once(plain).chain(numbered).find(|path| !path.exists()).unwrap_or_default()
}
