//! Where the keys of days are: lines under names. Each is sealed under a master key, which is not there.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::at;
use super::{VaultError, durable};

/// Keeps the vault's keys of days, each one line under its name.
pub trait KeyShelf: Send + Sync {
    /// The names of all.
    ///
    /// # Errors
    /// [`VaultError`] when they cannot be read.
    fn names(&self) -> Result<Vec<String>, VaultError>;

    /// A key's line, or nothing when there is none.
    ///
    /// # Errors
    /// [`VaultError`] when it cannot be read.
    fn read(&self, name: &str) -> Result<Option<String>, VaultError>;

    /// Puts a key there. Of several that do so at once one is first, and the others keep what is there.
    ///
    /// # Errors
    /// [`VaultError`] when it cannot be written.
    fn create(&self, name: &str, line: &str) -> Result<(), VaultError>;

    /// Puts a line in the place of another one.
    ///
    /// # Errors
    /// [`VaultError`] when it cannot be written.
    fn replace(&self, name: &str, line: &str) -> Result<(), VaultError>;

    /// Destroys a key, so that nothing of it stays where it was; one that is not there is gone already.
    ///
    /// # Errors
    /// [`VaultError`] when it cannot be destroyed.
    fn destroy(&self, name: &str) -> Result<(), VaultError>;
}

impl fmt::Debug for dyn KeyShelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyShelf")
    }
}

/// The keys as files of a folder.
#[derive(Debug)]
pub(super) struct FolderShelf(PathBuf);

impl FolderShelf {
    pub(super) fn of(keys: &Path) -> Self {
        Self(keys.join("days"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl KeyShelf for FolderShelf {
    fn names(&self) -> Result<Vec<String>, VaultError> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(at(&self.0)(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(at(&self.0))?.file_name();
            names.extend(name.to_str().map(str::to_owned));
        }
        Ok(names)
    }

    fn read(&self, name: &str) -> Result<Option<String>, VaultError> {
        let line = durable::read(&self.path(name)).map_err(at(self.path(name)))?;
        Ok(line.map(|line| line.to_string()))
    }

    fn create(&self, name: &str, line: &str) -> Result<(), VaultError> {
        durable::make_folder(&self.0).map_err(at(&self.0))?;
        durable::create(&self.0, name, line.as_bytes()).map_err(at(self.path(name)))
    }

    fn replace(&self, name: &str, line: &str) -> Result<(), VaultError> {
        durable::replace(&self.0, name, line.as_bytes()).map_err(at(self.path(name)))
    }

    fn destroy(&self, name: &str) -> Result<(), VaultError> {
        durable::destroy(&self.0, name).map_err(at(self.path(name)))
    }
}
