//! `declare purge`: personal data is erased when its retention time is over; the ledger stays.
//!
//! What is erased, of orders that ended before the limit:
//!
//! - the platform's bundle and customs' receipts in the store: their sealed texts are replaced by a mark and the keys they
//!   were sealed under destroyed ([`ports::vault`] tells how), so that old copies in the store's log do not open either;
//! - the messages in the archive, once all their orders have ended: the files are removed, and the
//!   ledger is told, so that nobody takes them for lost;
//! - what counted towards buyers' years that are over;
//! - copies of receipts in the folder gateway's archive that are older than the limit: the store has them.
//!
//! What stays: which order was declared when and in which message, its numbers, hashes, tax and states. An order that is
//! under way loses nothing, however old it is. What was handed over to others, customs' client first of all, is out of reach.
//!
//! A purge may be stopped anywhere: whatever is marked is finished by the next one, and what is done is not done again.

mod archive;
mod records;
mod standing;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ports::archive::{Archive, ArchiveError};
use ports::store::{Batch, Document, Expect, Key, Store, StoreError};
use ports::vault::{Shredded, Shredding, Vault, VaultError};
use serde::Serialize;

pub use archive::purged_message;
pub use standing::{Cases, Standing, Standings};

use records::{Bundle, Receipt};
use standing::Verdicts;

/// Documents read at once.
const PAGE: usize = 1_000;

/// What is to be purged.
pub struct Purge<'p> {
    /// The store.
    pub store: &'p dyn Store,
    /// The vault; nothing when nothing was ever sealed.
    pub vault: Option<&'p Vault>,
    /// Who knows where an order stands.
    pub standings: &'p dyn Standings,
    /// The archive of messages.
    pub archive: &'p dyn Archive,
    /// The folder gateway's archive of receipts.
    pub receipts: Option<&'p Path>,
    /// Orders that ended before this moment.
    pub before: Timestamp,
    /// The present moment.
    pub now: Timestamp,
    /// Only count.
    pub dry_run: bool,
}

/// What was purged, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Purged {
    /// Declared orders that ended before the limit, those of earlier purges included.
    pub orders: u64,
    /// Declared orders that are under way or ended later.
    pub orders_kept: u64,
    /// Bundles erased.
    pub bundles: u64,
    /// Receipts erased.
    pub receipts: u64,
    /// Messages removed from the archive.
    pub messages: u64,
    /// Messages that stay, because of an order that does.
    pub messages_kept: u64,
    /// Purchases of years that are over.
    pub purchases: u64,
    /// Copies of receipts removed from the gateway's archive.
    pub receipt_copies: u64,
    /// The keys.
    #[serde(flatten)]
    pub keys: Shredded,
}

/// Why a purge could not finish; it can be run again.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A file.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl From<ArchiveError> for PurgeError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Io { path, source } => Self::Io { path, source },
            ArchiveError::Store(error) => Self::Store(error),
        }
    }
}

impl std::fmt::Debug for Purge<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Purge")
            .field("before", &self.before)
            .field("dry_run", &self.dry_run)
            .finish_non_exhaustive()
    }
}

impl Purge<'_> {
    /// Purges.
    ///
    /// # Errors
    /// [`PurgeError`] when the store, a key or a file cannot be used. What was done until then is done.
    pub fn run(&self) -> Result<Purged, PurgeError> {
        let mut purged = Purged::default();
        let verdicts = Verdicts::read(self, &mut purged)?;
        let mut shredding = self.vault.map(|vault| Shredding::new(vault, self.store));
        self.bundles(&verdicts, shredding.as_mut(), &mut purged)?;
        self.receipts(&verdicts, shredding.as_mut(), &mut purged)?;
        if let Some(shredding) = &mut shredding {
            shredding.commit()?;
        }
        self.purchases(&mut purged)?;
        archive::messages(self, &verdicts, &mut purged)?;
        archive::receipt_copies(self, &mut purged)?;
        if let Some(shredding) = shredding.filter(|_| !self.dry_run) {
            purged.keys = shredding.finish()?;
        }
        Ok(purged)
    }

    fn bundles(
        &self,
        verdicts: &Verdicts,
        mut shredding: Option<&mut Shredding<'_>>,
        purged: &mut Purged,
    ) -> Result<(), PurgeError> {
        self.each(&Key::below(["bundle"]), |document| {
            let Some(order_no) = document.key.segments().nth(1) else { return Ok(()) };
            if !Shredding::concerns(document) {
                return Ok(());
            }
            let bundle: Bundle = document.record()?;
            if verdicts.is_past(self, &order_no, bundle.at)? {
                self.erase(document, shredding.as_deref_mut())?;
                purged.bundles += 1;
            }
            Ok(())
        })
    }

    fn receipts(
        &self,
        verdicts: &Verdicts,
        mut shredding: Option<&mut Shredding<'_>>,
        purged: &mut Purged,
    ) -> Result<(), PurgeError> {
        self.each(&Key::below(["receipt"]), |document| {
            if !Shredding::concerns(document) {
                return Ok(());
            }
            let receipt: Receipt = document.record()?;
            let mut past = receipt.received_at < self.before;
            for order_no in &receipt.orders {
                past = past && verdicts.is_past(self, order_no, receipt.received_at)?;
            }
            // What is still due is not folded into its orders yet.
            if past && document.due.is_none() {
                self.erase(document, shredding.as_deref_mut())?;
                purged.receipts += 1;
            }
            Ok(())
        })
    }

    fn erase(&self, document: &Document, shredding: Option<&mut Shredding<'_>>) -> Result<(), PurgeError> {
        if let Some(shredding) = shredding.filter(|_| !self.dry_run) {
            shredding.erase(document)?;
        }
        Ok(())
    }

    /// Purchases, `buyer/<hash>/<year>/<order number>`, only serve a forecast within their year.
    fn purchases(&self, purged: &mut Purged) -> Result<(), PurgeError> {
        let year = self.before.to_zoned(ports::clock::beijing()).year();
        let mut batch = Batch::default();
        self.each(&Key::below(["buyer"]), |document| {
            let of = document.key.segments().nth(2).and_then(|year| year.parse::<i16>().ok());
            if of.is_some_and(|of| of < year) {
                purged.purchases += 1;
                batch.delete(document.key.clone(), Expect::Any);
            }
            if batch.len() >= PAGE && !self.dry_run {
                self.store.commit(std::mem::take(&mut batch))?;
            }
            Ok(())
        })?;
        if !self.dry_run {
            self.store.commit(batch)?;
        }
        Ok(())
    }

    /// Calls `f` with each document of a branch.
    fn each(
        &self,
        branch: &Key,
        mut f: impl FnMut(&Document) -> Result<(), PurgeError>,
    ) -> Result<(), PurgeError> {
        let mut after: Option<Key> = None;
        loop {
            let page = self.store.scan(branch, after.as_ref(), PAGE)?;
            page.iter().try_for_each(&mut f)?;
            match page.last() {
                Some(last) if page.len() == PAGE => after = Some(last.key.clone()),
                _ => return Ok(()),
            }
        }
    }
}
