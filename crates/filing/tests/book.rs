//! The book through time: history, undoing, numbers of imports.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::sync::Arc;

use filing::barcode::Barcode;
use filing::book::{Book, Filter, ImportId, ImportState, Index, Search, UndoError, Undone};
use filing::import::{FileReport, ImportOptions, SheetFile, import_file, rehearse_file};
use filing::record::CheckOptions;
use jiff::Timestamp;
use ports::store::{Batch, Change, Expect, Key, MemoryStore, Store, StoreError, Write};
use tempfile::TempDir;

const HEADER: &str = "商品条码,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位,品牌";
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

struct Shop {
    dir: TempDir,
    book: Book,
}

impl Shop {
    fn new() -> Self {
        Self { dir: TempDir::new().unwrap(), book: Book::open(Arc::new(MemoryStore::new())).unwrap() }
    }

    /// Imports articles given as `BARCODE=name`; a rehearsal before it has foretold the same.
    fn import(&self, articles: &str) -> FileReport {
        let rows: Vec<String> = articles
            .split(' ')
            .map(|article| article.split_once('=').unwrap())
            .map(|(barcode, name)| format!("{barcode},{name},9999999999,1,035,"))
            .collect();
        let path = self.dir.path().join(format!("{}.csv", articles.replace(' ', "_")));
        fs::write(&path, format!("{HEADER}\n{}\n", rows.join("\n"))).unwrap();
        let options = ImportOptions {
            check: CheckOptions::builtin(Some("杭州".into()), jiff::civil::date(2026, 11, 22)),
            sheet: None,
            whole_file: false,
            now: NOW,
            progress: None,
        };
        let file = SheetFile { path: &path, name: Some("goods.csv") };
        let rehearsed = rehearse_file(&self.book, file, &options).unwrap();
        let report = import_file(&self.book, &path, &options).unwrap();
        assert_eq!(rehearsed.counts(), report.counts());
        assert_eq!((rehearsed.file(), rehearsed.import_id()), ("goods.csv", None));
        report
    }

    /// The barcodes that a search finds.
    fn found(&self, text: &str) -> String {
        let index = Index::of(&self.book).unwrap();
        let (count, found) = index.search(&Search { port: None, text: text.to_owned() }, 0, 10);
        assert_eq!(count, found.len());
        found.iter().map(|found| found.barcode.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn undo(&self, id: u32) -> Undone {
        self.book.undo(number(id), NOW, &mut |_| {}).unwrap()
    }

    fn names(&self) -> String {
        let all = self.book.list(&Filter::default(), None, 100).unwrap();
        let names: Vec<String> =
            all.iter().map(|filing| format!("{}={}", filing.barcode, filing.name.as_str())).collect();
        names.join(" ")
    }

    fn changes(&self, barcode: &str) -> Vec<String> {
        let history = self.book.history("杭州", &Barcode::parse(barcode).unwrap()).unwrap();
        let told = history.iter().map(|past| {
            let name = past.changes.iter().find(|change| change.field == "name").unwrap();
            let mark = if past.current { "*" } else { "" };
            format!("{}{mark}: {:?} -> {:?}", past.import.id, name.old, name.new)
        });
        told.collect()
    }
}

fn number(id: u32) -> ImportId {
    ImportId::parse(&id.to_string()).unwrap()
}

#[test]
fn undoing_takes_back_what_an_import_brought_and_keeps_what_was_changed_later() {
    let shop = Shop::new();
    assert_eq!(shop.import("A=皂 B=梳").import_id(), Some(number(1)));
    assert_eq!(shop.import("A=香皂 C=杯 D=碗").import_id(), Some(number(2)));
    shop.import("D=大碗");
    let undone = shop.undo(2);
    assert_eq!((undone.doing.removed, undone.doing.restored, undone.doing.kept), (1, 1, 1));
    let kept: Vec<_> = undone.kept.iter().map(|kept| (kept.barcode.as_str(), kept.import)).collect();
    assert_eq!(kept, [("D", number(3))]);
    assert_eq!(shop.names(), "A=皂 B=梳 D=大碗");
    // The undone import stays in the list.
    let states: Vec<_> = shop.book.imports().unwrap().iter().map(|import| import.state).collect();
    assert_eq!(states, [ImportState::Committed, ImportState::Undone, ImportState::Committed]);
    // Undoing the later one too takes the filing out of the book: what lies below it is undone.
    let undone = shop.undo(3);
    assert_eq!((undone.doing.removed, undone.doing.restored), (1, 0));
    assert_eq!(shop.names(), "A=皂 B=梳");
}

#[test]
fn undoing_twice_changes_nothing_and_importing_again_brings_it_back() {
    let shop = Shop::new();
    shop.import("A=皂");
    shop.import("A=香皂");
    let first = shop.undo(2);
    let again = shop.undo(2);
    assert!(again.already && !first.already);
    assert_eq!(again.doing, first.doing);
    let report = shop.import("A=香皂");
    assert_eq!((report.import_id(), report.counts().unwrap().changed), (Some(number(3)), 1));
    assert_eq!(shop.names(), "A=香皂");
    // What the third import changed is what counted then: the first version, not the undone one.
    let some = |name: &str| format!("Some({name:?})");
    assert_eq!(
        shop.changes("A"),
        [
            format!("1: None -> {}", some("皂")),
            format!("2: {} -> {}", some("皂"), some("香皂")),
            format!("3*: {} -> {}", some("皂"), some("香皂")),
        ]
    );
}

#[test]
fn an_import_that_changes_nothing_has_no_number() {
    let shop = Shop::new();
    shop.import("A=皂");
    let report = shop.import("A=皂");
    assert_eq!((report.import_id(), report.counts().unwrap().unchanged), (None, 1));
    assert_eq!(shop.book.imports().unwrap().len(), 1);
}

#[test]
fn only_imports_that_count_can_be_undone() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let shop = Shop { dir: TempDir::new().unwrap(), book: Book::open(Arc::clone(&store)).unwrap() };
    let undo = |book: &Book, id| book.undo(number(id), NOW, &mut |_| {});
    assert!(matches!(undo(&shop.book, 1), Err(UndoError::Unknown(_))));
    shop.import("A=皂");
    let filing = shop.book.list(&Filter::default(), None, 1).unwrap().remove(0);
    let mut import = shop.book.begin("lost.csv", None, NOW);
    let fields = filing::record::FilingFields {
        brand: None,
        name: filing::record::Text::parse("香皂".into()).unwrap(),
        ..(*filing).clone()
    };
    import.put(2, filing::record::Filing::new(fields).unwrap()).unwrap();
    std::mem::forget(import);
    let book = Book::open(store).unwrap();
    assert!(matches!(undo(&book, 2), Err(UndoError::NeverCounted(_))));
}

#[test]
fn numbers_of_imports_are_read_as_they_are_shown() {
    assert_eq!(ImportId::parse(" #7 "), Some(number(7)));
    for wrong in ["", "0", "-1", "+1", "七", "99999999999"] {
        assert_eq!(ImportId::parse(wrong), None, "{wrong}");
    }
}

/// More rows than one batch has, and the first one is contradicted when it has long been written.
#[test]
fn a_row_that_is_contradicted_many_batches_later_is_taken_back() {
    let shop = Shop::new();
    let rows = (0..9_000).map(|row| format!("N{row:05}=皂"));
    let path = shop.dir.path().join("long.csv");
    let lines: Vec<String> = rows
        .chain(["N00000=梳".to_owned()])
        .map(|article| format!("{},9999999999,1,035,", article.replace('=', ",")))
        .collect();
    fs::write(&path, format!("{HEADER}\n{}\n", lines.join("\n"))).unwrap();
    let options = ImportOptions {
        check: CheckOptions::builtin(Some("杭州".into()), jiff::civil::date(2026, 11, 22)),
        sheet: None,
        whole_file: false,
        now: NOW,
        progress: None,
    };
    for (new, unchanged) in [(8_999, 0), (0, 8_999)] {
        let report = import_file(&shop.book, &path, &options).unwrap();
        assert_eq!(report.refused_rows(), [2, 9_002]);
        let counts = report.counts().unwrap();
        assert_eq!((counts.new, counts.changed, counts.unchanged), (new, 0, unchanged));
        assert_eq!(shop.book.get("杭州", &Barcode::parse("N00000").unwrap()).unwrap(), None);
        assert_eq!(shop.book.list(&Filter::default(), None, 10_000).unwrap().len(), 8_999);
    }
}

#[test]
fn a_filing_of_the_older_format_is_refused() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let key = Key::of(["filing", "杭州", "A"]);
    let older = r#"{"format":1,"record":{"versions":[{"import":1,"row":2,"filing":{"port":"杭州"}}]}}"#;
    let change = Change::Put { body: older.into(), due: None };
    let batch = Batch { writes: vec![Write { key, expect: Expect::Absent, change }] };
    store.commit(batch).unwrap();
    let book = Book::open(store).unwrap();
    let refused = book.get("杭州", &Barcode::parse("A").unwrap());
    assert!(matches!(refused, Err(StoreError::Record { .. })), "{refused:?}");
}

#[test]
fn a_column_that_a_sheet_leaves_out_keeps_its_values_and_an_empty_cell_does_not() {
    let shop = Shop::new();
    let brand = |header: &str, row: &str| {
        let path = shop.dir.path().join("brand.csv");
        fs::write(&path, format!("{header}\n{row}\n")).unwrap();
        let options = ImportOptions {
            check: CheckOptions::builtin(Some("杭州".into()), jiff::civil::date(2026, 11, 22)),
            sheet: None,
            whole_file: false,
            now: NOW,
            progress: None,
        };
        let report = import_file(&shop.book, &path, &options).unwrap();
        let filing = shop.book.list(&Filter::default(), None, 1).unwrap().remove(0);
        (report.counts().unwrap(), filing.brand.as_ref().map(ToString::to_string))
    };
    assert_eq!(brand(HEADER, "A,皂,9999999999,1,035,示例").1.as_deref(), Some("示例"));
    let without = HEADER.strip_suffix(",品牌").unwrap();
    let (counts, kept) = brand(without, "A,香皂,9999999999,1,035");
    assert_eq!((counts.changed, kept.as_deref()), (1, Some("示例")));
    assert_eq!(brand(without, "A,香皂,9999999999,1,035").0.unchanged, 1);
    assert_eq!(brand(HEADER, "A,香皂,9999999999,1,035,").1, None);
}

#[test]
fn a_rehearsal_counts_contradicting_rows_as_an_import_does() {
    let shop = Shop::new();
    shop.import("A=皂 B=梳");
    let report = shop.import("A=香皂 B=梳 C=杯 A=肥皂 C=碗 D=盘");
    assert_eq!((report.refused(), report.counts().unwrap().new), (4, 1));
    assert_eq!(shop.names(), "A=皂 B=梳 D=盘");
}

#[test]
fn what_undoing_would_do_is_told_before() {
    let shop = Shop::new();
    shop.import("A=皂");
    shop.import("A=香皂 B=梳");
    let foretold = shop.book.rehearse_undo(number(2), NOW, &mut |_| {}).unwrap();
    assert_eq!(shop.names(), "A=香皂 B=梳");
    let undone = shop.undo(2);
    assert_eq!((foretold.doing, foretold.kept), (undone.doing, undone.kept));
    assert_eq!(shop.names(), "A=皂");
}

#[test]
fn the_book_is_searched_by_name_barcode_and_code() {
    let shop = Shop::new();
    shop.import("Abc-1=香皂 Abd-2=大香皂 X9=Soap");
    let index = Index::of(&shop.book).unwrap();
    assert_eq!((index.len(), index.ports()), (3, &["杭州".to_owned()][..]));
    for (text, found) in [
        ("", "Abc-1 Abd-2 X9"),
        ("香皂", "Abc-1 Abd-2"),
        ("香皂 大", "Abd-2"),
        ("aBc", "Abc-1"),
        ("SOAP", "X9"),
        ("9999", "Abc-1 Abd-2 X9"),
        ("香皂 soap", ""),
    ] {
        assert_eq!(shop.found(text), found, "{text}");
    }
    let port = |port: &str| index.search(&Search { port: Some(port.into()), text: String::new() }, 0, 0).0;
    assert_eq!((port("杭州"), port("广州")), (3, 0));
    let (count, second) = index.search(&Search::default(), 1, 1);
    assert_eq!((count, second[0].barcode.as_str()), (3, "Abd-2"));

    assert!(index.is_fresh(&shop.book).unwrap());
    shop.undo(1);
    assert!(!index.is_fresh(&shop.book).unwrap());
    assert!(Index::of(&shop.book).unwrap().is_empty());
}
