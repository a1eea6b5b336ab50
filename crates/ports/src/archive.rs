//! Where messages are kept as they were written: bytes under the names of files.
//!
//! A message is kept before anything else speaks of it, and what is sent is what was kept. With an embedded store the
//! archive is a folder of the data directory ([`FolderArchive`]); with a store that many machines share it lies there, so that
//! whoever sends a message finds the bytes that another machine has made.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

#[cfg(unix)]
use crate::durable::PRIVATE_FOLDER;
use crate::durable::{Begun, begin_private, sync_folder};
use crate::store::StoreError;

/// Is given one name after the other.
pub type Names<'n> = dyn FnMut(&str) -> Result<(), ArchiveError> + 'n;

/// Why the archive could not do it.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The store that the archive lies in.
    #[error(transparent)]
    Store(StoreError),
}

/// Keeps messages. Names are those of files without a folder.
pub trait Archive: Send + Sync {
    /// Keeps a message. Its bytes are on disk when this returns, its name after [`Archive::sync`]. The same name again takes the
    /// place of what was there.
    ///
    /// # Errors
    /// [`ArchiveError`].
    fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), ArchiveError>;

    /// Keeps several messages, each as [`Archive::keep`] does.
    ///
    /// # Errors
    /// [`ArchiveError`]; some of them may be kept.
    fn keep_all(&self, messages: &[(&str, &[u8])]) -> Result<(), ArchiveError> {
        messages.iter().try_for_each(|(name, bytes)| self.keep(name, bytes))
    }

    /// Makes the names of all that was kept durable.
    ///
    /// # Errors
    /// [`ArchiveError`].
    fn sync(&self) -> Result<(), ArchiveError>;

    /// The bytes of a message, or nothing when it is not there.
    ///
    /// # Errors
    /// [`ArchiveError`].
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ArchiveError>;

    /// When a message was kept, or nothing when it is not there.
    ///
    /// # Errors
    /// [`ArchiveError`].
    fn kept_at(&self, name: &str) -> Result<Option<Timestamp>, ArchiveError>;

    /// Gives the names of all messages that were kept before a moment; they may be removed meanwhile.
    ///
    /// # Errors
    /// [`ArchiveError`], and the first one that `each` gives.
    fn kept_before(&self, before: Timestamp, each: &mut Names<'_>) -> Result<(), ArchiveError>;

    /// Removes messages; one that is not there is gone already.
    ///
    /// # Errors
    /// [`ArchiveError`].
    fn remove(&self, names: &[String]) -> Result<(), ArchiveError>;

    /// Gives back the room that was held by days of which everything was removed.
    ///
    /// # Errors
    /// [`ArchiveError`].
    fn tidy(&self) -> Result<(), ArchiveError> {
        Ok(())
    }
}

impl std::fmt::Debug for dyn Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Archive")
    }
}

/// The archive in a data directory: one file a message, in its folder `messages`, which is made at the first message.
#[derive(Debug, Clone)]
pub struct FolderArchive {
    data: PathBuf,
    folder: PathBuf,
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ArchiveError + '_ {
    move |source| ArchiveError::Io { path: path.to_owned(), source }
}

impl FolderArchive {
    /// The archive of a data directory.
    pub fn of(data: &Path) -> Self {
        Self { data: data.to_owned(), folder: data.join("messages") }
    }

    fn make(&self) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, PRIVATE_FOLDER);
        builder.create(&self.folder)?;
        #[cfg(unix)]
        {
            let private = std::os::unix::fs::PermissionsExt::from_mode(PRIVATE_FOLDER);
            fs::set_permissions(&self.folder, private)?;
        }
        // The folder's own name has to be as durable as what is said of its files.
        sync_folder(&self.data)
    }
}

impl FolderArchive {
    fn begin(&self, path: &Path, bytes: &[u8]) -> Result<Begun, ArchiveError> {
        match begin_private(path, bytes) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.make().map_err(at(&self.folder))?;
                begin_private(path, bytes).map_err(at(path))
            }
            begun => begun.map_err(at(path)),
        }
    }
}

impl Archive for FolderArchive {
    fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.keep_all(&[(name, bytes)])
    }

    fn keep_all(&self, messages: &[(&str, &[u8])]) -> Result<(), ArchiveError> {
        let mut begun = Vec::with_capacity(messages.len());
        for (name, bytes) in messages {
            let path = self.folder.join(name);
            begun.push((self.begin(&path, bytes)?, path));
        }
        begun.into_iter().try_for_each(|(file, path)| file.sync().map_err(at(&path)))
    }

    fn sync(&self) -> Result<(), ArchiveError> {
        match sync_folder(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            synced => synced.map_err(at(&self.folder)),
        }
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ArchiveError> {
        let path = self.folder.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path)(error)),
        }
    }

    fn kept_at(&self, name: &str) -> Result<Option<Timestamp>, ArchiveError> {
        let path = self.folder.join(name);
        match fs::metadata(&path).and_then(|data| data.modified()) {
            Ok(changed) => Ok(Some(Timestamp::try_from(changed).unwrap_or(Timestamp::MAX))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path)(error)),
        }
    }

    fn kept_before(&self, before: Timestamp, each: &mut Names<'_>) -> Result<(), ArchiveError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(at(&self.folder)(error)),
        };
        for entry in entries {
            let name = entry.map_err(at(&self.folder))?.file_name();
            let Some(name) = name.to_str() else { continue };
            if self.kept_at(name)?.is_some_and(|kept| kept < before) {
                each(name)?;
            }
        }
        Ok(())
    }

    fn remove(&self, names: &[String]) -> Result<(), ArchiveError> {
        if names.is_empty() {
            return Ok(());
        }
        for name in names {
            let path = self.folder.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&path)(error)),
                _ => {}
            }
        }
        self.sync()
    }
}

/// Copies all messages from one archive to another, and says how many were not there as they are. It can be run again, and goes
/// on where it was cut off: of a message that was being written then there may be a part.
///
/// # Errors
/// [`ArchiveError`] of either.
pub fn copy(from: &dyn Archive, to: &dyn Archive) -> Result<u64, ArchiveError> {
    let mut copied = 0;
    from.kept_before(Timestamp::MAX, &mut |name| {
        if let Some(bytes) = from.read(name)?
            && to.read(name)?.as_deref() != Some(&*bytes)
        {
            to.keep(name, &bytes)?;
            copied += 1;
        }
        Ok(())
    })?;
    to.sync()?;
    Ok(copied)
}

/// What every archive does, on a new empty one.
///
/// # Panics
/// With what it missed.
#[cfg(any(test, feature = "conformance"))]
#[allow(clippy::unwrap_used, clippy::panic, reason = "checks are tests, wherever they are called from")]
pub fn conforms(archive: &dyn Archive) {
    let names = |before: Timestamp| {
        let mut names = Vec::new();
        let mut each = |name: &str| {
            names.push(name.to_owned());
            Ok(())
        };
        archive.kept_before(before, &mut each).unwrap();
        names.sort();
        names
    };
    assert_eq!((archive.read("a.xml").unwrap(), archive.kept_at("a.xml").unwrap()), (None, None));
    assert!(names(Timestamp::MAX).is_empty());
    let before = Timestamp::now();
    let long: Vec<u8> = (0..300_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    archive.keep_all(&[("a.xml", b"first"), ("b.xml", &long)]).unwrap();
    archive.keep("a.xml", b"second \0 time").unwrap();
    archive.sync().unwrap();
    assert_eq!(archive.read("a.xml").unwrap().as_deref(), Some(&b"second \0 time"[..]));
    assert!(archive.read("b.xml").unwrap() == Some(long));
    let kept = archive.kept_at("a.xml").unwrap().unwrap();
    assert!(before.duration_until(kept).abs() < jiff::SignedDuration::from_mins(1), "{before} {kept}");
    assert_eq!(names(Timestamp::MAX), ["a.xml", "b.xml"]);
    assert!(names(before - jiff::SignedDuration::from_hours(1)).is_empty());
    archive.remove(&["a.xml".to_owned(), "c.xml".to_owned()]).unwrap();
    archive.tidy().unwrap();
    assert_eq!(archive.read("a.xml").unwrap(), None);
    assert_eq!(names(Timestamp::MAX), ["b.xml"]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_an_archive_and_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        conforms(&FolderArchive::of(&data));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&data.join("messages")), mode(&data.join("messages/b.xml"))), (0o700, 0o600));
        }
        let other = FolderArchive::of(&folder.path().join("other"));
        assert_eq!(copy(&FolderArchive::of(&data), &other).unwrap(), 1);
        assert_eq!(copy(&FolderArchive::of(&data), &other).unwrap(), 0);
        // A copy that was killed has left a part.
        fs::write(folder.path().join("other/messages/b.xml"), b"part").unwrap();
        assert_eq!(copy(&FolderArchive::of(&data), &other).unwrap(), 1);
        assert_eq!(other.read("b.xml").unwrap(), FolderArchive::of(&data).read("b.xml").unwrap());
    }
}
