//! The binary formats: Excel 97 (.xls) and Excel's fast format (.xlsb), read by calamine.
//!
//! calamine trusts what these files say of themselves. So each is walked through first, record by record, without keeping
//! anything: that every record ends inside its part and is of bounded length, and how far the cells reach. An .xls can only
//! be read into a full table, empty cells too, so that the reach is bounded before the table is made; of an .xlsb cells are
//! read one by one. What calamine stumbles over all the same is caught and told as a damaged file.
//!
//! Hidden rows and percentages are not told by calamine and so not by us, for these two formats.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Reader, SheetType, SheetVisible, Xls, Xlsb};
use ports::fault::Fault;

use super::bounds::{OLD_FILE_BYTES, ROWS};
use super::package::Package;
use super::records::{weigh_old, weigh_records};
use super::source::{Sheet, Source, Visit, put};
use super::xlsx::shown_date;
use super::xml::{broken_io, malformed};
use crate::cell::{Cell, Row};
use crate::faults;

/// An opened .xls.
pub(super) struct OldWorkbook {
    workbook: Xls<BufReader<File>>,
    sheets: Vec<Sheet>,
}

impl OldWorkbook {
    /// Opens a compound file that is a workbook of Excel 97 to 2003.
    pub(super) fn open(mut file: File) -> Result<Self, Box<Fault>> {
        let length = file.metadata().map_err(|error| broken_io(&error))?.len();
        let again = file.try_clone().map_err(|error| broken_io(&error))?;
        let mut compound =
            cfb::CompoundFile::open(BufReader::new(again)).map_err(|error| broken_io(&error))?;
        if ["EncryptedPackage", "EncryptionInfo"].iter().any(|name| compound.exists(name)) {
            return Err(faults::FILE_ENCRYPTED.fault().into());
        }
        OLD_FILE_BYTES.check(length)?;
        let Ok(mut stream) = compound.open_stream("Workbook") else {
            return Err(faults::FILE_OLD_FORMAT.fault().into());
        };
        let mut records = Vec::new();
        stream.by_ref().take(length).read_to_end(&mut records).map_err(|error| broken_io(&error))?;
        weigh_old(&records)?;
        drop((records, compound));
        file.seek(SeekFrom::Start(0)).map_err(|error| broken_io(&error))?;
        let workbook = caught(|| Xls::new(BufReader::new(file)))?;
        let sheets = sheets_of(workbook.sheets_metadata());
        Ok(Self { workbook, sheets })
    }
}

impl Source for OldWorkbook {
    fn sheets(&mut self) -> Result<Vec<Sheet>, Box<Fault>> {
        look_into(self.sheets.clone(), |index, visit| self.rows(index, visit))
    }

    fn rows(&mut self, index: usize, visit: &mut Visit<'_>) -> Result<(), Box<Fault>> {
        let name = self.sheets.get(index).map(|sheet| sheet.name().to_owned()).unwrap_or_default();
        let range = caught(|| self.workbook.worksheet_range(&name))?;
        let formulas = caught(|| self.workbook.worksheet_formula(&name))?;
        let Some((top, left)) = range.start() else {
            return Ok(());
        };
        for (number, cells) in (top..).zip(range.rows()) {
            let mut row = Row::new(number.saturating_add(1), Vec::with_capacity(cells.len()));
            for (column, value) in (left..).zip(cells) {
                if let Some(cell) = cell_of(&owned(value)) {
                    let formula = formulas.get_value((number, column)).is_some_and(|text| !text.is_empty());
                    put(&mut row, column as usize, cell, formula)?;
                }
            }
            if visit(row).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// An opened .xlsb.
pub(super) struct BinaryWorkbook {
    workbook: Xlsb<BufReader<File>>,
    sheets: Vec<Sheet>,
}

impl BinaryWorkbook {
    /// Opens it, and tells how many cells are the results of formulas.
    pub(super) fn open(mut file: File, mut package: Package) -> Result<(Self, u64), Box<Fault>> {
        let mut formulas = 0;
        let parts: Vec<String> = package.names().filter(|name| name.ends_with(".bin")).collect();
        for part in parts {
            if let Some((bytes, _)) = package.bytes(&part)?
                && PARSED.iter().any(|parsed| part.contains(parsed))
            {
                formulas += weigh_records(bytes, part.contains(WORKSHEETS))?;
            }
        }
        drop(package);
        file.seek(SeekFrom::Start(0)).map_err(|error| broken_io(&error))?;
        let workbook = caught(|| Xlsb::new(BufReader::new(file)))?;
        let sheets = sheets_of(workbook.sheets_metadata());
        Ok((Self { workbook, sheets }, formulas))
    }
}

const WORKSHEETS: &str = "worksheets/";
/// The parts that calamine takes apart.
const PARSED: [&str; 4] = [WORKSHEETS, "sharedStrings.bin", "styles.bin", "workbook.bin"];

impl Source for BinaryWorkbook {
    fn sheets(&mut self) -> Result<Vec<Sheet>, Box<Fault>> {
        look_into(self.sheets.clone(), |index, visit| self.rows(index, visit))
    }

    fn rows(&mut self, index: usize, visit: &mut Visit<'_>) -> Result<(), Box<Fault>> {
        let name = self.sheets.get(index).map(|sheet| sheet.name().to_owned()).unwrap_or_default();
        let mut reader = caught(|| self.workbook.worksheet_cells_reader(&name))?;
        let mut row = Row::new(1, Vec::new());
        while let Some(found) = caught(|| reader.next_cell())? {
            let (number, column) = found.get_position();
            let number = number.saturating_add(1);
            ROWS.check(u64::from(number))?;
            if number < row.number {
                return Err(malformed("rows are out of order"));
            }
            if number > row.number {
                let done = std::mem::replace(&mut row, Row::new(number, Vec::new()));
                if visit(done).is_break() {
                    return Ok(());
                }
            }
            if let Some(cell) = cell_of(found.get_value()) {
                put(&mut row, column as usize, cell, false)?;
            }
        }
        let _ = visit(row);
        Ok(())
    }
}

fn look_into(
    mut sheets: Vec<Sheet>,
    mut rows: impl FnMut(usize, &mut Visit<'_>) -> Result<(), Box<Fault>>,
) -> Result<Vec<Sheet>, Box<Fault>> {
    for (index, sheet) in sheets.iter_mut().enumerate() {
        rows(index, &mut |row| sheet.head.take(row))?;
        sheet.weigh();
    }
    Ok(sheets)
}

fn sheets_of(sheets: &[calamine::Sheet]) -> Vec<Sheet> {
    let worksheets = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    worksheets.map(|sheet| Sheet::new(sheet.name.clone(), sheet.visible != SheetVisible::Visible)).collect()
}

/// Runs calamine over a file that may make it stumble.
fn caught<T, E: std::fmt::Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, Box<Fault>> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(malformed(&error.to_string())),
        Err(_) => Err(malformed("a record says what cannot be")),
    }
}

fn owned(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(truth) => DataRef::Bool(*truth),
        Data::DateTime(date) => DataRef::DateTime(*date),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        _ => DataRef::Empty,
    }
}

fn cell_of(value: &DataRef<'_>) -> Option<Cell> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(text) if text.is_empty() => return None,
        DataRef::SharedString("") => return None,
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        // The formats store small whole numbers apart; they are numbers like any other.
        DataRef::Int(number) => {
            number.to_string().parse().map_or_else(|_| Cell::Text(number.to_string()), Cell::Number)
        }
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::Bool(truth) => Cell::Bool(*truth),
        DataRef::DateTime(date) => Cell::Date(shown_date(date)),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Date(text.clone()),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    })
}
