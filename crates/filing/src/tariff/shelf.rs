//! The user's tables in the store.
//!
//! Each table that is loaded is one document `tariff/<number>`, written whole: it is there or it is not. A table is never
//! changed; a later one replaces its lines where code and first day are the same.

use std::sync::Arc;

use jiff::Timestamp;
use ports::store::{Batch, Expect, Key, Record, Store, StoreError};
use serde::{Deserialize, Serialize};

use super::Tariff;
use super::own::{OwnLine, TableId};

/// Tables read from the store at a time: each may be large.
const PAGE: usize = 4;

/// A table as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Table {
    #[serde(flatten)]
    head: TableHead,
    lines: Vec<OwnLine>,
}

/// Where a table is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableHead {
    /// Its number.
    pub id: TableId,
    /// The file as the user named it.
    pub file: String,
    /// The sheet; nothing for a text file.
    pub sheet: Option<String>,
    /// When it was loaded.
    pub at: Timestamp,
    /// Lines that it brought: those that were known already are not among them.
    pub count: usize,
}

impl Record for Table {
    const FORMAT: u32 = 1;
}

/// What a table's lines are to those already loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fresh {
    /// Lines that are new or say something else than before.
    pub lines: Vec<OwnLine>,
    /// How many of them are new.
    pub new: u64,
    /// How many replace a line with the same code and first day.
    pub changed: u64,
    /// How many lines were known already.
    pub unchanged: u64,
}

/// The tariff: the built-in tables and over them those of the user.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn load(store: &dyn Store) -> Result<Arc<Tariff>, StoreError> {
    let mut tariff = Tariff::builtin().clone();
    each(store, &mut |table| {
        for line in table.lines {
            tariff.own.add(line, table.head.id);
        }
    })?;
    Ok(Arc::new(tariff))
}

/// The tables that were loaded, the first one first.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn tables(store: &dyn Store) -> Result<Vec<TableHead>, StoreError> {
    let mut heads = Vec::new();
    each(store, &mut |table| heads.push(table.head))?;
    Ok(heads)
}

fn each(store: &dyn Store, visit: &mut dyn FnMut(Table)) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = store.scan(&Key::below(["tariff"]), after.as_ref(), PAGE)?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.key.clone());
        for document in page {
            visit(document.record()?);
        }
    }
}

/// Keeps lines as a new table, and returns its number.
///
/// # Errors
/// [`StoreError`] when the store cannot be written; then nothing of the table is kept.
pub fn keep(
    store: &dyn Store,
    file: &str,
    sheet: Option<&str>,
    lines: Vec<OwnLine>,
    at: Timestamp,
) -> Result<TableId, StoreError> {
    let last = tables(store)?.last().map_or(0, |head| head.id.0);
    let id = TableId(last.saturating_add(1));
    let head =
        TableHead { id, file: file.to_owned(), sheet: sheet.map(str::to_owned), at, count: lines.len() };
    let mut batch = Batch::default();
    batch.put(Key::of(["tariff", &format!("{:010}", id.0)]), Expect::Absent, &Table { head, lines })?;
    store.commit(batch)?;
    Ok(id)
}

impl Tariff {
    /// Sorts lines into those that change the user's tables and those that are in them already.
    pub fn fresh(&self, lines: &[OwnLine]) -> Fresh {
        let mut fresh = Fresh::default();
        for line in lines {
            match self.own.since(line.hs, line.since) {
                Some(known) if known == line => {
                    fresh.unchanged += 1;
                    continue;
                }
                Some(_) => fresh.changed += 1,
                None => fresh.new += 1,
            }
            fresh.lines.push(line.clone());
        }
        fresh
    }

    /// This tariff with a table laid over it that is not kept yet.
    #[must_use]
    pub fn with(&self, lines: &[OwnLine]) -> Self {
        let mut tariff = self.clone();
        let next = TableId(tariff.own.lines().map(|(_, table)| table.0).max().unwrap_or(0).saturating_add(1));
        for line in lines {
            tariff.own.add(line.clone(), next);
        }
        tariff
    }

    /// The user's lines in the order of code and first day, each with its table.
    pub fn own_lines(&self) -> Vec<(&OwnLine, TableId)> {
        let mut lines: Vec<_> = self.own.lines().collect();
        lines.sort_by_key(|(line, _)| (line.hs, line.since));
        lines
    }
}
