//! Cells of a sheet and the lenient reading of what a clerk put in them.
//!
//! The strict parsers for the wire stand with their types ([`crate::hs::HsCode::parse`] and the like). Here a cell is given
//! the benefit of the doubt as long as its meaning is beyond doubt: blanks, full-width digits and thousand separators are
//! cleaned away; a code whose digits the spreadsheet has already destroyed is refused.

mod code;
mod hs;
mod number;
mod text;

pub use self::code::{CodeFault, code};
pub use self::hs::{HsFault, HsNotice, hs_code};
pub use self::number::{NumberFault, decimal, decimal_of_float, yuan};
pub use self::text::{fold, is_blank, line, strip_blanks};

/// A cell that holds something.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text, as it stands in the file.
    Text(String),
    /// A number. Spreadsheets keep every number as a binary double.
    Number(f64),
    /// A number that the spreadsheet shows as a percentage: 0.25 is seen as 25%.
    Percent(f64),
    /// True or false.
    Bool(bool),
    /// A date or time, in ISO form.
    Date(String),
    /// An error value such as `#N/A`.
    Error(String),
}

/// Digits a spreadsheet keeps of a number; it shows no more than these and fills the rest with zeros.
pub const NUMBER_DIGITS: u32 = 15;

impl Cell {
    /// The cell as the clerk sees it.
    pub fn shown(&self) -> String {
        match self {
            Cell::Text(text) | Cell::Date(text) | Cell::Error(text) => text.clone(),
            Cell::Number(number) => match decimal_of_float(*number) {
                Some(decimal) => decimal.to_string(),
                None => number.to_string(),
            },
            Cell::Percent(number) => match number::percent(*number) {
                Some(decimal) => format!("{decimal}%"),
                None => format!("{number}%"),
            },
            Cell::Bool(true) => "TRUE".to_owned(),
            Cell::Bool(false) => "FALSE".to_owned(),
        }
    }

    /// Whether there is nothing to see in it.
    pub fn is_blank(&self) -> bool {
        matches!(self, Cell::Text(text) if text.chars().all(is_blank))
    }
}

/// A row of a sheet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Its number as the spreadsheet shows it, the first row being 1.
    pub number: u32,
    /// Its cells from column A on; a row may be shorter than its header.
    pub cells: Vec<Option<Cell>>,
    /// The columns, counted from 0, whose cells are the results of formulas, ascending.
    pub formulas: Vec<u16>,
    /// Whether the spreadsheet hides it, by hand or by a filter.
    pub hidden: bool,
    /// The first column beyond those that are read in which something stands.
    pub cut: Option<usize>,
}

impl Row {
    /// A row of cells.
    pub fn new(number: u32, cells: Vec<Option<Cell>>) -> Self {
        Self { number, cells, ..Self::default() }
    }

    /// The cell in a column counted from 0, unless it is empty or blank.
    pub fn get(&self, column: usize) -> Option<&Cell> {
        self.cells.get(column)?.as_ref().filter(|cell| !cell.is_blank())
    }

    /// Whether nothing can be seen in it.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().flatten().all(Cell::is_blank)
    }

    /// Bytes of its text.
    pub fn bytes(&self) -> usize {
        self.cells
            .iter()
            .map(|cell| match cell {
                Some(Cell::Text(text) | Cell::Date(text) | Cell::Error(text)) => text.len(),
                _ => 0,
            })
            .sum()
    }
}

/// The letters of a column counted from 0: `A`, `Z`, `AA`.
pub fn column_letters(index: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = index;
    loop {
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        if rest < 26 {
            break;
        }
        rest = rest / 26 - 1;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_a_spreadsheet_gives_them() {
        let letters: Vec<_> = [0, 25, 26, 51, 52, 701, 702].into_iter().map(column_letters).collect();
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn a_number_is_shown_with_the_digits_of_a_spreadsheet() {
        assert_eq!(Cell::Number(6_907_315_161_898.0).shown(), "6907315161898");
        assert_eq!(Cell::Number(0.1 + 0.2).shown(), "0.3");
        assert_eq!(Cell::Number(f64::NAN).shown(), "NaN");
    }

    #[test]
    fn a_row_of_blanks_is_blank() {
        let row = Row::new(3, vec![None, Some(Cell::Text(" \u{3000}\u{200b}".into()))]);
        assert!(row.is_blank());
        assert_eq!(row.get(1), None);
        assert_eq!(row.get(7), None);
    }
}
