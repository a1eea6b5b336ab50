//! The sheet to fill in.
//!
//! It has three sheets: 填写 to fill in, 说明 that explains every column, and a hidden one with the lists behind the
//! drop-downs, since a list in the cell itself may have no more than 255 letters.
//!
//! The example row is a right one: it imports without a warning, so that a clerk can try the way from the sheet to the book
//! at once. Its barcode is `EXAMPLE-0001`, which no order ever names, so that it does no harm when it is left in.

use std::path::Path;

use ports::catalogue::Catalogue;
use rust_xlsxwriter::{
    ColNum, Color, DataValidation, DataValidationErrorStyle, Format, FormatBorder, Formula, Note, RowNum,
    Workbook, Worksheet, XlsxError,
};

use super::export::{WriteError, is_number, write_value};
use super::replace::replace;
use crate::codes::{CountryCode, UnitCode};
use crate::columns::{COLUMNS, Column, Field, Need};
use crate::start::Started;

/// The example row's barcode.
pub const EXAMPLE_BARCODE: &str = "EXAMPLE-0001";

/// The last row for which drop-downs are offered, counted from 0: all of the sheet.
const LAST_ROW: u32 = super::MAX_ROWS - 1;

const LISTS_SHEET: &str = "列表";

/// Dark red: without it the row is refused.
const REQUIRED: Color = Color::RGB(0x00C0_0000);
/// Amber: without it orders are held.
const FOR_DECLARING: Color = Color::RGB(0x00BF_8F00);
/// Grey: may be left out.
const OPTIONAL: Color = Color::RGB(0x0059_5959);
/// The example's grey.
const EXAMPLE: Color = Color::RGB(0x0080_8080);

/// Writes the template, with the ports of a catalogue to choose from.
///
/// # Errors
/// [`WriteError`] when the file cannot be written.
pub fn write_template(path: &Path, catalogue: &Catalogue) -> Result<(), WriteError> {
    write(path, None, catalogue)
}

/// Writes the template with rows that are begun, instead of the example.
///
/// # Errors
/// [`WriteError`] when the file cannot be written.
pub fn write_started(path: &Path, rows: &[Started], catalogue: &Catalogue) -> Result<(), WriteError> {
    write(path, Some(rows), catalogue)
}

fn write(path: &Path, rows: Option<&[Started]>, catalogue: &Catalogue) -> Result<(), WriteError> {
    let mut workbook = Workbook::new();
    let lists = lists(catalogue);
    fill_in(&mut workbook, &lists, rows)?;
    explanation(&mut workbook)?;
    hidden_lists(&mut workbook, &lists)?;
    replace(path, |path| Ok(workbook.save(path)?))
}

pub(super) struct List {
    fields: &'static [Field],
    column: ColNum,
    letter: char,
    words: Vec<String>,
}

pub(super) fn lists(catalogue: &Catalogue) -> [List; 3] {
    /// Customs codes of units and countries have three digits.
    const CODES: std::ops::Range<u16> = 0..1000;
    let ports = catalogue.ports().iter().map(|port| port.name().to_owned()).collect();
    let units = CODES
        .filter_map(|code| UnitCode::parse(&format!("{code:03}")))
        .map(|unit| unit.name_zh().to_owned())
        .collect();
    let countries = CODES
        .filter_map(|code| CountryCode::parse(&format!("{code:03}")))
        .map(|country| country.name_zh().to_owned())
        .collect();
    [
        List { fields: &[Field::Port], column: 0, letter: 'A', words: ports },
        List { fields: &[Field::Unit1, Field::Unit2, Field::Unit], column: 1, letter: 'B', words: units },
        List { fields: &[Field::Country], column: 2, letter: 'C', words: countries },
    ]
}

fn header_format(need: Need) -> Format {
    let color = match need {
        Need::Required => REQUIRED,
        Need::ForDeclaring => FOR_DECLARING,
        Need::Optional => OPTIONAL,
    };
    Format::new()
        .set_bold()
        .set_font_color(Color::White)
        .set_background_color(color)
        .set_border(FormatBorder::Thin)
}

fn title(column: &Column) -> String {
    let star = if column.need == Need::Required { "*" } else { "" };
    format!("{}{star}", column.header())
}

fn fill_in(workbook: &mut Workbook, lists: &[List], rows: Option<&[Started]>) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name("填写")?;
    sheet.set_freeze_panes(1, 2)?;
    let text = Format::new().set_num_format("@");
    let example = Format::new().set_num_format("@").set_font_color(EXAMPLE).set_italic();
    let example_number = Format::new().set_font_color(EXAMPLE).set_italic();
    for (index, column) in (0..).zip(&COLUMNS) {
        sheet.set_column_width(index, 18)?;
        if !is_number(column.field) {
            sheet.set_column_format(index, &text)?;
        }
        sheet.write_string_with_format(0, index, title(column), &header_format(column.need))?;
        sheet.insert_note(0, index, &Note::new(column.note.zh).add_author_prefix(false).set_width(260))?;
        if rows.is_none() {
            let value = if column.field == Field::Barcode { EXAMPLE_BARCODE } else { column.example };
            write_value(sheet, 1, index, column.field, value, &example)?;
            if is_number(column.field) {
                sheet.set_cell_format(1, index, &example_number)?;
            }
        }
    }
    for (row, started) in (1..).zip(rows.unwrap_or_default()) {
        for (index, column) in (0..).zip(&COLUMNS) {
            if let Some(value) = started.cell(column.field) {
                write_value(sheet, row, index, column.field, value, &text)?;
            }
        }
    }
    for field in COLUMNS.iter().map(|column| column.field) {
        choices(sheet, lists, field, ColNum::try_from(field as usize).unwrap_or(0), 1)?;
    }
    Ok(())
}

/// The drop-down of a field's column, from the first row below the header on, when the field has a list.
pub(super) fn choices(
    sheet: &mut Worksheet,
    lists: &[List],
    field: Field,
    index: ColNum,
    first: RowNum,
) -> Result<(), XlsxError> {
    for list in lists.iter().filter(|list| list.fields.contains(&field)) {
        let range = Formula::new(format!("={LISTS_SHEET}!${0}$1:${0}${1}", list.letter, list.words.len()));
        // Codes are accepted too, so that a value outside the list asks back instead of being locked out.
        let choice = DataValidation::new()
            .allow_list_formula(range)
            .set_error_style(DataValidationErrorStyle::Warning)
            .set_error_title("不在列表中")?
            .set_error_message("请从列表中选择,或填写海关代码。")?;
        sheet.add_data_validation(first, index, LAST_ROW.max(first), index, &choice)?;
    }
    Ok(())
}

fn explanation(workbook: &mut Workbook) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name("说明")?;
    let bold = Format::new().set_bold();
    let wrap = Format::new().set_text_wrap();
    for (index, width) in [(0, 26), (1, 22), (2, 80), (3, 36), (4, 50)] {
        sheet.set_column_width(index, width)?;
    }
    for (index, word) in (0..).zip(["列名", "是否必填", "填写规则", "示例", "也可用的表头"])
    {
        sheet.write_string_with_format(0, index, word, &bold)?;
    }
    for (row, column) in (1..).zip(&COLUMNS) {
        let need = match column.need {
            Need::Required => "必填",
            Need::ForDeclaring => "申报前必须补齐",
            Need::Optional => "选填",
        };
        sheet.write_string_with_format(row, 0, title(column), &header_format(column.need))?;
        sheet.write_string(row, 1, need)?;
        sheet.write_string_with_format(row, 2, column.note.zh, &wrap)?;
        sheet.write_string_with_format(row, 3, column.example, &wrap)?;
        sheet.write_string(row, 4, column.headers.get(1..).unwrap_or_default().join(" / "))?;
    }
    let remarks = [
        "灰色的示例行可以删除;留着也能导入,不影响申报。",
        "列的顺序可以调整,不用的选填列可以删除,表头不要改名。",
        "条码、HS编码等编码列请保持“文本”格式,否则Excel会丢掉开头的0或末尾的数字。",
    ];
    let below = u32::try_from(COLUMNS.len()).unwrap_or(0) + 2;
    for (row, remark) in (below..).zip(remarks) {
        sheet.write_string(row, 0, remark)?;
    }
    Ok(())
}

pub(super) fn hidden_lists(workbook: &mut Workbook, lists: &[List]) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(LISTS_SHEET)?;
    sheet.set_hidden(true);
    for list in lists {
        for (row, word) in (0..).zip(&list.words) {
            sheet.write_string(row, list.column, word)?;
        }
    }
    Ok(())
}
