//! The whole way without a configuration.

use std::fs;
use std::net::TcpStream;

use serde_json::Value;

use crate::support::{Workplace, files, keys, text};

/// What became of the orders: all, released, refused, held, re-pushed.
fn counts(json: &Value) -> [u64; 5] {
    ["orders", "released", "refused", "held", "repushed"].map(|name| json[name].as_u64().unwrap())
}

const SAMPLES: [u64; 5] = [24, 20, 1, 3, 1];

#[test]
fn it_shows_the_whole_way() {
    for lang in ["en", "zh"] {
        let place = Workplace::new();
        let ran = place.run(&["demo", "--lang", lang]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let shown = ran.stdout.replace(env!("CARGO_BIN_EXE_customs"), "customs");
        // How many receipts share a message is a matter of the moment.
        let steady: Vec<&str> =
            shown.lines().filter(|line| !line.contains("receipts  ") && !line.contains("回执    ")).collect();
        let steady: String = steady.iter().map(|line| format!("{}\n", in_one(line))).collect();
        insta::assert_snapshot!(format!("demo_{lang}"), steady);
        // Every message is signed and whole.
        let checked = place.run(&["declare", "check", "customs-demo/data/messages", "--json"]);
        assert_eq!(checked.code, 0, "{}", checked.stdout);
        // What it advises works as it stands, and nothing is left over.
        let advice: Vec<_> = shown.lines().last().unwrap().split_whitespace().skip(1).collect();
        let story = place.run(&advice);
        assert_eq!(story.code, 0, "{}", story.stderr);
        let config = "customs-demo/customs.toml";
        let audit = place.run(&["--config", config, "--data", "customs-demo/data", "declare", "audit"]);
        assert_eq!(audit.code, 0, "{}{}", audit.stdout, audit.stderr);
    }
}

/// A line about messages without how many there were: documents that were ready together went together.
fn in_one(line: &str) -> String {
    match line.split_once(" documents in ") {
        Some((before, after)) => format!("{before} documents in …,{}", after.split_once(',').unwrap().1),
        None => match line.split_once(" 个报文，") {
            Some((before, after)) if line.contains("CEB") => {
                let (head, _) = before.rsplit_once('：').unwrap();
                format!("{head}：… 个报文，{after}")
            }
            _ => line.to_owned(),
        },
    }
}

#[test]
fn its_json_counts_what_it_did() {
    let place = Workplace::new();
    let ran = place.run(&["demo", "--json", "--dir", "here"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let json = ran.json();
    for key in
        ["filings", "orders", "released", "held", "refused", "repushed", "messages", "held_orders", "dir"]
    {
        assert!(keys(&json).contains(&key), "{key}");
    }
    assert_eq!((ran.stderr.as_str(), counts(&json)), ("", SAMPLES));
    assert_eq!(text(&json["dir"]), "here");
    assert_eq!(
        (json["filings"]["accepted"].as_u64(), json["filings"]["synced"].as_u64()),
        (Some(23), Some(23))
    );
    // Orders and waybills once; the inventory of the order whose slip was missing twice.
    let messages =
        ["CEB311Message", "CEB511Message", "CEB621Message"].map(|kind| json["messages"][kind].as_u64());
    assert_eq!(messages, [Some(21), Some(21), Some(22)]);
}

#[test]
fn it_leaves_its_port_free() {
    let place = Workplace::new();
    assert_eq!(place.run(&["demo", "--json"]).code, 0);
    let configuration = fs::read_to_string(place.path("customs-demo/customs.toml")).unwrap();
    let url = configuration.lines().find_map(|line| line.strip_prefix("base_url = \"http://")).unwrap();
    assert!(TcpStream::connect(url.trim_end_matches('"')).is_err(), "{url}");
}

#[test]
fn it_runs_again_in_its_own_directory_and_in_no_other() {
    let place = Workplace::new();
    fs::create_dir(place.path("mine")).unwrap();
    place.write("mine/thesis.txt", "years of work");
    let ran = place.run(&["demo", "--dir", "mine"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(ran.stderr.trim(), @"mine holds other files, which the demo does not touch; name a new directory with --dir");
    assert_eq!(files(&place.path("mine")).len(), 1);

    fs::create_dir(place.path("empty")).unwrap();
    for _ in 0..2 {
        let ran = place.run(&["demo", "--dir", "empty", "--json"]);
        assert_eq!((ran.code, counts(&ran.json())), (0, SAMPLES), "{}", ran.stderr);
    }
    place.write("file", "no directory");
    let ran = place.run(&["demo", "--dir", "file"]);
    assert_eq!((ran.code, fs::read_to_string(place.path("file")).unwrap()), (3, "no directory".to_owned()));
}

#[test]
fn generated_orders_go_the_same_way() {
    let place = Workplace::new();
    let ran = place.run(&["demo", "--json", "--orders", "60"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let [orders, released, ..] = counts(&ran.json());
    assert!(orders == 84 && released >= 50, "{}", ran.stdout);
}

#[test]
fn it_needs_no_configuration_and_heeds_none() {
    let place = Workplace::new();
    place.write("customs.toml", "this is no configuration");
    let ran = place.run(&["--config", "missing.toml", "--store", "postgres:here", "demo", "--json"]);
    assert_eq!((ran.code, counts(&ran.json())), (0, SAMPLES), "{}", ran.stderr);
    assert!(!place.path("customs-data").exists());
}
