//! No bytes stop a build: every line is declared or held.

use std::path::Path;

use declare::build::{BuildError, Filings, HeldOrder, Observer, Plan, Summary, WrittenMessage, build};
use declare::configuration::Configuration;
use declare::keeping::Keeping;
use declare::messages::MessageKind;
use declare::messages::schema::Strictness;
use declare::setting::Setting;
use declare::shop::{Generator, SAMPLE_CONFIGURATION, SAMPLE_ORDERS, Shelf};
use filing::book::Sold;
use filing::record::Filing;
use filing::tariff::Tariff;
use ports::catalogue::Catalogue;
use ports::fault::Fault;
use ports::store::{MemoryStore, StoreError};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

/// Counts what is held.
#[derive(Default)]
struct Held(u64);

impl Observer for Held {
    fn held(&mut self, order: HeldOrder) {
        assert!(order.faults.iter().any(Fault::is_error), "{order:?}");
        self.0 += 1;
    }
    fn warned(&mut self, _: &str, _: &[Fault]) {}
    fn written(&mut self, _: WrittenMessage) {}
    fn lost(&mut self, _: ports::fault::Fault) {}
    fn progress(&mut self, _: u64) {}
}

fn run(orders: &[u8], filings: &dyn Filings, folder: &Path) -> Result<(Summary, Held), BuildError> {
    let configuration = Configuration::parse(SAMPLE_CONFIGURATION, "customs.toml").unwrap();
    let now = "2026-11-22T03:00:00Z".parse().unwrap();
    let setting =
        Setting::new(configuration.declaring().unwrap(), Catalogue::builtin(), Tariff::builtin(), now);
    let (keeping, out) = (Keeping::folder(&folder.join("data")), folder.join("out"));
    let plan = Plan {
        setting,
        kinds: MessageKind::PARCEL.to_vec(),
        batch: 100,
        signer: None,
        gate: Strictness::default(),
        keeping,
        out,
    };
    let mut held = Held::default();
    let summary = build(orders, &plan, &MemoryStore::new(), filings, &mut held)?;
    Ok((summary, held))
}

/// Every line that is not blank is counted, and is declared or held.
fn all_are_counted(orders: &[u8]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let (summary, held) = run(orders, &Shelf, folder.path()).unwrap();
    let blank = |line: &&[u8]| line.iter().all(u8::is_ascii_whitespace);
    let lines = orders.split(|byte| *byte == b'\n').filter(|line| !blank(line)).count() as u64;
    prop_assert_eq!((summary.orders, summary.held), (lines, held.0));
    prop_assert_eq!(summary.orders, summary.declared + summary.held);
    Ok(())
}

/// The sample orders as JSON.
fn samples() -> Vec<Value> {
    SAMPLE_ORDERS.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every value inside a value.
fn places<'v>(value: &'v mut Value, number: &mut usize, wanted: usize) -> Option<&'v mut Value> {
    if *number == wanted {
        return Some(value);
    }
    *number += 1;
    let inner: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(members) => members.values_mut().collect(),
        _ => Vec::new(),
    };
    inner.into_iter().find_map(|value| places(value, number, wanted))
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-3_i64..120).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[0-9.eE+-]{0,24}".prop_map(Value::from),
        "[<>&\"'\u{0}-\u{1f}\u{fffe}\u{ff10}]{1,300}".prop_map(Value::from),
        Just(Value::Array(Vec::new())),
        Just(Value::Object(serde_json::Map::new())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn bytes_that_are_no_orders(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        all_are_counted(&bytes)?;
    }

    #[test]
    fn orders_with_other_bytes(changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..40)) {
        let mut bytes = SAMPLE_ORDERS.as_bytes().to_vec();
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        all_are_counted(&bytes)?;
    }

    #[test]
    fn orders_with_other_values(changes in prop::collection::vec((any::<Index>(), any_value()), 24)) {
        let mut orders = String::new();
        for (mut order, (at, to)) in samples().into_iter().zip(changes) {
            let at = at.index(count(&order));
            *places(&mut order, &mut 0, at).unwrap() = to;
            orders += &format!("{order}\n");
        }
        all_are_counted(orders.as_bytes())?;
    }

    #[test]
    fn orders_cut_and_joined(seed: u64, cuts in prop::collection::vec(any::<Index>(), 6), joint in select(vec!["", "\n", "\r\n", "\u{feff}", "\u{2028}"])) {
        let lines: Vec<String> = Generator::new(seed).take(cuts.len()).collect();
        let bytes: Vec<u8> = lines.iter().zip(cuts).flat_map(|(line, cut)| {
            let cut = cut.index(line.len() + 1);
            [&line.as_bytes()[..cut], joint.as_bytes()].concat()
        }).collect();
        all_are_counted(&bytes)?;
    }
}

#[test]
fn a_worker_that_breaks_down_ends_the_run() {
    struct Broken;
    impl Filings for Broken {
        fn filing(&self, _: &str, _: &str) -> Result<Option<Filing>, StoreError> {
            panic!("this one is meant to be seen");
        }

        fn note_sold(&self, _: Vec<Sold>) -> Result<(), StoreError> {
            Ok(())
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let ended = run(SAMPLE_ORDERS.as_bytes(), &Broken, folder.path());
    assert!(matches!(ended, Err(BuildError::Worker)));
}
