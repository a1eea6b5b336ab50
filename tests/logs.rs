//! What the program says of its work, and to whom.

use serde_json::Value;

use crate::personal::{canaries, of_canaries};
use crate::support::{Ran, Workplace, lines, sample};

fn build(flags: &[&str], variable: Option<&str>) -> Ran {
    let place = Workplace::with_filings();
    place.write("orders.jsonl", lines([&of_canaries(1)]));
    let configuration = sample("customs.toml").display().to_string();
    let mut args =
        vec!["--config", &configuration, "declare", "build", "orders.jsonl", "--out", "out", "--json"];
    args.extend_from_slice(flags);
    let mut command = place.command(&args);
    if let Some(words) = variable {
        command.env("CUSTOMS_LOG", words);
    }
    let ran = Ran::from(command.output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // Whatever is logged, stdout is one document.
    assert_eq!(ran.counts(), [1, 1, 0]);
    for canary in canaries() {
        assert!(!ran.stderr.contains(&canary), "{flags:?} {variable:?} {canary}: {}", ran.stderr);
    }
    ran
}

const KEPT: &str = "it is in the archive";

#[test]
fn nothing_is_logged_unless_asked_for() {
    assert!(!build(&[], None).stderr.contains(KEPT));
    assert!(!build(&["-q"], None).stderr.contains(KEPT));
    assert!(build(&["-v"], None).stderr.contains(KEPT));
    assert!(build(&[], Some("declare=info")).stderr.contains(KEPT));
}

#[test]
fn a_line_of_json_names_the_message_it_is_about() {
    let ran = build(&["-v", "--log-format", "json"], None);
    let logged: Vec<Value> = ran.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let line = logged.iter().find(|line| line["message"] == KEPT).unwrap();
    assert_eq!((&line["level"], &line["span"]["name"]), (&"INFO".into(), &"message".into()));
    assert!(line["timestamp"].as_str().unwrap().ends_with("+08:00"), "{line}");
    let guid = line["span"]["guid"].as_str().unwrap();
    let messages = ran.json()["messages"].as_array().unwrap().clone();
    assert!(messages.iter().any(|message| message["guid"] == guid), "{line}");
}

#[test]
fn other_crates_are_not_let_through() {
    let ran = build(&["--log-format", "json"], Some("trace"));
    for line in ran.stderr.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let target = line["target"].as_str().unwrap();
        let root = target.split("::").next().unwrap();
        assert!(["customs", "declare", "filing", "ports"].contains(&root), "{target}");
    }
}
