//! Whole files into the book: reading, checking and storing at the same time.
//!
//! One thread takes the file apart, one checks rows, one gathers them into batches, one writes these to the store; bounded
//! queues lie between them, so that a file of any size takes the same memory and the slowest sets the pace.

mod pipeline;
mod report;

use std::path::Path;

use jiff::Timestamp;
use ports::store::StoreError;

use self::pipeline::{Step, run};
pub use self::report::FileReport;
use crate::book::{Book, Contradicted, Outcome};
use crate::faults;
use crate::record::CheckOptions;

/// How files are imported.
#[derive(Clone)]
pub struct ImportOptions<'p> {
    /// What the rules need to know: default port, day, tariff and ports.
    pub check: CheckOptions<'p>,
    /// The sheet to read; the one that looks most like filings when none is named.
    pub sheet: Option<String>,
    /// Take every row or none.
    pub whole_file: bool,
    /// The moment of the import, for the history.
    pub now: Timestamp,
    /// Told now and then how many rows were read so far.
    pub progress: Option<&'p (dyn Fn(u64) + Sync)>,
}

/// Reads and checks a file and writes nothing.
pub fn check_file(path: &Path, options: &ImportOptions<'_>) -> FileReport {
    run(path, options, &mut |_| Ok(Vec::new()))
}

/// The same, and tells where a row says otherwise than the book.
///
/// # Errors
/// [`StoreError`] when the book cannot be read.
pub fn check_against(
    book: &Book,
    path: &Path,
    options: &ImportOptions<'_>,
) -> Result<FileReport, StoreError> {
    let mut absent = Vec::new();
    let mut broken = None;
    let report = run(path, options, &mut |step| match step {
        Step::Begin { absent: columns, .. } => {
            absent = columns;
            Ok(Vec::new())
        }
        Step::Put { filing, .. } => match book.get(&filing.port, &filing.barcode) {
            Ok(Some(present)) => Ok(Contradicted::all(&present, &filing.completed(&absent, &present))),
            Ok(None) => Ok(Vec::new()),
            Err(error) => {
                broken = Some(error);
                Err(())
            }
        },
        Step::Retract { .. } => Ok(Vec::new()),
    });
    broken.map_or(Ok(report), Err)
}

/// Imports a file into the book: the good rows, or with `whole_file` all or none. What is wrong with the file or its rows
/// stands in the report.
///
/// # Errors
/// [`StoreError`] when the book cannot be read or written: nothing of the file counts then, and the import can be run again.
pub fn import_file(book: &Book, path: &Path, options: &ImportOptions<'_>) -> Result<FileReport, StoreError> {
    if options.whole_file {
        // Checked through first, so that a file with a bad row leaves no trace in the store.
        let report = check_against(book, path, options)?;
        if report.has_file_errors() || report.refused() > 0 {
            return Ok(refused_whole(report));
        }
    }
    let mut import = None;
    let mut broken = None;
    let mut report = run(path, options, &mut |step| {
        let done = match (step, &mut import) {
            (Step::Begin { file, sheet, absent }, _) => {
                import = Some(book.begin(&file, sheet.as_deref(), options.now).leaving(absent));
                Ok(Vec::new())
            }
            (Step::Put { row, filing }, Some(import)) => {
                import.put(row, *filing).map(|outcome| match outcome {
                    Outcome::Changed { contradicted } => contradicted,
                    Outcome::New | Outcome::Unchanged => Vec::new(),
                })
            }
            (Step::Retract { port, barcode }, Some(import)) => {
                import.retract(&port, &barcode).map(|()| Vec::new())
            }
            (Step::Put { .. } | Step::Retract { .. }, None) => Ok(Vec::new()),
        };
        done.map_err(|error| broken = Some(error))
    });
    if let Some(error) = broken {
        return Err(error);
    }
    let torn = report.has_file_errors();
    let incomplete = options.whole_file && report.refused() > 0;
    match import {
        Some(import) if torn || incomplete => import.abandon()?,
        Some(mut import) => {
            import.note_rows(report.rows(), report.refused());
            let id = import.id();
            report.taken(import.commit()?, id);
        }
        None => {}
    }
    Ok(if incomplete { refused_whole(report) } else { report.imported() })
}

fn refused_whole(mut report: FileReport) -> FileReport {
    if report.refused() > 0 && !report.has_file_errors() {
        report.add(faults::FILE_WHOLE.fault().with("refused", report.refused()));
    }
    report.imported()
}
