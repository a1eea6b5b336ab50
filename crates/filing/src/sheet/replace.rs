//! Files that are there whole or not at all.

use std::path::Path;

use super::export::WriteError;

/// Writes a file under a temporary name beside its place, and renames it when it is complete and on the disk. Whoever opens
/// the name finds the old file or the new one, never half of it.
pub(super) fn replace<T>(
    path: &Path,
    write: impl FnOnce(&Path) -> Result<T, WriteError>,
) -> Result<T, WriteError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".customs-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        /// As any program makes files: the user's own mask takes away from it. Temporary files are private otherwise.
        const ANY_FILE: u32 = 0o666;
        builder.permissions(std::fs::Permissions::from_mode(ANY_FILE));
    }
    let part = builder.tempfile_in(folder)?;
    let result = write(part.path())?;
    std::fs::File::open(part.path())?.sync_all()?;
    part.persist(path).map_err(|error| error.error)?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_fails_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        replace(&path, |part| Ok(std::fs::write(part, "old")?)).unwrap();
        let failed = replace(&path, |part| {
            std::fs::write(part, "new")?;
            Err::<(), _>(std::io::Error::other("no").into())
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
