//! The rows of a table file: an Excel workbook or a text table in UTF-8 or GB18030.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use calamine::{Data, DataRef, Reader, Xlsx, XlsxError};
use encoding_rs::GB18030;
use ports::fault::Fault;

use super::super::faults as tables;
use crate::cell::{Cell, Row};
use crate::faults;

/// Largest file: a table of all codes with long names has a tenth of this.
const MAX_FILE_BYTES: u64 = 64 << 20;
/// Most rows: ten times the codes there are.
const MAX_ROWS: u32 = 150_000;
/// Columns that are read: a code book has some twenty.
const MAX_COLUMNS: usize = 100;
/// Rows in which the header is looked for.
pub const HEADER_ROWS: usize = 20;

/// One sheet.
#[derive(Debug)]
pub struct Grid {
    /// Its name; nothing for a text file.
    pub sheet: Option<String>,
    /// Its rows that are not blank.
    pub rows: Vec<Row>,
}

/// Reads a file and chooses the first of its sheets in which `is_header` knows one of the first rows; returns it with the
/// place of that row.
///
/// # Errors
/// Why the file cannot be taken.
pub fn read(path: &Path, is_header: &dyn Fn(&Row) -> bool) -> Result<(Grid, usize), Box<Fault>> {
    let unreadable = |error: std::io::Error| Box::new(faults::FILE_UNREADABLE.fault().with("reason", error));
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if length > MAX_FILE_BYTES {
        return Err(faults::FILE_SIZE.fault().with("found", length).with("limit", MAX_FILE_BYTES).into());
    }
    if bytes.is_empty() {
        return Err(faults::FILE_EMPTY.fault().into());
    }
    let find = |grid: Grid| {
        let place = grid.rows.iter().take(HEADER_ROWS).position(is_header);
        place.map(|place| (grid, place))
    };
    let found = if bytes.starts_with(b"PK\x03\x04") {
        workbook(bytes, &find)?
    } else if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(faults::FILE_OLD_FORMAT.fault().into());
    } else {
        let text = decoded(bytes)?;
        let mut found = None;
        for delimiter in [b',', b'\t', b';'] {
            found = find(delimited(&text, delimiter)?);
            if found.is_some() {
                break;
            }
        }
        found
    };
    found.ok_or_else(|| tables::TABLE_HEADER.fault().with("limit", HEADER_ROWS).into())
}

fn too_many() -> Box<Fault> {
    tables::TABLE_ROWS.fault().with("limit", MAX_ROWS).into()
}

fn workbook(
    bytes: Vec<u8>,
    find: &dyn Fn(Grid) -> Option<(Grid, usize)>,
) -> Result<Option<(Grid, usize)>, Box<Fault>> {
    let broken = |error: XlsxError| match error {
        XlsxError::Password => Box::new(faults::FILE_OLD_FORMAT.fault()),
        other => Box::new(faults::FILE_WORKBOOK.fault().with("reason", other)),
    };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    for sheet in workbook.sheet_names() {
        let mut rows: Vec<Row> = Vec::new();
        let mut reader = match workbook.worksheet_cells_reader(&sheet) {
            Ok(reader) => reader,
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(broken(error)),
        };
        while let Some(found) = reader.next_cell().map_err(broken)? {
            let (row, column) = found.get_position();
            let column = usize::try_from(column).unwrap_or(MAX_COLUMNS);
            if column >= MAX_COLUMNS {
                continue;
            }
            if row >= MAX_ROWS {
                return Err(too_many());
            }
            let Some(cell) = cell(found.get_value()) else { continue };
            let number = row.saturating_add(1);
            if rows.last().is_none_or(|row| row.number != number) {
                rows.push(Row::new(number, Vec::new()));
            }
            if let Some(row) = rows.last_mut() {
                row.cells.resize(row.cells.len().max(column + 1), None);
                row.cells[column] = Some(cell);
            }
        }
        rows.retain(|row| !row.is_blank());
        let found = find(Grid { sheet: Some(sheet), rows });
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn cell(value: &DataRef<'_>) -> Option<Cell> {
    Some(match Data::from(value.clone()) {
        Data::Empty => return None,
        Data::String(text) if text.is_empty() => return None,
        Data::String(text) => Cell::Text(text),
        Data::Int(number) => Cell::Text(number.to_string()),
        Data::Float(number) => Cell::Number(number),
        Data::Bool(truth) => Cell::Bool(truth),
        Data::DateTime(date) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            Cell::Date(format!("{year:04}-{month:02}-{day:02}"))
        }
        Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::Date(text),
        Data::Error(error) => Cell::Error(error.to_string()),
    })
}

fn decoded(bytes: Vec<u8>) -> Result<String, Box<Fault>> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text)),
        Err(error) => {
            let (text, _, torn) = GB18030.decode(error.as_bytes());
            if torn || text.contains('\0') {
                return Err(faults::FILE_ENCODING.fault().into());
            }
            Ok(text.into_owned())
        }
    }
}

fn delimited(text: &str, delimiter: u8) -> Result<Grid, Box<Fault>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record
            .map_err(|error| faults::FILE_TORN.fault().with("row", rows.len()).with("reason", error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let number = u32::try_from(line).unwrap_or(u32::MAX);
        if number > MAX_ROWS {
            return Err(too_many());
        }
        let cell = |field: &str| {
            // A leading tab marks a cell as text for spreadsheets; it is not content.
            let text = field.strip_prefix('\t').unwrap_or(field);
            (!text.is_empty()).then(|| Cell::Text(text.to_owned()))
        };
        rows.push(Row::new(number, record.iter().take(MAX_COLUMNS).map(cell).collect()));
    }
    rows.retain(|row| !row.is_blank());
    Ok(Grid { sheet: None, rows })
}
