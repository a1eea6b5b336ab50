//! The same key twice in one file.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

use crate::barcode::Barcode;
use crate::cell::Row;
use crate::record::Checked;

/// What a row is to the rows before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Its key is new.
    First,
    /// An earlier row says the same.
    Same {
        /// The first row with this key.
        first: u32,
    },
    /// An earlier row has the key with other content.
    Conflict {
        /// The first row with this key.
        first: u32,
        /// Earlier rows with the key that were thought right until now: those to refuse along with this one.
        newly: Vec<u32>,
    },
}

/// The first row of a key: its number, whether another contradicts it, and a hash of what it says, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct First(u64);

impl First {
    /// Rows of a sheet fit into 21 bits.
    const ROW_BITS: u32 = 21;
    const CONFLICT: u64 = 1 << Self::ROW_BITS;
    const CONTENT: u64 = !((Self::CONFLICT << 1) - 1);

    fn new(row: u32, content: u64) -> Self {
        Self(u64::from(row) & (Self::CONFLICT - 1) | content & Self::CONTENT)
    }

    fn row(self) -> u32 {
        u32::try_from(self.0 & (Self::CONFLICT - 1)).unwrap_or(u32::MAX)
    }

    fn says(self, content: u64) -> bool {
        self.0 & Self::CONTENT == content & Self::CONTENT
    }
}

/// Tables over which the keys are spread: a table that grows is held twice for a moment, and only one grows at a time.
const TABLES: u64 = 64;

/// Remembers the keys of a file by their hashes: 36 MB for a million rows.
///
/// Hashes are made under a key drawn anew for each file, so that nobody can prepare two keys that collide. A key's hash has
/// 64 bits: in a file of a million rows two keys collide by chance once in thirty million files, and the later row would
/// then be refused, never lost in silence. Of the content 42 bits are kept, which only rows of one key are compared by.
pub struct Duplicates {
    hasher: RandomState,
    keys: Vec<HashMap<u64, First, BuildHasherDefault<Hashed>>>,
    /// Rows that repeat an earlier one, by the key's hash. Few files have any.
    repeats: HashMap<u64, Vec<u32>>,
}

impl Default for Duplicates {
    fn default() -> Self {
        let keys = (0..TABLES).map(|_| HashMap::default()).collect();
        Self { hasher: RandomState::new(), keys, repeats: HashMap::new() }
    }
}

/// The hasher of numbers that are hashes already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(u8::BITS) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Duplicates {
    /// Takes the next row, whose port and barcode are `key`. Rows refused for other reasons count too: the clerk may have
    /// meant either.
    pub fn add(&mut self, key: &(String, Barcode), checked: &Checked, raw: &Row) -> Verdict {
        let hash = self.hasher.hash_one(key);
        let content = match &checked.filing {
            Some(filing) => self.hasher.hash_one((true, filing)),
            None => {
                let shown: Vec<Option<String>> =
                    raw.cells.iter().map(|cell| cell.as_ref().map(crate::cell::Cell::shown)).collect();
                self.hasher.hash_one((false, shown))
            }
        };
        let row = checked.row;
        // The low bits choose the table; those of the table's own places are turned away from them.
        let (table, place) = (hash % TABLES, hash.rotate_right(TABLES.ilog2()));
        let Some(keys) = usize::try_from(table).ok().and_then(|table| self.keys.get_mut(table)) else {
            return Verdict::First;
        };
        let Some(first) = keys.get_mut(&place) else {
            keys.insert(place, First::new(row, content));
            return Verdict::First;
        };
        let first_row = first.row();
        if first.0 & First::CONFLICT != 0 {
            return Verdict::Conflict { first: first_row, newly: Vec::new() };
        }
        if first.says(content) {
            self.repeats.entry(hash).or_default().push(row);
            return Verdict::Same { first: first_row };
        }
        first.0 |= First::CONFLICT;
        let mut newly = vec![first_row];
        newly.extend(self.repeats.remove(&hash).unwrap_or_default());
        Verdict::Conflict { first: first_row, newly }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Cell;

    fn add(duplicates: &mut Duplicates, row: u32, barcode: &str, name: &str) -> Verdict {
        let key = ("杭州".to_owned(), Barcode::parse(barcode).unwrap());
        let raw = Row::new(row, vec![Some(Cell::Text(name.into()))]);
        let checked = Checked { row, key: Some(key.clone()), filing: None, findings: Vec::new() };
        duplicates.add(&key, &checked, &raw)
    }

    #[test]
    fn equal_rows_are_one_and_different_rows_conflict() {
        let mut duplicates = Duplicates::default();
        assert_eq!(add(&mut duplicates, 2, "A", "mask"), Verdict::First);
        assert_eq!(add(&mut duplicates, 3, "B", "mask"), Verdict::First);
        assert_eq!(add(&mut duplicates, 4, "A", "mask"), Verdict::Same { first: 2 });
        assert_eq!(add(&mut duplicates, 5, "A", "soap"), Verdict::Conflict { first: 2, newly: vec![2, 4] });
        assert_eq!(add(&mut duplicates, 6, "A", "mask"), Verdict::Conflict { first: 2, newly: vec![] });
    }
}
