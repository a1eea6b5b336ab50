//! One sender at a time for each declaring enterprise and signing key: a lease with a token that only grows.
//!
//! The lease is a document. Whoever holds it sends, and every commit of his demands that it still stands at the version he
//! has seen ([`SenderLease::commit`]), which the store checks in the same transaction. So a sender that was away for too long,
//! and whose lease another has taken, changes nothing any more; what he submitted and could not note, the next holder submits
//! again, byte for byte. The holder renews his lease in good time ([`SenderLease::renew`]), but not while he hangs in one
//! sending for longer than work is left to a worker.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use ports::store::{Batch, Expect, Key, Record, Store, StoreError};
use serde::{Deserialize, Serialize};

use super::layout;

/// The right to send, under `lease/send/<enterprise>/<key>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Who has it, by name.
    pub holder: String,
    /// Which process that is.
    pub instance: String,
    /// Raised whenever it goes to another holder.
    pub token: u64,
    /// When it ends unless it is renewed.
    pub until: Timestamp,
}

impl Record for Lease {
    const FORMAT: u32 = 1;
}

/// Of the lease's term, the part that has to be left for a sending to be begun: one in so many.
const LEFT: i32 = 4;

/// What a holder knows of his lease.
#[derive(Debug, Clone, Copy)]
struct Held {
    version: u64,
    token: u64,
    until: Timestamp,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    /// When the sending that is under way was begun.
    sending: Option<Instant>,
}

/// What came of asking for the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was held and is.
    Held,
    /// It is held from now on. What its last holder had in work is nobody's.
    Anew,
    /// Another one has it.
    Not,
}

/// The lease as one worker sees it.
pub(super) struct SenderLease {
    key: Key,
    holder: String,
    instance: String,
    /// Nobody else can be alive that holds it.
    exclusive: bool,
    term: SignedDuration,
    /// How long a sending may take for the lease to be renewed.
    patience: Duration,
    state: Mutex<State>,
}

impl SenderLease {
    pub(super) fn new(
        (enterprise, signs): (&str, &str),
        (holder, instance): (&str, &str),
        exclusive: bool,
        (term, patience): (Duration, Duration),
    ) -> Self {
        Self {
            key: Key::of([layout::LEASES, "send", enterprise, signs]),
            holder: holder.to_owned(),
            instance: instance.to_owned(),
            exclusive,
            term: SignedDuration::try_from(term).unwrap_or(SignedDuration::MAX),
            patience,
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its key, its token and its end, when it is held.
    pub(super) fn held(&self) -> Option<(String, u64, Timestamp)> {
        self.lock().held.map(|held| (self.key.to_string(), held.token, held.until))
    }

    fn until(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.term).unwrap_or(now)
    }

    /// Takes the lease, or makes sure that it is held for long enough to begin something.
    pub(super) fn take(&self, store: &dyn Store, now: Timestamp) -> Result<Taken, StoreError> {
        let mut state = self.lock();
        let enough = now.saturating_add(self.term / LEFT).unwrap_or(now);
        if state.held.is_some_and(|held| held.until > enough) {
            return Ok(Taken::Held);
        }
        let document = store.get(&self.key)?;
        let found = document.as_ref().map(|document| document.record::<Lease>()).transpose()?;
        let own = found.as_ref().filter(|lease| lease.instance == self.instance);
        let (expect, token) = match (&document, &found) {
            (Some(document), Some(lease)) => {
                if own.is_none() && lease.until > now && !self.exclusive {
                    state.held = None;
                    return Ok(Taken::Not);
                }
                let token = if own.is_some() { lease.token } else { lease.token.saturating_add(1) };
                (Expect::Version(document.version), token)
            }
            _ => (Expect::Absent, 1),
        };
        // Somebody who holds it still, and has not been away since, goes on.
        let went_on = own.is_some() && state.held.is_some();
        match self.write(store, &mut state, (expect, token), now) {
            Ok(()) if went_on => Ok(Taken::Held),
            Ok(()) => {
                tracing::info!(lease = %self.key, token, "this worker sends from now on");
                Ok(Taken::Anew)
            }
            Err(StoreError::Conflict { .. }) => Ok(Taken::Not),
            Err(error) => Err(error),
        }
    }

    fn write(
        &self,
        store: &dyn Store,
        state: &mut State,
        (expect, token): (Expect, u64),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let until = self.until(now);
        let lease = Lease { holder: self.holder.clone(), instance: self.instance.clone(), token, until };
        let mut batch = Batch::default();
        batch.put(self.key.clone(), expect, &lease)?;
        // Unless it is written, nobody knows how it stands.
        state.held = None;
        store.commit(batch)?;
        let version = match expect {
            Expect::Version(version) => version + 1,
            Expect::Absent | Expect::Any => 1,
        };
        state.held = Some(Held { version, token, until });
        Ok(())
    }

    /// Renews it, when it is held and the sending under way does not hang.
    pub(super) fn renew(&self, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.sending.is_some_and(|begun| begun.elapsed() > self.patience) {
            return Ok(());
        }
        let Some(held) = state.held else { return Ok(()) };
        self.write(store, &mut state, (Expect::Version(held.version), held.token), now)
    }

    /// Whether it is held, by the time.
    pub(super) fn is_held(&self, now: Timestamp) -> bool {
        self.lock().held.is_some_and(|held| held.until > now)
    }

    /// A sending begins, or has ended.
    pub(super) fn is_sending(&self, sending: bool) {
        self.lock().sending = sending.then(Instant::now);
    }

    /// Writes a batch, if the lease is still this worker's.
    pub(super) fn commit(&self, store: &dyn Store, mut batch: Batch) -> Result<(), StoreError> {
        // Held while it is written: a renewal in between would fail its demand.
        let mut state = self.lock();
        let version = match state.held {
            Some(held) => held.version,
            None => self.own_version(store)?,
        };
        batch.demand(self.key.clone(), Expect::Version(version));
        let done = store.commit(batch);
        if matches!(&done, Err(StoreError::Conflict { key, .. }) if *key == self.key) {
            tracing::warn!(lease = %self.key, "another worker sends now");
            state.held = None;
        }
        done
    }

    /// The version of the lease when it is this worker's after all: how a renewal ended may not be known.
    fn own_version(&self, store: &dyn Store) -> Result<u64, StoreError> {
        let document = store.get(&self.key)?;
        let found = document.as_ref().map(|document| document.version);
        if let Some(document) = document
            && document.record::<Lease>()?.instance == self.instance
        {
            return Ok(document.version);
        }
        Err(StoreError::Conflict { key: self.key.clone(), expected: Expect::Any, found })
    }

    /// Gives it back, so that nobody waits for its end.
    pub(super) fn release(&self, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
        let mut state = self.lock();
        let Some(held) = state.held.take() else { return Ok(()) };
        let (holder, instance) = (self.holder.clone(), self.instance.clone());
        let lease = Lease { holder, instance, token: held.token, until: now };
        let mut batch = Batch::default();
        batch.put(self.key.clone(), Expect::Version(held.version), &lease)?;
        store.commit(batch)
    }
}

#[cfg(test)]
mod tests {
    use ports::store::MemoryStore;

    use super::*;

    const TERM: Duration = Duration::from_secs(60);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn worker(name: &str, key: &str) -> SenderLease {
        SenderLease::new(("3301", key), (name, &format!("{name}-1")), false, (TERM, TERM))
    }

    fn write(lease: &SenderLease, store: &MemoryStore) -> bool {
        let mut batch = Batch::default();
        batch.put(Key::of(["a", "1"]), Expect::Any, &layout::Job::default()).unwrap();
        lease.commit(store, batch).is_ok()
    }

    #[test]
    fn a_lease_goes_to_the_next_when_it_ends_and_the_last_holder_writes_nothing_more() {
        let store = MemoryStore::new();
        let (one, other) = (worker("one", "k"), worker("other", "k"));
        assert_eq!(one.take(&store, at(0)).unwrap(), Taken::Anew);
        assert_eq!(other.take(&store, at(1)).unwrap(), Taken::Not);
        assert!(write(&one, &store) && !write(&other, &store));
        one.renew(&store, at(30)).unwrap();
        assert_eq!(one.take(&store, at(31)).unwrap(), Taken::Held);
        assert_eq!(other.take(&store, at(89)).unwrap(), Taken::Not);
        assert!(write(&one, &store));

        assert_eq!(other.take(&store, at(90)).unwrap(), Taken::Anew);
        // The last holder, by its own clock, has it still; the store says otherwise.
        assert!(one.is_held(at(60)) && !write(&one, &store) && !one.is_held(at(60)));
        assert_eq!(one.take(&store, at(60)).unwrap(), Taken::Not);
        assert!(write(&other, &store));
        assert_eq!(other.held().map(|(_, token, until)| (token, until)), Some((2, at(150))));

        other.release(&store, at(91)).unwrap();
        assert_eq!(one.take(&store, at(91)).unwrap(), Taken::Anew);
        assert_eq!(one.held().map(|(_, token, _)| token), Some(3));
    }

    #[test]
    fn other_keys_have_leases_of_their_own_and_who_is_alone_does_not_wait() {
        let store = MemoryStore::new();
        assert_eq!(worker("one", "k").take(&store, at(0)).unwrap(), Taken::Anew);
        assert_eq!(worker("one", "other key").take(&store, at(0)).unwrap(), Taken::Anew);
        let alone = SenderLease::new(("3301", "k"), ("next", "n"), true, (TERM, TERM));
        assert_eq!(alone.take(&store, at(1)).unwrap(), Taken::Anew);
    }

    #[test]
    fn a_lease_is_not_renewed_for_a_sending_that_hangs() {
        let store = MemoryStore::new();
        let one = SenderLease::new(("3301", "k"), ("one", "1"), false, (TERM, Duration::ZERO));
        one.take(&store, at(0)).unwrap();
        one.is_sending(true);
        std::thread::sleep(Duration::from_millis(2));
        one.renew(&store, at(30)).unwrap();
        assert_eq!(one.held().map(|(_, _, until)| until), Some(at(60)));
        one.is_sending(false);
        one.renew(&store, at(30)).unwrap();
        assert_eq!(one.held().map(|(_, _, until)| until), Some(at(90)));
    }
}
