//! Rules about single cells and about cells that must agree, one function each.

use rust_decimal::Decimal;

use super::field::SpvId;
use super::given::{Cells, Given};
use super::{LegalQuantity, Quantity, SPV_FIELDS, grams_in};
use crate::barcode::{BARCODE_LETTERS, Barcode, expected_check_digit, is_allowed, is_gtin};
use crate::cell::{Cell, is_blank};
use crate::codes::UnitCode;
use crate::columns::{COLUMNS, Field, Meaning, Need};
use crate::faults;
use crate::hs::HsCode;

pub(super) fn required<T>(cells: &mut Cells, field: Field, given: &Given<T>) {
    // A column that is missing altogether is a fault of the file.
    if given.is_nothing() && cells.header.place(field).is_some() {
        let _: Given<()> = cells.refuse(&faults::CELL_EMPTY, field, None);
    }
}

pub(super) fn needed<T>(cells: &mut Cells, field: Field, given: &Given<T>) {
    debug_assert!(field.column().need == Need::ForDeclaring);
    if given.is_nothing() && cells.header.place(field).is_some() {
        let finding = cells.finding(&faults::CELL_NEEDED, field, None);
        cells.findings.push(finding);
    }
}

pub(super) fn barcode(cells: &mut Cells) -> Option<Barcode> {
    let field = Field::Barcode;
    let given = cells.code(field);
    required(cells, field, &given);
    let text = given.value()?;
    let strange: String = text.chars().filter(|letter| !is_allowed(*letter)).take(BARCODE_LETTERS).collect();
    if !strange.is_empty() {
        let finding = cells.finding(&faults::BARCODE_CHARS, field, Some(&text)).with("found", strange);
        cells.findings.push(finding);
        return None;
    }
    let Some(barcode) = Barcode::parse(&text) else {
        let finding = cells.finding(&faults::TEXT_LENGTH, field, Some(&text));
        cells.findings.push(finding.with("found", text.chars().count()).with("limit", BARCODE_LETTERS));
        return None;
    };
    let whole = format!("0{text}");
    if matches!(cells.cell(field), Given::Value(Cell::Number(_))) && !is_gtin(&text) && is_gtin(&whole) {
        let finding = cells.finding(&faults::BARCODE_ZERO, field, Some(&text));
        cells.findings.push(finding.with("expected", whole));
    } else if let Some(expected) = expected_check_digit(&text)
        && !text.ends_with(expected)
    {
        let finding = cells.finding(&faults::BARCODE_CHECK, field, Some(&text));
        cells.findings.push(finding.with("expected", expected));
    }
    Some(barcode)
}

pub(super) fn spv_id(cells: &mut Cells) -> Given<SpvId> {
    match cells.code(Field::SpvId) {
        Given::Value(text) => match SpvId::parse(&text) {
            Some(id) => Given::Value(id),
            None => cells.refuse(&faults::SPV_ID, Field::SpvId, Some(&text)),
        },
        Given::Nothing => Given::Nothing,
        Given::Refused => Given::Refused,
    }
}

/// The legal unit: the clerk's, which must be the tariff's; or the tariff's when the cell is empty.
pub(super) fn legal_unit(
    cells: &mut Cells,
    field: Field,
    hs: HsCode,
    given: Given<UnitCode>,
    expected: Option<UnitCode>,
) -> Option<UnitCode> {
    match (given, expected) {
        (Given::Refused, _) => None,
        (Given::Nothing, Some(expected)) => Some(expected),
        (Given::Nothing, None) => {
            let finding = cells.finding(&faults::UNIT_NEITHER, field, None).with("hs", hs);
            cells.findings.push(finding);
            None
        }
        (Given::Value(unit), Some(expected)) if unit != expected => {
            let finding = cells.finding(&faults::UNIT_TARIFF, field, Some(unit.name_zh()));
            cells.findings.push(finding.with("hs", hs).with("expected", expected.name_zh()));
            None
        }
        (Given::Value(unit), _) => Some(unit),
    }
}

pub(super) fn no_second(cells: &mut Cells, hs: HsCode, quantity2: &Given<Quantity>, unit2: &Given<UnitCode>) {
    if let Given::Value(quantity) = quantity2.as_ref() {
        let finding = cells.finding(&faults::QUANTITY2_EXTRA, Field::Quantity2, Some(&quantity.to_string()));
        cells.findings.push(finding.with("hs", hs));
    }
    if let Given::Value(unit) = unit2.as_ref() {
        let finding = cells.finding(&faults::UNIT2_EXTRA, Field::Unit2, Some(unit.name_zh()));
        cells.findings.push(finding.with("hs", hs));
    }
}

pub(super) fn second_quantity(
    cells: &mut Cells,
    hs: HsCode,
    given: Given<Quantity>,
    unit: UnitCode,
) -> Option<Quantity> {
    if given.is_nothing() {
        let finding = cells.finding(&faults::QUANTITY2_MISSING, Field::Quantity2, None);
        cells.findings.push(finding.with("hs", hs).with("expected", unit.name_zh()));
    }
    given.value()
}

/// The addresses in a cell, split at blanks, line breaks and commas (also `、` and `;`, which no clerk means as part of an
/// address).
pub(super) fn photos(cells: &mut Cells) -> Given<Vec<String>> {
    let field = Field::CustomsPhotosUrls;
    let cell = match cells.cell(field) {
        Given::Value(cell) => cell,
        Given::Nothing => return Given::Nothing,
        Given::Refused => return Given::Refused,
    };
    let shown = cell.shown();
    let mut urls = Vec::new();
    for part in
        shown.split(|letter| is_blank(letter) || matches!(letter, ',' | '\u{FF0C}' | '、' | ';' | '\u{FF1B}'))
    {
        if part.is_empty() {
            continue;
        }
        if !is_web_address(part) {
            let finding = cells.finding(&faults::URL_FORM, field, Some(&shown));
            cells.findings.push(finding.with("found", part.chars().take(80).collect::<String>()));
            return Given::Refused;
        }
        urls.push(part.to_owned());
    }
    if urls.is_empty() { Given::Nothing } else { Given::Value(urls) }
}

fn is_web_address(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let scheme = ["http://", "https://"].into_iter().find(|scheme| lower.starts_with(scheme));
    scheme.is_some_and(|scheme| {
        let rest = text.get(scheme.len()..).unwrap_or_default();
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty()
            && !rest.chars().any(|letter| letter.is_control() || matches!(letter, '"' | '<' | '>' | '\\'))
    })
}

/// Warns when some of the platform's six fields are given but not all.
pub(super) fn spv_partial(cells: &mut Cells, given: impl Fn(Field) -> bool) {
    let missing: Vec<Field> =
        COLUMNS.iter().map(|column| column.field).filter(|f| SPV_FIELDS.contains(f) && !given(*f)).collect();
    let Some(first) = missing.first().filter(|_| missing.len() < SPV_FIELDS.len()) else {
        return;
    };
    let names: Vec<&str> = missing.iter().map(|field| cells.header.title(*field)).collect();
    let finding = cells.finding(&faults::SPV_PARTIAL, *first, None).with("missing", names.join("、"));
    cells.findings.push(finding);
}

/// Warns when a legal quantity by weight is not the net weight.
pub(super) fn weight_agrees(cells: &mut Cells, field: Field, legal: Option<LegalQuantity>, net: Decimal) {
    let Some((legal, grams)) = legal.and_then(|legal| Some((legal, grams_in(legal.unit)?))) else {
        return;
    };
    if legal.quantity.decimal().checked_mul(grams) != Some(net) {
        let finding = cells.finding(&faults::QUANTITY_WEIGHT, field, Some(&legal.quantity.to_string()));
        cells.findings.push(finding.with("unit", legal.unit.name_zh()).with("net", net));
    }
}

/// Warns about the results of formulas that are taken; those refused have a finding already.
pub(super) fn formulas(cells: &mut Cells) {
    for column in &cells.row.formulas {
        let column = usize::from(*column);
        let Some(Meaning::Field(field)) = cells.header.meanings.get(column) else {
            continue;
        };
        let refused = cells.findings.iter().any(|found| found.is_error() && found.field == Some(*field));
        if let Some(cell) = cells.row.get(column).filter(|_| !refused) {
            let finding = cells.finding(&faults::CELL_FORMULA, *field, Some(&cell.shown()));
            cells.findings.push(finding);
        }
    }
}
