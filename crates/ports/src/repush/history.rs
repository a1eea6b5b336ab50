//! The attempts of an order, kept for good, and the reservation of the next one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::policy::{self, Asker, NotNow};
use super::wanted::OrderRef;
use crate::platform::Route;
use crate::store::{Batch, Expect, Key, Record, Store, StoreError};

/// Attempts that are kept; older ones are only counted. A person can make some forty a week.
const MOST_KEPT: usize = 100;
/// How often an answer is put down again that somebody's write came before.
const SETTLE_ROUNDS: usize = 8;

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Answer {
    /// Nothing yet: it is under way, or whoever made it died. It counts as made.
    Pending,
    /// The platform will have the slip pushed.
    Asked,
    /// The platform will not.
    Refused {
        /// Its code.
        code: String,
        /// Its words.
        message: String,
    },
    /// Perhaps it was asked. It counts as made.
    Unknown {
        /// What happened.
        reason: String,
    },
    /// It certainly was not asked.
    NotAsked {
        /// What happened.
        reason: String,
    },
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// By which way.
    pub route: Route,
    /// Who.
    pub by: Asker,
    /// Why; it names nobody.
    pub reason: String,
    /// What came of it.
    pub answer: Answer,
}

/// The attempts of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Requests that are not kept any more.
    pub dropped: u32,
    /// The attempts, the first one first.
    pub attempts: Vec<Attempt>,
}

impl Record for History {
    const FORMAT: u32 = 1;
}

impl History {
    fn asked(&self) -> Vec<Timestamp> {
        let counts = |attempt: &&Attempt| !matches!(attempt.answer, Answer::NotAsked { .. });
        self.attempts.iter().filter(counts).map(|attempt| attempt.at).collect()
    }

    /// How many requests have been made, as far as is known.
    pub fn requests(&self) -> u32 {
        self.dropped.saturating_add(u32::try_from(self.asked().len()).unwrap_or(u32::MAX))
    }

    fn not_reached(&self) -> Option<Timestamp> {
        let last = self.attempts.last()?;
        matches!(last.answer, Answer::NotAsked { .. }).then_some(last.at)
    }

    /// The earliest moment of the next request, with what makes it so; nothing when it may be any time.
    pub fn earliest(&self, asker: Asker) -> Option<NotNow> {
        policy::earliest(&self.asked(), self.not_reached(), asker)
    }

    /// Whether the slip may be asked for at a moment.
    ///
    /// # Errors
    /// [`NotNow`].
    pub fn may_ask(&self, asker: Asker, now: Timestamp) -> Result<(), NotNow> {
        policy::may_ask(&self.asked(), self.not_reached(), asker, now)
    }

    fn push(&mut self, attempt: Attempt) {
        self.attempts.push(attempt);
        while self.attempts.len() > MOST_KEPT {
            // What never reached the platform bounds nothing: it goes first.
            let idle = |attempt: &Attempt| matches!(attempt.answer, Answer::NotAsked { .. });
            let index = self.attempts.iter().position(idle);
            self.dropped = self.dropped.saturating_add(u32::from(index.is_none()));
            self.attempts.remove(index.unwrap_or(0));
        }
    }
}

fn key(order: OrderRef<'_>) -> Key {
    Key::of(["repush", "order", order.platform, order.order_no])
}

/// The attempts of an order.
///
/// # Errors
/// [`StoreError`].
pub fn history(store: &dyn Store, order: OrderRef<'_>) -> Result<History, StoreError> {
    Ok(load(store, order)?.0)
}

fn load(store: &dyn Store, order: OrderRef<'_>) -> Result<(History, Expect), StoreError> {
    match store.get(&key(order))? {
        Some(document) => Ok((document.record()?, Expect::Version(document.version))),
        None => Ok((History::default(), Expect::Absent)),
    }
}

/// A reserved attempt: whoever holds it makes the call, and [`settle`]s it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    platform: String,
    order_no: String,
    at: Timestamp,
    /// Which request of the order it is, counted from 1.
    pub number: u32,
}

/// What became of a reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// It is reserved.
    Yes(Claim),
    /// It may not be asked now.
    NotNow(NotNow),
    /// Another has reserved one at this moment.
    Overtaken,
}

/// Reserves an attempt at a moment.
///
/// # Errors
/// [`StoreError`]; then nothing is reserved, or an attempt that nobody makes, which counts.
pub fn claim(
    store: &dyn Store,
    order: OrderRef<'_>,
    (route, asker, reason): (Route, Asker, &str),
    now: Timestamp,
) -> Result<Claimed, StoreError> {
    let (mut history, expect) = load(store, order)?;
    if let Err(not_now) = history.may_ask(asker, now) {
        return Ok(Claimed::NotNow(not_now));
    }
    let attempt = Attempt { at: now, route, by: asker, reason: reason.to_owned(), answer: Answer::Pending };
    history.push(attempt);
    let mut batch = Batch::default();
    batch.put(key(order), expect, &history)?;
    match store.commit(batch) {
        Ok(()) => Ok(Claimed::Yes(Claim {
            platform: order.platform.to_owned(),
            order_no: order.order_no.to_owned(),
            at: now,
            number: history.requests(),
        })),
        Err(StoreError::Conflict { .. }) => Ok(Claimed::Overtaken),
        Err(error) => Err(error),
    }
}

/// Puts down what came of an attempt.
///
/// # Errors
/// [`StoreError`]; the attempt then stands as one without an answer, which counts.
pub fn settle(store: &dyn Store, claim: &Claim, answer: &Answer) -> Result<History, StoreError> {
    let order = OrderRef { platform: &claim.platform, order_no: &claim.order_no };
    let mut rounds = 0;
    loop {
        let (mut history, expect) = load(store, order)?;
        let mine = |attempt: &&mut Attempt| attempt.at == claim.at && attempt.answer == Answer::Pending;
        let Some(attempt) = history.attempts.iter_mut().rev().find(mine) else { return Ok(history) };
        attempt.answer = answer.clone();
        let mut batch = Batch::default();
        batch.put(key(order), expect, &history)?;
        rounds += 1;
        match store.commit(batch) {
            Ok(()) => return Ok(history),
            Err(StoreError::Conflict { .. }) if rounds < SETTLE_ROUNDS => {}
            Err(error) => return Err(error),
        }
    }
}
