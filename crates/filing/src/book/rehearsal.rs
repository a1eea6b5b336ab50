//! What an import would do to the book, found out without writing anything.

use std::collections::HashMap;

use ports::store::StoreError;

use super::{Book, Contradicted, Counts, Outcome};
use crate::barcode::Barcode;
use crate::columns::Field;
use crate::record::Filing;

/// What a row does to the book.
#[derive(Debug, Clone, Copy)]
enum Does {
    Add,
    Change,
    Nothing,
}

/// An import that is only rehearsed. It counts as [`super::OpenImport`] does.
pub struct Rehearsal<'b> {
    book: &'b Book,
    absent: Vec<Field>,
    /// What each good row does; asked again only for the few rows that a later one contradicts.
    outcomes: HashMap<(String, Barcode), Does>,
    counts: Counts,
}

impl Book {
    /// Begins a rehearsal.
    pub fn rehearse(&self) -> Rehearsal<'_> {
        Rehearsal { book: self, absent: Vec::new(), outcomes: HashMap::new(), counts: Counts::default() }
    }
}

impl Rehearsal<'_> {
    /// Names the fields that the sheet has no column for, as [`super::OpenImport::leaving`] does.
    pub fn leave(&mut self, absent: Vec<Field>) {
        self.absent = absent;
    }

    /// Adds a row's filing. A file gives each key once.
    ///
    /// # Errors
    /// [`StoreError`] when the book cannot be read.
    pub fn put(&mut self, filing: Filing) -> Result<Outcome, StoreError> {
        let key = (filing.port.clone(), filing.barcode.clone());
        let (does, outcome) = match self.book.get(&key.0, &key.1)? {
            None => (Does::Add, Outcome::New),
            Some(present) => {
                let filing = filing.completed(&self.absent, &present);
                if filing == present {
                    (Does::Nothing, Outcome::Unchanged)
                } else {
                    let contradicted = Contradicted::all(&present, &filing);
                    (Does::Change, Outcome::Changed { contradicted })
                }
            }
        };
        *self.count(does) += 1;
        self.outcomes.insert(key, does);
        Ok(outcome)
    }

    /// Takes a row's filing back, after a later row of the same file has contradicted it.
    pub fn retract(&mut self, port: String, barcode: Barcode) {
        if let Some(does) = self.outcomes.remove(&(port, barcode)) {
            let count = self.count(does);
            *count = count.saturating_sub(1);
        }
    }

    /// What the import would do.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    fn count(&mut self, does: Does) -> &mut u64 {
        match does {
            Does::Add => &mut self.counts.new,
            Does::Change => &mut self.counts.changed,
            Does::Nothing => &mut self.counts.unchanged,
        }
    }
}
