//! Orders looked at and decided about on the command line: `declare status`, `audit`, `release`, `withdraw`, `return`.

use std::fs;

use ports::sandbox::{Rates, Scenario};
use serde_json::Value;

use crate::kill::World;
use crate::support::{Ran, files, text};

const ORDERS: u64 = 3;

fn world(scenario: Scenario) -> World {
    World::open(ORDERS, Some(scenario), Rates::default())
}

/// Everything is declared and released.
fn released() -> World {
    let world = world(Scenario::AllClear);
    assert_eq!(world.run().code, 0);
    world
}

fn run(world: &World, args: &[&str]) -> Ran {
    let mut all = vec!["declare"];
    all.extend_from_slice(args);
    world.place.run(&all)
}

fn status(world: &World) -> Value {
    let ran = run(world, &["status", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.json()
}

/// The orders' numbers, in order.
fn orders(world: &World) -> Vec<String> {
    status(world)["orders"].as_array().unwrap().iter().map(|order| text(&order["order_no"])).collect()
}

/// The codes of what is told of orders, each once.
fn codes(answer: &Value) -> Vec<String> {
    let mut codes: Vec<String> = answer["orders"]
        .as_array()
        .unwrap()
        .iter()
        .chain([answer])
        .flat_map(|place| place["faults"].as_array().into_iter().flatten())
        .map(|fault| text(&fault["code"]))
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[track_caller]
fn all_are(world: &World, state: &str) {
    assert_eq!(status(world)["counts"], serde_json::json!({ state: ORDERS }));
}

#[track_caller]
fn sound(world: &World) {
    let ran = run(world, &["audit", "--json"]);
    assert_eq!((ran.code, ran.json()["broken"].as_u64()), (0, Some(0)), "{}", ran.stdout);
}

/// Numbers and times that are others each time become signs.
fn steady(text: &str) -> String {
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).count();
    let steady = |word: &str| {
        let bare = word.trim_end_matches([',', ')', '）', '：', ':']);
        match (bare.len(), digits(bare)) {
            (36, _) if bare.matches('-').count() == 4 => word.replace(bare, "GUID"),
            (10, 8) => word.replace(bare, "DAY"),
            (8, 6) => word.replace(bare, "TIME"),
            (18, 17) if bare.contains('I') => word.replace(bare, "INVENTORY"),
            (19, 18) => word.replace(bare, "ORDER"),
            _ => word.to_owned(),
        }
    };
    let lines = text.lines().map(|line| line.split(' ').map(steady).collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn status_counts_orders_and_tells_the_story_of_one() {
    let world = released();
    let told = status(&world);
    assert_eq!(told["counts"], serde_json::json!({ "released": ORDERS }));
    let order = &told["orders"][0];
    assert_eq!(
        (text(&order["state"]), order["faults"].as_array().unwrap().len()),
        ("released".to_owned(), 0)
    );
    for kind in ["order", "waybill", "inventory"] {
        let document = &order["documents"][kind];
        assert_eq!(text(&document["guid"]).len(), 36, "{document}");
        assert!(!document["receipts"].as_array().unwrap().is_empty(), "{document}");
    }
    assert_eq!(text(&order["documents"]["inventory"]["state"]), "released");
    let number = text(&order["order_no"]);
    let ran = run(&world, &["status", &number]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // Receipts and our own notes have different clocks: what is told is compared, not its order.
    // Whether the platform has told by then that it knows of the shipment is a matter of time.
    let mut lines: Vec<&str> = ran.stdout.lines().skip(1).filter(|line| !line.contains("shipped")).collect();
    lines.sort_by_key(|line| line.get(21..).map(str::to_owned));
    insta::assert_snapshot!("story_en", steady(&lines.join("\n")));
    let ran = run(&world, &["status", &number, "--json"]);
    assert!(ran.json()["orders"][0]["story"].as_array().unwrap().len() > 10);
    let ran = run(&world, &["status", "--state", "held", "--json"]);
    assert_eq!(ran.json()["orders"].as_array().unwrap().len(), 0);
    let ran = run(&world, &["status", "--limit", "1", "--json"]);
    assert_eq!(ran.json()["orders"].as_array().unwrap().len(), 1);
}

#[test]
fn an_order_that_is_not_here_is_told() {
    let world = world(Scenario::AllClear);
    for args in [
        &["status", "P1", "--json"][..],
        &["release", "P1", "--reason", "x", "--json"],
        &["withdraw", "P1", "--reason", "x", "--json"],
        &["return", "P1", "--reason", "x", "--json"],
        &["delivered", "P1", "--json"],
    ] {
        let ran = run(&world, args);
        assert_eq!((ran.code, codes(&ran.json())), (1, vec!["LIF-NO-ORDER".to_owned()]), "{args:?}");
    }
    let ran = run(&world, &["return", "P1", "--reason", "x", "--line", "first"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    let ran = run(&world, &["withdraw", "P1", "--reason", ""]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(run(&world, &["status"]).stdout, "no orders\n");
}

#[test]
fn a_held_order_says_why_and_goes_on_when_a_person_has_judged_it() {
    let world = world(Scenario::Presale);
    assert_eq!(world.run().code, 1);
    all_are(&world, "held");
    let ran = run(&world, &["status", "--state", "held"]);
    insta::assert_snapshot!("held_en", steady(&ran.stdout));
    let ran = run(&world, &["status", "--state", "held", "--lang", "zh"]);
    insta::assert_snapshot!("held_zh", steady(&ran.stdout));
    let numbers = orders(&world);
    let mut args = vec!["release"];
    args.extend(numbers.iter().map(String::as_str));
    args.extend(["--reason", "both slips were compared", "--json"]);
    let ran = run(&world, &args);
    assert_eq!((ran.code, codes(&ran.json()).len()), (0, 0), "{}", ran.stdout);
    assert_eq!(world.run().code, 0);
    all_are(&world, "released");
    sound(&world);
    // Once is enough.
    let ran = run(&world, &["release", &numbers[0], "--reason", "again", "--json"]);
    assert_eq!((ran.code, codes(&ran.json())), (1, vec!["LIF-NOTHING-HELD".to_owned()]));
}

#[test]
fn a_withdrawn_order_is_not_declared_until_a_person_says_so() {
    let world = world(Scenario::Presale);
    world.run();
    let numbers = orders(&world);
    let mut args = vec!["withdraw"];
    args.extend(numbers.iter().map(String::as_str));
    args.extend(["--reason", "不要了"]);
    assert_eq!(run(&world, &args).code, 0);
    all_are(&world, "withdrawn");
    assert_eq!(world.run().code, 0);
    all_are(&world, "withdrawn");
    let again = run(&world, &["withdraw", &numbers[0], "--reason", "x", "--json"]);
    assert_eq!((again.code, codes(&again.json())), (1, vec!["LIF-WITHDRAWN".to_owned()]));
    assert_eq!(world.customs.state()["ledger"]["effective"]["order"], 0);
    args[0] = "release";
    assert_eq!(run(&world, &args).code, 0);
    world.run();
    // What held it before still does: it was not judged.
    all_are(&world, "held");
    assert_eq!(codes(&status(&world)), ["ORD-PRESALE"]);
}

#[test]
fn goods_come_back_line_by_line() {
    let world = released();
    let numbers = orders(&world);
    let too_late = run(&world, &["withdraw", &numbers[0], "--reason", "x", "--json"]);
    assert_eq!((too_late.code, codes(&too_late.json())), (1, vec!["LIF-RELEASED".to_owned()]));
    for number in &numbers {
        let ran = run(&world, &["return", number, "--reason", "七天无理由退货", "--line", "1=1", "--json"]);
        assert_eq!(ran.code, 0, "{}", ran.stdout);
    }
    let ran = world.run();
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    all_are(&world, "returned");
    sound(&world);
    // More than there is cannot come back: it is told, and corrected.
    let first = &numbers[0];
    assert_eq!(run(&world, &["return", first, "--reason", "x", "--line", "1=1000000"]).code, 0);
    assert_eq!(world.run().code, 1);
    let told = run(&world, &["status", first, "--json"]).json();
    assert_eq!(
        (text(&told["orders"][0]["state"]), codes(&told)),
        ("held".to_owned(), vec!["DOC-RETURN-QUANTITY".to_owned()])
    );
    sound(&world);
}

#[test]
fn delivered_parcels_are_noted() {
    let world = released();
    let number = &orders(&world)[0];
    assert_eq!(run(&world, &["delivered", number]).code, 0);
    let ran = run(&world, &["status", number]);
    assert!(ran.stdout.contains("the parcel was delivered"), "{}", ran.stdout);
}

#[test]
fn the_audit_finds_bytes_that_are_gone_or_others() {
    let world = released();
    sound(&world);
    let archive = world.place.path("customs-data/messages");
    let (name, bytes) = files(&archive).into_iter().find(|(name, _)| name.starts_with("CEB621")).unwrap();
    let mut other = bytes.clone();
    let last = other.len() - 2;
    other[last] ^= 1;
    for (content, code) in [(Some(other), "AUD-BYTES-CHANGED"), (None, "AUD-BYTES")] {
        match content {
            Some(content) => fs::write(archive.join(&name), content).unwrap(),
            None => fs::remove_file(archive.join(&name)).unwrap(),
        }
        let ran = run(&world, &["audit", "--json"]);
        assert_eq!((ran.code, codes_of(&ran.json())), (1, vec![code.to_owned()]), "{}", ran.stdout);
    }
    fs::write(archive.join(&name), bytes).unwrap();
    sound(&world);
    let ran = run(&world, &["audit"]);
    assert!(
        ran.stdout.contains(&format!("{ORDERS} orders")) && ran.stdout.contains("holds together"),
        "{}",
        ran.stdout
    );
}

fn codes_of(answer: &Value) -> Vec<String> {
    let mut codes: Vec<String> =
        answer["faults"].as_array().unwrap().iter().map(|fault| text(&fault["code"])).collect();
    codes.dedup();
    codes
}
