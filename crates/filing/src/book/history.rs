//! What became of a filing through time.

use ports::store::StoreError;
use serde::Serialize;

use super::entry::{Entry, Version};
use super::{Book, ImportRecord, ImportState};
use crate::barcode::Barcode;
use crate::columns::{COLUMNS, Field};
use crate::record::Filing;

/// A version that counts or counted once, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// What was filed.
    pub filing: Filing,
    /// The row of the file.
    pub row: u32,
    /// The import, with its file, sheet and time, and whether it was undone since.
    pub import: ImportRecord,
    /// Whether it is the one that counts today.
    pub current: bool,
    /// What it changed: the fields that differ from the version that counted when it was made. For the first version
    /// these are all fields that are given.
    pub changes: Vec<FieldChange>,
}

/// A field that a version changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The field, by its name in JSON.
    pub field: &'static str,
    /// Its header in the template.
    pub header: &'static str,
    /// What stood there, as a sheet shows it; nothing when it was not given.
    pub old: Option<String>,
    /// What stands there now; nothing when it is not given any more.
    pub new: Option<String>,
}

impl Book {
    /// Every version of a filing that counts or ever counted, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn history(&self, port: &str, barcode: &Barcode) -> Result<Vec<Past>, StoreError> {
        let Some(document) = self.store.get(&Entry::key(port, barcode))? else {
            return Ok(Vec::new());
        };
        let mut history: Vec<Past> = Vec::new();
        for Version { import, row, filing } in document.record::<Entry>()?.versions {
            let Some(import) = self.import(import)? else { continue };
            if !matches!(import.state, ImportState::Committed | ImportState::Undone) {
                continue;
            }
            let before = history.iter().rev().find(|past| past.counted_before(&import));
            let changes = changes(before.map(|past| &past.filing), &filing);
            history.push(Past { filing, row, import, current: false, changes });
        }
        if let Some(past) = history.iter_mut().rev().find(|past| past.import.state == ImportState::Committed)
        {
            past.current = true;
        }
        Ok(history)
    }

    /// The version that counts, with the row and the import it came from.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn origin(&self, port: &str, barcode: &Barcode) -> Result<Option<(u32, ImportRecord)>, StoreError> {
        let Some(document) = self.store.get(&Entry::key(port, barcode))? else {
            return Ok(None);
        };
        match self.current_version(document.record()?)? {
            Some(version) => Ok(self.import(version.import)?.map(|import| (version.row, import))),
            None => Ok(None),
        }
    }
}

impl Past {
    /// Whether it still counted when a later import was made.
    fn counted_before(&self, later: &ImportRecord) -> bool {
        self.import.undone.as_ref().is_none_or(|undone| later.id <= undone.newest)
    }
}

fn changes(before: Option<&Filing>, after: &Filing) -> Vec<FieldChange> {
    /// The key never changes: it names the history.
    const KEY: [Field; 2] = [Field::Port, Field::Barcode];
    let fields = COLUMNS.iter().filter(|column| !KEY.contains(&column.field));
    fields
        .filter_map(|column| {
            let old = before.and_then(|filing| filing.cell(column.field));
            let new = after.cell(column.field);
            (old != new).then(|| FieldChange { field: column.key, header: column.header(), old, new })
        })
        .collect()
}
