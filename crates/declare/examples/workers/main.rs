//! How fast several workers bring orders the whole way on one PostgreSQL server, with faults: `cargo run --release -p declare
//! --example workers -- ORDERS WORKERS [FAULTS OF A THOUSAND CALLS]`.
//!
//! Platform and customs are in this process, as in the example `pipeline`, and take their share of the machine; so does the server,
//! which is one of its own (see `tests/support/private_postgres.rs`) with durable commits. Everything that many workers share is
//! there: documents, messages, and the vault's keys. Each worker is a run of the pipeline with connections of its own.
//!
//! With faults so many of a thousand calls fail, half of them after they did what was asked; receipts come twice; and in the
//! middle one worker is cut off from the store without taking leave, as if its machine had lost power, and replaced.
//!
//! In the end every order is shipped, customs holds one document of each kind and order, and the audit finds nothing broken.
//! `CUSTOMS_SERVER` adds settings of the server, parted by semicolons.

#![allow(clippy::unwrap_used, clippy::print_stdout, unreachable_pub, missing_docs, reason = "a measurement")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use declare::configuration::Configuration;
use declare::desk::DeskSettings;
use declare::keeping::Keeping;
use declare::lifecycle::Policy;
use declare::messages::signature::Signer;
use declare::pipeline::audit::Evidence;
use declare::pipeline::{self, Mode, Packing, Parts, Stop, Terms, Worker, waybills};
use declare::shop::{OpenShop, Opening, SAMPLE_CONFIGURATION, Shelf};
use filing::tariff::Tariff;
use jiff::{SignedDuration, Timestamp};
use ports::catalogue::Catalogue;
use ports::clock::{Clock, SystemClock};
use ports::gateway::Gateway;
use ports::http::Hidden;
use ports::platform::{Platform, Route};
use ports::sandbox::{Plan, Scenario};
use ports::store::{Location, OpenStore, PostgresStore, Store};
use ports::vault::{Vault, VaultSettings};

#[path = "../in_process/mod.rs"]
mod in_process;
#[path = "../../../ports/tests/support/private_postgres.rs"]
#[allow(dead_code, clippy::expect_used, reason = "tests use the rest")]
mod private_postgres;
mod processor;
mod severed;

use in_process::heard::Heard;
use in_process::platform::Orders;
use in_process::trouble::Trouble;
use in_process::{Customs, signer};
use private_postgres::PrivatePostgres;
use processor::Spent;
use severed::Severed;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SEED: u64 = 20_261_122;
/// How long things are left to a worker that says nothing: short, so that the end does not wait for what was cut off.
const LEASE: Duration = Duration::from_secs(5);
/// How long documents wait for others (`gather_seconds = 1`): where hundreds of orders come a second, messages are full by then.
const GATHER: Duration = Duration::from_secs(1);
/// What an operator sets on a server with some memory; commits stay durable.
const SERVER: &str = "shared_buffers = 1GB\nmax_wal_size = 8GB\nwal_compression = lz4\nwal_buffers = 64MB\n";
/// How long customs takes for an answer at the least. It answers from one to the next message otherwise, which no customs does.
const ANSWER: SignedDuration = SignedDuration::from_millis(500);
/// Without an order being shipped for so long something is wrong.
const PATIENCE: Duration = Duration::from_secs(120);

/// What all workers work on.
struct World {
    url: String,
    key: String,
    folder: tempfile::TempDir,
    orders: Arc<Orders>,
    customs: Arc<Customs>,
    signer: Arc<dyn Signer>,
    since: Timestamp,
    heard: Heard,
}

impl World {
    fn vault(&self, store: &OpenStore) -> Vault {
        let settings =
            VaultSettings { master: Some(Hidden::new(self.key.clone())), shelf: store.key_shelf() };
        Vault::open(self.folder.path(), &settings, store, Arc::new(SystemClock)).unwrap()
    }

    fn open(&self) -> OpenStore {
        self.url.parse::<Location>().unwrap().open().unwrap()
    }

    /// One worker, until it is stopped.
    fn work(&self, name: &str, stop: &Stop, severed: &Severed) {
        let store = self.open();
        let vault = self.vault(&store);
        let data = self.folder.path();
        let keeping = Keeping::shared(store.archive(data), &store, &vault, data).unwrap();
        let store: Arc<dyn Store> = Arc::new(severed.around(Arc::new(store)));
        let configuration = Configuration::parse(SAMPLE_CONFIGURATION, "customs.toml").unwrap();
        let parts = Parts {
            declaring: configuration.declaring().unwrap(),
            tariff: Tariff::builtin(),
            catalogue: Catalogue::builtin(),
            store,
            exclusive: false,
            fingerprint: String::new(),
            filings: &Shelf,
            platforms: vec![Arc::clone(&self.orders) as Arc<dyn Platform>],
            supplier: None,
            routes: Arc::new(|_| Route::Zongshu),
            since: self.since,
            gateway: Arc::clone(&self.customs) as Arc<dyn Gateway>,
            signer: Some(Arc::clone(&self.signer)),
            door: Arc::new(vault),
            metrics: None,
            clock: Arc::new(SystemClock) as Arc<dyn Clock>,
            keeping,
            worker: Worker { name: name.to_owned(), terms: Terms::of(LEASE), ..Worker::default() },
            policy: Policy::default(),
            packing: Packing { gather: GATHER, ..Packing::default() },
        };
        let ran = pipeline::run(&parts, Mode::Watch, stop, &self.heard);
        assert!(ran.is_ok() || severed.is_cut(), "{ran:?}");
    }

    /// Nothing was lost and nothing came twice.
    fn is_sound(&self, count: u64) {
        let ledger = self.customs.state();
        for kind in ["order", "waybill", "inventory"] {
            assert_eq!(ledger["effective"][kind], count, "{kind}: {ledger}");
            assert_eq!(ledger["most_of_a_key"][kind], 1, "{kind}: {ledger}");
        }
        assert_eq!(ledger["duplicates"], 0, "{ledger}");
        let store = self.open();
        let archive = store.archive(self.folder.path());
        let vault = self.vault(&store);
        let policy = Policy::default();
        let evidence = Evidence { store: &store, archive: archive.as_ref(), door: &vault, policy: &policy };
        let audited = evidence.audit(Timestamp::now(), &|_| {}).unwrap();
        assert_eq!((audited.orders, audited.broken), (count, 0), "{:?}", audited.faults);
        println!(
            "audit: {} orders, {} messages, {} receipts, nothing broken",
            audited.orders, audited.messages, audited.receipts
        );
    }
}

fn argument(place: usize, otherwise: u64) -> u64 {
    std::env::args().nth(place).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn server() -> PrivatePostgres {
    let server = PrivatePostgres::start();
    let more = std::env::var("CUSTOMS_SERVER").unwrap_or_default().replace(';', "\n");
    server.configure("postgresql.conf", |before| format!("{before}{SERVER}{more}\n"));
    server.down("fast");
    server.up();
    server
}

fn main() {
    declare::memory::keep_what_is_freed();
    let (count, workers, faults) = (argument(1, 5_000), argument(2, 4), argument(3, 0));
    let server = server();
    let url = server.database();
    let now = Timestamp::now();
    let opening = Opening { from: now - SignedDuration::from_hours(24), until: now };
    let shop = OpenShop::new(SEED, count, opening);
    let plan = Plan { seed: SEED, only: Some(Scenario::AllClear) };
    let desk = DeskSettings { plan, verify: false, ..DeskSettings::default() };
    let folder = tempfile::tempdir().unwrap();
    let world = World {
        key: format!("{:064x}", 0x00C0_FFEE),
        orders: Arc::new(Orders::troubled(shop.clone(), Trouble::new(faults, SEED))),
        customs: Customs::troubled(desk, Arc::new(SystemClock), (Trouble::new(faults, SEED + 1), ANSWER)),
        signer: Arc::new(signer(folder.path())),
        since: opening.from,
        heard: Heard::default(),
        folder,
        url,
    };
    let store = PostgresStore::migrate(&world.url).unwrap();
    waybills::take(&store, &Policy::default(), shop.waybills(), now).unwrap();
    drop(store);
    server.sql(&world.url, "vacuum analyze documents").unwrap();
    run(&world, &server, count, workers, faults > 0);
    let size = "select round(count(*) * 1.0 / ORDERS, 1) || ' documents, of ' || sum(pg_column_size(d.*)) / ORDERS || ' bytes; the \
                table and its indexes ' || pg_total_relation_size('documents') / ORDERS || ' bytes, messages ' \
                || (select sum(length(bytes)) from messages) / ORDERS from documents d";
    print!(
        "an order in the database: {}",
        server.sql(&world.url, &size.replace("ORDERS", &count.to_string())).unwrap()
    );
    world.is_sound(count);
}

fn run(world: &World, server: &PrivatePostgres, count: u64, workers: u64, cut: bool) {
    let before = Spent::now(server.folder());
    let began = Instant::now();
    let hands: Vec<(Stop, Severed)> = (0..=workers).map(|_| (Stop::default(), Severed::default())).collect();
    thread::scope(|scope| {
        let start = |index: usize| {
            let (stop, severed) = &hands[index];
            thread::Builder::new()
                .name("worker".to_owned())
                .spawn_scoped(scope, move || world.work(&format!("w{index}"), stop, severed))
                .unwrap();
        };
        let last = hands.len() - 1;
        (0..last).for_each(start);
        let (mut shipped, mut at, mut is_cut) = (0, Instant::now(), !cut);
        let mut told = Instant::now();
        let (mut tenth, mut nine_tenths) = (None, None);
        while shipped < count {
            thread::sleep(Duration::from_millis(20));
            let now = world.orders.shipped();
            if now >= count / 10 && tenth.is_none() {
                tenth = Some((now, Instant::now()));
            }
            if now >= count / 10 * 9 && nine_tenths.is_none() {
                nine_tenths = Some((now, Instant::now()));
            }
            if now > shipped {
                (shipped, at) = (now, Instant::now());
            }
            if !is_cut && shipped > count / 2 {
                is_cut = true;
                let (stop, severed) = &hands[0];
                severed.cut();
                stop.ask();
                start(last);
            }
            if told.elapsed() > Duration::from_secs(2) {
                println!("{:>5} s  {}  shipped {now:>7}", began.elapsed().as_secs(), world.heard);
                told = Instant::now();
            }
            if at.elapsed() > PATIENCE {
                println!("no order was shipped for long: {shipped} of {count}");
                break;
            }
        }
        let seconds = began.elapsed();
        let spent = Spent::now(server.folder()).since(&before);
        for (stop, _) in &hands {
            stop.ask();
        }
        let rate = |orders: u64, time: Duration| u128::from(orders) * 1_000 / time.as_millis().max(1);
        println!(
            "{count} orders, {workers} workers: {:.1} s, {} orders/s",
            seconds.as_secs_f64(),
            rate(count, seconds)
        );
        if let (Some((first, from)), Some((second, to))) = (tenth, nine_tenths) {
            println!("  between the first and the last tenth {} orders/s", rate(second - first, to - from));
        }
        spent.show(count, seconds);
        let took = |took: &AtomicU64| took.load(Ordering::Relaxed) / count;
        println!(
            "  of this the desk of customs {} us, making orders up {} us",
            took(&world.customs.took_us),
            took(&world.orders.took_us)
        );
    });
    println!("troubles: {:?}", world.heard.troubles.lock().unwrap());
}
