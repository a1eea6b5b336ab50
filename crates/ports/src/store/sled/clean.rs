//! The mark of an orderly end, which saves big stores the check of every document at every opening.

use std::fs;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use jiff::Timestamp;

use super::account::{ACCOUNT_BYTES, Account, hash};

const FILE: &str = "clean";

/// Up to this many documents everything is checked at every opening: it takes a fraction of a second.
const ALWAYS: u64 = 100_000;

/// How long a check of a bigger store is good for, in seconds.
const GOOD_FOR: i64 = 24 * 60 * 60;

/// What was so when the store was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clean {
    account: Account,
    /// When all documents were last checked, in seconds since 1970.
    checked: i64,
    /// Length and time of change of sled's file.
    file: [u8; 24],
}

impl Clean {
    /// Takes the mark away, and returns it when sled's file is still the one it was written for.
    ///
    /// A mark that is not readable only means that everything is checked.
    pub(super) fn take(dir: &Path) -> io::Result<Option<Self>> {
        let path = dir.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        fs::remove_file(&path)?;
        Ok(Self::read(&bytes).filter(|clean| file(dir).is_ok_and(|file| file == clean.file)))
    }

    /// Leaves the mark of a store that is closed.
    pub(super) fn leave(dir: &Path, account: &Account, checked: i64) -> io::Result<()> {
        let mut bytes = [&account.write()[..], &checked.to_be_bytes(), &file(dir)?].concat();
        bytes.extend_from_slice(&hash(&bytes).to_be_bytes());
        fs::write(dir.join(FILE), bytes)
    }

    /// When the documents were last checked, if that is good enough for a store that now has this account.
    pub(super) fn vouches_for(&self, account: &Account, now: Timestamp) -> Option<i64> {
        let age = now.as_second().saturating_sub(self.checked);
        let enough = self.account == *account && account.documents > ALWAYS && (0..GOOD_FOR).contains(&age);
        enough.then_some(self.checked)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (written, rest) = bytes.split_at_checked(ACCOUNT_BYTES + 8 + 24)?;
        let right = hash(written) == u64::from_be_bytes(rest.try_into().ok()?);
        let (account, rest) = written.split_at_checked(ACCOUNT_BYTES)?;
        let (checked, file) = rest.split_first_chunk()?;
        let clean = Self {
            account: Account::read(account)?,
            checked: i64::from_be_bytes(*checked),
            file: file.try_into().ok()?,
        };
        right.then_some(clean)
    }
}

fn file(dir: &Path) -> io::Result<[u8; 24]> {
    let found = fs::metadata(dir.join("db"))?;
    let changed = found.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&found.len().to_be_bytes());
    bytes[8..].copy_from_slice(&changed.to_be_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_fresh_mark_of_an_untouched_big_store_saves_the_check() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("db"), b"log").unwrap();
        let big = Account { number: 9, documents: ALWAYS + 1, sum: 3 };
        let now = |seconds| Timestamp::from_second(seconds).unwrap();
        assert_eq!(Clean::take(dir.path()).unwrap(), None);

        Clean::leave(dir.path(), &big, 1_000).unwrap();
        let clean = Clean::take(dir.path()).unwrap().unwrap();
        assert_eq!(Clean::take(dir.path()).unwrap(), None, "a mark is good for one opening");
        assert_eq!(clean.vouches_for(&big, now(1_000)), Some(1_000));
        assert_eq!(clean.vouches_for(&big, now(999)), None);
        assert_eq!(clean.vouches_for(&big, now(1_000 + GOOD_FOR)), None);
        assert_eq!(clean.vouches_for(&Account { number: 8, ..big }, now(1_000)), None);
        let small = Account { documents: ALWAYS, ..big };
        assert_eq!(Clean { account: small, ..clean }.vouches_for(&small, now(1_000)), None);

        Clean::leave(dir.path(), &big, 1_000).unwrap();
        fs::write(dir.path().join("db"), b"another log").unwrap();
        assert_eq!(Clean::take(dir.path()).unwrap(), None);
        fs::write(dir.path().join(FILE), b"spoilt").unwrap();
        assert_eq!(Clean::take(dir.path()).unwrap(), None);
    }
}
