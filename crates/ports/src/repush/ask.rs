//! Asking the platform.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::spawn_blocking;

use super::history::{Answer, Claimed, History, claim, history, settle};
use super::policy::{Asker, NOT_ASKED_GAP, NotNow};
use super::wanted::{self, OrderRef, Wanted};
use crate::clock::Clock;
use crate::http::{CallError, Failure, Outcome};
use crate::platform::{NoUse, PaymentCase, Platform, Route};
use crate::store::{Batch, Document, Expect, Store, StoreError};

/// How long one who took a wanted order has for it: longer than all attempts of two calls take.
const LEASE: Duration = Duration::from_secs(300);

/// The way of the payment slips of a port, given by the platform's code of the port.
pub type Routes = Arc<dyn Fn(Option<&str>) -> Route + Send + Sync>;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Who asks.
    pub by: Asker,
    /// Why; it names nobody.
    pub reason: String,
    /// By which way; that of the order's port when nothing is given.
    pub route: Option<Route>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The platform will have the slip pushed.
    Asked,
    /// A dry run would ask.
    WouldAsk,
    /// The platform will not.
    Refused {
        /// Its code.
        code: String,
        /// Its words.
        message: String,
    },
    /// Perhaps it was asked; it counts as if it was.
    Unknown {
        /// What happened.
        reason: String,
    },
    /// It certainly was not asked: the call failed.
    NotAsked {
        /// What happened.
        reason: String,
    },
    /// It may not be asked now.
    NotNow(NotNow),
    /// Another asks at this moment.
    Overtaken,
    /// The order can make no use of it.
    NoUse(NoUse),
}

/// What became of a request, and when the next may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The order.
    pub order_no: String,
    /// What became of it.
    pub verdict: Verdict,
    /// Requests made for the order so far, this one included if it was made.
    pub requests: u32,
    /// When the next may be made by the same asker; any time, or never, when nothing is given.
    pub next: Option<Timestamp>,
    /// By which way it was or would be asked, when that is known.
    pub route: Option<Route>,
}

/// Why it could not be gone on.
#[derive(Debug, thiserror::Error)]
pub enum RepushError {
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Every call would fail like this one: no client, no token.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The work was interrupted from outside.
    #[error("asking for payment slips was interrupted")]
    Interrupted,
}

/// Asks a platform for payment slips.
#[derive(Clone)]
pub struct Repusher {
    platform: Arc<dyn Platform>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    routes: Routes,
}

impl fmt::Debug for Repusher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repusher").field("platform", &self.platform.name()).finish_non_exhaustive()
    }
}

/// Whether every call would fail for this reason.
fn is_general(error: &CallError) -> bool {
    matches!(error.failure, Failure::NotSetUp(_) | Failure::Token { .. } | Failure::Store(_))
}

impl Repusher {
    /// Asks `platform`; `routes` tells the way of a port's slips.
    pub fn new(
        platform: Arc<dyn Platform>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        routes: Routes,
    ) -> Self {
        Self { platform, store, clock, routes }
    }

    /// Asks for the slip of one order, if it may be asked now and the order can use it.
    ///
    /// # Errors
    /// [`RepushError`] when it is no use to go on with other orders either.
    pub async fn ask(&self, order_no: &str, ask: &Ask) -> Result<Told, RepushError> {
        let now = self.clock.now();
        let past = self.with_store(order_no, history).await?;
        if let Err(not_now) = past.may_ask(ask.by, now) {
            return Ok(self.told(order_no, Verdict::NotNow(not_now), &past, ask));
        }
        let looked = self.platform.payment_case(order_no).await;
        let port = looked.as_ref().ok().and_then(|case| case.port.as_deref());
        let route = ask.route.unwrap_or_else(|| (self.routes)(port));
        let ask = &Ask { route: Some(route), ..ask.clone() };
        match &looked {
            Ok(PaymentCase { no_use: Some(no_use), .. }) => {
                return Ok(self.told(order_no, Verdict::NoUse(*no_use), &past, ask));
            }
            Err(error) if is_general(error) => return Err(error.clone().into()),
            // An order that the platform does not know counts as asked for: it is not looked for for ever.
            Ok(_) | Err(CallError { failure: Failure::Refused { .. }, .. }) => {}
            Err(error) => {
                let reason = error.to_string();
                return Ok(self.told(order_no, Verdict::NotAsked { reason }, &past, ask));
            }
        }
        let reserve = ask.clone();
        // The moment is looked at again: the platform may have taken its time.
        let now = self.clock.now();
        let claimed = self
            .with_store(order_no, move |store, order| {
                claim(store, order, (route, reserve.by, &reserve.reason), now)
            })
            .await?;
        let claim = match claimed {
            Claimed::Yes(claim) => claim,
            Claimed::NotNow(not_now) => return Ok(self.told(order_no, Verdict::NotNow(not_now), &past, ask)),
            Claimed::Overtaken => {
                let past = self.with_store(order_no, history).await?;
                return Ok(self.told(order_no, Verdict::Overtaken, &past, ask));
            }
        };
        let called = match looked {
            Ok(_) => self.platform.repush(order_no, route).await,
            Err(refused) => Err(refused),
        };
        let (verdict, answer) = judge(&called);
        let past = self.with_store(order_no, move |store, _| settle(store, &claim, &answer)).await?;
        match called {
            Err(error) if is_general(&error) && error.outcome() == Outcome::NotDone => Err(error.into()),
            _ => Ok(self.told(order_no, verdict, &past, ask)),
        }
    }

    /// What would become of a request, without asking anybody: by the attempts alone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn plan(
        store: &dyn Store,
        order: OrderRef<'_>,
        ask: &Ask,
        now: Timestamp,
    ) -> Result<Told, StoreError> {
        let past = history(store, order)?;
        let verdict = past.may_ask(ask.by, now).map_or_else(Verdict::NotNow, |()| Verdict::WouldAsk);
        Ok(told(order.order_no, verdict, &past, ask))
    }

    /// Asks for the slips that are missing and due, at most so many. An order that can make no use of its slip leaves the list.
    ///
    /// # Errors
    /// [`RepushError`] when it comes before anything was asked; what came before one is told instead, and the next call meets the
    /// error again. What was not asked is due when its lease ends.
    pub async fn ask_due(&self, most: usize) -> Result<Vec<Told>, RepushError> {
        let (store, now) = (Arc::clone(&self.store), self.clock.now());
        let prefix = wanted::prefix(self.platform.name());
        let due = blocking(move || store.claim_due(&prefix, now, LEASE, most)).await?;
        let mut all = Vec::with_capacity(due.len());
        for document in due {
            let wanted: Wanted = document.record()?;
            let order_no = wanted::order_no(&document);
            let ask = Ask { by: Asker::Program, reason: wanted.reason.clone(), route: None };
            let told = match self.ask(&order_no, &ask).await {
                Ok(told) => told,
                Err(error) if all.is_empty() => return Err(error),
                Err(_) => break,
            };
            self.put_back(&document, &wanted, &told).await?;
            all.push(told);
        }
        Ok(all)
    }

    /// Sets when a wanted order is due next, unless it was changed meanwhile by whoever reads the receipts.
    async fn put_back(&self, document: &Document, wanted: &Wanted, told: &Told) -> Result<(), RepushError> {
        let expect = Expect::Version(document.version);
        let mut batch = Batch::default();
        if matches!(told.verdict, Verdict::NoUse(_)) {
            batch.delete(document.key.clone(), expect);
        } else {
            let past = self.with_store(&told.order_no, history).await?;
            let now = self.clock.now();
            // What could not even be looked at left nothing on record, and is not tried again at once.
            let soonest = match told.verdict {
                Verdict::NotAsked { .. } => now.checked_add(NOT_ASKED_GAP).unwrap_or(now),
                _ => now,
            };
            let due = wanted::due(&past, soonest);
            batch.put_due(document.key.clone(), expect, wanted, due)?;
        }
        let store = Arc::clone(&self.store);
        match blocking(move || store.commit(batch)).await {
            Err(RepushError::Store(StoreError::Conflict { .. })) => Ok(()),
            other => other,
        }
    }

    fn told(&self, order_no: &str, verdict: Verdict, past: &History, ask: &Ask) -> Told {
        let told = told(order_no, verdict, past, ask);
        let platform = self.platform.name();
        let requests = told.requests;
        match &told.verdict {
            Verdict::Asked => tracing::info!(platform, order_no, requests, "the payment slip was asked for"),
            Verdict::Refused { code, .. } => {
                tracing::warn!(platform, order_no, requests, %code, "the payment slip was refused");
            }
            _ => {}
        }
        told
    }

    /// Runs work of the store on an order where it may wait for the disk.
    async fn with_store<T: Send + 'static>(
        &self,
        order_no: &str,
        work: impl FnOnce(&dyn Store, OrderRef<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, RepushError> {
        let (store, platform, order_no) =
            (Arc::clone(&self.store), self.platform.name(), order_no.to_owned());
        blocking(move || work(store.as_ref(), OrderRef { platform, order_no: &order_no })).await
    }
}

fn told(order_no: &str, verdict: Verdict, past: &History, ask: &Ask) -> Told {
    let next = past.earliest(ask.by).and_then(|bound| bound.until);
    Told { order_no: order_no.to_owned(), verdict, requests: past.requests(), next, route: ask.route }
}

fn judge(called: &Result<(), CallError>) -> (Verdict, Answer) {
    match called {
        Ok(()) => (Verdict::Asked, Answer::Asked),
        Err(CallError { failure: Failure::Refused { code, message }, .. }) => (
            Verdict::Refused { code: code.clone(), message: message.clone() },
            Answer::Refused { code: code.clone(), message: message.clone() },
        ),
        Err(error) => {
            let reason = error.to_string();
            match error.outcome() {
                Outcome::NotDone => {
                    (Verdict::NotAsked { reason: reason.clone() }, Answer::NotAsked { reason })
                }
                Outcome::Unknown => (Verdict::Unknown { reason: reason.clone() }, Answer::Unknown { reason }),
            }
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, RepushError> {
    match spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(RepushError::Interrupted),
    }
}
