//! One import into the book, from its first row to the write that makes it count.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use ports::store::{Batch, Expect, Key, StoreError};
use serde::Serialize;

use super::Book;
use super::entry::{Entry, ImportId, ImportRecord, ImportState, Version};
use super::writer::Writer;
use crate::barcode::Barcode;
use crate::columns::Field;
use crate::record::Filing;

/// Filings written to the store at a time: enough that waiting for the disk does not matter, and some 2 MB to hold.
const BATCH_FILINGS: usize = 2_000;

/// Bytes of text written at a time, for sheets with long ones: ten times what ordinary filings have.
const BATCH_BYTES: usize = 8 << 20;

/// Attempts to get the next import number when others take one at the same moment.
const NUMBER_ATTEMPTS: u32 = 16;

/// What a row does to the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The key was not in the book.
    New,
    /// The key was there with other content.
    Changed {
        /// What customs holds against declarations, and was otherwise before.
        contradicted: Vec<Contradicted>,
    },
    /// The book has exactly this already; nothing is written.
    Unchanged,
}

/// A value of the book that a row contradicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradicted {
    /// Of which field.
    pub field: Field,
    /// What the book has.
    pub known: String,
    /// What the row has; nothing when it says nothing.
    pub given: Option<String>,
}

impl Contradicted {
    /// All of them between a filing of the book and the one that replaces it.
    pub(crate) fn all(present: &Filing, filing: &Filing) -> Vec<Self> {
        let contradicted = filing.contradictions(present).into_iter();
        contradicted.map(|(field, known)| Self { field, known, given: filing.cell(field) }).collect()
    }
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Filings that were not in the book.
    pub new: u64,
    /// Filings that were there with other content.
    pub changed: u64,
    /// Filings that the book had already, repeated rows of the file among them.
    pub unchanged: u64,
}

/// What is to stand under a key, and what must stand there until then.
struct Waiting {
    expect: Expect,
    entry: Entry,
}

/// An import that is under way. Dropped without [`OpenImport::commit`] nothing of it counts.
pub struct OpenImport {
    book: Book,
    record: ImportRecord,
    /// The version of the import's document; nothing while nothing was written, which stays so when nothing has changed.
    begun: Option<u64>,
    waiting: BTreeMap<Key, Waiting>,
    /// About how many bytes of text wait.
    waiting_bytes: usize,
    /// Fields that the sheet has no column for: filings keep what they have.
    absent: Vec<Field>,
    /// Writes the batch before; started with the first batch.
    writer: Option<Writer>,
    /// Whether the book held nothing when the import began, so that no row needs to be looked up.
    into_empty: bool,
    counts: Counts,
}

impl Book {
    /// Begins an import of a file. Nothing is written until a filing changes.
    pub fn begin(&self, file: &str, sheet: Option<&str>, at: Timestamp) -> OpenImport {
        let record = ImportRecord {
            id: ImportId(0),
            state: ImportState::Open,
            file: file.to_owned(),
            sheet: sheet.map(str::to_owned),
            at,
            new: 0,
            changed: 0,
            unchanged: 0,
            rows: 0,
            refused: 0,
            undone: None,
        };
        OpenImport {
            book: self.clone(),
            record,
            begun: None,
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            absent: Vec::new(),
            writer: None,
            into_empty: false,
            counts: Counts::default(),
        }
    }

    /// The number of the newest import; 0 when there was none.
    pub(super) fn newest_number(&self) -> Result<u32, StoreError> {
        let mut last = None;
        loop {
            let page = self.store.scan(&ImportRecord::all(), last.as_ref(), super::PAGE)?;
            match page.into_iter().last() {
                Some(document) => last = Some(document.key),
                None => break,
            }
        }
        let last = last.and_then(|key| key.segments().nth(1)).and_then(|number| number.parse().ok());
        Ok(last.unwrap_or(0))
    }
}

impl OpenImport {
    /// Names the fields that the sheet has no column for: a filing that is in the book keeps its values of these.
    #[must_use]
    pub fn leaving(mut self, absent: Vec<Field>) -> Self {
        self.absent = absent;
        self
    }

    /// Adds a row's filing. A file gives each key once.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written; the import is lost then.
    pub fn put(&mut self, row: u32, filing: Filing) -> Result<Outcome, StoreError> {
        let key = Entry::key(&filing.port, &filing.barcode);
        let Waiting { expect, mut entry } = match self.waiting.remove(&key) {
            Some(waiting) => waiting,
            // Should another import or a repeated key get in between after all, the store refuses the batch.
            None if self.into_empty => Waiting { expect: Expect::Absent, entry: Entry::default() },
            None => self.load(&key)?,
        };
        let (outcome, filing) = match self.seen(&entry)? {
            None => (Outcome::New, filing),
            Some(present) => {
                let filing = filing.completed(&self.absent, present);
                let outcome = if *present == filing {
                    Outcome::Unchanged
                } else {
                    Outcome::Changed { contradicted: Contradicted::all(present, &filing) }
                };
                (outcome, filing)
            }
        };
        match outcome {
            Outcome::Unchanged => {
                self.counts.unchanged += 1;
                return Ok(outcome);
            }
            Outcome::New => self.counts.new += 1,
            Outcome::Changed { .. } => self.counts.changed += 1,
        }
        self.begin()?;
        self.waiting_bytes += filing.text_bytes();
        entry.versions.push(Version { import: self.record.id, row, filing });
        self.waiting.insert(key, Waiting { expect, entry });
        if self.waiting.len() >= BATCH_FILINGS || self.waiting_bytes >= BATCH_BYTES {
            self.flush()?;
        }
        Ok(outcome)
    }

    /// Takes a row's filing back, after a later row of the same file has contradicted it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written; the import is lost then.
    pub fn retract(&mut self, port: &str, barcode: &Barcode) -> Result<(), StoreError> {
        let key = Entry::key(port, barcode);
        self.settle()?;
        let Waiting { expect, mut entry } = self.load(&key)?;
        let own = self.begun.and(entry.versions.pop_if(|version| version.import == self.record.id));
        match (own, self.seen(&entry)?) {
            (None, _) => {
                self.counts.unchanged = self.counts.unchanged.saturating_sub(1);
                return Ok(());
            }
            (Some(_), None) => self.counts.new = self.counts.new.saturating_sub(1),
            (Some(_), Some(_)) => self.counts.changed = self.counts.changed.saturating_sub(1),
        }
        self.waiting.insert(key, Waiting { expect, entry });
        if self.waiting.len() >= BATCH_FILINGS {
            self.flush()?;
        }
        Ok(())
    }

    /// What the import sees under a key: its own filing, or the one that counts. Versions that were undone are history,
    /// and those of another import that is open may yet be given up.
    fn seen<'e>(&self, entry: &'e Entry) -> Result<Option<&'e Filing>, StoreError> {
        let own = self.begun.map(|_| self.record.id);
        for version in entry.versions.iter().rev() {
            if Some(version.import) == own || self.book.counts(version.import)? {
                return Ok(Some(&version.filing));
            }
        }
        Ok(None)
    }

    /// Notes how many rows the file has and how many of them were refused, for the list of imports.
    pub fn note_rows(&mut self, rows: u64, refused: u64) {
        self.record.rows = rows;
        self.record.refused = refused;
    }

    /// Its number; nothing as long as no filing has changed, and for ever when none does.
    pub fn id(&self) -> Option<ImportId> {
        self.begun.map(|_| self.record.id)
    }

    /// Makes every row count at once, and tells what was done.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written; then nothing of the import counts.
    pub fn commit(mut self) -> Result<Counts, StoreError> {
        self.flush()?;
        self.settle()?;
        self.record.new = self.counts.new;
        self.record.changed = self.counts.changed;
        self.record.unchanged = self.counts.unchanged;
        self.finish(ImportState::Committed)?;
        Ok(self.counts)
    }

    /// Gives the import up: nothing of it counts.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written; nothing of the import counts then either.
    pub fn abandon(mut self) -> Result<(), StoreError> {
        self.finish(ImportState::Abandoned)
    }

    fn finish(&mut self, state: ImportState) -> Result<(), StoreError> {
        // What fails while an import is given up is given up too.
        let _ = self.settle();
        let Some(version) = self.begun else {
            return Ok(());
        };
        self.record.state = state;
        let mut batch = Batch::default();
        batch.put(self.record.id.key(), Expect::Version(version), &self.record)?;
        self.book.store.commit(batch)?;
        self.book.set_state(self.record.id, state);
        Ok(())
    }

    /// The versions under a key as this import sees them: its own and those that count. Left-overs of abandoned imports
    /// are dropped here.
    fn load(&mut self, key: &Key) -> Result<Waiting, StoreError> {
        if let Some(waiting) = self.waiting.remove(key) {
            return Ok(waiting);
        }
        let Some(document) = self.book.store.get(key)? else {
            return Ok(Waiting { expect: Expect::Absent, entry: Entry::default() });
        };
        let mut entry: Entry = document.record()?;
        let own = self.begun.map(|_| self.record.id);
        let mut kept = Vec::with_capacity(entry.versions.len() + 1);
        for version in entry.versions.drain(..) {
            // Another import that is open now keeps its versions; the store's versions decide who comes first.
            if Some(version.import) == own || self.book.state(version.import)? != ImportState::Abandoned {
                kept.push(version);
            }
        }
        Ok(Waiting { expect: Expect::Version(document.version), entry: Entry { versions: kept } })
    }

    /// Takes a number and writes the import's document, once.
    fn begin(&mut self) -> Result<(), StoreError> {
        if self.begun.is_some() {
            return Ok(());
        }
        let mut attempt = 1;
        loop {
            self.record.id = ImportId(self.book.newest_number()?.saturating_add(1));
            let mut batch = Batch::default();
            batch.put(self.record.id.key(), Expect::Absent, &self.record)?;
            match self.book.store.commit(batch) {
                Ok(()) => break,
                Err(StoreError::Conflict { .. }) if attempt < NUMBER_ATTEMPTS => attempt += 1,
                Err(error) => return Err(error),
            }
        }
        self.begun = Some(1);
        self.book.set_state(self.record.id, ImportState::Open);
        self.into_empty = self.book.store.scan(&Entry::all(), None, 1)?.is_empty();
        Ok(())
    }

    /// Hands what waits to a thread that writes it, once the batch before is on disk. Nobody sees any of it before the
    /// import is committed, and that waits for the last batch.
    fn flush(&mut self) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        for (key, Waiting { expect, entry }) in std::mem::take(&mut self.waiting) {
            match (entry.versions.is_empty(), expect) {
                (true, Expect::Absent) => {}
                (true, expect) => batch.delete(key, expect),
                (false, expect) => batch.put(key, expect, &entry)?,
            }
        }
        self.waiting_bytes = 0;
        if batch.is_empty() {
            return self.settle();
        }
        self.into_empty = self.into_empty && self.book.is_alone(self.record.id);
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => self.writer.insert(Writer::start(Arc::clone(&self.book.store))?),
        };
        writer.write(batch)
    }

    /// Waits until the batch under way is on disk.
    fn settle(&mut self) -> Result<(), StoreError> {
        self.writer.as_mut().map_or(Ok(()), Writer::settle)
    }
}

impl Drop for OpenImport {
    /// An import that was not committed is marked abandoned at once, so that its left-overs may be dropped. Should that
    /// fail, the next opening of the book does it.
    fn drop(&mut self) {
        if self.begun.is_some() && self.record.state == ImportState::Open {
            let _ = self.finish(ImportState::Abandoned);
        }
    }
}
