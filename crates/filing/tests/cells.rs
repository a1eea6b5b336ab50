//! Odd cells: what stands in the file, and what becomes of it.
//!
//! The table is written as a workbook, as a text table where that can say the same, and read back. LibreOffice has saved the
//! same workbook as .xls, .ods and .xlsx; those files lie in `fixtures` and must give the same. They are made anew by
//! `FILING_FIXTURES=write cargo test -p filing --test cells` and
//! `soffice --headless --convert-to xls|ods|xlsx:"Calc MS Excel 2007 XML" odd-cells.xlsx` in the folder that it names.

#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use calamine::Reader;
use filing::barcode::Barcode;
use filing::book::Book;
use filing::cell::Cell;
use filing::columns::{COLUMNS, Field};
use filing::import::{ImportOptions, check_file, import_file};
use filing::record::CheckOptions;
use filing::sheet::{self, Part};
use ports::catalogue::Catalogue;
use ports::fault::Lang;
use ports::store::MemoryStore;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use tempfile::TempDir;

/// What stands in a cell.
#[derive(Debug, Clone, Copy)]
enum In {
    /// Text.
    T(&'static str),
    /// A number.
    N(f64),
    /// A number shown as a percentage.
    P(f64),
    /// A number shown as a date.
    D(u16, u8, u8),
    /// A truth value.
    B(bool),
    /// A formula and its value.
    F(&'static str, &'static str),
    /// A formula and its error.
    E(&'static str, &'static str),
}
use In::{B, D, E, F, N, P, T};

/// One odd cell: its field, what stands there, the value that is taken (nothing when the row is refused, `-` when the cell
/// counts as empty), and the codes of what is found, without `FIL-`.
type Case = (Field, In, &'static str, &'static [&'static str]);

const SCIENTIFIC: &[&str] = &["CODE-SCIENTIFIC"];
const DIGITS: &[&str] = &["CODE-DIGITS"];
const FORM: &[&str] = &["NUMBER-FORM"];
const KIND: &[&str] = &["CELL-KIND"];
const LENGTH: &[&str] = &["HS-LENGTH"];
const CHARS: &[&str] = &["HS-CHARS"];
const BLANKS: &[&str] = &["HS-BLANKS"];
const UNKNOWN: &[&str] = &["UNIT-UNKNOWN"];
const NO_COUNTRY: &[&str] = &["COUNTRY-UNKNOWN"];
const CURRENCY: &[&str] = &["SPV-PARTIAL", "NUMBER-CURRENCY"];
const PARTIAL: &[&str] = &["SPV-PARTIAL"];
const WEIGHT: &[&str] = &["QUANTITY-WEIGHT"];
const NONE: &[&str] = &[];

const CASES: &[Case] = &[
    // Commodity codes.
    (Field::HsCode, T("8888888888"), "8888888888", NONE),
    (Field::HsCode, N(8_888_888_888.0), "8888888888", NONE),
    (Field::HsCode, T(" 8888888888"), "8888888888", BLANKS),
    (Field::HsCode, T("8888 8888 88"), "8888888888", BLANKS),
    (Field::HsCode, T("8888888888\u{a0}"), "8888888888", BLANKS),
    (Field::HsCode, T("\u{200b}8888888888"), "8888888888", BLANKS),
    (Field::HsCode, T("\u{feff}8888888888"), "8888888888", BLANKS),
    (Field::HsCode, T("88888\u{3000}88888"), "8888888888", BLANKS),
    (Field::HsCode, T("8888888888\n"), "8888888888", BLANKS),
    (Field::HsCode, T("8888\u{FF18}8888\u{FF18}"), "8888888888", &["HS-WIDTH"]),
    (Field::HsCode, T("0402210000"), "0402210000", NONE),
    (Field::HsCode, N(402_210_000.0), "0402210000", &["HS-ZERO"]),
    (Field::HsCode, T("402210000"), "", LENGTH),
    (Field::HsCode, T("88888888"), "", LENGTH),
    (Field::HsCode, N(88_888_888.0), "", LENGTH),
    (Field::HsCode, T("888888888888"), "", LENGTH),
    (Field::HsCode, T("8888888888101"), "", &["HS-INSPECTION"]),
    (Field::HsCode, N(8_888_888_888_101.0), "", &["HS-INSPECTION"]),
    (Field::HsCode, T("8888.88.8888"), "", CHARS),
    (Field::HsCode, T("8888-888888"), "", CHARS),
    (Field::HsCode, T("HS8888888888"), "", CHARS),
    (Field::HsCode, T("888888888O"), "", CHARS),
    (Field::HsCode, T("'8888888888"), "", CHARS),
    (Field::HsCode, T("８８８８．８８"), "", &["HS-CHARS"]),
    (Field::HsCode, T("8.88889E+09"), "", SCIENTIFIC),
    (Field::HsCode, T("9E+09"), "", SCIENTIFIC),
    (Field::HsCode, N(8_888_888_888.5), "", DIGITS),
    (Field::HsCode, N(-8_888_888_888.0), "", DIGITS),
    (Field::HsCode, N(8.8e15), "", DIGITS),
    (Field::HsCode, T("7788888888"), "", &["HS-CHAPTER"]),
    (Field::HsCode, T("0088888888"), "", &["HS-CHAPTER"]),
    (Field::HsCode, T("9888888888"), "9888888888", &["HS-NATIONAL"]),
    (Field::HsCode, T("9988888888"), "9988888888", &["HS-NATIONAL"]),
    (Field::HsCode, D(2026, 11, 22), "", KIND),
    (Field::HsCode, B(true), "", KIND),
    (Field::HsCode, P(0.5), "", KIND),
    (Field::HsCode, F("=\"88888\"&\"88888\"", "8888888888"), "8888888888", &["CELL-FORMULA"]),
    (Field::HsCode, E("=1/0", "#DIV/0!"), "", &["CELL-ERROR"]),
    (Field::HsCode, T("无"), "", CHARS),
    (Field::HsCode, T(" \u{3000}"), "", &["CELL-EMPTY"]),
    // Barcodes.
    (Field::Barcode, T("6907315161898"), "6907315161898", NONE),
    (Field::Barcode, N(4_006_381_333_931.0), "4006381333931", NONE),
    (Field::Barcode, T("690 1234 567892"), "6901234567892", NONE),
    (Field::Barcode, T("\u{FF19}6385074"), "96385074", NONE),
    (Field::Barcode, T("036000291452"), "036000291452", NONE),
    (Field::Barcode, N(36_000_291_452.0), "36000291452", &["BARCODE-ZERO"]),
    (Field::Barcode, T("6907315161899"), "6907315161899", &["BARCODE-CHECK"]),
    (Field::Barcode, T("036000291453"), "036000291453", &["BARCODE-CHECK"]),
    (Field::Barcode, T("MASK-1/2"), "MASK-1/2", NONE),
    (Field::Barcode, T("ＭＡＳＫ－３"), "MASK-3", NONE),
    (Field::Barcode, T("12E4"), "12E4", NONE),
    (Field::Barcode, T("6.90732E+12"), "", SCIENTIFIC),
    (Field::Barcode, T("6.90732e+12"), "", SCIENTIFIC),
    (Field::Barcode, N(6.907_315_161_898_123e18), "", DIGITS),
    (Field::Barcode, N(1.5), "", DIGITS),
    (Field::Barcode, T("A_1"), "", &["BARCODE-CHARS"]),
    (Field::Barcode, T("条码1"), "", &["BARCODE-CHARS"]),
    (Field::Barcode, T("A+1"), "", &["BARCODE-CHARS"]),
    (Field::Barcode, T("123456789012345678901234567890123456789012345678901"), "", &["TEXT-LENGTH"]),
    (Field::Barcode, D(2026, 1, 2), "", KIND),
    (Field::Barcode, T("\u{a0}"), "", &["CELL-EMPTY"]),
    // Quantities.
    (Field::Quantity1, N(0.25), "0.25", NONE),
    (Field::Quantity1, N(0.1 + 0.2), "0.3", NONE),
    (Field::Quantity1, T("0.25"), "0.25", NONE),
    (Field::Quantity1, T(" 0.25 "), "0.25", NONE),
    (Field::Quantity1, T("０．２５"), "0.25", NONE),
    (Field::Quantity1, T("1,234.5"), "1234.5", NONE),
    (Field::Quantity1, T("1\u{FF0C}234"), "1234", NONE),
    (Field::Quantity1, T("1,234,567"), "1234567", NONE),
    (Field::Quantity1, T("+3"), "3", NONE),
    (Field::Quantity1, T("1E-05"), "0.00001", NONE),
    (Field::Quantity1, T("2.50000000"), "2.5", NONE),
    (Field::Quantity1, T(".5"), "0.5", NONE),
    (Field::Quantity1, T("5."), "5", NONE),
    (Field::Quantity1, T("1 234"), "1234", NONE),
    (Field::Quantity1, T("1,5"), "", FORM),
    (Field::Quantity1, T("1,2345"), "", FORM),
    (Field::Quantity1, T("1.234,5"), "", FORM),
    (Field::Quantity1, T("0.25千克"), "", FORM),
    (Field::Quantity1, T("0.25kg"), "", FORM),
    (Field::Quantity1, T("约1"), "", FORM),
    (Field::Quantity1, T("1/2"), "", FORM),
    (Field::Quantity1, T("一"), "", FORM),
    (Field::Quantity1, T("1~2"), "", FORM),
    (Field::Quantity1, T("--1"), "", FORM),
    (Field::Quantity1, T("¥1"), "", FORM),
    (Field::Quantity1, T("N/A"), "", FORM),
    (Field::Quantity1, T("NaN"), "", FORM),
    (Field::Quantity1, T("inf"), "", FORM),
    (Field::Quantity1, T("0x10"), "", FORM),
    (Field::Quantity1, T("25%"), "", &["NUMBER-PERCENT"]),
    (Field::Quantity1, T("２５％"), "", &["NUMBER-PERCENT"]),
    (Field::Quantity1, P(0.25), "", &["NUMBER-PERCENT"]),
    (Field::Quantity1, N(0.0), "", &["NUMBER-POSITIVE"]),
    (Field::Quantity1, N(-1.0), "", &["NUMBER-POSITIVE"]),
    (Field::Quantity1, T("-0.5"), "", &["NUMBER-POSITIVE"]),
    (Field::Quantity1, N(0.000_001), "", &["NUMBER-SCALE"]),
    (Field::Quantity1, T("0.123456"), "", &["NUMBER-SCALE"]),
    (Field::Quantity1, N(1e14), "", &["NUMBER-LARGE"]),
    (Field::Quantity1, N(1e300), "", &["NUMBER-LARGE"]),
    (Field::Quantity1, T("99999999999999999999999999999999"), "", &["NUMBER-LARGE"]),
    (Field::Quantity1, D(2026, 1, 2), "", KIND),
    (Field::Quantity1, B(false), "", KIND),
    (Field::Quantity1, F("=1/4", "0.25"), "0.25", &["CELL-FORMULA"]),
    (Field::Quantity1, E("=NA()", "#N/A"), "", &["CELL-ERROR"]),
    (Field::Quantity1, T("#REF!"), "", &["CELL-ERROR"]),
    (Field::Quantity1, T(""), "", &["CELL-EMPTY"]),
    // Units.
    (Field::Unit1, T("千克"), "千克", WEIGHT),
    (Field::Unit1, T("035"), "千克", WEIGHT),
    (Field::Unit1, N(35.0), "千克", WEIGHT),
    (Field::Unit1, T("KG"), "千克", WEIGHT),
    (Field::Unit1, T("ｋｇ"), "千克", WEIGHT),
    (Field::Unit1, T("公斤"), "千克", WEIGHT),
    (Field::Unit1, T(" 千克\u{200b}"), "千克", WEIGHT),
    (Field::Unit1, T("ml"), "毫升", NONE),
    (Field::Unit1, N(7.0), "个", NONE),
    (Field::Unit1, T("斗"), "", UNKNOWN),
    (Field::Unit1, T("999"), "", UNKNOWN),
    (Field::Unit1, N(3.5), "", DIGITS),
    (Field::Unit1, T(""), "", &["UNIT-EMPTY"]),
    (Field::Unit1, B(true), "", KIND),
    (Field::Unit, T("盒"), "盒", NONE),
    (Field::Unit, N(140.0), "盒", NONE),
    (Field::Unit, T("箱子"), "", UNKNOWN),
    (Field::Unit, T(""), "-", &["CELL-NEEDED"]),
    // Countries.
    (Field::Country, T("韩国"), "韩国", NONE),
    (Field::Country, T("KR"), "韩国", NONE),
    (Field::Country, T("kor"), "韩国", NONE),
    (Field::Country, T("日本 "), "日本", NONE),
    (Field::Country, T("JPN"), "日本", NONE),
    (Field::Country, T("ＪＰ"), "日本", NONE),
    (Field::Country, T("亚特兰蒂斯"), "", NO_COUNTRY),
    (Field::Country, T("000"), "", NO_COUNTRY),
    (Field::Country, T("XX"), "", NO_COUNTRY),
    (Field::Country, D(2026, 3, 4), "", KIND),
    (Field::Country, T(""), "-", &["CELL-NEEDED"]),
    // Names and other texts.
    (Field::Name, T(" 补水面膜\u{FF08}10片\u{FF09} "), "补水面膜\u{FF08}10片\u{FF09}", NONE),
    (Field::Name, T("面膜\n10片"), "面膜 10片", NONE),
    (Field::Name, T("面膜\t10片"), "面膜 10片", NONE),
    (Field::Name, T("面膜\u{a0}10片"), "面膜 10片", NONE),
    (Field::Name, T("面\u{200b}膜"), "面膜", NONE),
    (Field::Name, T("=1+1"), "=1+1", NONE),
    (Field::Name, T("<b>&amp;\"'"), "<b>&amp;\"'", NONE),
    (Field::Name, T("😀面膜"), "😀面膜", NONE),
    (Field::Name, N(123.0), "123", NONE),
    (Field::Name, F("=\"面\"&\"膜\"", "面膜"), "面膜", &["CELL-FORMULA"]),
    (Field::Name, D(2026, 1, 2), "", KIND),
    (Field::Name, B(true), "", KIND),
    (Field::Name, E("=nothing", "#NAME?"), "", &["CELL-ERROR"]),
    (Field::Name, T(""), "", &["CELL-EMPTY"]),
    (Field::ItemNo, T("MASK-001"), "MASK-001", NONE),
    (Field::ItemNo, N(1.0), "1", NONE),
    (Field::ItemNo, T("123456789012345678901"), "", &["TEXT-LENGTH"]),
    (Field::ItemNo, T("1.2E+05"), "", SCIENTIFIC),
    (Field::ItemRecordNo, T("HZ0000001"), "HZ0000001", NONE),
    (Field::ItemRecordNo, T(""), "-", &["CELL-NEEDED"]),
    (Field::SpvId, T("58e5a8e4c9d7597de8649ab2"), "58e5a8e4c9d7597de8649ab2", NONE),
    (Field::SpvId, T("58E5A8E4C9D7597DE8649AB2"), "58e5a8e4c9d7597de8649ab2", NONE),
    (Field::SpvId, T("58e5a8e4c9d7597de8649ab"), "", &["SPV-ID"]),
    (Field::SpvId, T("g8e5a8e4c9d7597de8649ab2"), "", &["SPV-ID"]),
    (Field::Brand, T("示例"), "示例", NONE),
    // Costs, weights, addresses.
    (Field::ImportCost, N(35.5), "35.5", PARTIAL),
    (Field::ImportCost, T("¥35.50"), "35.5", PARTIAL),
    (Field::ImportCost, T("\u{FFE5}1,035.5"), "1035.5", PARTIAL),
    (Field::ImportCost, T("35.5元"), "35.5", PARTIAL),
    (Field::ImportCost, T("RMB 35.5"), "35.5", PARTIAL),
    (Field::ImportCost, T("$35.5"), "", CURRENCY),
    (Field::ImportCost, T("35.5 USD"), "", CURRENCY),
    (Field::ImportCost, T("3500円"), "", CURRENCY),
    (Field::ImportCost, T("面议"), "", &["SPV-PARTIAL", "NUMBER-FORM"]),
    (Field::ImportCost, N(0.0), "", &["SPV-PARTIAL", "NUMBER-POSITIVE"]),
    (Field::NetWeightG, N(250.0), "250", NONE),
    (Field::NetWeightG, T("250g"), "", FORM),
    (Field::NetWeightG, N(0.0), "", &["NUMBER-POSITIVE"]),
    (Field::NetWeightG, N(400.0), "", &["WEIGHT-ORDER"]),
    (Field::NetWeightG, T(""), "-", &["CELL-NEEDED"]),
    (Field::GrossWeightG, N(249.0), "", &["WEIGHT-ORDER"]),
    (Field::GrossWeightG, T("310.5"), "310.5", NONE),
    (Field::CustomsPhotosUrls, T("https://a.example/1.jpg"), "https://a.example/1.jpg", PARTIAL),
    (
        Field::CustomsPhotosUrls,
        T("https://a/1.jpg，http://b/2.jpg\nhttps://c/3.jpg"),
        "https://a/1.jpg http://b/2.jpg https://c/3.jpg",
        PARTIAL,
    ),
    (Field::CustomsPhotosUrls, T("www.example.com/1.jpg"), "", &["SPV-PARTIAL", "URL-FORM"]),
    (Field::CustomsPhotosUrls, T("ftp://a/1.jpg"), "", &["SPV-PARTIAL", "URL-FORM"]),
    (Field::CustomsPhotosUrls, T("https://"), "", &["SPV-PARTIAL", "URL-FORM"]),
    // Second quantities, of a code that the tariff does not know.
    (Field::Quantity2, N(0.0), "-", NONE),
    (Field::Quantity2, T(""), "-", NONE),
    (Field::Quantity2, N(2.0), "", &["UNIT-EMPTY"]),
    (Field::Quantity2, N(-2.0), "", &["NUMBER-NEGATIVE"]),
    (Field::Unit2, T("无"), "-", NONE),
    (Field::Unit2, T("-"), "-", NONE),
    (Field::Unit2, T("000"), "-", NONE),
    (Field::Unit2, T("件"), "", &["QUANTITY2-MISSING"]),
    // Ports.
    (Field::Port, T("宁波"), "宁波", NONE),
    (Field::Port, T(" 宁 波"), "", &["PORT-UNKNOWN"]),
    (Field::Port, T("ningbo"), "宁波", NONE),
    (Field::Port, T("火星"), "", &["PORT-UNKNOWN"]),
    (Field::Port, T(""), "杭州", NONE),
];

/// The value of a field in a row that is right but for the odd cell.
fn ordinary(field: Field, row: usize) -> Option<In> {
    Some(match field {
        Field::Port => T("杭州"),
        Field::Barcode => T(Box::leak(format!("ROW-{row}").into_boxed_str())),
        Field::ItemRecordNo => T("HZ0000001"),
        Field::Name => T("皂"),
        Field::HsCode => T("8888888888"),
        Field::Quantity1 => N(1.0),
        Field::Unit1 => T("毫升"),
        Field::Unit => T("盒"),
        Field::Country => T("日本"),
        Field::NetWeightG => N(250.0),
        Field::GrossWeightG => N(310.0),
        _ => return None,
    })
}

fn cell(case: &Case, field: Field, row: usize) -> Option<In> {
    if case.0 == field { Some(case.1) } else { ordinary(field, row) }
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, value: In) {
    let (percent, date) = (Format::new().set_num_format("0%"), Format::new().set_num_format("yyyy-mm-dd"));
    match value {
        T("") => sheet,
        T(text) => sheet.write_string(row, column, text).unwrap(),
        N(number) => sheet.write_number(row, column, number).unwrap(),
        P(number) => sheet.write_number_with_format(row, column, number, &percent).unwrap(),
        D(year, month, day) => {
            let day = ExcelDateTime::from_ymd(year, month, day).unwrap();
            sheet.write_datetime_with_format(row, column, day, &date).unwrap()
        }
        B(truth) => sheet.write_boolean(row, column, truth).unwrap(),
        F(formula, value) | E(formula, value) => {
            sheet.write_formula(row, column, Formula::new(formula).set_result(value)).unwrap()
        }
    };
}

fn workbook(path: &Path) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, known) in (0..).zip(&COLUMNS) {
        sheet.write(0, column, known.header()).unwrap();
    }
    for (index, case) in CASES.iter().enumerate() {
        let row = u32::try_from(index).unwrap() + 1;
        for (column, known) in (0..).zip(&COLUMNS) {
            if let Some(value) = cell(case, known.field, index + 2) {
                write(sheet, row, column, value);
            }
        }
    }
    workbook.save(path).unwrap();
}

fn options() -> ImportOptions<'static> {
    ImportOptions {
        check: CheckOptions::builtin(Some("杭州".into()), jiff::civil::date(2026, 11, 22)),
        sheet: None,
        whole_file: false,
        now: jiff::Timestamp::UNIX_EPOCH,
        progress: None,
    }
}

/// Imports a file and holds every row against the table; `same` says which cases the format can carry.
fn holds(path: &Path, same: impl Fn(&Case) -> bool) {
    let book = Book::open(Arc::new(MemoryStore::new())).unwrap();
    let report = import_file(&book, path, &options()).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    assert_eq!(report.rows(), u64::try_from(CASES.len()).unwrap(), "{name} {:?}", report.findings().of_file);
    let mut wrong = Vec::new();
    for (index, case) in CASES.iter().enumerate().filter(|(_, case)| same(case)) {
        let (field, value, wanted, codes) = *case;
        let row = u32::try_from(index).unwrap() + 2;
        // The other cells of a row say nothing of a specification, which every row is told.
        let of_row = report.findings().of_rows.iter().filter(|finding| {
            finding.row == row
                && (finding.kind.code != "FIL-CELL-NEEDED"
                    || finding.field != Some(Field::CustomsSpecification))
        });
        let found: Vec<&str> = of_row.map(|finding| finding.kind.code.trim_start_matches("FIL-")).collect();
        let port = if field == Field::Port && !wanted.is_empty() { wanted } else { "杭州" };
        let barcode = if field == Field::Barcode { wanted.to_owned() } else { format!("ROW-{row}") };
        let filing = Barcode::parse(&barcode).and_then(|barcode| book.get(port, &barcode).unwrap());
        let taken = filing.map_or(String::new(), |filing| filing.cell(field).unwrap_or("-".into()));
        if taken != wanted || found != codes {
            wrong.push(format!(
                "row {row} {field:?} {value:?}: {taken:?} {found:?}, not {wanted:?} {codes:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{name}\n{}", wrong.join("\n"));
}

#[test]
fn odd_cells_of_a_workbook() {
    assert!(CASES.len() >= 150, "{}", CASES.len());
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("odd-cells.xlsx");
    workbook(&path);
    holds(&path, |_| true);
    if std::env::var_os("FILING_FIXTURES").is_some() {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("odd-cells.xlsx");
        workbook(&path);
        eprintln!("{}", path.display());
    }
}

/// A report that nobody has mended refuses the same rows, as we write it.
#[test]
fn odd_cells_of_a_report() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("odd-cells.xlsx");
    workbook(&path);
    let options = options();
    let checked = check_file(&path, &options);
    let report = dir.path().join("report.xlsx");
    sheet::report::write_report(&report, &path, checked.findings(), Catalogue::builtin(), Lang::Zh).unwrap();
    // The values of formulas are plain values in a report.
    holds(&report, |case| !case.3.contains(&"CELL-FORMULA"));
    assert_eq!(check_file(&report, &options).refused_rows(), checked.refused_rows());
}

/// What a text table can say: no dates, truth values, formulas or number formats.
#[test]
fn odd_cells_of_a_text_table() {
    let plain = |case: &Case| match case.1 {
        T(text) => !text.starts_with('='),
        // Whole to the last digit, and not one that only a number cell can have lost something of.
        N(number) => {
            number.to_string().len() <= 16 && !matches!(case.0, Field::HsCode | Field::Barcode | Field::Unit1)
        }
        _ => false,
    };
    let dir = TempDir::new().unwrap();
    for (name, delimiter) in [("odd-cells.csv", b','), ("odd-cells.tsv", b'\t')] {
        let path = dir.path().join(name);
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_path(&path).unwrap();
        writer.write_record(COLUMNS.iter().map(|column| column.header())).unwrap();
        for (index, case) in CASES.iter().enumerate() {
            let cells = COLUMNS.iter().map(|column| match cell(case, column.field, index + 2) {
                Some(T(text)) => text.to_owned(),
                Some(N(number)) => number.to_string(),
                Some(F(_, value) | E(_, value)) => value.to_owned(),
                Some(other) => format!("{other:?}"),
                None => String::new(),
            });
            writer.write_record(cells).unwrap();
        }
        writer.flush().unwrap();
        holds(&path, plain);
    }
}

fn fixtures() -> impl Iterator<Item = PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    ["odd-cells.xlsx", "odd-cells.xls", "odd-cells.ods"].into_iter().map(move |name| folder.join(name))
}

#[test]
fn odd_cells_as_libreoffice_saves_them() {
    for path in fixtures() {
        let kind = path.extension().unwrap().to_str().unwrap();
        // What LibreOffice or the format lose on the way: an .xls does not tell percentages from numbers to us, LibreOffice
        // drops the byte order mark and Chinese that a formula has made, and writes truth values into an .ods as numbers.
        holds(&path, |case| match kind {
            "xls" => !matches!(case.1, P(_) | T("\u{feff}8888888888") | F("=\"面\"&\"膜\"", _)),
            "ods" => !matches!(case.1, B(_)),
            _ => true,
        });
    }
}

/// Our readers and calamine see the same cells.
#[test]
fn every_reader_sees_the_same_cells() {
    let dir = TempDir::new().unwrap();
    let own = dir.path().join("odd-cells.xlsx");
    workbook(&own);
    let template = dir.path().join("template.xlsx");
    sheet::template::write_template(&template, Catalogue::builtin()).unwrap();
    let samples = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/filings.xlsx"));
    for path in fixtures().chain([own, template, samples]) {
        let mut rows: Vec<(u32, Vec<Option<Cell>>)> = Vec::new();
        let mut sheet_name = String::new();
        sheet::read(&path, &mut |part| {
            match part {
                Part::Header(header) => sheet_name = header.sheet.unwrap(),
                Part::Row(row) => rows.push((row.number, row.cells)),
            }
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
        let range = calamine::open_workbook_auto(&path).unwrap().worksheet_range(&sheet_name).unwrap();
        assert!(!rows.is_empty());
        for (number, cells) in rows {
            for (column, cell) in (0..).zip(cells) {
                let other = range.get_value((number - 1, column)).cloned().unwrap_or_default();
                let same = match (&cell, &other) {
                    (None, other) => matches!(other, calamine::Data::Empty) || other.to_string().is_empty(),
                    (Some(Cell::Text(text)), calamine::Data::String(other)) => text.trim() == other.trim(),
                    (Some(Cell::Number(number) | Cell::Percent(number)), calamine::Data::Float(other)) => {
                        number == other
                    }
                    (Some(Cell::Number(number)), calamine::Data::Int(other)) => {
                        number.to_string() == other.to_string()
                    }
                    (Some(Cell::Bool(truth)), calamine::Data::Bool(other)) => truth == other,
                    (Some(Cell::Date(_)), calamine::Data::DateTime(_) | calamine::Data::DateTimeIso(_)) => {
                        true
                    }
                    (Some(Cell::Error(text)), calamine::Data::Error(other)) => *text == other.to_string(),
                    // calamine does not know errors of OpenDocument.
                    (Some(Cell::Error(_)), calamine::Data::String(_) | calamine::Data::Empty) => {
                        path.extension().is_some_and(|kind| kind == "ods")
                    }
                    _ => false,
                };
                assert!(same, "{} row {number} column {column}: {cell:?} and {other:?}", path.display());
            }
        }
    }
}
