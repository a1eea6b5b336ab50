//! Files that were handed in and wait to be imported.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use filing::import::{FileReport, SheetFile};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::Semaphore;

use super::super::guard::session;
use super::marked::{MarkedRow, Remark};

/// Bytes of a file: a sheet of some two hundred thousand filings. Larger ones go by the command line.
pub(in super::super) const MAX_UPLOAD_BYTES: u64 = 64 << 20;

/// Files that are kept: each may take its bytes on the disk and some megabytes of memory. The oldest goes first.
const MAX_KEPT: usize = 12;

/// Files that are received or checked at one time; a machine with two cores gains nothing from more.
const MAX_AT_ONCE: usize = 4;

/// A file that has come in.
pub(super) struct Received {
    pub(super) id: String,
    /// Its name on the clerk's machine.
    pub(super) name: String,
    /// The port of rows that name none.
    pub(super) port: Option<String>,
    folder: TempDir,
}

/// A file that was checked.
pub(super) struct Upload {
    pub(super) received: Received,
    pub(super) at: Timestamp,
    /// What importing it would have done when it was checked.
    pub(super) report: FileReport,
    /// The rows with remarks, as many as are shown.
    pub(super) rows: Vec<MarkedRow>,
    /// How many rows have remarks.
    pub(super) marked: usize,
    /// Which remarks there are, the most severe and most frequent first.
    pub(super) remarks: Vec<Remark>,
}

pub(in super::super) struct Uploads {
    scratch: PathBuf,
    kept: Mutex<VecDeque<Arc<Upload>>>,
    pub(super) places: Arc<Semaphore>,
}

impl Received {
    /// Where its bytes are.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("sheet")
    }

    pub(super) fn file<'f>(&'f self, path: &'f Path) -> SheetFile<'f> {
        SheetFile { path, name: Some(&self.name) }
    }
}

impl Uploads {
    pub(in super::super) fn new(scratch: PathBuf) -> Self {
        Self { scratch, kept: Mutex::default(), places: Arc::new(Semaphore::new(MAX_AT_ONCE)) }
    }

    /// Makes room for a file, readable by this user only.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub(super) fn receive(&self, name: String, port: Option<String>) -> io::Result<Received> {
        let folder = self.folder()?;
        Ok(Received { id: session::random(), name, port, folder })
    }

    /// A directory of its own that is gone when it is dropped.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub(super) fn folder(&self) -> io::Result<TempDir> {
        std::fs::create_dir_all(&self.scratch)?;
        tempfile::Builder::new().prefix("page-").tempdir_in(&self.scratch)
    }

    pub(super) fn keep(&self, upload: Upload) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(Arc::new(upload));
        if kept.len() > MAX_KEPT {
            kept.pop_front();
        }
    }

    pub(super) fn find(&self, id: &str) -> Option<Arc<Upload>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|upload| upload.received.id == id).cloned()
    }
}

/// The file's name without its folders and without anything that could break a line or a header.
pub(super) fn plain_name(name: &str) -> String {
    /// Letters of a name that are kept.
    const LETTERS: usize = 120;
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|letter| !letter.is_control()).take(LETTERS).collect();
    let plain = plain.trim().trim_start_matches('.');
    if plain.is_empty() { "sheet".to_owned() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn a_files_name_is_only_a_name() {
        for (given, kept) in [
            ("备案 2026.xlsx", "备案 2026.xlsx"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\goods.csv", "goods.csv"),
            ("a\r\nSet-Cookie: x=1", "aSet-Cookie: x=1"),
            ("..", "sheet"),
            ("", "sheet"),
        ] {
            assert_eq!(plain_name(given), kept);
        }
    }
}
