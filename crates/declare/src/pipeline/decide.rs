//! What comes from outside of a run: a person's decision, or news that another command has. What follows from it is done by
//! the next run.

use jiff::{SignedDuration, Timestamp};
use ports::store::{Batch, Store, StoreError};

use super::cases::{Busy, Hand};
use super::race::again;
use crate::lifecycle::{Case, Input, Policy};

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
