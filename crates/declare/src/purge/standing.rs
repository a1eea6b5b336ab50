//! Which orders are past.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;

use jiff::Timestamp;
use ports::store::{Key, Store, StoreError};

use super::records::{Case, Declaration};
use super::{Purge, PurgeError, Purged};
use crate::documents::Guid;

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Something is still to be done, sent, or waited for.
    UnderWay,
    /// It came to its end at this moment.
    Ended(Timestamp),
}

/// Knows where orders stand.
pub trait Standings {
    /// Where an order stands; nothing when it was never followed. What `declare build` alone has declared counts by the
    /// time of its last document: this program does nothing more with it.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn standing(&self, store: &dyn Store, order_no: &str) -> Result<Option<Standing>, StoreError>;
}

/// States in which nothing more is expected of customs.
const ENDS: [&str; 3] = ["released", "withdrawn", "returned"];

/// What the store's own cases say, `case/<order number>`: an order has ended when its state is an end and nothing about it
/// is due any more. A held or refused one waits for a person, however long.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cases;

impl Standings for Cases {
    fn standing(&self, store: &dyn Store, order_no: &str) -> Result<Option<Standing>, StoreError> {
        let Some(document) = store.get(&Key::of(["case", order_no]))? else { return Ok(None) };
        let case: Case = document.record()?;
        let ended = ENDS.contains(&case.state.as_str()) && document.due.is_none();
        Ok(Some(match case.since.filter(|_| ended) {
            Some(since) => Standing::Ended(since),
            None => Standing::UnderWay,
        }))
    }
}

/// What the declarations say.
pub(super) struct Verdicts {
    /// Hashes of declared orders that stay: under two orders with one hash, one may stay too long, none goes too early.
    kept: HashSet<u64>,
    hasher: RandomState,
    /// The messages of declared orders, and whether all orders of each are past.
    pub(super) messages: HashMap<Guid, bool>,
}

impl Verdicts {
    /// Goes through all declarations.
    pub(super) fn read(purge: &Purge<'_>, purged: &mut Purged) -> Result<Self, PurgeError> {
        let mut verdicts =
            Self { kept: HashSet::new(), hasher: RandomState::new(), messages: HashMap::new() };
        purge.each(&Key::below(["declared"]), |document| {
            let Some(order_no) = document.key.segments().nth(2) else { return Ok(()) };
            let declaration: Declaration = document.record()?;
            let last = declaration.documents.values().map(|document| document.made_at).max();
            let past = match purge.standings.standing(purge.store, &order_no)? {
                Some(standing) => standing.is_past(purge.before),
                None => last.is_some_and(|last| last < purge.before),
            };
            if past {
                purged.orders += 1;
            } else {
                purged.orders_kept += 1;
                verdicts.kept.insert(verdicts.hasher.hash_one(&order_no));
            }
            for document in declaration.documents.values() {
                *verdicts.messages.entry(document.message).or_insert(true) &= past;
            }
            Ok(())
        })?;
        Ok(verdicts)
    }

    /// Whether an order ended before the limit. `at` is the time of what is asked for: what counts when the order was
    /// neither followed nor declared.
    pub(super) fn is_past(
        &self,
        purge: &Purge<'_>,
        order_no: &str,
        at: Timestamp,
    ) -> Result<bool, PurgeError> {
        Ok(match purge.standings.standing(purge.store, order_no)? {
            Some(standing) => standing.is_past(purge.before),
            None => at < purge.before && !self.kept.contains(&self.hasher.hash_one(order_no)),
        })
    }
}

impl Standing {
    fn is_past(self, before: Timestamp) -> bool {
        matches!(self, Self::Ended(at) if at < before)
    }
}
