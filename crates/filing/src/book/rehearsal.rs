//! What an import would do to the book, found out without writing anything.

use std::collections::HashMap;

use ports::store::StoreError;

use super::{Book, Counts, Outcome};
use crate::barcode::Barcode;
use crate::columns::Field;
use crate::record::Filing;

/// An import that is only rehearsed. It counts as [`super::OpenImport`] does.
pub struct Rehearsal<'b> {
    book: &'b Book,
    absent: Vec<Field>,
    /// What each good row does; asked again only for the few rows that a later one contradicts.
    outcomes: HashMap<(String, Barcode), Outcome>,
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
        let outcome = match self.book.get(&key.0, &key.1)? {
            None => Outcome::New,
            Some(present) if filing.completed(&self.absent, &present) == present => Outcome::Unchanged,
            Some(_) => Outcome::Changed,
        };
        *self.count(outcome) += 1;
        self.outcomes.insert(key, outcome);
        Ok(outcome)
    }

    /// Takes a row's filing back, after a later row of the same file has contradicted it.
    pub fn retract(&mut self, port: String, barcode: Barcode) {
        if let Some(outcome) = self.outcomes.remove(&(port, barcode)) {
            let count = self.count(outcome);
            *count = count.saturating_sub(1);
        }
    }

    /// What the import would do.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    fn count(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::New => &mut self.counts.new,
            Outcome::Changed => &mut self.counts.changed,
            Outcome::Unchanged => &mut self.counts.unchanged,
        }
    }
}
