//! What has been declared: the records that keep a second run from declaring anything twice.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use ports::store::{Batch, Expect, Key, Record, Store, StoreError};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::assess::StoredTax;
use crate::documents::{Guid, Numbers, Standing, Submission};
use crate::messages::MessageKind;

/// An order's declaration, under `declared/<merchant>/<order number>`: customs' own key of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Declaration {
    /// The documents' numbers, in the order of [`MessageKind::PARCEL`].
    pub(crate) guids: [Guid; 4],
    /// The documents that were put into a message.
    pub(crate) documents: BTreeMap<MessageKind, Declared>,
    /// What its tax was computed from; records of the first format have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tax: Option<StoredTax>,
}

/// One declared document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Declared {
    /// The message it stands in.
    pub(crate) message: Guid,
    /// When it was made; it bears this time for ever.
    pub(crate) made_at: Timestamp,
    /// Whether it is declared; an inventory without a signature is only saved.
    pub(crate) declared: bool,
    /// SHA-256 of the document's bytes, the first 32 hexadecimal digits.
    pub(crate) hash: String,
    /// Whether it is new or changes one that was there; those of a batch job are new.
    #[serde(default = "new", skip_serializing_if = "is_new")]
    pub(crate) submission: Submission,
}

const fn new() -> Submission {
    Submission::New
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_new(submission: &Submission) -> bool {
    *submission == Submission::New
}

impl Record for Declaration {
    const FORMAT: u32 = 2;
}

impl Declaration {
    /// What identifies the documents: those that exist keep their time, the others get `now`. An inventory that was only saved
    /// is made anew once there is a signature.
    pub(crate) fn numbers(&self, now: Timestamp, signed: bool) -> Numbers {
        let standing = |kind| self.settled(kind, signed);
        Numbers {
            guids: self.guids,
            made_at: MessageKind::PARCEL.map(|kind| standing(kind).map_or(now, |document| document.made_at)),
            submissions: MessageKind::PARCEL
                .map(|kind| standing(kind).map_or(Submission::New, |document| document.submission)),
            inventory: standing(MessageKind::Inventory)
                .map_or(inventory_standing(signed), |document| inventory_standing(document.declared)),
        }
    }

    /// A document that exists and stays as it is.
    pub(crate) fn settled(&self, kind: MessageKind, signed: bool) -> Option<&Declared> {
        self.documents.get(&kind).filter(|document| document.declared || !signed)
    }
}

/// What identifies the documents of an order that the ledger does not know.
pub(crate) fn new_numbers(now: Timestamp, signed: bool) -> Numbers {
    Numbers {
        guids: std::array::from_fn(|_| Guid::random()),
        made_at: [now; 4],
        submissions: [Submission::New; 4],
        inventory: inventory_standing(signed),
    }
}

/// How an inventory stands with or without a signature.
pub(crate) fn inventory_standing(signed: bool) -> Standing {
    if signed { Standing::Declared } else { Standing::Saved }
}

/// A message that was written, under `message/<guid>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Message {
    /// Its kind.
    pub(crate) kind: MessageKind,
    /// How many documents it holds.
    pub(crate) documents: usize,
    /// Its file in the archive of the data directory.
    pub(crate) file: String,
}

impl Record for Message {
    const FORMAT: u32 = 1;
}

/// Which order has used a transaction or waybill number, under `used/…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Used {
    /// The order.
    pub(crate) order_no: String,
    /// When it was declared.
    pub(crate) since: Timestamp,
}

/// A carrier may use a waybill number again after six months (specification, `logisticsNo`): half a year and a few days, so
/// that the number is never taken for free too early.
const WAYBILL_NUMBER_RESTS: SignedDuration = SignedDuration::from_hours(24 * 186);

impl Used {
    /// Whether the number is free again.
    fn has_expired(&self, key: &Key, now: Timestamp) -> bool {
        key.segments().nth(1).as_deref() == Some(WAYBILL)
            && now.duration_since(self.since) > WAYBILL_NUMBER_RESTS
    }
}

impl Record for Used {
    const FORMAT: u32 = 1;
}

pub(crate) fn declaration_key(merchant: &str, order_no: &str) -> Key {
    Key::of([DECLARED, merchant, order_no])
}

/// The branch of all messages.
pub(crate) fn messages() -> Key {
    Key::below(["message"])
}

pub(crate) fn message_key(guid: Guid) -> Key {
    Key::of(["message", &guid.to_string()])
}

const DECLARED: &str = "declared";
const USED: &str = "used";
const WAYBILL: &str = "waybill";
const PAYMENT: &str = "payment";

/// The key of a payment (K2): payment enterprise and transaction number.
pub(crate) fn payment_key(payer_code: &str, transaction_no: &str) -> Key {
    Key::of([USED, PAYMENT, payer_code, transaction_no])
}

/// The key of a waybill (K3): carrier and waybill number.
pub(crate) fn waybill_key(carrier_code: &str, waybill_no: &str) -> Key {
    Key::of([USED, WAYBILL, carrier_code, waybill_no])
}

/// A declaration with the version it was read at.
pub(crate) type Known = (Declaration, u64);

/// The declaration of an order, if there is one.
pub(crate) fn declaration(
    store: &dyn Store,
    merchant: &str,
    order_no: &str,
) -> Result<Option<Known>, StoreError> {
    store
        .get(&declaration_key(merchant, order_no))?
        .map(|found| Ok((found.record()?, found.version)))
        .transpose()
}

/// The most declarations read at once.
const PAGE: usize = 1_000;

/// The tax of a declared order: of the merchant's, or of whichever merchant's has this number. The outer option says
/// whether the order was declared.
pub(crate) fn tax_of(
    store: &dyn Store,
    merchant: Option<&str>,
    order_no: &str,
) -> Result<Option<Option<StoredTax>>, StoreError> {
    if let Some(merchant) = merchant {
        return Ok(declaration(store, merchant, order_no)?.map(|(declaration, _)| declaration.tax));
    }
    for merchant in branches(store, &[DECLARED])? {
        if let Some((declaration, _)) = declaration(store, &merchant, order_no)? {
            return Ok(Some(declaration.tax));
        }
    }
    Ok(None)
}

/// What a list of taxes reads of a declaration.
#[derive(Serialize, Deserialize)]
struct Taxed {
    #[serde(default)]
    tax: Option<PlatformTax>,
}

#[derive(Serialize, Deserialize)]
struct PlatformTax {
    platform: Decimal,
}

impl Record for Taxed {
    const FORMAT: u32 = Declaration::FORMAT;
}

/// Shows the platform's tax of every declared order of a merchant, or of all.
pub(crate) fn each_tax(
    store: &dyn Store,
    merchant: Option<&str>,
    visit: &mut dyn FnMut(String, Decimal),
) -> Result<(), StoreError> {
    let prefix = merchant.map_or_else(|| Key::below([DECLARED]), |merchant| Key::below([DECLARED, merchant]));
    let mut after: Option<Key> = None;
    loop {
        let page = store.scan(&prefix, after.as_ref(), PAGE)?;
        for document in &page {
            if let (Some(order_no), Some(tax)) =
                (document.key.segments().nth(2), document.record::<Taxed>()?.tax)
            {
                visit(order_no, tax.platform);
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.key.clone()),
            _ => return Ok(()),
        }
    }
}

/// Which order has a waybill number, of whichever carrier, or a payment's transaction number.
pub(crate) fn owner_of(store: &dyn Store, number: &str) -> Result<Option<String>, StoreError> {
    for kind in [WAYBILL, PAYMENT] {
        for enterprise in branches(store, &[USED, kind])? {
            if let Some(found) = store.get(&Key::of([USED, kind, &enterprise, number]))? {
                return Ok(Some(found.record::<Used>()?.order_no));
            }
        }
    }
    Ok(None)
}

/// The segments that follow others in keys. It skips from one to the next and does not walk through what is below.
fn branches(store: &dyn Store, below: &[&str]) -> Result<Vec<String>, StoreError> {
    let prefix = Key::below(below);
    let mut found: Vec<String> = Vec::new();
    loop {
        // No segment begins with the last character of Unicode.
        let behind = |last: &String| Key::of(below.iter().copied().chain([last.as_str(), "\u{10FFFF}"]));
        let next = store.scan(&prefix, found.last().map(behind).as_ref(), 1)?;
        match next.first().and_then(|document| document.key.segments().nth(below.len())) {
            Some(segment) => found.push(segment),
            None => return Ok(found),
        }
    }
}

/// A written message, if the ledger has it.
pub(crate) fn message(store: &dyn Store, guid: Guid) -> Result<Option<Message>, StoreError> {
    store.get(&message_key(guid))?.map(|found| found.record()).transpose()
}

/// Who has a number: nobody, the order itself, or another one.
pub(crate) enum Owner {
    /// The number is free; the version is that of an owner whose time is over.
    Free(Option<u64>),
    /// The order has it already.
    Itself,
    /// Another order has it.
    Other(String),
}

/// Who has a number at this moment.
pub(crate) fn owner(
    store: &dyn Store,
    key: &Key,
    order_no: &str,
    now: Timestamp,
) -> Result<Owner, StoreError> {
    let Some(found) = store.get(key)? else { return Ok(Owner::Free(None)) };
    let used: Used = found.record()?;
    Ok(if used.order_no == order_no {
        Owner::Itself
    } else if used.has_expired(key, now) {
        Owner::Free(Some(found.version))
    } else {
        Owner::Other(used.order_no)
    })
}

/// A number that an order takes, with the version of an owner whose time is over.
pub(crate) type Taken = (Key, Option<u64>);

/// Adds an order's declaration to a batch.
pub(crate) fn record(
    batch: &mut Batch,
    key: Key,
    seen: Option<u64>,
    declaration: &Declaration,
    taken: &[Taken],
    used: &Used,
) -> Result<(), StoreError> {
    let expect = |version: Option<u64>| version.map_or(Expect::Absent, Expect::Version);
    batch.put(key, expect(seen), declaration)?;
    for (key, version) in taken {
        batch.put(key.clone(), expect(*version), used)?;
    }
    Ok(())
}
