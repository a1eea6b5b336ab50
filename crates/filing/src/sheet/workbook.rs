//! Excel workbooks (.xlsx), cell by cell.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::ops::ControlFlow;

use calamine::{DataRef, Reader, SheetType, Xlsx, XlsxError};
use ports::fault::Fault;

use super::search::{Search, WANTED};
use super::{Extent, HEADER_ROWS, MAX_COLUMNS, MAX_ROWS, Part};
use crate::cell::{Cell, Row};
use crate::faults;

pub(super) fn read(file: File, visit: &mut dyn FnMut(Part) -> ControlFlow<()>) -> Result<Extent, Box<Fault>> {
    let mut workbook = Xlsx::new(BufReader::new(file)).map_err(|error| match error {
        XlsxError::Password => Box::new(faults::FILE_OLD_FORMAT.fault()),
        other => Box::new(faults::FILE_WORKBOOK.fault().with("reason", other)),
    })?;
    let sheets: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut any = false;
    for wanted in WANTED {
        for sheet in &sheets {
            let mut search = Search::new(Some(sheet.clone()), wanted, visit);
            let extent = sheet_rows(&mut workbook, sheet, &mut search)?;
            any |= search.any;
            if search.finish() {
                return Ok(extent);
            }
        }
    }
    if any {
        Err(faults::SHEET_HEADER.fault().with("limit", HEADER_ROWS).into())
    } else {
        Err(faults::FILE_EMPTY.fault().into())
    }
}

/// Hands the rows of one sheet over. A row is complete when a cell of another row comes.
fn sheet_rows<R: Read + Seek>(
    workbook: &mut Xlsx<R>,
    sheet: &str,
    search: &mut Search,
) -> Result<Extent, Box<Fault>> {
    let mut extent = Extent::default();
    let mut row = Row { number: 1, cells: Vec::new() };
    let torn = |row: &Row, error: XlsxError| {
        Box::new(faults::FILE_TORN.fault().with("row", row.number).with("reason", error))
    };
    let mut reader = match workbook.worksheet_cells_reader(sheet) {
        Ok(reader) => reader,
        Err(XlsxError::NotAWorksheet(_)) => return Ok(extent),
        Err(error) => return Err(torn(&row, error)),
    };
    loop {
        let found = reader.next_cell().map_err(|error| torn(&row, error))?;
        let Some(found) = found else {
            let _ = search.row(row);
            return Ok(extent);
        };
        let (index, column) = found.get_position();
        let Some(cell) = cell(found.get_value()) else {
            continue;
        };
        let number = index.saturating_add(1);
        if number > MAX_ROWS {
            return Err(faults::FILE_ROWS.fault().with("limit", MAX_ROWS).into());
        }
        if number != row.number {
            let width = row.cells.len();
            let done = std::mem::replace(&mut row, Row { number, cells: Vec::with_capacity(width) });
            if search.row(done).is_break() {
                return Ok(extent);
            }
        }
        let column = usize::try_from(column).unwrap_or(MAX_COLUMNS);
        if column >= MAX_COLUMNS {
            extent.columns_cut = true;
            continue;
        }
        if row.cells.len() <= column {
            row.cells.resize(column + 1, None);
        }
        if let Some(place) = row.cells.get_mut(column) {
            *place = Some(cell);
        }
    }
}

fn cell(value: &DataRef<'_>) -> Option<Cell> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(text) if text.is_empty() => return None,
        DataRef::SharedString("") => return None,
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        // No workbook has an integer cell; a reader may make one of a number without fraction.
        DataRef::Int(number) => Cell::Text(number.to_string()),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::Bool(truth) => Cell::Bool(*truth),
        DataRef::DateTime(date) => Cell::Date(shown_date(date)),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Date(text.clone()),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    })
}

fn shown_date(date: &calamine::ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}
