//! Workbooks of any format: their sheets, and the one that is read.

use std::ops::ControlFlow;

use ports::fault::Fault;

use super::bounds::ROW_BYTES;
use super::search::{Found, Head, Search, WANTED, is_complete};
use super::{Extent, HEADER_ROWS, MAX_COLUMNS, Part};
use crate::cell::{Cell, Row, strip_blanks};
use crate::faults;

/// Takes rows one by one until it has had enough.
pub(super) type Visit<'v> = dyn FnMut(Row) -> ControlFlow<()> + 'v;

/// An opened workbook.
pub(super) trait Source {
    /// Its sheets, each looked into for a header.
    fn sheets(&mut self) -> Result<Vec<Sheet>, Box<Fault>>;

    /// Shows the rows of one of them, ascending, blank ones or not.
    fn rows(&mut self, index: usize, visit: &mut Visit<'_>) -> Result<(), Box<Fault>>;
}

/// A sheet, and what its first rows promise.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    name: String,
    hidden: bool,
    pub(super) head: Head,
    any: bool,
    known: usize,
    complete: bool,
}

impl Sheet {
    pub(super) fn new(name: String, hidden: bool) -> Self {
        Self { name, hidden, ..Self::default() }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The same under its name.
    pub(super) fn named(mut self, name: String) -> Self {
        self.weigh();
        Self { name, ..self }
    }

    /// Notes what the first rows promise, and lets them go.
    pub(super) fn weigh(&mut self) {
        let head = std::mem::take(&mut self.head);
        self.any |= head.any;
        if let Some((_, header)) = head.best(None) {
            self.known = header.known();
            self.complete = is_complete(&header);
        }
    }
}

/// Reads one sheet: the one of that name, or else the one with the most known headers; those that are not hidden come first.
pub(super) fn read(
    source: &mut dyn Source,
    name: Option<&str>,
    visit: &mut dyn FnMut(Part) -> ControlFlow<()>,
) -> Result<Extent, Box<Fault>> {
    let sheets = source.sheets()?;
    let chosen = match name {
        Some(name) => sheets.iter().position(|sheet| is_named(&sheet.name, name)),
        None => best(&sheets),
    };
    let Some((index, sheet)) = chosen.and_then(|index| Some((index, sheets.get(index)?))) else {
        return Err(match name {
            Some(name) => {
                let all: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
                faults::SHEET_NAME.fault().with("sheet", name).with("all", all.join("、")).into()
            }
            None => nothing(sheets.iter().any(|sheet| sheet.any)),
        });
    };
    let mut search = Search::new(Some(sheet.name.clone()), sheet.known.max(1), visit);
    let mut last = 0;
    source
        .rows(index, &mut |row| {
            last = row.number;
            search.row(row)
        })
        .map_err(|fault| torn(fault, last))?;
    match search.finish() {
        Found::Nothing { any } => Err(nothing(any)),
        Found::Header(mut extent) => {
            let others = sheets.iter().enumerate().filter(|(other, sheet)| *other != index && sheet.complete);
            let others: Vec<&str> = others.map(|(_, sheet)| sheet.name.as_str()).collect();
            if name.is_none() && !others.is_empty() {
                extent.notices.push(faults::SHEET_OTHER.fault().with("sheets", others.join("、")));
            }
            Ok(extent)
        }
    }
}

fn best(sheets: &[Sheet]) -> Option<usize> {
    WANTED.into_iter().find_map(|wanted| {
        let fit = sheets.iter().enumerate().filter(|(_, sheet)| sheet.known >= wanted);
        // The first of equals: `max_by_key` would give the last.
        let best = fit.rev().max_by_key(|(_, sheet)| (!sheet.hidden, sheet.known));
        best.map(|(index, _)| index)
    })
}

fn is_named(sheet: &str, name: &str) -> bool {
    sheet == name || strip_blanks(sheet).to_lowercase() == strip_blanks(name).to_lowercase()
}

/// The fault of a file without headers; whether it holds `any`thing at all.
pub(super) fn nothing(any: bool) -> Box<Fault> {
    if any {
        faults::SHEET_HEADER.fault().with("limit", HEADER_ROWS).into()
    } else {
        faults::FILE_EMPTY.fault().into()
    }
}

/// A damaged workbook of which rows were read already broke off after the last of them.
fn torn(fault: Box<Fault>, last: u32) -> Box<Fault> {
    if last == 0 || fault.code() != faults::FILE_WORKBOOK.code {
        return fault;
    }
    let mut torn = faults::FILE_TORN.fault().with("row", last);
    torn.args.extend(fault.args);
    Box::new(torn)
}

/// Puts a cell into a row. Columns that are not read leave a trace only.
pub(super) fn put(row: &mut Row, column: usize, cell: Cell, formula: bool) -> Result<(), Box<Fault>> {
    if column >= MAX_COLUMNS {
        row.cut.get_or_insert(column);
        return Ok(());
    }
    if row.cells.len() <= column {
        row.cells.resize(column + 1, None);
    }
    if formula {
        row.formulas.push(u16::try_from(column).unwrap_or(u16::MAX));
    }
    let long = matches!(&cell, Cell::Text(text) if text.len() > LONG_BYTES);
    if let Some(place) = row.cells.get_mut(column) {
        *place = Some(cell);
    }
    if long { ROW_BYTES.check(u64::try_from(row.bytes()).unwrap_or(u64::MAX)) } else { Ok(()) }
}

/// Cells below this cannot make a row too long, however many there are.
const LONG_BYTES: usize = 4 << 10;
