//! A stand-in for the platform, on this machine: it behaves like the real one, its rules and its moods included.
//!
//! A [`Sandbox`] serves the orders and items of a [`Shop`] as Xiaohongshu does, version 3 and version 1. It verifies
//! signatures, times and tokens, enforces windows, pages and call limits and counts what breaks them, encrypts personal
//! fields, lets tokens run out, pushes messages, and fails on demand ([`Rates`]). `GET /sandbox/state` tells what it saw,
//! `GET /sandbox/orders` how every order stands, `GET /sandbox/scenarios` what can befall one.
//!
//! [`Yanxuan`] is another platform beside it ([`Sandbox::with_yanxuan`]). Further sides (customs) are routers of their own,
//! mounted with [`Sandbox::with_router`]; all agree by [`Scenario::for_order`] and, about payment slips, by [`Payments`].
//!
//! The platform does not publish its codes for a wrong signature, time or token: those here are invented, and clients must
//! not rely on them.

mod cipher;
pub mod customs;
mod faults;
mod filings;
mod orders;
mod payments;
mod push;
pub mod scenario;
mod settings;
mod shop;
mod tokens;
mod traffic;
mod world;
mod xiaohongshu;
pub mod yanxuan;

#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use faults::{FaultKind, Rate, RateError, Rates};
pub use payments::Payments;
pub use scenario::{Plan, Scenario};
pub use settings::{Credentials, Lifetimes, Limits, Manner, Push, Settings};
pub use shop::{Shop, ShopItem, ShopOrder};
pub use yanxuan::{Yanxuan, YanxuanCredentials, YanxuanSettings};

use crate::clock::Clock;
use crate::fault::Lang;
use world::World;

/// Where Yanxuan's side is.
const YANXUAN: &str = "/yanxuan";

/// A sandbox that is not started yet.
pub struct Sandbox {
    world: Arc<World>,
    yanxuan: Option<Yanxuan>,
    more: Router,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("plan", &self.world.settings.plan).finish_non_exhaustive()
    }
}

/// A sandbox that serves. It ends when this is dropped.
pub struct Running {
    world: Arc<World>,
    yanxuan: Option<Yanxuan>,
    address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// A sandbox of a shop, by a clock.
    pub fn new(settings: Settings, shop: Arc<dyn Shop>, clock: Arc<dyn Clock>) -> Self {
        Self { world: Arc::new(World::new(settings, shop, clock)), yanxuan: None, more: Router::new() }
    }

    /// What the platform was asked about payment slips.
    pub fn payments(&self) -> Arc<Payments> {
        Arc::clone(&self.world.payments)
    }

    /// Which scenarios the orders have.
    pub fn plan(&self) -> Plan {
        self.world.settings.plan
    }

    /// Has Yanxuan too, below `/yanxuan`.
    #[must_use]
    pub fn with_yanxuan(mut self, yanxuan: Yanxuan) -> Self {
        self.more = self.more.nest(YANXUAN, yanxuan.router());
        self.yanxuan = Some(yanxuan);
        self
    }

    /// Serves another side below a path such as `/customs`.
    #[must_use]
    pub fn with_router(mut self, prefix: &str, router: Router) -> Self {
        self.more = self.more.nest(prefix, router);
        self
    }

    /// Starts serving on an address; port 0 is any free one.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(self, listen: SocketAddr) -> io::Result<Running> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let world = Arc::clone(&self.world);
        let router =
            xiaohongshu::router(Arc::clone(&world)).merge(own(&world, self.yanxuan.clone())).merge(self.more);
        let mut tasks = vec![tokio::spawn(async move {
            // It ends when it is told to; until then it serves.
            let _ = axum::serve(listener, router).await;
        })];
        if let Some(push) = world.settings.push.clone() {
            tasks.push(tokio::spawn(push::run(Arc::clone(&world), push)));
        }
        if let Some(yanxuan) = self.yanxuan.clone() {
            tasks.push(tokio::spawn(yanxuan.send()));
        }
        Ok(Running { world, yanxuan: self.yanxuan, address, tasks })
    }
}

/// The sandbox's own pages.
fn own(world: &Arc<World>, yanxuan: Option<Yanxuan>) -> Router {
    let (state, orders) = (Arc::clone(world), Arc::clone(world));
    Router::new()
        .route("/sandbox/state", get(move || async move { Json(state_of(&state, yanxuan.as_ref())) }))
        .route("/sandbox/orders", get(move || async move { Json(orders_of(&orders)) }))
        .route("/sandbox/scenarios", get(|| async { Json(scenarios()) }))
}

fn state_of(world: &World, yanxuan: Option<&Yanxuan>) -> Value {
    let mut state = world.state();
    if let (Some(yanxuan), Some(object)) = (yanxuan, state.as_object_mut()) {
        object.insert("yanxuan".to_owned(), yanxuan.state());
    }
    state
}

fn orders_of(world: &World) -> Value {
    let now = world.now().as_millisecond();
    world.orders().all(now)
}

/// The table of the scenarios.
pub fn scenarios() -> Value {
    let rows = Scenario::ALL.into_iter().map(|scenario| {
        let told = scenario.description();
        json!({"number": scenario.number(), "name": scenario.name(), "zh": told.get(Lang::Zh), "en": told.get(Lang::En)})
    });
    Value::Array(rows.collect())
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that clients are given.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Who may call.
    pub fn credentials(&self) -> &Credentials {
        &self.world.settings.credentials
    }

    /// The shop's tokens as they stand: access and refresh.
    pub fn tokens(&self) -> (String, String) {
        let tokens = self.world.tokens();
        let (access, refresh) = tokens.current();
        (access.to_owned(), refresh.to_owned())
    }

    /// What `GET /sandbox/state` tells.
    pub fn state(&self) -> Value {
        state_of(&self.world, self.yanxuan.as_ref())
    }

    /// What `GET /sandbox/orders` tells.
    pub fn orders(&self) -> Value {
        orders_of(&self.world)
    }

    /// What a program needs to work with this sandbox: addresses and credentials.
    pub fn access(&self) -> Value {
        let (credentials, (access_token, refresh_token)) = (self.credentials(), self.tokens());
        let base_url = self.base_url();
        let yanxuan = self.yanxuan.as_ref().map(|yanxuan| yanxuan.access(&format!("{base_url}{YANXUAN}")));
        json!({
            "sandbox": base_url,
            "state": format!("{base_url}/sandbox/state"),
            "seed": self.world.settings.plan.seed,
            "scenario": self.world.settings.plan.only.map(Scenario::name),
            "orders": self.world.shop.orders(),
            "xiaohongshu": {
                "base_url": base_url, "app_id": credentials.app_id, "app_secret": credentials.app_secret,
                "access_token": access_token, "refresh_token": refresh_token, "code": credentials.code,
                "seller_id": credentials.seller_id,
            },
            "yanxuan": yanxuan,
            "xiaohongshu_v1": {
                "base_url": base_url, "app_key": credentials.app_key, "app_secret": credentials.v1_secret,
            },
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
