//! Messages out.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use sha2::{Digest as _, Sha256};

use super::{lock, try_writing};
use crate::durable::sync_folder;
use crate::gateway::{Fate, GatewayError, Outcome, other_bytes, usable};

/// The hidden folder of drafts and marks.
const MARKS: &str = ".customs";
/// How long a message is known after it was handed over. What is submitted again after a crash is so within the day; a month
/// covers any holiday.
const KEEP_MARKS: Duration = Duration::from_secs(30 * 24 * 3600);
/// How often old marks are looked for.
const SWEEP: Duration = Duration::from_secs(24 * 3600);
/// Messages name people. The transport client is another user of the folder's group at most.
const FILE_MODE: u32 = 0o640;
/// Nobody else has to look at drafts.
const FOLDER_MODE: u32 = 0o700;

#[derive(Debug)]
pub(super) struct Outbox {
    place: PathBuf,
    marks: PathBuf,
    /// One message at a time, and when old marks were last looked for.
    turn: Mutex<Option<Instant>>,
}

/// How far a submission got that failed.
enum Failed {
    Before(GatewayError),
    After(GatewayError),
}

impl Outbox {
    pub(super) fn new(place: PathBuf) -> Self {
        Self { marks: place.join(MARKS), place, turn: Mutex::new(None) }
    }

    pub(super) fn submit(&self, guid: &str, bytes: &[u8]) -> Outcome {
        if let Err(error) = usable(guid) {
            return Outcome::Refused { reason: error.to_string() };
        }
        let mut swept = lock(&self.turn);
        if swept.is_none_or(|at| at.elapsed() > SWEEP) {
            *swept = Some(Instant::now());
            self.sweep();
        }
        match self.hand_over(guid, bytes) {
            Ok(true) => Outcome::Accepted,
            Ok(false) => other_bytes(guid),
            Err(Failed::Before(error)) => Outcome::Deferred { error, retry_after: None },
            Err(Failed::After(error)) => Outcome::Unknown { reason: error.to_string() },
        }
    }

    /// Hands a message over; says no when its number belongs to another.
    fn hand_over(&self, guid: &str, bytes: &[u8]) -> Result<bool, Failed> {
        let before = |place: &Path| {
            let place = place.to_owned();
            move |error: io::Error| Failed::Before(GatewayError::of_io(&place, &error))
        };
        let after = |error: io::Error| Failed::After(GatewayError::of_io(&self.place, &error));
        let [draft, mark] = [self.draft(guid), self.mark(guid)];
        let message = self.message(guid);
        let digest = digest(bytes);
        match read(&mark).map_err(before(&mark))? {
            Some(known) if known != digest.as_bytes() => return Ok(false),
            Some(_) => match fs::rename(&draft, &message) {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
                moved => moved.map_err(before(&self.place))?,
            },
            None => {
                // A message of this name that was not put here by this gateway.
                let there = read(&message).map_err(before(&message))?;
                if there.as_ref().is_some_and(|there| there != bytes) {
                    return Ok(false);
                }
                fs::metadata(&self.place).map_err(before(&self.place))?;
                make_folder(&self.marks).map_err(before(&self.marks))?;
                if there.is_none() {
                    self.write(&draft, bytes).map_err(before(&self.place))?;
                }
                let unfinished = self.marks.join(format!("{guid}.mark"));
                self.write(&unfinished, digest.as_bytes()).map_err(before(&self.place))?;
                fs::rename(&unfinished, &mark).map_err(before(&self.marks))?;
                sync_folder(&self.marks).map_err(before(&self.marks))?;
                if there.is_none() {
                    fs::rename(&draft, &message).map_err(before(&self.place))?;
                }
            }
        }
        sync_folder(&self.place).and_then(|()| sync_folder(&self.marks)).map_err(after)?;
        Ok(true)
    }

    pub(super) fn query(&self, guid: &str) -> Fate {
        if usable(guid).is_err() {
            return Fate::NeverArrived;
        }
        let _turn = lock(&self.turn);
        let found = fs::metadata(&self.place)
            .and_then(|_| Ok((fs::exists(self.mark(guid))?, fs::exists(self.draft(guid))?)));
        match found {
            Ok((true, false)) => Fate::Arrived,
            Ok(_) => Fate::NeverArrived,
            Err(error) => Fate::Unknown { reason: GatewayError::of_io(&self.place, &error).to_string() },
        }
    }

    pub(super) fn probe(&self) -> Result<(), GatewayError> {
        try_writing(&self.place)
    }

    /// Writes a file whole, or leaves none: a disk that is full is not filled further.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(FILE_MODE).open(path);
        let written = file.and_then(|mut file: File| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        if written.is_err() {
            // What is left behind would be written over the next time.
            let _ = fs::remove_file(path);
        }
        written
    }

    /// Forgets messages handed over long ago. What cannot be removed now is removed another time.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.marks) else { return };
        let now = SystemTime::now();
        for entry in entries.flatten() {
            let path = entry.path();
            let old = entry
                .metadata()
                .and_then(|data| data.modified())
                .is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > KEEP_MARKS));
            // The mark of a draft is its licence to be sent.
            if old
                && path.extension().is_some_and(|end| end == "sent")
                && !path.with_extension("draft").exists()
            {
                let _ = fs::remove_file(&path);
            }
        }
    }

    fn draft(&self, guid: &str) -> PathBuf {
        self.marks.join(format!("{guid}.draft"))
    }

    fn mark(&self, guid: &str) -> PathBuf {
        self.marks.join(format!("{guid}.sent"))
    }

    fn message(&self, guid: &str) -> PathBuf {
        self.place.join(format!("{guid}.xml"))
    }
}

fn make_folder(place: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(place)
}

/// A file's bytes, or nothing when there is none.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
