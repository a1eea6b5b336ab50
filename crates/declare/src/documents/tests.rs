//! Documents that follow a declared parcel.

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;

use super::{
    Arrival, Goods, InventoryHead, InventoryLine, Issue, Known, Number, Return, Site, Text, TradeMode,
    WaybillStatus, Withdrawal,
};
use crate::messages::strict::generated::{Draw, draws};

fn draw() -> Draw {
    draws().new_tree(&mut TestRunner::deterministic()).unwrap().current()
}

fn issue() -> Issue {
    let made_at = super::Moment::parse("20261124120000").unwrap();
    Issue { guid: super::Guid::parse("5b7a1c20-0000-4000-8000-000000000001").unwrap(), made_at }
}

const KNOWN: Known<'_> = Known { inventory_no: "29282026I000000001", entry_no: Some("B20261124000000001") };

/// An inventory of three lines of ten pieces.
fn inventory() -> (InventoryHead<'static>, Vec<InventoryLine<'static>>) {
    let mut draw = draw();
    let head = InventoryHead {
        trade_mode: TradeMode::Direct,
        transport_no: Some(Text::parse("MU5042").unwrap()),
        voyage_no: Some(Text::parse("MU5042").unwrap()),
        bill_no: Some(Text::parse("781-00000001").unwrap()),
        ..draw.inventory()
    };
    let lines = (1..=3).map(|number| InventoryLine {
        number,
        quantity: Number::parse(Decimal::TEN).unwrap(),
        ..draw.inventory_line()
    });
    (head, lines.collect())
}

fn goods(parts: &[(u32, i64)]) -> Vec<Goods> {
    parts.iter().map(|(line, quantity)| Goods { line: *line, quantity: Decimal::from(*quantity) }).collect()
}

fn codes(faults: &[ports::fault::Fault]) -> Vec<&'static str> {
    faults.iter().map(ports::fault::Fault::code).collect()
}

#[test]
fn a_withdrawal_repeats_the_inventory() {
    let (head, _) = inventory();
    let withdrawal = Withdrawal::of(&head, KNOWN, "买家取消订单", issue()).unwrap();
    let request = &withdrawal.request;
    assert_eq!(request.order_no, head.order_no);
    assert_eq!((&request.buyer_name, &request.declarant_code), (&head.buyer_name, &head.declarant_code));
    assert_eq!(request.inventory_no.as_str(), KNOWN.inventory_no);
    assert_eq!(request.own_no.as_str(), "40008000000000000001");
    let unknown = Known { inventory_no: " ", entry_no: Some("1234567890123456789") };
    let faults = Withdrawal::of(&head, unknown, &"长".repeat(1_001), issue()).unwrap_err();
    assert_eq!(codes(&faults), ["DOC-LENGTH", "DOC-EMPTY", "DOC-LENGTH"]);
}

#[test]
fn a_return_is_of_goods_that_were_declared() {
    let (head, lines) = inventory();
    let of = |parts: &[(u32, i64)], earlier: &[(u32, i64)]| {
        Return::of((&head, &lines), KNOWN, "七天无理由", &goods(parts), &goods(earlier), issue())
    };
    let back = of(&[(3, 1), (1, 10)], &[(3, 9), (2, 10)]).unwrap();
    let numbers: Vec<_> = back.lines.iter().map(|line| (line.number, line.quantity.to_string())).collect();
    assert_eq!(numbers, [(1, "10".to_owned()), (3, "1".to_owned())]);
    assert_eq!((&back.lines[1].name, &back.lines[1].unit), (&lines[2].name, &lines[2].unit));
    let faults = of(&[(4, 1), (1, 0), (2, 11), (2, 1), (3, 2)], &[(3, 9)]).unwrap_err();
    let expected = [
        "DOC-RETURN-LINE",
        "DOC-RETURN-QUANTITY",
        "DOC-RETURN-QUANTITY",
        "DOC-RETURN-TWICE",
        "DOC-RETURN-QUANTITY",
    ];
    assert_eq!(codes(&faults), expected);
    assert_eq!(codes(&of(&[], &[]).unwrap_err()), ["DOC-RETURN-EMPTY"]);
}

#[test]
fn a_parcel_is_signed_for_before_the_status_says_so() {
    let waybill = draw().waybill();
    let made_at = issue().made_at;
    let status = WaybillStatus::signed_for(&waybill, made_at.clone(), issue()).unwrap();
    assert_eq!((&status.waybill_no, &status.signed_for_at), (&waybill.waybill_no, &made_at));
    let later = super::Moment::parse("20261124120001").unwrap();
    assert_eq!(WaybillStatus::signed_for(&waybill, later, issue()).unwrap_err().code(), "DOC-STATUS-TIME");
}

#[test]
fn an_arrival_is_of_one_bill_of_lading() {
    const SITE: Site<'_> =
        Site { operator_code: "3301W60001", operator_name: "某某监管场所", location: Some("A-01") };
    let (head, _) = inventory();
    let other = InventoryHead { waybill_no: Text::parse("SF0000000000002").unwrap(), ..head.clone() };
    let arrival = Arrival::of(&[&head, &other], SITE, issue()).unwrap();
    assert_eq!(arrival.waybills, [head.waybill_no.clone(), other.waybill_no.clone()]);
    assert_eq!(Some(&arrival.bill_no), head.bill_no.as_ref());
    assert_eq!(codes(&Arrival::of(&[], SITE, issue()).unwrap_err()), ["DOC-ARRIVAL-EMPTY"]);
    let elsewhere = InventoryHead { bill_no: Some(Text::parse("781-00000002").unwrap()), ..other.clone() };
    let bonded = InventoryHead { trade_mode: TradeMode::Bonded, ..head.clone() };
    let faults = Arrival::of(&[&head, &elsewhere, &bonded], SITE, issue()).unwrap_err();
    assert_eq!(codes(&faults), ["DOC-ARRIVAL-BONDED", "DOC-ARRIVAL-TWICE", "DOC-ARRIVAL-DIFFERS"]);
    let untold = InventoryHead { voyage_no: None, ..head };
    let nobody = Site { operator_code: "", ..SITE };
    let faults = Arrival::of(&[&untold], nobody, issue()).unwrap_err();
    assert_eq!(codes(&faults), ["DOC-EMPTY", "DOC-EMPTY"]);
}

proptest! {
    #[test]
    fn times_are_read_as_they_are_written(second in 0..4_000_000_000i64, text in "[0-9]{8,14}") {
        let at = jiff::Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
        let moment = super::Moment::of(at, &ports::clock::beijing());
        prop_assert_eq!(super::Moment::parse(&moment.to_string()), Some(moment.clone()));
        prop_assert_eq!(super::Day::parse(&moment.day().to_string()), Some(moment.day()));
        if let Some(moment) = super::Moment::parse(&text) {
            prop_assert_eq!(moment.to_string(), text);
        }
    }
}
