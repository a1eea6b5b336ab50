//! Sheets in: what kind of file it is, where its header stands, and its rows one by one.
//!
//! Nothing here holds a whole sheet. [`read`] hands over the header and then each row as it comes from the file; whoever
//! wants to stop says so. The kind of file is told by its content: clerks rename files.

pub mod export;
pub mod report;
pub mod template;

mod delimited;
mod encoding;
mod search;
mod workbook;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;

use ports::fault::Fault;

use crate::cell::Row;
use crate::columns::Header;
use crate::faults;

/// Largest file taken: a sheet of a million filings has about a quarter of this; more is something else.
pub const MAX_FILE_BYTES: u64 = 512 << 20;

/// Rows of a sheet: as many as Excel has.
pub const MAX_ROWS: u32 = 1_048_576;

/// Columns read of a row: nine times as many as a filing has, so that a clerk's own columns fit.
pub const MAX_COLUMNS: usize = 200;

/// Letters of a cell: as many as Excel holds.
pub const MAX_CELL_LETTERS: usize = 32_767;

/// Rows in which the header is looked for: a title, a company's name and some remarks may stand above it.
pub const HEADER_ROWS: usize = 20;

/// What [`read`] hands over.
#[derive(Debug)]
pub enum Part {
    /// The header: comes once, before any row.
    Header(Box<Header>),
    /// A row that is not blank.
    Row(Row),
}

/// What was noticed while reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// Columns beyond [`MAX_COLUMNS`] hold something; they were left out.
    pub columns_cut: bool,
}

/// What a file is by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Workbook,
    Text,
}

/// Reads the filing sheet of a file: the first sheet with a header row, or the text table.
///
/// # Errors
/// One [`Fault`] that tells why the file cannot be taken. Rows may have been handed over before it is found: nothing of
/// the file may be kept then.
pub fn read(path: &Path, visit: &mut dyn FnMut(Part) -> ControlFlow<()>) -> Result<Extent, Box<Fault>> {
    let mut file = File::open(path).map_err(|error| unreadable(&error))?;
    match content(&mut file)? {
        Content::Workbook => workbook::read(file, visit),
        Content::Text => delimited::read(file, visit),
    }
}

fn unreadable(error: &std::io::Error) -> Box<Fault> {
    Box::new(faults::FILE_UNREADABLE.fault().with("reason", error))
}

fn content(file: &mut File) -> Result<Content, Box<Fault>> {
    /// The beginning of every zip archive, and so of every .xlsx.
    const ZIP: &[u8] = b"PK\x03\x04";
    /// The beginning of Microsoft's compound files: .xls, and .xlsx with a password.
    const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0";
    /// The byte order marks of UTF-16.
    const UTF_16: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];
    /// How far binary files are told from text by their zero bytes.
    const PROBE_BYTES: u64 = 8192;

    let metadata = file.metadata().map_err(|error| unreadable(&error))?;
    if metadata.is_dir() {
        return Err(faults::FILE_KIND.fault().into());
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(faults::FILE_SIZE
            .fault()
            .with("found", metadata.len())
            .with("limit", MAX_FILE_BYTES)
            .into());
    }
    let mut probe = Vec::new();
    file.by_ref().take(PROBE_BYTES).read_to_end(&mut probe).map_err(|error| unreadable(&error))?;
    file.seek(SeekFrom::Start(0)).map_err(|error| unreadable(&error))?;
    if probe.is_empty() {
        Err(faults::FILE_EMPTY.fault().into())
    } else if probe.starts_with(ZIP) {
        Ok(Content::Workbook)
    } else if probe.starts_with(COMPOUND) {
        Err(faults::FILE_OLD_FORMAT.fault().into())
    } else if UTF_16.iter().any(|mark| probe.starts_with(mark)) {
        Err(faults::FILE_ENCODING.fault().into())
    } else if probe.contains(&0) {
        Err(faults::FILE_KIND.fault().into())
    } else {
        Ok(Content::Text)
    }
}
