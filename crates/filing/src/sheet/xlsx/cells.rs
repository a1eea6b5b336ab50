//! The rows of a worksheet, one by one.

use std::io::BufRead;

use calamine::{ExcelDateTime, ExcelDateTimeType};
use ports::fault::Fault;
use quick_xml::events::{BytesStart, Event};

use super::formats::{Formats, Shown};
use super::plain::{self, Value};
use super::rich::{rich_text, unescaped};
use super::texts::Texts;
use crate::cell::{Cell, Row};
use crate::sheet::bounds::{CELLS, ROWS};
use crate::sheet::source::put;
use crate::sheet::xml::{Xml, malformed};

/// Reads the rows of one sheet.
pub(super) struct Rows<'w, R> {
    xml: Xml<R>,
    texts: &'w mut Texts,
    formats: &'w Formats,
    since_1904: bool,
    row: u32,
    width: usize,
    cells: u64,
    text: String,
    ended: bool,
}

/// What a cell's tag says.
#[derive(Default)]
struct Tag {
    column: Option<usize>,
    style: usize,
    kind: Kind,
}

/// What the cell's value is written as.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Unsaid,
    Number,
    Shared,
    Text,
    Inline,
    Bool,
    Error,
    Date,
}

impl<'w, R: BufRead> Rows<'w, R> {
    /// Stands before the first row; nothing when the part is no worksheet.
    pub(super) fn begin(
        mut xml: Xml<R>,
        texts: &'w mut Texts,
        formats: &'w Formats,
        since_1904: bool,
    ) -> Result<Option<Self>, Box<Fault>> {
        let mut ended = false;
        loop {
            match xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "sheetData" => break,
                Event::Empty(element) if element.local_name().as_ref() == "sheetData" => {
                    ended = true;
                    break;
                }
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
        let text = String::new();
        Ok(Some(Self { xml, texts, formats, since_1904, row: 0, width: 0, cells: 0, text, ended }))
    }

    /// The next row, blank or not.
    pub(super) fn next(&mut self) -> Result<Option<Row>, Box<Fault>> {
        if self.ended {
            return Ok(None);
        }
        loop {
            match self.xml.next()? {
                Event::Start(element) if name(&element) == "row" => {
                    let (number, hidden) = row_tag(&element, self.row)?;
                    self.row = number;
                    let mut row = Row { number, hidden, ..Row::default() };
                    self.fill(&mut row)?;
                    return Ok(Some(row));
                }
                Event::Empty(element) if name(&element) == "row" => {
                    self.row = row_tag(&element, self.row)?.0;
                }
                Event::End(element) if element.local_name().as_ref() == "sheetData" => {
                    self.ended = true;
                    // What follows is of no use, but the package's checksum stands at its end.
                    while !matches!(self.xml.next()?, Event::Eof) {}
                    return Ok(None);
                }
                Event::Eof => return Err(malformed("the sheet breaks off")),
                _ => {}
            }
        }
    }

    fn fill(&mut self, row: &mut Row) -> Result<(), Box<Fault>> {
        row.cells = Vec::with_capacity(self.width);
        let mut column = 0;
        loop {
            if let Some((plain, bytes)) = plain::cell(self.xml.at_hand()?) {
                // What is not as simple as it looked is read again, with all care.
                if plain.row.is_none_or(|of| of == row.number) {
                    let at = plain.column.unwrap_or(column);
                    let cell = match plain.value {
                        Value::Shared(number) => text_cell(self.texts.get(number)?),
                        Value::Number(number) => Some(self.number(number, plain.style)),
                    };
                    self.xml.take(bytes);
                    self.cells += 1;
                    CELLS.check(self.cells)?;
                    column = at + 1;
                    if let Some(cell) = cell {
                        put(row, at, cell, false)?;
                    }
                    continue;
                }
            }
            let (tag, empty) = match self.xml.next()? {
                Event::Start(element) if name(&element) == "c" => (cell_tag(&element, row.number)?, false),
                Event::Empty(element) if name(&element) == "c" => (cell_tag(&element, row.number)?, true),
                Event::End(element) if element.local_name().as_ref() == "row" => {
                    self.width = self.width.max(row.cells.len());
                    return Ok(());
                }
                Event::Eof => return Err(malformed("the sheet breaks off")),
                _ => continue,
            };
            self.cells += 1;
            CELLS.check(self.cells)?;
            let at = tag.column.unwrap_or(column);
            column = at + 1;
            if empty {
                continue;
            }
            let (cell, formula) = self.cell(&tag)?;
            if let Some(cell) = cell {
                put(row, at, cell, formula)?;
            }
        }
    }

    /// The value between a cell's tags, and whether a formula has made it.
    fn cell(&mut self, tag: &Tag) -> Result<(Option<Cell>, bool), Box<Fault>> {
        let mut value = None;
        let mut formula = false;
        loop {
            match self.xml.next()? {
                Event::Start(element) => match name(&element) {
                    "v" if tag.kind != Kind::Inline => {
                        self.text.clear();
                        self.xml.text(&mut self.text)?;
                        value = self.value(tag)?;
                    }
                    "is" => {
                        self.text.clear();
                        rich_text(&mut self.xml, "is", &mut self.text)?;
                        value = text_cell(&self.text);
                    }
                    "f" => {
                        formula = true;
                        self.xml.skip()?;
                    }
                    _ => self.xml.skip()?,
                },
                Event::Empty(element) => formula |= name(&element) == "f",
                Event::End(_) => return Ok((value, formula)),
                Event::Eof => return Err(malformed("a cell breaks off")),
                _ => {}
            }
        }
    }

    fn value(&mut self, tag: &Tag) -> Result<Option<Cell>, Box<Fault>> {
        let text = self.text.as_str();
        if text.is_empty() {
            return Ok(None);
        }
        Ok(Some(match tag.kind {
            Kind::Shared => {
                let number = text.trim().parse().map_err(|_| malformed(&format!("<v>{text}</v>")))?;
                return Ok(text_cell(self.texts.get(number)?));
            }
            Kind::Text | Kind::Inline => return Ok(text_cell(&unescaped(text))),
            Kind::Bool => match text.trim() {
                "1" | "true" | "TRUE" => Cell::Bool(true),
                "0" | "false" | "FALSE" => Cell::Bool(false),
                _ => return Err(malformed(&format!("<v>{text}</v>"))),
            },
            Kind::Error => Cell::Error(text.to_owned()),
            Kind::Date => Cell::Date(text.to_owned()),
            Kind::Number | Kind::Unsaid => match text.trim().parse::<f64>() {
                Ok(number) => self.number(number, tag.style),
                // Some programs leave the kind out of text cells.
                Err(_) if tag.kind == Kind::Unsaid => return Ok(text_cell(text)),
                Err(_) => return Err(malformed(&format!("<v>{text}</v>"))),
            },
        }))
    }

    fn number(&self, number: f64, style: usize) -> Cell {
        match self.formats.get(style) {
            Shown::Number => Cell::Number(number),
            Shown::Percent => Cell::Percent(number),
            Shown::Date => Cell::Date(shown_date(&ExcelDateTime::new(
                number,
                ExcelDateTimeType::DateTime,
                self.since_1904,
            ))),
        }
    }
}

/// The row's number, which must be above the last one's, and whether it is hidden.
fn row_tag(element: &BytesStart<'_>, last: u32) -> Result<(u32, bool), Box<Fault>> {
    let (mut number, mut hidden) = (last.saturating_add(1), false);
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| malformed(&error.to_string()))?;
        match attribute.key.as_ref() {
            "r" => {
                let given =
                    attribute.value.parse::<u64>().map_err(|_| malformed("a row without a number"))?;
                ROWS.check(given)?;
                number = u32::try_from(given).unwrap_or(u32::MAX);
            }
            "hidden" => hidden = matches!(attribute.value.as_ref(), "1" | "true"),
            _ => {}
        }
    }
    ROWS.check(u64::from(number))?;
    if number <= last {
        return Err(malformed(&format!("row {number} comes after row {last}")));
    }
    Ok((number, hidden))
}

fn cell_tag(element: &BytesStart<'_>, row: u32) -> Result<Tag, Box<Fault>> {
    let mut tag = Tag::default();
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| malformed(&error.to_string()))?;
        let value = attribute.value.as_ref();
        match attribute.key.as_ref() {
            "r" => {
                let (column, of) = place(value).ok_or_else(|| malformed(&format!("<c r=\"{value}\">")))?;
                if of != row {
                    return Err(malformed(&format!("cell {value} stands in row {row}")));
                }
                tag.column = Some(column);
            }
            "s" => tag.style = value.parse().unwrap_or(0),
            "t" => {
                tag.kind = match value {
                    "s" => Kind::Shared,
                    "n" => Kind::Number,
                    "str" => Kind::Text,
                    "inlineStr" | "is" => Kind::Inline,
                    "b" => Kind::Bool,
                    "e" => Kind::Error,
                    "d" => Kind::Date,
                    _ => return Err(malformed(&format!("<c t=\"{value}\">"))),
                }
            }
            _ => {}
        }
    }
    Ok(tag)
}

/// An element's name without its prefix; names as short as `c`, `v`, `f` and `is` have none.
#[inline]
fn name<'e>(element: &'e BytesStart<'_>) -> &'e str {
    let name = element.name().into_inner();
    match name.len() {
        0..=2 => name,
        _ => element.local_name().into_inner(),
    }
}

/// `C7` as a column counted from 0 and a row counted from 1. Columns go to XFD.
pub(super) fn place(reference: &str) -> Option<(usize, u32)> {
    /// Excel's last column, counted from 1.
    const LAST_COLUMN: usize = 16_384;
    let digits = reference.bytes().position(|byte| byte.is_ascii_digit())?;
    let (letters, digits) = reference.split_at_checked(digits)?;
    let mut column = 0_usize;
    for letter in letters.bytes() {
        let letter = letter.to_ascii_uppercase();
        if !letter.is_ascii_uppercase() {
            return None;
        }
        column = column * 26 + usize::from(letter - b'A') + 1;
        if column > LAST_COLUMN {
            return None;
        }
    }
    Some((column.checked_sub(1)?, digits.parse().ok()?))
}

fn text_cell(text: &str) -> Option<Cell> {
    (!text.is_empty()).then(|| Cell::Text(text.to_owned()))
}

/// A date as people write it.
pub(in crate::sheet) fn shown_date(date: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_places() {
        assert_eq!(place("A1"), Some((0, 1)));
        assert_eq!(place("XFD1048576"), Some((16_383, 1_048_576)));
        for wrong in ["XFE1", "1", "A", "", "A0x", "Ä1", "A-1", "AAAAAAAAAAAAAAAAAAAAAAAAA1"] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }
}
