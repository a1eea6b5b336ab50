//! An import that is killed leaves all of its rows or none, and running it again ends in the same book.
//!
//! The test runs this same binary again as a worker that imports a sheet, kills it (SIGKILL) at random moments, and looks
//! at the book it left.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::fmt::Write as _;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use filing::book::{Book, Filter};
use filing::import::{ImportOptions, import_file};
use filing::record::CheckOptions;
use ports::store::SledStore;

/// Where the worker works; set in its environment.
const DIR: &str = "KILLED_IMPORT_DIR";
/// Which sheet it imports.
const SHEET: &str = "KILLED_IMPORT_SHEET";

/// The sheets, taken in turn: every row of one differs from the same row of the others.
const SHEETS: [&str; 2] = ["a.csv", "b.csv"];

#[test]
fn a_killed_import_leaves_all_or_nothing() {
    kill_imports(10_000, 15);
}

#[test]
#[ignore = "takes minutes"]
fn a_hundred_kills_of_a_large_import_leave_all_or_nothing() {
    kill_imports(50_000, 100);
}

fn kill_imports(rows: u64, kills: u32) {
    let dir = tempfile::tempdir().unwrap();
    for sheet in SHEETS {
        write_sheet(&dir.path().join(sheet), rows);
    }
    let mut length = Duration::ZERO;
    for sheet in SHEETS {
        // From a first import into an empty book to one that changes every row.
        let begun = Instant::now();
        assert!(worker(dir.path(), sheet).wait().unwrap().success());
        length = begun.elapsed();
    }
    let mut chance = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let mut counts = SHEETS[1];
    let (mut before, mut after) = (0, 0);
    for kill in 0..kills {
        let next = if counts == SHEETS[0] { SHEETS[1] } else { SHEETS[0] };
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Half as long again as an import takes, so that some kills come too late.
        let bound = u64::try_from(length.as_micros()).unwrap() * 3 / 2;
        let moment = Duration::from_micros((chance >> 33) % bound);
        let mut import = worker(dir.path(), next);
        std::thread::sleep(moment);
        import.kill().unwrap();
        import.wait().unwrap();
        let found = look(dir.path(), rows);
        assert!(SHEETS.contains(&found.as_str()), "kill {kill} after {moment:?} left {found}");
        if found == next {
            after += 1;
            counts = next;
        } else {
            before += 1;
        }
        // Now and then it is run again to its end.
        if kill % 4 == 3 {
            assert!(worker(dir.path(), next).wait().unwrap().success());
            assert_eq!(look(dir.path(), rows), next);
            counts = next;
        }
    }
    eprintln!("{rows} rows in {length:?}: {before} kills left nothing of the file, {after} all of it");
    assert!(before > 0, "no kill came before the end");
}

fn worker(dir: &Path, sheet: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "import", "--ignored", "--test-threads=1"])
        .env(DIR, dir)
        .env(SHEET, sheet)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn write_sheet(path: &Path, rows: u64) {
    let mut text = "商品条码,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位,品牌\n".to_owned();
    let name = path.file_name().unwrap().to_str().unwrap();
    for row in 0..rows {
        writeln!(text, "N{row:07},面膜,9999999999,1,035,{name}").unwrap();
    }
    fs::write(path, text).unwrap();
}

/// Which sheet the whole book is from; tells what it found when there is more than one answer.
fn look(dir: &Path, rows: u64) -> String {
    let book = Book::open(Arc::new(SledStore::open(&dir.join("store")).unwrap())).unwrap();
    let mut counts: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    let count = &mut counts;
    book.each(&Filter::default(), &mut |filing| {
        *count.entry(filing.brand.as_ref().map(ToString::to_string).unwrap_or_default()).or_default() += 1;
        ControlFlow::Continue(())
    })
    .unwrap();
    match counts.iter().next() {
        Some((sheet, found)) if counts.len() == 1 && *found == rows => sheet.clone(),
        _ => format!("{counts:?}"),
    }
}

/// The worker: imports a sheet.
#[test]
#[ignore = "run by the tests above, as a process of its own"]
fn import() {
    let (Ok(dir), Ok(sheet)) = (std::env::var(DIR), std::env::var(SHEET)) else { return };
    let dir = Path::new(&dir);
    let book = Book::open(Arc::new(SledStore::open(&dir.join("store")).unwrap())).unwrap();
    let options = ImportOptions {
        check: CheckOptions::builtin(Some("杭州".into()), jiff::civil::date(2026, 11, 22)),
        sheet: None,
        whole_file: false,
        now: jiff::Timestamp::now(),
        progress: None,
    };
    let report = import_file(&book, &dir.join(sheet), &options).unwrap();
    assert!(report.is_clean(), "{:?}", report.findings());
}
