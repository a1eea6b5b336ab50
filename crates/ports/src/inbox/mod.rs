//! What platforms say by themselves: their callbacks and push messages, taken in over HTTP and kept until somebody has acted on
//! them.
//!
//! | key | document |
//! |---|---|
//! | `inbox/<platform>/<kind>/<id>` | a [`Callback`]; due from the moment it came until it is done |
//! | `inbox-heard/<platform>` | when the platform was last heard of |
//!
//! - **Kept, then answered.** A platform gets its "received" only when the news is on disk. A program that is killed in between
//!   is told again, or has it already.
//! - **Once.** The id is a digest of the news: what comes again is the same document, and changes nothing. It stays known after
//!   it was done, longer ([`KEEP`]) than a signed request counts as fresh ([`MAX_AGE`]).
//! - **Nothing is lost for not being understood.** News of a kind that is not known is kept like any other.
//!
//! Whoever acts on the news [`claim`](Inbox::claim)s some, reads each one's [`PlatformEvent`], and puts
//! [`done`](Inbox::done) into the batch of its own writes: the news is done exactly when its effect is in the store.
//!
//! [`router`] has the routes: `POST /callbacks/yanxuan` and `POST /callbacks/xiaohongshu`.

mod callback;
mod doors;
mod seal;
#[cfg(test)]
mod tests;
mod xiaohongshu;
mod yanxuan;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

pub use self::callback::{Callback, event};
pub use self::doors::{Doors, MAX_BODY_BYTES, MAX_WAIT, XiaohongshuDoor, YanxuanDoor, router};
pub use self::seal::{Plain, Seal, SealError};

use self::callback::Heard;
pub(crate) use self::callback::{Incoming, id_of};
use crate::clock::Clock;
use crate::platform::PlatformEvent;
use crate::store::{Batch, Document, Expect, Key, Store, StoreError};
use crate::wire::Vocabulary;
use crate::wire::vocabulary::Shape;
use crate::xiaohongshu::push;
use crate::yanxuan as yanxuan_wire;

/// How old a signed callback may be. Yanxuan does not say how long it tries; Xiaohongshu tries for five minutes.
pub const MAX_AGE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long what is done stays known. Longer than [`MAX_AGE`], so that no old request is ever new again.
pub const KEEP: SignedDuration = SignedDuration::from_hours(60 * 24);
/// Attempts to keep news that somebody else keeps at the same moment.
const ATTEMPTS: usize = 8;
/// Documents looked through at a time.
const PAGE: usize = 500;
/// What became of news that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// So much was new.
    pub new: usize,
    /// So much was there before.
    pub known: usize,
}

/// Why news could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// News that a worker has claimed: its own until the lease ends.
#[derive(Debug)]
pub struct Claimed {
    /// Its document's key.
    pub key: Key,
    /// What it is.
    pub callback: Callback,
    /// What it says.
    pub event: PlatformEvent,
    version: u64,
}

/// The news of all platforms.
pub struct Inbox {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    seal: Arc<dyn Seal>,
    vocabulary: Vocabulary,
    counts: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("counts", &self.counts()).finish_non_exhaustive()
    }
}

impl Inbox {
    /// An inbox in a store. `seal` seals what the news says; [`Plain`] leaves it as it is.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, seal: Arc<dyn Seal>) -> Self {
        Self { store, clock, seal, vocabulary: Vocabulary::default(), counts: Mutex::default() }
    }

    /// The prefix of all news, to see what is due.
    pub fn prefix() -> Key {
        Key::below(["inbox"])
    }

    /// The prefix of a platform's news.
    pub fn of_platform(platform: &str) -> Key {
        Key::below(["inbox", platform])
    }

    /// What the platforms said that their documentation does not know.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// How often what happened to requests, by platform and word: `kept`, `known`, and why requests were refused.
    pub fn counts(&self) -> BTreeMap<(&'static str, &'static str), u64> {
        self.count_up().clone()
    }

    /// When a platform was last heard of.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn heard(&self, platform: &str) -> Result<Option<Timestamp>, StoreError> {
        let document = self.store.get(&Key::of(["inbox-heard", platform]))?;
        document.map(|document| document.record::<Heard>().map(|heard| heard.at)).transpose()
    }

    fn count_up(&self) -> MutexGuard<'_, BTreeMap<(&'static str, &'static str), u64>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what happened to a request.
    pub(crate) fn count(&self, platform: &'static str, what: &'static str, times: usize) {
        if times > 0 {
            let times = u64::try_from(times).unwrap_or(u64::MAX);
            *self.count_up().entry((platform, what)).or_default() += times;
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Keeps news, all or nothing, and returns when it is on disk.
    pub(crate) fn keep(&self, platform: &'static str, incoming: &[Incoming]) -> Result<Kept, InboxError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let now = self.clock.now();
            let (batch, kept) = self.batch(platform, incoming, now)?;
            match self.store.commit(batch) {
                Ok(()) => {
                    self.count(platform, "kept", kept.new);
                    self.count(platform, "known", kept.known);
                    return Ok(kept);
                }
                // The same came at the same moment by another way; now it is known.
                Err(StoreError::Conflict { .. }) if attempts < ATTEMPTS => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn batch(
        &self,
        platform: &'static str,
        incoming: &[Incoming],
        now: Timestamp,
    ) -> Result<(Batch, Kept), InboxError> {
        let mut kept = Kept::default();
        let mut batch = Batch::default();
        for news in incoming {
            let key = Key::of(["inbox", news.platform, &news.kind, &news.id]);
            if batch.writes.iter().any(|write| write.key == key) || self.store.get(&key)?.is_some() {
                kept.known += 1;
                continue;
            }
            let callback = Callback {
                platform: news.platform.to_owned(),
                kind: news.kind.clone(),
                sent_at: news.sent_at,
                received_at: now,
                seller: news.seller.clone(),
                done_at: None,
                body: self.seal.seal(&key, &news.news)?,
            };
            batch.put_due(key, Expect::Absent, &callback, Some(now))?;
            kept.new += 1;
        }
        // Always something to write: what is known may have been written a moment ago and not be on disk yet, and a commit
        // returns only when everything before it is.
        batch.put(Key::of(["inbox-heard", platform]), Expect::Any, &Heard { at: now })?;
        Ok((batch, kept))
    }

    /// Takes up to `limit` news that are due, for as long as the lease lasts. What cannot be opened is left out, said in the
    /// log, and due again when the lease ends; it keeps nobody from the rest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn claim(&self, lease: Duration, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        self.claim_by(self.clock.now(), lease, limit)
    }

    /// As [`claim`](Self::claim), of what is due by a moment: whoever knows that it is alone with the store takes up at once what
    /// a process had claimed that is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn claim_by(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let documents = self.store.claim_due(&Self::prefix(), now, lease, limit)?;
        let mut claimed = Vec::with_capacity(documents.len());
        for document in documents {
            match self.open(document) {
                Ok(news) => claimed.push(news),
                Err(error) => tracing::error!(%error, "news that was kept cannot be opened"),
            }
        }
        Ok(claimed)
    }

    fn open(&self, document: Document) -> Result<Claimed, InboxError> {
        let callback: Callback = document.record()?;
        let Document { key, version, .. } = document;
        let news = self.seal.open(&key, &callback.body)?;
        let shape = match callback.platform.as_str() {
            yanxuan_wire::PLATFORM => {
                yanxuan_wire::callback(&callback.kind).map_or(&Shape::Any, |kind| &kind.shape)
            }
            _ => push::shape(&callback.kind),
        };
        if let Ok(value) = serde_json::from_str::<Value>(&news) {
            self.vocabulary.look(&callback.kind, shape, &value);
        }
        let event = event(&callback.platform, &callback.kind, &news);
        Ok(Claimed { key, callback, event, version })
    }

    /// Adds to a batch that claimed news is done: it stays known and is not due any more. The batch fails when the lease ended
    /// and somebody else has claimed it.
    ///
    /// # Errors
    /// [`StoreError::Record`] when it cannot be written.
    pub fn done(&self, batch: &mut Batch, claimed: &Claimed) -> Result<(), StoreError> {
        let done = Callback { done_at: Some(self.clock.now()), ..claimed.callback.clone() };
        batch.put(claimed.key.clone(), Expect::Version(claimed.version), &done)
    }

    /// Puts into a commit that news which were claimed can be claimed again at once.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be written as JSON.
    pub fn undone(&self, batch: &mut Batch, claimed: &Claimed) -> Result<(), StoreError> {
        let now = Some(self.clock.now());
        batch.put_due(claimed.key.clone(), Expect::Version(claimed.version), &claimed.callback, now)
    }

    /// Forgets what was done longer than [`KEEP`] ago; says how much that was.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget(&self) -> Result<usize, StoreError> {
        let before = self.clock.now().saturating_sub(KEEP).unwrap_or(Timestamp::MIN);
        let (mut after, mut forgotten) = (None, 0);
        loop {
            let page = self.store.scan(&Self::prefix(), after.as_ref(), PAGE)?;
            let Some(last) = page.last() else { return Ok(forgotten) };
            after = Some(last.key.clone());
            let mut batch = Batch::default();
            for document in &page {
                let callback: Callback = document.record()?;
                // By the later of the two: the request's age counts from when it was sent.
                let latest = callback.received_at.max(callback.sent_at);
                if document.due.is_none() && callback.done_at.is_some_and(|at| at < before) && latest < before
                {
                    batch.delete(document.key.clone(), Expect::Version(document.version));
                }
            }
            forgotten += batch.len();
            if !batch.is_empty() {
                self.store.commit(batch)?;
            }
        }
    }
}
