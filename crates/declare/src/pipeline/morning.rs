//! What a run looks at first: whether what orders are judged by has changed since the last run. Then every order that is held
//! is looked at anew.

use jiff::Timestamp;
use ports::store::{Batch, Expect, Key, Record, Store, StoreError};
use serde::{Deserialize, Serialize};

use super::decide::filings_changed;
use super::summary::cases;
use crate::lifecycle::{Case, Policy, State};

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
    let waits = |case: &Case| case.hold.is_some() || case.state == State::Refused;
    let mut orders = Vec::new();
    cases(store, |case| {
        // Of those that other workers are making now there is no hold yet.
        if waits(case) || matches!(case.state, State::Ready | State::Sent) {
            orders.push(case.order_no.clone());
        }
        true
    })?;
    filings_changed(store, policy, &orders, &waits, now)?;
    // Last: who is cut off before looks at all of them again.
    let mut batch = Batch::default();
    batch.put(key, Expect::Any, &JudgedBy { fingerprint: fingerprint.to_owned() })?;
    store.commit(batch)
}
