//! The binary formats: Excel 97 (.xls) and Excel's fast format (.xlsb), read by calamine.
//!
//! calamine trusts what these files say of themselves. So each is walked through first, record by record, without keeping
//! anything: that every record ends inside its part and is of bounded length, and how far the cells reach. An .xls can only
//! be read into a full table, empty cells too, so that the reach is bounded before the table is made; of an .xlsb cells are
//! read one by one. What calamine stumbles over all the same is caught and told as a damaged file.
//!
//! Hidden rows and percentages are not told by calamine and so not by us, for these two formats.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Reader, SheetType, SheetVisible, Xls, Xlsb};
use ports::fault::Fault;

use super::bounds::{BINARY_TEXTS, CELLS, OLD_CELLS, OLD_FILE_BYTES, PIECE_BYTES, ROWS, SHEETS};
use super::package::Package;
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

/// Walks through the records of a workbook stream ([MS-XLS] 2.1.4): a kind and a length of two bytes each.
fn weigh_old(records: &[u8]) -> Result<(), Box<Fault>> {
    const BEGIN: u16 = 0x0809;
    const PASSWORD: u16 = 0x002F;
    const BOUND_SHEET: u16 = 0x0085;
    /// Records of one cell, which begin with its row and column.
    const CELL: [u16; 8] = [0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6];
    /// Records of several cells in a row, which end with the last column.
    const CELLS_IN_ROW: [u16; 2] = [0x00BD, 0x00BE];

    let (mut rest, mut sheets, mut area) = (records, 0_u64, 0_u64);
    let mut reach: Option<[u16; 4]> = None;
    let span = |reach: Option<[u16; 4]>| {
        reach.map_or(0, |[top, left, bottom, right]| {
            (u64::from(bottom - top) + 1) * (u64::from(right.saturating_sub(left)) + 1)
        })
    };
    while let Some((head, body)) = rest.split_first_chunk::<4>() {
        let [k0, k1, l0, l1] = *head;
        let (kind, length) = (u16::from_le_bytes([k0, k1]), usize::from(u16::from_le_bytes([l0, l1])));
        let Some((body, behind)) = body.split_at_checked(length) else {
            // Streams are padded to whole sectors.
            return if kind == 0 {
                OLD_CELLS.check(area + span(reach))
            } else {
                Err(malformed("a record breaks off"))
            };
        };
        rest = behind;
        let word =
            |at: usize| body.get(at..at + 2).and_then(|two| two.try_into().ok()).map(u16::from_le_bytes);
        match kind {
            PASSWORD => return Err(faults::FILE_ENCRYPTED.fault().into()),
            BEGIN => {
                area += span(reach.take());
                OLD_CELLS.check(area)?;
            }
            BOUND_SHEET => {
                sheets += 1;
                SHEETS.check(sheets)?;
            }
            _ if CELL.contains(&kind) || CELLS_IN_ROW.contains(&kind) => {
                let last = if CELL.contains(&kind) { word(2) } else { length.checked_sub(2).and_then(word) };
                let (Some(row), Some(first), Some(last)) = (word(0), word(2), last) else {
                    return Err(malformed("a cell record is too short"));
                };
                let [top, left, bottom, right] = reach.unwrap_or([row, first, row, last]);
                reach = Some([top.min(row), left.min(first), bottom.max(row), right.max(last)]);
            }
            _ => {}
        }
    }
    OLD_CELLS.check(area + span(reach))
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

/// Walks through the records of a part ([MS-XLSB] 2.1.4): a kind of one or two bytes and a length of one to four, of whose
/// bytes seven bits count each. Tells how many are the results of formulas.
fn weigh_records(mut bytes: impl BufRead, sheet: bool) -> Result<u64, Box<Fault>> {
    const TEXT: u64 = 0x13;
    const FORMULAS: std::ops::RangeInclusive<u64> = 0x08..=0x0B;
    const CELLS_KINDS: std::ops::RangeInclusive<u64> = 0x01..=0x0B;
    let mut number = |most: u32| -> Result<Option<u64>, Box<Fault>> {
        let mut value = 0;
        for place in 0..most {
            let mut byte = [0];
            if bytes.read(&mut byte).map_err(|error| broken_io(&error))? == 0 {
                return if place == 0 { Ok(None) } else { Err(malformed("a record breaks off")) };
            }
            value |= u64::from(byte[0] & 0x7F) << (7 * place);
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        if most == LENGTH_BYTES {
            PIECE_BYTES.check(value)?;
            let skipped = std::io::copy(&mut bytes.by_ref().take(value), &mut std::io::sink());
            if skipped.map_err(|error| broken_io(&error))? != value {
                return Err(malformed("a record breaks off"));
            }
        }
        Ok(Some(value))
    };
    let (mut texts, mut cells, mut formulas) = (0_u64, 0_u64, 0_u64);
    while let Some(kind) = number(2)? {
        if number(LENGTH_BYTES)?.is_none() {
            return Err(malformed("a record breaks off"));
        }
        if sheet && CELLS_KINDS.contains(&kind) {
            cells += 1;
            formulas += u64::from(FORMULAS.contains(&kind));
        }
        texts += u64::from(kind == TEXT);
        CELLS.check(cells)?;
        BINARY_TEXTS.check(texts)?;
    }
    Ok(formulas)
}

/// Bytes of a record's length.
const LENGTH_BYTES: u32 = 4;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut record = kind.to_le_bytes().to_vec();
        record.extend(u16::try_from(body.len()).unwrap().to_le_bytes());
        record.extend(body);
        record
    }

    fn number_at(row: u16, column: u16) -> Vec<u8> {
        let mut body = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        body.extend([0; 8]);
        record(0x0203, &body)
    }

    #[test]
    fn cells_far_apart_are_refused_before_a_table_is_made() {
        let code = |records: Vec<u8>| weigh_old(&records).err().map(|fault| fault.code());
        assert_eq!(code([number_at(0, 0), number_at(65_535, 20)].concat()), None);
        assert_eq!(code([number_at(0, 0), number_at(65_535, 255)].concat()), Some("FIL-FILE-LIMIT"));
        let begin = record(0x0809, &[0; 16]);
        let sheet = [begin, number_at(0, 0), number_at(65_535, 20)].concat();
        assert_eq!(code([sheet.clone(), sheet].concat()), Some("FIL-FILE-LIMIT"));
        assert_eq!(code(record(0x002F, &[0; 6])), Some("FIL-FILE-ENCRYPTED"));
        assert_eq!(code(vec![3, 2, 255, 255, 0]), Some("FIL-FILE-WORKBOOK"));
        assert_eq!(code(record(0x0203, &[0])), Some("FIL-FILE-WORKBOOK"));
        assert_eq!(code(vec![0; 300]), None);
    }

    #[test]
    fn records_of_lying_length_are_refused() {
        let code = |bytes: &[u8]| weigh_records(bytes, true).err().map(|fault| fault.code());
        assert_eq!(code(&[0x05, 2, 0, 0]), None);
        assert_eq!(code(&[0x05, 2, 0]), Some("FIL-FILE-WORKBOOK"));
        assert_eq!(code(&[0x05, 0xFF, 0xFF, 0xFF, 0x7F]), Some("FIL-FILE-LIMIT"));
        assert_eq!(weigh_records(&[0x09, 1, 0, 0x02, 1, 0][..], true).unwrap(), 1);
    }
}
