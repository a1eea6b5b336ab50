//! The report workbook: the clerk's own rows with what is wrong written beside them.
//!
//! Every row stands where it stands in the clerk's file. The bad cells are coloured, four columns tell code, column, reason
//! and remedy, and a second sheet sums up by kind of fault. Mended in place, the report can be imported again: the reader knows its columns.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use ports::catalogue::Catalogue;
use ports::fault::{Fault, Kind, Lang, Severity};
use rust_xlsxwriter::{
    ColNum, Color, ExcelDateTime, Format, FormatAlign, Note, Workbook, Worksheet, XlsxError,
};

use super::export::{WriteError, is_number};
use super::replace::replace;
use super::template::{self, List};
use super::{Part, read_sheet};
use crate::cell::{Cell, Row};
use crate::columns::{Header, Meaning, REPORT_HEADERS};
use crate::finding::{Finding, Findings};

/// Cells that get a note: notes are held in memory until the file is saved. The reason stands beside every row anyway.
const MAX_NOTES: usize = 5_000;

/// Letters a cell may hold; longer text is cut.
const CELL_LETTERS: usize = super::MAX_CELL_LETTERS;

struct Formats {
    header: Format,
    refused: Format,
    warned: Format,
    wrapped: Format,
    text: Format,
}

/// Writes the report about a file that was checked or imported, with texts in one language.
///
/// # Errors
/// [`WriteError`] when the workbook cannot be written. A file that cannot be read again gives a report without rows.
pub fn write_report(
    path: &Path,
    source: &Path,
    findings: &Findings,
    catalogue: &Catalogue,
    lang: Lang,
) -> Result<(), WriteError> {
    let formats = Formats {
        header: Format::new().set_bold().set_background_color(Color::RGB(0x00D9_E1F2)),
        refused: Format::new()
            .set_background_color(Color::RGB(0x00FF_C7CE))
            .set_font_color(Color::RGB(0x009C_0006)),
        warned: Format::new()
            .set_background_color(Color::RGB(0x00FF_EB9C))
            .set_font_color(Color::RGB(0x009C_5700)),
        wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        text: Format::new().set_num_format("@"),
    };
    let mut workbook = Workbook::new();
    let lists = template::lists(catalogue);
    if findings.header.is_some() {
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name("数据")?;
        let mut rows = Rows {
            sheet,
            findings,
            to_come: Box::new(findings.of_rows.iter()),
            next: None,
            lang,
            formats: &formats,
            lists: &lists,
            notes: 0,
            layout: None,
            failed: None,
        };
        // Why it cannot be read stands in the summary.
        let sheet = findings.header.as_ref().and_then(|header| header.sheet.as_deref());
        let _ = read_sheet(source, sheet, &mut |part| rows.part(part));
        if let Some(error) = rows.failed {
            return Err(error.into());
        }
    }
    summary(workbook.add_worksheet(), findings, lang, &formats)?;
    template::hidden_lists(&mut workbook, &lists)?;
    replace(path, |path| Ok(workbook.save(path)?))
}

struct Rows<'w> {
    sheet: &'w mut Worksheet,
    findings: &'w Findings,
    lang: Lang,
    formats: &'w Formats,
    lists: &'w [List],
    to_come: Box<dyn Iterator<Item = Finding> + 'w>,
    /// The first finding of the rows to come, taken already.
    next: Option<Finding>,
    notes: usize,
    layout: Option<Layout>,
    failed: Option<XlsxError>,
}

struct Layout {
    header: Header,
    /// Which column of the report each column of the file goes to; an older report's own columns go nowhere.
    columns: Vec<Option<ColNum>>,
    /// The first of the four added columns.
    added: ColNum,
}

impl Rows<'_> {
    fn part(&mut self, part: Part) -> ControlFlow<()> {
        let done = match part {
            Part::Header(header) => self.header(*header),
            Part::Row(row) => self.row(&row),
        };
        match done {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn header(&mut self, header: Header) -> Result<(), XlsxError> {
        let mut columns = Vec::with_capacity(header.meanings.len());
        let mut added: ColNum = 0;
        for meaning in &header.meanings {
            let kept = *meaning != Meaning::Report;
            columns.push(kept.then_some(added));
            added += ColNum::from(kept);
        }
        let row = header.row.saturating_sub(1);
        // Widths come first: rows are written out as they come.
        for (index, width) in (added..).zip([22, 20, 60, 60]) {
            self.sheet.set_column_width(index, width)?;
        }
        // The clerk mends it here: with the template's lists, codes kept as text, and the headers in sight.
        self.sheet.set_freeze_panes(row + 1, 0)?;
        for (meaning, column) in header.meanings.iter().zip(&columns) {
            if let (Meaning::Field(field), Some(column)) = (meaning, *column) {
                template::choices(self.sheet, self.lists, *field, column, row + 1)?;
                if !is_number(*field) {
                    self.sheet.set_column_format(column, &self.formats.text)?;
                }
            }
        }
        for (title, column) in header.titles.iter().zip(&columns) {
            if let Some(column) = column {
                self.sheet.write_string_with_format(row, *column, shortened(title), &self.formats.header)?;
            }
        }
        for (index, title) in (added..).zip(REPORT_HEADERS) {
            self.sheet.write_string_with_format(row, index, title, &self.formats.header)?;
        }
        self.layout = Some(Layout { header, columns, added });
        Ok(())
    }

    fn row(&mut self, row: &Row) -> Result<(), XlsxError> {
        let Some(layout) = &self.layout else {
            return Ok(());
        };
        let mut own = Vec::new();
        while let Some(finding) = self.next.take().or_else(|| self.to_come.next()) {
            match finding.row.cmp(&row.number) {
                Ordering::Less => {}
                Ordering::Equal => own.push(finding),
                Ordering::Greater => {
                    self.next = Some(finding);
                    break;
                }
            }
        }

        let at = row.number.saturating_sub(1);
        for (index, column) in layout.columns.iter().enumerate() {
            let Some(column) = *column else {
                continue;
            };
            let about: Vec<&Finding> = own
                .iter()
                .filter(|finding| {
                    finding.field.is_some_and(|field| layout.header.place(field) == Some(index))
                })
                .collect();
            let cell = row.cells.get(index).and_then(Option::as_ref);
            let format = match about.iter().map(|finding| finding.kind.severity).max() {
                Some(Severity::Error) => Some(&self.formats.refused),
                Some(Severity::Warning) => Some(&self.formats.warned),
                None => None,
            };
            write_cell(self.sheet, at, column, cell, format, &self.formats.text)?;
            if !about.is_empty() && self.notes < MAX_NOTES {
                self.notes += 1;
                let texts: Vec<String> = about
                    .iter()
                    .map(|finding| {
                        finding.fault(&self.findings.file, &layout.header, self.lang).message(self.lang)
                    })
                    .collect();
                let note = Note::new(shortened(&texts.join("\n"))).add_author_prefix(false).set_width(260);
                self.sheet.insert_note(at, column, &note)?;
            }
        }
        if !own.is_empty() {
            let faults: Vec<Fault> =
                own.iter().map(|f| f.fault(&self.findings.file, &layout.header, self.lang)).collect();
            let format =
                if faults.iter().any(Fault::is_error) { &self.formats.refused } else { &self.formats.warned };
            let texts: [String; 4] = [
                joined(&faults, |fault| fault.code().to_owned()),
                joined(&faults, |fault| fault.at.header.clone().unwrap_or_else(|| "-".to_owned())),
                joined(&faults, |fault| {
                    format!("{}{}", weight(fault.kind, self.lang), fault.message(self.lang))
                }),
                joined(&faults, |fault| fault.remedy(self.lang)),
            ];
            for (index, text) in (layout.added..).zip(texts) {
                self.sheet.write_string_with_format(at, index, shortened(&text), format)?;
            }
        }
        Ok(())
    }
}

/// The clerk's cell as it was: numbers as numbers, dates as dates, so that what was refused is refused again until it is
/// mended; everything else as text, so that nothing becomes a formula.
fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: ColNum,
    cell: Option<&Cell>,
    format: Option<&Format>,
    text: &Format,
) -> Result<(), XlsxError> {
    let marked = |code: &str| format.cloned().unwrap_or_default().set_num_format(code);
    match (cell, format) {
        (Some(Cell::Number(number)), Some(format)) if number.is_finite() => {
            sheet.write_number_with_format(row, column, *number, format)?;
        }
        (Some(Cell::Number(number)), None) if number.is_finite() => {
            sheet.write_number(row, column, *number)?;
        }
        (Some(Cell::Percent(number)), _) if number.is_finite() => {
            sheet.write_number_with_format(row, column, *number, &marked("0.##%"))?;
        }
        (Some(Cell::Bool(truth)), _) => {
            sheet.write_boolean_with_format(row, column, *truth, &marked("General"))?;
        }
        (Some(cell), _) => {
            let date = match cell {
                Cell::Date(text) => ExcelDateTime::parse_from_str(text).ok(),
                _ => None,
            };
            match (date, format) {
                (Some(date), _) => {
                    sheet.write_datetime_with_format(row, column, date, &marked("yyyy-mm-dd"))?;
                }
                (None, Some(format)) => {
                    sheet.write_string_with_format(row, column, shortened(&cell.shown()), format)?;
                }
                (None, None) => {
                    sheet.write_string_with_format(row, column, shortened(&cell.shown()), text)?;
                }
            }
        }
        (None, Some(format)) => {
            sheet.write_blank(row, column, format)?;
        }
        (None, None) => {}
    }
    Ok(())
}

fn shortened(text: &str) -> String {
    text.chars().take(CELL_LETTERS).collect()
}

fn joined(faults: &[Fault], text: impl Fn(&Fault) -> String) -> String {
    faults.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn weight(kind: &Kind, lang: Lang) -> &'static str {
    match (kind.severity, lang) {
        (Severity::Error, Lang::Zh) => "【拒绝】",
        (Severity::Error, Lang::En) => "[refused] ",
        (Severity::Warning, Lang::Zh) => "【提醒】",
        (Severity::Warning, Lang::En) => "[warning] ",
    }
}

/// Faults of the file, then each kind of fault with how many rows have it and what the first of them says.
fn summary(
    sheet: &mut Worksheet,
    findings: &Findings,
    lang: Lang,
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.set_name(if lang == Lang::Zh { "汇总" } else { "Summary" })?;
    for (index, width) in [(0, 26), (1, 12), (2, 12), (3, 80), (4, 80)] {
        sheet.set_column_width(index, width)?;
    }
    let titles = match lang {
        Lang::Zh => ["代码", "处理", "数量", "说明(第一处)", "修改建议"],
        Lang::En => ["Code", "Outcome", "Count", "Reason (the first)", "Remedy"],
    };
    for (index, title) in (0..).zip(titles) {
        sheet.write_string_with_format(0, index, title, &formats.header)?;
    }
    let mut rows: u32 = 1;
    let mut line = |fault: &Fault, count: u32| -> Result<(), XlsxError> {
        let format = if fault.is_error() { &formats.refused } else { &formats.warned };
        sheet.write_string_with_format(rows, 0, fault.code(), format)?;
        sheet.write_string(rows, 1, weight(fault.kind, lang).trim())?;
        sheet.write_number(rows, 2, count)?;
        sheet.write_string_with_format(rows, 3, shortened(&fault.message(lang)), &formats.wrapped)?;
        sheet.write_string_with_format(rows, 4, shortened(&fault.remedy(lang)), &formats.wrapped)?;
        rows += 1;
        Ok(())
    };
    for fault in &findings.of_file {
        line(fault, 1)?;
    }
    let mut kinds: BTreeMap<&str, (u32, Finding)> = BTreeMap::new();
    for finding in findings.of_rows.iter() {
        kinds.entry(finding.kind.code).or_insert((0, finding)).0 += 1;
    }
    if let Some(header) = &findings.header {
        let mut kinds: Vec<(u32, Finding)> = kinds.into_values().collect();
        // Refusals before warnings, the most frequent first.
        kinds.sort_by_key(|(count, finding)| {
            (std::cmp::Reverse(finding.kind.severity), std::cmp::Reverse(*count))
        });
        for (count, finding) in kinds {
            line(&finding.fault(&findings.file, header, lang), count)?;
        }
    }
    let (refused, warned) = findings.of_rows.judged();
    let words = match lang {
        Lang::Zh => ["拒绝的行数", "有提醒的行数"],
        Lang::En => ["Rows refused", "Rows with warnings"],
    };
    for (index, (word, count)) in (rows + 1..).zip(words.into_iter().zip([refused.len(), warned.len()])) {
        sheet.write_string(index, 0, word)?;
        sheet.write_number(index, 2, u32::try_from(count).unwrap_or(u32::MAX))?;
    }
    Ok(())
}
