//! Text tables (.csv), in UTF-8 or GB18030, split by commas, tabs or semicolons.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use csv::{ReaderBuilder, StringRecord};
use ports::fault::Fault;

use super::bounds::{FILE_BYTES, LINE_BYTES, ROW_BYTES, fault_in};
use super::encoding::{Transcoder, detect};
use super::guard::Guard;
use super::search::{Found, Search, WANTED};
use super::source::nothing;
use super::{Extent, HEADER_ROWS, MAX_COLUMNS, MAX_ROWS, Part, unreadable};
use crate::cell::{Cell, Row};
use crate::columns::field_of;
use crate::faults;

/// Bytes in which the delimiter is looked for: more than the longest header.
const PEEK_BYTES: usize = 32 << 10;

pub(super) fn read(file: File, visit: &mut dyn FnMut(Part) -> ControlFlow<()>) -> Result<Extent, Box<Fault>> {
    let open = || -> io::Result<Box<dyn Read>> {
        let mut source = file.try_clone()?;
        source.seek(SeekFrom::Start(0))?;
        Ok(Box::new(source))
    };
    let encoding = detect(open)
        .map_err(|error| unreadable(&error))?
        .ok_or_else(|| Box::new(faults::FILE_ENCODING.fault()))?;
    let mut anything = false;
    for wanted in WANTED {
        let source = open().map_err(|error| unreadable(&error))?;
        let mut search = Search::new(None, wanted, visit);
        table_rows(Transcoder::new(source, encoding), &mut search)?;
        match search.finish() {
            Found::Header(extent) => return Ok(extent),
            Found::Nothing { any } => anything |= any,
        }
    }
    Err(nothing(anything))
}

fn table_rows(text: impl Read, search: &mut Search) -> Result<(), Box<Fault>> {
    let text = Guard::new(text, &LINE_BYTES, u64::MAX, &FILE_BYTES);
    let mut text = BufReader::with_capacity(PEEK_BYTES, text);
    let delimiter = delimiter(text.fill_buf().map_err(|error| unreadable(&error))?);
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text);
    let mut record = StringRecord::new();
    let mut number = 0_u32;
    let mut line = reader.position().line();
    loop {
        let more = reader.read_record(&mut record).map_err(|error| torn(error, number))?;
        if !more {
            return Ok(());
        }
        reader.get_mut().get_mut().next_piece();
        // A spreadsheet shows an empty line as a row and a record over several lines as one; the reader skips the first
        // and counts the lines of the second.
        let lines_read = reader.position().line().saturating_sub(line);
        line = reader.position().line();
        let inside: usize =
            record.iter().map(|field| field.bytes().filter(|byte| *byte == b'\n').count()).sum();
        let empty = lines_read.saturating_sub(u64::try_from(inside).unwrap_or(u64::MAX)).saturating_sub(1);
        number = number.saturating_add(1).saturating_add(u32::try_from(empty).unwrap_or(u32::MAX));
        if number > MAX_ROWS {
            return Err(faults::FILE_ROWS.fault().with("limit", MAX_ROWS).into());
        }
        let mut row = Row::new(number, Vec::with_capacity(record.len().min(MAX_COLUMNS)));
        for (column, field) in record.iter().enumerate() {
            if column < MAX_COLUMNS {
                row.cells.push(cell(field));
            } else if !field.trim().is_empty() {
                row.cut = Some(column);
                break;
            }
        }
        ROW_BYTES.check(u64::try_from(row.bytes()).unwrap_or(u64::MAX))?;
        if search.row(row).is_break() {
            return Ok(());
        }
    }
}

fn torn(error: csv::Error, row: u32) -> Box<Fault> {
    let bound = match error.kind() {
        csv::ErrorKind::Io(error) => fault_in(error),
        _ => None,
    };
    bound.unwrap_or_else(|| Box::new(faults::FILE_TORN.fault().with("row", row).with("reason", error)))
}

/// A leading tab is the customary sign in a CSV that a cell is text (a long number, a leading zero); it is not content.
fn cell(field: &str) -> Option<Cell> {
    let text = field.strip_prefix(super::export::TEXT_MARK).unwrap_or(field);
    (!text.is_empty()).then(|| Cell::Text(text.to_owned()))
}

/// The delimiter by which some line of the beginning shows the most known headers; the comma when in doubt.
fn delimiter(beginning: &[u8]) -> u8 {
    let beginning = String::from_utf8_lossy(beginning);
    let known = |delimiter: char| {
        let headers = |line: &str| {
            line.split(delimiter)
                .filter(|title| field_of(title.trim_matches(['"', '\r', ' '])).is_some())
                .count()
        };
        beginning.split(['\n', '\r']).take(HEADER_ROWS).map(headers).max().unwrap_or(0)
    };
    let mut best = (b',', known(','));
    for other in [b'\t', b';'] {
        let count = known(char::from(other));
        if count > best.1 {
            best = (other, count);
        }
    }
    best.0
}
