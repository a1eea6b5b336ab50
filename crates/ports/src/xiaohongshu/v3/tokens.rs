//! The shop's tokens: kept in the store, refreshed before they run out, by one refresher at a time.
//!
//! | key | document |
//! |---|---|
//! | `token/<platform>/<application>` | both tokens with their ends, and who is refreshing them until when |
//!
//! An access token lives seven days, a refresh token fourteen. Refreshing an access token with more than half an hour left
//! changes nothing; with less, a new pair comes and the old token holds for five more minutes. So tokens are refreshed in the
//! last twenty-five minutes, and at once when the platform refuses one.
//!
//! Whoever refreshes takes a lease first, by a version demand of the store, so that of any number of processes one asks. The
//! others go on with the old token, or wait for the new one when the old has run out. A lease that its holder does not give
//! back ends by itself.
//!
//! This module is the only one that reads or writes the tokens' records.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::Client;
use super::methods::REFRESH_TOKEN;
use crate::clock::Clock;
use crate::http::{CallError, Failure, Hidden};
use crate::store::{Batch, Expect, Key, Record, Store, StoreError};
use crate::xiaohongshu::WireInteger;
use crate::xiaohongshu::lenient::or_default;
use crate::xiaohongshu::wire::WireText;

/// How long before its end a token is refreshed: within the half hour in which that has an effect, with time to spare.
const REFRESH_BEFORE: SignedDuration = SignedDuration::from_mins(25);
/// How long after a refreshing that changed nothing or failed the next one is tried, while the old token holds.
const TRY_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// The same when the platform refuses the token: it is no use to ask at every call.
const TRY_REFUSED_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(5);
/// How long a refresher has; longer than all attempts of a call usually take.
const LEASE: SignedDuration = SignedDuration::from_secs(120);
/// How often one who waits for a new token looks.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Tokens as the platform grants them. `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct Granted {
    access: Hidden,
    access_until: Option<Timestamp>,
    refresh: Option<Hidden>,
    refresh_until: Option<Timestamp>,
    /// The shop's id.
    pub seller_id: String,
    /// The shop's name.
    pub seller_name: String,
}

impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Granted").field("seller_id", &self.seller_id).finish_non_exhaustive()
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireGranted {
    #[serde(deserialize_with = "or_default")]
    access_token: String,
    access_token_expires_at: WireInteger,
    #[serde(deserialize_with = "or_default")]
    refresh_token: String,
    refresh_token_expires_at: WireInteger,
    seller_id: WireText,
    seller_name: WireText,
}

impl Granted {
    /// Reads what `oauth.getAccessToken` and `oauth.refreshToken` answer.
    pub(super) fn read(data: Value) -> Result<Self, Failure> {
        let wire: WireGranted =
            serde_json::from_value(data).map_err(|_| Failure::Shape("no tokens".to_owned()))?;
        if wire.access_token.is_empty() {
            return Err(Failure::Shape("no tokens".to_owned()));
        }
        let end =
            |at: WireInteger| at.0.filter(|at| *at > 0).and_then(|at| Timestamp::from_millisecond(at).ok());
        Ok(Self {
            access: Hidden::new(wire.access_token),
            access_until: end(wire.access_token_expires_at),
            refresh: Some(wire.refresh_token).filter(|token| !token.is_empty()).map(Hidden::new),
            refresh_until: end(wire.refresh_token_expires_at),
            seller_id: wire.seller_id.0,
            seller_name: wire.seller_name.0,
        })
    }

    /// When the access token ends, if that is known.
    pub fn access_until(&self) -> Option<Timestamp> {
        self.access_until
    }

    /// When the shop's owner has to authorise again at the latest, if that is known.
    pub fn refresh_until(&self) -> Option<Timestamp> {
        self.refresh_until
    }
}

/// The record in the store.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    access: Hidden,
    access_until: Option<Timestamp>,
    refresh: Option<Hidden>,
    refresh_until: Option<Timestamp>,
    seller_id: String,
    seller_name: String,
    /// The fingerprint of the configuration's tokens that were taken last.
    seed: String,
    refreshing_until: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

impl Record for Kept {
    const FORMAT: u32 = 1;
}

impl Kept {
    fn of(granted: &Granted, seed: String) -> Self {
        Self {
            access: granted.access.clone(),
            access_until: granted.access_until,
            refresh: granted.refresh.clone(),
            refresh_until: granted.refresh_until,
            seller_id: granted.seller_id.clone(),
            seller_name: granted.seller_name.clone(),
            seed,
            refreshing_until: None,
            tried_at: None,
        }
    }

    fn tried_within(&self, span: SignedDuration, now: Timestamp) -> bool {
        self.tried_at.is_some_and(|at| now.duration_since(at) < span)
    }

    /// Whether the token can be sent, as far as is known.
    fn holds(&self, now: Timestamp, refused: Option<&Hidden>) -> bool {
        refused != Some(&self.access) && self.access_until.is_none_or(|until| until > now)
    }

    /// Whether it can be sent and needs no refreshing now. One whose end is not known is refreshed to learn it.
    fn is_fresh(&self, now: Timestamp, refused: Option<&Hidden>) -> bool {
        let long = self.access_until.is_some_and(|until| until.duration_since(now) > REFRESH_BEFORE);
        self.holds(now, refused)
            && (long || self.refresh.is_none() || self.tried_within(TRY_AGAIN_AFTER, now))
    }
}

/// What is to be done when the tokens are as they are.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Use,
    Wait,
    Refresh,
    GiveUp,
}

fn step(kept: &Kept, now: Timestamp, refused: Option<&Hidden>) -> Step {
    let holds = kept.holds(now, refused);
    if kept.is_fresh(now, refused) {
        Step::Use
    } else if kept.refresh.is_none() || kept.refresh_until.is_some_and(|until| until <= now) {
        if holds { Step::Use } else { Step::GiveUp }
    } else if kept.refreshing_until.is_some_and(|until| until > now) {
        if holds { Step::Use } else { Step::Wait }
    } else if !holds && kept.tried_within(TRY_REFUSED_AGAIN_AFTER, now) {
        Step::GiveUp
    } else {
        Step::Refresh
    }
}

/// Whether tokens of an application are kept.
///
/// # Errors
/// [`StoreError`].
pub fn are_kept(store: &dyn Store, platform: &str, app_id: &str) -> Result<bool, StoreError> {
    Ok(store.get(&key(platform, app_id))?.is_some())
}

fn key(platform: &str, app_id: &str) -> Key {
    Key::of(["token", platform, app_id])
}

/// Keeps the tokens of one application.
pub(super) struct TokenKeeper {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    platform: &'static str,
    key: Key,
    /// The configuration's tokens.
    seed: Option<(Hidden, Option<Hidden>)>,
    known: Mutex<Option<Kept>>,
    one_at_a_time: tokio::sync::Mutex<()>,
}

impl fmt::Debug for TokenKeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKeeper").field("key", &self.key).finish_non_exhaustive()
    }
}

impl TokenKeeper {
    pub(super) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        platform: &'static str,
        app_id: &str,
        (access, refresh): (Option<Hidden>, Option<Hidden>),
    ) -> Self {
        let key = key(platform, app_id);
        let access = access.filter(|token| !token.reveal().is_empty());
        let seed = access.map(|access| (access, refresh.filter(|token| !token.reveal().is_empty())));
        Self { store, clock, platform, key, seed, known: Mutex::default(), one_at_a_time: Default::default() }
    }

    /// The access token to send; `refused` is one that the platform did not take.
    pub(super) async fn current(
        &self,
        client: &Client,
        refused: Option<&Hidden>,
    ) -> Result<Hidden, CallError> {
        let known = self.known().clone();
        if let Some(kept) = known.filter(|kept| kept.is_fresh(self.clock.now(), refused)) {
            return Ok(kept.access);
        }
        let _only_me = self.one_at_a_time.lock().await;
        loop {
            let (kept, version) = self.load().await.map_err(|failure| self.error(failure))?;
            match step(&kept, self.clock.now(), refused) {
                Step::Use => {
                    *self.known() = Some(kept.clone());
                    return Ok(kept.access);
                }
                Step::Wait => sleep(LOOK_AGAIN).await,
                Step::GiveUp => {
                    return Err(self.error(Failure::Token {
                        code: "-".to_owned(),
                        message: "it has run out and cannot be refreshed".to_owned(),
                    }));
                }
                Step::Refresh => self.refresh(client, kept, version, refused).await?,
            }
        }
    }

    /// Keeps tokens that were granted.
    pub(super) async fn keep(&self, granted: &Granted) -> Result<(), Failure> {
        let kept = Kept::of(granted, self.fingerprint());
        self.put(&kept, Expect::Any).await?;
        *self.known() = Some(kept);
        Ok(())
    }

    /// Refreshes under a lease. Whoever loses it to another looks again.
    async fn refresh(
        &self,
        client: &Client,
        kept: Kept,
        version: u64,
        refused: Option<&Hidden>,
    ) -> Result<(), CallError> {
        let Some(refresh_token) = kept.refresh.clone() else { return Ok(()) };
        let now = self.clock.now();
        let mut leased = kept;
        leased.refreshing_until = now.checked_add(LEASE).ok();
        leased.tried_at = Some(now);
        if !self.put(&leased, Expect::Version(version)).await.map_err(|failure| self.error(failure))? {
            return Ok(());
        }
        let answer = client.refresh(&refresh_token).await;
        let after = match &answer {
            Ok(granted) => {
                let mut new = Kept::of(granted, leased.seed.clone());
                // A platform that says nothing of a new refresh token means the old one.
                new.refresh = new.refresh.or(leased.refresh);
                new.refresh_until = new.refresh_until.or(leased.refresh_until);
                new.tried_at = Some(now);
                tracing::info!(platform = self.platform, "the access token was refreshed");
                new
            }
            Err(_) => Kept { refreshing_until: None, ..leased },
        };
        // When the lease ran out meanwhile, another has refreshed: its tokens count.
        self.put(&after, Expect::Version(version + 1)).await.map_err(|failure| self.error(failure))?;
        match answer {
            Err(error) if !after.holds(self.clock.now(), refused) => Err(error),
            _ => Ok(()),
        }
    }

    /// The record as it stands; the configuration's tokens when there is none or they were changed.
    async fn load(&self) -> Result<(Kept, u64), Failure> {
        loop {
            let (store, key) = (Arc::clone(&self.store), self.key.clone());
            let document = blocking(move || store.get(&key)).await?;
            let found = match &document {
                Some(document) => {
                    Some((document.record::<Kept>().map_err(|error| failed(&error))?, document.version))
                }
                None => None,
            };
            let fingerprint = self.fingerprint();
            let expect = match (found, &self.seed) {
                (Some(found), None) => return Ok(found),
                (Some((kept, version)), Some(_)) if kept.seed == fingerprint => return Ok((kept, version)),
                (Some((_, version)), Some(_)) => Expect::Version(version),
                (None, Some(_)) => Expect::Absent,
                (None, None) => return Err(Failure::NotSetUp("there is no access token")),
            };
            if let Some((access, refresh)) = &self.seed {
                let granted = Granted {
                    access: access.clone(),
                    access_until: None,
                    refresh: refresh.clone(),
                    refresh_until: None,
                    seller_id: String::new(),
                    seller_name: String::new(),
                };
                self.put(&Kept::of(&granted, fingerprint), expect).await?;
            }
        }
    }

    /// Writes the record; says whether the version demand was met.
    async fn put(&self, kept: &Kept, expect: Expect) -> Result<bool, Failure> {
        let mut batch = Batch::default();
        batch.put(self.key.clone(), expect, kept).map_err(|error| failed(&error))?;
        let store = Arc::clone(&self.store);
        let written = spawn_blocking(move || store.commit(batch)).await;
        match written.map_err(|_| Failure::Store("it was interrupted".to_owned()))? {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict { .. }) => Ok(false),
            Err(error) => Err(failed(&error)),
        }
    }

    /// What tells whether the configuration's tokens were changed, without telling them.
    fn fingerprint(&self) -> String {
        let Some((access, refresh)) = &self.seed else { return String::new() };
        let refresh = refresh.as_ref().map(Hidden::reveal).unwrap_or_default();
        let digest = Sha256::digest(format!("{}\n{refresh}", access.reveal()));
        digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Option<Kept>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(&self, failure: Failure) -> CallError {
        CallError { platform: self.platform, method: REFRESH_TOKEN.name, failure }
    }
}

fn failed(error: &StoreError) -> Failure {
    Failure::Store(error.to_string())
}

/// Runs work of the store where it may wait for the disk.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Failure> {
    match spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| failed(&error)),
        Err(_) => Err(Failure::Store("it was interrupted".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(access_minutes: Option<i64>, refresh: bool) -> Kept {
        let at = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        Kept {
            access: Hidden::new("token-1"),
            access_until: access_minutes.map(at),
            refresh: refresh.then(|| Hidden::new("refresh-1")),
            refresh_until: Some(at(10_000)),
            seller_id: String::new(),
            seller_name: String::new(),
            seed: String::new(),
            refreshing_until: None,
            tried_at: None,
        }
    }

    #[test]
    fn tokens_are_refreshed_in_their_last_minutes() {
        let now = Timestamp::UNIX_EPOCH;
        let refused = Hidden::new("token-1");
        assert_eq!(step(&kept(Some(31), true), now, None), Step::Use);
        assert_eq!(step(&kept(Some(24), true), now, None), Step::Refresh);
        assert_eq!(step(&kept(Some(-1), true), now, None), Step::Refresh);
        assert_eq!(step(&kept(Some(600), true), now, Some(&refused)), Step::Refresh);
        assert_eq!(step(&kept(None, true), now, None), Step::Refresh, "to learn its end");
        assert_eq!(step(&kept(None, false), now, None), Step::Use);
        assert_eq!(step(&kept(Some(-1), false), now, None), Step::GiveUp);
        assert_eq!(step(&kept(Some(-1), true), now + SignedDuration::from_mins(10_001), None), Step::GiveUp);
    }

    #[test]
    fn while_another_refreshes_the_old_token_is_used_as_long_as_it_holds() {
        let now = Timestamp::UNIX_EPOCH;
        let leased = |minutes| Kept { refreshing_until: Some(now + LEASE), ..kept(Some(minutes), true) };
        assert_eq!(step(&leased(10), now, None), Step::Use);
        assert_eq!(step(&leased(-1), now, None), Step::Wait);
        assert_eq!(step(&leased(-1), now + LEASE, None), Step::Refresh, "a lease ends by itself");
    }

    #[test]
    fn refreshing_that_changes_nothing_is_not_repeated_at_every_call() {
        let now = Timestamp::UNIX_EPOCH;
        let tried = |minutes| Kept { tried_at: Some(now), ..kept(minutes, true) };
        assert_eq!(step(&tried(Some(10)), now, None), Step::Use);
        assert_eq!(step(&tried(Some(10)), now + TRY_AGAIN_AFTER, None), Step::Refresh);
        let refused = Hidden::new("token-1");
        assert_eq!(step(&tried(None), now, Some(&refused)), Step::GiveUp);
        assert_eq!(step(&tried(None), now + TRY_REFUSED_AGAIN_AFTER, Some(&refused)), Step::Refresh);
    }

    #[test]
    fn tokens_are_not_shown() {
        let granted = Granted::read(serde_json::json!({
            "accessToken": "token-abc", "accessTokenExpiresAt": 1_700_000_000_000_i64, "refreshToken": "refresh-def",
            "refreshTokenExpiresAt": "1700600000000", "sellerId": 5, "sellerName": "店"
        }));
        let granted = granted.unwrap();
        assert_eq!(granted.access_until().unwrap().as_second(), 1_700_000_000);
        assert_eq!(format!("{granted:?}"), "Granted { seller_id: \"5\", .. }");
        assert!(Granted::read(serde_json::json!({"sellerId": "5"})).is_err());
    }
}
