//! Orders that are not declared, and what is told about them.

use serde_json::{Value, json};

use crate::support::{Workplace, lines, order, text};

/// The codes that hold one order.
fn held(place: &Workplace, order: &Value) -> Vec<String> {
    let ran = place.declare(lines([order]), &[]);
    assert_eq!(ran.counts(), [1, 0, 1], "{}", ran.stdout);
    ran.held().into_values().flatten().collect()
}

fn buyer(order: &mut Value, field: &str, value: &str) {
    for entry in order["declare_info"]["orderDeclareInfos"].as_array_mut().unwrap() {
        entry[field] = value.into();
    }
}

#[test]
fn ciphertext_and_masked_people_are_never_declared() {
    let place = Workplace::with_filings();
    for (value, code) in [("#c2VhcmNo#Y2lwaGVy#2##", "ORD-ENCRYPTED"), ("鲸**", "ORD-MASKED")] {
        for field in ["idName", "idNumber", "linkPhone"] {
            let mut order = order(1);
            buyer(&mut order, field, value);
            assert_eq!(held(&place, &order), [code], "{field}");
        }
        for field in ["receiverName", "receiverPhone", "receiverAddress", "receiverTownName"] {
            let mut order = order(1);
            order["receiver"]["receiverInfos"][0][field] = value.into();
            assert_eq!(held(&place, &order), [code], "{field}");
        }
    }
    // A single asterisk may belong to an address.
    let mut starred = order(1);
    starred["receiver"]["receiverInfos"][0]["receiverAddress"] = "示例路1*2号".into();
    assert_eq!(place.declare(lines([&starred]), &[]).counts(), [1, 1, 0]);
}

#[test]
fn an_order_is_held_with_the_reasons_of_every_stage() {
    let place = Workplace::with_filings();
    let mut cancelled = order(1);
    cancelled["detail"]["cancelStatus"] = 1.into();
    cancelled["detail"]["boundExtendInfo"]["payChannel"] = "Barter".into();
    cancelled["detail"]["boundExtendInfo"]["discountAmount"] = 1.into();
    cancelled["detail"]["skuList"][0]["skuDetailList"][0]["barcode"] = "2999999999999".into();
    cancelled["waybill"] = Value::Null;
    let reasons = ["ORD-CANCEL", "ORD-AMOUNTS", "DOC-PAY-CHANNEL", "DOC-WAYBILL", "DOC-FILING"];
    assert_eq!(held(&place, &cancelled), reasons);

    // Without a buyer there is no whole order, and still its goods are looked at.
    buyer(&mut cancelled, "idNumber", "110101190101010010");
    let reasons = ["ORD-CANCEL", "ORD-AMOUNTS", "ORD-ID", "DOC-PAY-CHANNEL", "DOC-WAYBILL", "DOC-FILING"];
    assert_eq!(held(&place, &cancelled), reasons);

    let mut nowhere = order(2);
    nowhere["detail"]["customsCode"] = "ATLANTIS".into();
    nowhere["waybill"]["carrier"] = "pigeon".into();
    let ran = place.declare(lines([&order(1), &nowhere]), &[]);
    let json = ran.json();
    let faults = json["held_orders"][0]["faults"].as_array().unwrap();
    let codes: Vec<_> = faults.iter().map(|fault| text(&fault["code"])).collect();
    assert_eq!(codes, ["DOC-PORT-UNKNOWN", "DOC-CARRIER"]);
    assert!(faults.iter().all(|fault| fault["at"]["line"] == 2), "{json}");
}

#[test]
fn one_number_in_two_spellings_is_one_order() {
    let place = Workplace::with_filings();
    let (mut one, mut other) = (order(1), order(1));
    one["detail"]["orderId"] = "P1 2".into();
    other["detail"]["orderId"] = " P1\t2\n".into();
    let ran = place.declare(lines([&one, &other]), &[]);
    assert_eq!((ran.counts(), ran.held()["P1 2"].clone()), ([2, 1, 1], vec!["MATCH-K1".to_owned()]));
    assert_eq!(place.declare(lines([&other]), &[]).json()["already_declared"], 1);

    let (mut second, mut third) = (order(2), order(3));
    second["detail"]["boundExtendInfo"]["payNo"] = "7 7".into();
    third["detail"]["boundExtendInfo"]["payNo"] = "7\u{1}7 ".into();
    second["waybill"]["logistics_no"] = "SF 7".into();
    third["waybill"]["logistics_no"] = "SF\t7".into();
    let ran = place.declare(lines([&second, &third]), &[]);
    assert_eq!(ran.counts(), [2, 1, 1]);

    for number in ["订单1".to_owned(), "P".repeat(61)] {
        let mut order = order(4);
        order["detail"]["orderId"] = number.into();
        assert!(held(&place, &order).contains(&"ORD-NUMBER-FORM".to_owned()));
    }
}

#[test]
fn a_bill_of_lading_and_fine_weights_hold_no_bonded_order() {
    let place = Workplace::with_filings();
    let mut bonded = order(1);
    bonded["waybill"]["bill_no"] = "784-12345675".into();
    bonded["waybill"]["gross_weight_kg"] = "1.2345678".into();
    let ran = place.declare(lines([&bonded]), &[]);
    assert_eq!(ran.counts(), [1, 1, 0], "{}", ran.stdout);
    let messages: String = place.messages().into_values().collect();
    assert!(!messages.contains("784-12345675"));
    assert!(messages.contains(">1.23457<"), "{messages}");
}

#[test]
fn a_waybill_without_a_number_takes_the_shipped_parcels() {
    let place = Workplace::with_filings();
    let mut order = order(1);
    let number = order["waybill"]["logistics_no"].take();
    let carrier = order["waybill"]["carrier"].take();
    assert_eq!(held(&place, &order), ["DOC-WAYBILL"]);
    order["waybill"]["gross_weight_kg"] = "1.75".into();
    order["detail"]["expressTrackingNo"] = number.clone();
    order["detail"]["expressCompanyCode"] = carrier.clone();
    assert_eq!(place.declare(lines([&order]), &[]).counts(), [1, 1, 0]);
    let messages: String = place.messages().into_values().collect();
    assert!(messages.contains(number.as_str().unwrap()) && messages.contains(">1.75<"));

    // The carrier of another parcel is not taken.
    let mut other = crate::support::order(2);
    other["waybill"]["carrier"] = "".into();
    other["detail"]["expressTrackingNo"] = "SF000".into();
    other["detail"]["expressCompanyCode"] = carrier;
    assert_eq!(held(&place, &other), ["DOC-EMPTY"]);
}

#[test]
fn a_direct_purchase_from_china_is_worth_a_warning() {
    let place = Workplace::with_filings();
    let mut direct = order(17);
    direct["waybill"]["departure_country"] = "142".into();
    let ran = place.declare(lines([&direct]), &[]);
    assert_eq!(ran.counts(), [1, 1, 0]);
    let warnings = &ran.json()["warnings"];
    assert_eq!(warnings[0]["order_no"], direct["detail"]["orderId"]);
    assert_eq!(warnings[0]["faults"][0]["code"], "DOC-COUNTRY-CHINA");
}

#[test]
fn nothing_in_any_spelling_is_no_fault() {
    let place = Workplace::with_filings();
    for nothing in [Value::Null, json!("")] {
        let mut order = order(1);
        order["platform"] = nothing.clone();
        order["detail"]["unpack"] = nothing.clone();
        order["detail"]["boundExtendInfo"]["zoneCodes"] = nothing.clone();
        order["receiver"]["receiverInfos"][0]["matched"] = nothing.clone();
        order["waybill"]["bill_no"] = nothing.clone();
        assert_eq!(place.declare(lines([&order]), &[]).counts(), [1, 1, 0], "{nothing}");
        order["waybill"] = nothing;
        assert_eq!(held(&place, &order), ["DOC-WAYBILL"]);
    }
}

#[test]
fn a_value_of_another_type_names_its_field_and_its_order() {
    let place = Workplace::with_filings();
    let mut order = order(1);
    let number = text(&order["detail"]["orderId"]);
    order["receiver"]["receiverInfos"][0]["receiverName"] = json!({"name": "鲸落甲"});
    let json = place.declare(lines([&order]), &[]).json();
    let held = &json["held_orders"][0];
    assert_eq!((&held["order_no"], &held["faults"][0]["at"]["order_no"]), (&json!(number), &json!(number)));
    let fault = &held["faults"][0];
    assert_eq!(fault["code"], "ORD-TYPE");
    assert_eq!(fault["at"]["path"], "receiver.receiverInfos[0].receiverName");
    assert!(!json.to_string().contains("鲸落"), "{json}");

    order["receiver"] = Value::Null;
    order["detail"]["skuList"][0]["skuDetailList"][0]["quantity"] = "two".into();
    let json = place.declare(lines([&order]), &[]).json();
    let path = &json["held_orders"][0]["faults"][0]["at"]["path"];
    assert_eq!(path, "detail.skuList[0].skuDetailList[0].quantity");
}

#[test]
fn each_mode_of_trade_is_told_apart() {
    let place = Workplace::with_filings();
    let at = |mode: i64, order: usize| {
        let mut order = crate::support::order(order);
        order["detail"]["logisticsMode"] = mode.into();
        order
    };
    let ran = place.declare(lines([&at(2, 1), &at(3, 17)]), &[]);
    assert_eq!(ran.counts(), [2, 2, 0], "{}", ran.stdout);
    let messages: String = place.messages().into_values().collect();
    assert!(messages.contains(">1210<") && messages.contains(">9610<"));

    // Personal articles and domestic orders are not declared here, and nothing else about them matters.
    let mut personal = at(4, 2);
    personal["detail"]["boundExtendInfo"]["payNo"] = Value::Null;
    personal["detail"]["customsCode"] = Value::Null;
    personal["waybill"] = Value::Null;
    let ran = place.declare(lines([&personal]), &[]);
    let fault = &ran.json()["held_orders"][0]["faults"];
    assert_eq!((fault.as_array().unwrap().len(), &fault[0]["code"]), (1, &json!("ORD-PERSONAL")), "{fault}");
    let told = text(&fault[0]["message"]);
    for part in ["not declared here", "postal tax", "13%", "20%", "50%", "up to 50.00 yuan are free"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(held(&place, &at(1, 2)), ["ORD-MODE"]);
    assert!(held(&place, &at(7, 2)).contains(&"ORD-MODE".to_owned()));
}

#[test]
fn a_port_serves_the_modes_that_its_profile_says() {
    let place = Workplace::with_filings();
    let configuration = std::fs::read_to_string(crate::support::sample("customs.toml")).unwrap();
    let hangzhou = "[ports.\"杭州\"]\n";
    let only = |modes: &str| configuration.replace(hangzhou, &format!("{hangzhou}trade_modes = {modes}\n"));
    place.write("orders.jsonl", lines([&order(1), &order(17)]));
    let build = ["declare", "build", "orders.jsonl", "--out", "out", "--json"];
    place.write("customs.toml", only("[\"9610\"]"));
    let ran = place.run(&build);
    assert_eq!(ran.counts(), [2, 1, 1]);
    let held = ran.held();
    assert_eq!(held.into_iter().next().unwrap().1, ["DOC-TRADE-MODE"]);
    place.write("customs.toml", only("[\"1234\"]"));
    let ran = place.run(&build);
    assert!(ran.code == 2 && ran.stderr.contains("ports.杭州.trade_modes"), "{}", ran.stderr);
    place.write("customs.toml", only("[\"1210\"]"));
    assert_eq!(place.run(&build).counts(), [2, 2, 0]);
}
