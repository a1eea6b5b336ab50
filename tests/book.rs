//! The book of filings through time.

use std::fs;

use crate::support::Workplace;

const HEADER: &str = "商品条码,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位";

fn import(place: &Workplace, file: &str, rows: &str) -> serde_json::Value {
    fs::write(place.path(file), format!("{HEADER}\n{rows}\n")).unwrap();
    let ran = place.run(&["filing", "import", file, "--port", "杭州", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.json()["files"][0].clone()
}

/// A book of two filings: the first file brought both, the second one changed one of them.
fn changed_book() -> Workplace {
    let place = Workplace::new();
    let first = import(&place, "one.csv", "A,皂,9999999999,1,035\nB,梳,9999999999,1,035");
    assert_eq!((&first["import_id"], &first["new"]), (&1.into(), &2.into()));
    let second = import(&place, "two.csv", "A,香皂,9999999999,1.5,035\nC,杯,9999999999,1,035");
    assert_eq!((&second["import_id"], &second["changed"]), (&2.into(), &1.into()));
    place
}

#[test]
fn history_tells_file_row_and_what_changed() {
    let place = changed_book();
    let ran = place.run(&["filing", "history", "A", "--json"]);
    let versions = &ran.json()["filings"][0]["versions"];
    assert_eq!((&versions[1]["file"], &versions[1]["row"]), (&"two.csv".into(), &2.into()));
    assert_eq!((&versions[0]["current"], &versions[1]["current"]), (&false.into(), &true.into()));
    let changes = serde_json::json!([
        {"field": "name", "header": "商品名称", "old": "皂", "new": "香皂"},
        {"field": "quantity1", "header": "第一法定计量单位数量", "old": "1", "new": "1.5"},
    ]);
    assert_eq!(versions[1]["changes"], changes);
    let text = place.run(&["filing", "history", "A", "--port", "杭州", "--lang", "zh"]).stdout;
    assert!(text.contains("two.csv  第2行  （现行）\n    商品名称: 皂 → 香皂"), "{text}");
    assert!(text.contains("品名称: （空） → 皂"), "{text}");
    assert_eq!(place.run(&["filing", "history", "A", "--port", "宁波"]).code, 1);
    assert_eq!(place.run(&["filing", "history", "Z"]).code, 1);
}

#[test]
fn an_import_is_found_and_undone_and_both_are_told() {
    let place = changed_book();
    let imports = place.run(&["filing", "imports", "--json"]).json();
    assert_eq!(imports["imports"][1]["rows"], 2);
    let undone = place.run(&["filing", "undo", "2", "--json"]);
    assert_eq!(undone.code, 0, "{}", undone.stderr);
    let undone = undone.json();
    assert_eq!((&undone["removed"], &undone["restored"], &undone["kept"]), (&1.into(), &1.into(), &0.into()));
    let again = place.run(&["filing", "undo", "#2", "--json"]).json();
    assert_eq!((&again["already"], &again["undone_at"]), (&true.into(), &undone["undone_at"]));
    let list = place.run(&["filing", "list"]).stdout;
    assert_eq!(list, "杭州\tA\t9999999999\t皂\n杭州\tB\t9999999999\t梳\n");
    let history = place.run(&["filing", "history", "C", "--lang", "zh"]);
    assert!(history.stdout.contains("已撤销）"), "{}", history.stdout);
    let imports = place.run(&["filing", "imports", "--lang", "zh"]).stdout;
    assert!(imports.contains("已撤销\t2\t+1\t~1\ttwo.csv"), "{imports}");
}

#[test]
fn what_was_changed_later_stays_and_is_named() {
    let place = changed_book();
    let ran = place.run(&["filing", "undo", "1", "--lang", "zh"]);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.stderr, @"FIL-UNDO-KEPT 杭州/A: 这条备案后来又被第2号导入修改过，保持不变 → 如果也要恢复，请再撤销第2号导入");
    insta::assert_snapshot!(ran.stdout, @"第1号导入（one.csv）已撤销：移出备案库 1，恢复原内容 0，因后来又有修改而保留 1");
}

#[test]
fn an_unknown_import_is_wrong_use() {
    let place = changed_book();
    for id in ["3", "0", "x"] {
        let ran = place.run(&["filing", "undo", id]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("FIL-UNDO-UNKNOWN"), "{}", ran.stderr);
    }
}

#[test]
fn without_a_platform_only_a_dry_run_is_possible() {
    let place = changed_book();
    let ran = place.run(&["filing", "sync"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("CFG-MISSING platforms.xiaohongshu.app_id"), "{}", ran.stderr);
    let ran = place.run(&["filing", "sync", "--dry-run", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let counts = serde_json::json!({"to_sync": 3, "synced": 0, "refused": 0, "unchanged": 0, "faults": []});
    assert_eq!(ran.json(), counts);
    let list = place.run(&["filing", "list", "--unsynced", "--hs", "9999"]).stdout;
    assert_eq!(list.lines().count(), 3);
}
