//! Which orders an answer of customs is about.

use ports::store::{Key, Store, StoreError};

use super::ahead::Ahead;
use super::layout::{self, Outgoing, Owned};
use crate::build::ledger::{self, Used};
use crate::documents::Guid;
use crate::receipt::{Answer, Keys, Subject};

/// A way from an answer to its orders.
enum Way {
    /// It names the order.
    Named(String),
    /// Its payment or waybill has used this number.
    Used(Key),
    /// The number belongs to an order.
    Owned(Key),
    /// Our own number of an inventory is its order's, where there is such an order.
    Case(String),
    /// It is about a message as a whole.
    Message(Key),
}

/// The ways from an answer, in the order in which they are tried.
fn ways(answer: &Answer) -> Vec<Way> {
    match answer {
        Answer::Receipt(receipt) => ways_of(receipt.subject, &receipt.keys),
        Answer::TaxBill(bill) => ways_of(Subject::Inventory, &bill.keys),
        Answer::TaxBillChange(change) => ways_of(Subject::Inventory, &change.keys),
        Answer::Format(format) => {
            let message = format.message_guid.as_deref().and_then(Guid::parse);
            message.map(|guid| Way::Message(layout::outgoing(guid))).into_iter().collect()
        }
    }
}

/// The ways from what identifies a document.
fn ways_of(subject: Subject, keys: &Keys) -> Vec<Way> {
    if let Some(order_no) = &keys.order_no {
        return vec![Way::Named(order_no.clone())];
    }
    match subject {
        Subject::Order => Vec::new(),
        Subject::Payment => {
            let numbers = keys.payer_code.as_ref().zip(keys.transaction_no.as_ref());
            numbers.map(|(payer, number)| Way::Used(ledger::payment_key(payer, number))).into_iter().collect()
        }
        Subject::Waybill | Subject::WaybillStatus => {
            let numbers = keys.carrier_code.as_ref().zip(keys.waybill_no.as_ref());
            let used = numbers.map(|(carrier, number)| Way::Used(ledger::waybill_key(carrier, number)));
            used.into_iter().collect()
        }
        Subject::Inventory | Subject::Withdrawal | Subject::Return | Subject::Arrival => {
            let own = keys.own_no.iter();
            let own = own.flat_map(|number| [Way::Owned(layout::own(number)), Way::Case(number.clone())]);
            own.chain(keys.inventory_no.iter().map(|number| Way::Owned(layout::inventory(number)))).collect()
        }
    }
}

/// The orders that an answer is about.
pub(super) fn orders_of(store: &dyn Store, answer: &Answer) -> Result<Vec<String>, StoreError> {
    for way in ways(answer) {
        let found = match way {
            Way::Named(order_no) => vec![order_no],
            Way::Used(key) => {
                let used = store.get(&key)?.map(|found| found.record::<Used>()).transpose()?;
                used.into_iter().map(|used| used.order_no).collect()
            }
            Way::Owned(key) => {
                let owned = store.get(&key)?.map(|found| found.record::<Owned>()).transpose()?;
                owned.into_iter().map(|owned| owned.order_no).collect()
            }
            Way::Case(number) if !store.existing(&[layout::case(&number)])?.is_empty() => vec![number],
            Way::Case(_) => Vec::new(),
            Way::Message(key) => {
                let outgoing = store.get(&key)?.map(|found| found.record::<Outgoing>()).transpose()?;
                outgoing.map(|outgoing| outgoing.orders).unwrap_or_default()
            }
        };
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// The store with all at hand that leads from some answers to their orders.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn ahead<'s, 'a>(
    store: &'s dyn Store,
    answers: impl Iterator<Item = &'a Answer>,
) -> Result<Ahead<'s>, StoreError> {
    let (mut documents, mut cases) = (Vec::new(), Vec::new());
    for way in answers.flat_map(ways) {
        match way {
            Way::Named(_) => {}
            Way::Used(key) | Way::Owned(key) | Way::Message(key) => documents.push(key),
            Way::Case(number) => cases.push(layout::case(&number)),
        }
    }
    Ahead::of(store, documents)?.and_whether(cases)
}
