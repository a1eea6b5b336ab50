//! The account file beside sled: the last batch that was acknowledged.
//!
//! sled takes whatever it can read of its log for the whole of it. When the end of the log is damaged, an older state of
//! the store is left that agrees with itself in everything; only a record outside the log tells that there was more.
//!
//! The file has two slots, written in turn: a power cut in the middle of a write spoils one, and the other one still
//! names the batch before. A slot is an [`Account`] and its hash.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::account::{ACCOUNT_BYTES, Account, hash};
use crate::durable::sync_folder;

const FILE: &str = "account";

/// Where the file grows before it gets its name.
const UNFINISHED: &str = "account.new";

/// The slots lie a page apart, so that no drive writes both at once.
const SLOT_BYTES: usize = 4096;

/// What the file tells about the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing was acknowledged yet.
    New,
    /// This was acknowledged last.
    Exactly(Account),
    /// Something after this batch was acknowledged or was about to be: the slot of the other one is spoilt.
    After(u64),
    /// Both slots are spoilt.
    Nothing,
}

/// The open account file.
pub(super) struct Anchor {
    file: File,
    /// The slot to write next: not the one that holds what is known.
    next: usize,
}

impl Anchor {
    /// Makes the file of a new store. It is there whole or not at all.
    pub(super) fn create(dir: &Path) -> io::Result<()> {
        let unfinished = dir.join(UNFINISHED);
        let mut file = File::create(&unfinished)?;
        let mut bytes = vec![0; 2 * SLOT_BYTES];
        for slot in bytes.chunks_exact_mut(SLOT_BYTES) {
            let written = slot_of(&Account::default());
            slot[..written.len()].copy_from_slice(&written);
        }
        file.write_all(&bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&unfinished, dir.join(FILE))?;
        sync_folder(dir)
    }

    /// Opens the file and says what it knows; nothing when there is no such file.
    pub(super) fn open(dir: &Path) -> io::Result<Option<(Self, Known)>> {
        let file = match OpenOptions::new().read(true).write(true).open(dir.join(FILE)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        (&file).take(2 * SLOT_BYTES as u64).read_to_end(&mut bytes)?;
        let slot = |index: usize| bytes.get(index * SLOT_BYTES..).and_then(read_slot);
        let (known, next) = match (slot(0), slot(1)) {
            (Some(one), Some(other)) if one == other && one.number == 0 => (Known::New, 0),
            (Some(one), Some(other)) if one.number > other.number => (Known::Exactly(one), 1),
            (Some(_), Some(other)) => (Known::Exactly(other), 0),
            (Some(one), None) => (Known::After(one.number), 1),
            (None, Some(other)) => (Known::After(other.number), 0),
            (None, None) => (Known::Nothing, 0),
        };
        Ok(Some((Self { file, next }, known)))
    }

    /// Puts down an account, on disk when this returns.
    pub(super) fn put(&mut self, account: &Account) -> io::Result<()> {
        self.file.seek(SeekFrom::Start((self.next * SLOT_BYTES) as u64))?;
        self.file.write_all(&slot_of(account))?;
        self.file.sync_data()?;
        self.next = 1 - self.next;
        Ok(())
    }
}

fn slot_of(account: &Account) -> [u8; ACCOUNT_BYTES + 8] {
    let mut slot = [0; ACCOUNT_BYTES + 8];
    let written = account.write();
    slot[..ACCOUNT_BYTES].copy_from_slice(&written);
    slot[ACCOUNT_BYTES..].copy_from_slice(&hash(&written).to_be_bytes());
    slot
}

fn read_slot(bytes: &[u8]) -> Option<Account> {
    let (account, rest) = bytes.split_at_checked(ACCOUNT_BYTES)?;
    let (found, _) = rest.split_first_chunk()?;
    (hash(account) == u64::from_be_bytes(*found)).then(|| Account::read(account))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(dir: &Path) -> Known {
        Anchor::open(dir).unwrap().unwrap().1
    }

    #[test]
    fn one_spoilt_slot_is_told_from_none_and_from_both() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Anchor::open(dir.path()).unwrap().is_none());
        Anchor::create(dir.path()).unwrap();
        assert_eq!(known(dir.path()), Known::New);

        let account = |number| Account { number, documents: 3, sum: 4 };
        let (mut anchor, _) = Anchor::open(dir.path()).unwrap().unwrap();
        for number in 1..=5 {
            anchor.put(&account(number)).unwrap();
            assert_eq!(known(dir.path()), Known::Exactly(account(number)));
        }
        let path = dir.path().join(FILE);
        let sound = fs::read(&path).unwrap();
        let spoilt = |at: &[usize]| {
            let mut bytes = sound.clone();
            at.iter().for_each(|at| bytes[*at] ^= 1);
            fs::write(&path, bytes).unwrap();
            known(dir.path())
        };
        assert_eq!(spoilt(&[7]), Known::After(4));
        assert_eq!(spoilt(&[SLOT_BYTES + 30]), Known::After(5));
        assert_eq!(spoilt(&[0, SLOT_BYTES]), Known::Nothing);
        fs::write(&path, b"").unwrap();
        assert_eq!(known(dir.path()), Known::Nothing);
    }
}
