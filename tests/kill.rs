//! `declare run` is killed, at named points and at random moments. Whatever happens, the next run goes on: every order comes
//! to its end, nothing is declared twice, and what is sent again is what was sent before.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use declare::lifecycle::{Case, Shipping, State};
use declare::messages::envelope::enveloped;
use declare::messages::reading::parse;
use declare::pipeline::{crash, layout};
use ports::sandbox::customs::{Customs, CustomsSettings, Watch};
use ports::sandbox::{FaultKind, Plan, Rates, Running, Scenario};
use ports::store::{SledStore, Store};
use tokio::runtime::Runtime;

use crate::market::{Market, faults};
use crate::signing;
use crate::support::{Ran, Workplace, files};

/// How long a run goes on while something is under way, seconds: what was put off is done by then.
const WAIT: &str = "60";

/// A shop, its platform and customs, in this process.
pub struct World {
    pub place: Workplace,
    pub sandbox: Running,
    pub customs: Customs,
    runtime: Runtime,
}

/// Faults that do not take a client's whole patience.
const FAULTS: [FaultKind; 5] =
    [FaultKind::Trouble, FaultKind::Cut, FaultKind::Html, FaultKind::BadJson, FaultKind::Duplicate];

/// The message inside an envelope; nothing when there is none.
pub fn inside(sent: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(sent).unwrap();
    enveloped(&parse(text).unwrap()).map(|inner| inner.unwrap())
}

impl World {
    /// A world whose book holds the filings of the shop.
    pub fn open(orders: u64, only: Option<Scenario>, faults: Rates) -> Self {
        Self::of(Workplace::with_filings(), orders, only, faults)
    }

    /// A world round a workplace.
    pub fn of(place: Workplace, orders: u64, only: Option<Scenario>, faults: Rates) -> Self {
        let market = Market::open(Plan { seed: 23, only }, orders, faults, CustomsSettings::default());
        signing::make_key(&place);
        place.write("customs.toml", market.configuration("certificate.pem", ""));
        place.write("waybills.jsonl", market.waybills());
        let taken = place.run(&["declare", "waybills", "waybills.jsonl", "--json"]);
        assert_eq!((taken.code, taken.json()["taken"].as_u64()), (0, Some(orders)), "{}", taken.stderr);
        let Market { sandbox, customs, runtime, .. } = market;
        Self { place, sandbox, customs, runtime }
    }

    pub fn command(&self) -> Command {
        self.place.command(&["declare", "run", "--once", "--wait", WAIT, "--json"])
    }

    pub fn run(&self) -> Ran {
        self.command().output().unwrap().into()
    }

    /// A transport client between the folders `out` and `in` and customs.
    pub fn customs_watches(&self) -> Watch {
        let _runtime = self.runtime.enter();
        self.customs.watch(self.place.path("out"), self.place.path("in"))
    }

    /// Runs until the process ends by itself at a point.
    fn crash(&self, point: &str) {
        let ran = self.command().env(crash::VARIABLE, point).stderr(Stdio::null()).status().unwrap();
        assert_eq!(ran.code(), None, "it did not come to {point}");
    }

    pub fn cases(&self) -> Vec<Case> {
        let store = SledStore::open(&self.place.path("customs-data/store")).unwrap();
        let documents = store.scan(&layout::branch(layout::CASES), None, 1_000_000).unwrap();
        documents.iter().map(|document| document.record().unwrap()).collect()
    }

    /// Everything that has to hold, whatever happened.
    pub fn is_sound(&self) {
        let state = self.customs.state();
        let ledger = &state["ledger"];
        for kind in ["order", "payment", "waybill", "inventory"] {
            assert!(ledger["most_of_a_key"][kind].as_u64().unwrap() <= 1, "{}", ledger["most_of_a_key"]);
        }
        assert_eq!(ledger["duplicates"], 0);
        let audit = self.place.run(&["declare", "audit", "--json"]);
        assert_eq!((audit.code, audit.json()["broken"].as_u64()), (0, Some(0)), "{}", audit.stdout);
        let archive = files(&self.place.path("customs-data/messages"));
        for (guid, sent) in self.customs.messages() {
            // What is kept is the message; its envelope, if it went in one, is made of it alone.
            let bytes = inside(&sent).unwrap_or(sent);
            let kept = archive.iter().find(|(name, _)| name.contains(&guid));
            assert!(kept.is_some_and(|(_, kept)| *kept == bytes), "{guid} is kept as it was sent");
        }
        let store = SledStore::open(&self.place.path("customs-data/store")).unwrap();
        for document in store.scan(&layout::branch(layout::OUTBOX), None, 1_000_000).unwrap() {
            let outgoing: layout::Outgoing = document.record().unwrap();
            assert_eq!(outgoing.passage, layout::Passage::Sent, "{outgoing:?}");
        }
    }

    /// Every order was released and shipped, each declared once.
    pub fn all_released(&self, orders: u64) {
        let cases = self.cases();
        let mut states: BTreeMap<&str, u64> = BTreeMap::new();
        for case in &cases {
            *states.entry(case.state.word()).or_default() += 1;
        }
        assert_eq!(states, BTreeMap::from([("released", orders)]));
        assert!(cases.iter().all(|case| matches!(case.shipping, Shipping::Done { .. })));
        let ledger = &self.customs.state()["ledger"];
        assert_eq!(ledger["effective"]["inventory"], orders);
        let shipped = self.sandbox.state()["shipped"].as_array().unwrap().len();
        assert_eq!(shipped as u64, orders);
    }
}

#[test]
fn a_crash_at_any_point_is_repaired_by_the_next_run() {
    const ORDERS: u64 = 4;
    for point in crash::POINTS.into_iter().filter(|point| !point.ends_with("repush")) {
        let world = World::open(ORDERS, Some(Scenario::AllClear), Rates::default());
        world.crash(point);
        let ran = world.run();
        assert_eq!(ran.code, 0, "{point}: {}{}", ran.stdout, ran.stderr);
        world.all_released(ORDERS);
        world.is_sound();
    }
}

#[test]
fn a_crash_round_a_repush_does_not_lose_it() {
    for point in ["before-repush", "after-repush"] {
        let world = World::open(2, Some(Scenario::PaymentMissing), Rates::default());
        world.crash(point);
        // What was asked for takes its time.
        let ran: Ran = world.place.run(&["declare", "run", "--once"]);
        assert_eq!(ran.code, 1, "{point}: {}", ran.stderr);
        let cases = world.cases();
        assert!(cases.iter().all(|case| case.state == State::Refused && case.repush.asked == 1), "{point}");
        let asked = world.sandbox.state()["payment_repushes"].as_object().unwrap().len();
        assert_eq!(asked, 2);
        world.is_sound();
    }
}

/// Kills runs at moments that nobody chose, then lets one come to its end.
fn killed_at_random(orders: u64, kills: u32, longest: u64, scenario: Scenario, faults: Rates) {
    let world = World::open(orders, Some(scenario), faults);
    let mut random = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    for _ in 0..kills {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut run = world.command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis((random >> 33) % longest));
        let _ = run.kill();
        run.wait().unwrap();
    }
    // What the platform could not be asked at the last moment is asked by the next run.
    let mut ran = world.run();
    for _ in 0..5 {
        if ran.code == 0 {
            break;
        }
        ran = world.run();
    }
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    world.all_released(orders);
    world.is_sound();
}

#[test]
fn twenty_kills_lose_nothing_and_declare_nothing_twice() {
    killed_at_random(120, 20, 900, Scenario::AllClear, faults(&FAULTS, 0.02));
}

#[test]
fn kills_while_outcomes_are_unknown_and_receipts_shuffled() {
    killed_at_random(20, 5, 900, Scenario::AcceptedThenTimeout, Rates::default());
    killed_at_random(20, 5, 900, Scenario::Shuffled, Rates::default());
}

/// The long form, which takes many minutes: `cargo test --workspace --test system two_hundred -- --ignored --nocapture`.
#[test]
#[ignore = "it takes many minutes"]
fn two_hundred_kills_over_two_thousand_orders() {
    killed_at_random(2_000, 200, 3_000, Scenario::AllClear, faults(&FAULTS, 0.05));
}
