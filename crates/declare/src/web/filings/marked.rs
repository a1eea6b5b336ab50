//! The rows with remarks, with the clerk's own cells, for the preview.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::Path;

use filing::cell::Row;
use filing::columns::{Field, Header, Meaning};
use filing::finding::{Finding, Findings, SHOWN_LETTERS};
use filing::sheet::{Part, read_sheet};
use ports::fault::{Kind, Severity};

/// Rows that are shown: nobody mends more by hand on a page. The report workbook has all of them.
pub(super) const MAX_ROWS: usize = 2_000;

/// Columns of a row that are shown: those of a filing and some of the clerk's own.
const MAX_COLUMNS: usize = 40;

/// A row with its remarks.
#[derive(Debug)]
pub(super) struct MarkedRow {
    /// Its number as the spreadsheet shows it.
    pub(super) number: u32,
    /// Its cells that hold something, by column.
    pub(super) cells: Vec<(usize, String)>,
    pub(super) findings: Vec<Finding>,
}

impl MarkedRow {
    pub(super) fn is_refused(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }

    /// How bad the remarks about a cell are.
    pub(super) fn mark(&self, header: &Header, column: usize) -> Option<Severity> {
        let about = |finding: &&Finding| finding.field.and_then(|field| header.place(field)) == Some(column);
        self.findings.iter().filter(about).map(|finding| finding.kind.severity).max()
    }

    /// What stands in a column.
    pub(super) fn cell(&self, column: Option<usize>) -> Option<&str> {
        let column = column?;
        self.cells.iter().find(|(at, _)| *at == column).map(|(_, text)| text.as_str())
    }
}

/// The first rows with remarks, read once more from the file, and how many such rows there are.
pub(super) fn rows(path: &Path, findings: &Findings) -> (Vec<MarkedRow>, usize) {
    let mut wanted: BTreeMap<u32, Vec<Finding>> = BTreeMap::new();
    let (mut count, mut last) = (0, None);
    for finding in findings.of_rows.iter() {
        if last != Some(finding.row) {
            count += 1;
            last = Some(finding.row);
        }
        if count <= MAX_ROWS {
            wanted.entry(finding.row).or_default().push(finding);
        }
    }
    let mut rows: Vec<MarkedRow> = Vec::with_capacity(wanted.len());
    if let Some(header) = &findings.header
        && !wanted.is_empty()
    {
        // A file that cannot be read to its end has said so when it was checked.
        let _ = read_sheet(path, header.sheet.as_deref(), &mut |part| {
            if let Part::Row(row) = part
                && let Some(findings) = wanted.remove(&row.number)
            {
                rows.push(MarkedRow { number: row.number, cells: cells(header, &row), findings });
            }
            if wanted.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }
    // A row that could not be found again is shown without its cells rather than not at all.
    let lost = wanted.into_iter().map(|(number, findings)| MarkedRow { number, cells: Vec::new(), findings });
    rows.extend(lost);
    rows.sort_by_key(|row| row.number);
    (rows, count)
}

fn cells(header: &Header, row: &Row) -> Vec<(usize, String)> {
    let shown = header.meanings.iter().enumerate().filter(|(_, meaning)| **meaning != Meaning::Report);
    shown
        .filter_map(|(column, _)| {
            let text = row.get(column)?.shown();
            Some((column, text.chars().take(SHOWN_LETTERS).collect()))
        })
        .take(MAX_COLUMNS)
        .collect()
}

/// A kind of remark.
#[derive(Debug)]
pub(super) struct Remark {
    pub(super) kind: &'static Kind,
    /// How many rows have it.
    pub(super) rows: u64,
    /// The column it is about, when it is always the same.
    pub(super) field: Option<Field>,
    last: u32,
}

/// Which remarks there are: errors first, then the most frequent.
pub(super) fn remarks(findings: &Findings) -> Vec<Remark> {
    let mut remarks: HashMap<&'static str, Remark> = HashMap::new();
    for Finding { kind, row, field, .. } in findings.of_rows.iter() {
        let remark = remarks.entry(kind.code).or_insert(Remark { kind, rows: 0, field, last: 0 });
        // A row counts once for each kind.
        if remark.last != row {
            remark.rows += 1;
            remark.last = row;
        }
        if remark.field != field {
            remark.field = None;
        }
    }
    let mut remarks: Vec<Remark> = remarks.into_values().collect();
    remarks.sort_by(|one, other| {
        let rank = |remark: &Remark| (remark.kind.severity, remark.rows);
        rank(other).cmp(&rank(one)).then(one.kind.code.cmp(other.kind.code))
    });
    remarks
}
