//! Excel workbooks (.xlsx, .xlsm), row by row.
//!
//! calamine reads these too, but holds every shared text in an allocation of its own, believes the counts that a file
//! states, and tells neither hidden rows nor percentages. This reader holds one row and the shared texts, which go to disk
//! when there are many; the tests compare it with calamine cell by cell.

mod cells;
pub(super) mod formats;
mod plain;
mod rich;
mod texts;

use std::collections::HashMap;

use ports::fault::Fault;
use quick_xml::events::Event;

use self::cells::Rows;
pub(super) use self::cells::shown_date;
use self::formats::Formats;
use self::rich::rich_text;
use self::texts::Texts;
use super::bounds::{MAIN_BYTES, SHEETS};
use super::package::Package;
use super::source::{Sheet, Source, Visit};
use super::xml::{attribute, is_set, malformed};

/// An opened workbook.
pub(super) struct Workbook {
    package: Package,
    sheets: Vec<Sheet>,
    /// The part of each sheet.
    parts: Vec<String>,
    texts: Texts,
    formats: Formats,
    since_1904: bool,
}

impl Workbook {
    /// Opens the workbook whose main part is `main`.
    pub(super) fn open(mut package: Package, main: &str) -> Result<Self, Box<Fault>> {
        let targets = Targets::read(&mut package, main)?;
        let mut workbook = Self {
            package,
            sheets: Vec::new(),
            parts: Vec::new(),
            texts: Texts::default(),
            formats: Formats::default(),
            since_1904: false,
        };
        workbook.read_main(main, &targets)?;
        if let Some(part) = targets.of_kind("styles")
            && let Some(mut xml) = workbook.package.small_xml(part, &MAIN_BYTES)?
        {
            workbook.formats = Formats::read(&mut xml)?;
        }
        if let Some(part) = targets.of_kind("sharedStrings")
            && let Some(mut xml) = workbook.package.xml(part)?
        {
            let mut text = String::new();
            loop {
                if let Some((text, bytes)) = plain::shared_text(xml.at_hand()?) {
                    workbook.texts.push(text)?;
                    xml.take(bytes);
                    continue;
                }
                match xml.next()? {
                    Event::Start(element) if element.local_name().as_ref() == "si" => {
                        text.clear();
                        rich_text(&mut xml, "si", &mut text)?;
                        workbook.texts.push(&text)?;
                    }
                    Event::Empty(element) if element.local_name().as_ref() == "si" => {
                        workbook.texts.push("")?
                    }
                    Event::Eof => break,
                    _ => {}
                }
            }
            workbook.texts.finish()?;
        }
        Ok(workbook)
    }

    fn read_main(&mut self, main: &str, targets: &Targets) -> Result<(), Box<Fault>> {
        let mut xml = self.package.small_xml(main, &MAIN_BYTES)?.ok_or_else(|| malformed(main))?;
        loop {
            match xml.next()? {
                Event::Start(element) | Event::Empty(element) => match element.local_name().as_ref() {
                    "workbookPr" => self.since_1904 = is_set(&element, "date1904")?,
                    "sheet" => {
                        let name = attribute(&element, "name")?.unwrap_or_default().into_owned();
                        let hidden = attribute(&element, "state")?.is_some_and(|state| state != "visible");
                        let id = attribute(&element, "id")?.unwrap_or_default();
                        // Charts and dialogs are sheets as well, of another kind.
                        if let Some(part) = targets.worksheet(&id) {
                            SHEETS.check(self.sheets.len() as u64 + 1)?;
                            self.sheets.push(Sheet::new(name, hidden));
                            self.parts.push(part.to_owned());
                        }
                    }
                    _ => {}
                },
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }
}

impl Source for Workbook {
    fn sheets(&mut self) -> Result<Vec<Sheet>, Box<Fault>> {
        let mut sheets = self.sheets.clone();
        for (index, sheet) in sheets.iter_mut().enumerate() {
            self.rows(index, &mut |row| sheet.head.take(row))?;
            sheet.weigh();
        }
        Ok(sheets)
    }

    fn rows(&mut self, index: usize, visit: &mut Visit<'_>) -> Result<(), Box<Fault>> {
        let part = self.parts.get(index).map(String::as_str).unwrap_or_default();
        let Some(xml) = self.package.xml(part)? else {
            return Err(malformed(part));
        };
        let Some(mut rows) = Rows::begin(xml, &mut self.texts, &self.formats, self.since_1904)? else {
            return Ok(());
        };
        while let Some(row) = rows.next()? {
            if visit(row).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// The parts that a part points to.
struct Targets {
    /// By the pointer's name: what kind of part it is, and where it is.
    by_id: HashMap<String, (String, String)>,
}

impl Targets {
    fn read(package: &mut Package, part: &str) -> Result<Self, Box<Fault>> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let mut by_id = HashMap::new();
        if let Some(mut xml) =
            package.small_xml(format!("{folder}/_rels/{file}.rels").trim_start_matches('/'), &MAIN_BYTES)?
        {
            loop {
                match xml.next()? {
                    Event::Start(element) | Event::Empty(element)
                        if element.local_name().as_ref() == "Relationship" =>
                    {
                        let id = attribute(&element, "Id")?.unwrap_or_default().into_owned();
                        let kind = attribute(&element, "Type")?.unwrap_or_default();
                        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                        let target = attribute(&element, "Target")?.unwrap_or_default();
                        by_id.insert(id, (kind, resolved(folder, &target)));
                    }
                    Event::Eof => break,
                    _ => {}
                }
            }
        }
        Ok(Self { by_id })
    }

    fn of_kind(&self, wanted: &str) -> Option<&str> {
        self.by_id.values().find(|(kind, _)| kind == wanted).map(|(_, part)| part.as_str())
    }

    fn worksheet(&self, id: &str) -> Option<&str> {
        self.by_id.get(id).filter(|(kind, _)| kind == "worksheet").map(|(_, part)| part.as_str())
    }
}

/// A pointer's target as a name in the package: from its root, or beside the part that points.
fn resolved(folder: &str, target: &str) -> String {
    let mut path: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.retain(|step| !step.is_empty());
    path.join("/")
}

/// The main part of a package by its own pointers; Excel's name for it when they do not tell.
pub(super) fn main_part(package: &mut Package) -> Result<String, Box<Fault>> {
    let targets = Targets::read(package, "")?;
    Ok(targets.of_kind("officeDocument").unwrap_or("xl/workbook.xml").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_from_where_they_are_named() {
        assert_eq!(resolved("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolved("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolved("xl/x", "../sharedStrings.xml"), "xl/sharedStrings.xml");
        assert_eq!(resolved("", "xl/workbook.xml"), "xl/workbook.xml");
    }
}
