//! The post office through folders: what a transport client does on the other side of [`crate::gateway::folder`].

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::Customs;

/// Between two looks into the outbox.
const POLL: Duration = Duration::from_millis(20);

/// A client that moves messages and receipts between folders until it is dropped.
#[derive(Debug)]
pub struct Watch {
    task: JoinHandle<()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Customs {
    /// Takes messages out of a folder as they appear, and puts receipts into another when their time has come.
    pub fn watch(&self, outbox: impl Into<PathBuf>, inbox: impl Into<PathBuf>) -> Watch {
        let (customs, outbox, inbox) = (self.clone(), outbox.into(), inbox.into());
        let task = tokio::spawn(async move {
            loop {
                let (customs, outbox, inbox) = (customs.clone(), outbox.clone(), inbox.clone());
                let done = tokio::task::spawn_blocking(move || customs.exchange(&outbox, &inbox)).await;
                if let Ok(Err(error)) = done {
                    tracing::warn!(%error, "the folders of the sandbox cannot be used");
                }
                sleep(POLL).await;
            }
        });
        Watch { task }
    }

    /// Moves once what is there.
    ///
    /// # Errors
    /// When a folder cannot be used; what was not moved is moved another time.
    pub fn exchange(&self, outbox: &Path, inbox: &Path) -> io::Result<()> {
        for entry in fs::read_dir(outbox)? {
            let path = entry?.path();
            let hidden = path.file_name().and_then(OsStr::to_str).is_none_or(|name| name.starts_with('.'));
            let guid = path.file_stem().and_then(OsStr::to_str);
            let (false, true, Some(guid)) = (hidden, path.extension() == Some(OsStr::new("xml")), guid)
            else {
                continue;
            };
            let bytes = fs::read(&path)?;
            self.take(guid, &bytes);
            fs::remove_file(&path)?;
        }
        let now = self.inner.clock.now();
        self.post().send_due(now);
        loop {
            let next = self.post().sent.pop_front();
            let Some(sent) = next else { return Ok(()) };
            let name = format!("receipt-{:08}.xml", sent.number);
            let draft = inbox.join(format!(".{name}.tmp"));
            let put = fs::write(&draft, &sent.bytes).and_then(|()| fs::rename(&draft, inbox.join(name)));
            if let Err(error) = put {
                self.post().sent.push_front(sent);
                return Err(error);
            }
        }
    }
}
