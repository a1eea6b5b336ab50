//! Races that somebody has to lose: what was decided is decided again about the cases as they are now.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use ports::store::{Batch, Change, Document, Expect, Key, Store, StoreError, Write};

use super::{RunError, Shared, layout};

/// How often a commit is tried: each time somebody else got through, so that many in a row are another's bad luck too.
const ATTEMPTS: u32 = 12;
/// The longest wait before the second attempt; it grows with each. Of two that wait the same they would meet again.
const WAIT_MS: u64 = 8;

/// What may tell of a race that was lost.
pub(super) trait Lost {
    /// The key over which it was lost.
    fn over(&self) -> Option<&Key>;
}

impl Lost for StoreError {
    fn over(&self) -> Option<&Key> {
        match self {
            Self::Conflict { key, .. } => Some(key),
            _ => None,
        }
    }
}

impl Lost for RunError {
    fn over(&self) -> Option<&Key> {
        match self {
            Self::Store(error) => error.over(),
            _ => None,
        }
    }
}

/// Branches whose records belong to whoever has claimed them: who lost one of these has lost the work.
const CLAIMED: [&str; 5] = [layout::OUTBOX, layout::RECEIPTS, layout::LEASES, "intake", "inbox"];

fn is_lost_for_good(key: &Key) -> bool {
    let branch = key.as_str().split('/').next().unwrap_or_default();
    CLAIMED.contains(&branch)
}

/// Does it until the race is won, or lost for good.
///
/// # Errors
/// Whatever else goes wrong, and the race in the end.
pub(super) fn again<T, E: Lost>(mut attempt: impl FnMut() -> Result<T, E>) -> Result<T, E> {
    for number in 1..ATTEMPTS {
        match attempt() {
            Err(error) if error.over().is_some_and(|key| !is_lost_for_good(key)) => {
                let chance = RandomState::new().build_hasher().finish();
                thread::sleep(Duration::from_millis(chance % (WAIT_MS * u64::from(number))));
            }
            done => return done,
        }
    }
    attempt()
}

/// Does the work of claimed records until the race is won. When it is lost in the end they are due again at once: by themselves
/// they would come back only when their lease ends.
///
/// # Errors
/// As [`again`]; and when the records cannot be written.
pub(super) fn claimed<'d, T>(
    shared: &Shared<'_, '_>,
    records: impl IntoIterator<Item = &'d Document>,
    attempt: impl FnMut() -> Result<T, RunError>,
) -> Result<T, RunError> {
    let done = again(attempt);
    if matches!(done, Err(RunError::Store(StoreError::Conflict { .. }))) {
        give_back(shared.store(), records, shared.now())?;
    }
    done
}

/// Makes claimed records due again at once: their work could not be done now. Those that somebody else has by now are his.
///
/// # Errors
/// When the store cannot be written; then they come back when their lease ends.
pub(super) fn give_back<'d>(
    store: &dyn Store,
    records: impl IntoIterator<Item = &'d Document>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let records = records.into_iter().map(|document| Write {
        key: document.key.clone(),
        expect: Expect::Version(document.version),
        change: Change::Put { body: document.body.clone(), due: Some(now) },
    });
    put_back(store, records.collect())
}

/// Writes records that were claimed as they were; those that somebody else has by now are his.
///
/// # Errors
/// As [`give_back`].
pub(super) fn put_back(store: &dyn Store, mut writes: Vec<Write>) -> Result<(), StoreError> {
    loop {
        match store.commit(Batch { writes: writes.clone() }) {
            Err(StoreError::Conflict { key, .. }) => writes.retain(|write| write.key != key),
            done => return done,
        }
    }
}
