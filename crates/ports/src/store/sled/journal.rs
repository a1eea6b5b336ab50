//! The journal: batches as they were committed, until sled holds them.
//!
//! A journal is a file of records behind a mark. A record is its length, its hash, and what it says: the account after the
//! batch, and for each document its new head and body, only the head when a claim left the body as it was, or that it was
//! deleted. Numbers are big-endian. What a power cut leaves of the last record does not have its hash; whether that record
//! was acknowledged, the account file tells.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Key;
use super::account::{ACCOUNT_BYTES, Account, hash};
use super::layout::Head;
use super::overlay::Slot;
use crate::durable::sync_folder;

/// What the files begin with: their names, and a number that is raised with their form.
const MARK: &[u8; 16] = b"customs journal1";
const PREFIX: &str = "journal.";
/// Length and hash.
const FRONT_BYTES: usize = 4 + 8;
/// The buffer of a record is given back when a big batch has made it bigger than this.
const BUFFER_BYTES: usize = 1 << 20;

const GONE: u8 = 0;
const WHOLE: u8 = 1;
const HEAD_ONLY: u8 = 2;

/// What a record says of a document.
#[derive(Debug)]
pub(super) enum Entry {
    /// It was written.
    Slot(Slot),
    /// Its body stayed and its head is another one.
    Head(Head),
}

/// What a record says, document by document.
pub(super) type Entries = Vec<(Key, Entry)>;

/// A change that goes into a journal.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) key: Key,
    pub(super) slot: Slot,
    /// Whether only the head is another one.
    pub(super) same_body: bool,
    /// The head that was there before.
    pub(super) old: Option<Head>,
}

/// The journal that batches go into now, and older ones whose batches are not in sled yet either.
#[derive(Debug)]
pub(super) struct Journal {
    dir: PathBuf,
    /// All their files, the present one last. None is made before there is something to write.
    pub(super) files: Vec<PathBuf>,
    file: Option<Arc<File>>,
    /// Where the next record begins.
    length: u64,
    /// Files that say nothing and go before anything is written.
    void: Vec<PathBuf>,
    /// The number in the name of the next file.
    next: u64,
    buffer: Vec<u8>,
}

impl Journal {
    /// The journal that goes on after what was read of the files found.
    pub(super) fn after(dir: &Path, found: Replay) -> Self {
        let Replay { files, sound, void, next } = found;
        Self { dir: dir.to_owned(), files, file: None, length: sound, void, next, buffer: Vec::new() }
    }

    /// How long it is.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The file that batches go into now, if there is one.
    pub(super) fn file(&self) -> Option<Arc<File>> {
        self.file.clone()
    }

    /// Begins another file; returns the files until now, all on disk.
    pub(super) fn turn(&mut self) -> io::Result<Vec<PathBuf>> {
        if let Some(file) = self.file.take() {
            file.sync_data()?;
        }
        self.length = 0;
        Ok(std::mem::take(&mut self.files))
    }

    /// Adds a batch; it is not on disk yet.
    pub(super) fn append(&mut self, account: &Account, changes: &[Written]) -> io::Result<()> {
        let file = self.opened()?;
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        write_record(&mut buffer, account, changes)?;
        let written = (&*file).write_all(&buffer);
        self.length += buffer.len() as u64;
        if buffer.capacity() <= BUFFER_BYTES {
            self.buffer = buffer;
        }
        written
    }

    fn opened(&mut self) -> io::Result<Arc<File>> {
        if let Some(file) = &self.file {
            return Ok(Arc::clone(file));
        }
        // A file behind the end of the records would be taken for their sequel.
        for path in std::mem::take(&mut self.void) {
            fs::remove_file(path)?;
        }
        let file = match self.files.last() {
            Some(path) if self.length > 0 => {
                let mut file = OpenOptions::new().write(true).open(path)?;
                // What a power cut left of a record that nobody was told of.
                file.set_len(self.length)?;
                file.seek(SeekFrom::End(0))?;
                file
            }
            _ => {
                let path = self.dir.join(format!("{PREFIX}{:08}", self.next));
                let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
                file.write_all(MARK)?;
                file.sync_all()?;
                sync_folder(&self.dir)?;
                self.next += 1;
                self.length = MARK.len() as u64;
                self.files.push(path);
                file
            }
        };
        let file = Arc::new(file);
        self.file = Some(Arc::clone(&file));
        Ok(file)
    }
}

/// What was found when a store was opened.
#[derive(Debug, Default)]
pub(super) struct Replay {
    /// The files that hold records, the oldest first.
    pub(super) files: Vec<PathBuf>,
    /// How far the last one is sound.
    sound: u64,
    /// Files that say nothing: they come after a record that is not whole, or do not bear the mark.
    void: Vec<PathBuf>,
    next: u64,
}

impl Replay {
    /// Reads the journals in a directory and hands on their records in order, until one is not whole or not wanted.
    pub(super) fn read<E: From<io::Error>>(
        dir: &Path,
        mut record: impl FnMut(Account, Entries) -> Result<bool, E>,
    ) -> Result<Self, E> {
        let mut found = Self { next: 1, ..Self::default() };
        let mut over = false;
        for path in files(dir)? {
            found.next = found.next.max(number_of(&path).unwrap_or_default() + 1);
            let bytes = if over { Vec::new() } else { fs::read(&path)? };
            let Some(mut rest) = bytes.strip_prefix(MARK) else {
                over = true;
                found.void.push(path);
                continue;
            };
            while let Some((account, entries, after)) = read_record(rest) {
                if !record(account, entries)? {
                    break;
                }
                rest = after;
            }
            over = !rest.is_empty();
            found.sound = (bytes.len() - rest.len()) as u64;
            found.files.push(path);
        }
        Ok(found)
    }
}

/// The journals in a directory, the oldest first.
pub(super) fn files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if number_of(&path).is_some() {
            files.push(path);
        }
    }
    files.sort_by_key(|path| number_of(path));
    Ok(files)
}

fn number_of(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_prefix(PREFIX)?.parse().ok()
}

fn write_record(buffer: &mut Vec<u8>, account: &Account, changes: &[Written]) -> io::Result<()> {
    let too_long = || io::Error::other("a batch is too long for the journal");
    let length = |bytes: usize| u32::try_from(bytes).map(u32::to_be_bytes).map_err(|_| too_long());
    buffer.extend_from_slice(&[0; FRONT_BYTES]);
    buffer.extend_from_slice(&account.write());
    buffer.extend_from_slice(&length(changes.len())?);
    for Written { key, slot, same_body, .. } in changes {
        let key = key.as_str().as_bytes();
        let kind = match slot {
            Slot::Gone => GONE,
            Slot::There(..) if *same_body => HEAD_ONLY,
            Slot::There(..) => WHOLE,
        };
        buffer.push(kind);
        buffer.extend_from_slice(&length(key.len())?);
        buffer.extend_from_slice(key);
        let Slot::There(head, body) = slot else { continue };
        buffer.extend_from_slice(&head.write());
        if kind == WHOLE {
            buffer.extend_from_slice(&length(body.len())?);
            buffer.extend_from_slice(body);
        }
    }
    let said = length(buffer.len() - FRONT_BYTES)?;
    let hash = hash(&buffer[FRONT_BYTES..]);
    buffer[..4].copy_from_slice(&said);
    buffer[4..FRONT_BYTES].copy_from_slice(&hash.to_be_bytes());
    Ok(())
}

/// The first record of some bytes and what comes after it; nothing when it is not whole.
fn read_record(bytes: &[u8]) -> Option<(Account, Entries, &[u8])> {
    let (length, rest) = take_length(bytes)?;
    let (expected, rest) = rest.split_first_chunk()?;
    let (said, after) = rest.split_at_checked(length)?;
    if hash(said) != u64::from_be_bytes(*expected) {
        return None;
    }
    let (account, rest) = said.split_at_checked(ACCOUNT_BYTES)?;
    let account = Account::read(account)?;
    let (count, mut rest) = take_length(rest)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let (kind, after) = rest.split_first()?;
        let (length, after) = take_length(after)?;
        let (key, after) = after.split_at_checked(length)?;
        let key = Key::from_stored(String::from_utf8(key.to_vec()).ok()?);
        rest = after;
        if *kind == GONE {
            entries.push((key, Entry::Slot(Slot::Gone)));
            continue;
        }
        let head = Head::read(rest)?;
        let after = rest.get(super::layout::HEAD_BYTES..)?;
        rest = after;
        if *kind == HEAD_ONLY {
            entries.push((key, Entry::Head(head)));
            continue;
        }
        let (length, after) = take_length(rest)?;
        let (body, after) = after.split_at_checked(length)?;
        rest = after;
        entries.push((key, Entry::Slot(Slot::There(head, body.into()))));
    }
    rest.is_empty().then_some((account, entries, after))
}

fn take_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    Some((usize::try_from(u32::from_be_bytes(*length)).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(key: &str, slot: Slot, same_body: bool) -> Written {
        Written { key: Key::of([key]), slot, same_body, old: None }
    }

    fn account(number: u64) -> Account {
        Account { number, documents: number, sum: 5 }
    }

    fn read(dir: &Path) -> (Replay, Vec<u64>) {
        let mut numbers = Vec::new();
        let replay = Replay::read(dir, |account, _| {
            numbers.push(account.number);
            Ok::<_, io::Error>(true)
        });
        (replay.unwrap(), numbers)
    }

    #[test]
    fn records_come_back_in_order_and_a_torn_one_ends_them() {
        let dir = tempfile::tempdir().unwrap();
        let (none, numbers) = read(dir.path());
        assert!(numbers.is_empty() && none.files.is_empty());
        let head = Head { version: 3, due: Some(-7), pieces: 0, stamp: 11 };
        let mut journal = Journal::after(dir.path(), none);
        for number in 1..=3 {
            let changes = [
                written("a", Slot::There(head, b"body".as_slice().into()), false),
                written("b", Slot::There(head, b"kept".as_slice().into()), true),
                written("c", Slot::Gone, false),
            ];
            journal.append(&account(number), &changes).unwrap();
        }
        let mut seen = Vec::new();
        let replay = Replay::read(dir.path(), |_, entries| {
            seen.extend(entries);
            Ok::<_, io::Error>(true)
        });
        assert_eq!(seen.len(), 9);
        assert!(
            matches!(&seen[0].1, Entry::Slot(Slot::There(found, body)) if *found == head && **body == *b"body")
        );
        assert!(matches!(&seen[1].1, Entry::Head(found) if *found == head));
        assert!(matches!(&seen[2].1, Entry::Slot(Slot::Gone)));

        // The journal goes on where it ended, over the rest of a record that was torn.
        let path = &replay.unwrap().files[0];
        let whole = fs::read(path).unwrap();
        for torn in [1, 11, 30] {
            fs::write(path, &whole[..whole.len() - torn]).unwrap();
            let (replay, numbers) = read(dir.path());
            assert_eq!(numbers, [1, 2]);
            Journal::after(dir.path(), replay).append(&account(9), &[]).unwrap();
            assert_eq!(read(dir.path()).1, [1, 2, 9]);
        }
        for at in [20, whole.len() - 5] {
            let mut spoilt = whole.clone();
            spoilt[at] ^= 4;
            fs::write(path, spoilt).unwrap();
            assert!(read(dir.path()).1.len() < 3);
        }
        // Behind a record that is not whole nothing counts, in later files neither.
        fs::write(dir.path().join("journal.00000002"), &whole).unwrap();
        assert_eq!(read(dir.path()).1, [1, 2]);
        let (replay, _) = read(dir.path());
        Journal::after(dir.path(), replay).append(&account(7), &[]).unwrap();
        assert_eq!(read(dir.path()).1, [1, 2, 7], "a file behind a torn one is gone");
        fs::write(path, b"").unwrap();
        let (replay, numbers) = read(dir.path());
        assert!(numbers.is_empty());
        Journal::after(dir.path(), replay).append(&account(1), &[]).unwrap();
        assert_eq!(read(dir.path()).1, [1]);
    }
}
