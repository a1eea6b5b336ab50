//! Workbooks made by hand, so that anything can be wrong with them.

#![allow(clippy::unwrap_used, dead_code)]

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The headers of a sheet whose rows can be right.
pub(crate) const HEADERS: [&str; 5] =
    ["商品条码", "商品名称", "海关HS编码", "第一法定计量单位数量", "第一法定计量单位"];

/// A row that is right, as the XML of its cells.
pub(crate) const GOOD_CELLS: [&str; 5] = ["6907315161898", "皂", "8888888888", "1", "千克"];

/// A zip package of these parts.
pub(crate) fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let method =
            if *name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An inline text cell.
pub(crate) fn text(reference: &str, text: &str) -> String {
    format!("<c r=\"{reference}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

/// The row of headers and a right row, as XML.
pub(crate) fn good_rows() -> String {
    let row = |number: u32, cells: &[&str]| {
        let cells: String = cells
            .iter()
            .zip("ABCDE".chars())
            .map(|(cell, letter)| text(&format!("{letter}{number}"), cell))
            .collect();
        format!("<row r=\"{number}\">{cells}</row>")
    };
    row(1, &HEADERS) + &row(2, &GOOD_CELLS)
}

/// A workbook around the XML of rows.
pub(crate) fn xlsx(rows: &str) -> Vec<u8> {
    xlsx_with(&sheet(rows), &[])
}

/// The XML of a worksheet around its rows.
pub(crate) fn sheet(rows: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
    )
}

/// A workbook around the XML of a worksheet, with parts added or replaced.
pub(crate) fn xlsx_with(sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("_rels/.rels", ROOT_RELS.as_bytes()),
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", WORKBOOK_RELS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    parts.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    parts.extend(more);
    package(&parts)
}

const ROOT_RELS: &str = r#"<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str =
    r#"<workbook xmlns:r="r"><sheets><sheet name="备案" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const WORKBOOK_RELS: &str = r#"<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" Type="http://x/styles" Target="styles.xml"/></Relationships>"#;

/// An OpenDocument spreadsheet around the XML of one table's rows.
pub(crate) fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        r#"<office:document-content><office:body><office:spreadsheet><table:table table:name="备案">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    package(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
    ])
}

/// A row of texts in an OpenDocument table, with attributes for the row.
pub(crate) fn ods_row(attributes: &str, cells: &[&str]) -> String {
    let cells: String = cells
        .iter()
        .map(|cell| {
            format!(
                r#"<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>"#
            )
        })
        .collect();
    format!("<table:table-row {attributes}>{cells}</table:table-row>")
}

/// A binary workbook (.xlsb) around the records of its sheet.
pub(crate) fn xlsb(sheet: &[u8]) -> Vec<u8> {
    let wide = |text: &str| {
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut bytes = u32::try_from(units.len()).unwrap().to_le_bytes().to_vec();
        bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        bytes
    };
    let bundle = [vec![0; 4], vec![1, 0, 0, 0], wide("r1"), wide("备案")].concat();
    let workbook = [record(0x83, &[]), record(0x9C, &bundle), record(0x90, &[]), record(0x84, &[])].concat();
    package(&[
        ("_rels/.rels", ROOT_RELS.replace("workbook.xml", "workbook.bin").as_bytes()),
        ("xl/workbook.bin", &workbook),
        ("xl/_rels/workbook.bin.rels", WORKBOOK_RELS.replace("sheet1.xml", "sheet1.bin").as_bytes()),
        ("xl/worksheets/sheet1.bin", sheet),
    ])
}

/// The records of a binary sheet with these texts.
pub(crate) fn xlsb_sheet(rows: &[&[&str]]) -> Vec<u8> {
    let mut sheet = [record(0x81, &[]), record(0x94, &[0; 16]), record(0x91, &[])].concat();
    for (number, cells) in (0_u32..).zip(rows) {
        sheet.extend(record(0x00, &[number.to_le_bytes().to_vec(), vec![0; 13]].concat()));
        for (column, cell) in (0_u32..).zip(*cells) {
            let units: Vec<u16> = cell.encode_utf16().collect();
            let mut body = [column.to_le_bytes(), [0; 4]].concat();
            body.extend(u32::try_from(units.len()).unwrap().to_le_bytes());
            body.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
            sheet.extend(record(0x06, &body));
        }
    }
    sheet.extend(record(0x92, &[]));
    sheet.extend(record(0x82, &[]));
    sheet
}

/// A record: its kind and length in sevens of bits.
pub(crate) fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut number = |mut rest: usize| loop {
        let seven = u8::try_from(rest & 0x7F).unwrap();
        rest >>= 7;
        bytes.push(seven | if rest > 0 { 0x80 } else { 0 });
        if rest == 0 {
            break;
        }
    };
    number(usize::from(kind));
    number(body.len());
    bytes.extend(body);
    bytes
}
