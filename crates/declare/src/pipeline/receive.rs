//! Receipts in: kept as they came, then acknowledged.

use std::time::Duration;

use jiff::SignedDuration;
use ports::store::{Batch, Expect, Key};
use sha2::{Digest as _, Sha256};

use super::layout::{self, Place, RawReceipt};
use super::stage::{AFTER_A_LOST_PAGE, Stage, Turn};
use super::{RunError, Shared, crash};

pub(super) struct Receive<'s> {
    shared: &'s Shared<'s, 's>,
}

impl<'s> Receive<'s> {
    pub(super) fn new(shared: &'s Shared<'s, 's>) -> Self {
        Self { shared }
    }
}

/// What tells receipts apart: their bytes. The same bytes again are the same receipt, whatever they are called.
pub(super) fn key(bytes: &[u8]) -> Key {
    let digest: String = Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Key::of([layout::RECEIPTS, &digest])
}

impl Stage for Receive<'_> {
    fn name(&self) -> &'static str {
        "receive"
    }

    fn leads_to(&self) -> &'static [&'static str] {
        &[layout::RECEIPTS]
    }

    fn after_a_race(&self) -> Duration {
        AFTER_A_LOST_PAGE
    }

    fn turn(&mut self) -> Result<Turn, RunError> {
        let (store, parts) = (self.shared.store(), self.shared.parts);
        let cursor = store.get(&layout::cursor())?;
        let seen = cursor.as_ref().map_or(Expect::Absent, |cursor| Expect::Version(cursor.version));
        let after = cursor.map(|document| document.record::<Place>()).transpose()?.map(|place| place.after);
        let received = self.shared.runtime.block_on(parts.gateway.receive(after.as_deref()));
        let received = match received {
            Ok(received) => received,
            Err(error) => {
                self.shared.trouble("receive", error.fault());
                return Ok(Turn::Idle);
            }
        };
        match received.faults.first() {
            Some(fault) => self.shared.trouble("receive", fault.clone()),
            None => self.shared.clear("receive"),
        }
        if received.receipts.is_empty() {
            return Ok(Turn::Idle);
        }
        crash::point("receipts-taken");
        let now = self.shared.now();
        let mut batch = Batch::default();
        let keys: Vec<Key> = received.receipts.iter().map(|raw| key(&raw.bytes)).collect();
        let mut known = store.existing(&keys)?;
        let count = received.receipts.len();
        for (place, (raw, key)) in received.receipts.iter().zip(keys).enumerate() {
            // Known from before, or the same bytes twice on one page.
            if !known.insert(key.clone()) {
                continue;
            }
            let kept = RawReceipt::seal(parts.door.as_ref(), &key, raw)?;
            // They are folded in the order in which they came. Those about the same orders come near each other, and are
            // taken by one worker then, not by two that get into each other's way.
            let before = SignedDuration::from_millis(i64::try_from(count - place).unwrap_or_default());
            let due = now.saturating_sub(before).unwrap_or(now);
            batch.put_due(key, Expect::Absent, &kept, Some(due))?;
        }
        let new = batch.len() as u64;
        if let Some(next) = &received.next {
            batch.put(layout::cursor(), seen, &Place { after: next.clone() })?;
        }
        store.commit(batch)?;
        crash::point("receipts-kept");
        for raw in &received.receipts {
            if let Err(error) = self.shared.runtime.block_on(parts.gateway.acknowledge(raw)) {
                self.shared.trouble("receive", error.fault());
                break;
            }
            crash::point("receipt-acknowledged");
        }
        self.shared.observer.received(new);
        // A receipt that cannot be moved away comes again: that is no progress.
        Ok(if new > 0 || received.more { Turn::Worked } else { Turn::Idle })
    }
}
