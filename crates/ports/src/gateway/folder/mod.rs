//! Customs behind two folders, as transport clients (智能传输客户端 and the like) offer it: messages are put into the outbox,
//! from which the client takes them; receipts appear in the inbox.
//!
//! # The outbox
//!
//! A message appears whole under its final name, `<number>.xml`, or not at all: it is written and synced under another name
//! and then renamed. Drafts and marks are in the hidden folder `.customs` of the outbox, on the same file system and out of
//! the client's sight. A mark holds a message's digest, nothing of its content; by it a message is known when the client has
//! long taken its file away. The order is: draft, its sync, mark, its sync, rename, sync of the folders. So after a crash
//!
//! - no mark: nothing was sent;
//! - mark and draft: the draft is whole and was not sent, and is renamed now;
//! - mark without draft: the message was handed over.
//!
//! # The inbox
//!
//! Clients write receipts as they like. A file is taken when it is finished XML, that is, ends with the end tag of its root;
//! or when its size and time have not changed for [`FolderSettings::settle`]. Hidden files, temporary names and empty files
//! are nobody's yet. A receipt that is acknowledged goes to the archive, into a folder of its day, and is never deleted here.

mod finished;
mod inbox;
mod outbox;

#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Batch, Fate, Gateway, GatewayError, Outcome, Pending, Raw};
use inbox::Inbox;
use outbox::Outbox;

/// How long an unfinished file of the inbox must not have changed. Clients write a receipt at one go, in milliseconds; half
/// a minute outlasts a network share that stalls.
pub const SETTLE: Duration = Duration::from_secs(30);
/// The archive's name in the inbox, when no other place is given. It is hidden, so that neither side takes it for a receipt.
pub const ARCHIVE: &str = ".taken";

/// Which folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderSettings {
    /// Where messages are put. It has to exist: a share that is not mounted must not be taken for an empty folder.
    pub outbox: PathBuf,
    /// Where receipts appear. It has to exist.
    pub inbox: PathBuf,
    /// Where acknowledged receipts are kept; made when needed.
    pub archive: PathBuf,
    /// How long an unfinished file must not have changed before it is taken.
    pub settle: Duration,
}

impl FolderSettings {
    /// The usual settings for two folders.
    pub fn new(outbox: impl Into<PathBuf>, inbox: impl Into<PathBuf>) -> Self {
        let inbox = inbox.into();
        Self { outbox: outbox.into(), archive: inbox.join(ARCHIVE), inbox, settle: SETTLE }
    }
}

/// A [`Gateway`] of two folders.
#[derive(Debug, Clone)]
pub struct FolderGateway {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    outbox: Outbox,
    inbox: Inbox,
}

impl FolderGateway {
    /// A gateway of these folders. Nothing is touched yet.
    pub fn new(settings: FolderSettings) -> Self {
        let outbox = Outbox::new(settings.outbox);
        let inbox = Inbox::new(settings.inbox, settings.archive, settings.settle);
        Self { inner: Arc::new(Inner { outbox, inbox }) }
    }

    /// Works with the folders on a thread that may wait for disks.
    fn work<'a, T: Send + 'static>(
        &'a self,
        work: impl FnOnce(&Inner) -> T + Send + 'static,
        ended: impl FnOnce(GatewayError) -> T + Send + 'a,
    ) -> Pending<'a, T> {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(move || work(&inner)).await;
            done.unwrap_or_else(|_| ended(GatewayError::Ending))
        })
    }
}

impl Gateway for FolderGateway {
    fn kind(&self) -> &'static str {
        "folder"
    }

    fn submit<'a>(&'a self, guid: &'a str, bytes: &'a [u8]) -> Pending<'a, Outcome> {
        let (guid, bytes) = (guid.to_owned(), bytes.to_owned());
        // A task that was cut off may have got to the rename.
        self.work(
            move |inner| inner.outbox.submit(&guid, &bytes),
            |error| Outcome::Unknown { reason: error.to_string() },
        )
    }

    fn query<'a>(&'a self, guid: &'a str) -> Pending<'a, Fate> {
        let guid = guid.to_owned();
        self.work(move |inner| inner.outbox.query(&guid), |error| Fate::Unknown { reason: error.to_string() })
    }

    fn receive<'a>(&'a self, _after: Option<&'a str>) -> Pending<'a, Result<Batch, GatewayError>> {
        self.work(|inner| inner.inbox.receive(), Err)
    }

    fn acknowledge<'a>(&'a self, receipt: &'a Raw) -> Pending<'a, Result<(), GatewayError>> {
        let receipt = receipt.clone();
        self.work(move |inner| inner.inbox.acknowledge(&receipt), Err)
    }

    fn probe(&self) -> Pending<'_, Result<(), GatewayError>> {
        self.work(|inner| inner.outbox.probe().and_then(|()| inner.inbox.probe()), Err)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere leaves nothing half done that the next turn would not repair.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether files can be made in a folder, tried with one that nobody sees and that is gone at once: permissions alone do not
/// tell.
fn try_writing(place: &Path) -> Result<(), GatewayError> {
    let probe = place.join(format!(".customs-{}.tmp", std::process::id()));
    let tried = File::create(&probe).and_then(|_| fs::remove_file(&probe));
    tried.map_err(|error| GatewayError::of_io(place, &error))
}
