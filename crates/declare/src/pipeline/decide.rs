//! What comes from outside of a run: a person's decision, or news that another command has. What follows from it is done by
//! the next run.

use jiff::{SignedDuration, Timestamp};
use ports::store::{Batch, Store, StoreError};

use super::cases::{Busy, Hand};
use super::race::again;
use crate::lifecycle::{self, Case, Effect, Input, Policy};

/// Orders of one commit, where many are moved on.
const ORDERS: usize = 256;

/// Moves the case of an order on by an input, in a commit of its own. Gives the case afterwards; nothing when there is none.
///
/// # Errors
/// When the store cannot do it; nothing has changed then.
pub fn move_on(
    store: &dyn Store,
    policy: &Policy,
    order_no: &str,
    input: Input,
    now: Timestamp,
) -> Result<Option<Case>, StoreError> {
    let busy = Busy::default();
    again(|| {
        let mut hand = Hand::take(&busy, policy, store, [order_no.to_owned()], now)?;
        hand.apply(order_no, input.clone(), now);
        let mut batch = Batch::default();
        hand.write(store, &mut batch, now, SignedDuration::ZERO)?;
        if !batch.is_empty() {
            store.commit(batch)?;
        }
        Ok(hand.case(order_no).cloned())
    })
}

/// Lets those of some orders be made anew, from filings that are others now, that `waits` chooses, and all that are being made
/// at this moment: who makes them may have looked for their filings before these came, and would hold them afterwards, when
/// nobody looks any more. As their cases move on, what was made of the old filings is not kept.
///
/// # Errors
/// When the store cannot do it. It may be done again.
pub fn filings_changed(
    store: &dyn Store,
    policy: &Policy,
    orders: &[String],
    waits: &dyn Fn(&Case) -> bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let busy = Busy::default();
    let is_being_made = |case: &Case| {
        let wanted = lifecycle::pending(case, now, policy).effects;
        wanted.iter().any(|effect| matches!(effect, Effect::Prepare { .. }))
    };
    for orders in orders.chunks(ORDERS) {
        again(|| {
            let mut hand = Hand::take(&busy, policy, store, orders.iter().cloned(), now)?;
            for order_no in orders {
                if hand.case(order_no).is_some_and(|case| waits(case) || is_being_made(case)) {
                    hand.apply(order_no, Input::FilingChanged, now);
                }
            }
            let mut batch = Batch::default();
            hand.write(store, &mut batch, now, SignedDuration::ZERO)?;
            if batch.is_empty() { Ok(()) } else { store.commit(batch) }
        })?;
    }
    Ok(())
}
