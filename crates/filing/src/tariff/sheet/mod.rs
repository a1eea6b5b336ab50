//! A user's own tariff table from a spreadsheet.
//!
//! Headers are taken in Chinese or English, in any order. All that is wrong is told with row, column and remedy; a table
//! with a wrong row is not taken at all, since a hole in a rate table looks like a code that does not exist.

mod cells;
mod columns;
pub mod grid;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use ports::fault::{Fault, Kind, Place};
use rust_decimal::Decimal;

use self::columns::{COLUMNS, Column};
use super::{Measure, OwnLine, OwnMeasure, faults};
use crate::cell::{Cell, Row, column_letters, decimal, hs_code, line};
use crate::codes::UnitCode;
use crate::hs::HsCode;

/// Letters of a cell that a fault repeats.
const SHOWN_LETTERS: usize = 80;
/// Letters of a name or source that are kept: more than the longest heading.
const TEXT_LETTERS: usize = 500;

/// A table file, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableFile {
    /// The file as the user named it.
    pub file: String,
    /// The sheet; nothing for a text file.
    pub sheet: Option<String>,
    /// Rows below the header.
    pub rows: u64,
    /// The lines of the rows that are right, with their rows.
    pub lines: Vec<(u32, OwnLine)>,
    /// The rows that are refused, ascending.
    pub refused: Vec<u32>,
    /// Everything that was found.
    pub faults: Vec<Fault>,
}

impl TableFile {
    /// Whether it can be taken.
    pub fn is_sound(&self) -> bool {
        !self.faults.iter().any(Fault::is_error)
    }

    fn place(&self) -> Place {
        Place { sheet: self.sheet.clone(), ..Place::file(&self.file) }
    }
}

/// Reads a table. What is wrong stands in the result.
pub fn read(path: &Path) -> TableFile {
    let mut table = TableFile { file: path.display().to_string(), ..TableFile::default() };
    let (grid, at) = match grid::read(path, &columns::is_header) {
        Ok(found) => found,
        Err(fault) => {
            let place = table.place();
            table.faults.push(fault.placed(place));
            return table;
        }
    };
    table.sheet = grid.sheet;
    let mut rows = grid.rows.into_iter().skip(at);
    let Some(header) = rows.next() else { return table };
    let Some(reader) = Reader::new(&header, &mut table) else { return table };
    for row in rows {
        table.rows += 1;
        let known = table.faults.len();
        match reader.line(&row, &mut table.faults) {
            Some(line) if table.faults.len() == known => table.lines.push((row.number, line)),
            _ => table.refused.push(row.number),
        }
    }
    if table.rows == 0 {
        let place = table.place();
        table.faults.push(crate::faults::SHEET_ROWS.at(place));
    }
    overlaps(&mut table, &reader);
    table.refused.sort_unstable();
    table.refused.dedup();
    let refused = std::mem::take(&mut table.refused);
    table.lines.retain(|(row, _)| refused.binary_search(row).is_err());
    table.refused = refused;
    if !table.refused.is_empty() {
        let fault = faults::TABLE_WHOLE.at(table.place()).with("refused", table.refused.len());
        table.faults.push(fault);
    }
    table
}

/// Refuses rows of one code that hold on the same day; of equal rows one stays.
fn overlaps(table: &mut TableFile, reader: &Reader) {
    let mut codes: HashMap<HsCode, Vec<usize>> = HashMap::new();
    let mut twice = HashSet::new();
    for (index, (row, line)) in table.lines.iter().enumerate() {
        let others = codes.entry(line.hs).or_default();
        let earlier = others.iter().filter_map(|other| table.lines.get(*other));
        let mut same = false;
        for (other, known) in earlier {
            let place = || reader.place(*row, Column::Hs, Some(line.hs.as_str()));
            if known == line {
                same = true;
                table.faults.push(faults::ROW_TWICE.at(place()).with("other", other));
                break;
            }
            if known.holds(line.since) || line.holds(known.since) {
                table.refused.extend([*other, *row]);
                table.faults.push(faults::OVERLAP.at(place()).with("other", other));
            }
        }
        if same {
            twice.insert(*row);
        } else {
            others.push(index);
        }
    }
    table.lines.retain(|(row, _)| !twice.contains(row));
}

/// Reads rows under a header.
struct Reader {
    file: Place,
    /// The file's name without its folder: the source of lines that name none.
    name: String,
    places: Vec<(columns::Place, Column)>,
}

impl Reader {
    /// Understands a header; nothing when a column is missing or stands there twice.
    fn new(header: &Row, table: &mut TableFile) -> Option<Self> {
        let at = |index: Option<usize>, title: &str| Place {
            row: Some(header.number),
            column: index.map(column_letters),
            header: Some(title.to_owned()),
            ..table.place()
        };
        let mut places: Vec<(columns::Place, Column)> = Vec::new();
        let mut found = Vec::new();
        for (place, column) in columns::header(header) {
            let title = place.title.clone();
            let here = at(Some(place.index), &title);
            match column {
                None => found.push(faults::TABLE_UNKNOWN.at(here).with("header", title)),
                Some(column) => match places.iter().find(|(_, known)| *known == column) {
                    Some((other, _)) => {
                        let other = column_letters(other.index);
                        found.push(faults::TABLE_TWICE.at(here).with("header", title).with("other", other));
                    }
                    None => places.push((place, column)),
                },
            }
        }
        for known in COLUMNS.iter().filter(|known| known.required) {
            if places.iter().all(|(_, column)| *column != known.column) {
                let header = known.headers.first().copied().unwrap_or_default();
                let fault = faults::TABLE_COLUMN.at(at(None, header)).with("header", header);
                found.push(fault.with("accepted", known.headers.join(", ")));
            }
        }
        let sound = !found.iter().any(Fault::is_error);
        let file = table.place();
        table.faults.extend(found);
        let name = Path::new(&table.file).file_name().map(|name| name.to_string_lossy().into_owned());
        sound.then_some(Self { file, name: name.unwrap_or_default(), places })
    }

    fn place(&self, row: u32, column: Column, value: Option<&str>) -> Place {
        let found = self.places.iter().find(|(_, known)| *known == column).map(|(place, _)| place);
        Place {
            row: Some(row),
            column: found.map(|place| column_letters(place.index)),
            header: found.map(|place| place.title.clone()),
            value: value.map(|value| value.chars().take(SHOWN_LETTERS).collect()),
            ..self.file.clone()
        }
    }

    fn line(&self, row: &Row, found: &mut Vec<Fault>) -> Option<OwnLine> {
        let mut cells = Cells { reader: self, row, found };
        let hs = cells.required(Column::Hs, &faults::CELL_HS, |cell| hs_code(cell).ok().map(|(hs, _)| hs));
        let unit = |cell: &Cell| UnitCode::lenient(&cells::said(cell)?);
        let unit1 = cells.required(Column::Unit1, &faults::CELL_UNIT, unit);
        let unit2 = cells.optional(Column::Unit2, &faults::CELL_UNIT, unit);
        let vat = cells.percent(Column::Vat);
        let vat = cells.required(Column::Vat, &faults::CELL_RATE, |cell| cells::rate(cell, vat));
        let mut rate = |column| {
            let percent = cells.percent(column);
            cells.optional(column, &faults::CELL_RATE, |cell| cells::rate(cell, percent))
        };
        let (mfn, provisional) = (rate(Column::Mfn), rate(Column::Provisional));
        let consumption = rate(Column::Consumption);
        let specific = cells.optional(Column::Specific, &faults::CELL_AMOUNT, |cell| {
            decimal(cell).ok().filter(|amount| !amount.is_sign_negative()).map(|amount| amount.normalize())
        });
        let measure = cells.measure();
        let since =
            cells.required(Column::Since, &faults::CELL_DATE, |cell| cells::date(&cells::said(cell)?));
        let until =
            cells.optional(Column::Until, &faults::CELL_DATE, |cell| cells::last_day(&cells::said(cell)?));
        let until = until.flatten();
        if let (Some(since), Some(until)) = (since, until)
            && until < since
        {
            let fault = cells.fault(&faults::PERIOD, Column::Until).with("since", since);
            found.push(fault.with("until", until));
            return None;
        }
        if measure == OwnMeasure::By(Measure::Piece) && unit2.is_none() {
            let fault = cells.fault(&faults::MEASURE_PIECE, Column::Unit2);
            cells.found.push(fault);
        }
        let name = cells.text(Column::Name).unwrap_or_default();
        let source = cells.text(Column::Source).unwrap_or_else(|| self.name.clone());
        Some(OwnLine {
            hs: hs?,
            name,
            unit1: unit1?,
            unit2,
            mfn,
            provisional,
            vat: vat?,
            consumption: consumption.unwrap_or(Decimal::ZERO),
            consumption_specific: specific.filter(|amount| !amount.is_zero()),
            measure,
            since: since?,
            until,
            source: source.into(),
        })
    }
}

/// The cells of one row.
struct Cells<'r> {
    reader: &'r Reader,
    row: &'r Row,
    found: &'r mut Vec<Fault>,
}

impl Cells<'_> {
    fn cell(&self, column: Column) -> Option<&Cell> {
        let (place, _) = self.reader.places.iter().find(|(_, known)| *known == column)?;
        self.row.get(place.index)
    }

    fn percent(&self, column: Column) -> bool {
        self.reader.places.iter().any(|(place, known)| *known == column && place.percent)
    }

    fn fault(&self, kind: &'static Kind, column: Column) -> Fault {
        let value = self.cell(column).map(Cell::shown);
        let place = self.reader.place(self.row.number, column, value.as_deref());
        let header = place.header.clone().unwrap_or_default();
        let value = place.value.clone().unwrap_or_default();
        kind.at(place).with("header", header).with("value", value)
    }

    fn required<T>(
        &mut self,
        column: Column,
        kind: &'static Kind,
        read: impl Fn(&Cell) -> Option<T>,
    ) -> Option<T> {
        let cell = self.cell(column);
        let value = cell.and_then(read);
        if value.is_none() {
            let kind = if cell.is_some() { kind } else { &faults::CELL_EMPTY };
            let fault = self.fault(kind, column);
            self.found.push(fault);
        }
        value
    }

    fn optional<T>(
        &mut self,
        column: Column,
        kind: &'static Kind,
        read: impl Fn(&Cell) -> Option<T>,
    ) -> Option<T> {
        let cell = self.cell(column).filter(|cell| cells::said(cell).is_some())?;
        let value = read(cell);
        if value.is_none() {
            let fault = self.fault(kind, column);
            self.found.push(fault);
        }
        value
    }

    /// An empty cell leaves the threshold to the built-in tables; a word for "none" says that there is none.
    fn measure(&mut self) -> OwnMeasure {
        let Some(cell) = self.cell(Column::Measure) else { return OwnMeasure::AsBuiltin };
        let measure = match cells::said(cell) {
            None => Some(OwnMeasure::None),
            Some(text) => cells::measure(&text),
        };
        measure.unwrap_or_else(|| {
            let fault = self.fault(&faults::CELL_MEASURE, Column::Measure);
            self.found.push(fault);
            OwnMeasure::AsBuiltin
        })
    }

    fn text(&self, column: Column) -> Option<String> {
        let text = line(&self.cell(column)?.shown())?;
        Some(text.chars().take(TEXT_LETTERS).collect())
    }
}
