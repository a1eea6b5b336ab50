//! The claims of a stage: what is due, and once after a start what a process that died had taken for itself.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ports::clock::Clock;
use ports::store::{Document, Key, Store, StoreError};

/// What is claimed at a start is due again just after the moment by which it was due: a store that looks twice for what is due
/// would give it twice otherwise.
const JUST_AFTER: Duration = Duration::from_millis(1);

/// How a stage claims its work. `T` is what it claims.
///
/// A process that died leaves what it had claimed due when its lease ends. Whoever is alone with a store need not wait for that:
/// when nothing else is due for the first time, everything is taken that will be due by the end of a lease. That is done once.
/// Among it are records that were put off, or that a case has set for a moment soon; they are put there again, and then wait for
/// their time.
#[derive(Debug)]
pub(super) struct Dawn<T = Document> {
    /// Whether that is still to be done.
    is_on: bool,
    lease: Duration,
    /// What was taken then and has not been handed out, the last one first.
    left: Vec<T>,
}

impl<T> Dawn<T> {
    /// `exclusive`: no other process works on this store.
    pub(super) fn new(exclusive: bool, lease: Duration) -> Self {
        Self { is_on: exclusive, lease, left: Vec::new() }
    }

    /// Claims at the most so many records, by a call that is told by when they are due, for how long, and how many.
    ///
    /// # Errors
    /// Those of the call; the next one does the same.
    pub(super) fn claim<E>(
        &mut self,
        clock: &dyn Clock,
        limit: usize,
        claim: impl Fn(Timestamp, Duration, usize) -> Result<Vec<T>, E>,
    ) -> Result<Vec<T>, E> {
        if self.left.is_empty() {
            let now = clock.now();
            let due = claim(now, self.lease, limit)?;
            if !due.is_empty() || !self.is_on {
                return Ok(due);
            }
            let lease = SignedDuration::try_from(self.lease).unwrap_or_default();
            // For hardly longer than until that moment: a process that dies now leaves nothing that the next dawn does not see.
            self.left = claim(now.saturating_add(lease).unwrap_or(now), JUST_AFTER, usize::MAX)?;
            self.left.reverse();
            self.is_on = false;
        }
        let rest = self.left.len().saturating_sub(limit);
        let mut next = self.left.split_off(rest);
        next.reverse();
        Ok(next)
    }
}

impl Dawn {
    /// As [`Dawn::claim`], of the documents below a prefix.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub(super) fn claim_due(
        &mut self,
        store: &dyn Store,
        prefix: &Key,
        clock: &dyn Clock,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        self.claim(clock, limit, |now, lease, limit| store.claim_due(prefix, now, lease, limit))
    }
}

#[cfg(test)]
mod tests {
    use ports::store::{Batch, Change, Expect, MemoryStore, Write};

    use super::*;

    const LEASE: Duration = Duration::from_secs(120);

    struct At(i64);

    impl Clock for At {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(self.0).unwrap()
        }
    }

    /// Records with the seconds at which they are due.
    fn store(records: &[(&str, i64)]) -> MemoryStore {
        let store = MemoryStore::new();
        for (name, due) in records {
            put(&store, name, Some(*due));
        }
        store
    }

    fn put(store: &MemoryStore, name: &str, due: Option<i64>) {
        let change = Change::Put { body: b"{}".to_vec(), due: due.map(|due| At(due).now()) };
        let write = Write { key: Key::of(["a", name]), expect: Expect::Any, change };
        store.commit(Batch { writes: vec![write] }).unwrap();
    }

    fn claim(dawn: &mut Dawn, store: &MemoryStore, now: i64) -> Vec<String> {
        let claimed = dawn.claim_due(store, &Key::below(["a"]), &At(now), 2);
        claimed.unwrap().iter().map(|record| record.key.segments().nth(1).unwrap()).collect()
    }

    #[test]
    fn what_a_dead_process_had_taken_comes_once_and_what_was_put_off_waits() {
        let records = [("due", 990), ("later", 1_500), ("one", 1_030), ("taken", 1_119), ("two", 1_060)];
        let store = store(&records);
        let mut dawn = Dawn::new(true, LEASE);
        assert_eq!(claim(&mut dawn, &store, 1_000), ["due"]);
        put(&store, "due", None);
        assert_eq!(claim(&mut dawn, &store, 1_000), ["one", "two"]);
        // Put off as before, while the rest is handed out.
        put(&store, "one", Some(1_030));
        put(&store, "two", Some(1_060));
        assert_eq!(claim(&mut dawn, &store, 1_001), ["taken"]);
        let still_due = store.claim_due(&Key::below(["a"]), At(1_120).now(), LEASE, 9).unwrap();
        assert!(still_due.iter().all(|record| record.key != Key::of(["a", "taken"])), "{still_due:?}");
        put(&store, "one", Some(1_030));
        put(&store, "two", Some(1_060));
        put(&store, "taken", None);
        assert_eq!(claim(&mut dawn, &store, 1_001), [""; 0]);
        assert_eq!(claim(&mut dawn, &store, 1_029), [""; 0]);
        assert_eq!(claim(&mut dawn, &store, 1_060), ["one", "two"]);
    }

    #[test]
    fn who_dies_at_dawn_leaves_everything_to_the_next_and_who_is_not_alone_waits() {
        let store = store(&[("due", 990), ("taken", 1_119)]);
        for now in [1_000, 1_001, 1_002] {
            let mut dawn = Dawn::new(true, LEASE);
            let mut claimed = claim(&mut dawn, &store, now);
            claimed.extend(claim(&mut dawn, &store, now));
            claimed.sort();
            claimed.dedup();
            assert_eq!(claimed, ["due", "taken"]);
        }
        assert_eq!(claim(&mut Dawn::new(false, LEASE), &store, 1_003), [""; 0]);
        assert_eq!(claim(&mut Dawn::new(false, LEASE), &store, 1_123), ["due", "taken"]);
    }
}
