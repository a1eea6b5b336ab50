//! A shop, its platform, customs, a store on a server, and workers between them: as processes, or as threads of the test where
//! it has to lay its hands on a clock or a gateway.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use declare::configuration::Configuration;
use declare::keeping::Keeping;
use declare::lifecycle::{Case, Policy, Shipping, State};
use declare::messages::MessageKind;
use declare::messages::signature::{Algorithm, KeyFile, Signer, ThrowAway};
use declare::pipeline::{self, Mode, Observer, Packing, Parts, Present, Stop, Terms, Worker, layout};
use declare::shop::Shelf;
use filing::tariff::Tariff;
use jiff::{SignedDuration, Timestamp};
use ports::catalogue::Catalogue;
use ports::clock::{Clock, SystemClock};
use ports::fault::Fault;
use ports::gateway::Gateway;
use ports::gateway::http::{HttpGateway, HttpSettings};
use ports::http::Hidden;
use ports::platform::Route;
use ports::sandbox::customs::{Customs, CustomsSettings};
use ports::sandbox::{FaultKind, Plan, Rates, Running, Scenario};
use ports::store::{Location, OpenStore, Store};
use ports::vault::{Vault, VaultSettings};
use ports::xiaohongshu::v3;
use tokio::runtime::Runtime;

use crate::market::{self, Market};
use crate::private_postgres::PrivatePostgres;
use crate::support::{Workplace, sample};

/// How long anything may take on a machine that is busy.
pub const PATIENCE: Duration = Duration::from_secs(240);
/// How long work is left to a worker that says nothing: short, so that the tests do not wait for it.
pub const LEASE: Duration = Duration::from_secs(4);
const SEED: u64 = 31;

pub struct World {
    /// The address of the database.
    pub url: String,
    pub place: Workplace,
    pub sandbox: Running,
    pub customs: Customs,
    pub orders: u64,
    key: String,
    _runtime: Runtime,
    pub server: PrivatePostgres,
}

/// Faults of platform and customs that do not take a client's whole patience.
pub fn faults(share: f64) -> Rates {
    market::faults(&[FaultKind::Trouble, FaultKind::Cut, FaultKind::Duplicate], share)
}

impl World {
    pub fn open(orders: u64, faults: Rates) -> Self {
        let server = PrivatePostgres::start();
        let url = server.database();
        let plan = Plan { seed: SEED, only: Some(Scenario::AllClear) };
        let customs = CustomsSettings { silence: Duration::from_millis(500), ..CustomsSettings::default() };
        let market = Market::open(plan, orders, faults, customs);
        let place = Workplace::new();
        let made = ThrowAway::sm2("workers", Timestamp::now()).unwrap();
        place.write("key.pem", made.key);
        place.write("certificate.der", made.certificate);
        let sending =
            format!("[sending]\nlease_seconds = {}\ngather_seconds = 0\nbatch = 10\n\n", LEASE.as_secs());
        place.write("customs.toml", market.configuration("certificate.der", &sending));
        place.write("waybills.jsonl", market.waybills());
        let key = format!("{:064x}", 0xC0FFEE);
        let Market { sandbox, customs, runtime, .. } = market;
        let world = Self { url, place, sandbox, customs, orders, key, _runtime: runtime, server };
        assert_eq!(world.run(&["store", "migrate"]).0, 0);
        let filings = sample("filings.xlsx").display().to_string();
        assert_eq!(world.run(&["filing", "import", &filings]).0, 0);
        let (code, taken) = world.run(&["declare", "waybills", "waybills.jsonl"]);
        assert_eq!((code, taken["taken"].as_u64()), (0, Some(orders)), "{taken}");
        world
    }

    /// The program, on a machine of that name, with the store at an address.
    pub fn command(&self, machine: &str, url: &str, args: &[&str]) -> Command {
        let data = self.place.path(machine).display().to_string();
        let mut command = self.place.command(&["--store", url, "--data", &data]);
        command.args(args).env("CUSTOMS_VAULT_KEY", &self.key);
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, args: &[&str]) -> (i32, serde_json::Value) {
        let output = self.command("desk", &self.url, &[&["--json"], args].concat()).output().unwrap();
        let answer = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code().unwrap_or(-1), answer)
    }

    /// Starts a worker on a machine of its own, which goes on until it is ended.
    pub fn worker(&self, machine: &str, url: &str, more: &[&str]) -> Process {
        let mut args = vec!["declare", "run", "--watch"];
        args.extend_from_slice(more);
        let log = fs::File::create(self.place.path(&format!("{machine}.log"))).unwrap();
        let mut command = self.command(machine, url, &args);
        Process(command.stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    /// What a worker has said.
    pub fn log(&self, machine: &str) -> String {
        fs::read_to_string(self.place.path(&format!("{machine}.log"))).unwrap_or_default()
    }

    pub fn store(&self) -> OpenStore {
        self.url.parse::<Location>().unwrap().open().unwrap()
    }

    pub fn cases(&self) -> Vec<Case> {
        let documents = self.store().scan(&layout::branch(layout::CASES), None, 1_000_000).unwrap();
        documents.iter().map(|document| document.record().unwrap()).collect()
    }

    /// The workers that show themselves.
    pub fn workers(&self) -> Vec<(String, Present)> {
        pipeline::workers(&self.store()).unwrap()
    }

    /// How many orders have come to their end.
    pub fn ended(&self) -> u64 {
        let cases = self.cases();
        let ended =
            |case: &&Case| case.state == State::Released && matches!(case.shipping, Shipping::Done { .. });
        cases.iter().filter(ended).count() as u64
    }

    /// Waits until something is so.
    pub fn wait_for(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let until = Instant::now() + PATIENCE;
        while !is_so() {
            let logs = || ["a", "b", "c", "d"].map(|name| self.log(name)).join("\n--\n");
            assert!(Instant::now() < until, "{what}: {:?}\n{}", self.states(), logs());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    pub fn all_end(&self) {
        self.wait_for("not all orders came to their end", || self.ended() == self.orders);
    }

    fn states(&self) -> BTreeMap<&'static str, u64> {
        let mut states = BTreeMap::new();
        for case in self.cases() {
            *states.entry(case.state.word()).or_default() += 1;
        }
        states
    }

    /// Every order is declared exactly once, and the store holds together.
    pub fn is_sound(&self) {
        let state = self.customs.state();
        let ledger = &state["ledger"];
        for kind in ["order", "waybill", "inventory"] {
            assert_eq!(ledger["effective"][kind], self.orders, "{kind}: {ledger}");
            assert_eq!(ledger["most_of_a_key"][kind], 1, "{kind}: {ledger}");
        }
        assert_eq!(ledger["duplicates"], 0, "{ledger}");
        let (code, audit) = self.run(&["declare", "audit"]);
        assert_eq!((code, audit["broken"].as_u64()), (0, Some(0)), "{audit}");
        let archive = self.store().archive(&self.place.path("nowhere"));
        for document in self.store().scan(&layout::branch(layout::OUTBOX), None, 1_000_000).unwrap() {
            let outgoing: layout::Outgoing = document.record().unwrap();
            assert_eq!(outgoing.passage, layout::Passage::Sent, "{outgoing:?}");
        }
        for (guid, sent) in self.customs.messages() {
            let kinds = [MessageKind::Order, MessageKind::Waybill, MessageKind::Inventory];
            let kept = kinds
                .iter()
                .find_map(|kind| archive.read(&format!("{}_{guid}.xml", kind.type_name())).unwrap());
            assert!(kept.is_some_and(|kept| kept == sent), "{guid} is kept as it was sent");
        }
    }

    /// The way to customs.
    pub fn gateway(&self) -> Arc<dyn Gateway> {
        let url = format!("{}/customs", self.sandbox.base_url());
        Arc::new(HttpGateway::new(HttpSettings::new(url, None)).unwrap())
    }

    /// A worker as a thread's work, with a connection of its own, until it is stopped.
    pub fn work(&self, hand: &InProcess, stop: &Stop) -> Result<(), pipeline::RunError> {
        let data = self.place.path(hand.name);
        let store = self.url.parse::<Location>().unwrap().open().unwrap();
        let settings =
            VaultSettings { master: Some(Hidden::new(self.key.clone())), shelf: store.key_shelf() };
        let vault = Vault::open(&data, &settings, &store, Arc::new(SystemClock)).unwrap();
        let keeping = Keeping::shared(store.archive(&data), &store, &vault, &data).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let configuration = fs::read_to_string(self.place.path("customs.toml")).unwrap();
        let configuration = Configuration::parse(&configuration, "customs.toml").unwrap();
        let credentials = self.sandbox.credentials();
        let (access, refresh) = self.sandbox.tokens();
        let settings = v3::Settings {
            base_url: self.sandbox.base_url(),
            app_id: credentials.app_id.clone(),
            app_secret: Hidden::new(credentials.app_secret.clone()),
            access_token: Some(Hidden::new(access)),
            refresh_token: Some(Hidden::new(refresh)),
            caller: v3::caller_settings(),
        };
        let platform = v3::Client::new(settings, Arc::clone(&store), Arc::new(SystemClock)).unwrap();
        let key = fs::read_to_string(self.place.path("key.pem")).unwrap();
        let certificate = fs::read(self.place.path("certificate.der")).unwrap();
        let signer = KeyFile::from_pem(Algorithm::Sm2Sm3, &key, &certificate).unwrap();
        let parts = Parts {
            declaring: configuration.declaring().unwrap(),
            tariff: Tariff::builtin(),
            catalogue: Catalogue::builtin(),
            store,
            exclusive: false,
            fingerprint: String::new(),
            filings: &Shelf,
            platforms: vec![Arc::new(platform)],
            supplier: None,
            routes: Arc::new(|_| Route::Zongshu),
            since: Timestamp::now() - SignedDuration::from_hours(24),
            gateway: Arc::clone(&hand.gateway),
            signer: Some(Arc::new(signer) as Arc<dyn Signer>),
            door: Arc::new(vault),
            metrics: None,
            clock: Arc::clone(&hand.clock),
            keeping,
            worker: Worker { name: hand.name.to_owned(), terms: Terms::of(LEASE), ..Worker::default() },
            policy: Policy::default(),
            packing: Packing { gather: Duration::from_millis(200), batch: hand.batch, ..Packing::default() },
        };
        pipeline::run(&parts, Mode::Watch, stop, &hand.heard).map(drop)
    }
}

/// What the test gives to a worker in its own process.
pub struct InProcess {
    pub name: &'static str,
    pub clock: Arc<dyn Clock>,
    pub gateway: Arc<dyn Gateway>,
    pub batch: usize,
    pub heard: Heard,
}

/// Hears what is in the way.
#[derive(Default)]
pub struct Heard(pub std::sync::Mutex<Vec<String>>);

impl Observer for Heard {
    fn fetched(&self, _: u64) {}
    fn sent(&self, _: MessageKind, _: u64) {}
    fn received(&self, _: u64) {}
    fn trouble(&self, fault: &Fault) {
        self.0.lock().unwrap().push(fault.code().to_owned());
    }
}

/// A worker's process; it is killed when the test ends before it.
pub struct Process(Child);

impl Process {
    /// Ends it as a power cut does.
    pub fn kill(mut self) {
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }

    /// Asks it to end, and waits until it has.
    pub fn end(mut self) -> i32 {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.0.wait().unwrap().code().unwrap_or(-1)
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
