//! Import of 100,000 filings with every column, checked and stored durably.

#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use filing::book::Book;
use filing::columns::{COLUMNS, Field};
use filing::import::{ImportOptions, check_file, import_file};
use filing::record::CheckOptions;
use ports::store::SledStore;
use rust_xlsxwriter::Workbook;

/// Rows of the sheet; `FILING_BENCH_ROWS` sets another number.
const ROWS: u32 = 100_000;

fn rows() -> u32 {
    std::env::var("FILING_BENCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(ROWS)
}

/// The sheet, made once and kept: a real export has most of its text apart from row to row.
fn sheet(rows: u32) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("filings-{rows}.xlsx"));
    if path.exists() {
        return path;
    }
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (index, column) in (0..).zip(&COLUMNS) {
        sheet.write(0, index, column.header()).unwrap();
    }
    for row in 1..=rows {
        for (index, column) in (0..).zip(&COLUMNS) {
            let text = match column.field {
                Field::Barcode => gtin(690_000_000_000 + u64::from(row)),
                Field::SpvId => format!("58e5a8e4c9d7597d{row:08x}"),
                Field::ItemNo => format!("MASK-{row}"),
                Field::ItemRecordNo => format!("HZ{row:08}"),
                Field::Name => format!("补水面膜{row}号"),
                Field::CustomsPhotosUrls => format!("https://img.example.com/goods/{row}-1.jpg"),
                _ => column.example.to_owned(),
            };
            let amount = matches!(
                column.field,
                Field::Quantity1
                    | Field::Quantity2
                    | Field::ImportCost
                    | Field::NetWeightG
                    | Field::GrossWeightG
            );
            match text.parse::<f64>() {
                Ok(number) if amount => sheet.write_number(row, index, number).unwrap(),
                _ => sheet.write_string(row, index, text).unwrap(),
            };
        }
    }
    workbook.save(&path).unwrap();
    path
}

/// Twelve digits with their check digit.
fn gtin(body: u64) -> String {
    let digits = body.to_string();
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| u32::from(byte - b'0') * if place % 2 == 0 { 3 } else { 1 })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
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
