//! The search for the header row.

use std::ops::ControlFlow;

use super::{Extent, HEADER_ROWS, Part};
use crate::cell::{Cell, Row, column_letters};
use crate::columns::{Header, Meaning, Need};
use crate::faults;

/// The first rows of a sheet, in which the header is looked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    rows: Vec<Row>,
    /// Whether any row holds anything.
    pub(super) any: bool,
}

impl Head {
    /// Takes a row; breaks once it lies below those in which a header may stand, and keeps that one too.
    pub(super) fn take(&mut self, row: Row) -> ControlFlow<()> {
        let beyond = usize::try_from(row.number).is_ok_and(|number| number > HEADER_ROWS);
        if !row.is_blank() {
            self.any = true;
            self.rows.push(row);
        }
        if beyond { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// The row with the most known headers, the first of equals, with its index among the rows taken.
    ///
    /// In a header of two rows whose cells are merged, a title that spans both stands in the upper one; where the lower row
    /// has nothing, the upper row's title counts.
    pub(super) fn best(&self, sheet: Option<&str>) -> Option<(usize, Header)> {
        let mut best: Option<(usize, Header)> = None;
        let mut above: Option<&Row> = None;
        for (index, row) in self.rows.iter().enumerate() {
            if usize::try_from(row.number).is_ok_and(|number| number > HEADER_ROWS) {
                break;
            }
            let alone = Header::read(sheet.map(str::to_owned), row.number, &row.cells);
            let both = above.filter(|above| above.number + 1 == row.number).map(|above| {
                Header::read(sheet.map(str::to_owned), row.number, &merged(&above.cells, &row.cells))
            });
            for header in std::iter::once(alone).chain(both) {
                if header.known() > best.as_ref().map_or(0, |(_, other)| other.known()) {
                    best = Some((index, header));
                }
            }
            above = Some(row);
        }
        best
    }
}

/// The cells of two rows, the lower before the upper; of the upper row known headers only.
fn merged(upper: &[Option<Cell>], lower: &[Option<Cell>]) -> Vec<Option<Cell>> {
    let known = Header::read(None, 0, upper);
    (0..upper.len().max(lower.len()))
        .map(|column| match lower.get(column) {
            Some(Some(cell)) if !cell.is_blank() => Some(cell.clone()),
            _ if matches!(known.meanings.get(column), Some(Meaning::Field(_))) => upper.get(column)?.clone(),
            _ => None,
        })
        .collect()
}

/// How many known headers make a header row, tried in this order: a row with one known word may be a remark, and is taken
/// only when there is nothing better, to tell which columns are missing.
pub(super) const WANTED: [usize; 2] = [2, 1];

/// Whether a header has every column without which no row can be taken.
pub(super) fn is_complete(header: &Header) -> bool {
    crate::columns::COLUMNS
        .iter()
        .all(|column| column.need != Need::Required || header.place(column.field).is_some())
}

/// Passes rows on once the header is found.
pub(super) struct Search<'v> {
    sheet: Option<String>,
    wanted: usize,
    head: Option<Head>,
    any: bool,
    found: bool,
    hidden: u32,
    first_hidden: Option<u32>,
    cut: Option<String>,
    visit: &'v mut dyn FnMut(Part) -> ControlFlow<()>,
}

impl<'v> Search<'v> {
    /// A search in one sheet for a row with at least `wanted` known headers.
    pub(super) fn new(
        sheet: Option<String>,
        wanted: usize,
        visit: &'v mut dyn FnMut(Part) -> ControlFlow<()>,
    ) -> Self {
        Self {
            sheet,
            wanted,
            head: Some(Head::default()),
            any: false,
            found: false,
            hidden: 0,
            first_hidden: None,
            cut: None,
            visit,
        }
    }

    /// Takes the next row; breaks when there is no header here or the visitor has had enough.
    pub(super) fn row(&mut self, row: Row) -> ControlFlow<()> {
        if let Some(column) = row.cut
            && self.cut.is_none()
        {
            self.cut = Some(format!("{}{}", column_letters(column), row.number));
        }
        match &mut self.head {
            Some(head) => match head.take(row) {
                ControlFlow::Continue(()) => ControlFlow::Continue(()),
                ControlFlow::Break(()) => self.decide(),
            },
            None if row.is_blank() => ControlFlow::Continue(()),
            None => self.pass(row),
        }
    }

    /// Called after the last row. Tells what was noticed when a header was found.
    pub(super) fn finish(mut self) -> Found {
        let _ = self.decide();
        if !self.found {
            return Found::Nothing { any: self.any };
        }
        let mut notices = Vec::new();
        if let Some(cell) = self.cut {
            notices.push(faults::COLUMN_MANY.fault().with("limit", super::MAX_COLUMNS).with("cell", cell));
        }
        if let Some(first) = self.first_hidden {
            notices.push(faults::ROW_HIDDEN.fault().with("count", self.hidden).with("first", first));
        }
        Found::Header(Extent { notices })
    }

    fn pass(&mut self, row: Row) -> ControlFlow<()> {
        if row.hidden {
            self.hidden += 1;
            self.first_hidden.get_or_insert(row.number);
        }
        (self.visit)(Part::Row(row))
    }

    fn decide(&mut self) -> ControlFlow<()> {
        let Some(head) = self.head.take() else {
            return ControlFlow::Continue(());
        };
        self.any |= head.any;
        let best = head.best(self.sheet.as_deref()).filter(|(_, header)| header.known() >= self.wanted);
        let Some((index, header)) = best else {
            return ControlFlow::Break(());
        };
        self.found = true;
        (self.visit)(Part::Header(Box::new(header)))?;
        for row in head.rows.into_iter().skip(index + 1) {
            self.pass(row)?;
        }
        ControlFlow::Continue(())
    }
}

/// What became of a search.
pub(super) enum Found {
    /// A header, and what was noticed.
    Header(Extent),
    /// No header, and whether there was anything at all.
    Nothing { any: bool },
}
