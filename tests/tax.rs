//! `customs declare tax`: orders given as JSON, and orders that were declared.

use std::fs;

use crate::support::{Workplace, sample};

const ORDER: &str = r#"{"date":"2026-11-22","freight":"10.00","insurance":"0","lines":[{"gnum":1,"hs_code":"3304990039",
    "total_price":"200.00","quantity":"1","legal_quantity1":"0.03","legal_quantity2":"1",
    "rates":{"tariff":"0.01","vat":"0.13","consumption":"0.15"}}]}"#;

fn with_order(order: &str) -> Workplace {
    let place = Workplace::new();
    fs::write(place.path("order.json"), order).unwrap();
    place
}

#[test]
fn an_order_given_as_json_is_told_figure_by_figure() {
    let place = with_order(ORDER);
    let json = place.run(&["declare", "tax", "order.json", "--json"]).json();
    assert_eq!(json["mode"], "within_limit");
    assert_eq!(json["total"], "19.11");
    let line = &json["lines"][0];
    assert_eq!((&line["dutiable_value"], &line["freight_share"]), (&"210.00".into(), &"10.00".into()));
    let trace = line["trace"].as_array().unwrap();
    let vat = trace.iter().find(|step| step["figure"] == "vat").unwrap();
    assert_eq!(vat["formula"], "210.00 × 0.13 × 0.7");
    assert_eq!(
        (&vat["exact"], &vat["value"], &vat["rounding"]),
        (&"19.11".into(), &"19.11".into(), &"half_up".into())
    );
    assert_eq!(vat["inputs"][1]["source"], "财关税〔2018〕49号");
    for (lang, words) in [("en", "half-up to the fen"), ("zh", "四舍五入到分")] {
        let told = place.run(&["declare", "tax", "order.json", "--lang", lang]);
        assert!(told.code == 0 && told.stdout.contains(words), "{}", told.stdout);
    }
}

#[test]
fn a_policy_is_chosen_on_the_command_line_or_by_the_configuration() {
    let place = with_order(&ORDER.replace("200.00", "400.00").replace("10.00", "0"));
    let total = |args: &[&str]| place.run(args).json()["total"].as_str().unwrap().to_owned();
    assert_eq!(total(&["declare", "tax", "order.json", "--json"]), "92.23");
    assert_eq!(total(&["declare", "tax", "order.json", "--json", "--policy", "platform-truncated"]), "92.20");
    fs::write(place.path("customs.toml"), "[tax]\nrounding = \"platform\"\n").unwrap();
    assert_eq!(total(&["declare", "tax", "order.json", "--json"]), "92.24");
    let wrong = place.run(&["declare", "tax", "order.json", "--policy", "nearest"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("line-statutory-first"), "{}", wrong.stderr);
}

#[test]
fn every_key_of_the_input_is_in_the_help() {
    let help = Workplace::new().run(&["declare", "tax", "--help"]).stdout;
    for key in [
        "prices_include_tax",
        "discounts",
        "used_this_year",
        "channel",
        "from_hk_macao_taiwan",
        "postal_class",
        "price_cut",
        "coupon",
        "red_packet",
        "points",
        "voucher",
        "merchant",
        "listed_medicine",
        "consumption_specific",
    ] {
        assert!(help.contains(key), "{key} is not in {help}");
    }
}

#[test]
fn a_declared_order_is_explained_from_what_was_kept_of_it() {
    let place = Workplace::with_filings();
    let orders = sample("orders.jsonl");
    place.run_configured(&["declare", "build", orders.to_str().unwrap(), "--out", "out"]);
    let order = "P600000000000000001";
    let json = place.run_configured(&["declare", "tax", order, "--json"]).json();
    assert_eq!(json["order_no"], order);
    assert!(json["platform"]["tax"].is_string() && json["platform"]["tolerance"].is_string());
    assert_eq!(json["faults"], serde_json::json!([]));
    // Without a configuration the order is found all the same.
    let again = place.run(&["declare", "tax", order, "--json"]).json();
    assert_eq!(again, json);
    let told = place.run(&["declare", "tax", order]);
    assert!(told.code == 0 && told.stdout.contains("platform's tax"), "{}", told.stdout);
    // A held order was not declared.
    let held = place.run(&["declare", "tax", "P600000000000000022"]);
    assert!(held.code == 2 && held.stderr.contains("neither a file nor an order"), "{}", held.stderr);
    let key = fs::read_to_string(place.path("customs-data").join("buyer.key")).unwrap();
    assert_eq!(key.len(), 64);
}
