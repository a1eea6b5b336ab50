//! The whole way without a configuration.

use std::fs;

use crate::support::{Workplace, files, keys, text};

#[test]
fn it_shows_the_whole_way() {
    for lang in ["en", "zh"] {
        let place = Workplace::new();
        let ran = place.run(&["demo", "--lang", lang]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let shown = ran.stdout.replace(env!("CARGO_BIN_EXE_customs"), "customs");
        insta::assert_snapshot!(format!("demo_{lang}"), shown);
        assert_eq!(files(&place.path("customs-demo/outbox")).len(), 4);
        // What it advises works as it stands.
        let advice: Vec<_> = shown.lines().last().unwrap().split_whitespace().skip(1).collect();
        let again = place.run(&advice);
        assert_eq!(again.code, 1, "{}", again.stderr);
        assert_eq!(files(&place.path("customs-demo/outbox")).len(), 4);
    }
}

#[test]
fn its_json_counts_what_it_did() {
    let place = Workplace::new();
    let ran = place.run(&["demo", "--json", "--dir", "here"]);
    let json = ran.json();
    for key in ["filings", "orders", "declared", "held", "messages", "held_orders", "dir"] {
        assert!(keys(&json).contains(&key), "{key}");
    }
    assert_eq!((ran.code, ran.stderr.as_str(), ran.counts()), (0, "", [24, 21, 3]));
    assert_eq!((text(&json["dir"]), json["filings"]["accepted"].as_u64()), ("here".to_owned(), Some(23)));
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
        assert_eq!((ran.code, ran.counts()), (0, [24, 21, 3]), "{}", ran.stderr);
        assert_eq!(files(&place.path("empty/outbox")).len(), 4);
    }
    place.write("file", "no directory");
    let ran = place.run(&["demo", "--dir", "file"]);
    assert_eq!((ran.code, fs::read_to_string(place.path("file")).unwrap()), (3, "no directory".to_owned()));
}

#[test]
fn it_declares_generated_orders_too() {
    let place = Workplace::new();
    let ran = place.run(&["demo", "--json", "--orders", "300"]);
    assert_eq!((ran.code, ran.counts()), (0, [324, 321, 3]));
    assert_eq!(files(&place.path("customs-demo/outbox")).len(), 16);
}

#[test]
fn it_needs_no_configuration_and_heeds_none() {
    let place = Workplace::new();
    place.write("customs.toml", "this is no configuration");
    let ran = place.run(&["--config", "missing.toml", "--store", "postgres:here", "demo", "--json"]);
    assert_eq!((ran.code, ran.counts()), (0, [24, 21, 3]), "{}", ran.stderr);
    assert!(!place.path("customs-data").exists());
}
