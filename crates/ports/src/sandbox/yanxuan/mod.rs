//! Yanxuan's side: the channel interface on its one route, and the callbacks that follow from it.
//!
//! It verifies signatures and times, keeps the limit of calls of each method in any minute, holds stock, ships the orders that
//! were passed on to it and calls back, twice or late now and then ([`FaultKind::Duplicate`](super::FaultKind),
//! [`FaultKind::Slow`](super::FaultKind)). What befalls an order is its scenario's affair:
//!
//! | scenario | here |
//! |---|---|
//! | `cancelled-before-release` | it runs out of stock: no parcel, an exception (`CANCEL`); a wish to cancel it waits for a decision |
//! | `split-order` | two parcels, each with a callback of its own |
//! | all others | one parcel |
//!
//! `GET …/mock/api/v1/callbackDeliveryOrder?orderId=…`, `…/callbackCancelOrder` and `…/callbackAuditCancelOrder` make it call back
//! about any order at once, as on the platform's own test host.

mod calls;
mod goods;
mod ledger;
mod parcel;
mod sender;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use self::ledger::Ledger;
use super::faults::{FaultKind, Rates};
use super::scenario::Plan;
use super::settings::{Limits, Manner, digits};
use super::traffic::Traffic;
use crate::clock::Clock;
use crate::yanxuan::{CALLS_A_MINUTE, PATH};

/// Who may call, and who calls back.
#[derive(Clone, PartialEq, Eq)]
pub struct YanxuanCredentials {
    /// The channel's key.
    pub app_key: String,
    /// Its secret.
    pub app_secret: String,
}

impl YanxuanCredentials {
    /// The credentials of a seed.
    pub fn of(seed: u64) -> Self {
        Self { app_key: digits(seed, "yanxuan key", 32), app_secret: digits(seed, "yanxuan secret", 32) }
    }
}

impl fmt::Debug for YanxuanCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("YanxuanCredentials").field("app_key", &self.app_key).finish_non_exhaustive()
    }
}

/// How this side behaves.
#[derive(Debug, Clone)]
pub struct YanxuanSettings {
    /// What befalls orders, and the seed of everything.
    pub plan: Plan,
    /// What goes wrong, and how often; of callbacks, `duplicate` and `slow` only.
    pub faults: Rates,
    /// How it then looks.
    pub manner: Manner,
    /// Calls of one method in any [`span`](Self::span).
    pub calls: usize,
    /// The span of the limit.
    pub span: Duration,
    /// Who may call.
    pub credentials: YanxuanCredentials,
    /// Where callbacks go, if anywhere.
    pub callback: Option<String>,
    /// How often a callback is tried that is not taken. The platform says only that it is a finite number.
    pub tries: u32,
    /// How long it waits in between.
    pub again_after: Duration,
    /// How late a late callback is.
    pub late: Duration,
    /// How long after it was passed on an order is shipped, and how long a decision takes.
    pub ships_after: SignedDuration,
}

impl YanxuanSettings {
    /// The platform as it is documented, without a fault.
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            faults: Rates::default(),
            manner: Manner::default(),
            calls: usize::try_from(CALLS_A_MINUTE).unwrap_or(usize::MAX),
            span: Duration::from_secs(60),
            credentials: YanxuanCredentials::of(plan.seed),
            callback: None,
            tries: 5,
            again_after: Duration::from_secs(30),
            late: Duration::from_secs(20),
            ships_after: SignedDuration::from_secs(2),
        }
    }
}

/// Yanxuan's side of the sandbox.
#[derive(Clone)]
pub struct Yanxuan {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    settings: YanxuanSettings,
    clock: Arc<dyn Clock>,
    traffic: Mutex<Traffic>,
    ledger: Mutex<Ledger>,
}

impl fmt::Debug for Yanxuan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Yanxuan").field("plan", &self.inner.settings.plan).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        lock(&self.traffic)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.ledger)
    }

    fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }
}

impl Yanxuan {
    /// Yanxuan by a clock.
    pub fn new(settings: YanxuanSettings, clock: Arc<dyn Clock>) -> Self {
        let ships_after = i64::try_from(settings.ships_after.as_millis()).unwrap_or_default();
        let inner = Inner {
            traffic: Mutex::new(Traffic::over(settings.span)),
            ledger: Mutex::new(Ledger::new(settings.plan, ships_after)),
            settings,
            clock,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Who may call.
    pub fn credentials(&self) -> &YanxuanCredentials {
        &self.inner.settings.credentials
    }

    /// An order of a shop is passed on by some other way than the interface, and will be shipped.
    pub fn supply(&self, order_no: &str) {
        let now = self.inner.now_ms();
        self.inner.ledger().supply(order_no, now);
    }

    /// What it saw: figures and waybills; nothing personal and no secret.
    pub fn state(&self) -> Value {
        let [calls, _, breaches, refused, faults] = self.inner.traffic().state();
        let most = self.inner.traffic().most_of_a_method();
        let mut state = self.inner.ledger().state(self.inner.now_ms());
        for (name, value) in
            [calls, breaches, refused, faults, ("most_calls_of_a_method_in_a_span", json!(most))]
        {
            state.insert(name.to_owned(), value);
        }
        Value::Object(state)
    }

    /// Its routes, to be put below its base address.
    pub fn router(&self) -> Router {
        let mock = |what: Mock| {
            let inner = Arc::clone(&self.inner);
            let call = move |Query(wanted): Query<Wanted>| async move { inner.mock(what, &wanted.order_id) };
            get(call.clone()).post(call)
        };
        let state = self.clone();
        Router::new()
            .route(PATH, post(call).with_state(Arc::clone(&self.inner)))
            .route("/mock/api/v1/callbackDeliveryOrder", mock(Mock::Deliver))
            .route("/mock/api/v1/callbackCancelOrder", mock(Mock::Cancel))
            .route("/mock/api/v1/callbackAuditCancelOrder", mock(Mock::Decide))
            .route("/state", get(move || async move { Json(state.state()) }))
    }

    /// What a program needs to work with it.
    pub(super) fn access(&self, base_url: &str) -> Value {
        let credentials = self.credentials();
        json!({
            "base_url": base_url, "app_key": credentials.app_key, "app_secret": credentials.app_secret,
            "state": format!("{base_url}/state"), "callbacks": self.inner.settings.callback,
        })
    }

    /// Calls back, for ever.
    pub(super) async fn send(self) {
        sender::run(self.inner).await;
    }
}

/// What the test helpers bring about.
#[derive(Debug, Clone, Copy)]
enum Mock {
    Deliver,
    Cancel,
    Decide,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    order_id: String,
}

impl Inner {
    fn mock(&self, what: Mock, order_no: &str) -> Response {
        let now = self.now_ms();
        let mut ledger = self.ledger();
        match what {
            Mock::Deliver => ledger.ship_now(order_no, now),
            Mock::Cancel => ledger.cancel_now(order_no, now),
            Mock::Decide => ledger.decide_now(order_no, now),
        }
        (StatusCode::OK, Json(json!({"code": 200, "msg": ""}))).into_response()
    }
}

/// The one route.
async fn call(State(inner): State<Arc<Inner>>, body: Bytes) -> Response {
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let request = calls::Request::new(&form);
    let name = calls::known(request.method()).unwrap_or("unknown");
    let limits = Limits { per_app: usize::MAX, per_method: inner.settings.calls };
    let now = Instant::now();
    let (number, too_many, frees_in) = {
        let mut traffic = inner.traffic();
        let (number, too_many) = traffic.call(name, &limits, now);
        (number, too_many, traffic.frees_in(name, now))
    };
    let throttled = || calls::throttled(name, frees_in);
    let draw = inner.settings.faults.draw(inner.settings.plan.seed, name, number);
    if let Some(kind) = draw.kind {
        inner.traffic().fault(kind.name());
    }
    let serve = async {
        let skew =
            if draw.is(FaultKind::ClockSkew) { inner.settings.manner.skew } else { SignedDuration::ZERO };
        let shown = inner.clock.now().saturating_add(skew).unwrap_or(jiff::Timestamp::MAX);
        // As its codes are numbered: the method, the time, the key, the signature, and only then how often.
        let answer = calls::admit(&inner.settings.credentials, &request, shown)
            .and_then(|()| if too_many { Err(throttled()) } else { Ok(()) })
            .and_then(|()| calls::serve(&inner, &request));
        if let Err(refusal) = &answer {
            inner.traffic().refuse(refusal.why());
        }
        calls::envelope(answer)
    };
    let throttle = || Some(calls::envelope(Err(calls::throttled(name, inner.settings.manner.wait()))));
    draw.around(&inner.settings.manner, throttle, serve).await
}
