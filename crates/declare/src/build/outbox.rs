//! The folder that written messages are put into.
//!
//! Every message is on disk in the [archive](ports::archive) before the ledger names it, and only then appears in
//! the folder of the run: a file there is always whole, and what was lost from there can be put there again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ports::durable::{sync_folder, write_private};

use super::BuildError;
use crate::documents::Guid;
use crate::messages::MessageKind;

/// The file name of a message.
pub(crate) fn file_name(kind: MessageKind, guid: Guid) -> String {
    format!("{}_{guid}.xml", kind.type_name())
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BuildError + '_ {
    move |source| BuildError::Io { path: path.to_owned(), source }
}

/// The folder of a run.
#[derive(Debug)]
pub(crate) struct Outbox {
    folder: PathBuf,
}

impl Outbox {
    pub(crate) fn open(folder: &Path) -> Result<Self, BuildError> {
        fs::create_dir_all(folder).map_err(at(folder))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Puts a message into the folder, whole or not at all. One that lies there already with the same bytes stays.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), BuildError> {
        let path = self.folder.join(name);
        if fs::read(&path).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        let unfinished = self.folder.join(format!(".{name}.part"));
        write_private(&unfinished, bytes).map_err(at(&unfinished))?;
        fs::rename(&unfinished, &path).map_err(at(&path))
    }

    /// Makes the names of the folder durable.
    pub(crate) fn sync(&self) -> Result<(), BuildError> {
        sync_folder(&self.folder).map_err(at(&self.folder))
    }
}
