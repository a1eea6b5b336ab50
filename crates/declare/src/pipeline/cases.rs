//! The one way in which cases change: taken in hand, moved on by the pure machine, and put back with everything that
//! follows from it in one commit.
//!
//! What a case wants ([`Effect`]) becomes work in the store: a record that is due, in the branch of the stage that does it.
//! It is written with the case and taken away with the case, so that there is never work without a case that wants it.
//! Sending is the exception: a message holds many orders' documents, and its record in the outbox is written where the
//! message is made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, PoisonError};

use jiff::Timestamp;
use ports::store::{Batch, Expect, Store, StoreError};

use super::layout::{self, Job};
use crate::lifecycle::{self, Case, Effect, Input, Policy};

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
    /// What it wanted when it was read.
    wanted: Vec<Effect>,
    /// What it wants now, once it was moved on.
    step: Option<lifecycle::Pending>,
}

/// Cases in hand, until this is dropped.
pub(super) struct Hand<'c> {
    busy: &'c Busy,
    policy: &'c Policy,
    orders: BTreeSet<String>,
    held: BTreeMap<String, Held>,
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
        let mut hand = Self { busy, policy, orders, held: BTreeMap::new() };
        for order_no in &hand.orders {
            let Some(document) = store.get(&layout::case(order_no))? else { continue };
            let case: Case = document.record()?;
            let wanted = lifecycle::pending(&case, policy, now).effects;
            let held = Held { case, version: Some(document.version), wanted, step: None };
            hand.held.insert(order_no.clone(), held);
        }
        Ok(hand)
    }

    /// Begins the case of an order that is in hand and has none.
    pub(super) fn open(&mut self, platform: &str, order_no: &str, now: Timestamp) {
        if self.orders.contains(order_no) && !self.held.contains_key(order_no) {
            let case = Case::open(platform, order_no, now);
            self.held
                .insert(order_no.to_owned(), Held { case, version: None, wanted: Vec::new(), step: None });
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
        let Some(mut held) = self.held.remove(order_no) else { return };
        let step = lifecycle::step(held.case, input, self.policy, now);
        held.case = step.case;
        held.step = Some(step.pending);
        self.held.insert(order_no.to_owned(), held);
    }

    /// Puts the cases that moved, and the work that follows or has become needless, into a commit.
    ///
    /// # Errors
    /// When a case cannot be written as JSON.
    pub(super) fn write(&self, batch: &mut Batch, now: Timestamp) -> Result<(), StoreError> {
        for (order_no, held) in &self.held {
            let Some(pending) = &held.step else { continue };
            let expect = held.version.map_or(Expect::Absent, Expect::Version);
            batch.put_due(layout::case(order_no), expect, &held.case, pending.wake)?;
            for branch in [layout::FETCH, layout::PREPARE, layout::REPUSH, layout::SHIP] {
                let in_branch = |effect: &&Effect| branch_of(effect) == Some(branch);
                let before = held.wanted.iter().find(in_branch);
                let after = pending.effects.iter().find(in_branch);
                match (before, after) {
                    (_, None) if before.is_none() => {}
                    (_, None) => batch.delete(layout::of_order(branch, order_no), Expect::Any),
                    (before, Some(_)) if before == after => {}
                    (_, Some(_)) => batch.put_due(
                        layout::of_order(branch, order_no),
                        Expect::Any,
                        &Job::default(),
                        Some(now),
                    )?,
                }
            }
        }
        Ok(())
    }
}

/// The branch of the stage that does what is wanted.
fn branch_of(effect: &Effect) -> Option<&'static str> {
    match effect {
        Effect::Fetch => Some(layout::FETCH),
        Effect::Prepare { .. } => Some(layout::PREPARE),
        Effect::Repush { .. } => Some(layout::REPUSH),
        Effect::Ship => Some(layout::SHIP),
        Effect::Submit { .. } => None,
    }
}
