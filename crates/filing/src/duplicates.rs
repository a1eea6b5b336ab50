//! The same key twice in one file.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

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

#[derive(Debug, Clone, Copy)]
struct First {
    content: u64,
    row: u32,
    conflicting: bool,
}

/// Remembers the keys of a file by their hashes: 50 MB for a million rows.
///
/// Hashes have 64 bits under a key drawn anew for each file, so that nobody can prepare two keys that collide. In a file of
/// a million rows two keys collide by chance once in thirty million files; the later row would then be refused, never lost
/// in silence.
#[derive(Default)]
pub struct Duplicates {
    hasher: RandomState,
    keys: HashMap<u64, First>,
    /// Rows that repeat an earlier one, by the key's hash. Few files have any.
    repeats: HashMap<u64, Vec<u32>>,
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
        let Some(first) = self.keys.get_mut(&hash) else {
            self.keys.insert(hash, First { content, row, conflicting: false });
            return Verdict::First;
        };
        let (first_row, same) = (first.row, first.content == content);
        if first.conflicting {
            return Verdict::Conflict { first: first_row, newly: Vec::new() };
        }
        if same {
            self.repeats.entry(hash).or_default().push(row);
            return Verdict::Same { first: first_row };
        }
        first.conflicting = true;
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
        let raw = Row { number: row, cells: vec![Some(Cell::Text(name.into()))] };
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
