//! Files that are on disk when a call returns.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Messages, keys and answers hold names and identity numbers: only their owner reads them.
#[cfg(unix)]
pub(crate) const PRIVATE_FILE: u32 = 0o600;
/// And only their owner enters the folders they lie in.
#[cfg(unix)]
pub(crate) const PRIVATE_FOLDER: u32 = 0o700;

/// A file that is written and may not be on disk yet. Of several files all are begun before the first is synced: then the disk
/// is waited for about once, as what it has to note about the others goes there with the first.
#[derive(Debug)]
#[must_use = "it is on disk only when it is synced"]
pub struct Begun(File);

impl Begun {
    /// Waits until the bytes are on disk.
    ///
    /// # Errors
    /// When they do not get there.
    pub fn sync(self) -> io::Result<()> {
        self.0.sync_data()
    }
}

/// Writes a file that only its owner reads, in the place of what was there. Its bytes are on disk after [`Begun::sync`], its name
/// after [`sync_folder`]. Until then whoever reads the file may find a part, or zeros behind its end.
///
/// # Errors
/// When the file cannot be made or written.
pub fn begin_private(path: &Path, bytes: &[u8]) -> io::Result<Begun> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, PRIVATE_FILE);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    Ok(Begun(file))
}

/// Puts the names in a folder on disk, as far as the system knows how.
///
/// # Errors
/// When the folder cannot be opened or synced.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_written_is_there_whatever_its_length() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("message.xml");
        let edges = [2 << 20, 1 << 20, 32 << 10, 4 << 10, 1];
        // Longest first, so that a rest of the one before would show.
        for length in edges.into_iter().flat_map(|edge| [edge + 1, edge, edge - 1]) {
            let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8 + 1).collect();
            begin_private(&path, &bytes).unwrap().sync().unwrap();
            assert!(fs::read(&path).unwrap() == bytes, "{length} bytes");
        }
    }
}
