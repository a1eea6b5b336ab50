//! The fields of a document one by one: missing, empty, too long, no number, another value than the one that is fixed.
//!
//! The table is `data/message_fields.csv`, the facts of the specification 202205. The schema says the same, in words that are
//! not a clerk's; this comes first, and the schema adds what is left.

use std::collections::HashMap;
use std::sync::LazyLock;

use ports::fault::{Fault, Text};
use serde::Deserialize;

use super::faults;
use super::findings::Findings;
use super::view::{Document, fault_at, place};
use crate::messages::reading::{Element, decimal};

const TABLE: &str = include_str!("../../data/message_fields.csv");

/// From this share of the longest length on, in hundredths, Chinese text may be too long for a system that counts bytes.
const NEAR_PERCENT: usize = 90;

/// A field; its numbers are read by the CSV reader, which cannot do so through a flattened struct.
#[derive(Deserialize)]
struct Field {
    message: String,
    entity: String,
    name: String,
    zh: String,
    required: u8,
    empty_ok: u8,
    #[serde(rename = "type")]
    form: String,
    min: Option<usize>,
    max: Option<usize>,
    total_digits: Option<u32>,
    fraction_digits: Option<u32>,
    fixed: Option<String>,
}

type Table = HashMap<(String, String), Vec<Field>>;

static FIELDS: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::new();
    let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
    for field in reader.deserialize::<Field>().flatten() {
        table.entry((field.message.clone(), field.entity.clone())).or_default().push(field);
    }
    table
});

/// What a field is called in either language; nothing where the table has no such field.
pub(super) fn names(name: &str) -> Option<Text> {
    static NAMES: LazyLock<HashMap<&str, Text>> = LazyLock::new(|| {
        let texts = FIELDS.values().flatten().map(|field| Text { zh: &field.zh, en: &field.name });
        texts.map(|text| (text.en, text)).collect()
    });
    NAMES.get(name).copied()
}

/// The Chinese name of a field; its own name where the table has none.
pub(super) fn title(name: &str) -> &str {
    names(name).map_or(name, |names| names.zh)
}

/// Checks every field of a document.
pub(super) fn check(document: &Document<'_>, found: &mut Findings) {
    element(document.kind.number(), document.kind.head(), document.head, found);
    if let Some(name) = document.kind.line() {
        for line in &document.lines {
            element(document.kind.number(), name, *line, found);
        }
        if document.lines.is_empty() {
            found.push(faults::NO_LINES.at(place(document.head)).with("list", name));
        }
    }
}

/// Checks the fields of an element; one that the table does not know is passed over.
pub(super) fn element(message: &str, name: &str, element: Element<'_>, found: &mut Findings) {
    let Some(fields) = FIELDS.get(&(message.to_owned(), name.to_owned())) else { return };
    let mut last: Option<usize> = None;
    for child in element.children() {
        let Some(position) = fields.iter().position(|field| field.name == child.name()) else {
            found.push(faults::UNKNOWN.at(place(child)).with("field", child.name()));
            continue;
        };
        match last {
            Some(before) if before == position => found.push(named(&faults::TWICE, child)),
            Some(before) if before > position => {
                let before = fields.get(before).map_or("", |field: &Field| field.name.as_str());
                found.push(named(&faults::ORDER, child).with("before", before));
            }
            _ => {}
        }
        last = Some(position.max(last.unwrap_or(0)));
    }
    for field in fields {
        match element.child(&field.name) {
            Some(child) => value(field, child, found),
            None if field.required == 1 => {
                let fault = fault_at(&faults::REQUIRED, element, &field.name);
                found.push(fault.with("field", &field.name).with("title", &field.zh));
            }
            None => {}
        }
    }
}

fn named(kind: &'static ports::fault::Kind, child: Element<'_>) -> Fault {
    kind.at(place(child)).with("field", child.name()).with("title", title(child.name()))
}

fn value(field: &Field, child: Element<'_>, found: &mut Findings) {
    let text = child.text();
    if text.is_empty() {
        if field.empty_ok == 0 && field.required == 1 {
            found.push(named(&faults::EMPTY, child));
        }
        return;
    }
    if let Some(fixed) = field.fixed.as_deref().filter(|fixed| *fixed != text) {
        found.push(named(&faults::FIXED, child).with("wanted", fixed));
        return;
    }
    match field.form.as_str() {
        "decimal" => numeric(field, child, found),
        "int" if text.trim().parse::<i32>().is_err() => found.push(named(&faults::INTEGER, child)),
        "int" => {}
        _ => length(field, child, found),
    }
}

fn numeric(field: &Field, child: Element<'_>, found: &mut Findings) {
    let (total, fraction) = (field.total_digits.unwrap_or(19), field.fraction_digits.unwrap_or(5));
    let right = decimal(child.text()).is_some_and(|number| {
        let number = number.normalize();
        let digits = number.mantissa().unsigned_abs().checked_ilog10().map_or(1, |digits| digits + 1);
        number.scale() <= fraction && digits <= total
    });
    if !right {
        let fault = named(&faults::NUMBER, child);
        found.push(fault.with("total", total).with("fraction", fraction));
    }
}

fn length(field: &Field, child: Element<'_>, found: &mut Findings) {
    let text = child.text();
    let letters = text.chars().count();
    let (min, max) = (field.min.unwrap_or(0), field.max.unwrap_or(usize::MAX));
    if letters < min || letters > max {
        let wanted = if min == max { max.to_string() } else { format!("{min}-{max}") };
        found.push(named(&faults::LENGTH, child).with("found", letters).with("wanted", wanted));
    } else if !text.is_ascii() && text.len() > max && letters * 100 >= max.saturating_mul(NEAR_PERCENT) {
        found.push(named(&faults::T7, child).with("found", letters).with("wanted", max));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let fields: usize = FIELDS.values().map(Vec::len).sum();
        assert_eq!(fields, csv::Reader::from_reader(TABLE.as_bytes()).records().count());
        assert_eq!(FIELDS.len(), 14);
        assert_eq!(title("acturalPaid"), "实际支付金额");
    }
}
