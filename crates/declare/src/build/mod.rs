//! `declare build`: orders in, messages out, without a network.
//!
//! Lines are read one by one, prepared on all cores, and taken up again in their order. Up to a hundred orders make a batch:
//! one message of each kind. A batch is sealed (built, held against its schema, kept in the archive), then recorded in
//! the ledger in one commit, and only then put into the folder. A run that is cut off anywhere is simply run again: what the
//! ledger knows is put into the folder once more under the same numbers, byte for byte, and the rest is declared.
//!
//! At any moment only a bounded number of lines and batches is in memory, and sixteen bytes of each declared order, by
//! which a repeated one is known.

pub(crate) mod assess;
mod commit;
pub mod faults;
mod jobs;
pub(crate) mod ledger;
pub(crate) mod outbox;
pub(crate) mod prepare;
mod publish;
mod run;
pub(crate) mod seal;
#[cfg(test)]
mod tests;
pub(crate) mod year;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use ports::archive::ArchiveError;
use ports::fault::Fault;
use ports::money::Yuan;
use ports::store::StoreError;

use crate::documents::Guid;
use crate::keeping::Keeping;
use crate::messages::schema::{SchemaDefect, Strictness};
use crate::messages::signature::{SignFault, Signer};
use crate::messages::{MAX_DOCUMENTS, MessageKind, Transmitter};
use crate::setting::Setting;

pub use assess::{StoredLine, StoredTax};
pub use prepare::Filings;
pub use run::build;

/// What a run is asked to do.
#[derive(Debug)]
pub struct Plan<'c> {
    /// What orders are judged by.
    pub setting: Setting<'c>,
    /// Which documents are wanted.
    pub kinds: Vec<MessageKind>,
    /// How many documents a message may hold, 1 to [`MAX_DOCUMENTS`].
    pub batch: usize,
    /// Who signs the messages; without a signature inventories are only saved.
    pub signer: Option<Arc<dyn Signer>>,
    /// How messages are held against their schemas.
    pub gate: Strictness,
    /// Where messages are kept.
    pub keeping: Keeping,
    /// Where the messages go.
    pub out: PathBuf,
}

impl Plan<'_> {
    pub(crate) fn transmitter(&self) -> Transmitter<'_> {
        let transfer = self.setting.declaring.transfer;
        Transmitter {
            code: transfer.code.as_str(),
            name: transfer.name.as_str(),
            dxp_id: transfer.dxp_id.as_str(),
        }
    }

    fn batch(&self) -> usize {
        self.batch.clamp(1, MAX_DOCUMENTS)
    }
}

/// An order that was not declared.
#[derive(Debug)]
pub struct HeldOrder {
    /// Its number, empty when it could not be read.
    pub order_no: String,
    /// Every reason, and what else was found.
    pub faults: Vec<Fault>,
}

/// A message in the folder.
#[derive(Debug, Clone, serde::Serialize)]
pub struct WrittenMessage {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: MessageKind,
    /// Its number.
    pub guid: Guid,
    /// Its file.
    pub file: PathBuf,
    /// How many documents it holds.
    pub documents: usize,
}

/// The tax of a declared order as it was put down; the outer option says whether the order was declared. Without a merchant
/// every merchant's orders are looked through.
///
/// # Errors
/// When the store cannot be read.
pub fn stored_tax(
    store: &dyn ports::store::Store,
    merchant: Option<&str>,
    order_no: &str,
) -> Result<Option<Option<StoredTax>>, StoreError> {
    ledger::tax_of(store, merchant, order_no)
}

/// Shows the platform's tax of every declared order of a merchant, or of all merchants, with the order's number.
///
/// # Errors
/// When the store cannot be read.
pub fn declared_taxes(
    store: &dyn ports::store::Store,
    merchant: Option<&str>,
    visit: &mut dyn FnMut(String, rust_decimal::Decimal),
) -> Result<(), StoreError> {
    ledger::each_tax(store, merchant, visit)
}

/// Which order has a number of another kind: its waybill's or its payment's.
///
/// # Errors
/// When the store cannot be read.
pub fn owner_of(store: &dyn ports::store::Store, number: &str) -> Result<Option<String>, StoreError> {
    ledger::owner_of(store, number)
}

/// Is told what happens while it happens; a run keeps no list of its own.
pub trait Observer {
    /// An order is held.
    fn held(&mut self, order: HeldOrder);
    /// An order is declared, with warnings.
    fn warned(&mut self, order_no: &str, warnings: &[Fault]);
    /// A message lies in the folder.
    fn written(&mut self, message: WrittenMessage);
    /// A message that the ledger knows is gone from the archive.
    fn lost(&mut self, fault: Fault);
    /// So many lines have been dealt with.
    fn progress(&mut self, lines: u64);
}

/// The counts of a run.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Lines of the input that hold something.
    pub orders: u64,
    /// Orders declared, those of earlier runs included.
    pub declared: u64,
    /// Of these, the ones that an earlier run declared.
    pub already_declared: u64,
    /// Orders held.
    pub held: u64,
    /// Documents of this input's orders.
    pub documents: BTreeMap<MessageKind, u64>,
    /// Messages of earlier runs that are gone from the archive.
    pub lost: u64,
    /// Tax on the documents.
    pub tax_declared: Yuan,
    /// Tax by the tariff.
    pub tax_computed: Yuan,
}

/// Why a run could not go on. Nothing is lost; it can be run again.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The orders cannot be read.
    #[error("the orders cannot be read: {0}")]
    Input(#[source] io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A message could not be signed.
    #[error("a message could not be signed: {0}")]
    Sign(#[source] SignFault),
    /// A schema of ours does not compile.
    #[error(transparent)]
    Schema(SchemaDefect),
    /// A message came out wrong.
    #[error("a message came out wrong: {0}")]
    NotText(String),
    /// A worker stopped.
    #[error("a worker of this run stopped unexpectedly")]
    Worker,
}

impl From<ArchiveError> for BuildError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Io { path, source } => Self::Io { path, source },
            ArchiveError::Store(error) => Self::Store(error),
        }
    }
}
