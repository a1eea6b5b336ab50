//! Orders into messages; nothing is declared twice, whatever happens.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use declare::shop::Generator;
use serde_json::{Value, json};

use crate::support::{Ran, Workplace, files, lines, order, sample, text};

/// What stands between two texts, every time.
fn between<'t>(text: &'t str, before: &'t str, after: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(before).skip(1).map(move |rest| rest.split(after).next().unwrap())
}

/// The values of an element in the messages of one kind.
fn values(place: &Workplace, kind: &str, element: &str) -> Vec<String> {
    let (before, after) = (format!("<ceb:{element}>"), format!("</ceb:{element}>"));
    let messages = place.messages().into_iter().filter(|(name, _)| name.starts_with(kind));
    messages
        .flat_map(|(_, xml)| between(&xml, &before, &after).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// Every order stands in one message of each kind, and no two documents or messages share a number.
fn declared_once(place: &Workplace, orders: usize) {
    let mut guids = BTreeSet::new();
    for kind in ["CEB311", "CEB411", "CEB511", "CEB621"] {
        let numbers = values(place, kind, "orderNo");
        assert_eq!(numbers.len(), orders, "{kind}");
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), orders, "{kind}");
        for guid in values(place, kind, "guid") {
            assert!(guids.insert(guid.clone()), "{guid} stands twice");
        }
    }
    assert_eq!(guids.len(), 4 * orders);
    for (name, xml) in place.messages() {
        let guid = between(&xml, " guid=\"", "\"").next().unwrap();
        assert!(name.ends_with(&format!("_{guid}.xml")), "{name}");
        assert!(guids.insert(guid.to_owned()), "{guid} stands twice");
    }
}

/// A message for reading: an element a line, without what differs from run to run.
fn shown(xml: &str) -> String {
    let mut shown = xml.to_owned();
    for (before, after) in
        [(" guid=\"", "\""), ("<ceb:guid>", "<"), ("<ceb:appTime>", "<"), ("<ceb:declTime>", "<")]
    {
        let found: BTreeSet<String> = between(xml, before, after).map(str::to_owned).collect();
        for value in found {
            shown = shown.replace(&format!("{before}{value}{after}"), &format!("{before}…{after}"));
        }
    }
    shown.replace("><", ">\n<")
}

fn samples() -> Vec<u8> {
    fs::read(sample("orders.jsonl")).unwrap()
}

/// A copy of a sample order under another number, with a payment and a waybill of its own.
fn copy(number: usize, suffix: u32) -> Value {
    let mut copy = order(number);
    let order_no = format!("P8000000000{suffix:08}");
    copy["detail"]["orderId"] = order_no.clone().into();
    copy["detail"]["boundExtendInfo"]["payNo"] = format!("20261101{suffix:020}").into();
    copy["waybill"]["logistics_no"] = format!("SF8{suffix:012}").into();
    copy
}

#[test]
fn the_messages_of_the_samples_are_these() {
    let place = Workplace::with_filings();
    place.declare(samples(), &[]);
    declared_once(&place, 21);
    for (name, xml) in place.messages() {
        insta::assert_snapshot!(name[..6].to_owned(), shown(&xml));
    }
}

#[test]
fn documents_may_be_declared_one_after_the_other() {
    let place = Workplace::with_filings();
    let first = place.declare(samples(), &["--documents", "order"]).json();
    assert_eq!(first["documents"], json!({"CEB311Message": 21}));
    let orders = place.messages();
    assert_eq!(orders.len(), 1);

    let ran = place.declare(samples(), &[]);
    assert_eq!((ran.code, ran.counts()), (1, [24, 21, 3]));
    declared_once(&place, 21);
    let all = place.messages();
    assert_eq!(all.len(), 4);
    assert!(orders.iter().all(|(name, xml)| all.get(name) == Some(xml)));
}

#[test]
fn batches_are_as_small_as_wanted() {
    let place = Workplace::with_filings();
    let json = place.declare(samples(), &["--batch", "5"]).json();
    let sizes = |kind: &str| -> Vec<u64> {
        let messages = json["messages"].as_array().unwrap().iter().filter(|message| message["type"] == kind);
        messages.map(|message| message["documents"].as_u64().unwrap()).collect()
    };
    for kind in ["CEB311Message", "CEB411Message", "CEB511Message", "CEB621Message"] {
        assert_eq!(sizes(kind), [5, 5, 5, 5, 1], "{kind}");
    }
    declared_once(&place, 21);
}

#[test]
fn orders_come_from_stdin_too() {
    let place = Workplace::with_filings();
    let configuration = sample("customs.toml");
    let args =
        ["--config", configuration.to_str().unwrap(), "declare", "build", "-", "--out", "out", "--json"];
    let mut child = place
        .command(&args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&samples()).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.counts()), (1, [24, 21, 3]));
    declared_once(&place, 21);
}

#[test]
fn the_json_is_as_promised() {
    let place = Workplace::with_filings();
    let json = place.declare(samples(), &[]).json();
    for key in ["orders", "declared", "held", "documents", "messages", "held_orders"] {
        assert!(json.get(key).is_some(), "{key}");
    }
    for message in json["messages"].as_array().unwrap() {
        let (kind, guid) = (text(&message["type"]), text(&message["guid"]));
        assert_eq!(message["file"], format!("out/{kind}_{guid}.xml"));
        assert_eq!(message["documents"], 21);
    }
    for held in json["held_orders"].as_array().unwrap() {
        for fault in held["faults"].as_array().unwrap() {
            assert_eq!(fault["at"]["order_no"], held["order_no"]);
            for key in ["code", "severity", "message", "remedy"] {
                assert!(!fault[key].as_str().unwrap().is_empty(), "{fault}");
            }
        }
    }
}

#[test]
fn an_order_that_stands_twice_is_declared_once_in_every_run() {
    let place = Workplace::with_filings();
    let repeated = order(1);
    let order_no = text(&repeated["detail"]["orderId"]);
    // Far apart the second is read when the first has long been recorded, side by side it has not.
    let mut many: Vec<Value> = (0..1_500).map(|suffix| copy(3, suffix)).collect();
    many.splice(0..0, [repeated.clone(), repeated.clone()]);
    many.push(repeated.clone());
    for already in [0, 1_501] {
        let ran = place.declare(lines(&many), &[]);
        assert_eq!((ran.code, ran.counts()), (1, [1_503, 1_501, 2]), "{}", ran.stderr);
        assert_eq!(ran.json()["already_declared"], already);
        assert_eq!(
            ran.held(),
            BTreeMap::from([(order_no.clone(), vec!["MATCH-K1".into(), "MATCH-K1".into()])])
        );
        declared_once(&place, 1_501);
    }
}

#[test]
fn an_order_that_stands_twice_with_other_contents_is_held_for_that() {
    let place = Workplace::with_filings();
    let (repeated, mut other) = (order(1), order(1));
    other["receiver"]["receiverInfos"][0]["receiverAddress"] = "示例路1号".into();
    let mut many: Vec<Value> = (0..1_500).map(|suffix| copy(3, suffix)).collect();
    many.splice(0..0, [repeated, other.clone()]);
    many.push(other);
    for _ in 0..2 {
        let ran = place.declare(lines(&many), &["--documents", "order,waybill"]);
        assert_eq!(ran.counts(), [1_503, 1_501, 2]);
        let codes: Vec<_> = ran.held().into_values().flatten().collect();
        assert_eq!(codes, ["MATCH-K1", "MATCH-K1"]);
    }
}

#[test]
fn a_payment_belongs_to_one_order_and_so_does_a_waybill() {
    let place = Workplace::with_filings();
    let (mut payment, mut waybill) = (copy(1, 1), copy(1, 2));
    payment["detail"]["boundExtendInfo"]["payNo"] = order(1)["detail"]["boundExtendInfo"]["payNo"].clone();
    waybill["waybill"]["logistics_no"] = order(1)["waybill"]["logistics_no"].clone();
    let held = |ran: &Ran| ran.held().into_values().flatten().collect::<Vec<_>>();
    let ran = place.declare(lines([&order(1), &payment, &waybill]), &[]);
    assert_eq!((ran.counts(), held(&ran)), ([3, 1, 2], vec!["MATCH-K2".to_owned(), "MATCH-K3".to_owned()]));
    // The same when the first order was declared by an earlier run.
    let ran = place.declare(lines([&payment, &waybill]), &[]);
    assert_eq!((ran.counts(), held(&ran)), ([2, 0, 2], vec!["MATCH-K2".to_owned(), "MATCH-K3".to_owned()]));
    insta::assert_snapshot!(ran.json()["held_orders"][0]["faults"][0]["message"].as_str().unwrap(), @"the transaction number belongs to order P600000000000000001");
    // A held order has used up nothing: with a number of its own it is declared.
    let ran = place.declare(lines([&copy(1, 1), &copy(1, 2)]), &[]);
    assert_eq!((ran.code, ran.counts()), (0, [2, 2, 0]));
}

#[test]
fn what_was_declared_stays_when_the_order_changes() {
    let place = Workplace::with_filings();
    place.declare(lines([&order(1)]), &[]);
    let before = place.messages();
    let mut changed = order(1);
    changed["receiver"]["receiverInfos"][0]["receiverAddress"] = "示例路1号".into();
    let ran = place.declare(lines([&changed, &order(2)]), &[]);
    assert_eq!((ran.code, ran.counts()), (1, [2, 1, 1]));
    assert_eq!(ran.held().into_values().flatten().collect::<Vec<_>>(), ["BLD-CHANGED"; 3]);
    let after = place.messages();
    assert_eq!(after.len(), before.len() + 4);
    assert!(before.iter().all(|(name, xml)| after.get(name) == Some(xml)));
    // As it was, it is still declared.
    assert_eq!(place.declare(lines([&order(1), &order(2)]), &[]).counts(), [2, 2, 0]);
    declared_once(&place, 2);
}

#[test]
fn only_new_orders_go_into_new_messages() {
    let place = Workplace::with_filings();
    place.declare(lines([&order(1), &order(2)]), &[]);
    let before = place.messages();
    let json = place.declare(lines([&order(1), &order(2), &order(3)]), &[]).json();
    assert_eq!((&json["declared"], &json["already_declared"]), (&3.into(), &2.into()));
    let after = place.messages();
    assert!(before.iter().all(|(name, xml)| after.get(name) == Some(xml)));
    for (name, xml) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        assert_eq!(between(xml, "<ceb:guid>", "<").count(), 1, "{name}");
    }
    declared_once(&place, 3);
}

#[test]
fn lost_messages_come_back_as_they_were() {
    let place = Workplace::with_filings();
    place.declare(samples(), &[]);
    let before = files(&place.path("out"));
    for (number, name) in before.keys().enumerate() {
        match number {
            0 => fs::remove_file(place.path("out").join(name)).unwrap(),
            1 => fs::write(place.path("out").join(name), "").unwrap(),
            _ => {}
        }
    }
    place.declare(samples(), &[]);
    assert_eq!(files(&place.path("out")), before);
    fs::remove_dir_all(place.path("out")).unwrap();
    place.declare(samples(), &[]);
    assert_eq!(files(&place.path("out")), before);
}

#[test]
fn a_message_that_is_gone_from_the_archive_too_is_never_made_again() {
    let place = Workplace::with_filings();
    place.declare(samples(), &[]);
    fs::remove_dir_all(place.path("customs-data/messages")).unwrap();
    fs::remove_dir_all(place.path("out")).unwrap();
    let ran = place.declare(samples(), &[]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("is missing from the archive"), "{}", ran.stderr);
    let lost: Vec<_> =
        ran.json()["lost"].as_array().unwrap().iter().map(|fault| fault["code"].clone()).collect();
    assert_eq!((ran.held().len(), lost), (3, vec![Value::from("BLD-ARCHIVE"); 4]));
    assert!(place.messages().is_empty());
}

#[test]
fn a_held_order_tells_everything_that_holds_it() {
    let place = Workplace::with_filings();
    let mut wrong = order(2);
    wrong["declare_info"]["orderDeclareInfos"][1]["idNumber"] = "110101190101010010".into();
    wrong["declare_info"]["orderDeclareInfos"][1]["linkPhone"] = "0571-88888888".into();
    wrong["detail"]["boundExtendInfo"]["discountAmount"] = 1.into();
    wrong["waybill"]["gross_weight_kg"] = "-1".into();
    let ran = place.declare(lines([&wrong]), &[]);
    assert_eq!((ran.code, ran.counts()), (1, [1, 0, 1]));
    insta::assert_json_snapshot!(ran.json()["held_orders"][0]["faults"]);
}

#[test]
fn documents_tell_everything_that_is_missing() {
    let place = Workplace::with_filings();
    let mut wrong = order(2);
    wrong["detail"]["boundExtendInfo"]["payChannel"] = "Barter".into();
    wrong["waybill"]["carrier"] = "pigeon".into();
    wrong["detail"]["skuList"][0]["skuDetailList"][0]["barcode"] = "2999999999999".into();
    let mut without_waybill = order(3);
    without_waybill["waybill"] = Value::Null;
    let mut direct = order(17);
    for field in ["bill_no", "traf_no", "voyage_no", "departure_country"] {
        direct["waybill"][field] = Value::Null;
    }
    let ran = place.declare(lines([&wrong, &without_waybill, &direct]), &[]);
    assert_eq!((ran.code, ran.counts()), (1, [3, 0, 3]));
    insta::assert_json_snapshot!(ran.json()["held_orders"]);
    assert!(place.messages().is_empty());
    // What is mended is declared.
    assert_eq!(place.declare(lines([&order(2), &order(3), &order(17)]), &[]).counts(), [3, 3, 0]);
}

/// Orders of the run that is killed, and how often.
const ORDERS: usize = 3_000;
const KILLS: u64 = 15;

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let place = Workplace::with_filings();
    let orders: String = Generator::new(20_261_122).take(ORDERS).map(|line| line + "\n").collect();
    place.write("orders.jsonl", orders);
    let configuration = sample("customs.toml");
    let args = [
        "--config",
        configuration.to_str().unwrap(),
        "declare",
        "build",
        "orders.jsonl",
        "--out",
        "out",
        "--batch",
        "40",
        "--json",
    ];
    let mut chance = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    for kill in 1..=KILLS {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // A later run first goes through what the earlier ones have done, and may live longer to get beyond it.
        let mut child = place.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis((chance >> 33) % (150 * kill)));
        child.kill().unwrap();
        child.wait().unwrap();
        // A message in the folder is whole at any moment.
        for (name, xml) in place.messages().into_iter().filter(|(name, _)| name.ends_with(".xml")) {
            assert!(xml.ends_with(&format!("</ceb:{}>", &name[..13])), "{name}");
        }
    }
    let ran = place.run(&args);
    assert_eq!((ran.code, ran.counts()), (0, [ORDERS as u64, ORDERS as u64, 0]), "{}", ran.stderr);
    declared_once(&place, ORDERS);
    let before = files(&place.path("out"));
    let ran = place.run(&args);
    assert_eq!(ran.json()["already_declared"], ORDERS);
    assert_eq!(files(&place.path("out")), before);
}

#[test]
fn a_saved_inventory_is_declared_once_there_is_a_signature() {
    let place = Workplace::with_filings();
    place.declare(samples(), &[]);
    let saved = files(&place.path("out"));
    let configuration = crate::signing::with_key_file(&place);
    let sign = |out: &str| {
        let config = configuration.to_str().unwrap();
        place.run(&["--config", config, "declare", "build", "orders.jsonl", "--out", out, "--json", "--sign"])
    };
    let ran = sign("signed");
    assert_eq!((ran.code, ran.counts()), (1, [24, 21, 3]), "{}", ran.stderr);
    let signed = files(&place.path("signed"));
    let guids = |files: &BTreeMap<String, Vec<u8>>, kind: &str| {
        let xml = files.iter().find(|(name, _)| name.starts_with(kind)).unwrap().1.clone();
        let xml = String::from_utf8(xml).unwrap();
        (
            xml.matches("<ceb:appStatus>2<").count(),
            xml.matches("<ds:Signature ").count(),
            fields(&xml, "guid"),
        )
    };
    // The other documents were declared without a signature, and stay as they are; only the inventories are made anew,
    // under their old numbers.
    for kind in ["CEB311", "CEB411", "CEB511"] {
        assert_eq!(guids(&signed, kind), guids(&saved, kind));
    }
    let (declared, signatures, numbers) = guids(&signed, "CEB621");
    assert_eq!((declared, signatures, &numbers), (21, 1, &guids(&saved, "CEB621").2));
    sign("again");
    assert_eq!(files(&place.path("again")), signed);
}

/// The contents of a field, each time it stands in a message.
fn fields(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<ceb:{name}>"), format!("</ceb:{name}>"));
    xml.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap().to_owned()).collect()
}

#[test]
fn a_document_declared_later_agrees_with_those_declared_before() {
    let place = Workplace::with_filings();
    let mut changed = order(2);
    place.declare(lines([&changed]), &["--documents", "order,payment,waybill"]);
    changed["waybill"]["logistics_no"] = "SF9999999999999".into();
    let ran = place.declare(lines([&changed]), &["--documents", "inventory"]);
    assert_eq!((ran.code, ran.counts()), (1, [1, 0, 1]));
    assert!(ran.held().values().flatten().all(|code| code == "BLD-CHANGED"), "{}", ran.stdout);
}
