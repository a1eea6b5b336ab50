//! The book of filings from the command line.

use calamine::{Reader as _, Xlsx, open_workbook};
use declare::shop::SAMPLE_ORDERS;
use serde_json::{Value, json};

use crate::support::{Ran, Workplace, keys, sample};

/// What an import counted: new, changed, unchanged.
fn taken(ran: &Ran) -> [u64; 3] {
    let json = ran.json();
    ["new", "changed", "unchanged"].map(|name| json["files"][0][name].as_u64().unwrap())
}

fn import(place: &Workplace, file: &str) -> Ran {
    place.run(&["filing", "import", file, "--json"])
}

/// A sheet with a good row, one with a warning, and two that are refused.
const MESSY: &str = "\
口岸,商品条码,企业商品货号,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位,第二法定计量单位数量,第二法定计量单位,申报计量单位,原产国,净重(克),毛重(克),账册备案料号
杭州,2900000000018,SL-1,精华液,3304990039,0.03,千克,1,件,瓶,日本,30,140,HZ1
杭州,2900000000025,SL-2,乳液,3304 990039,0.15,千克,1,件,瓶,韩国,150,260,HZ2
杭州,2900000000032,SL-3,面霜,33049900,0.05,千克,1,件,盒,法国,50,170,HZ3
火星,2900000000049,SL-4,面膜,3304990049,0,千克,10,件,盒,韩国,250,310,HZ4
";

#[test]
fn the_template_is_filled_in_and_imports() {
    let place = Workplace::new();
    let ran = place.run(&["filing", "template", "备案.xlsx"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    let ran = import(&place, "备案.xlsx");
    assert_eq!((ran.code, taken(&ran)), (0, [1, 0, 0]), "{}", ran.stdout);
    assert_eq!(ran.json()["files"][0]["faults"], json!([]));
    assert_eq!(place.run(&["filing", "template", "no/such/folder.xlsx"]).code, 3);
}

#[test]
fn text_in_gb18030_and_the_workbook_hold_the_same() {
    let place = Workplace::with_filings();
    let ran = import(&place, sample("filings.csv").to_str().unwrap());
    assert_eq!((ran.code, taken(&ran)), (0, [0, 0, 23]));
    let place = Workplace::new();
    assert_eq!(taken(&import(&place, sample("filings.csv").to_str().unwrap())), [23, 0, 0]);
    assert_eq!(taken(&import(&place, sample("filings.xlsx").to_str().unwrap())), [0, 0, 23]);
}

#[test]
fn check_and_import_answer_as_promised() {
    let place = Workplace::new();
    place.write("messy.csv", MESSY);
    let of_both =
        ["file", "sheet", "rows", "accepted", "refused", "warned", "refused_rows", "warned_rows", "faults"];
    for command in ["check", "import"] {
        let ran = place.run(&["filing", command, "messy.csv", "--json"]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        let json = ran.json();
        let file = &json["files"][0];
        assert!(of_both.iter().all(|key| keys(file).contains(key)), "{file}");
        assert_eq!((&file["rows"], &file["accepted"], &file["refused"]), (&4.into(), &2.into(), &2.into()));
        assert_eq!((&file["refused_rows"], &file["warned_rows"]), (&json!([4, 5]), &json!([3])));
        for fault in file["faults"].as_array().unwrap() {
            let (at, row) = (&fault["at"], fault["at"]["row"].as_u64().unwrap());
            assert!(
                ["code", "severity", "message", "remedy", "at"].iter().all(|key| keys(fault).contains(key))
            );
            assert!(["file", "row", "header"].iter().all(|key| keys(at).contains(key)), "{at}");
            // A column that is not there has no letter.
            assert!(row == 1 || keys(at).contains(&"column"), "{at}");
            assert!((1..=5).contains(&row));
        }
    }
    // A check takes nothing.
    let place = Workplace::new();
    place.write("messy.csv", MESSY);
    place.run(&["filing", "check", "messy.csv"]);
    assert!(!place.path("customs-data").exists());
    assert_eq!(taken(&import(&place, "messy.csv")), [2, 0, 0]);
    assert_eq!(taken(&import(&place, "messy.csv")), [0, 0, 2]);
    let mended = MESSY.replace(",33049900,", ",3304990029,").replace("乳液", "保湿乳液");
    place.write("messy.csv", mended);
    assert_eq!(taken(&import(&place, "messy.csv")), [1, 1, 1]);
}

#[test]
fn faults_are_told_row_by_row_in_both_languages() {
    let place = Workplace::new();
    place.write("messy.csv", MESSY);
    for lang in ["en", "zh"] {
        let ran = place.run(&["filing", "import", "messy.csv", "--lang", lang]);
        insta::assert_snapshot!(format!("faults_{lang}"), format!("{}\n{}", ran.stderr, ran.stdout));
    }
}

#[test]
fn a_file_may_be_taken_whole_or_not_at_all() {
    let place = Workplace::new();
    place.write("messy.csv", MESSY);
    let ran = place.run(&["filing", "import", "messy.csv", "--whole-file", "--json"]);
    assert_eq!((ran.code, taken(&ran)), (1, [0, 0, 0]));
    assert!(place.run(&["filing", "list"]).stdout.is_empty());
}

#[test]
fn the_report_holds_the_rows_with_their_faults_and_imports_again() {
    let place = Workplace::new();
    place.write("messy.csv", MESSY);
    let ran = place.run(&["filing", "import", "messy.csv", "--report", "报告.xlsx", "--lang", "zh"]);
    assert_eq!(ran.code, 1);
    let mut report: Xlsx<_> = open_workbook(place.path("报告.xlsx")).unwrap();
    let sheet = report.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<String> =
        sheet.rows().map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>().join("|")).collect();
    insta::assert_snapshot!("report", rows.join("\n"));
    let again = import(&place, "报告.xlsx");
    assert_eq!((again.code, taken(&again)), (1, [0, 0, 2]));
    assert_eq!(again.json()["files"][0]["refused_rows"], json!([4, 5]));

    let two = ["filing", "import", "messy.csv", "messy.csv", "--report", "two.xlsx"];
    assert_eq!((place.run(&two).code, place.path("two.xlsx").exists()), (2, false));
}

#[test]
fn the_book_is_listed_and_shown() {
    let place = Workplace::with_filings();
    let list = |args: &[&str]| {
        let ran = place.run(&[&["filing", "list"], args].concat());
        (ran.code, ran.stdout.lines().count())
    };
    assert_eq!(list(&[]), (0, 23));
    let (bonded, direct) = (list(&["--port", "杭州"]).1, list(&["--port", "广州"]).1);
    assert_eq!((bonded + direct, list(&["--port", "guangzhou"]).1), (23, direct));
    assert_eq!(list(&["--hs", "3304990049"]), (0, 3));
    assert_eq!(list(&["--hs", "99"]), (0, 0));
    let all = place.run(&["filing", "list", "--json"]).json();
    assert_eq!(all["filings"].as_array().unwrap().len(), 23);

    let ran = place.run(&["filing", "show", "2900000000018", "--json"]);
    let ports: Vec<_> =
        ran.json()["filings"].as_array().unwrap().iter().map(|one| one["port"].clone()).collect();
    assert_eq!((ran.code, ports), (0, vec![Value::from("广州"), Value::from("杭州")]));
    let ran = place.run(&["filing", "show", "2900000000018", "--port", "杭州"]);
    insta::assert_snapshot!("show", ran.stdout);
    for barcode in ["2999999999999", "条码"] {
        let ran = place.run(&["filing", "show", barcode]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        assert!(ran.stderr.contains(barcode));
    }
}

#[test]
fn what_is_exported_imports_again_and_changes_nothing() {
    let place = Workplace::with_filings();
    let book = place.run(&["filing", "list", "--json"]).stdout;
    for name in ["book.xlsx", "book.csv"] {
        let ran = place.run(&["filing", "export", name]);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
        assert_eq!(taken(&import(&place, name)), [0, 0, 23], "{name}");
        let other = Workplace::new();
        assert_eq!(taken(&import(&other, place.path(name).to_str().unwrap())), [23, 0, 0], "{name}");
        assert_eq!(other.run(&["filing", "list", "--json"]).stdout, book, "{name}");
    }
    assert_eq!(place.run(&["filing", "export", "no/such/folder.xlsx"]).code, 3);
}

#[test]
fn a_quantity_that_turns_the_consumption_tax_of_what_was_sold_is_warned_about() {
    let place = Workplace::new();
    // A twelfth of the net weight: by it the price of the last order is beyond ten yuan a gram.
    let sheet = "口岸,商品条码,账册备案料号,商品名称,海关HS编码,第一法定计量单位数量,第二法定计量单位数量,申报计量单位,原产国,规格型号,净重(克),毛重(克)\n\
        杭州,2900000000025,HZ0000002,乳液,3304990039,0.0125,1,瓶,韩国,150ml/瓶,150,260\n";
    place.write("light.csv", sheet);
    let warned = |place: &Workplace| {
        let ran = place.run(&["filing", "check", "light.csv", "--json"]);
        let faults = ran.json()["files"][0]["faults"].as_array().unwrap().clone();
        faults.iter().filter(|fault| fault["code"] == "FIL-TAX-THRESHOLD").count()
    };
    assert_eq!(warned(&place), 0, "no price is known");
    let place = Workplace::with_filings();
    place.write("light.csv", sheet);
    place.declare(SAMPLE_ORDERS, &[]);
    assert_eq!(warned(&place), 1);
}

#[test]
fn nobodys_file_is_written_over_unasked() {
    let place = Workplace::with_filings();
    place.write("mine.xlsx", "mine");
    place.write("messy.csv", MESSY);
    for args in [
        &["filing", "template", "mine.xlsx"][..],
        &["filing", "export", "mine.xlsx"],
        &["filing", "import", "messy.csv", "--report", "mine.xlsx"],
    ] {
        let ran = place.run(args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.stderr.contains("mine.xlsx exists"), "{}", ran.stderr);
        assert_eq!(std::fs::read(place.path("mine.xlsx")).unwrap(), b"mine");
    }
    // The import did not begin either.
    assert_eq!(place.run(&["filing", "imports", "--json"]).json()["imports"].as_array().unwrap().len(), 1);
    let ran = place.run(&["filing", "export", "mine.xlsx", "--force", "--json"]);
    assert_eq!((ran.code, ran.json()), (0, json!({"file": "mine.xlsx", "filings": 23})));
    let ran = place.run(&["filing", "template", "mine.xlsx", "--force", "--json"]);
    assert_eq!(ran.json(), json!({"file": "mine.xlsx"}));
    assert_eq!(place.run(&["completions", "bash", "--json"]).json()["shell"], "bash");
}

#[test]
fn a_row_that_says_otherwise_than_the_book_is_warned_about() {
    let place = Workplace::new();
    place.write("messy.csv", MESSY);
    assert_eq!(taken(&import(&place, "messy.csv")), [2, 0, 0]);
    // Another code and its quantity; the other row is completed and has another name, which contradicts nothing.
    let other = MESSY
        .replace(
            "精华液,3304990039,0.03,千克,1,件,瓶,日本,30,140",
            "精华液,3304990049,0.02,千克,1,件,瓶,日本,20,140",
        )
        .replace("乳液,3304 990039", "保湿乳液,3304990039");
    place.write("messy.csv", other);
    let differs = |ran: &Ran| {
        let faults = ran.json()["files"][0]["faults"].as_array().unwrap().clone();
        let differs = faults.iter().filter(|fault| fault["code"] == "FIL-BOOK-DIFFERS");
        differs
            .map(|fault| {
                let at = &fault["at"];
                format!("{} {} {}: {}", at["row"], at["header"], at["value"], fault["message"])
            })
            .collect::<Vec<_>>()
    };
    let checked = place.run(&["filing", "check", "messy.csv", "--json"]);
    let told = differs(&checked);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("2 \"海关HS编码\" \"3304990049\"") && told[0].contains("3304990039"),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("2 \"第一法定计量单位数量\" \"0.02\"") && told[1].contains("0.03"),
        "{told:?}"
    );
    assert_eq!(checked.json()["files"][0]["warned_rows"], json!([2]));
    let ran = import(&place, "messy.csv");
    assert_eq!((taken(&ran), differs(&ran)), ([0, 2, 0], told));
    // It is in the book now.
    assert_eq!(differs(&import(&place, "messy.csv")), Vec::<String>::new());
}

#[test]
fn every_command_answers_in_one_json_document() {
    let place = Workplace::new();
    place.write("messy.csv", MESSY);
    place.write("none.csv", "hello");
    place.write("bad.toml", "[merchant");
    place.write(
        "tariff.csv",
        "hs_code,name,unit1,vat,consumption,since\n3304990039,护肤品,035,13%,0,2026-01-01\n",
    );
    for (args, code) in [
        (&["template", "t.xlsx"][..], 0),
        (&["template", "t.xlsx"], 2),
        (&["template", "no/such/folder.xlsx"], 3),
        (&["check", "messy.csv", "none.csv", "t.xlsx"], 1),
        (&["check", "missing.xlsx"], 3),
        (&["check"], 2),
        (&["import", "messy.csv", "t.xlsx"], 1),
        (&["import", "messy.csv", "--port", "火星"], 2),
        (&["import", "messy.csv", "t.xlsx", "--report", "r.xlsx"], 2),
        (&["import", "messy.csv", "--report", "r.xlsx", "--whole-file"], 1),
        (&["import", "missing.xlsx"], 3),
        (&["import", "messy.csv", "--config", "bad.toml"], 1),
        (&["list"], 0),
        (&["list", "--unsynced", "--port", "杭州", "--hs", "33"], 0),
        (&["list", "--port", "火星"], 2),
        (&["show", "2900000000018"], 0),
        (&["show", "2999999999999"], 1),
        (&["history", "2900000000018"], 0),
        (&["history", "2999999999999"], 1),
        (&["imports"], 0),
        (&["export", "book.xlsx"], 0),
        (&["export", "book.csv"], 0),
        (&["export", "book.csv"], 2),
        (&["export", "no/such/folder.csv"], 3),
        (&["sync", "--dry-run"], 0),
        (&["sync"], 2),
        (&["sync", "--verify", "--dry-run"], 2),
        (&["sync", "--config", "bad.toml"], 2),
        (&["tariff", "import", "tariff.csv", "--dry-run"], 0),
        (&["tariff", "import", "tariff.csv"], 0),
        (&["tariff", "import", "none.csv"], 1),
        (&["tariff", "import", "missing.csv"], 3),
        (&["tariff", "show", "3304990039"], 0),
        (&["tariff", "show", "8888888888"], 1),
        (&["tariff", "show", "33"], 2),
        (&["tariff", "list"], 0),
        (&["tariff", "list", "--user"], 0),
        (&["undo", "1"], 0),
        (&["undo", "99"], 2),
        (&["undo", "one"], 2),
        (&["unheard-of"], 2),
    ] {
        let ran = place.run(&[&["filing"], args, &["--json"]].concat());
        assert!(ran.json().is_object(), "{args:?}: {}", ran.stdout);
        assert_eq!(ran.code, code, "{args:?}: {} {}", ran.stdout, ran.stderr);
    }
}
