//! The sheet of filings that imports are measured with.

use std::path::Path;

use filing::columns::{COLUMNS, Field};
use rust_xlsxwriter::Workbook;

/// A real export has most of its text apart from row to row, and so has this.
pub(crate) fn make(rows: u32, path: &Path) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_low_memory().unwrap();
    for (index, column) in (0..).zip(&COLUMNS) {
        sheet.write(0, index, column.header()).unwrap();
    }
    for row in 1..=rows {
        for (index, column) in (0..).zip(&COLUMNS) {
            let text = match column.field {
                Field::Barcode => gtin(690_000_000_000 + u64::from(row)),
                Field::SpvId => format!("58e5a8e4c9d7597d{row:08x}"),
                Field::ItemNo => format!("MASK-{row}"),
                Field::ItemRecordNo => format!("HZ{row:08}"),
                Field::Name => format!("补水面膜{row}号"),
                Field::CustomsPhotosUrls => format!("https://img.example.com/goods/{row}-1.jpg"),
                _ => column.example.to_owned(),
            };
            let amount = matches!(
                column.field,
                Field::Quantity1
                    | Field::Quantity2
                    | Field::ImportCost
                    | Field::NetWeightG
                    | Field::GrossWeightG
            );
            match text.parse::<f64>() {
                Ok(number) if amount => sheet.write_number(row, index, number).unwrap(),
                _ => sheet.write_string(row, index, text).unwrap(),
            };
        }
    }
    workbook.save(path).unwrap();
}

/// Twelve digits with their check digit.
fn gtin(body: u64) -> String {
    let digits = body.to_string();
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| u32::from(byte - b'0') * if place % 2 == 0 { 3 } else { 1 })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
