//! What a run looks at first: whether what orders are judged by has changed since the last run. Then every order that is held
//! is looked at anew.

use jiff::{SignedDuration, Timestamp};
use ports::store::{Batch, Expect, Key, Record, Store, StoreError};
use serde::{Deserialize, Serialize};

use super::cases::{Busy, Hand};
use super::summary::cases;
use crate::lifecycle::{Input, Policy, State};

/// Orders of one commit.
const ORDERS: usize = 256;

/// What the last run judged orders by, under `run/judged-by`.
#[derive(Debug, Serialize, Deserialize)]
struct JudgedBy {
    fingerprint: String,
}

impl Record for JudgedBy {
    const FORMAT: u32 = 1;
}

/// Lets held orders be looked at anew when the fingerprint of filings, tariff and configuration is another one.
pub(super) fn look(
    busy: &Busy,
    policy: &Policy,
    store: &dyn Store,
    fingerprint: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let key = Key::of(["run", "judged-by"]);
    let last = store.get(&key)?.map(|document| document.record::<JudgedBy>()).transpose()?;
    if last.is_some_and(|last| last.fingerprint == fingerprint) {
        return Ok(());
    }
    let mut held = Vec::new();
    cases(store, |case| {
        if case.hold.is_some() || case.state == State::Refused {
            held.push(case.order_no.clone());
        }
        true
    })?;
    for orders in held.chunks(ORDERS) {
        let mut hand = Hand::take(busy, policy, store, orders.iter().cloned(), now)?;
        for order_no in orders {
            hand.apply(order_no, Input::FilingChanged, now);
        }
        let mut batch = Batch::default();
        hand.write(store, &mut batch, now, SignedDuration::ZERO)?;
        store.commit(batch)?;
    }
    // Last: who is cut off before looks at all of them again.
    let mut batch = Batch::default();
    batch.put(key, Expect::Any, &JudgedBy { fingerprint: fingerprint.to_owned() })?;
    store.commit(batch)
}
