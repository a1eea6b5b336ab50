//! What all sides of a sandbox share.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::cipher::Cipher;
use super::filings::Filings;
use super::orders::Orders;
use super::payments::Payments;
use super::settings::Settings;
use super::shop::Shop;
use super::tokens::Tokens;
use super::traffic::Traffic;
use crate::clock::Clock;

pub(super) struct World {
    pub(super) settings: Settings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) shop: Arc<dyn Shop>,
    pub(super) cipher: Cipher,
    pub(super) payments: Arc<Payments>,
    /// Personal fields decrypted.
    pub(super) decrypted: AtomicU64,
    /// Push messages acknowledged, and not.
    pub(super) pushed: AtomicU64,
    pub(super) not_pushed: AtomicU64,
    traffic: Mutex<Traffic>,
    tokens: Mutex<Tokens>,
    orders: Mutex<Orders>,
    filings: Mutex<Filings>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(super) fn new(settings: Settings, shop: Arc<dyn Shop>, clock: Arc<dyn Clock>) -> Self {
        let plan = settings.plan;
        let lag_ms = i64::try_from(settings.list_lag.as_millis()).unwrap_or_default();
        Self {
            cipher: Cipher::new(format!("{} {}", settings.credentials.app_id, plan.seed)),
            payments: Arc::default(),
            decrypted: AtomicU64::new(0),
            pushed: AtomicU64::new(0),
            not_pushed: AtomicU64::new(0),
            traffic: Mutex::default(),
            tokens: Mutex::new(Tokens::new(plan.seed, settings.lifetimes, clock.now())),
            orders: Mutex::new(Orders::new(Arc::clone(&shop), plan, lag_ms)),
            filings: Mutex::default(),
            settings,
            clock,
            shop,
        }
    }

    pub(super) fn traffic(&self) -> MutexGuard<'_, Traffic> {
        lock(&self.traffic)
    }

    pub(super) fn tokens(&self) -> MutexGuard<'_, Tokens> {
        lock(&self.tokens)
    }

    pub(super) fn orders(&self) -> MutexGuard<'_, Orders> {
        lock(&self.orders)
    }

    pub(super) fn filings(&self) -> MutexGuard<'_, Filings> {
        lock(&self.filings)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What it saw: figures, filings, waybills; nothing personal and no secret.
    pub(super) fn state(&self) -> Value {
        use std::sync::atomic::Ordering::Relaxed;
        let now = self.now();
        let mut state = Map::new();
        state.insert("now".to_owned(), json!(now.to_string()));
        state.insert("seed".to_owned(), json!(self.settings.plan.seed));
        let mut add = |name: &str, value: Value| state.insert(name.to_owned(), value);
        for (name, value) in self.traffic().state() {
            add(name, value);
        }
        add("tokens", self.tokens().state());
        for (name, value) in self.orders().state(now.as_millisecond()) {
            add(name, value);
        }
        for (name, value) in self.filings().state() {
            add(name, value);
        }
        add("payment_repushes", self.payments.state());
        add("decrypted", json!(self.decrypted.load(Relaxed)));
        let (pushed, not_pushed) = (self.pushed.load(Relaxed), self.not_pushed.load(Relaxed));
        add("push_messages", json!({"acknowledged": pushed, "not_acknowledged": not_pushed}));
        Value::Object(state)
    }
}
