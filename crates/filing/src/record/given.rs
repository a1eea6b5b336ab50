//! Cells of one row read as the types of a filing's fields, each with its findings.

use ports::fault::Kind;
use rust_decimal::Decimal;

use super::field::{Positive, TOO_LARGE, Text};
use crate::cell::{
    Cell, CodeFault, HsFault, HsNotice, NumberFault, Row, code, decimal, fold, hs_code, is_blank, line, yuan,
};
use crate::columns::{Field, Header};
use crate::faults;
use crate::finding::Finding;
use crate::hs::HsCode;
use crate::sheet::MAX_CELL_LETTERS;

/// What a cell gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given<T> {
    /// The cell is empty, or there is no such column.
    Nothing,
    /// The cell's content is refused; a finding tells why.
    Refused,
    /// A value.
    Value(T),
}

impl<T> Given<T> {
    pub(super) fn value(self) -> Option<T> {
        match self {
            Given::Value(value) => Some(value),
            Given::Nothing | Given::Refused => None,
        }
    }

    pub(super) fn as_ref(&self) -> Given<&T> {
        match self {
            Given::Value(value) => Given::Value(value),
            Given::Nothing => Given::Nothing,
            Given::Refused => Given::Refused,
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Given::Nothing)
    }
}

/// Reads the cells of one row and collects what is found.
pub(super) struct Cells<'r> {
    pub(super) header: &'r Header,
    pub(super) row: &'r Row,
    pub(super) findings: Vec<Finding>,
}

impl<'r> Cells<'r> {
    /// The cell of a field, unless it is empty. Error values and overlong cells are refused here for every field.
    pub(super) fn cell(&mut self, field: Field) -> Given<&'r Cell> {
        let Some(cell) = self.header.place(field).and_then(|column| self.row.get(column)) else {
            return Given::Nothing;
        };
        match cell {
            Cell::Error(error) => self.refuse(&faults::CELL_ERROR, field, Some(error)),
            // A text table has error values as text, and so has whatever was copied as text.
            Cell::Text(text) if is_error_value(text) => {
                self.refuse(&faults::CELL_ERROR, field, Some(text.trim()))
            }
            Cell::Text(text) if text.len() > MAX_CELL_LETTERS && text.chars().count() > MAX_CELL_LETTERS => {
                self.findings.push(
                    self.finding(&faults::CELL_LONG, field, Some(text))
                        .with("found", text.chars().count())
                        .with("limit", MAX_CELL_LETTERS),
                );
                Given::Refused
            }
            cell => Given::Value(cell),
        }
    }

    pub(super) fn finding(&self, kind: &'static Kind, field: Field, value: Option<&str>) -> Finding {
        Finding::cell(kind, self.row.number, field, value)
    }

    pub(super) fn refuse<T>(&mut self, kind: &'static Kind, field: Field, value: Option<&str>) -> Given<T> {
        let finding = self.finding(kind, field, value);
        self.findings.push(finding);
        Given::Refused
    }

    /// One line of text, or the number that stands there as text.
    pub(super) fn line(&mut self, field: Field) -> Given<String> {
        let cell = match self.cell(field) {
            Given::Value(cell) => cell,
            Given::Nothing => return Given::Nothing,
            Given::Refused => return Given::Refused,
        };
        match cell {
            Cell::Text(text) => match line(text) {
                Some(line) => Given::Value(line),
                None => self.refuse(&faults::CELL_CONTROL, field, Some(&without_controls(text))),
            },
            Cell::Number(_) => Given::Value(cell.shown()),
            Cell::Percent(_) | Cell::Bool(_) | Cell::Date(_) | Cell::Error(_) => {
                self.refuse(&faults::CELL_KIND, field, Some(&cell.shown()))
            }
        }
    }

    /// Text of at most `MAX` characters.
    pub(super) fn text<const MAX: usize>(&mut self, field: Field) -> Given<Text<MAX>> {
        match self.line(field) {
            Given::Value(line) => self.fit(field, line),
            Given::Nothing => Given::Nothing,
            Given::Refused => Given::Refused,
        }
    }

    /// A code of at most `MAX` characters: half-width, digits kept.
    pub(super) fn code_text<const MAX: usize>(&mut self, field: Field) -> Given<Text<MAX>> {
        match self.code(field) {
            Given::Value(code) => self.fit(field, code),
            Given::Nothing => Given::Nothing,
            Given::Refused => Given::Refused,
        }
    }

    fn fit<const MAX: usize>(&mut self, field: Field, text: String) -> Given<Text<MAX>> {
        if Text::<MAX>::is_right(&text) {
            return Text::parse(text).map_or(Given::Refused, Given::Value);
        }
        let letters = text.chars().count();
        if letters > MAX {
            let finding = self.finding(&faults::TEXT_LENGTH, field, Some(&text));
            self.findings.push(finding.with("found", letters).with("limit", MAX));
            return Given::Refused;
        }
        self.refuse(&faults::CELL_CONTROL, field, Some(&without_controls(&text)))
    }

    /// A code: digits that are a name.
    pub(super) fn code(&mut self, field: Field) -> Given<String> {
        match self.cell(field) {
            Given::Value(cell) => match code(cell) {
                Ok(code) => Given::Value(code),
                Err(fault) => self.code_fault(fault, field, cell),
            },
            Given::Nothing => Given::Nothing,
            Given::Refused => Given::Refused,
        }
    }

    fn code_fault<T>(&mut self, fault: CodeFault, field: Field, cell: &Cell) -> Given<T> {
        let kind = match fault {
            CodeFault::Scientific => &faults::CODE_SCIENTIFIC,
            CodeFault::DigitsLost => &faults::CODE_DIGITS,
            CodeFault::Kind => &faults::CELL_KIND,
        };
        self.refuse(kind, field, Some(&cell.shown()))
    }

    /// A name or code of a list, half-width; short codes that a number cell has made into a number get their zeros back.
    pub(super) fn listed(&mut self, field: Field) -> Given<String> {
        match self.cell(field) {
            Given::Value(Cell::Number(number)) => match code(&Cell::Number(*number)) {
                Ok(digits) => Given::Value(format!("{digits:0>3}")),
                Err(fault) => self.code_fault(fault, field, &Cell::Number(*number)),
            },
            Given::Value(_) => match self.line(field) {
                Given::Value(text) => Given::Value(fold(&text).trim_matches(is_blank).to_owned()),
                other => other,
            },
            Given::Nothing => Given::Nothing,
            Given::Refused => Given::Refused,
        }
    }

    /// A decimal number of any sign.
    pub(super) fn number(&mut self, field: Field) -> Given<Decimal> {
        let cell = match self.cell(field) {
            Given::Value(cell) => cell,
            Given::Nothing => return Given::Nothing,
            Given::Refused => return Given::Refused,
        };
        let read = if field == Field::ImportCost { yuan(cell) } else { decimal(cell) };
        let kind = match read {
            Ok(number) if number < TOO_LARGE => return Given::Value(number),
            Ok(_) | Err(NumberFault::Range) => &faults::NUMBER_LARGE,
            Err(NumberFault::Form) if matches!(cell, Cell::Date(_) | Cell::Bool(_)) => &faults::CELL_KIND,
            Err(NumberFault::Form) => &faults::NUMBER_FORM,
            Err(NumberFault::Percent) => &faults::NUMBER_PERCENT,
            Err(NumberFault::Currency) => &faults::NUMBER_CURRENCY,
        };
        self.refuse(kind, field, Some(&cell.shown()))
    }

    /// A number above zero.
    pub(super) fn positive<const SCALE: u32>(&mut self, field: Field) -> Given<Positive<SCALE>> {
        match self.number(field) {
            Given::Value(number) => self.above_zero(field, number),
            Given::Nothing => Given::Nothing,
            Given::Refused => Given::Refused,
        }
    }

    /// A number above zero, where zero or an empty cell means none.
    pub(super) fn positive_or_zero<const SCALE: u32>(&mut self, field: Field) -> Given<Positive<SCALE>> {
        match self.number(field) {
            Given::Value(number) if number.is_zero() => Given::Nothing,
            Given::Value(number) if number.is_sign_negative() => {
                self.refuse(&faults::NUMBER_NEGATIVE, field, Some(&number.to_string()))
            }
            Given::Value(number) => self.above_zero(field, number),
            Given::Nothing => Given::Nothing,
            Given::Refused => Given::Refused,
        }
    }

    fn above_zero<const SCALE: u32>(&mut self, field: Field, number: Decimal) -> Given<Positive<SCALE>> {
        if number <= Decimal::ZERO {
            return self.refuse(&faults::NUMBER_POSITIVE, field, Some(&number.to_string()));
        }
        match Positive::new(number) {
            Some(amount) => Given::Value(amount),
            None => {
                let finding = self.finding(&faults::NUMBER_SCALE, field, Some(&number.to_string()));
                self.findings.push(finding.with("found", number.scale()).with("limit", SCALE));
                Given::Refused
            }
        }
    }

    /// The commodity code.
    pub(super) fn hs_code(&mut self) -> Given<HsCode> {
        let field = Field::HsCode;
        let cell = match self.cell(field) {
            Given::Value(cell) => cell,
            Given::Nothing => return Given::Nothing,
            Given::Refused => return Given::Refused,
        };
        let (hs, notices) = match hs_code(cell) {
            Ok(read) => read,
            Err(HsFault::Code(fault)) => return self.code_fault(fault, field, cell),
            Err(HsFault::Characters) => return self.refuse(&faults::HS_CHARS, field, Some(&cell.shown())),
            Err(HsFault::Chapter) => return self.refuse(&faults::HS_CHAPTER, field, Some(&cell.shown())),
            Err(HsFault::Inspection(first)) => {
                let finding = self.finding(&faults::HS_INSPECTION, field, Some(&cell.shown()));
                self.findings.push(finding.with("taken", first));
                return Given::Refused;
            }
            Err(HsFault::Length(found)) => {
                let finding = self.finding(&faults::HS_LENGTH, field, Some(&cell.shown()));
                self.findings.push(finding.with("found", found));
                return Given::Refused;
            }
        };
        for notice in notices {
            let kind = match notice {
                HsNotice::Blanks => &faults::HS_BLANKS,
                HsNotice::FullWidth => &faults::HS_WIDTH,
                HsNotice::LostZero => &faults::HS_ZERO,
                HsNotice::National => &faults::HS_NATIONAL,
            };
            let finding = self.finding(kind, field, Some(&cell.shown()));
            self.findings.push(finding.with("taken", hs));
        }
        Given::Value(hs)
    }
}

/// The error values of spreadsheets.
fn is_error_value(text: &str) -> bool {
    const ERRORS: [&str; 9] =
        ["#N/A", "#NAME?", "#REF!", "#DIV/0!", "#VALUE!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"];
    text.starts_with('#') && ERRORS.contains(&text.trim())
}

fn without_controls(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{FFFD}' } else { letter }).collect()
}
