//! The book written out as a sheet with the template's headers. Importing it again changes nothing.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use ports::store::StoreError;
use rust_xlsxwriter::{ColNum, Format, RowNum, Workbook, Worksheet, XlsxError};

use super::replace::replace;
use crate::book::{Book, Filter};
use crate::cell::NUMBER_DIGITS;
use crate::columns::{COLUMNS, Field};
use crate::record::Filing;

/// The sign in a CSV that a cell is text: without it a spreadsheet turns a barcode into 6.9E+12, drops the leading zero of
/// an HS code, and runs `=` as a formula. The reader takes it away again.
pub const TEXT_MARK: char = '\t';

/// The byte order mark by which Excel knows a CSV to be UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Why a sheet could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The book cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The workbook cannot be made or saved.
    #[error("the workbook cannot be written: {0}")]
    Workbook(#[from] XlsxError),
    /// The text file cannot be written.
    #[error("the file cannot be written: {0}")]
    Io(#[from] std::io::Error),
}

impl From<csv::Error> for WriteError {
    fn from(error: csv::Error) -> Self {
        WriteError::Io(error.into())
    }
}

/// Writes the wanted filings to a file: a `.csv` in UTF-8 with byte order mark, any other name a workbook. Returns how many.
///
/// # Errors
/// [`WriteError`]; what was there before is left then.
pub fn export(book: &Book, filter: &Filter, path: &Path) -> Result<u64, WriteError> {
    let text = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    replace(
        path,
        |path| {
            if text { export_csv(book, filter, path) } else { export_workbook(book, filter, path) }
        },
    )
}

fn export_csv(book: &Book, filter: &Filter, path: &Path) -> Result<u64, WriteError> {
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(BYTE_ORDER_MARK)?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
    writer.write_record(COLUMNS.iter().map(|column| column.header()))?;
    let count = each(book, filter, &mut |_, filing| {
        let cells = COLUMNS.iter().map(|column| {
            let text = filing.cell(column.field).unwrap_or_default();
            if !is_number(column.field) && wants_mark(&text) { format!("{TEXT_MARK}{text}") } else { text }
        });
        Ok(writer.write_record(cells)?)
    })?;
    writer
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)?
        .into_inner()
        .map_err(|error| error.into_error())?
        .sync_all()?;
    Ok(count)
}

fn export_workbook(book: &Book, filter: &Filter, path: &Path) -> Result<u64, WriteError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("备案")?;
    let (bold, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
    for (index, column) in (0..).zip(&COLUMNS) {
        sheet.set_column_width(index, 18)?;
        sheet.write_string_with_format(0, index, column.header(), &bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let count = each(book, filter, &mut |row, filing| {
        for (index, column) in (0..).zip(&COLUMNS) {
            if let Some(value) = filing.cell(column.field) {
                write_value(sheet, row, index, column.field, &value, &text)?;
            }
        }
        Ok(())
    })?;
    workbook.save(path)?;
    Ok(count)
}

/// Shows every wanted filing with its row, the header being row 0.
fn each(
    book: &Book,
    filter: &Filter,
    write: &mut dyn FnMut(RowNum, &Filing) -> Result<(), WriteError>,
) -> Result<u64, WriteError> {
    let mut count: RowNum = 0;
    let mut failed = None;
    book.each(filter, &mut |filing| {
        count = count.saturating_add(1);
        match write(count, &filing) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    failed.map_or(Ok(u64::from(count)), Err)
}

/// Writes a field's value: amounts as numbers, everything else as text.
pub(super) fn write_value(
    sheet: &mut Worksheet,
    row: RowNum,
    column: ColNum,
    field: Field,
    value: &str,
    text: &Format,
) -> Result<(), XlsxError> {
    match value.parse::<f64>() {
        Ok(number) if is_number(field) && fits_number(value) => sheet.write_number(row, column, number)?,
        _ => sheet.write_string_with_format(row, column, value, text)?,
    };
    Ok(())
}

/// Whether a field is an amount, which stands in a number cell.
pub(super) fn is_number(field: Field) -> bool {
    matches!(
        field,
        Field::Quantity1 | Field::Quantity2 | Field::ImportCost | Field::NetWeightG | Field::GrossWeightG
    )
}

/// Whether a number cell keeps every digit.
fn fits_number(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    u32::try_from(digits).is_ok_and(|digits| digits <= NUMBER_DIGITS)
}

/// Whether a spreadsheet that opens a CSV would change the text: formulas, long numbers, leading zeros, and what looks like
/// a date or a number with an exponent.
fn wants_mark(text: &str) -> bool {
    /// Digits a spreadsheet shows in full in a cell of ordinary format.
    const SHOWN_DIGITS: usize = 11;
    // Full-width signs begin a formula too where Chinese is typed.
    if text.starts_with(['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}']) {
        return true;
    }
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    if plain {
        return text.len() > SHOWN_DIGITS || (text.len() > 1 && text.starts_with('0'));
    }
    text.starts_with(|letter: char| letter.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'e' | b'E' | b'.' | b'/' | b'-' | b'+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_a_spreadsheet_would_spoil_is_marked() {
        for text in ["=1+1", "-1", "@x", "\u{FF1D}1", "6907315161898", "0402210000", "1e5", "1/2", "58e5"] {
            assert!(wants_mark(text), "{text}");
        }
        for text in ["", "0", "3304990039", "面膜", "MASK-001", "a/b"] {
            assert!(!wants_mark(text), "{text}");
        }
    }
}
