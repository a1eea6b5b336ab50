//! The shared texts of a workbook.
//!
//! Excel keeps every different text once and lets cells point to it. A sheet of a million filings has six million of them,
//! 140 MB; one allocation each would take three times that. Here they lie in pages, and when there are more than
//! [`KEPT_BYTES`], the pages lie in a temporary file and some are kept: cells ask for them nearly in the order in which they
//! were written, and the few that all rows share stand in the first pages.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use ports::fault::Fault;

use crate::faults;
use crate::sheet::bounds::{TEXT_BYTES, TEXTS};
use crate::sheet::xml::malformed;

/// Bytes of text in a page; a longer text has a page of its own. Small, since a page is read for one text at worst.
const PAGE_BYTES: usize = 4 << 10;

/// Texts kept in memory before they are put on disk, and pages kept after that: with both the same, a file that just fits
/// takes no more than one that does not.
const KEPT_BYTES: u64 = 32 << 20;
const KEPT_PAGES: usize = 4_096;

/// Texts by their number.
#[derive(Default)]
pub(super) struct Texts {
    /// Where each closed page begins.
    pages: Vec<Place>,
    /// Pages in memory: all, or those used last.
    kept: Vec<Option<Kept>>,
    open: Page,
    count: u32,
    bytes: u64,
    disk: Option<Disk>,
    /// The page of the last text asked for.
    last: usize,
}

#[derive(Clone, Copy)]
struct Place {
    first: u32,
    texts: u32,
    bytes: u32,
    offset: u64,
}

#[derive(Default)]
struct Page {
    text: String,
    ends: Vec<u32>,
}

struct Kept {
    number: usize,
    page: Page,
}

struct Disk {
    file: File,
    end: u64,
    buffer: Vec<u8>,
}

impl Texts {
    /// Adds the next text.
    pub(super) fn push(&mut self, text: &str) -> Result<(), Box<Fault>> {
        TEXTS.check(u64::from(self.count) + 1)?;
        self.bytes += text.len() as u64;
        TEXT_BYTES.check(self.bytes)?;
        if !self.open.ends.is_empty() && self.open.text.len() + text.len() > PAGE_BYTES {
            self.close()?;
        }
        self.open.text.push_str(text);
        self.open.ends.push(u32::try_from(self.open.text.len()).unwrap_or(u32::MAX));
        self.count += 1;
        Ok(())
    }

    /// The last text was added.
    pub(super) fn finish(&mut self) -> Result<(), Box<Fault>> {
        if self.open.ends.is_empty() { Ok(()) } else { self.close() }
    }

    fn close(&mut self) -> Result<(), Box<Fault>> {
        let mut page = std::mem::take(&mut self.open);
        let texts = u32::try_from(page.ends.len()).unwrap_or(u32::MAX);
        let bytes = u32::try_from(page.text.len()).unwrap_or(u32::MAX);
        let mut place = Place { first: self.count - texts, texts, bytes, offset: 0 };
        if self.disk.is_none() && self.bytes > KEPT_BYTES {
            self.spill()?;
        }
        match &mut self.disk {
            Some(disk) => {
                place.offset = disk.write(&page)?;
                page.text.clear();
                page.ends.clear();
                self.open = page;
            }
            None => {
                page.text.shrink_to_fit();
                page.ends.shrink_to_fit();
                self.kept.push(Some(Kept { number: self.pages.len(), page }));
            }
        }
        self.pages.push(place);
        Ok(())
    }

    /// Puts all pages on disk.
    fn spill(&mut self) -> Result<(), Box<Fault>> {
        let mut disk = Disk {
            file: tempfile::tempfile().map_err(|error| disk_fault(&error))?,
            end: 0,
            buffer: Vec::new(),
        };
        for (place, kept) in self.pages.iter_mut().zip(std::mem::take(&mut self.kept)) {
            if let Some(kept) = kept {
                place.offset = disk.write(&kept.page)?;
            }
        }
        self.kept.resize_with(KEPT_PAGES, || None);
        self.disk = Some(disk);
        Ok(())
    }

    /// The text with a number.
    pub(super) fn get(&mut self, number: u32) -> Result<&str, Box<Fault>> {
        let missing = || malformed("a cell points to a text that is not there");
        let holds = |place: &Place| (place.first..place.first + place.texts).contains(&number);
        if !self.pages.get(self.last).is_some_and(holds) {
            let behind = self.pages.partition_point(|place| place.first <= number);
            self.last = behind.checked_sub(1).ok_or_else(missing)?;
        }
        let place = self.pages.get(self.last).copied().filter(holds).ok_or_else(missing)?;
        let slots = self.kept.len().max(1);
        let slot = self.kept.get_mut(self.last % slots).ok_or_else(missing)?;
        if slot.as_ref().is_none_or(|kept| kept.number != self.last) {
            let disk = self.disk.as_mut().ok_or_else(missing)?;
            *slot = Some(Kept { number: self.last, page: disk.read(place)? });
        }
        let page = slot.as_ref().map(|kept| &kept.page).ok_or_else(missing)?;
        page.get((number - place.first) as usize).ok_or_else(missing)
    }
}

impl Page {
    fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start =
            index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        self.text.get(start..end)
    }
}

impl Disk {
    /// Writes a page, its ends first, and tells where.
    fn write(&mut self, page: &Page) -> Result<u64, Box<Fault>> {
        let at = self.end;
        self.buffer.clear();
        for end in &page.ends {
            self.buffer.extend_from_slice(&end.to_le_bytes());
        }
        self.buffer.extend_from_slice(page.text.as_bytes());
        self.file.write_all(&self.buffer).map_err(|error| disk_fault(&error))?;
        self.end += self.buffer.len() as u64;
        Ok(at)
    }

    fn read(&mut self, place: Place) -> Result<Page, Box<Fault>> {
        let heads = place.texts as usize * size_of::<u32>();
        self.buffer.resize(heads + place.bytes as usize, 0);
        self.file
            .seek(SeekFrom::Start(place.offset))
            .and_then(|_| self.file.read_exact(&mut self.buffer))
            .map_err(|error| disk_fault(&error))?;
        let (heads, text) = self.buffer.split_at(heads);
        let ends = heads.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        let text = std::str::from_utf8(text).map_err(|error| malformed(&error.to_string()))?.to_owned();
        Ok(Page { text, ends })
    }
}

fn disk_fault(error: &std::io::Error) -> Box<Fault> {
    Box::new(faults::FILE_SPACE.fault().with("reason", error).with("folder", std::env::temp_dir().display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(number: u32) -> String {
        match number % 1000 {
            7 => String::new(),
            8 => "长".repeat(5_000),
            _ => format!("面膜{number}号 https://img.example.com/goods/{number}-1.jpg"),
        }
    }

    fn filled(count: u32) -> Texts {
        let mut texts = Texts::default();
        for number in 0..count {
            texts.push(&text(number)).unwrap();
        }
        texts.finish().unwrap();
        texts
    }

    #[test]
    fn texts_are_found_in_memory_and_on_disk() {
        for (count, on_disk) in [(3_000, false), (700_000, true)] {
            let mut texts = filled(count);
            assert_eq!(texts.disk.is_some(), on_disk);
            let mut number = 1;
            for step in 0..5_000 {
                number = if step < 2_500 { step % count } else { number.wrapping_mul(48_271) % count };
                assert_eq!(texts.get(number).unwrap(), text(number), "{number}");
            }
            assert_eq!(texts.get(count).unwrap_err().code(), "FIL-FILE-WORKBOOK");
            assert!(texts.get(u32::MAX).is_err());
        }
        assert!(Texts::default().get(0).is_err());
    }
}
