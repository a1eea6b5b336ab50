//! Tables of the user's own, and where they count.

use std::fs;

use crate::support::{Workplace, sample};

const TABLE: &str = "hs_code,name,unit1,unit2,mfn,vat,consumption,since,until,source\n";

fn load(place: &Workplace, rows: &str, more: &[&str]) -> serde_json::Value {
    fs::write(place.path("tariff.csv"), format!("{TABLE}{rows}")).unwrap();
    let mut args = vec!["filing", "tariff", "import", "tariff.csv", "--json"];
    args.extend_from_slice(more);
    let ran = place.run(&args);
    assert!(ran.code <= 1, "{}", ran.stderr);
    ran.json()
}

#[test]
fn a_table_is_tried_taken_and_shown() {
    let place = Workplace::with_filings();
    // The sample shop files a skin care product in kilograms and pieces.
    let rows = "3304990039,护肤品,007,,5%,9%,0,2026-01-01,,公告1号\n";
    let tried = load(&place, rows, &["--dry-run"]);
    assert_eq!((&tried["new"], &tried["table"], &tried["dry_run"]), (&1.into(), &().into(), &true.into()));
    assert!(tried["filings"]["units"].as_u64().unwrap() > 0, "{tried}");
    assert_eq!(tried["effects"][0]["code"], "FIL-TARIFF-BOOK-UNITS");
    let show =
        |args: &[&str]| place.run(&[&["filing", "tariff", "show", "3304990039", "--json"], args].concat());
    assert_eq!(show(&[]).json()["layer"], "builtin");

    let taken = load(&place, rows, &[]);
    assert_eq!((&taken["table"], &taken["filings"]), (&1.into(), &tried["filings"]));
    let shown = show(&[]).json();
    assert_eq!(
        (&shown["layer"], &shown["rates"]["vat"], &shown["unit1_name"]),
        (&"user".into(), &"0.09".into(), &"个".into())
    );
    assert_eq!(shown["source"], "公告1号");
    assert_eq!(show(&["--date", "2025-12-31"]).json()["rates"]["vat"], "0.13");
    assert_eq!(load(&place, rows, &[])["unchanged"], 1);
    let list = place.run(&["filing", "tariff", "list", "--user", "--json"]).json();
    assert_eq!(
        (&list["lines"][0]["hs"], &list["tables"][0]["file"]),
        (&"3304990039".into(), &"tariff.csv".into())
    );
    assert!(place.run(&["filing", "tariff", "list"]).stdout.lines().count() >= 44);
    assert_eq!(place.run(&["filing", "tariff", "show", "0101010101"]).code, 1);
    assert_eq!(place.run(&["filing", "tariff", "show", "33"]).code, 2);
}

#[test]
fn a_users_rate_counts_in_checks_taxes_and_declarations() {
    let place = Workplace::with_filings();
    let order = r#"{"date":"2026-11-22","freight":"0","insurance":"0","lines":[{"gnum":1,"hs_code":"3305100090","total_price":"100.00","quantity":"1","legal_quantity1":"0.5"}]}"#;
    fs::write(place.path("order.json"), order).unwrap();
    let tax = || place.run(&["declare", "tax", "order.json", "--json"]).json()["total"].clone();
    assert_eq!(tax(), "9.10");
    load(&place, "3305100090,洗发剂,035,,3%,9%,0,2026-01-01,2099-12-31,公告1号\n", &[]);
    assert_eq!(tax(), "6.30");
    let sheet = "商品条码,商品名称,海关HS编码,第一法定计量单位数量\nA,皂,1111111111,1\n";
    fs::write(place.path("goods.csv"), sheet).unwrap();
    let check = || {
        place.run(&["filing", "check", "goods.csv", "--port", "杭州", "--json"]).json()["files"][0].clone()
    };
    assert_eq!(check()["refused"], 1, "the unit is not known");
    load(
        &place,
        "1111111111,皂,035,,,13%,0,2020-01-01,2025-12-31,公告2号\n1111111111,皂,035,,,13%,0,2026-01-01,,公告2号\n",
        &[],
    );
    assert_eq!(check()["accepted"], 1);
    load(&place, "1111111111,皂,035,,,13%,0,2026-01-01,2026-01-02,公告3号\n", &[]);
    fs::write(place.path("goods.csv"), sheet.replace("数量\n", "数量,unit1\n").replace(",1\n", ",1,035\n"))
        .unwrap();
    let codes: Vec<_> = check()["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["code"].as_str().unwrap().to_owned())
        .collect();
    assert!(codes.contains(&"FIL-HS-EXPIRED".to_owned()), "{codes:?}");
    let build = place.run_configured(&[
        "declare",
        "build",
        sample("orders.jsonl").to_str().unwrap(),
        "--out",
        "out",
        "--json",
    ]);
    assert_eq!(build.code, 1, "{}", build.stderr);
    assert_ne!(build.json()["tax_computed"], "");
}

#[test]
fn a_table_with_a_wrong_row_is_not_taken() {
    let place = Workplace::new();
    let refused =
        load(&place, "3305100090,洗发剂,035,,,9%,0,2026-01-01,,\n3305,洗发剂,035,,,9%,0,2026-01-01,,\n", &[]);
    assert_eq!((&refused["accepted"], &refused["refused_rows"]), (&0.into(), &serde_json::json!([3])));
    assert_eq!(refused["faults"][0]["at"]["column"], "A");
    assert_eq!(place.run(&["filing", "tariff", "import", "missing.csv"]).code, 3);
    assert!(!place.path("customs-data").exists(), "nothing was written");
    let tax = place.run(&["declare", "tax", "missing.json"]);
    assert_eq!(tax.code, 3);
}
