//! Undoing an import.

use jiff::Timestamp;
use ports::fault::Fault;
use ports::store::{Batch, Expect, StoreError};

use super::entry::{Entry, ImportId, ImportRecord, ImportState, Undoing};
use super::{Book, PAGE, faults};

/// What undoing an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// The import, undone.
    pub import: ImportRecord,
    /// How many filings it concerned; those of the first time when it had been undone before.
    pub doing: Undoing,
    /// It had been undone before: nothing was done now.
    pub already: bool,
    /// The filings that a later import has changed again and that stay; empty when it had been undone before.
    pub kept: Vec<Kept>,
}

/// A filing that stays because a later import has changed it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its port.
    pub port: String,
    /// Its barcode.
    pub barcode: String,
    /// The later import, whose version counts.
    pub import: ImportId,
}

impl Kept {
    /// The warning about it.
    pub fn fault(&self) -> Fault {
        let place = ports::fault::Place {
            path: Some(format!("{}/{}", self.port, self.barcode)),
            ..Default::default()
        };
        faults::UNDO_KEPT.at(place).with("later", self.import)
    }
}

/// Why an import cannot be undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// There is no such import.
    #[error("there is no import {0}")]
    Unknown(ImportId),
    /// It was given up or broke off: its rows never counted.
    #[error("import {0} was never completed")]
    NeverCounted(ImportId),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Book {
    /// Undoes an import: none of its versions counts from now on. A filing goes back to the newest version that still
    /// counts, or leaves the book when there is none. A filing that a later import has changed again stays as it is, and is
    /// told. A later import that found a filing unchanged has written nothing, so that this filing goes back too.
    ///
    /// One write does it, so that it happens as a whole or not at all; doing it again changes nothing. The import stays in
    /// the list of imports and in the history of its filings, with the time of its undoing. To take it back, import the file
    /// again.
    ///
    /// `progress` is told now and then how many filings were looked at.
    ///
    /// # Errors
    /// [`UndoError`] when there is no such import, it never counted, or the store fails; nothing is undone then.
    pub fn undo(
        &self,
        id: ImportId,
        at: Timestamp,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Undone, UndoError> {
        let document = self.store.get(&id.key())?.ok_or(UndoError::Unknown(id))?;
        let undone = self.rehearse_undo(id, at, progress)?;
        if undone.already {
            return Ok(undone);
        }
        let Undone { mut import, doing, kept, .. } = undone;
        import.state = ImportState::Undone;
        import.undone = Some(doing.clone());
        let mut batch = Batch::default();
        batch.put(document.key, Expect::Version(document.version), &import)?;
        self.store.commit(batch)?;
        self.set_state(id, ImportState::Undone);
        Ok(Undone { import, doing, already: false, kept })
    }

    /// What [`Book::undo`] would do, without doing it.
    ///
    /// # Errors
    /// [`UndoError`] when there is no such import, it never counted, or the store fails.
    pub fn rehearse_undo(
        &self,
        id: ImportId,
        at: Timestamp,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Undone, UndoError> {
        let import = self.import(id)?.ok_or(UndoError::Unknown(id))?;
        match (import.state, import.undone.clone()) {
            (ImportState::Committed, _) => {}
            (ImportState::Undone, Some(doing)) => {
                return Ok(Undone { import, doing, already: true, kept: Vec::new() });
            }
            _ => return Err(UndoError::NeverCounted(id)),
        }
        let mut doing =
            Undoing { at, newest: ImportId(self.newest_number()?), removed: 0, restored: 0, kept: 0 };
        let kept = self.weigh(id, &mut doing, progress)?;
        Ok(Undone { import, doing, already: false, kept })
    }

    /// What undoing an import would do to each filing it touched.
    fn weigh(
        &self,
        id: ImportId,
        doing: &mut Undoing,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Vec<Kept>, StoreError> {
        let mut kept = Vec::new();
        let mut after = None;
        let mut seen = 0;
        loop {
            let page = self.store.scan(&Entry::all(), after.as_ref(), PAGE)?;
            let Some(last) = page.last() else {
                return Ok(kept);
            };
            after = Some(last.key.clone());
            seen += u64::try_from(page.len()).unwrap_or(u64::MAX);
            for document in page {
                let mut counting = Vec::new();
                for version in document.record::<Entry>()?.versions {
                    if self.counts(version.import)? {
                        counting.push(version.import);
                    }
                }
                match counting.iter().position(|import| *import == id) {
                    None => {}
                    Some(place) if place + 1 < counting.len() => {
                        doing.kept += 1;
                        let mut segments = document.key.segments().skip(1);
                        let (port, barcode) = (segments.next(), segments.next());
                        kept.extend(counting.last().map(|import| Kept {
                            port: port.unwrap_or_default(),
                            barcode: barcode.unwrap_or_default(),
                            import: *import,
                        }));
                    }
                    Some(0) => doing.removed += 1,
                    Some(_) => doing.restored += 1,
                }
            }
            progress(seen);
        }
    }
}
