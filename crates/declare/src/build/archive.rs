//! The archive of written messages, and the folder they are put into.
//!
//! Every message is on disk in the archive, under the data directory, before the ledger names it, and only then appears in
//! the folder of the run: a file there is always whole, and what was lost from there can be put there again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::BuildError;
use crate::documents::Guid;
use crate::messages::MessageKind;

/// Messages hold names and identity numbers: only their owner reads the archive.
#[cfg(unix)]
const PRIVATE_FILE: u32 = 0o600;
#[cfg(unix)]
const PRIVATE_FOLDER: u32 = 0o700;

/// The archive.
#[derive(Debug)]
pub(crate) struct Archive {
    folder: PathBuf,
}

/// The file name of a message.
pub(crate) fn file_name(kind: MessageKind, guid: Guid) -> String {
    format!("{}_{guid}.xml", kind.type_name())
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BuildError + '_ {
    move |source| BuildError::Io { path: path.to_owned(), source }
}

impl Archive {
    /// The archive of a data directory.
    pub(crate) fn open(data: &Path) -> Result<Self, BuildError> {
        let folder = data.join("messages");
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, PRIVATE_FOLDER);
        builder.create(&folder).map_err(at(&folder))?;
        #[cfg(unix)]
        {
            let private = std::os::unix::fs::PermissionsExt::from_mode(PRIVATE_FOLDER);
            fs::set_permissions(&folder, private).map_err(at(&folder))?;
        }
        // The folder's own name has to be as durable as what the ledger will say of its files.
        sync_folder(data).map_err(at(data))?;
        Ok(Self { folder })
    }

    /// Keeps a message; it is on disk when this returns.
    pub(crate) fn keep(&self, kind: MessageKind, guid: Guid, bytes: &[u8]) -> Result<String, BuildError> {
        let name = file_name(kind, guid);
        let path = self.folder.join(&name);
        write_synced(&path, bytes).map_err(at(&path))?;
        Ok(name)
    }

    /// Makes the names of kept messages durable.
    pub(crate) fn sync(&self) -> Result<(), BuildError> {
        sync_folder(&self.folder).map_err(at(&self.folder))
    }

    /// The bytes of a kept message, or nothing when its file is gone.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, BuildError> {
        let path = self.folder.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path)(error)),
        }
    }
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
        write_synced(&unfinished, bytes).map_err(at(&unfinished))?;
        fs::rename(&unfinished, &path).map_err(at(&path))
    }

    /// Makes the names of the folder durable.
    pub(crate) fn sync(&self) -> Result<(), BuildError> {
        sync_folder(&self.folder).map_err(at(&self.folder))
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, PRIVATE_FILE);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
