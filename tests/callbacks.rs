//! What platforms say by themselves, from a sandbox that says it twice, late and again, into the store, each once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use declare::shop::{OpenShop, Opening};
use jiff::{SignedDuration, Timestamp};
use ports::clock::{Clock, SystemClock};
use ports::http::Hidden;
use ports::inbox::{Claimed, Doors, Inbox, Plain, XiaohongshuDoor, YanxuanDoor, router};
use ports::platform::{Demand, PlatformEvent};
use ports::sandbox::{
    Plan, Push, Rates, Running, Sandbox, Scenario, Settings, Shop, Yanxuan, YanxuanSettings,
};
use ports::store::{Batch, SledStore, Store};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::support::Workplace;

const ORDERS: u64 = 60;
/// How long anything may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A program that is called back by a sandbox.
struct Bench {
    runtime: Runtime,
    running: Running,
    store: Arc<dyn Store>,
    inbox: Arc<Inbox>,
    _place: Workplace,
}

impl Bench {
    fn new(plan: Plan) -> Self {
        let place = Workplace::new();
        let runtime = Runtime::new().unwrap();
        let store: Arc<dyn Store> = Arc::new(SledStore::open(&place.path("store")).unwrap());
        let inbox = Arc::new(Inbox::new(Arc::clone(&store), Arc::new(SystemClock), Arc::new(Plain)));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}/callbacks", listener.local_addr().unwrap());

        let faults = ["duplicate=0.3", "slow=0.3"].map(|rate| rate.parse().unwrap());
        let faults = Rates::of(faults).unwrap();
        let soon = Duration::from_millis(50);
        let push = Push { again_after: soon, late: soon, ..Push::to(format!("{url}/xiaohongshu?shop=一")) };
        let settings = Settings { faults, push: Some(push), ..Settings::new(plan) };
        let supplier = YanxuanSettings {
            faults,
            callback: Some(format!("{url}/yanxuan")),
            again_after: soon,
            late: soon,
            ships_after: SignedDuration::ZERO,
            ..YanxuanSettings::new(plan)
        };
        let now = SystemClock.now();
        let opening = Opening { from: now.checked_sub(SignedDuration::from_hours(1)).unwrap(), until: now };
        let shop = Arc::new(OpenShop::new(1, ORDERS, opening));
        let yanxuan = Yanxuan::new(supplier, Arc::new(SystemClock));
        for index in 0..ORDERS {
            yanxuan.supply(shop.order(index).detail["orderId"].as_str().unwrap());
        }
        let (key, secret) = (&yanxuan.credentials().app_key, &yanxuan.credentials().app_secret);
        let channel = YanxuanDoor { app_key: key.clone(), app_secret: Hidden::new(secret) };
        let sandbox = Sandbox::new(settings, shop, Arc::new(SystemClock)).with_yanxuan(yanxuan);
        let running = runtime.block_on(sandbox.start(([127, 0, 0, 1], 0).into())).unwrap();
        let credentials = running.credentials();
        let app = XiaohongshuDoor {
            app_id: credentials.app_id.clone(),
            app_secret: Hidden::new(&credentials.app_secret),
            path: None,
        };
        let router = router(Arc::clone(&inbox), Doors { yanxuan: Some(channel), xiaohongshu: Some(app) });
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { runtime, running, store, inbox, _place: place }
    }

    /// Claims what is due and says that it is done.
    fn act(&self) -> Vec<Claimed> {
        let claimed = self.inbox.claim(Duration::from_secs(600), 50).unwrap();
        for claimed in &claimed {
            let mut batch = Batch::default();
            self.inbox.done(&mut batch, claimed).unwrap();
            self.store.commit(batch).unwrap();
        }
        claimed
    }

    /// Acts until enough has come.
    fn until(&self, is_enough: impl Fn(&[Claimed]) -> bool) -> Vec<Claimed> {
        let started = Instant::now();
        let mut all = Vec::new();
        while !is_enough(&all) {
            assert!(started.elapsed() < PATIENCE, "{}: {}", all.len(), self.running.state());
            let claimed = self.act();
            if claimed.is_empty() {
                std::thread::sleep(Duration::from_millis(20));
            }
            all.extend(claimed);
        }
        all
    }

    fn callbacks(&self, what: &str) -> u64 {
        self.running.state()["yanxuan"]["callbacks"][what].as_u64().unwrap_or_default()
    }

    fn end(self) {
        self.runtime.shutdown_background();
    }
}

#[test]
fn waybills_cancellations_and_exceptions_arrive_once() {
    let bench = Bench::new(Plan { seed: 3, only: None });
    let state = |bench: &Bench| bench.running.state()["yanxuan"].clone();
    let is_about = |claimed: &&Claimed| claimed.callback.platform == "yanxuan";
    let wanted = {
        let state = state(&bench);
        let shipped = state["waybills"].as_array().unwrap().len();
        shipped + usize::try_from(state["statuses"]["SYS_CANCEL"].as_u64().unwrap_or_default()).unwrap()
    };
    assert!(wanted >= usize::try_from(ORDERS).unwrap());
    let all = bench.until(|all| {
        // All that is late has come too.
        all.iter().filter(is_about).count() >= wanted
            && bench.callbacks("acknowledged") >= wanted as u64 + bench.callbacks("twice")
    });
    let mut waybills: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut exceptions = 0;
    for claimed in all.iter().filter(is_about) {
        match &claimed.event {
            PlatformEvent::Waybill(news) => {
                let waybill = news.only().unwrap();
                *waybills.entry((news.order_no.clone(), waybill.logistics_no.clone())).or_default() += 1;
            }
            PlatformEvent::Exception { .. } => {
                assert_eq!(claimed.event.demand(), Demand::Hold);
                exceptions += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    let state = state(&bench);
    let seen: BTreeMap<(String, String), u64> = state["waybills"]
        .as_array()
        .unwrap()
        .iter()
        .map(|waybill| ["order_no", "logistics_no"].map(|name| waybill[name].as_str().unwrap().to_owned()))
        .map(|[order_no, number]| ((order_no, number), 1))
        .collect();
    assert_eq!(waybills, seen);
    assert_eq!(exceptions, state["statuses"]["SYS_CANCEL"].as_u64().unwrap_or_default());
    assert!(bench.callbacks("twice") > 0 && bench.callbacks("late") > 0, "{state}");
    let counts = bench.inbox.counts();
    assert_eq!(counts[&("yanxuan", "kept")], wanted as u64);
    // On a slow machine some are sent once more than that.
    assert!(counts[&("yanxuan", "known")] >= bench.callbacks("twice"), "{counts:?}");
    assert_eq!(bench.inbox.vocabulary().unknown(), BTreeMap::new());
    bench.end();
}

#[test]
fn push_messages_about_every_order_arrive() {
    let bench = Bench::new(Plan { seed: 3, only: Some(Scenario::AllClear) });
    // Each order is placed, and waits; that it waits is said twice.
    let wanted = 2 * usize::try_from(ORDERS).unwrap();
    let is_about = |claimed: &&Claimed| claimed.callback.platform == "xiaohongshu";
    let all = bench.until(|all| all.iter().filter(is_about).count() >= wanted);
    let mut orders: BTreeMap<&str, u64> = BTreeMap::new();
    for claimed in all.iter().filter(is_about) {
        assert_eq!(claimed.event.demand(), Demand::Reread);
        *orders.entry(claimed.event.order_no().unwrap()).or_default() += 1;
    }
    assert_eq!(orders.len() as u64, ORDERS);
    assert!(orders.values().all(|times| *times == 2), "{orders:?}");
    assert!(!bench.inbox.counts().keys().any(|(_, what)| what.starts_with("wrong")));
    bench.end();
}

#[test]
fn a_callback_can_be_had_at_will() {
    let bench = Bench::new(Plan { seed: 3, only: Some(Scenario::AllClear) });
    let mine = |claimed: &Claimed| claimed.event.order_no() == Some("T-1");
    let answer = get(&bench, "/yanxuan/mock/api/v1/callbackDeliveryOrder?orderId=T-1");
    assert!(answer.contains("200"), "{answer}");
    let all = bench.until(|all| all.iter().any(mine));
    let news = all.iter().find(|claimed| mine(claimed)).unwrap();
    assert_eq!(news.event.demand(), Demand::TakeWaybill);
    bench.end();
}

/// A plain request to the sandbox.
fn get(bench: &Bench, path: &str) -> String {
    use std::io::{Read as _, Write as _};

    let mut connection = std::net::TcpStream::connect(bench.running.address()).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn what_the_sandbox_saw_holds_no_secret() {
    let bench = Bench::new(Plan { seed: 3, only: Some(Scenario::AllClear) });
    let access = bench.running.access();
    let state: Value = bench.running.state();
    let secret = access["yanxuan"]["app_secret"].as_str().unwrap();
    assert!(!state.to_string().contains(secret) && !format!("{:?}", bench.running).contains(secret));
    assert!(!format!("{:?}", bench.inbox).contains(secret));
    let at: Option<Timestamp> = bench.inbox.heard("nobody").unwrap();
    assert_eq!(at, None);
    bench.end();
}
