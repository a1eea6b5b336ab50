//! The folder that written messages are put into.
//!
//! Every message is on disk in the [archive](ports::archive) before the ledger names it, and only then appears in
//! the folder of the run: a file there is always whole, and what was lost from there can be put there again.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ports::durable::{begin_private, sync_folder};

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

    /// Puts messages into the folder, each whole or not at all. One that lies there already with the same bytes stays.
    pub(crate) fn put<'m>(
        &self,
        messages: impl IntoIterator<Item = (&'m str, Cow<'m, [u8]>)>,
    ) -> Result<(), BuildError> {
        let mut begun = Vec::new();
        for (name, bytes) in messages {
            let path = self.folder.join(name);
            if fs::read(&path).is_ok_and(|there| *there == *bytes) {
                continue;
            }
            let unfinished = self.folder.join(format!(".{name}.part"));
            let file = begin_private(&unfinished, &bytes).map_err(at(&unfinished))?;
            begun.push((file, unfinished, path));
        }
        for (file, unfinished, path) in begun {
            file.sync().map_err(at(&unfinished))?;
            fs::rename(&unfinished, &path).map_err(at(&path))?;
        }
        Ok(())
    }

    /// Makes the names of the folder durable.
    pub(crate) fn sync(&self) -> Result<(), BuildError> {
        sync_folder(&self.folder).map_err(at(&self.folder))
    }
}
