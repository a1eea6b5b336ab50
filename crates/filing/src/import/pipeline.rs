//! The threads of an import and the queues between them.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use ports::fault::{Fault, Kind};

use super::report::FileReport;
use super::{ImportOptions, SheetFile};
use crate::barcode::Barcode;
use crate::book::Contradicted;
use crate::cell::Row;
use crate::columns::{Field, Header};
use crate::duplicates::{Duplicates, Verdict};
use crate::faults;
use crate::finding::{Finding, Findings, RowFindings};
use crate::hs::HsCode;
use crate::record::{Checked, Checker, Filing};
use crate::sheet::{self, Extent, Part};
use crate::tariff;

/// Rows that travel together: enough that the queues cost nothing.
const ROWS_TOGETHER: usize = 256;

/// Bytes of text that travel together: a bundle of ordinary rows has half of it, and one of rows as long as the reader lets
/// through is not many times larger.
const BYTES_TOGETHER: usize = 256 << 10;

/// Bundles that may wait in a queue: enough to even out the paces, little to hold.
const QUEUE_BUNDLES: usize = 4;

/// What is to be done to the book.
#[derive(Debug)]
pub(super) enum Step {
    /// A file begins.
    Begin { file: String, sheet: Option<String>, absent: Vec<Field> },
    /// A row is good.
    Put { row: u32, filing: Box<Filing> },
    /// The good row of this key is contradicted by a later one.
    Retract { port: String, barcode: Barcode },
}

enum Bundle {
    Header(Box<Header>),
    Rows(Vec<Row>),
}

/// Reads and checks a file; `store` gets every step in order, on the caller's thread, tells where the book says otherwise, and
/// stops everything by an error.
pub(super) fn run(
    sheet_file: SheetFile<'_>,
    options: &ImportOptions<'_>,
    store: &mut dyn FnMut(Step) -> Result<Vec<Contradicted>, ()>,
) -> FileReport {
    let (path, file) = (sheet_file.path, sheet_file.shown());
    let (to_checker, rows) = sync_channel::<Bundle>(QUEUE_BUNDLES);
    let (to_store, steps) = sync_channel::<Vec<Step>>(QUEUE_BUNDLES);
    let file_name = file.clone();
    let mut of_book = RowFindings::default();
    let (end, mut found, rows) = thread::scope(|scope| {
        let sheet = options.sheet.as_deref();
        let reader = scope.spawn(move || read(path, sheet, &to_checker));
        let checker = scope.spawn(move || check(file_name, options, &rows, &to_store));
        'steps: while let Ok(bundle) = steps.recv() {
            for step in bundle {
                let row = if let Step::Put { row, .. } = &step { *row } else { 0 };
                match store(step) {
                    Ok(contradicted) => {
                        of_book.extend(contradicted.into_iter().map(|one| differs(row, &one)))
                    }
                    Err(()) => break 'steps,
                }
            }
        }
        // The other threads end when they find the queue closed.
        drop(steps);
        // A thread that has broken down has not seen the whole file: nothing of it may be taken.
        let broken = || Box::new(faults::FILE_BROKE.fault());
        let checked = checker.join().map_err(|_| broken());
        let end = reader.join().unwrap_or_else(|_| Err(broken()));
        let (found, count, end) = match checked {
            Ok((found, count)) => (found, count, end),
            Err(fault) => (Findings { file: file.clone(), ..Findings::default() }, 0, Err(fault)),
        };
        (end, found, count)
    });
    found.of_rows = found.of_rows.joined(of_book);
    let stopped = found.of_file.iter().any(Fault::is_error);
    let mut place = ports::fault::Place::file(file);
    place.sheet = found.header.as_ref().and_then(|header| header.sheet.clone());
    match end {
        Err(mut fault) => {
            fault.at = place;
            found.of_file.push(*fault);
        }
        Ok(extent) => {
            if rows == 0 && !stopped {
                found.of_file.push(faults::SHEET_ROWS.at(place.clone()));
            }
            found.of_file.extend(extent.notices.into_iter().map(|notice| notice.placed(place.clone())));
        }
    }
    FileReport::new(found, rows)
}

/// The warning of a row that says otherwise than the book.
fn differs(row: u32, contradicted: &Contradicted) -> Finding {
    let Contradicted { field, known, given } = contradicted;
    let finding = Finding::cell(&faults::BOOK_DIFFERS, row, *field, Some(given.as_deref().unwrap_or("-")));
    finding.with("known", known)
}

/// Takes the file apart.
fn read(path: &Path, sheet: Option<&str>, to_checker: &SyncSender<Bundle>) -> Result<Extent, Box<Fault>> {
    let mut rows = Vec::with_capacity(ROWS_TOGETHER);
    let mut bytes = 0;
    let send = |bundle| match to_checker.send(bundle) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    let end = sheet::read_sheet(path, sheet, &mut |part| match part {
        Part::Header(header) => send(Bundle::Header(header)),
        Part::Row(row) => {
            bytes += row.bytes();
            rows.push(row);
            if rows.len() < ROWS_TOGETHER && bytes < BYTES_TOGETHER {
                return ControlFlow::Continue(());
            }
            bytes = 0;
            send(Bundle::Rows(std::mem::replace(&mut rows, Vec::with_capacity(ROWS_TOGETHER))))
        }
    });
    if !rows.is_empty() {
        let _ = send(Bundle::Rows(rows));
    }
    end
}

/// Checks the rows as they come.
fn check(
    file: String,
    options: &ImportOptions<'_>,
    rows: &Receiver<Bundle>,
    to_store: &SyncSender<Vec<Step>>,
) -> (Findings, u64) {
    let mut stage = Stage {
        found: Findings { file, ..Findings::default() },
        checker: Checker::new(&options.check),
        duplicates: Duplicates::default(),
        expiry: Expiry { options, known: HashMap::new() },
        steps: Vec::new(),
    };
    let mut count = 0_u64;
    while let Ok(bundle) = rows.recv() {
        match bundle {
            Bundle::Header(header) => {
                let default_port = options.check.default_port.is_some();
                stage.found.of_file = header.faults(&stage.found.file, default_port);
                let (sheet, absent) = (header.sheet.clone(), header.absent());
                stage.found.header = Some(*header);
                if stage.found.of_file.iter().any(Fault::is_error) {
                    break;
                }
                stage.steps.push(Step::Begin { file: stage.found.file.clone(), sheet, absent });
            }
            Bundle::Rows(rows) => {
                count += u64::try_from(rows.len()).unwrap_or(u64::MAX);
                for row in &rows {
                    stage.row(row);
                }
                if let Some(progress) = options.progress {
                    progress(count);
                }
            }
        }
        if !stage.steps.is_empty() && to_store.send(std::mem::take(&mut stage.steps)).is_err() {
            break;
        }
    }
    stage.found.sort();
    (stage.found, count)
}

struct Stage<'o> {
    found: Findings,
    checker: Checker<'o>,
    duplicates: Duplicates,
    expiry: Expiry<'o>,
    steps: Vec<Step>,
}

/// Codes that have ended or end soon, remembered: a sheet has many rows of few codes.
struct Expiry<'o> {
    options: &'o ImportOptions<'o>,
    known: HashMap<HsCode, Option<(&'static Kind, String)>>,
}

impl Expiry<'_> {
    fn warning(&mut self, row: u32, hs: HsCode) -> Option<Finding> {
        let check = &self.options.check;
        let known = self.known.entry(hs).or_insert_with(|| tariff::ending(check.tariff, hs, check.today));
        let (kind, until) = known.as_ref()?;
        let finding = Finding::cell(kind, row, Field::HsCode, Some(hs.as_str()));
        Some(finding.with("hs", hs).with("until", until))
    }
}

impl Stage<'_> {
    fn row(&mut self, row: &Row) {
        let Some(header) = &self.found.header else {
            return;
        };
        let mut checked = self.checker.check(header, row);
        checked.findings.extend(
            checked.filing.as_ref().and_then(|filing| self.expiry.warning(row.number, filing.hs_code)),
        );
        let found = &mut self.found.of_rows;
        found.extend(std::mem::take(&mut checked.findings));
        let verdict = match &checked.key {
            Some(key) => self.duplicates.add(key, &checked, row),
            None => Verdict::First,
        };
        let Checked { row, key, filing, .. } = checked;
        let barcode = key.as_ref().map(|(_, barcode)| barcode.as_str());
        let about = |kind, row| Finding::cell(kind, row, Field::Barcode, barcode);
        match verdict {
            Verdict::First => {
                self.steps.extend(filing.map(|filing| Step::Put { row, filing: Box::new(filing) }));
            }
            Verdict::Same { first } => {
                found.push(about(&faults::ROW_TWICE, row).with("other", first));
            }
            Verdict::Conflict { first, newly } => {
                found.push(about(&faults::ROW_CONFLICT, row).with("other", first));
                if newly.is_empty() {
                    return;
                }
                found.extend(
                    newly.into_iter().map(|earlier| about(&faults::ROW_CONFLICT, earlier).with("other", row)),
                );
                // When the first row was refused itself, there is nothing to take back, which does no harm.
                self.steps.extend(key.map(|(port, barcode)| Step::Retract { port, barcode }));
            }
        }
    }
}
