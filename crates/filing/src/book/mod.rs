//! The book of all filings, with their history.
//!
//! # How it lies in the store
//!
//! | key | document |
//! |---|---|
//! | `filing/<port>/<barcode>` | the versions of one filing, oldest first, each with the import and row it came from |
//! | `sold/<port>/<barcode>` | the price of the article in the last order that was declared |
//! | `import/<number>` | one import: its file, its time, and whether it is open, committed, abandoned or undone |
//!
//! A version counts only when its import is committed. So an import writes its rows in batches of bounded size while it is
//! open, and one last small write makes all of them count at once: however large the file, it is taken as a whole or not at
//! all, also under `kill -9`. Imports found open when the book is opened belong to a process that died: they are marked
//! abandoned, and what they left is dropped when its filing is next written.
//!
//! Undoing an import is one small write too: its record is marked undone, and from then on its versions are history and
//! count no more. What counts of a filing is its newest version that counts; so a filing that a later import has changed
//! again stays as that import left it.

mod entry;
pub mod faults;
mod history;
mod import;
mod index;
mod packed;
mod rehearsal;
mod sold;
mod undo;
mod writer;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use ports::store::{Batch, Expect, Key, Store, StoreError};

use self::entry::{Entry, Version};
pub use self::entry::{ImportId, ImportRecord, ImportState, Undoing};
pub use self::history::{FieldChange, Past};
pub use self::import::{Contradicted, Counts, OpenImport, Outcome};
pub use self::index::{Found, Index, Search};
pub use self::rehearsal::Rehearsal;
pub use self::sold::{Sold, SoldPrices};
pub use self::undo::{Kept, UndoError, Undone};
use crate::barcode::Barcode;
use crate::record::Filing;

/// Documents read from the store at a time while walking through the book: enough to be quick, little to hold.
const PAGE: usize = 1_000;

/// Which filings are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this port, by its name in the catalogue.
    pub port: Option<String>,
    /// With a commodity code that begins with these digits.
    pub hs_prefix: Option<String>,
}

/// The book. It may be shared between threads; one process has it open at a time, as the store sees to.
#[derive(Clone)]
pub struct Book {
    store: Arc<dyn Store>,
    states: Arc<Mutex<HashMap<ImportId, ImportState>>>,
}

impl Book {
    /// Opens the book in a store, and marks imports abandoned that a dead process has left open.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written.
    pub fn open(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let book = Self { store, states: Arc::default() };
        let mut after = None;
        loop {
            let page = book.store.scan(&ImportRecord::all(), after.as_ref(), PAGE)?;
            let Some(last) = page.last() else {
                return Ok(book);
            };
            after = Some(last.key.clone());
            for document in page {
                let mut record: ImportRecord = document.record()?;
                if record.state == ImportState::Open {
                    record.state = ImportState::Abandoned;
                    let mut batch = Batch::default();
                    batch.put(document.key, Expect::Version(document.version), &record)?;
                    book.store.commit(batch)?;
                }
                book.set_state(record.id, record.state);
            }
        }
    }

    /// The filing of an article at a port.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn get(&self, port: &str, barcode: &Barcode) -> Result<Option<Filing>, StoreError> {
        match self.store.get(&Entry::key(port, barcode))? {
            Some(document) => self.current(document.record()?),
            None => Ok(None),
        }
    }

    /// The filings of an article at every port.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn find_by_barcode(&self, barcode: &Barcode) -> Result<Vec<Filing>, StoreError> {
        let mut found = Vec::new();
        for port in self.ports()? {
            found.extend(self.get(&port, barcode)?);
        }
        Ok(found)
    }

    /// The ports that have filings. It skips from port to port and does not walk through the filings.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn ports(&self) -> Result<Vec<String>, StoreError> {
        let mut ports: Vec<String> = Vec::new();
        loop {
            let after = ports.last().map(|port| Entry::behind(port));
            let next = self.store.scan(&Entry::all(), after.as_ref(), 1)?;
            let Some(port) = next.first().and_then(|document| document.key.segments().nth(1)) else {
                return Ok(ports);
            };
            ports.push(port);
        }
    }

    /// Filings in the order of port and barcode, after the key `after`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn list(
        &self,
        filter: &Filter,
        after: Option<(&str, &Barcode)>,
        limit: usize,
    ) -> Result<Vec<Filing>, StoreError> {
        let mut found = Vec::new();
        if limit > 0 {
            self.walk(filter, after.map(|(port, barcode)| Entry::key(port, barcode)), &mut |filing| {
                found.push(filing);
                if found.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
        }
        Ok(found)
    }

    /// Shows every filing that is wanted to `visit`, one by one, in the order of port and barcode.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn each(
        &self,
        filter: &Filter,
        visit: &mut dyn FnMut(Filing) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.walk(filter, None, visit)
    }

    fn walk(
        &self,
        filter: &Filter,
        mut after: Option<Key>,
        visit: &mut dyn FnMut(Filing) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let prefix = match &filter.port {
            Some(port) => Entry::of_port(port),
            None => Entry::all(),
        };
        loop {
            let page = self.store.scan(&prefix, after.as_ref(), PAGE)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.key.clone());
            for document in page {
                let Some(filing) = self.current(document.record()?)? else {
                    continue;
                };
                let wanted =
                    filter.hs_prefix.as_ref().is_none_or(|hs| filing.hs_code.as_str().starts_with(hs));
                if wanted && visit(filing).is_break() {
                    return Ok(());
                }
            }
        }
    }

    /// One import.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn import(&self, id: ImportId) -> Result<Option<ImportRecord>, StoreError> {
        match self.store.get(&id.key())? {
            Some(document) => Ok(Some(document.record()?)),
            None => Ok(None),
        }
    }

    /// Every import, the first one first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn imports(&self) -> Result<Vec<ImportRecord>, StoreError> {
        let mut imports = Vec::new();
        let mut after = None;
        loop {
            let page = self.store.scan(&ImportRecord::all(), after.as_ref(), PAGE)?;
            let Some(last) = page.last() else {
                return Ok(imports);
            };
            after = Some(last.key.clone());
            for document in page {
                imports.push(document.record()?);
            }
        }
    }

    /// The version that counts: the newest one of a committed import.
    fn current(&self, entry: Entry) -> Result<Option<Filing>, StoreError> {
        Ok(self.current_version(entry)?.map(|version| version.filing))
    }

    fn current_version(&self, mut entry: Entry) -> Result<Option<Version>, StoreError> {
        while let Some(version) = entry.versions.pop() {
            if self.counts(version.import)? {
                return Ok(Some(version));
            }
        }
        Ok(None)
    }

    fn counts(&self, id: ImportId) -> Result<bool, StoreError> {
        Ok(self.state(id)? == ImportState::Committed)
    }

    fn state(&self, id: ImportId) -> Result<ImportState, StoreError> {
        let known = self.states.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
        if let Some(state) = known {
            return Ok(state);
        }
        // Written by another handle since this one was opened. One still open is asked for again next time.
        let state = self.import(id)?.map_or(ImportState::Abandoned, |record| record.state);
        if state != ImportState::Open {
            self.set_state(id, state);
        }
        Ok(state)
    }

    /// Whether this import is the newest and the only one under way.
    fn is_alone(&self, own: ImportId) -> bool {
        let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        states.iter().all(|(id, state)| *id == own || (*id < own && *state != ImportState::Open))
    }

    fn set_state(&self, id: ImportId, state: ImportState) {
        self.states.lock().unwrap_or_else(PoisonError::into_inner).insert(id, state);
    }
}
