//! Whole files into the book: reading, checking and storing at the same time.
//!
//! One thread takes the file apart, one checks rows, one gathers them into batches, one writes these to the store; bounded
//! queues lie between them, so that a file of any size takes the same memory and the slowest sets the pace.

mod pipeline;
mod report;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ports::store::StoreError;

use self::pipeline::{Step, run};
pub use self::report::FileReport;
use crate::book::{Book, Contradicted, Counts, Outcome};
use crate::faults;
use crate::record::CheckOptions;

/// A file to read, and what it is called in reports and in the list of imports: its path, unless it has another name.
#[derive(Debug, Clone, Copy)]
pub struct SheetFile<'f> {
    /// Where it is.
    pub path: &'f Path,
    /// What people know it by.
    pub name: Option<&'f str>,
}

impl<'f> From<&'f Path> for SheetFile<'f> {
    fn from(path: &'f Path) -> Self {
        Self { path, name: None }
    }
}

impl<'f> From<&'f PathBuf> for SheetFile<'f> {
    fn from(path: &'f PathBuf) -> Self {
        Self::from(path.as_path())
    }
}

impl SheetFile<'_> {
    fn shown(self) -> String {
        self.name.map_or_else(|| self.path.to_string_lossy().into_owned(), str::to_owned)
    }
}

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
pub fn check_file<'f>(file: impl Into<SheetFile<'f>>, options: &ImportOptions<'_>) -> FileReport {
    run(file.into(), options, &mut |_| Ok(Vec::new()))
}

/// The same, and tells where a row says otherwise than the book.
///
/// # Errors
/// [`StoreError`] when the book cannot be read.
pub fn check_against<'f>(
    book: &Book,
    file: impl Into<SheetFile<'f>>,
    options: &ImportOptions<'_>,
) -> Result<FileReport, StoreError> {
    Ok(rehearse(book, file.into(), options)?.0)
}

/// The same, and tells what importing the file would do to the book: the counts are those that taking its good rows now
/// would give. Nothing is written.
///
/// # Errors
/// [`StoreError`] when the book cannot be read.
pub fn rehearse_file<'f>(
    book: &Book,
    file: impl Into<SheetFile<'f>>,
    options: &ImportOptions<'_>,
) -> Result<FileReport, StoreError> {
    let (mut report, counts) = rehearse(book, file.into(), options)?;
    if !report.has_file_errors() {
        report.taken(counts, None);
    }
    Ok(report.imported())
}

fn rehearse(
    book: &Book,
    file: SheetFile<'_>,
    options: &ImportOptions<'_>,
) -> Result<(FileReport, Counts), StoreError> {
    let mut rehearsal = book.rehearse();
    let mut broken = None;
    let report = run(file, options, &mut |step| {
        let done = match step {
            Step::Begin { absent, .. } => {
                rehearsal.leave(absent);
                Ok(Vec::new())
            }
            Step::Put { filing, .. } => rehearsal.put(*filing).map(contradicted),
            Step::Retract { port, barcode } => {
                rehearsal.retract(port, barcode);
                Ok(Vec::new())
            }
        };
        done.map_err(|error| broken = Some(error))
    });
    match broken {
        Some(error) => Err(error),
        None => Ok((report, rehearsal.counts())),
    }
}

fn contradicted(outcome: Outcome) -> Vec<Contradicted> {
    match outcome {
        Outcome::Changed { contradicted } => contradicted,
        Outcome::New | Outcome::Unchanged => Vec::new(),
    }
}

/// Imports a file into the book: the good rows, or with `whole_file` all or none. What is wrong with the file or its rows
/// stands in the report.
///
/// # Errors
/// [`StoreError`] when the book cannot be read or written: nothing of the file counts then, and the import can be run again.
pub fn import_file<'f>(
    book: &Book,
    file: impl Into<SheetFile<'f>>,
    options: &ImportOptions<'_>,
) -> Result<FileReport, StoreError> {
    let file = file.into();
    if options.whole_file {
        // Checked through first, so that a file with a bad row leaves no trace in the store.
        let report = check_against(book, file, options)?;
        if report.has_file_errors() || report.refused() > 0 {
            return Ok(refused_whole(report));
        }
    }
    let mut import = None;
    let mut broken = None;
    let mut report = run(file, options, &mut |step| {
        let done = match (step, &mut import) {
            (Step::Begin { file, sheet, absent }, _) => {
                import = Some(book.begin(&file, sheet.as_deref(), options.now).leaving(absent));
                Ok(Vec::new())
            }
            (Step::Put { row, filing }, Some(import)) => import.put(row, *filing).map(contradicted),
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
