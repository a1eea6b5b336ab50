//! Small private files that are there whole or not at all, and gone when they are removed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::durable::sync_folder;
#[cfg(unix)]
use crate::durable::{PRIVATE_FILE, PRIVATE_FOLDER};

/// Permissions of anybody but the owner.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// Key files are a line of text; whatever is longer is no key.
const MAX_BYTES: u64 = 4096;

/// Makes a folder that only its owner enters, and its name durable.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, PRIVATE_FOLDER);
    builder.create(folder)?;
    match folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => sync_folder(parent),
        None => Ok(()),
    }
}

/// Makes a file. Of several that make it at once one is first, and the others keep what is there.
pub(super) fn create(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = write_unfinished(folder, name, bytes)?;
    let linked = fs::hard_link(&unfinished, folder.join(name));
    fs::remove_file(&unfinished)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(folder),
    }
}

/// Puts a file in the place of another one, whose bytes are overwritten.
pub(super) fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let old = OpenOptions::new().write(true).open(folder.join(name))?;
    let unfinished = write_unfinished(folder, name, bytes)?;
    fs::rename(&unfinished, folder.join(name))?;
    sync_folder(folder)?;
    overwrite(old)
}

/// Overwrites a file and removes it; one that is not there is gone already.
pub(super) fn destroy(folder: &Path, name: &str) -> io::Result<()> {
    let path = folder.join(name);
    match OpenOptions::new().write(true).open(&path) {
        Ok(file) => overwrite(file)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    fs::remove_file(&path)?;
    sync_folder(folder)
}

/// The text of a file, or nothing when there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<zeroize::Zeroizing<String>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = zeroize::Zeroizing::new(String::new());
    file.take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(Some(text))
}

/// Whether anybody but its owner may do anything with a file or folder.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path)?.permissions());
        Ok(mode & OTHERS != 0)
    }
    #[cfg(not(unix))]
    fs::metadata(path).map(|_| false)
}

fn write_unfinished(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<std::path::PathBuf> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
    let unfinished = folder.join(format!(".{name}.{:016x}", u64::from_be_bytes(random)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, PRIVATE_FILE);
    let mut file = options.open(&unfinished)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // On a full disk the half of a file is of no use to anybody; that it stays is no further harm.
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    Ok(unfinished)
}

/// Overwrites what a file holds, in its place.
fn overwrite(mut file: File) -> io::Result<()> {
    let length = file.metadata()?.len().min(MAX_BYTES);
    file.seek(SeekFrom::Start(0))?;
    io::copy(&mut io::repeat(0).take(length), &mut file)?;
    file.sync_all()
}
