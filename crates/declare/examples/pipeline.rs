//! How fast orders go the whole way, platform and customs being in this process: `cargo run --release -p declare --example
//! pipeline -- 100000`.
//!
//! Nothing is left out but the network: orders are listed and read one by one, documents are made, matched, taxed, written,
//! signed (SM2), verified, held against their schemas and kept; customs' desk checks and matches them; its receipts are kept and
//! folded; the platform is told of every shipment. Every commit waits for the disk.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use declare::configuration::Configuration;
use declare::desk::DeskSettings;
use declare::keeping::Keeping;
use declare::lifecycle::{Policy, State};
use declare::messages::signature::Signer;
use declare::pipeline::{self, Mode, OpenDoor, Packing, Parts, Stop, Worker, waybills};
use declare::shop::{OpenShop, Opening, SAMPLE_CONFIGURATION, Shelf};
use filing::tariff::Tariff;
use jiff::{SignedDuration, Timestamp};
use ports::catalogue::Catalogue;
use ports::clock::{Clock, SystemClock};
use ports::gateway::Gateway;
use ports::platform::{Platform, Route};
use ports::sandbox::{Plan, Scenario};
use ports::store::{SledStore, Store};

mod in_process;

use in_process::heard::Heard;
use in_process::platform::Orders;
use in_process::{Customs, signer};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SEED: u64 = 20_261_122;

/// Memory of this process, MB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    kib.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() / 1024
}

fn main() {
    declare::memory::keep_what_is_freed();
    let count: u64 = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(10_000);
    let folder = match std::env::args().nth(2) {
        Some(place) => tempfile::tempdir_in(place).unwrap(),
        None => tempfile::tempdir().unwrap(),
    };
    let now = Timestamp::now();
    let opening = Opening { from: now - SignedDuration::from_hours(24), until: now };
    let shop = OpenShop::new(SEED, count, opening);
    let plan = Plan { seed: SEED, only: Some(Scenario::AllClear) };
    let orders = Arc::new(Orders::new(shop.clone()));
    let desk = DeskSettings { plan, verify: false, ..DeskSettings::default() };
    let customs = Customs::new(desk, Arc::new(SystemClock));
    let configuration = Configuration::parse(SAMPLE_CONFIGURATION, "customs.toml").unwrap();
    let policy = Policy::default();
    let store: Arc<dyn Store> = Arc::new(SledStore::open(&folder.path().join("store")).unwrap());
    let began = Instant::now();
    waybills::take(store.as_ref(), &policy, shop.waybills(), now).unwrap();
    println!("{count} waybills taken in {:.1} s", began.elapsed().as_secs_f64());
    let signer: Arc<dyn Signer> = Arc::new(signer(folder.path()));
    let parts = Parts {
        declaring: configuration.declaring().unwrap(),
        tariff: Tariff::builtin(),
        catalogue: Catalogue::builtin(),
        store,
        exclusive: true,
        fingerprint: String::new(),
        filings: &Shelf,
        platforms: vec![Arc::clone(&orders) as Arc<dyn Platform>],
        supplier: None,
        routes: Arc::new(|_| Route::Zongshu),
        since: opening.from,
        gateway: Arc::clone(&customs) as Arc<dyn Gateway>,
        signer: Some(signer),
        door: Arc::new(OpenDoor),
        metrics: None,
        clock: Arc::new(SystemClock) as Arc<dyn Clock>,
        keeping: Keeping::folder(&folder.path().join("data")),
        worker: Worker::default(),
        policy,
        packing: Packing::default(),
    };
    let heard = Heard::default();
    let over = AtomicBool::new(false);
    let began = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut last = 0;
            while !over.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_secs(5));
                let shipped = orders.shipped();
                let (seconds, rate) = (began.elapsed().as_secs(), (shipped - last) / 5);
                println!("{seconds:>4} s  {heard}  shipped {shipped:>7} ({rate}/s)  {} MB", memory());
                last = shipped;
            }
        });
        let mode = Mode::Once { wait: Duration::ZERO };
        let summary = pipeline::run(&parts, mode, &Stop::default(), &heard).unwrap();
        over.store(true, Ordering::Relaxed);
        let seconds = began.elapsed().as_secs_f64();
        println!("{:?}; troubles: {:?}", summary.counts, heard.troubles.lock().unwrap());
        assert_eq!(summary.count(State::Released), count);
        assert_eq!(orders.shipped(), count);
        #[allow(clippy::float_arithmetic, clippy::cast_precision_loss)]
        let rate = count as f64 / seconds;
        println!("{count} orders in {seconds:.1} s: {rate:.0} orders/s, {} MB", memory());
    });
    // The desk never forgets an order; what is left without it is this program's.
    let with_desk = memory();
    let store = Arc::clone(&parts.store);
    drop(parts);
    drop(customs);
    thread::sleep(Duration::from_secs(2));
    println!("{with_desk} MB, {} MB without customs' desk", memory());
    drop(store);
    let size: u64 = walk(folder.path());
    println!("{} MB on disk", size >> 20);
}

fn walk(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(
            |entry| if entry.path().is_dir() { walk(&entry.path()) } else { entry.metadata().unwrap().len() },
        )
        .sum()
}
