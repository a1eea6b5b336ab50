//! Which orders miss their payment slip.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::history::{History, history};
use super::policy::Asker;
use crate::store::{Batch, Document, Expect, Key, Record, Store, StoreError};

/// Documents read at once.
const PAGE: usize = 500;

/// An order of a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRef<'o> {
    /// The platform's name.
    pub platform: &'o str,
    /// The order's number.
    pub order_no: &'o str,
}

impl OrderRef<'_> {
    pub(super) fn wanted_key(self) -> Key {
        Key::of(["repush", "wanted", self.platform, self.order_no])
    }
}

/// That an order's payment slip is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// What says so, such as a [`Sign`](super::Sign)'s words. It names nobody.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

impl Record for Wanted {
    const FORMAT: u32 = 1;
}

/// An order whose slip is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedOrder {
    /// Its number.
    pub order_no: String,
    /// What says so, since when.
    pub wanted: Wanted,
    /// When it may be asked for next by itself; never when nothing is given.
    pub due: Option<Timestamp>,
}

/// When a slip is asked for next by itself, at `now` or later; never when nothing is given.
pub(super) fn due(history: &History, now: Timestamp) -> Option<Timestamp> {
    match history.earliest(Asker::Program) {
        None => Some(now),
        Some(bound) => bound.until.map(|until| until.max(now)),
    }
}

/// Puts down, in the batch of whoever reads the receipts, that an order's slip is missing. Saying it again changes nothing but
/// the reason.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn want(
    store: &dyn Store,
    batch: &mut Batch,
    order: OrderRef<'_>,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let key = order.wanted_key();
    let known = store.get(&key)?.map(|document| document.record::<Wanted>()).transpose()?;
    let due = due(&history(store, order)?, now);
    let since = known.map_or(now, |known| known.since);
    batch.put_due(key, Expect::Any, &Wanted { reason: reason.to_owned(), since }, due)
}

/// Puts down that the slip has come, or that nobody needs it any more.
pub fn unwant(batch: &mut Batch, order: OrderRef<'_>) {
    batch.delete(order.wanted_key(), Expect::Any);
}

pub(super) fn prefix(platform: &str) -> Key {
    Key::below(["repush", "wanted", platform])
}

pub(super) fn order_no(document: &Document) -> String {
    document.key.segments().last().unwrap_or_default()
}

/// The orders of a platform whose slips are missing, by their numbers.
///
/// # Errors
/// [`StoreError`].
pub fn wanted(store: &dyn Store, platform: &str) -> Result<Vec<WantedOrder>, StoreError> {
    let mut found: Vec<WantedOrder> = Vec::new();
    let mut last: Option<Key> = None;
    loop {
        let page = store.scan(&prefix(platform), last.as_ref(), PAGE)?;
        let Some(end) = page.last() else { return Ok(found) };
        last = Some(end.key.clone());
        for document in &page {
            let wanted = document.record()?;
            found.push(WantedOrder { order_no: order_no(document), wanted, due: document.due });
        }
    }
}
