//! An import killed at any moment counts wholly or not at all.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use filing::book::{Book, Filter};
use filing::import::{ImportOptions, import_file};
use filing::record::CheckOptions;
use ports::store::SledStore;

/// Rows of the file: several batches of the book.
const ROWS: usize = 12_000;
/// Where the killed process works.
const DIR: &str = "FILING_KILLED_IMPORT_DIR";

fn import(dir: &Path) {
    let book = open(dir);
    let options = ImportOptions {
        check: CheckOptions::builtin(Some("杭州".into()), jiff::civil::date(2026, 11, 22)),
        whole_file: false,
        now: jiff::Timestamp::UNIX_EPOCH,
        progress: None,
    };
    import_file(&book, &dir.join("goods.csv"), &options).unwrap();
}

fn open(dir: &Path) -> Book {
    Book::open(Arc::new(SledStore::open(&dir.join("store")).unwrap())).unwrap()
}

fn count(dir: &Path) -> usize {
    let mut count = 0;
    let each = &mut |_| {
        count += 1;
        ControlFlow::Continue(())
    };
    open(dir).each(&Filter::default(), each).unwrap();
    count
}

#[test]
#[ignore = "the process that the other test kills"]
fn victim() {
    if let Ok(dir) = std::env::var(DIR) {
        import(Path::new(&dir));
    }
}

#[test]
fn a_killed_import_counts_wholly_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = String::from("商品条码,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位\n");
    for row in 0..ROWS {
        writeln!(text, "N{row},皂,9999999999,1,035").unwrap();
    }
    fs::write(dir.path().join("goods.csv"), text).unwrap();
    for millis in [60, 150, 300, 500, 800] {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "victim", "--ignored"])
            .env(DIR, dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        sleep(Duration::from_millis(millis));
        victim.kill().unwrap();
        victim.wait().unwrap();
        let count = count(dir.path());
        assert!(count == 0 || count == ROWS, "{count} filings after {millis} ms");
    }
    import(dir.path());
    assert_eq!(count(dir.path()), ROWS);
}
