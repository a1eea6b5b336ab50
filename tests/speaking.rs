//! What programs and people are told: one JSON document, the right exit code, in their language.

use std::fs::{self, File};

use serde_json::Value;

use crate::support::{Ran, Workplace, lines, order, sample};

#[test]
fn a_json_document_tells_warnings_and_whether_inventories_are_declared() {
    let place = Workplace::with_filings();
    let (mut warned, held) = (order(17), order(22));
    warned["waybill"]["departure_country"] = "142".into();
    let json = place.declare(lines([&warned, &held, &order(1)]), &[]).json();
    assert_eq!(json["inventory_status"], "saved");
    assert_eq!(json["warnings"].as_array().unwrap().len(), 1, "{json}");
    assert_eq!(json["warnings"][0]["faults"][0]["severity"], "warning");
    assert_eq!(json["held_orders"].as_array().unwrap().len(), 1);
    let json = place.declare(lines([&order(2)]), &["--documents", "order"]).json();
    assert_eq!((json.get("inventory_status"), &json["warnings"]), (None, &Value::Array(Vec::new())));
}

#[test]
fn a_failure_is_one_json_document_too() {
    let place = Workplace::with_filings();
    place.write("orders.jsonl", lines([&order(1)]));
    place.write("broken.toml", "[merchant");
    let build = ["declare", "build", "orders.jsonl", "--out", "out", "--json"];
    for (ran, code) in [
        (place.run(&build), 2),
        (place.run(&[&build[..], &["--config", "broken.toml"]].concat()), 2),
        (place.run(&["declare", "build", "--json"]), 2),
        (place.run(&["ports", "show", "亚特兰蒂斯", "--json"]), 2),
        (place.run_configured(&["declare", "build", "missing.jsonl", "--out", "out", "--json"]), 3),
    ] {
        assert_eq!(ran.code, code, "{}", ran.stderr);
        let json = ran.json();
        assert!(!json["error"]["message"].as_str().unwrap().is_empty(), "{json}");
        assert!(json["faults"].is_array() && !ran.stderr.is_empty(), "{json}");
    }
    let json = place.run(&build).json();
    assert_eq!(json["error"]["code"], json["faults"][0]["code"]);
    // A run that cannot go on ends the document that it has begun.
    place.write("out", "a file where the folder should be");
    let ran = place.declare(lines([&order(1)]), &[]);
    assert_eq!((ran.code, &ran.json()["unfinished"]), (3, &true.into()));
    assert!(!ran.json()["error"]["message"].as_str().unwrap().is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_is_no_success() {
    let place = Workplace::with_filings();
    place.write("orders.jsonl", lines([&order(1)]));
    place.write("customs.toml", fs::read(sample("customs.toml")).unwrap());
    for args in [
        &["ports", "list", "--json"][..],
        &["ports", "list"],
        &["completions", "bash"],
        &["--help"],
        &["declare", "build", "orders.jsonl", "--out", "out", "--json"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let ran = Ran::from(place.command(args).stdout(full).output().unwrap());
        assert_eq!(ran.code, 3, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("stdout"), "{args:?}: {}", ran.stderr);
        // A reader that has gone away is its own affair.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = Ran::from(place.command(args).stdout(writer).output().unwrap());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    }
    assert_eq!(place.messages().len(), 4);
}

#[test]
fn a_person_is_told_in_chinese() {
    let place = Workplace::with_filings();
    let ran = place.run(&["--lang", "zh", "filing", "show", "2900000000018"]);
    assert!(ran.stdout.contains("  海关HS编码：3304990039"), "{}", ran.stdout);
    let ran = place.run(&["--lang", "zh", "declare", "biuld"]);
    assert!(ran.stderr.starts_with("错误：没有命令 'biuld'"), "{}", ran.stderr);
}

#[test]
fn who_wants_to_know_more_is_told_each_message() {
    let place = Workplace::with_filings();
    let ran = place.declare(lines([&order(1)]), &["-v"]);
    assert_eq!(ran.stderr.matches("1 documents").count(), 4, "{}", ran.stderr);
    assert!(!place.declare(lines([&order(1)]), &[]).stderr.contains("documents"));
}
