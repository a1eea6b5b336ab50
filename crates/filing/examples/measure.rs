//! Makes sheets of filings, and measures how long they take to check and import and how much memory that needs.
//!
//! ```text
//! measure make ROWS FILE.xlsx      a sheet of filings with every column
//! measure read FILE                its cells, read and dropped
//! measure check FILE               with all rules, nothing written
//! measure import FILE DIR          into a new durable store in DIR
//! ```
//! The last line tells seconds and the most memory the process ever held, in megabytes.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use filing::book::Book;
use filing::import::{ImportOptions, check_file, import_file};
use filing::record::CheckOptions;
use filing::sheet::{self, Part};
use ports::store::SledStore;

#[path = "../benches/sheet/mod.rs"]
mod made;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let began = Instant::now();
    match args.as_slice() {
        ["make", rows, file] => made::make(rows.parse().unwrap(), Path::new(file)),
        ["read", file] => {
            let (mut rows, mut cells) = (0_u64, 0_usize);
            let mut count = |part| {
                if let Part::Row(row) = part {
                    rows += 1;
                    cells += row.cells.iter().flatten().count();
                }
                ControlFlow::Continue(())
            };
            sheet::read(Path::new(file), &mut count).unwrap();
            println!("{rows} rows, {cells} cells");
        }
        ["check", file] => {
            let report = check_file(Path::new(file), &options());
            println!("{} rows, {} accepted", report.rows(), report.accepted());
        }
        ["import", file, dir] => {
            let store = SledStore::open(Path::new(dir)).unwrap();
            let report =
                import_file(&Book::open(Arc::new(store)).unwrap(), Path::new(file), &options()).unwrap();
            println!("{} rows, {:?}", report.rows(), report.counts().unwrap());
        }
        _ => println!("measure make ROWS FILE | read FILE | check FILE | import FILE DIR"),
    }
    println!("{} ms, {} MB", began.elapsed().as_millis(), peak_megabytes());
}

/// The most memory the process ever held, as Linux tells it.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
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
