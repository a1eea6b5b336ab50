//! Orders from the shop to their end, each scenario of the sandbox by its number: platform and customs over HTTP, the pipeline
//! in this process, and a clock that only the test moves. `CUSTOMS_TEST_STORE=postgres` runs them on PostgreSQL.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use declare::build::Filings;
use declare::configuration::Configuration;
use declare::desk::{Desk, DeskSettings};
use declare::keeping::Keeping;
use declare::lifecycle::{Case, Decision, Input, Policy, Said, Shipping, State};
use declare::messages::MessageKind;
use declare::messages::signature::{Algorithm, KeyFile, Signer};
use declare::pipeline::{
    self, Mode, Observer, OpenDoor, Packing, Parts, Stop, Summary, Worker, layout, waybills,
};
use declare::receipt::Subject;
use declare::shop::{OpenShop, Opening, SAMPLE_CONFIGURATION, Shelf};
use filing::tariff::Tariff;
use jiff::{SignedDuration, Timestamp};
use ports::catalogue::Catalogue;
use ports::clock::Clock;
use ports::fault::Fault;
use ports::gateway::Gateway;
use ports::gateway::folder::{FolderGateway, FolderSettings};
use ports::gateway::http::{HttpGateway, HttpSettings};
use ports::http::Hidden;
use ports::platform::{Platform, Route, Supplier};
use ports::sandbox::customs::{Customs, CustomsSettings};
use ports::sandbox::{Plan, Running, Sandbox, Scenario, Settings, Yanxuan};
use ports::store::Store;
use ports::xiaohongshu::v3;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::signing;
use crate::support::Workplace;
use crate::test_store::TestStore;

/// What happens in a world, and what is sold there.
pub const SEED: u64 = 11;
/// Orders of one world.
pub const ORDERS: u64 = 4;
/// More than the platform lets changes gather before they are listed.
pub const A_WHILE: SignedDuration = SignedDuration::from_mins(6);

/// A clock that stands still unless the test moves it.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Says nothing.
struct Quiet;

impl Observer for Quiet {
    fn fetched(&self, _: u64) {}
    fn sent(&self, _: MessageKind, _: u64) {}
    fn received(&self, _: u64) {}
    fn trouble(&self, _: &Fault) {}
}

/// A shop, its platform, customs, and this program between them.
pub struct World {
    pub place: Workplace,
    pub clock: Arc<TestClock>,
    _runtime: Runtime,
    orders: u64,
    pub shop: OpenShop,
    pub sandbox: Running,
    pub customs: Customs,
    gateway: Arc<dyn Gateway>,
    platform: Arc<dyn Platform>,
    pub supplier: Option<Arc<dyn Supplier>>,
    signer: Arc<dyn Signer>,
    pub store: Arc<dyn Store>,
    opened: TestStore,
    pub configuration: Configuration,
    pub policy: Policy,
}

impl World {
    /// A world in which every order has the same fate.
    pub fn of(scenario: Scenario) -> Self {
        Self::with(Some(scenario), ORDERS)
    }

    /// A world in which all fates occur, or one.
    pub fn with(only: Option<Scenario>, orders: u64) -> Self {
        Self::beside(only, orders, SEED, |_| None)
    }

    /// The same with a supplier that ships; `seed` chooses what the shop sells.
    pub fn beside(
        only: Option<Scenario>,
        orders: u64,
        seed: u64,
        yanxuan: impl FnOnce(Arc<dyn Clock>) -> Option<Yanxuan>,
    ) -> Self {
        let plan = Plan { seed: SEED, only };
        let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(now.as_millisecond())));
        let opening =
            Opening { from: now - SignedDuration::from_hours(2), until: now - SignedDuration::from_mins(1) };
        let shop = OpenShop::new(seed, orders, opening);
        let settings = Settings { list_lag: SignedDuration::ZERO, ..Settings::new(plan) };
        let runtime = Runtime::new().unwrap();
        let sandbox = Sandbox::new(settings, Arc::new(shop.clone()), Arc::clone(&clock) as Arc<dyn Clock>);
        let desk = DeskSettings { plan, payments: Some(sandbox.payments()), ..DeskSettings::default() };
        let customs = Customs::new(
            Arc::new(Desk::new(desk)),
            Arc::clone(&clock) as Arc<dyn Clock>,
            CustomsSettings { silence: Duration::from_millis(1), ..CustomsSettings::default() },
        );
        let sandbox = sandbox.with_router("/customs", customs.router());
        let sandbox = match yanxuan(Arc::clone(&clock) as Arc<dyn Clock>) {
            Some(yanxuan) => sandbox.with_yanxuan(yanxuan),
            None => sandbox,
        };
        let sandbox = runtime.block_on(sandbox.start("127.0.0.1:0".parse().unwrap())).unwrap();
        let url = format!("{}/customs", sandbox.base_url());
        let quick = HttpSettings { first_wait: Duration::from_millis(1), ..HttpSettings::new(url, None) };
        let opened = TestStore::open();
        let store = Arc::clone(&opened.store);
        let platform = client(&sandbox, &store, &clock);
        let place = Workplace::new();
        signing::make_key(&place);
        let [key, certificate] =
            ["key.pem", "certificate.pem"].map(|name| std::fs::read(place.path(name)).unwrap());
        let key = String::from_utf8(key).unwrap();
        let signer = KeyFile::from_pem(Algorithm::Sm2Sm3, &key, &certificate).unwrap();
        Self {
            gateway: Arc::new(HttpGateway::new(quick).unwrap()),
            platform,
            supplier: None,
            signer: Arc::new(signer),
            configuration: Configuration::parse(SAMPLE_CONFIGURATION, "customs.toml").unwrap(),
            policy: Policy::default(),
            place,
            clock,
            _runtime: runtime,
            orders,
            shop,
            sandbox,
            customs,
            store,
            opened,
        }
    }

    /// The warehouse weighs the parcels.
    pub fn weigh(&self) {
        let taken = waybills::take(self.store.as_ref(), &self.policy, self.shop.waybills(), self.clock.now())
            .unwrap();
        assert_eq!(taken.taken, self.orders);
    }

    /// Runs until nothing is due.
    pub fn run(&self) -> Summary {
        self.run_with(&Shelf, &Stop::default())
    }

    /// Runs with filings of the test's own until nothing is due, or it is told to stop.
    pub fn run_with(&self, filings: &dyn Filings, stop: &Stop) -> Summary {
        let parts = Parts {
            declaring: self.configuration.declaring().unwrap(),
            tariff: Tariff::builtin(),
            catalogue: Catalogue::builtin(),
            store: Arc::clone(&self.store),
            exclusive: !self.opened.is_shared(),
            fingerprint: String::new(),
            filings,
            platforms: vec![Arc::clone(&self.platform)],
            supplier: self.supplier.clone(),
            routes: Arc::new(|_| Route::Zongshu),
            since: self.clock.now() - SignedDuration::from_hours(24),
            gateway: Arc::clone(&self.gateway),
            signer: Some(Arc::clone(&self.signer)),
            door: Arc::new(OpenDoor),
            metrics: None,
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            keeping: self.keeping(),
            // The test moves the time.
            worker: Worker { follows_store: false, ..Worker::default() },
            policy: self.policy.clone(),
            packing: Packing::default(),
        };
        pipeline::run(&parts, Mode::Once { wait: Duration::ZERO }, stop, &Quiet).unwrap()
    }

    /// Runs, and again after a while, until the time is over.
    pub fn run_for(&self, time: SignedDuration) -> Summary {
        let end = self.clock.now() + time;
        loop {
            let summary = self.run();
            if self.clock.now() >= end {
                return summary;
            }
            self.clock.advance(A_WHILE);
        }
    }

    /// Where messages are kept.
    pub fn keeping(&self) -> Keeping {
        self.opened.keeping(&self.place.path("data"))
    }

    pub fn cases(&self) -> Vec<Case> {
        let documents = self.store.scan(&layout::branch(layout::CASES), None, 1_000).unwrap();
        documents.iter().map(|document| document.record().unwrap()).collect()
    }

    /// How many orders are in each state, in words.
    pub fn states(&self) -> BTreeMap<&'static str, usize> {
        let mut states = BTreeMap::new();
        for case in self.cases() {
            *states.entry(case.state.word()).or_default() += 1;
        }
        states
    }

    pub fn all_are(&self, state: State) {
        let expected = BTreeMap::from([(state.word(), ORDERS as usize)]);
        assert_eq!(self.states(), expected, "{:?}", self.reasons());
    }

    /// Everything that holds the orders.
    pub fn reasons(&self) -> Vec<String> {
        let cases = self.cases();
        let reasons = cases.iter().flat_map(|case| case.reasons(self.clock.now(), &self.policy));
        let mut codes: Vec<String> = reasons.map(|reason| reason.code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    pub fn ledger(&self) -> Value {
        self.customs.state()["ledger"].clone()
    }

    /// How many documents of each kind count as declared, all orders together; never two of one order.
    pub fn effective(&self) -> [u64; 4] {
        let ledger = self.ledger();
        let of = |name: &str, kind: &str| ledger[name][kind].as_u64().unwrap();
        for kind in ["order", "payment", "waybill", "inventory"] {
            assert!(of("most_of_a_key", kind) <= 1, "{ledger}");
        }
        assert_eq!(ledger["duplicates"], 0, "{ledger}");
        ["order", "payment", "waybill", "inventory"].map(|kind| of("effective", kind))
    }

    pub fn shipped(&self) -> usize {
        self.sandbox.state()["shipped"].as_array().unwrap().len()
    }

    /// A person decides about every order.
    pub fn decide(&self, decision: &Decision) {
        for case in self.cases() {
            let input = Input::Decision(decision.clone());
            pipeline::move_on(self.store.as_ref(), &self.policy, &case.order_no, input, self.clock.now())
                .unwrap();
        }
    }

    /// How many versions of a document each order has.
    pub fn versions(&self, subject: Subject) -> Vec<usize> {
        let cases = self.cases();
        let versions = |case: &Case| case.papers.get(&subject).map_or(0, |paper| paper.versions.len());
        cases.iter().map(versions).collect()
    }
}

fn client(sandbox: &Running, store: &Arc<dyn Store>, clock: &Arc<TestClock>) -> Arc<dyn Platform> {
    let credentials = sandbox.credentials();
    let (access, refresh) = sandbox.tokens();
    let settings = v3::Settings {
        base_url: sandbox.base_url(),
        app_id: credentials.app_id.clone(),
        app_secret: Hidden::new(credentials.app_secret.clone()),
        access_token: Some(Hidden::new(access)),
        refresh_token: Some(Hidden::new(refresh)),
        caller: v3::caller_settings(),
    };
    let store = Arc::clone(store);
    Arc::new(v3::Client::new(settings, store, Arc::clone(clock) as Arc<dyn Clock>).unwrap())
}

const ALL: u64 = ORDERS;
const DAY: SignedDuration = SignedDuration::from_hours(1);

#[test]
fn scenario_01_all_clear() {
    let world = World::of(Scenario::AllClear);
    world.weigh();
    world.run();
    world.all_are(State::Released);
    assert_eq!((world.effective(), world.shipped()), ([ALL, 0, ALL, ALL], ORDERS as usize));
    assert!(world.cases().iter().all(|case| matches!(case.shipping, Shipping::Done { .. })));
    // Another run finds nothing to do.
    let before = world.customs.state();
    world.clock.advance(A_WHILE);
    world.run();
    assert_eq!(world.customs.state()["sendings"], before["sendings"]);
    world.all_are(State::Released);
}

#[test]
fn scenario_01_all_clear_through_folders() {
    let mut world = World::of(Scenario::AllClear);
    let [outbox, inbox] = ["outbox", "inbox"].map(|name| world.place.path(name));
    for folder in [&outbox, &inbox] {
        std::fs::create_dir(folder).unwrap();
    }
    world.gateway = Arc::new(FolderGateway::new(FolderSettings::new(&outbox, &inbox)));
    world.weigh();
    for _ in 0..6 {
        world.run();
        world.customs.exchange(&outbox, &inbox).unwrap();
    }
    world.run();
    world.all_are(State::Released);
    assert_eq!((world.effective(), world.shipped()), ([ALL, 0, ALL, ALL], ORDERS as usize));
}

#[test]
fn scenario_02_the_payment_slip_is_missing_and_pushed_again() {
    let world = World::of(Scenario::PaymentMissing);
    world.weigh();
    world.run();
    world.all_are(State::Refused);
    let asked = |world: &World| world.sandbox.state()["payment_repushes"].as_object().unwrap().len();
    assert_eq!(asked(&world), ORDERS as usize);
    world.run_for(DAY);
    world.all_are(State::Released);
    assert_eq!((world.effective(), world.shipped()), ([ALL, 0, ALL, ALL], ORDERS as usize));
    assert_eq!(world.versions(Subject::Inventory), [2; ORDERS as usize]);
    assert_eq!(world.versions(Subject::Order), [1; ORDERS as usize]);
    let once = world.sandbox.state()["payment_repushes"].clone();
    assert!(once.as_object().unwrap().values().all(|asked| asked.as_array().unwrap().len() == 1), "{once}");
}

/// Refused for good until a person has looked; declared anew when one says so.
fn refused(scenario: Scenario) {
    let world = World::of(scenario);
    world.weigh();
    world.run_for(DAY);
    world.all_are(State::Refused);
    assert_eq!((world.effective(), world.shipped()), ([ALL, 0, ALL, 0], 0));
    assert_eq!(world.versions(Subject::Inventory), [1; ORDERS as usize]);
    assert!(!world.reasons().is_empty());
    world.decide(&Decision::Release { reason: Said::new("the slip was corrected") });
    world.clock.advance(A_WHILE);
    world.run();
    // Nothing was corrected: customs says the same again.
    world.all_are(State::Refused);
    assert_eq!(world.versions(Subject::Inventory), [2; ORDERS as usize]);
    assert_eq!(world.effective(), [ALL, 0, ALL, 0]);
}

#[test]
fn scenario_03_the_amount_differs() {
    refused(Scenario::AmountMismatch);
}

#[test]
fn scenario_04_the_buyer_is_not_the_payer() {
    refused(Scenario::BuyerDiffers);
}

#[test]
fn scenario_05_the_yearly_limit_is_used_up() {
    refused(Scenario::YearlyLimit);
}

#[test]
fn scenario_06_the_form_is_wrong() {
    let world = World::of(Scenario::FormatError);
    world.weigh();
    world.run_for(DAY);
    world.all_are(State::Refused);
    // An inventory of a refused order is not declared at all.
    assert_eq!((world.effective(), world.shipped()), ([0, 0, ALL, 0], 0));
    assert_eq!(world.versions(Subject::Inventory), [0; ORDERS as usize]);
}

#[test]
fn scenario_07_the_gateway_takes_a_message_and_does_not_answer() {
    let world = World::of(Scenario::AcceptedThenTimeout);
    world.weigh();
    world.run_for(DAY);
    world.all_are(State::Released);
    assert_eq!((world.effective(), world.shipped()), ([ALL, 0, ALL, ALL], ORDERS as usize));
    assert_eq!(world.versions(Subject::Inventory), [1; ORDERS as usize]);
}

#[test]
fn scenario_08_receipts_come_shuffled_and_twice() {
    let world = World::of(Scenario::Shuffled);
    world.weigh();
    world.run_for(DAY);
    world.all_are(State::Released);
    assert_eq!((world.effective(), world.shipped()), ([ALL, 0, ALL, ALL], ORDERS as usize));
}

#[test]
fn scenario_09_cancelled_before_release() {
    let world = World::of(Scenario::CancelledBeforeRelease);
    world.weigh();
    world.run();
    world.all_are(State::Accepted);
    world.run_for(DAY);
    world.all_are(State::Withdrawn);
    assert_eq!((world.effective()[3], world.shipped()), (0, 0));
    assert_eq!(world.versions(Subject::Withdrawal), [1; ORDERS as usize]);
    assert_eq!(world.ledger()["inventories"]["withdrawn"], ORDERS);
}

#[test]
fn scenario_10_cancelled_after_release() {
    let world = World::of(Scenario::CancelledAfterRelease);
    world.weigh();
    world.run_for(DAY);
    // The parcels have left: whether goods come back is for a person to say.
    world.all_are(State::Released);
    assert_eq!(world.shipped(), ORDERS as usize);
    world.decide(&Decision::Return { reason: Said::new("七天无理由退货"), goods: Vec::new() });
    world.run_for(DAY);
    world.all_are(State::Returned);
    assert_eq!(world.ledger()["inventories"]["returned"], ORDERS);
    assert_eq!(world.versions(Subject::Return), [1; ORDERS as usize]);
}

#[test]
fn scenario_11_the_address_is_changed_while_the_order_is_read() {
    let world = World::of(Scenario::AddressChanged);
    world.weigh();
    world.run_for(DAY);
    world.all_are(State::Released);
    assert_eq!((world.effective(), world.shipped()), ([ALL, 0, ALL, ALL], ORDERS as usize));
}

/// Held from the beginning; nothing of it is sent.
fn held(scenario: Scenario, code: &str) -> World {
    let world = World::of(scenario);
    world.weigh();
    world.run_for(DAY);
    world.all_are(State::Held);
    assert_eq!(world.reasons(), [code]);
    assert_eq!((world.effective(), world.shipped()), ([0; 4], 0));
    assert_eq!(world.customs.state()["messages"], 0);
    world
}

#[test]
fn scenario_12_a_presale_is_held_until_a_person_releases_it() {
    let world = held(Scenario::Presale, "ORD-PRESALE");
    world.decide(&Decision::Release { reason: Said::new("both payments are there") });
    world.run_for(DAY);
    world.all_are(State::Released);
    assert_eq!(world.effective(), [ALL, 0, ALL, ALL]);
}

#[test]
fn scenario_13_a_split_order_is_held() {
    let world = World::of(Scenario::SplitOrder);
    world.weigh();
    world.run_for(DAY);
    // An order of one article cannot be split.
    let states = world.states();
    assert!(states.get("held").is_some_and(|held| *held > 0), "{states:?}");
    assert_eq!(states.values().sum::<usize>(), ORDERS as usize);
    assert!(states.keys().all(|state| ["held", "released"].contains(state)), "{states:?}");
    assert_eq!(world.reasons(), ["ORD-SPLIT"]);
}

#[test]
fn scenario_14_an_exchange_reship_is_held() {
    held(Scenario::ExchangeReship, "ORD-RESHIP");
}

#[test]
fn scenario_15_inspected_and_then_released() {
    let world = World::of(Scenario::Inspected);
    world.weigh();
    world.run_for(DAY);
    world.all_are(State::Released);
    assert_eq!((world.effective(), world.shipped()), ([ALL, 0, ALL, ALL], ORDERS as usize));
}

#[test]
fn an_order_waits_for_its_waybill_and_goes_on_by_itself() {
    let world = World::of(Scenario::AllClear);
    world.run();
    world.all_are(State::Held);
    assert!(world.reasons().contains(&"DOC-WAYBILL".to_owned()), "{:?}", world.reasons());
    world.weigh();
    world.run();
    world.all_are(State::Released);
    assert_eq!(world.effective(), [ALL, 0, ALL, ALL]);
}
