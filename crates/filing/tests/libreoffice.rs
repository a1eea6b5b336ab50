//! The way of a clerk who works in LibreOffice: the template is filled in there, imported, exported, opened and saved there
//! once more, and imported again, which changes nothing.
//!
//! The files in `fixtures` come from LibreOffice 7.4 (see `fill_template.py` beside them). The same way with the LibreOffice
//! of this machine: `cargo test -p filing --test libreoffice -- --ignored`.

#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use filing::book::{Book, Counts, Filter};
use filing::columns::Field;
use filing::import::{ImportOptions, import_file};
use filing::record::CheckOptions;
use filing::sheet::export;
use filing::sheet::template::{EXAMPLE_BARCODE, write_template};
use ports::catalogue::Catalogue;
use ports::store::MemoryStore;
use tempfile::TempDir;

/// Rows of the filled template: the example and five that were typed.
const FILINGS: u64 = 6;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn book() -> Book {
    Book::open(Arc::new(MemoryStore::new())).unwrap()
}

fn import(book: &Book, path: &Path) -> Counts {
    let options = ImportOptions {
        check: CheckOptions::builtin(None, jiff::civil::date(2026, 11, 25)),
        sheet: None,
        whole_file: false,
        now: jiff::Timestamp::UNIX_EPOCH,
        progress: None,
    };
    let report = import_file(book, path, &options).unwrap();
    assert_eq!(report.refused_rows(), [0_u32; 0], "{}", path.display());
    assert!(report.findings().of_file.is_empty(), "{}: {:?}", path.display(), report.findings().of_file);
    report.counts().unwrap()
}

const NOTHING_NEW: Counts = Counts { new: 0, changed: 0, unchanged: FILINGS };

/// Every value of every filing.
fn content(book: &Book) -> Vec<Vec<String>> {
    let filings = book.list(&Filter::default(), None, 100).unwrap();
    let cells = |filing: &filing::record::Filing| {
        filing::columns::COLUMNS.iter().map(|column| filing.cell(column.field).unwrap_or_default()).collect()
    };
    filings.iter().map(cells).collect()
}

/// From the filled template to the book and, by an export, back.
fn there_and_back(filled: &Path) -> Book {
    let own = book();
    assert_eq!(import(&own, filled), Counts { new: FILINGS, ..Counts::default() });
    let dir = TempDir::new().unwrap();
    for name in ["exported.xlsx", "exported.csv"] {
        let path = dir.path().join(name);
        assert_eq!(export::export(&own, &Filter::default(), &path).unwrap(), FILINGS);
        assert_eq!(import(&own, &path), NOTHING_NEW, "{name}");
        let fresh = book();
        import(&fresh, &path);
        assert_eq!(content(&fresh), content(&own), "{name}");
    }
    own
}

#[test]
fn a_template_filled_in_by_libreoffice_comes_back_unchanged() {
    let own = there_and_back(&fixture("filled-template.xlsx"));
    assert_eq!(content(&there_and_back(&fixture("filled-template.ods"))), content(&own));
    // As typed: leading zeros, a slash and an equals sign in text columns, a line break, a short weight.
    let filings = own.list(&Filter::default(), None, 100).unwrap();
    let of = |barcode: &str, field: Field| {
        filings.iter().find(|filing| filing.barcode.as_str() == barcode).unwrap().cell(field).unwrap()
    };
    assert_eq!(of("6907315161898", Field::ItemNo), "0012");
    assert_eq!(of("036000291452", Field::HsCode), "0402210000");
    assert_eq!(of("036000291452", Field::Brand), "=示例");
    assert_eq!(of("4006381333931", Field::CustomsSpecification), "1/2");
    assert_eq!(of("6907315161898", Field::Ingredient), "水、甘油 透明质酸钠");
    assert_eq!(of("96385074", Field::NetWeightG), "123.45");
    assert_eq!(of("MASK-1/2", Field::Country), "日本");
    assert!(filings.iter().any(|filing| filing.barcode.as_str() == EXAMPLE_BARCODE));
}

#[test]
fn an_export_that_libreoffice_has_saved_changes_nothing() {
    let own = book();
    import(&own, &fixture("filled-template.xlsx"));
    for name in ["exported.xlsx", "exported.ods", "exported.xls"] {
        assert_eq!(import(&own, &fixture(name)), NOTHING_NEW, "{name}");
    }
}

#[test]
#[ignore = "needs LibreOffice and python3-uno"]
fn the_libreoffice_of_this_machine_does_the_same() {
    let dir = TempDir::new().unwrap();
    let at = |name: &str| dir.path().join(name);
    write_template(&at("template.xlsx"), Catalogue::builtin()).unwrap();
    let script = Command::new("/usr/bin/python3")
        .arg(fixture("fill_template.py"))
        .args(["template.xlsx", "filled.xlsx", "filled.ods"].map(at))
        .status();
    assert!(script.unwrap().success());
    let own = there_and_back(&at("filled.xlsx"));
    assert_eq!(content(&there_and_back(&at("filled.ods"))), content(&own));
    assert_eq!(content(&there_and_back(&fixture("filled-template.xlsx"))), content(&own));

    export::export(&own, &Filter::default(), &at("exported.xlsx")).unwrap();
    let folder = at("saved");
    for (kind, extension) in [("xlsx:Calc MS Excel 2007 XML", "xlsx"), ("ods", "ods"), ("xls", "xls")] {
        let saved = Command::new("soffice")
            .arg(format!("-env:UserInstallation=file://{}", at("profile").display()))
            .args(["--headless", "--convert-to", kind, "--outdir"])
            .args([&folder, &at("exported.xlsx")])
            .status();
        assert!(saved.unwrap().success());
        assert_eq!(import(&own, &folder.join("exported").with_extension(extension)), NOTHING_NEW, "{kind}");
    }
}
