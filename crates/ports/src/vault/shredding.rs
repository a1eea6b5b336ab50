//! Erasing: sealed texts are taken out of documents, and then the keys of their days destroyed.
//!
//! The order makes it safe to stop anywhere and to begin again. Each commit that takes texts out also notes the days whose
//! keys sealed them, under `vault/spent/<day>`. When all documents are done, what else the keys of these days have sealed is
//! sealed anew under the key of today; then the keys are destroyed, and last the notes removed. A key that may still be in use
//! keeps its note for a later time: that of today, and that of yesterday, under which another process may have sealed just
//! before midnight what it commits just now.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Sealed, Vault, VaultError, sealed};
use crate::store::{Batch, Change, Document, Expect, Key, Record, Store, StoreError, Write};

/// Documents read at once.
const PAGE: usize = 500;
/// Documents written by one commit: each waits for the disk once.
const WRITES_PER_COMMIT: usize = 500;
/// Notes read: one a day, and no store lives that long.
const MAX_NOTES: usize = 100_000;

/// The note that a day's key has sealed something that was erased.
#[derive(Debug, Serialize, Deserialize)]
struct Spent {
    since: Date,
}

impl Record for Spent {
    const FORMAT: u32 = 1;
}

fn note_key(day: Date) -> Key {
    Key::of(["vault", "spent", &day.to_string()])
}

/// What a shredding has done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Shredded {
    /// Keys of days destroyed.
    pub keys_destroyed: usize,
    /// Documents that were sealed anew under another key, because they are to stay.
    pub documents_sealed_anew: usize,
    /// Keys that may still be in use, and are destroyed by a purge from the day after tomorrow on.
    pub keys_waiting: usize,
}

/// Erases sealed texts of documents.
pub struct Shredding<'v> {
    vault: &'v Vault,
    store: &'v dyn Store,
    batch: BTreeMap<Key, Write>,
    days: BTreeSet<Date>,
    /// Documents whose texts were erased, those still to be committed included.
    erased: usize,
}

impl std::fmt::Debug for Shredding<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shredding").field("erased", &self.erased).finish_non_exhaustive()
    }
}

impl<'v> Shredding<'v> {
    /// Begins.
    pub fn new(vault: &'v Vault, store: &'v dyn Store) -> Self {
        Self { vault, store, batch: BTreeMap::new(), days: BTreeSet::new(), erased: 0 }
    }

    /// Whether a document has sealed texts.
    pub fn concerns(document: &Document) -> bool {
        sealed::days(&document.body).next().is_some()
    }

    /// Takes the sealed texts out of a document. It keeps everything else, its due time too; its version is raised, and
    /// it must still stand at the one it was read at. Says whether there were any.
    ///
    /// # Errors
    /// When the store refuses, also because the document has changed meanwhile; what was committed before stays.
    pub fn erase(&mut self, document: &Document) -> Result<bool, VaultError> {
        let days: Vec<Date> = sealed::days(&document.body).collect();
        let today = self.vault.today();
        let body = sealed::replace(&document.body, |text| {
            Ok(text.erased_on().is_none().then(|| Sealed::erased(today)))
        })?;
        let Some(body) = body else { return Ok(false) };
        self.days.extend(days);
        let (key, due) = (document.key.clone(), document.due);
        let expect = Expect::Version(document.version);
        self.batch.insert(key.clone(), Write { key, expect, change: Change::Put { body, due } });
        self.erased += 1;
        if self.batch.len() >= WRITES_PER_COMMIT {
            self.commit()?;
        }
        Ok(true)
    }

    /// How many documents' texts were erased.
    pub fn erased(&self) -> usize {
        self.erased
    }

    /// Commits what was erased so far. Call it before anything is removed that would be needed to find these documents
    /// again.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn commit(&mut self) -> Result<(), VaultError> {
        let mut batch = Batch { writes: std::mem::take(&mut self.batch).into_values().collect() };
        if batch.is_empty() {
            return Ok(());
        }
        let since = self.vault.today();
        for day in std::mem::take(&mut self.days) {
            batch.put(note_key(day), Expect::Any, &Spent { since })?;
        }
        Ok(self.store.commit(batch)?)
    }

    /// Destroys the keys of what was erased, by this and by earlier runs.
    ///
    /// # Errors
    /// When the store or the disk refuses, or something that shall stay does not open; the keys are then still there, and
    /// it can be run again.
    pub fn finish(mut self) -> Result<Shredded, VaultError> {
        self.commit()?;
        let today = self.vault.today();
        let (mut old, mut waiting) = (BTreeSet::new(), 0);
        for note in self.store.scan(&Key::below(["vault", "spent"]), None, MAX_NOTES)? {
            match note.key.segments().nth(2).and_then(|day| day.parse::<Date>().ok()) {
                Some(day) if day.tomorrow().is_ok_and(|next| next < today) => {
                    old.insert(day);
                }
                _ => waiting += 1,
            }
        }
        if old.is_empty() {
            return Ok(Shredded { keys_waiting: waiting, ..Shredded::default() });
        }
        let sealed_anew = self.seal_anew(&old)?;
        for day in &old {
            self.vault.days.destroy(*day)?;
        }
        let mut batch = Batch::default();
        for day in &old {
            batch.delete(note_key(*day), Expect::Any);
        }
        self.store.commit(batch)?;
        Ok(Shredded { keys_destroyed: old.len(), documents_sealed_anew: sealed_anew, keys_waiting: waiting })
    }

    /// Seals under today's key what the keys of some days have sealed and what shall stay.
    fn seal_anew(&self, days: &BTreeSet<Date>) -> Result<usize, VaultError> {
        let everything = Key::of::<&str>([]);
        let (mut after, mut count) = (None, 0);
        loop {
            let page = self.store.scan(&everything, after.as_ref(), PAGE)?;
            let mut batch = Batch::default();
            for document in &page {
                let Some(body) = self.vault.renewed(document, |day| days.contains(&day))? else { continue };
                batch.writes.push(Write {
                    key: document.key.clone(),
                    expect: Expect::Version(document.version),
                    change: Change::Put { body, due: document.due },
                });
            }
            let changed = batch.len();
            match self.store.commit(batch) {
                Ok(()) => count += changed,
                // Another process has changed one of them: the page is read again.
                Err(StoreError::Conflict { .. }) => continue,
                Err(error) => return Err(error.into()),
            }
            match page.last() {
                Some(last) if page.len() == PAGE => after = Some(last.key.clone()),
                _ => return Ok(count),
            }
        }
    }
}
