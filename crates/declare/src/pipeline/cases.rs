//! The one way in which cases change: taken in hand, moved on by the pure machine, and put back with everything that
//! follows from it in one commit.
//!
//! What a case wants ([`Effect`]) becomes work in the store: a record that is due, in the branch of the stage that does it.
//! It is written with the case and taken away with the case, so that there is never work without a case that wants it.
//! Whoever puts work there or takes it away does so under the version of the case that he has seen, also when the case stays
//! as it is: of two workers that decide about one order at the same moment one has to look again.
//!
//! Sending is the exception: a message holds many orders' documents, and its record in the outbox is written where the
//! message is made.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Condvar, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use ports::repush::{self, OrderRef};
use ports::store::{Batch, Expect, Key, Store, StoreError};

use super::layout::{self, Job};
use crate::lifecycle::{self, Case, Effect, Input, Policy, State};

/// Orders that a stage of this process has in hand. Two stages never change one case at the same time: the one that came
/// second would lose its work to the version check.
#[derive(Debug, Default)]
pub(super) struct Busy {
    orders: Mutex<BTreeSet<String>>,
    freed: Condvar,
}

impl Busy {
    /// Waits until none of the orders is in other hands, and takes them all.
    fn take(&self, orders: &BTreeSet<String>) {
        let mut busy = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        while orders.iter().any(|order| busy.contains(order)) {
            busy = self.freed.wait(busy).unwrap_or_else(PoisonError::into_inner);
        }
        busy.extend(orders.iter().cloned());
    }

    fn free(&self, orders: &BTreeSet<String>) {
        let mut busy = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        for order in orders {
            busy.remove(order);
        }
        self.freed.notify_all();
    }
}

/// A case in hand.
struct Held {
    case: Case,
    /// The version it was read at; nothing when it is new.
    version: Option<u64>,
    /// How it stood when it was read.
    was: State,
    /// What it wanted then.
    wanted: Vec<Effect>,
    /// When it wanted to be looked at then.
    wake: Option<Timestamp>,
    /// What it wants now, once it was moved on.
    step: Option<lifecycle::Pending>,
}

/// The branches of work that one order has for itself.
const BRANCHES: [&str; 5] = [layout::FETCH, layout::PREPARE, layout::INQUIRE, layout::REPUSH, layout::SHIP];
/// The wait before work is done again that was done and is still wanted: that should not be, and must not go round and round.
const AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// Cases in hand, until this is dropped.
pub(super) struct Hand<'c> {
    busy: &'c Busy,
    policy: &'c Policy,
    orders: BTreeSet<String>,
    held: BTreeMap<String, Held>,
    /// Work that was taken out of the store, and when it is to be done again if it could not be done.
    taken: BTreeMap<(&'static str, String), Option<(Job, Timestamp)>>,
}

impl Drop for Hand<'_> {
    fn drop(&mut self) {
        self.busy.free(&self.orders);
    }
}

impl<'c> Hand<'c> {
    /// Takes the cases of orders in hand; those that have none yet can be [opened](Self::open).
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn take(
        busy: &'c Busy,
        policy: &'c Policy,
        store: &dyn Store,
        orders: impl IntoIterator<Item = String>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let orders: BTreeSet<String> = orders.into_iter().collect();
        busy.take(&orders);
        let mut hand = Self { busy, policy, orders, held: BTreeMap::new(), taken: BTreeMap::new() };
        let mut held = BTreeMap::new();
        let keys: Vec<Key> = hand.orders.iter().map(|order_no| layout::case(order_no)).collect();
        for document in store.get_all(&keys)? {
            let case: Case = document.record()?;
            let pending = lifecycle::pending(&case, now, policy);
            held.insert(
                case.order_no.clone(),
                Held {
                    was: case.state,
                    case,
                    version: Some(document.version),
                    wanted: pending.effects,
                    wake: pending.wake,
                    step: None,
                },
            );
        }
        hand.held = held;
        Ok(hand)
    }

    /// Begins the case of an order that is in hand and has none.
    pub(super) fn open(&mut self, platform: &str, order_no: &str, now: Timestamp) {
        if self.orders.contains(order_no) && !self.held.contains_key(order_no) {
            let case = Case::open(platform, order_no, now);
            self.held.insert(
                order_no.to_owned(),
                Held { was: case.state, case, version: None, wanted: Vec::new(), wake: None, step: None },
            );
        }
    }

    /// A case.
    pub(super) fn case(&self, order_no: &str) -> Option<&Case> {
        self.held.get(order_no).map(|held| &held.case)
    }

    /// What a case wants now.
    pub(super) fn wants(&self, order_no: &str) -> &[Effect] {
        let Some(held) = self.held.get(order_no) else { return &[] };
        held.step.as_ref().map_or(&held.wanted, |step| &step.effects)
    }

    /// Moves a case on. Nothing happens to an order without a case.
    pub(super) fn apply(&mut self, order_no: &str, input: Input, now: Timestamp) {
        let Some(held) = self.held.get_mut(order_no) else { return };
        let step = lifecycle::step(&held.case, input, now, self.policy);
        held.case = step.case;
        held.step = Some(step.pending);
    }

    /// Work about an order was taken out of the store. When the case no longer wants it, it goes; else it stays.
    pub(super) fn takes(&mut self, branch: &'static str, order_no: &str) {
        self.taken.entry((branch, order_no.to_owned())).or_default();
    }

    /// Work that was taken could not be done and is to be done later.
    pub(super) fn put_off(&mut self, branch: &'static str, order_no: &str, job: Job, due: Timestamp) {
        self.taken.insert((branch, order_no.to_owned()), Some((job, due)));
    }

    /// Puts the cases that moved, and the work that follows or has become needless, into a commit. Documents are made
    /// `gather` later, so that others can go with them.
    ///
    /// # Errors
    /// When a case cannot be written as JSON, or the store cannot be read.
    pub(super) fn write(
        &self,
        store: &dyn Store,
        batch: &mut Batch,
        now: Timestamp,
        gather: SignedDuration,
    ) -> Result<(), StoreError> {
        for (order_no, held) in &self.held {
            if let Some(pending) = &held.step {
                let expect = held.version.map_or(Expect::Absent, Expect::Version);
                batch.put_due(layout::case(order_no), expect, &held.case, pending.wake)?;
                note_payment(store, batch, held, pending, now)?;
            }
        }
        let there = self.unfinished(store)?;
        let later = |wait: SignedDuration| now.saturating_add(wait).unwrap_or(now);
        for order_no in &self.orders {
            let writes = batch.len();
            for branch in BRANCHES {
                let (before, after) = self.wanted(order_no, branch);
                let taken = self.taken.get(&(branch, order_no.clone()));
                let key = layout::of_order(branch, order_no);
                let new = Job::default();
                match (after, taken) {
                    (Some(_), Some(Some((job, due)))) => batch.put_due(key, Expect::Any, job, Some(*due))?,
                    (after @ Some(_), Some(None)) if before == after => {
                        batch.put_due(key, Expect::Any, &new, Some(later(AGAIN)))?;
                    }
                    // What is wanted depends on the time too: it may have come to be wanted since the case was written.
                    (after @ Some(_), None) if before == after && there.contains(&key) => {}
                    (Some(_), _) if branch == layout::PREPARE => {
                        batch.put_due(key, Expect::Any, &new, Some(later(gather)))?;
                    }
                    (Some(_), _) => batch.put_due(key, Expect::Any, &new, Some(now))?,
                    (None, taken) if before.is_some() || taken.is_some() => batch.delete(key, Expect::Any),
                    (None, _) => {}
                }
            }
            match self.held.get(order_no) {
                // Its work was touched and the case was not: whoever else decides about it has to look again.
                Some(Held { step: None, version: Some(version), case, wake, .. }) if batch.len() > writes => {
                    batch.put_due(layout::case(order_no), Expect::Version(*version), case, *wake)?;
                }
                Some(_) => {}
                // What it would have changed is lost on a case that somebody opens at this moment.
                None => batch.demand(layout::case(order_no), Expect::Absent),
            }
        }
        Ok(())
    }

    /// What an order wanted of a branch when it was taken in hand, and what it wants now.
    fn wanted(&self, order_no: &str, branch: &'static str) -> (Option<&Effect>, Option<&Effect>) {
        fn of<'e>(effects: &'e [Effect], branch: &str) -> Option<&'e Effect> {
            effects.iter().find(|effect| branch_of(effect) == Some(branch))
        }
        let before = self.held.get(order_no).and_then(|held| of(&held.wanted, branch));
        (before, of(self.wants(order_no), branch))
    }

    /// Of the work that was wanted before and still is, what is there.
    fn unfinished(&self, store: &dyn Store) -> Result<HashSet<Key>, StoreError> {
        let mut keys = Vec::new();
        for order_no in &self.orders {
            for branch in BRANCHES {
                let (before, after) = self.wanted(order_no, branch);
                let taken = self.taken.contains_key(&(branch, order_no.clone()));
                if after.is_some() && before == after && !taken {
                    keys.push(layout::of_order(branch, order_no));
                }
            }
        }
        store.existing(&keys)
    }
}

/// What stands on record as the reason of a request for a payment slip: customs' own words are in the receipt.
pub(super) const PAYMENT_MISSING: &str = "customs has no payment slip of the order";

/// Keeps the list of orders whose payment slip is missing, which people look at and ask by.
fn note_payment(
    store: &dyn Store,
    batch: &mut Batch,
    held: &Held,
    pending: &lifecycle::Pending,
    now: Timestamp,
) -> Result<(), StoreError> {
    let order = OrderRef { platform: &held.case.platform, order_no: &held.case.order_no };
    let wants = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Repush { .. }));
    if wants(&pending.effects) && !wants(&held.wanted) {
        return repush::want(store, batch, order, PAYMENT_MISSING, now);
    }
    let ended = matches!(held.case.state, State::Released | State::Withdrawn | State::Returned);
    if ended && held.was != held.case.state && held.case.repush.asked > 0 {
        repush::unwant(batch, order);
    }
    Ok(())
}

/// The branch of the stage that does what is wanted.
fn branch_of(effect: &Effect) -> Option<&'static str> {
    match effect {
        Effect::Fetch => Some(layout::FETCH),
        Effect::Prepare { .. } | Effect::Compare { .. } => Some(layout::PREPARE),
        Effect::Repush { .. } => Some(layout::REPUSH),
        Effect::Inquire => Some(layout::INQUIRE),
        Effect::Ship => Some(layout::SHIP),
        Effect::Submit { .. } => None,
    }
}
