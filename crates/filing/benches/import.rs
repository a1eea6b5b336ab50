//! Import of 100,000 filings with every column, checked and stored durably.

#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use filing::book::Book;
use filing::import::{ImportOptions, check_file, import_file};
use filing::record::CheckOptions;
use ports::store::SledStore;

#[path = "sheet/mod.rs"]
mod made;

/// Rows of the sheet; `FILING_BENCH_ROWS` sets another number.
const ROWS: u32 = 100_000;

fn rows() -> u32 {
    std::env::var("FILING_BENCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(ROWS)
}

/// The sheet, made once and kept.
fn sheet(rows: u32) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("filings-{rows}.xlsx"));
    if path.exists() {
        return path;
    }
    made::make(rows, &path);
    path
}

fn options() -> ImportOptions<'static> {
    ImportOptions {
        check: CheckOptions::builtin(None, jiff::civil::date(2026, 11, 22)),
        sheet: None,
        whole_file: false,
        now: jiff::Timestamp::UNIX_EPOCH,
        progress: None,
    }
}

fn import(criterion: &mut Criterion) {
    let rows = rows();
    let path = sheet(rows);
    let mut group = criterion.benchmark_group("filing");
    group.sample_size(10);
    group.bench_function(format!("check {rows} rows"), |bencher| {
        bencher.iter(|| {
            let report = check_file(&path, &options());
            assert_eq!(report.accepted(), u64::from(rows));
        });
    });
    group.bench_function(format!("import {rows} rows into sled"), |bencher| {
        bencher.iter_with_large_drop(|| {
            let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
            let store = SledStore::open(&dir.path().join("store")).unwrap();
            let report = import_file(&Book::open(Arc::new(store)).unwrap(), &path, &options()).unwrap();
            assert_eq!(report.counts().unwrap().new, u64::from(rows));
            dir
        });
    });
    group.finish();
}

criterion_group!(benches, import);
criterion_main!(benches);
