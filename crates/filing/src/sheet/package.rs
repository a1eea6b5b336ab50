//! The zip package around a workbook (.xlsx, .xlsm, .xlsb, .ods).
//!
//! Before anything is unpacked its directory is weighed: how many parts, how large they say they are, how well they pack, and
//! whether they lie over each other. While a part is unpacked it may give no more than it said.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use ports::fault::Fault;
use quick_xml::events::Event;
use zip::ZipArchive;
use zip::result::ZipError;

use super::bounds::{
    Bound, DIRECTORY_BYTES, MAIN_BYTES, PARTS, SMALL_PART_BYTES, UNZIPPED_BYTES, UNZIPPED_TIMES,
};
use super::xml::{Xml, broken_io, guarded, malformed};
use crate::faults;

/// Bytes unpacked at a time: several times what the packing looks back.
const UNPACK_BYTES: usize = 128 << 10;

/// An opened package.
pub(super) struct Package {
    zip: ZipArchive<Metered>,
}

/// A part while it is unpacked.
pub(super) type Part<'p> = BufReader<zip::read::ZipFile<'p, Metered>>;

impl Package {
    /// Opens and weighs a package.
    pub(super) fn open(file: File) -> Result<Self, Box<Fault>> {
        let mut file = file;
        weigh_end(&mut file)?;
        let left = Rc::new(Cell::new(DIRECTORY_BYTES.most()));
        let metered = Metered { file: BufReader::new(file), left: Rc::clone(&left) };
        let zip = ZipArchive::new(metered).map_err(|error| zip_fault(&error))?;
        left.set(u64::MAX);
        let mut package = Self { zip };
        package.weigh()?;
        Ok(package)
    }

    fn weigh(&mut self) -> Result<(), Box<Fault>> {
        PARTS.check(u64::try_from(self.zip.len()).unwrap_or(u64::MAX))?;
        let mut total = 0_u64;
        for index in 0..self.zip.len() {
            let part = self.zip.by_index_data(index).map_err(|error| zip_fault(&error))?;
            let (unpacked, packed) = (part.size(), part.compressed_size());
            total = total.saturating_add(unpacked);
            UNZIPPED_BYTES.check(total)?;
            if unpacked > SMALL_PART_BYTES {
                UNZIPPED_TIMES.check(unpacked / packed.max(1))?;
            }
        }
        if self.zip.has_duplicate_names() {
            return Err(malformed("two parts of the package have one name"));
        }
        if self.zip.has_overlapping_entries().map_err(|error| zip_fault(&error))? {
            return Err(malformed("parts of the package lie over each other"));
        }
        Ok(())
    }

    /// The name of a part as the package spells it; small and capital letters are the same, as in Excel.
    pub(super) fn find(&self, name: &str) -> Option<String> {
        if self.zip.index_for_name(name).is_some() {
            return Some(name.to_owned());
        }
        self.names().find(|known| known.eq_ignore_ascii_case(name))
    }

    /// Whether an OpenDocument package says that its content is encrypted.
    pub(super) fn is_sealed(&mut self) -> Result<bool, Box<Fault>> {
        let Some(mut xml) = self.small_xml("META-INF/manifest.xml", &MAIN_BYTES)? else {
            return Ok(false);
        };
        loop {
            match xml.next()? {
                Event::Start(element) | Event::Empty(element)
                    if element.local_name().as_ref() == "encryption-data" =>
                {
                    return Ok(true);
                }
                Event::Eof => return Ok(false),
                _ => {}
            }
        }
    }

    /// All parts.
    pub(super) fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.zip.file_names().filter_map(Result::ok).map(std::borrow::Cow::into_owned)
    }

    /// A part as bytes, and how many of them there may be.
    pub(super) fn bytes(&mut self, name: &str) -> Result<Option<(Part<'_>, u64)>, Box<Fault>> {
        let Some(name) = self.find(name) else {
            return Ok(None);
        };
        let part = self.zip.by_name(&name).map_err(|error| zip_fault(&error))?;
        let most = part.size();
        Ok(Some((BufReader::with_capacity(UNPACK_BYTES, part), most)))
    }

    /// A part as XML that will be held in memory.
    pub(super) fn small_xml(
        &mut self,
        name: &str,
        bound: &'static Bound,
    ) -> Result<Option<Xml<Part<'_>>>, Box<Fault>> {
        let Some((part, most)) = self.bytes(name)? else {
            return Ok(None);
        };
        bound.check(most)?;
        Ok(Some(guarded(part, most, bound)))
    }

    /// A part as XML.
    pub(super) fn xml(&mut self, name: &str) -> Result<Option<Xml<Part<'_>>>, Box<Fault>> {
        Ok(self.bytes(name)?.map(|(part, most)| guarded(part, most, &UNZIPPED_BYTES)))
    }
}

fn zip_fault(error: &ZipError) -> Box<Fault> {
    match error {
        ZipError::Io(error) => broken_io(error),
        ZipError::UnsupportedArchive(reason) if reason.contains("assword") => {
            Box::new(faults::FILE_ENCRYPTED.fault())
        }
        other => malformed(&other.to_string()),
    }
}

/// Looks at the end of the package before it is opened: room is made for as many parts as the end says there are.
fn weigh_end(file: &mut File) -> Result<(), Box<Fault>> {
    /// The end record with its longest remark, the records of large packages before it, and as much again.
    const END_BYTES: u64 = 128 << 10;
    const LOCATOR: &[u8] = b"PK\x06\x07";
    const LARGE_END: &[u8] = b"PK\x06\x06";
    /// Where the locator tells the place of the large end record, and the record the number of parts.
    const PLACE: usize = 8;
    const COUNT: usize = 32;

    let mut tail = Vec::new();
    let length = file.seek(SeekFrom::End(0)).map_err(|error| broken_io(&error))?;
    let start = length.saturating_sub(END_BYTES);
    file.seek(SeekFrom::Start(start)).map_err(|error| broken_io(&error))?;
    file.take(END_BYTES).read_to_end(&mut tail).map_err(|error| broken_io(&error))?;
    file.seek(SeekFrom::Start(0)).map_err(|error| broken_io(&error))?;
    let number = |at: usize| {
        tail.get(at..at.saturating_add(8))
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(u64::MAX, u64::from_le_bytes)
    };
    for (at, window) in tail.windows(LOCATOR.len()).enumerate() {
        if window == LOCATOR && number(at + PLACE) < start {
            return Err(malformed("the package's end is not at its end"));
        }
        if window == LARGE_END {
            PARTS.check(number(at + COUNT))?;
        }
    }
    Ok(())
}

/// The file under the package. While the directory is read it gives out a bounded number of bytes.
#[derive(Debug)]
pub(super) struct Metered {
    file: BufReader<File>,
    left: Rc<Cell<u64>>,
}

impl Read for Metered {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(into)?;
        let left = self.left.get();
        if left != u64::MAX {
            let rest = left.checked_sub(u64::try_from(count).unwrap_or(u64::MAX));
            self.left.set(rest.ok_or_else(|| DIRECTORY_BYTES.error())?);
        }
        Ok(count)
    }
}

impl Seek for Metered {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
