//! Sheets in: what kind of file it is, where its header stands, and its rows one by one.
//!
//! Nothing here holds a whole sheet, except for .xls, whose size is bounded for that. [`read`] hands over the header and
//! then each row as it comes from the file; whoever wants to stop says so. The kind of file is told by its content: clerks
//! rename files. Every bound stands in `bounds`.

pub mod export;
pub mod report;
pub mod template;

mod binary;
mod bounds;
mod delimited;
mod encoding;
mod guard;
mod ods;
mod package;
mod records;
mod replace;
mod search;
mod source;
mod xlsx;
mod xml;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;

use ports::fault::Fault;

use self::package::Package;
use self::source::Source;
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extent {
    /// Warnings about the file and its sheet, without their place.
    pub notices: Vec<Fault>,
}

/// What a file is by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Package,
    Compound,
    Text,
}

/// Reads the filing sheet of a file: the sheet with the most known headers, or the text table.
///
/// # Errors
/// As [`read_sheet`].
pub fn read(path: &Path, visit: &mut dyn FnMut(Part) -> ControlFlow<()>) -> Result<Extent, Box<Fault>> {
    read_sheet(path, None, visit)
}

/// Reads one sheet of a file: the one of that name, or else the one with the most known headers. A text table has no sheets
/// and takes any name.
///
/// # Errors
/// One [`Fault`] that tells why the file cannot be taken. Rows may have been handed over before it is found: nothing of
/// the file may be kept then.
pub fn read_sheet(
    path: &Path,
    sheet: Option<&str>,
    visit: &mut dyn FnMut(Part) -> ControlFlow<()>,
) -> Result<Extent, Box<Fault>> {
    let mut file = File::open(path).map_err(|error| unreadable(&error))?;
    let (mut source, mut notices): Opened = match content(&mut file)? {
        Content::Text => return delimited::read(file, visit),
        Content::Compound => (Box::new(binary::OldWorkbook::open(file)?), Vec::new()),
        Content::Package => open_package(file)?,
    };
    let mut extent = source::read(source.as_mut(), sheet, visit)?;
    extent.notices.append(&mut notices);
    Ok(extent)
}

/// A workbook, and what of it is left aside.
type Opened = (Box<dyn Source>, Vec<Fault>);

/// Opens what lies in a zip package, and tells what of it is left aside.
fn open_package(file: File) -> Result<Opened, Box<Fault>> {
    let again = file.try_clone().map_err(|error| unreadable(&error))?;
    let mut package = Package::open(file)?;
    let mut notices = Vec::new();
    let (mut macros, mut links) = (false, false);
    for name in package.names() {
        let name = name.to_ascii_lowercase();
        macros |= name.ends_with("vbaproject.bin") || name.starts_with("basic/");
        links |= name.contains("/externallinks/");
    }
    if macros {
        notices.push(faults::FILE_MACROS.fault());
    }
    if links {
        notices.push(faults::FILE_LINKS.fault());
    }
    if package.find("content.xml").is_some() {
        if package.is_sealed()? {
            return Err(faults::FILE_ENCRYPTED.fault().into());
        }
        return Ok((Box::new(ods::Ods::new(package)), notices));
    }
    let main = xlsx::main_part(&mut package)?;
    if main.ends_with(".bin") {
        let (workbook, formulas) = binary::BinaryWorkbook::open(again, package)?;
        if formulas > 0 {
            notices.push(faults::FILE_FORMULAS.fault().with("count", formulas));
        }
        return Ok((Box::new(workbook), notices));
    }
    Ok((Box::new(xlsx::Workbook::open(package, &main)?), notices))
}

fn unreadable(error: &std::io::Error) -> Box<Fault> {
    bounds::fault_in(error).unwrap_or_else(|| Box::new(faults::FILE_UNREADABLE.fault().with("reason", error)))
}

fn content(file: &mut File) -> Result<Content, Box<Fault>> {
    /// The beginning of every zip package: .xlsx, .xlsm, .xlsb, .ods.
    const ZIP: &[u8] = b"PK\x03\x04";
    /// The beginning of Microsoft's compound files: .xls, and .xlsx with a password.
    const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0";
    /// The byte order marks of UTF-16, in which Excel saves "Unicode text".
    const UTF_16: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];
    /// How far binary files are told from text by their zero bytes, and web pages by their tags.
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
        Ok(Content::Package)
    } else if probe.starts_with(COMPOUND) {
        Ok(Content::Compound)
    } else if UTF_16.iter().any(|mark| probe.starts_with(mark)) {
        Ok(Content::Text)
    } else if probe.contains(&0) {
        Err(faults::FILE_KIND.fault().into())
    } else if is_web_page(&probe) {
        Err(faults::FILE_WEB.fault().into())
    } else {
        Ok(Content::Text)
    }
}

/// Many programs write a web page, or Excel's XML of 2003, and call it .xls.
fn is_web_page(probe: &[u8]) -> bool {
    const BEGINNINGS: [&str; 6] = ["<html", "<!doctype", "<table", "<?xml", "<meta", "<head"];
    let text =
        String::from_utf8_lossy(probe).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    BEGINNINGS.iter().any(|beginning| text.starts_with(beginning))
}
