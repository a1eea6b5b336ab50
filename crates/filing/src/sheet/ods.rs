//! OpenDocument spreadsheets (.ods), row by row.
//!
//! The format repeats rows and cells by a count, so that a few bytes can stand for a million of each. calamine unrolls them
//! into one large table; here a repeated row is given out as often as it says, and repeated blanks are stepped over.

use std::io::BufRead;

use ports::fault::Fault;
use quick_xml::events::{BytesStart, Event};

use super::MAX_COLUMNS;
use super::bounds::{CELL_BYTES, CELLS, REPEATS, ROWS, SHEETS};
use super::package::Package;
use super::source::{Sheet, Source, Visit, put};
use super::xml::{Xml, malformed, push_text};
use crate::cell::{Cell, Row};

const CONTENT: &str = "content.xml";

/// An opened spreadsheet.
pub(super) struct Ods {
    package: Package,
}

impl Ods {
    pub(super) fn new(package: Package) -> Self {
        Self { package }
    }

    /// Shows the rows of each table until `visit` breaks; it breaks off the table, not the walk.
    fn walk(
        &mut self,
        table: &mut dyn FnMut(usize, &str) -> bool,
        visit: &mut dyn FnMut(usize, Row) -> std::ops::ControlFlow<()>,
    ) -> Result<(), Box<Fault>> {
        let mut xml = self.package.xml(CONTENT)?.ok_or_else(|| malformed(CONTENT))?;
        let mut index = 0_usize;
        loop {
            let wanted = match xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "table" => {
                    SHEETS.check(index as u64 + 1)?;
                    table(index, &attributes(&element)?.name)
                }
                Event::Eof => return Ok(()),
                _ => continue,
            };
            if wanted {
                let mut rows = Rows { xml: &mut xml, row: 0, cells: 0, inside: 1 };
                while let Some((row, times)) = rows.next()? {
                    let blank = row.is_blank() && row.cut.is_none();
                    let mut open = true;
                    if !blank {
                        REPEATS.check(u64::from(times))?;
                    }
                    for step in 0..if blank { 1 } else { times } {
                        let number = row.number + step;
                        ROWS.check(u64::from(number))?;
                        open = visit(index, Row { number, ..row.clone() }).is_continue();
                        if !open {
                            break;
                        }
                    }
                    if !open {
                        rows.leave()?;
                        break;
                    }
                }
            } else {
                xml.skip()?;
            }
            index += 1;
        }
    }
}

impl Source for Ods {
    fn sheets(&mut self) -> Result<Vec<Sheet>, Box<Fault>> {
        let mut names = Vec::new();
        let mut heads = Vec::new();
        self.walk(
            &mut |_, name| {
                names.push(name.to_owned());
                true
            },
            &mut |index, row| {
                if heads.len() <= index {
                    heads.resize_with(index + 1, || Sheet::new(String::new(), false));
                }
                match heads.get_mut(index) {
                    Some(sheet) => {
                        let more = sheet.head.take(row);
                        if more.is_break() {
                            sheet.weigh();
                        }
                        more
                    }
                    None => std::ops::ControlFlow::Break(()),
                }
            },
        )?;
        heads.resize_with(names.len(), || Sheet::new(String::new(), false));
        Ok(names.into_iter().zip(heads).map(|(name, sheet)| sheet.named(name)).collect())
    }

    fn rows(&mut self, index: usize, visit: &mut Visit<'_>) -> Result<(), Box<Fault>> {
        self.walk(&mut |table, _| table == index, &mut |_, row| visit(row))
    }
}

/// The rows of the table whose start was read.
struct Rows<'x, R> {
    xml: &'x mut Xml<R>,
    row: u32,
    cells: u64,
    /// Elements open from the table on.
    inside: u32,
}

impl<R: BufRead> Rows<'_, R> {
    /// The next row and how often it stands there.
    fn next(&mut self) -> Result<Option<(Row, u32)>, Box<Fault>> {
        loop {
            match self.xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "table-row" => {
                    let tag = attributes(&element)?;
                    let row =
                        Row { number: self.row.saturating_add(1), hidden: tag.hidden, ..Row::default() };
                    self.row = self.row.saturating_add(tag.rows);
                    let row = self.fill(row)?;
                    return Ok(Some((row, tag.rows)));
                }
                Event::Empty(element) if element.local_name().as_ref() == "table-row" => {
                    self.row = self.row.saturating_add(attributes(&element)?.rows);
                }
                // Header rows and groups of rows stand around rows; anything else has no cells.
                Event::Start(_) => self.inside += 1,
                Event::End(_) => {
                    self.inside -= 1;
                    if self.inside == 0 {
                        return Ok(None);
                    }
                }
                Event::Eof => return Err(malformed("the sheet breaks off")),
                _ => {}
            }
        }
    }

    /// Skips what is left of the table.
    fn leave(&mut self) -> Result<(), Box<Fault>> {
        while self.next()?.is_some() {}
        Ok(())
    }

    fn fill(&mut self, mut row: Row) -> Result<Row, Box<Fault>> {
        let mut column = 0_usize;
        loop {
            let (tag, cell) = match self.xml.next()? {
                Event::Start(element) if is_cell(&element) => {
                    let tag = attributes(&element)?;
                    let text = cell_text(self.xml)?;
                    let cell = value(&tag, text);
                    (tag, cell)
                }
                Event::Empty(element) if is_cell(&element) => {
                    let tag = attributes(&element)?;
                    let cell = value(&tag, String::new());
                    (tag, cell)
                }
                Event::Start(_) => {
                    self.xml.skip()?;
                    continue;
                }
                Event::End(_) => return Ok(row),
                Event::Eof => return Err(malformed("the sheet breaks off")),
                _ => continue,
            };
            let times = tag.columns as usize;
            if let Some(cell) = cell {
                self.cells = self.cells.saturating_add(u64::from(tag.columns));
                CELLS.check(self.cells)?;
                // One beyond the last column that is read leaves the trace that there is more.
                for at in column..column.saturating_add(times).min(MAX_COLUMNS + 1).max(column + 1) {
                    put(&mut row, at, cell.clone(), tag.formula)?;
                }
            }
            column = column.saturating_add(times);
        }
    }
}

fn is_cell(element: &BytesStart<'_>) -> bool {
    matches!(element.local_name().as_ref(), "table-cell" | "covered-table-cell")
}

/// What the tags of tables, rows and cells say.
#[derive(Default)]
struct Tag {
    name: String,
    rows: u32,
    columns: u32,
    hidden: bool,
    kind: String,
    error: bool,
    value: Option<String>,
    formula: bool,
}

fn attributes(element: &BytesStart<'_>) -> Result<Tag, Box<Fault>> {
    let mut tag = Tag { rows: 1, columns: 1, ..Tag::default() };
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| malformed(&error.to_string()))?;
        let value =
            quick_xml::escape::unescape(&attribute.value).map_err(|error| malformed(&error.to_string()))?;
        let count = || value.parse::<u32>().ok().filter(|count| *count > 0).ok_or_else(|| malformed(&value));
        match attribute.key.as_ref() {
            "table:name" => tag.name = value.into_owned(),
            "table:number-rows-repeated" => tag.rows = count()?,
            "table:number-columns-repeated" => tag.columns = count()?,
            "table:visibility" => tag.hidden = value != "visible",
            "table:formula" => tag.formula = true,
            "office:value-type" => tag.kind = value.into_owned(),
            "calcext:value-type" => tag.error = value == "error",
            "office:value"
            | "office:date-value"
            | "office:time-value"
            | "office:boolean-value"
            | "office:string-value" => tag.value = Some(value.into_owned()),
            _ => {}
        }
    }
    Ok(tag)
}

fn value(tag: &Tag, text: String) -> Option<Cell> {
    let given = tag.value.as_deref().unwrap_or(&text);
    let number = || given.parse::<f64>().ok();
    let cell = match tag.kind.as_str() {
        _ if tag.error => Cell::Error(text),
        "float" | "currency" => number().map_or(Cell::Text(text), Cell::Number),
        "percentage" => number().map_or(Cell::Text(text), Cell::Percent),
        "date" | "time" => Cell::Date(given.to_owned()),
        "boolean" => Cell::Bool(given == "true"),
        _ => Cell::Text(if text.is_empty() { tag.value.clone().unwrap_or_default() } else { text }),
    };
    (!matches!(&cell, Cell::Text(text) if text.is_empty())).then_some(cell)
}

/// The text of the cell whose start was read: its paragraphs, one a line, without notes.
fn cell_text<R: BufRead>(xml: &mut Xml<R>) -> Result<String, Box<Fault>> {
    let mut text = String::new();
    let mut inside = 1_u32;
    let mut paragraphs = 0_u32;
    loop {
        let event = xml.next()?;
        match &event {
            Event::Start(element) => match element.local_name().as_ref() {
                "annotation" | "frame" | "g" | "custom-shape" => {
                    xml.skip()?;
                    continue;
                }
                name => {
                    if name == "p" {
                        if paragraphs > 0 {
                            text.push('\n');
                        }
                        paragraphs += 1;
                    }
                    inside += 1;
                }
            },
            Event::Empty(element) => match element.local_name().as_ref() {
                "s" => {
                    let count = super::xml::attribute(element, "c")?
                        .and_then(|count| count.parse().ok())
                        .unwrap_or(1);
                    CELL_BYTES.check(count)?;
                    text.extend(std::iter::repeat_n(' ', usize::try_from(count).unwrap_or(1)));
                }
                "tab" => text.push('\t'),
                "line-break" => text.push('\n'),
                "p" => {
                    if paragraphs > 0 {
                        text.push('\n');
                    }
                    paragraphs += 1;
                }
                _ => {}
            },
            Event::End(_) => {
                inside -= 1;
                if inside == 0 {
                    return Ok(text);
                }
            }
            Event::Eof => return Err(malformed("a cell breaks off")),
            // Text between paragraphs is the indentation of the XML.
            _ if paragraphs == 0 || inside < 2 => {}
            _ => push_text(&event, &mut text)?,
        }
        CELL_BYTES.check(text.len() as u64)?;
    }
}
