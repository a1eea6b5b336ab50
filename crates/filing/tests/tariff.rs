//! Tables of the user's own over the built-in tariff.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::sync::Arc;

use filing::book::Book;
use filing::codes::UnitCode;
use filing::hs::HsCode;
use filing::import::{ImportOptions, check_file, import_file};
use filing::record::CheckOptions;
use filing::tariff::sheet::{self, TableFile};
use filing::tariff::{Measure, Tariff, Validity, effects, shelf};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use ports::fault::Lang;
use ports::store::{MemoryStore, Store};
use rust_xlsxwriter::{Format, Workbook};
use tempfile::TempDir;

const TODAY: Date = date(2026, 11, 22);
const HEADER: &str = "商品编码,商品名称,第一法定单位,第二法定单位,增值税率,消费税率,生效日期,失效日期";

fn hs(code: &str) -> HsCode {
    HsCode::parse(code).unwrap()
}

fn read(text: &str) -> TableFile {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("table.csv");
    fs::write(&path, text).unwrap();
    let mut table = sheet::read(&path);
    table.faults.iter_mut().for_each(|fault| fault.at.file = None);
    table
}

fn rows(rows: &str) -> TableFile {
    read(&format!("{HEADER}\n{rows}\n"))
}

fn with(text: &str) -> Tariff {
    let table = rows(text);
    assert!(table.is_sound(), "{:?}", table.faults);
    let lines: Vec<_> = table.lines.into_iter().map(|(_, line)| line).collect();
    Tariff::builtin().with(&lines)
}

fn vat(tariff: &Tariff, code: &str, on: Date) -> Option<String> {
    tariff.line(hs(code), on).map(|line| line.rates.vat.to_string())
}

#[test]
fn a_workbook_is_read_with_its_numbers_percents_and_dates() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("税则.xlsx");
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "2027年税则").unwrap();
    let titles = [
        "HS编码",
        "品名",
        "第一单位",
        "第二单位",
        "最惠国税率(%)",
        "暂定",
        "VAT*",
        "消费税",
        "起征点",
        "生效日期",
    ];
    for (column, title) in (0..).zip(titles) {
        sheet.write(2, column, title).unwrap();
    }
    sheet.write(3, 0, 3_304_990_039_i64).unwrap();
    sheet.write(3, 1, "护肤品").unwrap();
    sheet.write(3, 2, "千克").unwrap();
    sheet.write(3, 3, 11).unwrap();
    sheet.write(3, 4, 5).unwrap();
    sheet.write(3, 5, "1%").unwrap();
    sheet.write_with_format(3, 6, 0.13, &Format::new().set_num_format("0%")).unwrap();
    sheet.write(3, 7, "15%").unwrap();
    sheet.write(3, 8, "元/片").unwrap();
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2027, 1, 1).unwrap();
    sheet.write_with_format(3, 9, &day, &Format::new().set_num_format("yyyy/m/d")).unwrap();
    workbook.save(&path).unwrap();
    let table = sheet::read(&path);
    assert_eq!(table.faults, []);
    let [(4, line)] = table.lines.as_slice() else { panic!("{table:?}") };
    assert_eq!(
        (line.hs, line.unit1, line.unit2),
        (hs("3304990039"), UnitCode::KILOGRAM, Some(UnitCode::PIECE))
    );
    let text = |rate: Option<rust_decimal::Decimal>| rate.unwrap().to_string();
    assert_eq!((text(line.mfn), text(line.provisional)), ("0.05".into(), "0.01".into()));
    assert_eq!((line.vat.to_string(), line.consumption.to_string()), ("0.13".into(), "0.15".into()));
    assert_eq!(line.since, date(2027, 1, 1));
    let tariff = Tariff::builtin().with(std::slice::from_ref(line));
    let threshold = tariff.threshold(hs("3304990039"), date(2027, 1, 1)).unwrap();
    assert_eq!(threshold.measure, Measure::Piece);
}

#[test]
fn every_fault_tells_row_column_and_remedy() {
    let table = rows(
        "33049900,x,035,,13%,0,2026-01-01,\n\
         3304990039,x,斤两,,13,,1月1日,\n\
         3305100090,x,035,,,0,2026-01-01,2025-01-01\n\
         1111111111,x,035,,13%,0,2026-01-01,\n\
         1111111111,x,035,,9%,0,2026-06-01,\n\
         2222222222,x,035,,13%,0,2026-01-01,\n\
         2222222222,x,035,,13%,0,2026-01-01,\n",
    );
    let told: Vec<String> = table
        .faults
        .iter()
        .map(|fault| {
            format!("{} {}: {} → {}", fault.code(), fault.at, fault.message(Lang::Zh), fault.remedy(Lang::Zh))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(table.refused, [2, 3, 4, 5, 6]);
    assert!(!table.is_sound());
}

#[test]
fn a_table_without_its_taxes_is_refused_rather_than_taken_for_zero() {
    let table = read("hs_code,unit1,vat,vat税,增值税,since\n3304990039,035,13%,,,2026-01-01\n");
    let codes: Vec<&str> = table.faults.iter().map(|fault| fault.code()).collect();
    assert_eq!(codes, ["FIL-TARIFF-COLUMN-UNKNOWN", "FIL-TARIFF-COLUMN-TWICE", "FIL-TARIFF-COLUMN"]);
    assert_eq!(read("a,b\n1,2\n").faults[0].code(), "FIL-TARIFF-HEADER");
    assert_eq!(read("").faults[0].code(), "FIL-FILE-EMPTY");
    assert_eq!(rows("").faults[0].code(), "FIL-SHEET-EMPTY");
}

#[test]
fn a_users_line_replaces_the_built_in_one_on_its_days_and_the_latest_to_begin_counts() {
    let tariff = with(
        "3304990039,面霜,007,,10%,0,2026-01-01,2026-06-30\n\
         3304990039,面霜,007,,9%,0,2026-07-01,2026-12-31\n",
    );
    let on = |day| vat(&tariff, "3304990039", day).unwrap();
    assert_eq!(on(date(2025, 12, 31)), "0.13");
    assert_eq!(on(date(2026, 6, 30)), "0.1");
    assert_eq!(on(date(2026, 7, 1)), "0.09");
    assert_eq!(on(date(2027, 1, 1)), "0.13");
    assert_eq!(tariff.units(hs("3304990039"), TODAY), Some((UnitCode::ITEM, None)));
    // What the table does not say about the threshold is as it was; the duty too.
    let line = tariff.line(hs("3304990039"), TODAY).unwrap();
    assert_eq!(line.threshold.unwrap().measure, Measure::Content);
    assert_eq!(line.rates.tariff.unwrap().to_string(), "0.01");
    // A later table's line that began later counts, and one with the same first day replaces.
    let later =
        rows("3304990039,面霜,007,,6%,0,2026-11-01,2026-11-30\n3304990039,面霜,007,,8%,0,2026-07-01,\n");
    assert!(!later.is_sound(), "within one file they overlap");
    let lines = |text: &str| rows(text).lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>();
    let tariff = tariff.with(&lines("3304990039,面霜,007,,6%,0,2026-11-01,2026-11-30\n"));
    let tariff = tariff.with(&lines("3304990039,面霜,007,,8%,0,2026-07-01,\n"));
    let on = |day| vat(&tariff, "3304990039", day).unwrap();
    assert_eq!([on(date(2026, 10, 31)), on(TODAY), on(date(2026, 12, 1))], ["0.08", "0.06", "0.08"]);
    assert!(tariff.codes(TODAY).contains(&hs("3304990039")));
}

#[test]
fn a_code_ends_where_the_users_lines_end() {
    let tariff = with(
        "1111111111,a,035,,13%,0,2025-01-01,2025-12-31\n\
         1111111111,a,035,,13%,0,2026-01-01,2026-12-20\n\
         2222222222,b,035,,13%,0,2025-01-01,2026-11-21\n\
         4444444444,d,035,,13%,0,2027-01-01,\n",
    );
    let of = |code: &str| tariff.validity(hs(code), TODAY);
    assert_eq!(of("1111111111"), Validity::Until(date(2026, 12, 20)));
    assert_eq!(of("2222222222"), Validity::Ended(date(2026, 11, 21)));
    assert_eq!(of("4444444444"), Validity::Unknown);
    assert_eq!(of("3304990039"), Validity::Open);
    assert_eq!(of("9999999999"), Validity::Unknown);
}

#[test]
fn tables_are_kept_once_and_found_again() {
    let store = MemoryStore::new();
    let keep = |text: &str| {
        let lines: Vec<_> = rows(text).lines.into_iter().map(|(_, line)| line).collect();
        let fresh = shelf::load(&store).unwrap().fresh(&lines);
        if !fresh.lines.is_empty() {
            shelf::keep(&store, "t.csv", None, fresh.lines.clone(), Timestamp::UNIX_EPOCH).unwrap();
        }
        (fresh.new, fresh.changed, fresh.unchanged)
    };
    let table = "1111111111,a,035,,13%,0,2026-01-01,\n2222222222,b,035,,13%,0,2026-01-01,\n";
    let lines: Vec<_> = rows(table).lines.into_iter().map(|(_, line)| line).collect();
    shelf::keep(&store, "t.csv", None, lines.clone(), Timestamp::UNIX_EPOCH).unwrap();
    let tariff = shelf::load(&store).unwrap();
    assert_eq!(tariff.fresh(&lines).unchanged, 2);
    assert_eq!(keep("1111111111,a,035,,9%,0,2026-01-01,\n3333333333,c,035,,13%,0,2026-01-01,\n"), (1, 1, 0));
    let tariff = shelf::load(&store).unwrap();
    assert_eq!(vat(&tariff, "1111111111", TODAY).as_deref(), Some("0.09"));
    assert_eq!(vat(&tariff, "2222222222", TODAY).as_deref(), Some("0.13"));
    let heads: Vec<_> = shelf::tables(&store).unwrap().iter().map(|head| head.count).collect();
    assert_eq!(heads, [2, 2]);
}

#[test]
fn filings_are_held_against_a_new_table() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("goods.csv");
    fs::write(
        &path,
        "商品条码,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位\n\
         A,皂,1111111111,1,035\nB,梳,2222222222,1,035\nC,杯,3333333333,1,035\nD,碗,3333333333,1,035\nE,洗发水,3305100090,1,035\n",
    )
    .unwrap();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let book = Book::open(store).unwrap();
    let options = |tariff| ImportOptions {
        check: CheckOptions { tariff, ..CheckOptions::builtin(Some("杭州".into()), TODAY) },
        sheet: None,
        whole_file: false,
        now: Timestamp::UNIX_EPOCH,
        progress: None,
    };
    import_file(&book, &path, &options(Tariff::builtin())).unwrap();
    let after = with(
        "1111111111,a,007,,13%,0,2026-01-01,\n\
         2222222222,b,035,,13%,0,2026-01-01,2026-12-22\n\
         3305100090,c,035,,13%,0,2026-01-01,2026-11-21\n",
    );
    let effects = effects(&book, Tariff::builtin(), &after, TODAY, &mut |_| {}).unwrap();
    let counts = (effects.filings, effects.units, effects.expired, effects.expiring, effects.unknown);
    assert_eq!(counts, (5, 1, 1, 1, 2));
    let told: Vec<String> =
        effects.faults.iter().map(|fault| format!("{} {}", fault.at, fault.message(Lang::Zh))).collect();
    insta::assert_snapshot!(told.join("\n").trim());
    let again = filing::tariff::effects(&book, &after, &after, TODAY, &mut |_| {}).unwrap();
    assert_eq!((again.units, again.expired, again.expiring, again.unknown), (0, 0, 0, 2));
    // An import under the new table warns of codes that have ended or end soon, and refuses other units.
    let report = check_file(&path, &options(&after));
    let codes: Vec<String> = report
        .findings()
        .of_rows
        .iter()
        .filter(|found| found.kind.code.contains("HS-EX") || found.is_error())
        .map(|found| format!("{} {}", found.row, found.kind.code))
        .collect();
    assert_eq!(codes, ["2 FIL-UNIT-TARIFF", "3 FIL-HS-EXPIRING", "6 FIL-HS-EXPIRED"]);
}
