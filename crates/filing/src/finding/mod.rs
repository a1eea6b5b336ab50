//! Findings: faults of a sheet in a form small enough to keep millions of them.
//!
//! A [`Finding`] knows its row, column and values; the file, the sheet, the header and the texts are added when it is
//! shown, by [`Findings`].

mod rows;

use std::fmt;

use ports::fault::{Fault, Kind, Place};

use crate::cell::column_letters;
use crate::columns::{Field, Header};
pub use rows::RowFindings;

/// Letters of a cell's value that a fault repeats; a clerk knows the cell from these.
pub const SHOWN_LETTERS: usize = 80;

/// One fault of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of fault.
    pub kind: &'static Kind,
    /// The row as the spreadsheet shows it.
    pub row: u32,
    /// The field it is about; nothing when it is about the row as a whole.
    pub field: Option<Field>,
    /// What stands in the cell, shortened.
    pub value: Option<Box<str>>,
    args: Option<Box<Args>>,
}

type Args = Vec<(&'static str, Box<str>)>;

impl Finding {
    /// A finding about a cell, with what stands there.
    pub fn cell(kind: &'static Kind, row: u32, field: Field, value: Option<&str>) -> Self {
        let value = value.map(|text| text.chars().take(SHOWN_LETTERS).collect::<String>().into());
        Self { kind, row, field: Some(field), value, args: None }
    }

    /// Adds a value for a placeholder of the texts.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.get_or_insert_default().push((name, value.to_string().into()));
        self
    }

    /// Whether the row is refused for it.
    pub fn is_error(&self) -> bool {
        self.kind.severity == ports::fault::Severity::Error
    }

    /// The fault in full, as it is shown in one language: notes about a column differ by language.
    pub fn fault(&self, file: &str, header: &Header, lang: ports::fault::Lang) -> Fault {
        let mut place = Place::file(file);
        place.sheet.clone_from(&header.sheet);
        place.row = Some(self.row);
        place.value = self.value.as_deref().map(str::to_owned);
        let mut fault = self.kind.fault();
        if let Some(field) = self.field {
            place.column = header.place(field).map(column_letters);
            place.header = Some(header.title(field).to_owned());
            fault = fault.with("header", header.title(field)).with("note", field.column().note.get(lang));
        }
        if let Some(value) = &self.value {
            fault = fault.with("value", value);
        }
        for (name, value) in self.args.iter().flat_map(|args| args.iter()) {
            fault = fault.with(name, value);
        }
        fault.placed(place)
    }
}

/// All that was found in one file.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// The file as the user named it.
    pub file: String,
    /// The header, when one was found.
    pub header: Option<Header>,
    /// Faults of the file as a whole, its sheets and columns.
    pub of_file: Vec<Fault>,
    /// Faults of rows, in the order of the rows once [`Findings::sort`] was called.
    pub of_rows: RowFindings,
}

impl Findings {
    /// Puts the faults of rows into the order of rows; those of one row keep theirs.
    pub fn sort(&mut self) {
        self.of_rows.sort();
    }

    /// How many faults there are.
    pub fn len(&self) -> usize {
        self.of_file.len() + self.of_rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.of_file.is_empty() && self.of_rows.is_empty()
    }

    /// Every fault in full, one by one: those of the file first.
    pub fn faults(&self, lang: ports::fault::Lang) -> impl Iterator<Item = Fault> + '_ {
        let nowhere = Header::read(None, 0, &[]);
        self.of_file.iter().cloned().chain(
            self.of_rows.iter().map(move |finding| {
                finding.fault(&self.file, self.header.as_ref().unwrap_or(&nowhere), lang)
            }),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Cell;
    use crate::faults;
    use ports::fault::Lang;

    #[test]
    fn a_finding_stays_small() {
        assert!(size_of::<Finding>() <= 40);
    }

    #[test]
    fn a_finding_becomes_a_fault_with_its_place() {
        let cells = [None, Some(Cell::Text("税则号".into()))];
        let header = Header::read(Some("填写".into()), 1, &cells);
        let fault = Finding::cell(&faults::HS_LENGTH, 7, Field::HsCode, Some("3304")).with("found", 4).fault(
            "goods.xlsx",
            &header,
            Lang::Zh,
        );
        assert_eq!(fault.at.to_string(), "goods.xlsx [填写] B7 税则号 \"3304\"");
        assert_eq!(fault.message(Lang::En), "the HS code 3304 has 4 digits instead of 10");
    }
}
