//! The sample shop, from the clerk's sheet to the messages.

use std::fs;
use std::process::Command;

use crate::support::{Workplace, files, root, sample};

#[test]
fn all_but_three_orders_are_declared_and_each_of_the_three_says_why() {
    let place = Workplace::with_filings();
    let orders = sample("orders.jsonl");
    let ran = place.run_configured(&["declare", "build", orders.to_str().unwrap(), "--out", "out", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let json = ran.json();
    assert_eq!((&json["orders"], &json["declared"], &json["held"]), (&24.into(), &21.into(), &3.into()));
    let readme = fs::read_to_string(sample("README.md")).unwrap();
    for held in json["held_orders"].as_array().unwrap() {
        let order_no = held["order_no"].as_str().unwrap();
        let promised = readme.lines().find(|line| line.contains(order_no)).unwrap();
        for fault in held["faults"].as_array().unwrap() {
            assert!(
                promised.contains(fault["code"].as_str().unwrap()),
                "{fault} is not promised: {promised}"
            );
        }
    }
    assert_eq!(files(&place.path("out")).len(), 4);
}

#[test]
fn a_second_run_writes_the_same_files_and_declares_nothing_twice() {
    let place = Workplace::with_filings();
    let orders = sample("orders.jsonl");
    let build = |out: &str| {
        place.run_configured(&["declare", "build", orders.to_str().unwrap(), "--out", out, "--json"])
    };
    build("first");
    let again = build("second").json();
    assert_eq!(again["already_declared"], 21);
    assert_eq!(files(&place.path("first")), files(&place.path("second")));
}

#[test]
fn messages_pass_our_schemas_in_xmllints_eyes_too() {
    let place = Workplace::with_filings();
    let orders = sample("orders.jsonl");
    place.run_configured(&["declare", "build", orders.to_str().unwrap(), "--out", "out"]);
    for (name, _) in files(&place.path("out")) {
        let schema = match &name[..6] {
            "CEB311" => "ceb311.xsd",
            "CEB411" => "ceb411.xsd",
            "CEB511" => "ceb511.xsd",
            _ => "ceb621-saved.xsd",
        };
        let lint = Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema"])
            .arg(root().join("schemas").join(schema))
            .arg(place.path("out").join(&name))
            .output()
            .expect("xmllint is installed by tests/run");
        assert!(lint.status.success(), "{}", String::from_utf8_lossy(&lint.stderr));
    }
}
