//! Fills a data directory with a shop's year so that pages and commands can be looked at when they are full: `cargo run
//! --release -p declare --example fill -- DIR 10000 10`.
//!
//! Nothing is invented. The orders are the sandbox's and go the way of `declare run`, some days at a time by a clock that
//! is moved: listed and read, made into documents, sent to customs' desk, answered by receipts that are kept and folded, with
//! every fate that the sandbox knows. For some the waybill never comes. Customs' answers of the last days are held back, so
//! that orders of every state are there. As all that takes minutes, the last number says how often each order is there in the
//! end: the others are its records once more, under other numbers.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use declare::configuration::Configuration;
use declare::desk::DeskSettings;
use declare::keeping::Keeping;
use declare::lifecycle::Policy;
use declare::messages::MessageKind;
use declare::messages::signature::Signer;
use declare::pipeline::{self, Mode, Observer, Packing, Parts, Stop, Worker, waybills};
use declare::shop::{OpenShop, Opening, SAMPLE_CONFIGURATION, Shelf};
use filing::tariff::Tariff;
use jiff::{SignedDuration, Timestamp};
use ports::catalogue::Catalogue;
use ports::clock::Clock;
use ports::fault::Fault;
use ports::gateway::Gateway;
use ports::http::{CallerSettings, Hidden, Rate};
use ports::platform::{Platform, Route};
use ports::sandbox::{Limits, Plan, Sandbox, Settings};
use ports::store::{Key, SledStore, Store};
use ports::vault::{Vault, VaultSettings};
use ports::xiaohongshu::v3;

mod in_process;

use in_process::{Customs, signer};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SEED: u64 = 20_261_122;
/// The days in which the orders come, and how many of them are worked on at a time.
const DAYS: i64 = 60;
const AT_A_TIME: i64 = 6;
/// Of so many orders one never gets a waybill.
const WITHOUT_WAYBILL: usize = 50;
/// Calls a second that the platform allows: it is here.
const CALLS: u32 = 1_000_000;

/// A clock that is moved by hand.
struct HandClock(AtomicI64);

impl HandClock {
    fn set(&self, at: Timestamp) {
        self.0.store(at.as_millisecond(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

struct Troubles;

impl Observer for Troubles {
    fn fetched(&self, _: u64) {}
    fn sent(&self, _: MessageKind, _: u64) {}
    fn received(&self, _: u64) {}
    fn trouble(&self, fault: &Fault) {
        println!("{fault:?}");
    }
}

fn client(sandbox: &ports::sandbox::Running, store: &Arc<dyn Store>, clock: &Arc<HandClock>) -> v3::Client {
    let credentials = sandbox.credentials();
    let (access, refresh) = sandbox.tokens();
    let settings = v3::Settings {
        base_url: sandbox.base_url(),
        app_id: credentials.app_id.clone(),
        app_secret: Hidden::new(credentials.app_secret.clone()),
        access_token: Some(Hidden::new(access)),
        refresh_token: Some(Hidden::new(refresh)),
        caller: CallerSettings::new("xiaohongshu", Rate::per_second(CALLS), Rate::per_second(CALLS)),
    };
    v3::Client::new(settings, Arc::clone(store), Arc::clone(clock) as Arc<dyn Clock>).unwrap()
}

fn main() {
    let mut args = std::env::args().skip(1);
    let data = PathBuf::from(args.next().unwrap());
    let count: u64 = args.next().map_or(10_000, |count| count.parse().unwrap());
    let times: usize = args.next().map_or(1, |times| times.parse().unwrap());
    std::fs::create_dir_all(&data).unwrap();
    let began = Instant::now();
    let until = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
    let from = until - SignedDuration::from_hours(24 * DAYS);
    let clock = Arc::new(HandClock(AtomicI64::new(from.as_millisecond())));
    let shop = OpenShop::new(SEED, count, Opening { from, until: until - SignedDuration::from_mins(1) });
    let plan = Plan { seed: SEED, only: None };
    let settings = Settings {
        list_lag: SignedDuration::ZERO,
        limits: Limits { per_app: CALLS as usize, per_method: CALLS as usize },
        ..Settings::new(plan)
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sandbox = Sandbox::new(settings, Arc::new(shop.clone()), Arc::clone(&clock) as Arc<dyn Clock>);
    let desk =
        DeskSettings { plan, payments: Some(sandbox.payments()), verify: false, ..DeskSettings::default() };
    let customs = Customs::new(desk, Arc::clone(&clock) as Arc<dyn Clock>);
    let sandbox = runtime.block_on(sandbox.start("127.0.0.1:0".parse().unwrap())).unwrap();
    let store: Arc<dyn Store> = Arc::new(SledStore::open(&data.join("store")).unwrap());
    let policy = Policy::default();
    let with = shop.waybills().enumerate().filter(|(index, _)| index % WITHOUT_WAYBILL != 0);
    waybills::take(store.as_ref(), &policy, with.map(|(_, waybill)| waybill), clock.now()).unwrap();
    let platform: Arc<dyn Platform> = Arc::new(client(&sandbox, &store, &clock));
    let vault =
        Vault::open(&data, &VaultSettings::default(), store.as_ref(), Arc::clone(&clock) as Arc<dyn Clock>);
    let configuration = Configuration::parse(SAMPLE_CONFIGURATION, "customs.toml").unwrap();
    let keys = tempfile::tempdir().unwrap();
    let parts = Parts {
        declaring: configuration.declaring().unwrap(),
        tariff: Tariff::builtin(),
        catalogue: Catalogue::builtin(),
        store,
        exclusive: true,
        fingerprint: String::new(),
        filings: &Shelf,
        platforms: vec![platform],
        supplier: None,
        routes: Arc::new(|_| Route::Zongshu),
        since: from,
        gateway: Arc::clone(&customs) as Arc<dyn Gateway>,
        signer: Some(Arc::new(signer(keys.path())) as Arc<dyn Signer>),
        door: Arc::new(vault.unwrap()),
        metrics: None,
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        keeping: Keeping::folder(&data),
        worker: Worker::default(),
        policy,
        packing: Packing::default(),
    };
    let mut now = from;
    while now < until {
        now = (now + SignedDuration::from_hours(24 * AT_A_TIME)).min(until);
        customs.silent.store(now == until, Ordering::SeqCst);
        // What was asked for or put off is done a while later.
        for minutes in [0, 40] {
            clock.set(now + SignedDuration::from_mins(minutes));
            let mode = Mode::Once { wait: Duration::ZERO };
            let summary = pipeline::run(&parts, mode, &Stop::default(), &Troubles).unwrap();
            println!("{:>4} s  {now}  {:?}", began.elapsed().as_secs(), summary.counts);
        }
    }
    for number in 1..times.min(MOST_TIMES) {
        copy(parts.store.as_ref(), &format!("{number:03}"));
    }
    println!("{:>4} s  {count} orders, {times} times", began.elapsed().as_secs());
}

/// Orders' numbers begin with `P7`: those of copies begin with `P`, a number below this, and a 7.
const MOST_TIMES: usize = 700;
/// Documents of a commit.
const PAGE: usize = 1_000;

/// Puts down what is known of each order once more, under another number. Numbers that lead to an order are made others too.
fn copy(store: &dyn Store, tag: &str) {
    let other = |text: &str| text.replacen("P7", &format!("P{tag}7"), 1);
    for branch in ["case", "waybill", "declared", "own", "invt", "used"] {
        let prefix = Key::below([branch]);
        let (mut after, mut copies) = (None, Vec::new());
        loop {
            let page = store.scan(&prefix, after.as_ref(), PAGE).unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for mut document in page {
                let body = String::from_utf8(document.body).unwrap();
                // Copies are not copied again.
                if !body.contains("\"P7") && !document.key.as_str().contains("/P7") {
                    continue;
                }
                let mut segments: Vec<String> = document.key.segments().collect();
                let number = segments.last_mut().unwrap();
                *number = if number.starts_with("P7") { other(number) } else { format!("{number}{tag}") };
                document.key = Key::of(&segments);
                document.body = body.replace("\"P7", &format!("\"P{tag}7")).into_bytes();
                document.due = None;
                copies.push(document);
            }
        }
        for chunk in copies.chunks(PAGE) {
            store.restore(chunk.to_vec()).unwrap();
        }
    }
}
