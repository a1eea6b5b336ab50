//! The samples and the shop's orders, declared.

use std::collections::{BTreeMap, BTreeSet};

use filing::record::Filing;
use filing::tariff::Tariff;
use jiff::Timestamp;
use ports::catalogue::Catalogue;
use ports::fault::Fault;
use ports::store::MemoryStore;
use proptest::prelude::*;

use super::goods::filings;
use super::*;
use crate::build::{HeldOrder, Observer, Plan, Summary, WrittenMessage, build};
use crate::configuration::Configuration;
use crate::keeping::Keeping;
use crate::messages::MessageKind;
use crate::messages::schema::Strictness;
use crate::order::{Line, line};
use crate::setting::Setting;

#[derive(Default)]
struct Seen {
    held: BTreeMap<String, BTreeSet<&'static str>>,
    warned: Vec<String>,
}

impl Observer for Seen {
    fn held(&mut self, order: HeldOrder) {
        let codes = order.faults.iter().map(Fault::code).collect();
        self.held.insert(order.order_no, codes);
    }
    fn warned(&mut self, order_no: &str, warnings: &[Fault]) {
        self.warned.push(format!("{order_no} {warnings:?}"));
    }
    fn written(&mut self, _: WrittenMessage) {}
    fn lost(&mut self, _: ports::fault::Fault) {}
    fn progress(&mut self, _: u64) {}
}

fn with_setting<T>(run: impl FnOnce(Setting<'_>) -> T) -> T {
    let configuration = Configuration::parse(SAMPLE_CONFIGURATION, "customs.toml").unwrap();
    let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
    run(Setting::new(configuration.declaring().unwrap(), Catalogue::builtin(), Tariff::builtin(), now))
}

fn declare(orders: &str) -> (Summary, Seen) {
    with_setting(|setting| {
        let folder = tempfile::tempdir().unwrap();
        let (keeping, out) = (Keeping::folder(&folder.path().join("data")), folder.path().join("out"));
        let plan = Plan {
            setting,
            kinds: MessageKind::PARCEL.to_vec(),
            batch: 100,
            signer: None,
            gate: Strictness::default(),
            keeping,
            out,
        };
        let mut seen = Seen::default();
        let summary = build(orders.as_bytes(), &plan, &MemoryStore::new(), &Shelf, &mut seen).unwrap();
        (summary, seen)
    })
}

#[test]
fn of_the_sample_orders_three_are_held_each_for_its_own_reason() {
    let (summary, seen) = declare(SAMPLE_ORDERS);
    assert_eq!((summary.orders, summary.declared, summary.held), (24, 21, 3), "{:?}", seen.held);
    let held: Vec<_> =
        seen.held.into_iter().map(|(order, codes)| (order, codes.into_iter().collect())).collect();
    let expected: Vec<(String, Vec<&str>)> = [(22, "ORD-ID"), (23, "DOC-FILING"), (24, "ORD-AMOUNTS")]
        .map(|(number, code)| (format!("P{}", 600_000_000_000_000_000_u64 + number), vec![code]))
        .to_vec();
    assert_eq!(held, expected);
    assert_eq!(seen.warned, [""; 0]);
}

#[test]
fn the_shops_orders_are_declared_without_a_word() {
    let orders: String = Generator::new(20_261_122).take(1_000).map(|line| line + "\n").collect();
    let (summary, seen) = declare(&orders);
    assert_eq!((summary.declared, seen.held.len()), (1_000, 0), "{:?}", seen.held);
    assert_eq!(seen.warned, [""; 0]);
}

#[test]
fn a_buyers_year_above_the_limit_is_forecast_and_holds_nothing() {
    let order = Generator::new(7).order(0);
    let value = order.amounts().goods + order.freight;
    // As many orders of one buyer as the limit allows, and one more.
    let count = 2_600_000 / value + 1;
    let orders: String = (0..count)
        .map(|number| {
            let mut order = order.clone();
            order.order_no = format!("P{:018}", 700_000_000_000_000_000 + number);
            order.pay_no = format!("{:028}", number + 1);
            order.parcel.waybill_no = format!("SF{number:012}");
            order.line() + "\n"
        })
        .collect();
    let (summary, seen) = declare(&orders);
    assert_eq!((summary.declared, summary.held), (count as u64, 0), "{:?}", seen.held);
    assert_eq!(seen.warned.len(), 1, "{:?}", seen.warned);
    assert!(seen.warned[0].contains("TAX-YEAR-FORECAST"), "{}", seen.warned[0]);
}

#[test]
fn both_sample_sheets_hold_the_shelf_and_import_without_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("filings.xlsx", SAMPLE_FILINGS_XLSX), ("filings.csv", SAMPLE_FILINGS_CSV)] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let book = filing::book::Book::open(std::sync::Arc::new(MemoryStore::new())).unwrap();
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let check = filing::record::CheckOptions::builtin(None, jiff::civil::date(2026, 11, 22));
        let options =
            filing::import::ImportOptions { check, sheet: None, whole_file: true, now, progress: None };
        let report = filing::import::import_file(&book, &path, &options).unwrap();
        let report = serde_json::to_value(report.json(ports::fault::Lang::En)).unwrap();
        assert_eq!(report["faults"], serde_json::json!([]), "{name}");
        let mut imported = book.list(&filing::book::Filter::default(), None, 1_000).unwrap();
        let mut shelf: Vec<Filing> = filings().collect();
        for all in [&mut imported, &mut shelf] {
            all.sort_by(|a, b| (&a.port, &a.barcode).cmp(&(&b.port, &b.barcode)));
        }
        assert_eq!(imported, shelf, "{name}");
    }
}

#[test]
fn numbers_of_orders_are_unlike_each_other() {
    let (mut numbers, count) = (BTreeSet::new(), 3_000);
    for (seed, index) in (0..3).flat_map(|seed| (0..count).map(move |index| (seed, index))) {
        let order = Generator::new(seed).order(index);
        assert!(order.order_no.len() == 19 && order.order_no.starts_with('P'));
        numbers.extend([order.order_no, order.pay_no, order.parcel.waybill_no]);
    }
    assert_eq!(numbers.len() as u64, 3 * 3 * count);
    let lines: Vec<String> = Generator::new(5).take(3).collect();
    assert_eq!(lines[2], Generator::new(5).order(2).line());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn every_order_of_every_seed_is_sound(seed: u64) {
        with_setting(|setting| {
            let generator = Generator::new(seed);
            for index in 0..2_000 {
                let shop = generator.order(index);
                let read = line::read(&Line { number: index + 1, text: Some(shop.line().into_bytes()) }, &setting);
                prop_assert!(read.faults.is_empty(), "{} {:?}", shop.order_no, read.faults);
                let order = read.order.ok_or_else(|| TestCaseError::fail("held"))?;
                let amounts = order.amounts;
                prop_assert_eq!(amounts.goods + amounts.freight + amounts.tax - amounts.discount, amounts.paid);
                prop_assert_eq!(order.lines.iter().map(|line| line.total()).sum::<ports::money::Yuan>(), amounts.goods);
                prop_assert!(amounts.goods + amounts.freight <= ports::money::Yuan::from_fen(500_000));
                prop_assert!(shop.gross_weight_g() >= shop.net_weight_g());
            }
            Ok(())
        })?;
    }
}
