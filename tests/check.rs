//! Anybody's messages, checked: what is right passes, and every rule that is broken is told by its own code.

use std::collections::BTreeSet;
use std::fs;

use declare::lint::rules;
use declare::shop::SAMPLE_ORDERS;
use serde_json::Value;

use crate::support::{Ran, Workplace};

/// A workplace with the messages of the samples in `out`.
fn built() -> Workplace {
    let place = Workplace::with_filings();
    place.declare(SAMPLE_ORDERS, &[]);
    place
}

fn file(place: &Workplace, kind: &str) -> std::path::PathBuf {
    let found = fs::read_dir(place.path("out")).unwrap().map(|entry| entry.unwrap().path());
    found.into_iter().find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(kind)).unwrap()
}

/// The number and type of the first document's field, replaced; or the field taken out.
fn set(xml: &str, field: &str, value: Option<&str>) -> String {
    let (open, close) = (format!("<ceb:{field}>"), format!("</ceb:{field}>"));
    let start = xml.find(&open).unwrap_or_else(|| panic!("{field}"));
    let end = start + xml[start..].find(&close).unwrap() + close.len();
    let new = value.map_or(String::new(), |value| format!("{open}{value}{close}"));
    format!("{}{new}{}", &xml[..start], &xml[end..])
}

fn codes(ran: &Ran) -> BTreeSet<String> {
    let json = ran.json();
    let faults = json["files"].as_array().unwrap().iter().flat_map(|file| file["faults"].as_array().unwrap());
    faults.map(|fault| fault["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_this_program_writes_passes() {
    let place = built();
    let ran = place.run(&["declare", "check", "out", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let files = ran.json()["files"].as_array().unwrap().clone();
    assert_eq!(files.len(), 4);
    for file in files {
        assert_eq!((&file["valid"], &file["signature"]), (&true.into(), &"none".into()));
        assert_eq!((&file["documents"], &file["faults"]), (&21.into(), &Value::Array(Vec::new())));
    }
}

/// A message, a field of its first document, what is put there, and the code that tells it.
const BROKEN: [(&str, &str, Option<&str>, &str); 58] = [
    ("CEB311", "guid", Some("11111111"), "CEB-LENGTH"),
    ("CEB311", "orderNo", None, "CEB-REQUIRED"),
    ("CEB311", "freight", None, "CEB-REQUIRED"),
    ("CEB311", "orderNo", Some(""), "CEB-EMPTY-FIELD"),
    ("CEB311", "goodsValue", Some("1,000.00"), "CEB-NUMBER"),
    ("CEB311", "goodsValue", Some("1.123456"), "CEB-NUMBER"),
    ("CEB621", "packNo", Some("one"), "CEB-INTEGER"),
    ("CEB311", "currency", Some("502"), "CEB-FIXED"),
    ("CEB311", "ebcName", Some("名</ceb:ebcName><ceb:shop>x</ceb:shop><ceb:ebcName>名"), "CEB-UNKNOWN"),
    ("CEB311", "ebcName", Some("名</ceb:ebcName><ceb:ebcName>名"), "CEB-TWICE"),
    ("CEB311", "ebcName", Some("名</ceb:ebcName><ceb:orderNo>7</ceb:orderNo><ceb:ebcName>名"), "CEB-ORDER"),
    ("CEB311", "orderNo", Some("P600000000000000002"), "CHECK-K1"),
    ("CEB411", "payTransactionId", Some("2026112222001400000000000002"), "MATCH-X5"),
    ("CEB411", "orderNo", Some("P69"), "MATCH-X1"),
    ("CEB511", "orderNo", Some("P69"), "MATCH-X1"),
    ("CEB411", "ebpName", Some("别的平台"), "MATCH-X2"),
    ("CEB621", "ebcName", Some("别的企业"), "MATCH-X3"),
    ("CEB411", "payCode", Some("1234567890"), "MATCH-X4"),
    ("CEB411", "payName", Some("别的支付"), "MATCH-X5"),
    ("CEB411", "amountPaid", Some("0.01"), "MATCH-X6"),
    ("CEB411", "payerName", Some("别人"), "MATCH-X8"),
    ("CEB311", "buyerIdType", Some("2"), "MATCH-X9"),
    ("CEB621", "buyerName", Some("别人"), "MATCH-X10"),
    ("CEB621", "buyerIdNumber", Some("110101190001010000"), "MATCH-X11"),
    ("CEB621", "buyerTelephone", Some("13900000000"), "MATCH-X12"),
    ("CEB511", "consignee", Some("别人"), "MATCH-X13"),
    ("CEB621", "consigneeAddress", Some("别处"), "MATCH-X14"),
    ("CEB621", "logisticsName", Some("别的物流"), "MATCH-X15"),
    ("CEB621", "gname", Some("别的商品"), "MATCH-X18"),
    ("CEB621", "qty", Some("77"), "MATCH-X18"),
    ("CEB311", "acturalPaid", Some("0.01"), "MATCH-A1"),
    ("CEB311", "totalPrice", Some("0.01"), "MATCH-A4"),
    ("CEB311", "totalPrice", Some("0.01"), "MATCH-A5"),
    ("CEB621", "totalPrice", Some("0.01"), "MATCH-A6"),
    ("CEB311", "totalPrice", Some("0"), "MATCH-A7"),
    ("CEB621", "freight", Some("77"), "MATCH-A8"),
    ("CEB311", "goodsValue", Some("5000.01"), "MATCH-A9"),
    ("CEB311", "gnum", Some("2"), "MATCH-Q1"),
    ("CEB621", "qty1", Some("0"), "MATCH-Q2"),
    ("CEB621", "qty2", None, "MATCH-Q3"),
    ("CEB621", "unit1", Some("007"), "MATCH-Q4"),
    ("CEB621", "unit", Some("035"), "MATCH-Q5"),
    ("CEB621", "netWeight", Some("77"), "MATCH-Q7"),
    ("CEB621", "grossWeight", Some("77"), "MATCH-Q8"),
    ("CEB621", "netWeight", Some("0.001"), "MATCH-Q9"),
    ("CEB511", "packNo", Some("2"), "MATCH-Q10"),
    ("CEB621", "tradeMode", Some("0110"), "MATCH-C2"),
    ("CEB621", "tradeMode", Some("9610"), "CHECK-C3"),
    ("CEB621", "tradeMode", Some("9610"), "MATCH-C5"),
    ("CEB621", "emsNo", None, "MATCH-C4"),
    ("CEB621", "appStatus", Some("2"), "MATCH-C6"),
    ("CEB621", "gcode", Some("33049900"), "MATCH-C7"),
    ("CEB621", "unit", Some("999"), "MATCH-C8"),
    ("CEB311", "country", Some("USA"), "MATCH-C9"),
    ("CEB621", "assureCode", Some("1234567890"), "MATCH-C11"),
    ("CEB311", "orderNo", Some("Ｐ6"), "CHECK-T2"),
    ("CEB311", "buyerIdNumber", Some("110101190001010000"), "MATCH-T3"),
    ("CEB311", "appTime", Some("20261340000000"), "MATCH-T4"),
];

#[test]
fn every_rule_that_is_broken_is_told_by_its_code() {
    let place = built();
    let mut missed = Vec::new();
    for (kind, field, value, code) in BROKEN {
        let path = file(&place, kind);
        let right = fs::read_to_string(&path).unwrap();
        fs::write(&path, set(&right, field, value)).unwrap();
        let ran = place.run(&["declare", "check", "out", "--json"]);
        let found = codes(&ran);
        if !found.contains(code) {
            missed.push(format!("{kind} {field} {value:?} {code}: {found:?}"));
        }
        let error = ran.json()["files"].as_array().unwrap().iter().any(|file| file["valid"] == false);
        assert_eq!(ran.code, i32::from(error), "{code}");
        fs::write(&path, right).unwrap();
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_rule_that_is_allowed_does_not_count() {
    let place = built();
    let path = file(&place, "CEB311");
    let right = fs::read_to_string(&path).unwrap();
    fs::write(&path, set(&right, "goodsValue", Some("1"))).unwrap();
    let only = path.to_str().unwrap().to_owned();
    let ran = place.run(&["declare", "check", &only, "--json"]);
    assert_eq!((ran.code, codes(&ran).len()), (1, 2), "{}", ran.stdout);
    let ran = place.run(&["declare", "check", &only, "--allow", "a5,MATCH-A1", "--json"]);
    assert_eq!((ran.code, codes(&ran).len()), (0, 0), "{}", ran.stdout);
    assert_eq!(ran.json()["files"][0]["allowed"].as_array().unwrap().len(), 2);
    for (rule, told) in
        [("A3", "cannot be let pass"), ("Z9", "there is no rule"), ("K6", "cannot be let pass")]
    {
        let ran = place.run(&["declare", "check", &only, "--allow", rule]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let place = Workplace::new();
    for lang in ["en", "zh"] {
        let ran = place.run(&["declare", "check", "--rules", "--lang", lang]);
        insta::assert_snapshot!(format!("rules_{lang}"), ran.stdout);
    }
    for rule in rules::ALL {
        if let Some(kind) = rule.kind {
            let ran = place.run(&["explain", kind.code]);
            assert_eq!(ran.code, 0, "{}", kind.code);
        }
    }
}

#[test]
fn a_clerk_reads_what_is_wrong_in_both_languages() {
    let place = built();
    let path = file(&place, "CEB621");
    let mut xml = fs::read_to_string(&path).unwrap();
    for (field, value) in [
        ("buyerName", Some("")),
        ("grossWeight", Some("heavy")),
        ("gcode", Some("33049900")),
        ("emsNo", None),
    ] {
        xml = set(&xml, field, value);
    }
    place.write("bad.xml", xml);
    for lang in ["en", "zh"] {
        let ran = place.run(&["declare", "check", "bad.xml", "--lang", lang]);
        assert_eq!(ran.code, 1);
        insta::assert_snapshot!(format!("check_{lang}"), format!("{}\n{}", ran.stderr, ran.stdout));
    }
}

#[test]
fn what_is_no_message_is_told_and_the_others_are_checked() {
    let place = built();
    place.write("text.xml", "no XML");
    place.write("other.xml", "<invoice/>");
    place.write("receipt.xml", include_str!("../crates/declare/fuzz/corpus/message/ceb622-course.xml"));
    let ran =
        place.run(&["declare", "check", "text.xml", "other.xml", "receipt.xml", "out", "gone.xml", "--json"]);
    assert_eq!(ran.code, 3, "a file that cannot be read is not refused but unread");
    let json = ran.json();
    let files = json["files"].as_array().unwrap();
    assert_eq!(files.len(), 8);
    let code = |index: usize| files[index]["faults"][0]["code"].as_str().unwrap_or("-");
    assert_eq!([0, 1, 2, 7].map(code), ["CEB-XML", "CEB-KIND", "-", "CEB-UNREADABLE"]);
    assert_eq!((&files[2]["type"], &files[2]["valid"]), (&"CEB622Message".into(), &true.into()));
    assert!(files[3..7].iter().all(|file| file["valid"] == true));
    fs::create_dir(place.path("empty")).unwrap();
    assert_eq!(place.run(&["declare", "check", "empty"]).code, 2);
}

#[test]
fn personal_data_is_not_repeated() {
    let place = built();
    let path = file(&place, "CEB411");
    let xml = fs::read_to_string(&path).unwrap();
    let xml = set(&set(&xml, "payerName", Some("不许显示")), "payerIdNumber", Some("110101190001019999"));
    fs::write(&path, set(&xml, "telephone", Some("13900008888x"))).unwrap();
    let ran = place.run(&["declare", "check", "out", "--json"]);
    assert_eq!(ran.code, 1);
    for secret in ["不许显示", "110101190001019999", "13900008888"] {
        assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{}", ran.stdout);
    }
}
