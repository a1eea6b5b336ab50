//! How documents lie in sled: keys, heads and pieces. The module above shows the layout as a table.

use super::Key;
use super::account::stamp;

/// The longest body kept in one value. sled writes a leaf of up to 16 values, 18 while it splits, as one item of at most a
/// quarter segment (512 KiB here): 18 pieces with their keys stay below it.
pub(super) const PIECE_BYTES: usize = 24 << 10;

pub(super) const DOCUMENT: u8 = b'd';
pub(super) const PIECE: u8 = b'p';
pub(super) const DUE: u8 = b't';
pub(super) const FORMAT: u8 = b'f';
pub(super) const ACCOUNT: u8 = b'a';

/// The length of a document's head: version, due flag, due, piece count, stamp.
pub(super) const HEAD_BYTES: usize = 8 + 1 + 8 + 4 + 8;

/// The head of a document as it lies in sled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) version: u64,
    pub(super) due: Option<i64>,
    pub(super) pieces: u32,
    /// A hash of the whole document, its body included.
    pub(super) stamp: u64,
}

impl Head {
    /// The head of a document with this body.
    pub(super) fn of(key: &Key, version: u64, due: Option<i64>, body: &[u8]) -> Self {
        let pieces = if body.len() > PIECE_BYTES { body.len().div_ceil(PIECE_BYTES) } else { 0 };
        // A body is bounded far below as many pieces as this.
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
        let head = Self { version, due, pieces, stamp: 0 };
        Self { stamp: stamp(key.as_str(), &head, body), ..head }
    }
}

/// Adds a document to a sled batch, and takes out what its forerunner leaves behind.
pub(super) fn put(changes: &mut sled::Batch, key: &Key, old: Option<&Head>, head: &Head, body: &[u8]) {
    if head.pieces > 0 {
        for (index, piece) in (0..).zip(body.chunks(PIECE_BYTES)) {
            changes.insert(piece_key(key, index), piece);
        }
    }
    if let Some(old) = old {
        clear(changes, key, old, head.pieces, head.due);
    }
    let mut value = head.write();
    if head.pieces == 0 {
        value.extend_from_slice(body);
    }
    changes.insert(document_key(key), value);
    if let Some(due) = head.due {
        changes.insert(due_key(key.as_str(), due), &[]);
    }
}

/// Takes out an old document's pieces from number `keep` on, and its due entry unless the new due time is the same.
pub(super) fn clear(changes: &mut sled::Batch, key: &Key, old: &Head, keep: u32, due: Option<i64>) {
    for index in keep..old.pieces {
        changes.remove(piece_key(key, index));
    }
    if let Some(was) = old.due
        && due != Some(was)
    {
        changes.remove(due_key(key.as_str(), was));
    }
}

impl Head {
    pub(super) fn read(value: &[u8]) -> Option<Self> {
        let (version, rest) = value.split_first_chunk::<8>()?;
        let (flag, rest) = rest.split_first()?;
        let (due, rest) = rest.split_first_chunk::<8>()?;
        let (pieces, rest) = rest.split_first_chunk::<4>()?;
        let (stamp, _) = rest.split_first_chunk::<8>()?;
        Some(Self {
            version: u64::from_be_bytes(*version),
            due: (*flag == 1).then_some(i64::from_be_bytes(*due)),
            pieces: u32::from_be_bytes(*pieces),
            stamp: u64::from_be_bytes(*stamp),
        })
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(HEAD_BYTES);
        value.extend_from_slice(&self.version.to_be_bytes());
        value.push(u8::from(self.due.is_some()));
        value.extend_from_slice(&self.due.unwrap_or(0).to_be_bytes());
        value.extend_from_slice(&self.pieces.to_be_bytes());
        value.extend_from_slice(&self.stamp.to_be_bytes());
        value
    }
}

pub(super) fn document_key(key: &Key) -> Vec<u8> {
    [&[DOCUMENT], key.as_str().as_bytes()].concat()
}

pub(super) fn piece_key(key: &Key, index: u32) -> Vec<u8> {
    [&[PIECE], key.as_str().as_bytes(), &[0], &index.to_be_bytes()].concat()
}

pub(super) fn due_key(key: &str, due: i64) -> Vec<u8> {
    [&[DUE], branch_of(key).as_bytes(), b"/", &sortable(due).to_be_bytes(), key.as_bytes()].concat()
}

/// The first segment of a key.
pub(super) fn branch_of(key: &str) -> &str {
    key.split('/').next().unwrap_or_default()
}

pub(super) fn read_due_key(entry: &[u8]) -> Option<(i64, Key)> {
    let slash = entry.iter().position(|byte| *byte == b'/')?;
    let (due, key) = entry[slash + 1..].split_first_chunk::<8>()?;
    let key = String::from_utf8(key.to_vec()).ok()?;
    Some((sortable(i64::from_be_bytes(*due)), Key::from_stored(key)))
}

/// Flips the sign bit, so that big-endian bytes sort as the numbers do; twice is the number again.
fn sortable(due: i64) -> i64 {
    due ^ i64::MIN
}
