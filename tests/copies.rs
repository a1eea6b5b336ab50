//! Whole shops that move between stores: what lies beside the documents comes along, and all of it is of use there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use declare::lifecycle::Case;
use declare::pipeline::layout;
use declare::receipt::Subject;
use ports::archive::Archive as _;
use ports::sandbox::{Rates, Scenario};
use ports::store::{Key, Location, OpenStore, PostgresStore, Store as _};
use serde_json::Value;

use crate::kill::World;
use crate::personal::of_canaries;
use crate::stores::private_postgres::PrivatePostgres;
use crate::support::{Ran, Workplace, files, lines, sample};

const ORDERS: u64 = 2;
/// Where the master key is, which does not come along.
const MASTER: &str = "customs-data/keys/master-1.key";

/// A machine with a data directory of its own, a store somewhere, and the master key.
struct Machine<'p> {
    place: &'p Workplace,
    data: &'static str,
    store: String,
}

impl Machine<'_> {
    fn run(&self, args: &[&str]) -> Ran {
        let master = fs::read_to_string(self.place.path(MASTER)).unwrap();
        let mut command = self.place.command(&["--json", "--data", self.data, "--store", &self.store]);
        command.args(args).env("CUSTOMS_VAULT_KEY", master.trim()).output().unwrap().into()
    }

    fn open(&self) -> OpenStore {
        self.store.parse::<Location>().unwrap().open().unwrap()
    }

    fn cases(&self) -> Vec<Case> {
        let documents = self.open().scan(&layout::branch(layout::CASES), None, 1_000).unwrap();
        documents.iter().map(|document| document.record().unwrap()).collect()
    }

    /// A person lets a refused order go on: it is made anew from its sealed data, and customs refuses it again.
    fn goes_on(&self, order_no: &str) {
        let released = self.run(&["declare", "release", order_no, "--reason", "checked"]);
        assert_eq!(released.code, 0, "{}", released.stderr);
        let ran = self.run(&["declare", "run", "--once", "--wait", "60"]);
        assert!(ran.stderr.is_empty(), "{}", ran.stderr);
        let cases = self.cases();
        let case = cases.iter().find(|case| case.order_no == order_no).unwrap();
        assert_eq!(case.papers[&Subject::Inventory].versions.len(), 2, "{}", ran.stdout);
        let audit = self.run(&["declare", "audit"]);
        assert_eq!((audit.code, audit.json()["broken"].as_u64()), (0, Some(0)), "{}", audit.stdout);
    }
}

/// Copies everything, with the messages and keys of a data directory on one side.
fn copy(place: &Workplace, data: &str, from: &str, to: &str) -> Value {
    let ran = place.run(&["--json", "--data", data, "store", "copy", "--from", from, "--to", to]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.json()
}

fn sled(place: &Workplace, data: &str) -> String {
    format!("sled:{}", place.path(data).join("store").display())
}

fn messages(data: &Path) -> BTreeMap<String, Vec<u8>> {
    files(&data.join("messages"))
}

#[test]
fn messages_and_keys_come_along_there_and_back() {
    let world = World::open(ORDERS, Some(Scenario::BuyerDiffers), Rates::default());
    let place = &world.place;
    let ran = world.run();
    assert_eq!(ran.json()["counts"]["refused"], ORDERS, "{}", ran.stdout);
    let server = PrivatePostgres::start();
    let url = server.database();

    let first = messages(&place.path("customs-data"));
    let keys = files(&place.path("customs-data/keys/days"));
    assert!(!first.is_empty() && !keys.is_empty());
    let copied = copy(place, "customs-data", &sled(place, "customs-data"), &url);
    assert_eq!(
        (copied["messages"].as_u64(), copied["keys"].as_u64()),
        (Some(first.len() as u64), Some(keys.len() as u64))
    );
    let archive = PostgresStore::open(&url).unwrap();
    for (name, bytes) in &first {
        assert!(archive.read(name).unwrap().as_ref() == Some(bytes), "{name}");
    }
    let again = copy(place, "customs-data", &sled(place, "customs-data"), &url);
    assert_eq!((&again["messages"], &again["put"]), (&Value::from(0), &Value::from(0)), "{again}");
    assert_eq!(again["hash"], copied["hash"]);

    // On another machine, which has nothing but the master key.
    let there = Machine { place, data: "there", store: url.clone() };
    let orders: Vec<String> = there.cases().into_iter().map(|case| case.order_no).collect();
    there.goes_on(&orders[0]);

    let back = Machine { place, data: "back", store: sled(place, "back") };
    copy(place, "back", &url, &back.store);
    let last = messages(&place.path("back"));
    assert!(last.len() > first.len() && first.iter().all(|(name, bytes)| last.get(name) == Some(bytes)));
    assert!(keys.iter().all(|(name, line)| files(&place.path("back/keys/days")).get(name) == Some(line)));
    // What a copy that was killed has left of a message is no message.
    let (name, bytes) = last.last_key_value().unwrap();
    fs::write(place.path("back/messages").join(name), &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(copy(place, "back", &url, &back.store)["messages"], 1);
    assert_eq!(messages(&place.path("back")), last);
    back.goes_on(&orders[1]);

    // Everything that customs has is kept, byte for byte.
    let kept = messages(&place.path("back"));
    for (guid, sent) in world.customs.messages() {
        assert!(kept.iter().any(|(name, bytes)| name.contains(&guid) && *bytes == sent), "{guid}");
    }
}

#[test]
fn buyers_are_known_again_wherever_their_years_are_copied() {
    let place = Workplace::with_filings();
    let configuration = sample("customs.toml").display().to_string();
    let declare = |machine: &Machine<'_>, number: usize| {
        place.write("orders.jsonl", lines([&of_canaries(number)]));
        let build = ["--config", &configuration, "declare", "build", "orders.jsonl", "--out", "out"];
        let ran = machine.run(&build);
        assert_eq!(ran.json()["declared"], 1, "{}{}", ran.stdout, ran.stderr);
        let years = machine.open().scan(&Key::below(["buyer"]), None, 100).unwrap();
        let mut buyers: Vec<String> =
            years.iter().map(|document| document.key.segments().nth(1).unwrap()).collect();
        buyers.dedup();
        (years.len(), buyers.len())
    };
    fs::create_dir_all(place.path("customs-data/keys")).unwrap();
    place.write(MASTER, format!("{:064x}\n", 0xC0FFEE));
    let here = Machine { place: &place, data: "customs-data", store: sled(&place, "customs-data") };
    assert_eq!(declare(&here, 1), (1, 1));

    let server = PrivatePostgres::start();
    let there = Machine { place: &place, data: "there", store: server.database() };
    let copied = |machine: &Machine<'_>, from: &str, to: &str| {
        let ran = machine.run(&["store", "copy", "--from", from, "--to", to]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    };
    copied(&here, &here.store, &there.store);
    assert_eq!(declare(&there, 2), (2, 1));
    let back = Machine { place: &place, data: "back", store: sled(&place, "back") };
    copied(&back, &there.store, &back.store);
    assert_eq!(declare(&back, 3), (3, 1));
    assert!(!place.path("back/buyer.key").exists());
}
