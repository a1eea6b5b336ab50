//! A stream of orders out of a platform that fails in every way, and the command that serves it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use declare::shop::{OpenShop, Opening};
use jiff::{SignedDuration, Timestamp};
use ports::clock::Clock;
use ports::http::{CallerSettings, Hidden, Rate};
use ports::platform::{Intake, Notice, Platform};
use ports::sandbox::{Lifetimes, Limits, Manner, Plan, Rates, Running, Sandbox, Settings, Shop};
use ports::store::{Batch, Expect, Key, Record, SledStore, Store, StoreError};
use ports::xiaohongshu::v3;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::Workplace;

/// A clock that is moved by hand, so that days pass in seconds.
pub struct HandClock(AtomicI64);

impl HandClock {
    pub fn at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.as_millisecond()))
    }

    pub fn advance(&self, span: SignedDuration) {
        self.0.fetch_add(i64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// How big a stream is, and how it is paced.
struct Form {
    orders: u64,
    /// For how long orders come after the intake has begun.
    hours: i64,
    /// Calls a second that the platform allows.
    limit: u32,
    workers: usize,
    timeout: Duration,
    /// When it must be over.
    patience: Duration,
}

/// How the people of an order were read.
#[derive(Serialize, Deserialize)]
struct Taken {
    updated_ms: i64,
}

impl Record for Taken {
    const FORMAT: u32 = 1;
}

/// How often what happened.
#[derive(Default)]
struct Counts {
    listed: AtomicU64,
    new: AtomicU64,
    failed_pages: AtomicU64,
    bundles: AtomicU64,
    failed_bundles: AtomicU64,
    undecrypted: AtomicU64,
    overtaken: AtomicU64,
}

pub fn client_settings(running: &Running, limit: u32, timeout: Duration) -> v3::Settings {
    let credentials = running.credentials();
    let (access, refresh) = running.tokens();
    v3::Settings {
        base_url: running.base_url(),
        app_id: credentials.app_id.clone(),
        app_secret: Hidden::new(&credentials.app_secret),
        access_token: Some(Hidden::new(access)),
        refresh_token: Some(Hidden::new(refresh)),
        caller: CallerSettings {
            timeout,
            first_wait: Duration::from_millis(5),
            longest_wait: Duration::from_millis(200),
            throttled_wait: Duration::from_millis(20),
            rest: Duration::from_millis(100),
            ..CallerSettings::new("xiaohongshu", Rate::per_second(limit), Rate::per_second(2 * limit))
        },
    }
}

pub fn quick(hold: Duration) -> Manner {
    Manner { slow: Duration::from_millis(20), hold, retry_after: None, ..Manner::default() }
}

fn people_key(order_no: &str, updated_ms: i64) -> Key {
    Key::of(["people", order_no, &updated_ms.to_string()])
}

/// Reads all of an order and keeps that it did, unless it has changed meanwhile.
async fn work_on(
    client: &v3::Client,
    shop: &OpenShop,
    store: &dyn Store,
    now: Timestamp,
    document: &ports::store::Document,
    counts: &Counts,
) {
    let notice: Notice = document.record().unwrap();
    let again = |counter: &AtomicU64| {
        counter.fetch_add(1, Ordering::Relaxed);
        let mut batch = Batch::default();
        let at = Expect::Version(document.version);
        batch.put_due(document.key.clone(), at, &notice, Some(now)).unwrap();
        batch
    };
    let mut batch = Batch::default();
    if notice.is_ready {
        match client.bundle(&notice.order_no).await {
            Ok(bundle) if bundle.undecrypted.is_empty() => {
                let number: u64 = notice.order_no.trim_start_matches('P').parse().unwrap();
                let order = shop.order(number % 1_000_000_000);
                assert_eq!(bundle.detail["orderId"], notice.order_no.as_str());
                assert_eq!(bundle.detail["boundExtendInfo"], order.detail["boundExtendInfo"]);
                let people = bundle.declare_info["orderDeclareInfos"].as_array().unwrap();
                for (got, want) in
                    people.iter().zip(order.declare_info["orderDeclareInfos"].as_array().unwrap())
                {
                    for field in ["idName", "idNumber", "linkPhone"] {
                        assert_eq!(got[field], want[field]);
                    }
                }
                counts.bundles.fetch_add(1, Ordering::Relaxed);
                let key = people_key(&notice.order_no, notice.updated_ms);
                batch.put(key, Expect::Absent, &Taken { updated_ms: notice.updated_ms }).unwrap();
            }
            Ok(_) => {
                let _ = store.commit(again(&counts.undecrypted));
                return;
            }
            Err(error) => {
                assert!(error.is_temporary() || error.to_string().contains("token"), "{error}");
                let _ = store.commit(again(&counts.failed_bundles));
                return;
            }
        }
    }
    batch.put(document.key.clone(), Expect::Version(document.version), &notice).unwrap();
    match store.commit(batch) {
        Ok(()) => {}
        // It changed while it was read, or its lease ran out: whoever has it now reads it again.
        Err(StoreError::Conflict { .. }) => {
            counts.overtaken.fetch_add(1, Ordering::Relaxed);
        }
        Err(error) => panic!("{error}"),
    }
}

fn all(store: &dyn Store, prefix: &Key) -> Vec<ports::store::Document> {
    let mut found: Vec<ports::store::Document> = Vec::new();
    loop {
        let after = found.last().map(|document| document.key.clone());
        let more = store.scan(prefix, after.as_ref(), 1_000).unwrap();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Takes a stream in; says what happened.
async fn stream(form: &Form, folder: &std::path::Path) -> Value {
    const BEFORE: SignedDuration = SignedDuration::from_hours(30);
    let started = Instant::now();
    let start: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    let until = start + SignedDuration::from_hours(form.hours);
    let clock = Arc::new(HandClock::at(start));
    let shop = OpenShop::new(7, form.orders, Opening { from: start - BEFORE, until });
    let limit = usize::try_from(form.limit).unwrap();
    let list_lag = SignedDuration::from_secs(60);
    let settings = Settings {
        faults: Rates::all(50_000).unwrap(),
        manner: quick(Duration::from_secs(20)),
        limits: Limits { per_app: limit, per_method: 2 * limit },
        lifetimes: Lifetimes {
            access: SignedDuration::from_hours(1),
            refresh: SignedDuration::from_hours(2),
        },
        list_lag,
        ..Settings::new(Plan { seed: 7, only: None })
    };
    let sandbox = Sandbox::new(settings, Arc::new(shop.clone()), clock.clone());
    let running = sandbox.start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let store: Arc<dyn Store> = Arc::new(SledStore::open(folder).unwrap());
    let client = client_settings(&running, form.limit, form.timeout);
    let client = Arc::new(v3::Client::new(client, Arc::clone(&store), clock.clone()).unwrap());
    let counts = Arc::new(Counts::default());
    let over = Arc::new(AtomicBool::new(false));
    let prefix = Intake::orders("xiaohongshu");

    let mut workers = Vec::new();
    for _ in 0..form.workers {
        let (client, shop, store, clock) =
            (Arc::clone(&client), shop.clone(), Arc::clone(&store), clock.clone());
        let (counts, over, prefix) = (Arc::clone(&counts), Arc::clone(&over), prefix.clone());
        workers.push(tokio::spawn(async move {
            while !over.load(Ordering::SeqCst) {
                let lease = Duration::from_secs(3_600);
                let due = store.claim_due(&prefix, clock.now(), lease, 8).unwrap();
                if due.is_empty() {
                    sleep(Duration::from_millis(10)).await;
                }
                for document in &due {
                    work_on(&client, &shop, store.as_ref(), clock.now(), document, &counts).await;
                }
            }
        }));
    }

    let platform: Arc<dyn Platform> = client.clone();
    let intake = Intake::new(platform, Arc::clone(&store), clock.clone(), start - BEFORE - BEFORE);
    // So long after the last order that its last change has shown up and gathered.
    let end = until + SignedDuration::from_mins(40);
    loop {
        assert!(started.elapsed() < form.patience, "it hangs: {}", running.state());
        assert!(workers.iter().all(|worker| !worker.is_finished()), "a worker has found something wrong");
        match intake.next_page().await {
            Ok(Some(taken)) => {
                counts.listed.fetch_add(taken.listed as u64, Ordering::Relaxed);
                counts.new.fetch_add(taken.new as u64, Ordering::Relaxed);
                clock.advance(SignedDuration::from_millis(200));
            }
            Ok(None) if clock.now() < end => clock.advance(SignedDuration::from_secs(330)),
            Ok(None) => {
                let read: BTreeSet<String> = all(store.as_ref(), &Key::below(["people"]))
                    .iter()
                    .map(|read| read.key.to_string())
                    .collect();
                let orders = running.orders();
                let done =
                    orders.as_array().unwrap().iter().filter(|order| order["status"] == 4).all(|order| {
                        let key = people_key(
                            order["order_no"].as_str().unwrap(),
                            order["updated_ms"].as_i64().unwrap(),
                        );
                        read.contains(&key.to_string())
                    });
                // Reading an order makes some buyers cancel it, which the list shows a little later: nothing has changed so
                // lately that it may not have been listed yet.
                let quiet = clock.now() - list_lag - SignedDuration::from_secs(v3::window::POLL);
                let settled = orders
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|order| order["updated_ms"].as_i64().unwrap() < quiet.as_millisecond());
                if done && settled {
                    break;
                }
                // Orders that changed at the very end show up a little later.
                clock.advance(SignedDuration::from_secs(10));
                sleep(Duration::from_millis(200)).await;
            }
            Err(error) => {
                counts.failed_pages.fetch_add(1, Ordering::Relaxed);
                assert!(!error.to_string().contains("refused"), "{error}");
                sleep(Duration::from_millis(20)).await;
            }
        }
    }
    over.store(true, Ordering::SeqCst);
    for worker in workers {
        worker.await.unwrap();
    }

    let state = running.state();
    let notices: BTreeMap<String, Notice> = all(store.as_ref(), &prefix)
        .iter()
        .map(|document| document.record::<Notice>().unwrap())
        .map(|notice| (notice.order_no.clone(), notice))
        .collect();
    let orders = running.orders();
    let orders = orders.as_array().unwrap();
    assert_eq!((notices.len() as u64, orders.len() as u64), (form.orders, form.orders), "each order once");
    let mut changes = 0;
    for order in orders {
        let notice = &notices[order["order_no"].as_str().unwrap()];
        assert_eq!(
            (notice.status, notice.updated_ms),
            (order["status"].as_i64(), order["updated_ms"].as_i64().unwrap()),
            "{order}"
        );
        changes += order["changes"].as_u64().unwrap();
    }
    let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    assert!(get(&counts.new) <= changes, "{} > {changes}: a change was new twice", get(&counts.new));
    assert_eq!(state["breaches"], json!({}), "{state}");
    assert!(state["tokens"]["refreshed"].as_u64().unwrap() >= 2, "{state}");
    assert_eq!(state["faults"].as_object().unwrap().len(), 9, "{state}");
    json!({
        "orders": form.orders, "seconds": started.elapsed().as_secs(),
        "calls": state["calls"], "most_calls_in_a_second": state["most_calls_in_a_second"], "faults": state["faults"],
        "refused": state["refused"], "tokens": state["tokens"], "listed": get(&counts.listed), "new": get(&counts.new),
        "changes": changes, "failed_pages": get(&counts.failed_pages), "bundles": get(&counts.bundles),
        "failed_bundles": get(&counts.failed_bundles), "undecrypted": get(&counts.undecrypted),
        "overtaken": get(&counts.overtaken),
    })
}

fn run(form: &Form) -> Value {
    let place = Workplace::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let told = runtime.block_on(stream(form, &place.path("store")));
    runtime.shutdown_background();
    told
}

#[test]
fn each_order_arrives_once_whatever_goes_wrong() {
    let form = Form {
        orders: 400,
        hours: 3,
        limit: 1_000,
        workers: 8,
        timeout: Duration::from_millis(250),
        patience: Duration::from_secs(40),
    };
    let told = run(&form);
    assert!(told["bundles"].as_u64().unwrap() >= 350, "{told}");
}

/// The whole figure, which takes minutes: `cargo test --workspace --test system twenty_thousand -- --ignored --nocapture`.
#[test]
#[ignore = "it takes minutes"]
#[allow(clippy::print_stdout)]
fn twenty_thousand_orders_arrive_once() {
    let form = Form {
        orders: 20_000,
        hours: 4,
        limit: 400,
        workers: 16,
        timeout: Duration::from_millis(500),
        patience: Duration::from_secs(3_600),
    };
    println!("{:#}", run(&form));
}
