//! The search for the header row.

use std::ops::ControlFlow;

use super::{HEADER_ROWS, Part};
use crate::cell::Row;
use crate::columns::Header;

/// Passes rows on once the header is found.
pub(super) struct Search<'v> {
    sheet: Option<String>,
    wanted: usize,
    seen: Vec<Row>,
    found: bool,
    /// Whether any row held anything.
    pub(super) any: bool,
    visit: &'v mut dyn FnMut(Part) -> ControlFlow<()>,
}

impl<'v> Search<'v> {
    /// A search in one sheet for a row with at least `wanted` known headers.
    pub(super) fn new(
        sheet: Option<String>,
        wanted: usize,
        visit: &'v mut dyn FnMut(Part) -> ControlFlow<()>,
    ) -> Self {
        Self { sheet, wanted, seen: Vec::new(), found: false, any: false, visit }
    }

    /// Takes the next row; breaks when there is no header here or the visitor has had enough.
    pub(super) fn row(&mut self, row: Row) -> ControlFlow<()> {
        if row.is_blank() {
            return ControlFlow::Continue(());
        }
        self.any = true;
        if self.found {
            return (self.visit)(Part::Row(row));
        }
        let beyond = usize::try_from(row.number).is_ok_and(|number| number > HEADER_ROWS);
        self.seen.push(row);
        if beyond { self.decide() } else { ControlFlow::Continue(()) }
    }

    /// Called after the last row. Tells whether a header was found.
    pub(super) fn finish(mut self) -> bool {
        if !self.found {
            let _ = self.decide();
        }
        self.found
    }

    /// Chooses the row with the most known headers; the first of equals.
    fn decide(&mut self) -> ControlFlow<()> {
        let seen = std::mem::take(&mut self.seen);
        let mut best: Option<(usize, Header)> = None;
        for (index, row) in seen.iter().enumerate() {
            if usize::try_from(row.number).is_ok_and(|number| number > HEADER_ROWS) {
                continue;
            }
            let header = Header::read(self.sheet.clone(), row.number, &row.cells);
            if header.known() >= self.wanted
                && best.as_ref().is_none_or(|(_, other)| header.known() > other.known())
            {
                best = Some((index, header));
            }
        }
        let Some((index, header)) = best else {
            return ControlFlow::Break(());
        };
        self.found = true;
        (self.visit)(Part::Header(Box::new(header)))?;
        for row in seen.into_iter().skip(index + 1) {
            (self.visit)(Part::Row(row))?;
        }
        ControlFlow::Continue(())
    }
}

/// How many known headers make a header row, tried in this order over all sheets: a row with one known word may be a
/// remark, and is taken only when there is nothing better, to tell which columns are missing.
pub(super) const WANTED: [usize; 2] = [2, 1];
