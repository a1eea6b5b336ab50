//! What has been declared: the records that keep a second run from declaring anything twice.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ports::store::{Batch, Expect, Key, Record, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::documents::{Guid, Numbers, Standing};
use crate::messages::MessageKind;

/// An order's declaration, under `declared/<merchant>/<order number>`: customs' own key of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Declaration {
    /// When its documents were made; they bear this time for ever.
    pub(super) made_at: Timestamp,
    /// The documents' numbers, in the order of [`MessageKind::ALL`].
    pub(super) guids: [Guid; 4],
    /// Whether the inventory was declared or only saved.
    pub(super) inventory_declared: bool,
    /// The documents that were put into a message.
    pub(super) documents: BTreeMap<MessageKind, Declared>,
}

/// One declared document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Declared {
    /// The message it stands in.
    pub(super) message: Guid,
    /// SHA-256 of the document's bytes, the first 32 hexadecimal digits.
    pub(super) hash: String,
}

impl Record for Declaration {
    const FORMAT: u32 = 1;
}

impl Declaration {
    pub(super) fn numbers(&self) -> Numbers {
        let inventory = if self.inventory_declared { Standing::Declared } else { Standing::Saved };
        Numbers { guids: self.guids, made_at: self.made_at, inventory }
    }
}

/// A message that was written, under `message/<guid>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Message {
    /// Its kind.
    pub(super) kind: MessageKind,
    /// How many documents it holds.
    pub(super) documents: usize,
    /// Its file in the archive of the data directory.
    pub(super) file: String,
}

impl Record for Message {
    const FORMAT: u32 = 1;
}

/// Which order has used a transaction or waybill number, under `used/…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Used {
    /// The order.
    pub(super) order_no: String,
}

impl Record for Used {
    const FORMAT: u32 = 1;
}

pub(super) fn declaration_key(merchant: &str, order_no: &str) -> Key {
    Key::of(["declared", merchant, order_no])
}

/// The branch of all messages.
pub(super) fn messages() -> Key {
    Key::below(["message"])
}

pub(super) fn message_key(guid: Guid) -> Key {
    Key::of(["message", &guid.to_string()])
}

/// The key of a payment (K2): payment enterprise and transaction number.
pub(super) fn payment_key(payer_code: &str, transaction_no: &str) -> Key {
    Key::of(["used", "payment", payer_code, transaction_no])
}

/// The key of a waybill (K3): carrier and waybill number.
pub(super) fn waybill_key(carrier_code: &str, waybill_no: &str) -> Key {
    Key::of(["used", "waybill", carrier_code, waybill_no])
}

/// A declaration with the version it was read at.
pub(super) type Known = (Declaration, u64);

/// The declaration of an order, if there is one.
pub(super) fn declaration(
    store: &dyn Store,
    merchant: &str,
    order_no: &str,
) -> Result<Option<Known>, StoreError> {
    store
        .get(&declaration_key(merchant, order_no))?
        .map(|found| Ok((found.record()?, found.version)))
        .transpose()
}

/// A written message, if the ledger has it.
pub(super) fn message(store: &dyn Store, guid: Guid) -> Result<Option<Message>, StoreError> {
    store.get(&message_key(guid))?.map(|found| found.record()).transpose()
}

/// The order that has used a number.
pub(super) fn user_of(store: &dyn Store, key: &Key) -> Result<Option<String>, StoreError> {
    Ok(store.get(key)?.map(|found| found.record::<Used>()).transpose()?.map(|used| used.order_no))
}

/// Adds an order's declaration to a batch.
pub(super) fn record(
    batch: &mut Batch,
    key: Key,
    seen: Option<u64>,
    declaration: &Declaration,
    used: &[Key],
    order_no: &str,
) -> Result<(), StoreError> {
    let expect = seen.map_or(Expect::Absent, Expect::Version);
    batch.put(key, expect, declaration)?;
    for key in used {
        batch.put(key.clone(), Expect::Absent, &Used { order_no: order_no.to_owned() })?;
    }
    Ok(())
}
