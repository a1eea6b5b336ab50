//! The time that all workers of a store agree on: the server's.
//!
//! Leases and due times are moments that one worker writes and another reads; a machine whose clock is a minute off would take
//! work that is another's, or leave its own lying. So each worker measures by how much the server's clock is ahead of its own
//! and goes by the server's.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ports::clock::Clock;
use ports::store::{Store, StoreError};

/// Between two measurements: a clock that drifts by a second in this time is broken.
pub(super) const MEASURE_EVERY: Duration = Duration::from_secs(60);
/// A measurement whose question took longer says too little.
const LONGEST_QUESTION: SignedDuration = SignedDuration::from_secs(2);
/// A clock that is off by more is worth a word: documents bear this machine's time where they are made.
pub(super) const WORTH_A_WORD: SignedDuration = SignedDuration::from_secs(5);

/// A machine's clock, set right by the store's.
pub(super) struct StoreClock {
    own: Arc<dyn Clock>,
    ahead_ms: AtomicI64,
}

impl StoreClock {
    pub(super) fn new(own: &Arc<dyn Clock>) -> Self {
        Self { own: Arc::clone(own), ahead_ms: AtomicI64::default() }
    }

    /// Asks the store for its time. Gives by how much that is ahead; nothing when the store goes by this machine's clock, or
    /// the answer came too late to be of use.
    pub(super) fn measure(&self, store: &dyn Store) -> Result<Option<SignedDuration>, StoreError> {
        let asked = self.own.now();
        let Some(there) = store.time()? else { return Ok(None) };
        let question = self.own.now().duration_since(asked);
        if question > LONGEST_QUESTION || question.is_negative() {
            return Ok(None);
        }
        let ahead = there.duration_since(asked) - question / 2;
        self.ahead_ms.store(i64::try_from(ahead.as_millis()).unwrap_or_default(), Ordering::Relaxed);
        Ok(Some(ahead))
    }
}

impl Clock for StoreClock {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_ms.load(Ordering::Relaxed));
        let own = self.own.now();
        own.checked_add(ahead).unwrap_or(own)
    }
}
