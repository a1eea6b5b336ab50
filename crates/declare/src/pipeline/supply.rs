//! What a supplier says of orders, into their cases and their waybills: whether it said so by itself or was asked.

use jiff::Timestamp;
use ports::store::{Batch, Expect, Store, StoreError};
use serde_json::json;

use super::cases::Hand;
use super::layout::{self, KeptSupply, KeptWaybill};
use crate::lifecycle::{Input, Supply};

/// Takes in what was said of an order that is in hand, all of a commit together. Of an order that is not known yet it is kept
/// until the order [begins](open).
pub(super) fn hear(
    store: &dyn Store,
    batch: &mut Batch,
    hand: &mut Hand<'_>,
    order_no: &str,
    news: Supply,
    now: Timestamp,
) -> Result<(), StoreError> {
    let supply = if hand.case(order_no).is_some() {
        hand.apply(order_no, Input::Supplied(news), now);
        hand.case(order_no).map(|case| case.supply.clone()).unwrap_or_default()
    } else {
        let key = layout::supply(order_no);
        let known = store.get(&key)?;
        let mut kept = match &known {
            Some(document) => document.record::<KeptSupply>()?.0,
            None => Supply::default(),
        };
        kept.merge(news);
        let version = known.map_or(Expect::Absent, |known| Expect::Version(known.version));
        batch.put(key, version, &KeptSupply(kept.clone()))?;
        kept
    };
    let Some((package, only)) = supply.only() else { return Ok(()) };
    let waybill = json!({"logistics_no": only.logistics_no, "carrier": only.carrier});
    let key = layout::waybill(order_no);
    let known = store.get(&key)?;
    let version = known.as_ref().map_or(Expect::Absent, |known| Expect::Version(known.version));
    if let Some(known) = known {
        let known: KeptWaybill = known.record()?;
        // The warehouse's own word, with its weight, is better than the supplier's.
        if known.package.is_none() || known.waybill == waybill {
            return Ok(());
        }
    }
    batch.put(key, version, &KeptWaybill { at: now, waybill, package: Some(package.to_owned()) })?;
    hand.apply(order_no, Input::WaybillArrived, now);
    Ok(())
}

/// Begins the case of an order that is in hand and has none, with what its supplier has said before.
pub(super) fn open(
    store: &dyn Store,
    batch: &mut Batch,
    hand: &mut Hand<'_>,
    platform: &str,
    order_no: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    if hand.case(order_no).is_some() {
        return Ok(());
    }
    hand.open(platform, order_no, now);
    let key = layout::supply(order_no);
    if let Some(document) = store.get(&key)? {
        hand.apply(order_no, Input::Supplied(document.record::<KeptSupply>()?.0), now);
        batch.delete(key, Expect::Version(document.version));
    }
    Ok(())
}
