//! Filing sheets from file to book and back.
//!
//! - reading: workbooks and text tables, encodings, row numbers, files that are none
//! - rules: what is refused, what is warned about, in the words a clerk reads
//! - duplicates, whole files, imports that die
//! - template, export, report: each is a sheet that imports again

#![allow(clippy::unwrap_used)]

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use filing::barcode::Barcode;
use filing::book::{Book, Filter};
use filing::cell::Cell;
use filing::import::{FileReport, ImportOptions, check_file, import_file};
use filing::record::CheckOptions;
use filing::sheet::{self, Part, export::export, report::write_report, template};
use ports::catalogue::Catalogue;
use ports::fault::Lang;
use ports::store::MemoryStore;
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;
use tempfile::TempDir;

fn options() -> ImportOptions<'static> {
    ImportOptions {
        check: CheckOptions::builtin(Some("杭州".into()), jiff::civil::date(2026, 11, 22)),
        sheet: None,
        whole_file: false,
        now: jiff::Timestamp::UNIX_EPOCH,
        progress: None,
    }
}

fn book() -> Book {
    Book::open(Arc::new(MemoryStore::new())).unwrap()
}

fn write(dir: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn json(report: &FileReport, lang: Lang) -> serde_json::Value {
    let mut json = serde_json::to_value(report.json(lang)).unwrap();
    json["file"] = "goods".into();
    for fault in json["faults"].as_array_mut().unwrap() {
        fault["at"]["file"] = "goods".into();
    }
    json
}

fn codes(report: &FileReport) -> Vec<String> {
    report
        .findings()
        .faults(Lang::En)
        .map(|fault| match fault.at.row {
            Some(row) => format!("{row}:{}", fault.code()),
            None => fault.code().to_owned(),
        })
        .collect()
}

/// Codes of faults in rows of a sheet with the required columns and some more.
fn row_codes(header: &str, row: &str) -> Vec<String> {
    let dir = TempDir::new().unwrap();
    let path = write(&dir, "goods.csv", format!("{header}\n{row}\n"));
    let report = check_file(&path, &options());
    report
        .findings()
        .of_rows
        .iter()
        .map(|finding| finding.kind.code.trim_start_matches("FIL-").to_owned())
        .collect()
}

const HEADER: &str = "商品条码,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位,第二法定计量单位数量,第二法定计量单位";

/// As [`HEADER`], with a code that no tariff knows.
fn plain(barcode: &str, hs: &str, quantity1: &str, unit1: &str, quantity2: &str, unit2: &str) -> Vec<String> {
    row_codes(HEADER, &format!("{barcode},面膜,{hs},{quantity1},{unit1},{quantity2},{unit2}"))
}

#[test]
fn a_workbook_goes_into_the_book_and_a_second_time_changes_nothing() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("goods.xlsx");
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("封面").unwrap().write(0, 0, "某某保税仓").unwrap();
    let sheet = workbook.add_worksheet();
    sheet.set_name("备案").unwrap().write(0, 0, "2026年11月备案").unwrap();
    for (column, title) in
        (0..).zip(["口岸", "条形码*", " HS编码 ", "备案品名", "法定第一数量", "第一法定计量单位"])
    {
        sheet.write(2, column, title).unwrap();
    }
    for (row, (barcode, hs)) in
        (3..).zip([(6_907_315_161_898_i64, 402_210_000_i64), (4_006_381_333_931, 3_401_110_000)])
    {
        sheet.write(row, 0, "宁波").unwrap();
        sheet.write(row, 1, barcode).unwrap();
        sheet.write(row, 2, hs).unwrap();
        sheet.write(row, 3, "货物").unwrap();
        sheet.write(row, 4, 0.1 + 0.2).unwrap();
        sheet.write(row, 5, 35).unwrap();
    }
    workbook.save(&path).unwrap();

    let book = book();
    let report = import_file(&book, &path, &options()).unwrap();
    assert_eq!((report.sheet(), report.rows(), report.accepted(), report.refused()), (Some("备案"), 2, 2, 0));
    let counts = report.counts().unwrap();
    assert_eq!((counts.new, counts.changed, counts.unchanged), (2, 0, 0));
    assert!(codes(&report).contains(&"4:FIL-HS-ZERO".to_owned()), "{:?}", codes(&report));

    let filing = book.get("宁波", &Barcode::parse("6907315161898").unwrap()).unwrap().unwrap();
    assert_eq!(filing.hs_code.as_str(), "0402210000");
    assert_eq!(filing.quantity1.to_string(), "0.3");
    assert_eq!(filing.unit1.as_str(), "035");
    assert_eq!(book.find_by_barcode(&filing.barcode).unwrap().len(), 1);
    assert_eq!(book.history("宁波", &filing.barcode).unwrap()[0].row, 4);

    let counts = import_file(&book, &path, &options()).unwrap().counts().unwrap();
    assert_eq!((counts.new, counts.changed, counts.unchanged), (0, 0, 2));
}

#[test]
fn text_tables_are_read_in_both_encodings_and_with_every_delimiter() {
    let dir = TempDir::new().unwrap();
    let text = format!("{HEADER}\r\n6907315161898,面膜,3401110000,1,千克,,\r\n");
    let (gbk, _, _) = encoding_rs::GB18030.encode(&text);
    let files = [
        text.clone().into_bytes(),
        format!("\u{feff}{text}").into_bytes(),
        gbk.into_owned(),
        text.replace(',', "\t").into_bytes(),
        text.replace(',', ";").into_bytes(),
    ];
    for (number, bytes) in files.into_iter().enumerate() {
        let path = write(&dir, &format!("{number}.xlsx"), bytes);
        let report = check_file(&path, &options());
        assert_eq!((report.rows(), report.accepted()), (1, 1), "{number} {:?}", codes(&report));
    }
}

#[test]
fn rows_have_the_numbers_of_the_spreadsheet() {
    for end in ["\n", "\r\n"] {
        let dir = TempDir::new().unwrap();
        let text =
            ["标题", "", HEADER, "", "A,\"两行", "的名称\",1,1,035,,", ",,,,,,", "B,皂,1,1,035,,"].join(end);
        let path = write(&dir, "goods.csv", text);
        let report = check_file(&path, &options());
        assert_eq!(report.refused_rows(), [5, 7], "{end:?} {:?}", codes(&report));
    }
}

#[test]
fn a_file_that_is_no_sheet_has_one_clear_fault() {
    let dir = TempDir::new().unwrap();
    let mut empty_workbook = Workbook::new();
    empty_workbook.add_worksheet();
    let mut words = Workbook::new();
    words.add_worksheet().write(0, 0, "随便写写").unwrap();
    let mut torn = words.save_to_buffer().unwrap();
    torn.truncate(torn.len() / 2);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("FIL-FILE-EMPTY", vec![]),
        ("FIL-FILE-EMPTY", b"\n\n".to_vec()),
        ("FIL-FILE-EMPTY", empty_workbook.save_to_buffer().unwrap()),
        ("FIL-SHEET-HEADER", words.save_to_buffer().unwrap()),
        ("FIL-SHEET-HEADER", b"hello, world".to_vec()),
        ("FIL-FILE-WORKBOOK", torn),
        ("FIL-FILE-WORKBOOK", b"PK\x03\x04 no zip".to_vec()),
        ("FIL-FILE-WORKBOOK", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec()),
        ("FIL-FILE-KIND", b"%PDF\x00\x01".to_vec()),
        ("FIL-SHEET-HEADER", b"\xFF\xFEa\x00".to_vec()),
        ("FIL-FILE-ENCODING", b"\xFF\xFEa".to_vec()),
        ("FIL-FILE-ENCODING", b"abc\xFF\xFF".to_vec()),
        (
            "FIL-SHEET-EMPTY",
            "条形码,商品名称,HS编码,法定第一数量,原产国,计量单位,净重(克),毛重(克),备案料号,规格型号".into(),
        ),
    ];
    for (code, bytes) in cases {
        let path = write(&dir, "goods", &bytes);
        let report = check_file(&path, &options());
        assert_eq!(codes(&report), [code], "{}", String::from_utf8_lossy(&bytes[..bytes.len().min(20)]));
        assert!(report.has_file_errors());
    }
    assert_eq!(codes(&check_file(Path::new("/nowhere/goods.xlsx"), &options())), ["FIL-FILE-UNREADABLE"]);
    assert_eq!(codes(&check_file(dir.path(), &options())), ["FIL-FILE-KIND"]);
}

#[test]
fn columns_that_are_missing_double_or_unknown_are_told() {
    let dir = TempDir::new().unwrap();
    let path = write(&dir, "goods.csv", "条形码,barcode,备注,商品名称,错误代码\nA,A,,x,\n");
    let mut options = options();
    options.check.default_port = None;
    let report = check_file(&path, &options);
    assert_eq!(
        codes(&report),
        [
            "1:FIL-COLUMN-PORT",
            "1:FIL-COLUMN-NEEDED",
            "1:FIL-COLUMN-MISSING",
            "1:FIL-COLUMN-MISSING",
            "1:FIL-COLUMN-NEEDED",
            "1:FIL-COLUMN-NEEDED",
            "1:FIL-COLUMN-NEEDED",
            "1:FIL-COLUMN-NEEDED",
            "1:FIL-COLUMN-NEEDED",
            "1:FIL-COLUMN-TWICE",
            "1:FIL-COLUMN-UNKNOWN"
        ]
    );
    assert_eq!(report.accepted(), 0);
}

#[test]
fn barcodes() {
    let of = |barcode: &str| plain(barcode, "3401110000", "1", "035", "", "");
    assert_eq!(of("6907315161898"), Vec::<String>::new());
    assert_eq!(of("MASK/1-a"), Vec::<String>::new());
    assert_eq!(of("6907315161899"), ["BARCODE-CHECK"]);
    assert_eq!(of("6.90732E+12"), ["CODE-SCIENTIFIC"]);
    assert_eq!(of("A_1"), ["BARCODE-CHARS"]);
    assert_eq!(of(&"9".repeat(51)), ["TEXT-LENGTH"]);
    assert_eq!(of(""), ["CELL-EMPTY"]);
}

#[test]
fn hs_codes() {
    let of = |hs: &str| plain("A", hs, "1", "035", "", "");
    assert_eq!(of("3401110000"), Vec::<String>::new());
    assert_eq!(of("3401 110000 "), ["HS-BLANKS"]);
    assert_eq!(of("340111000"), ["HS-LENGTH"]);
    assert_eq!(of("3401.11.0000"), ["HS-CHARS"]);
    assert_eq!(of("0012345678"), ["HS-CHAPTER"]);
    assert_eq!(of("9801009000"), ["HS-NATIONAL"]);
    assert_eq!(of("33049900"), ["HS-LENGTH"]);
    assert_eq!(of("3304990039101"), ["HS-INSPECTION"]);
}

#[test]
fn quantities_and_units() {
    assert_eq!(plain("A", "8888888888", "0", "035", "", ""), ["NUMBER-POSITIVE"]);
    assert_eq!(plain("A", "8888888888", "0.000001", "035", "", ""), ["NUMBER-SCALE"]);
    assert_eq!(plain("A", "8888888888", "0.5千克", "035", "", ""), ["NUMBER-FORM"]);
    assert_eq!(plain("A", "8888888888", "1", "", "", ""), ["UNIT-EMPTY"]);
    assert_eq!(plain("A", "8888888888", "1", "bushel", "", ""), ["UNIT-UNKNOWN"]);
    assert_eq!(plain("A", "8888888888", "1", "千克", "0", ""), Vec::<String>::new());
    assert_eq!(plain("A", "8888888888", "1", "千克", "2", "件"), Vec::<String>::new());
    assert_eq!(plain("A", "8888888888", "1", "千克", "2", ""), ["UNIT-EMPTY"]);
    assert_eq!(plain("A", "8888888888", "1", "千克", "0", "件"), ["QUANTITY2-MISSING"]);
    assert_eq!(plain("A", "8888888888", "1", "千克", "-1", "件"), ["NUMBER-NEGATIVE"]);
    assert_eq!(plain("A", "8888888888", "1", "千克", "", "无"), Vec::<String>::new());
}

#[test]
fn the_tariff_knows_the_legal_units() {
    let hs = "3304990039";
    assert_eq!(plain("A", hs, "1", "", "2", ""), Vec::<String>::new());
    assert_eq!(plain("A", hs, "1", "个", "2", "件"), ["UNIT-TARIFF"]);
    assert_eq!(plain("A", hs, "1", "千克", "0", "件"), ["QUANTITY2-MISSING"]);
}

#[test]
fn weights_and_platform_fields() {
    let header = "商品条码,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位,净重(克),毛重(克),计量单位,商品图片,用途";
    let of = |rest: &str| row_codes(header, &format!("A,皂,8888888888,{rest}"));
    assert_eq!(of("0.1,千克,100,120,盒,,"), Vec::<String>::new());
    assert_eq!(of("0.1,千克,100,90,盒,,"), ["WEIGHT-ORDER"]);
    assert_eq!(of("0.2,千克,100,120,盒,,"), ["QUANTITY-WEIGHT"]);
    assert_eq!(of("2,个,100,120,个,,"), ["QUANTITY-UNIT"]);
    assert_eq!(of("0.1,千克,,120,,,"), ["CELL-NEEDED", "CELL-NEEDED"]);
    assert_eq!(of("0.1,千克,100,120,盒,,护肤"), ["SPV-PARTIAL"]);
    assert_eq!(of("0.1,千克,100,120,盒,ftp://x,"), ["SPV-PARTIAL", "URL-FORM"]);
}

const MESSY: &str = "\
口岸,商品条码,SPV ID,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位,第二法定计量单位数量,申报计量单位,原产国,净重(克),备注
杭州,6907315161898,58e5a8e4c9d7597de8649ab2,补水面膜,3304 990039,0.25,千克,10,盒,韩国,250,
火星,6907315161899,12,,33049900,0,斗,x,盒,亚特兰蒂斯,-1,
,6907315161898,,另一种面膜,3304990039,0.25,千克,10,盒,韩国,250,
宁波,A-1,,皂,8888888888,1,千克,,,,,
宁波,A-1,,皂,8888888888,1,千克,,,,,
";

#[test]
fn every_fault_tells_row_column_reason_and_remedy() {
    let dir = TempDir::new().unwrap();
    let path = write(&dir, "goods.csv", MESSY);
    let report = import_file(&book(), &path, &options()).unwrap();
    insta::assert_snapshot!("messy_zh", serde_json::to_string_pretty(&json(&report, Lang::Zh)).unwrap());
    insta::assert_snapshot!(
        "messy_en",
        report
            .findings()
            .faults(Lang::En)
            .map(|mut fault| {
                fault.at.file = None;
                format!(
                    "{} {}: {}; {}",
                    fault.code(),
                    fault.at,
                    fault.message(Lang::En),
                    fault.remedy(Lang::En)
                )
            })
            .collect::<Vec<_>>()
            .join("\n")
    );
}

#[test]
fn equal_rows_are_one_and_different_rows_are_both_refused() {
    let dir = TempDir::new().unwrap();
    let row = |name: &str| format!("A,{name},8888888888,1,035,,\n");
    let path = write(&dir, "same.csv", format!("{HEADER}\n{}{}", row("皂"), row(" 皂 ")));
    let book = book();
    let report = import_file(&book, &path, &options()).unwrap();
    let counts = report.counts().unwrap();
    assert_eq!((report.accepted(), counts.new, counts.unchanged), (2, 1, 1));
    assert_eq!(report.warned_rows(), [3]);

    let path = write(
        &dir,
        "other.csv",
        format!("{HEADER}\n{0}{0}{1}B,x,8888888888,1,035,,\n", row("皂"), row("蜡")),
    );
    let report = import_file(&book, &path, &options()).unwrap();
    let counts = report.counts().unwrap();
    assert_eq!(report.refused_rows(), [2, 3, 4]);
    assert_eq!((report.accepted(), counts.new, counts.changed, counts.unchanged), (1, 1, 0, 0));
    let filing = book.get("杭州", &Barcode::parse("A").unwrap()).unwrap().unwrap();
    assert_eq!(filing.name.as_str(), "皂");
}

#[test]
fn a_contradicted_row_leaves_nothing_behind_however_far_apart() {
    let dir = TempDir::new().unwrap();
    let mut text = format!("{HEADER}\nA,first,8888888888,1,035,,\n");
    for number in 0..9_000 {
        text.push_str(&format!("B{number},x,8888888888,1,035,,\n"));
    }
    text.push_str("A,second,8888888888,1,035,,\n");
    let path = write(&dir, "goods.csv", text);
    let book = book();
    let report = import_file(&book, &path, &options()).unwrap();
    assert_eq!(report.counts().unwrap().new, 9_000);
    assert_eq!(report.refused_rows(), [2, 9_003]);
    assert!(book.get("杭州", &Barcode::parse("A").unwrap()).unwrap().is_none());
    assert_eq!(book.list(&Filter::default(), None, usize::MAX).unwrap().len(), 9_000);
}

#[test]
fn a_whole_file_is_taken_whole_or_not_at_all() {
    let dir = TempDir::new().unwrap();
    let path = write(&dir, "goods.csv", format!("{HEADER}\nA,皂,8888888888,1,035,,\nB,皂,1,1,035,,\n"));
    let book = book();
    let whole = ImportOptions { whole_file: true, ..options() };
    let report = import_file(&book, &path, &whole).unwrap();
    assert_eq!((report.accepted(), report.refused(), report.counts().unwrap().new), (0, 1, 0));
    assert!(codes(&report).contains(&"FIL-FILE-WHOLE".to_owned()));
    assert!(book.list(&Filter::default(), None, 10).unwrap().is_empty());
}

#[test]
fn an_import_that_dies_never_counts() {
    let store = Arc::new(MemoryStore::new());
    let dir = TempDir::new().unwrap();
    let path = write(&dir, "goods.csv", format!("{HEADER}\nA,皂,8888888888,1,035,,\n"));
    let book = Book::open(store.clone()).unwrap();
    import_file(&book, &path, &options()).unwrap();
    let filing = book.get("杭州", &Barcode::parse("A").unwrap()).unwrap().unwrap();

    let mut import = book.begin("later.csv", None, jiff::Timestamp::UNIX_EPOCH);
    for number in 0..5_000 {
        let mut fields = (*filing).clone();
        fields.name = filing::record::Text::parse(format!("皂{number}")).unwrap();
        if number > 0 {
            fields.barcode = Barcode::parse(&format!("N{number}")).unwrap();
        }
        import.put(number, filing::record::Filing::new(fields).unwrap()).unwrap();
    }
    // The process dies: nothing runs any more.
    std::mem::forget(import);
    let book = Book::open(store).unwrap();
    assert_eq!(book.list(&Filter::default(), None, 10).unwrap(), [filing]);
    let counts = import_file(&book, &path, &options()).unwrap().counts().unwrap();
    assert_eq!((counts.new, counts.changed, counts.unchanged), (0, 0, 1));
}

#[test]
fn history_tells_every_version_and_where_it_came_from() {
    let dir = TempDir::new().unwrap();
    let book = book();
    for name in ["皂", "香皂"] {
        let path = write(&dir, &format!("{name}.csv"), format!("{HEADER}\nA,{name},8888888888,1,035,,\n"));
        import_file(&book, &path, &options()).unwrap();
    }
    let history = book.history("杭州", &Barcode::parse("A").unwrap()).unwrap();
    let names: Vec<_> = history.iter().map(|past| past.filing.name.as_str()).collect();
    assert_eq!(names, ["皂", "香皂"]);
    assert!(history[1].import.file.ends_with("香皂.csv"));
}

#[test]
fn the_template_imports_without_a_word() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("template.xlsx");
    template::write_template(&path, Catalogue::builtin()).unwrap();
    let mut options = options();
    options.check.default_port = None;
    let report = check_file(&path, &options);
    assert_eq!(codes(&report), Vec::<String>::new());
    assert_eq!((report.sheet(), report.accepted()), (Some("填写"), 1));
}

#[test]
fn an_export_imports_again_and_changes_nothing() {
    let dir = TempDir::new().unwrap();
    let template = dir.path().join("template.xlsx");
    template::write_template(&template, Catalogue::builtin()).unwrap();
    let rows = "0402210000,=1+1,8888888888,0.12345,035,3,件\n6907315161898,@皂,0402210000,1.5,035,,\n1/2,-x,3304990039,1,035,2,011\n";
    let source = write(&dir, "goods.csv", format!("{HEADER}\n{rows}"));
    let book = book();
    import_file(&book, &template, &options()).unwrap();
    assert_eq!(import_file(&book, &source, &options()).unwrap().accepted(), 3);
    for name in ["out.xlsx", "out.csv"] {
        let path = dir.path().join(name);
        assert_eq!(export(&book, &Filter::default(), &path).unwrap(), 4);
        let report = import_file(&book, &path, &options()).unwrap();
        let counts = report.counts().unwrap();
        assert_eq!((counts.new, counts.changed, counts.unchanged), (0, 0, 4), "{name} {:?}", codes(&report));
        assert!(report.warned_rows().len() <= 3, "{name} {:?}", codes(&report));
    }
}

fn first_rows(path: &Path) -> Vec<(u32, Vec<String>)> {
    let mut rows = Vec::new();
    sheet::read(path, &mut |part| {
        match part {
            Part::Header(header) => rows.push((header.row, header.titles)),
            Part::Row(row) => rows.push((
                row.number,
                row.cells.iter().map(|cell| cell.as_ref().map(Cell::shown).unwrap_or_default()).collect(),
            )),
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    rows
}

#[test]
fn the_report_shows_the_rows_with_their_faults_and_imports_again() {
    let dir = TempDir::new().unwrap();
    let path = write(&dir, "goods.csv", MESSY.replace("补水面膜", "=补水面膜"));
    let checked = check_file(&path, &options());
    let report = dir.path().join("report.xlsx");
    write_report(&report, &path, checked.findings(), Catalogue::builtin(), Lang::Zh).unwrap();
    let rows = first_rows(&report);
    assert_eq!(rows[0].1[12..], ["错误代码", "错误字段", "原因", "修改建议"]);
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(rows[1].1[3], "=补水面膜");
    assert!(rows[2].1[14].contains("【拒绝】"), "{:?}", rows[2]);
    assert!(rows[4].1[14].contains("【提醒】") && !rows[4].1[14].contains("【拒绝】"), "{:?}", rows[4]);

    let again = check_file(&report, &options());
    assert_eq!(again.refused_rows(), checked.refused_rows());
    let second = dir.path().join("second.xlsx");
    write_report(&second, &report, again.findings(), Catalogue::builtin(), Lang::Zh).unwrap();
    assert_eq!(first_rows(&second), rows);
}

/// A sheet of headers in a row and rows below it.
fn fill(sheet: &mut rust_xlsxwriter::Worksheet, first: u32, rows: &[&str]) {
    for (row, text) in (first..).zip(rows) {
        for (column, cell) in (0..).zip(text.split(',')).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
}

fn saved(dir: &TempDir, mut workbook: Workbook) -> PathBuf {
    let path = dir.path().join("goods.xlsx");
    workbook.save(&path).unwrap();
    path
}

#[test]
fn of_several_sheets_the_one_that_looks_most_like_filings_is_read_or_the_one_named() {
    let dir = TempDir::new().unwrap();
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet().set_name("备注").unwrap(), 0, &["商品条码,商品名称", "X,x"]);
    fill(
        workbook.add_worksheet().set_name("隐藏").unwrap().set_hidden(true),
        0,
        &[HEADER, "H,皂,8888888888,1,千克"],
    );
    fill(workbook.add_worksheet().set_name("十一月").unwrap(), 0, &[HEADER, "A,皂,8888888888,1,千克"]);
    fill(workbook.add_worksheet().set_name("十二月").unwrap(), 0, &[HEADER, "B,皂,8888888888,1,千克"]);
    let path = saved(&dir, workbook);
    let report = check_file(&path, &options());
    assert_eq!((report.sheet(), report.accepted()), (Some("十一月"), 1));
    let other = report.findings().faults(Lang::Zh).find(|fault| fault.code() == "FIL-SHEET-OTHER").unwrap();
    assert!(other.message(Lang::Zh).contains("隐藏、十二月"), "{}", other.message(Lang::Zh));

    let named = |name: &str| check_file(&path, &ImportOptions { sheet: Some(name.into()), ..options() });
    assert_eq!(named("十二月 ").sheet(), Some("十二月"));
    assert!(!codes(&named("十二月")).contains(&"FIL-SHEET-OTHER".to_owned()));
    assert_eq!(codes(&named("一月")), ["FIL-SHEET-NAME"]);
}

#[test]
fn a_header_of_two_rows_with_merged_cells_is_one() {
    let dir = TempDir::new().unwrap();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let format = rust_xlsxwriter::Format::new();
    sheet.merge_range(0, 0, 0, 6, "2026年11月备案清单", &format).unwrap();
    for (column, title) in [(0, "商品条码"), (1, "商品名称"), (2, "海关HS编码")] {
        sheet.merge_range(2, column, 3, column, title, &format).unwrap();
    }
    sheet.merge_range(2, 3, 2, 6, "法定计量", &format).unwrap();
    fill(
        sheet,
        3,
        &[",,,法定第一数量,第一法定计量单位,法定第二数量,第二法定计量单位", "A,皂,8888888888,1,千克"],
    );
    let report = check_file(&saved(&dir, workbook), &options());
    assert_eq!((report.rows(), report.accepted()), (1, 1), "{:?}", codes(&report));
    assert_eq!(report.findings().header.as_ref().unwrap().row, 4);
}

#[test]
fn hidden_rows_are_told_and_read() {
    let dir = TempDir::new().unwrap();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    fill(sheet, 0, &[HEADER, "A,皂,8888888888,1,千克", "B,皂,8888888888,1,千克", "C,皂,8888888888,1,千克"]);
    sheet.set_row_hidden(2).unwrap();
    let report = check_file(&saved(&dir, workbook), &options());
    assert_eq!(report.accepted(), 3);
    let hidden = report.findings().faults(Lang::En).find(|fault| fault.code() == "FIL-ROW-HIDDEN").unwrap();
    assert_eq!(hidden.message(Lang::En), "1 rows are hidden (the first is row 3); they are read too");
}

#[test]
fn a_legal_quantity_that_turns_the_consumption_tax_is_told() {
    let header = format!("{HEADER},净重(克),毛重(克),计量单位,进口成本价,规格型号");
    let of = |row: &str| {
        let codes = row_codes(&header, row);
        codes.into_iter().filter(|code| code.starts_with("TAX")).collect::<Vec<_>>()
    };
    // By weight: 300 yuan for 250 g or for 25 g.
    assert_eq!(of("A,香水,3303000010,0.25,千克,1,件,25,310,盒,300,"), ["TAX-THRESHOLD"]);
    assert_eq!(of("A,香水,3303000010,0.025,千克,1,件,25,310,盒,300,"), Vec::<String>::new());
    assert_eq!(of("A,香水,3303000010,0.025,千克,1,件,25,310,盒,249,"), ["TAX-NEAR"]);
    assert_eq!(of("A,香水,3303000010,0.25,千克,1,件,25,310,盒,,"), Vec::<String>::new());
    // By piece: a box of ten sheets filed as one piece.
    assert_eq!(of("A,唇膜,3304100093,0.25,千克,1,件,250,310,盒,60,25g/片*10片"), ["TAX-PIECES"]);
    assert_eq!(of("A,唇膜,3304100093,0.25,千克,10,件,250,310,盒,60,25g/片*10片"), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_stop_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let dir = TempDir::new().unwrap();
        let mut table = HEADER.as_bytes().to_vec();
        table.push(b'\n');
        table.extend(&bytes);
        let mut zip = b"PK\x03\x04".to_vec();
        zip.extend(&bytes);
        for content in [bytes, table, zip] {
            check_file(&write(&dir, "goods", content), &options());
        }
    }

    #[test]
    fn no_cells_stop_the_checks(cells in prop::collection::vec("\\PC{0,12}|[0-9,.eE+-]{0,14}", 7)) {
        let dir = TempDir::new().unwrap();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(HEADER.split(',')).unwrap();
        writer.write_record(&cells).unwrap();
        let path = write(&dir, "goods", writer.into_inner().unwrap());
        let report = check_file(&path, &options());
        prop_assert_eq!(report.rows(), report.accepted() + report.refused());
    }

    #[test]
    fn a_flipped_byte_in_a_workbook_does_not_stop_the_reader(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("template.xlsx");
        template::write_template(&path, Catalogue::builtin()).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = to;
        check_file(&write(&dir, "goods", bytes), &options());
    }
}
