use std::collections::BTreeSet;
use std::sync::Arc;

use filing::record::Filing;
use filing::tariff::Tariff;
use jiff::Timestamp;
use ports::catalogue::Catalogue;
use rust_decimal::Decimal;

use crate::configuration::Configuration;
use crate::documents::{Documents, Guid, Number, Numbers, Personal, Standing, Submission, Text, assemble};
use crate::order::{Line, line};
use crate::setting::Setting;
use crate::shop::{SAMPLE_CONFIGURATION, SAMPLE_ORDERS, goods};

/// Lines of the sample orders, counted from 0: a bonded order with several lines, and a direct purchase.
const BONDED: usize = 3;
const DIRECT: usize = 16;

/// The codes that are found after `change` was made to the documents of a sample order.
fn codes(order: usize, change: impl FnOnce(&mut Documents<'_>)) -> BTreeSet<&'static str> {
    let configuration = Configuration::parse(SAMPLE_CONFIGURATION, "customs.toml").unwrap();
    let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
    let setting =
        Setting::new(configuration.declaring().unwrap(), Catalogue::builtin(), Tariff::builtin(), now);
    let text = SAMPLE_ORDERS.lines().nth(order).unwrap().as_bytes().to_vec();
    let order = line::read(&Line { number: 1, text: Some(text) }, &setting).order.unwrap();
    let port = setting.catalogue.find(&order.port).unwrap().name();
    let filings: Vec<Option<Arc<Filing>>> = order
        .lines
        .iter()
        .map(|goods| {
            goods::filings().find(|filing| filing.port == port && filing.barcode.as_str() == goods.barcode)
        })
        .map(|filing| filing.map(Arc::new))
        .collect();
    let numbers = Numbers {
        guids: std::array::from_fn(|_| Guid::random()),
        made_at: [now; 4],
        submissions: [Submission::New; 4],
        inventory: Standing::Saved,
    };
    let mut documents = assemble(&order, Some(port), &filings, &numbers, &setting).documents.unwrap();
    change(&mut documents);
    super::check(&documents, setting.tariff, setting.today).iter().map(|fault| fault.code()).collect()
}

fn text<const MAX: usize>(text: &'static str) -> Text<'static, MAX> {
    Text::parse(text).unwrap()
}

fn personal<const MAX: usize>(words: &'static str) -> Personal<'static, MAX> {
    Personal(text(words))
}

fn number(value: i64) -> Number {
    Number::parse(Decimal::from(value)).unwrap()
}

#[test]
fn the_samples_break_no_rule() {
    assert_eq!(codes(BONDED, |_| {}), BTreeSet::new());
    assert_eq!(codes(DIRECT, |_| {}), BTreeSet::new());
}

/// One change, and the rule that has to find it.
type Case = (&'static str, usize, fn(&mut Documents<'_>));

const CASES: &[Case] = &[
    ("MATCH-X1", BONDED, |d| d.payment.order_no = text("P1")),
    ("MATCH-X1", BONDED, |d| d.waybill.order_no = text("P1")),
    ("MATCH-X2", BONDED, |d| d.payment.platform_code = text("1")),
    ("MATCH-X2", BONDED, |d| d.payment.platform_name = text("别的平台")),
    ("MATCH-X3", BONDED, |d| d.inventory.merchant_name = text("别的商家")),
    ("MATCH-X4", BONDED, |d| d.payment.payer_code = text("1")),
    ("MATCH-X5", BONDED, |d| d.payment.transaction_no = text("1")),
    ("MATCH-X6", BONDED, |d| d.payment.amount = number(1)),
    ("MATCH-X8", BONDED, |d| d.payment.paid_by_name = personal("别人")),
    ("MATCH-X8", BONDED, |d| d.payment.paid_by_id_number = personal("1")),
    ("MATCH-X10", BONDED, |d| d.inventory.buyer_name = personal("别人")),
    ("MATCH-X11", BONDED, |d| d.inventory.buyer_id_number = personal("1")),
    ("MATCH-X12", BONDED, |d| d.inventory.buyer_telephone = personal("1")),
    ("MATCH-X13", BONDED, |d| d.waybill.consignee = personal("别人")),
    ("MATCH-X13", BONDED, |d| d.waybill.consignee_telephone = personal("1")),
    ("MATCH-X14", BONDED, |d| d.inventory.consignee_address = personal("别处")),
    ("MATCH-X15", BONDED, |d| d.inventory.waybill_no = text("1")),
    ("MATCH-X15", BONDED, |d| d.inventory.carrier_name = text("别的快递")),
    ("MATCH-X16", DIRECT, |d| d.waybill.bill_no = None),
    ("MATCH-X17", BONDED, |d| drop(d.inventory_lines.pop())),
    ("MATCH-X18", BONDED, |d| d.inventory_lines[0].name = text("别的商品")),
    ("MATCH-X18", BONDED, |d| d.inventory_lines[0].country = text("999")),
    ("MATCH-A1", BONDED, |d| d.order.tax = number(4_000)),
    ("MATCH-A4", BONDED, |d| d.order_lines[0].total_price = number(1)),
    ("MATCH-A5", BONDED, |d| d.order.goods_value = number(1)),
    ("MATCH-A7", BONDED, |d| d.order_lines[0].total_price = Number::ZERO),
    ("MATCH-Q1", BONDED, |d| d.order_lines[0].number = 2),
    ("MATCH-Q2", BONDED, |d| d.inventory_lines[0].quantity1 = Number::ZERO),
    ("MATCH-Q3", BONDED, |d| d.inventory_lines[0].second = Some((Number::ZERO, text("011")))),
    ("MATCH-Q4", BONDED, |d| d.inventory_lines[0].unit1 = text("011")),
    ("MATCH-Q5", BONDED, |d| d.inventory_lines[0].unit = d.inventory_lines[0].unit1.clone()),
    ("MATCH-Q7", BONDED, |d| d.inventory.net_weight = number(1_000)),
    ("MATCH-Q7", BONDED, |d| d.inventory.net_weight = Number::ZERO),
    ("MATCH-Q9", BONDED, |d| d.inventory_lines[0].quantity1 = number(900)),
    ("MATCH-C3", DIRECT, |d| d.inventory.voyage_no = None),
    ("MATCH-C4", BONDED, |d| d.inventory.account_book = None),
    ("MATCH-C4", BONDED, |d| d.inventory.departure_country = text("502")),
    ("MATCH-C4", BONDED, |d| d.inventory.bill_no = Some(text("1"))),
    ("MATCH-C4", BONDED, |d| d.inventory_lines[0].item_record_no = None),
    ("MATCH-C11", BONDED, |d| d.inventory.guarantor_code = text("1")),
    ("MATCH-T1", BONDED, |d| d.order.consignee = personal("无")),
    ("MATCH-T2", BONDED, |d| d.order.transaction_no = text("１２３")),
];

#[test]
fn each_rule_finds_what_it_is_about() {
    for (index, (code, order, change)) in CASES.iter().enumerate() {
        let found = codes(*order, change);
        assert!(found.contains(code), "case {index}: {code} is not in {found:?}");
    }
}

#[test]
fn every_rule_has_a_case() {
    // Uniqueness of payment and waybill is the ledger's: two orders are needed to break it.
    let elsewhere = BTreeSet::from(["MATCH-K2", "MATCH-K3"]);
    let cases: BTreeSet<_> = CASES.iter().map(|(code, ..)| *code).collect();
    let lacking: Vec<_> = super::faults::ALL
        .iter()
        .map(|kind| kind.code)
        .filter(|code| !cases.contains(code) && !elsewhere.contains(code))
        .collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}
