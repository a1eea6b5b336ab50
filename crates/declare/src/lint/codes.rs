//! Codes and what depends on them, inside one document: C2 to C19.

use filing::codes::{CountryCode, UnitCode};
use filing::hs::HsCode;
use ports::fault::{Fault, Kind as FaultKind};

use super::amounts::gnum;
use super::findings::Findings;
use super::view::{Document, Kind, fault_at};
use super::{Signature, faults, fields};
use crate::matching::faults as rules;
use crate::messages::reading::{Element, Tree};

/// Fields of few values.
const CHOICES: [(&str, &[&str]); 6] = [
    ("appType", &["1", "2", "3"]),
    ("appStatus", &["1", "2"]),
    ("orderType", &["I"]),
    ("ieFlag", &["I"]),
    ("logisticsStatus", &["S"]),
    ("tradeMode", &["1210", "9610"]),
];

pub(super) fn check(document: &Document<'_>, signature: Signature, found: &mut Findings) {
    let head = document.head;
    for (field, choices) in CHOICES {
        if let Some(value) = head.field(field).filter(|value| !choices.contains(value)) {
            let fault = titled(&faults::C2, head, field).with("found", value);
            found.push(fault.with("wanted", choices.join("、")));
        }
    }
    let signed = matches!(document.kind, Kind::Inventory | Kind::Withdrawal | Kind::Return | Kind::Arrival);
    if signed && signature == Signature::None && head.field("appStatus") == Some("2") {
        found.push(document.fault(&faults::C6, "appStatus"));
    }
    if head.field("consigneeDistrict").is_some_and(|code| code.len() != 6 || !digits(code)) {
        found.push(document.fault(&faults::C19, "consigneeDistrict"));
    }
    if document.kind == Kind::Inventory {
        trade(document, found);
        guarantor(document, found);
        in_tables(head, &[("country", is_country)], found);
    }
    for line in &document.lines {
        if document.kind == Kind::Inventory && !line.field("gcode").is_some_and(is_hs) {
            found.push(fault_at(&faults::C7, *line, "gcode").with("line", gnum(*line)));
        }
        if document.kind == Kind::Inventory && line.field("barCode").is_none() {
            found.push(fault_at(&faults::C10, *line, "barCode").with("line", gnum(*line)));
        }
        let units = [("unit", is_unit as fn(&str) -> bool), ("unit1", is_unit), ("unit2", is_unit)];
        in_tables(*line, &units, found);
        in_tables(*line, &[("country", is_country), ("tradeCountry", is_country)], found);
    }
}

/// The sender of an envelope and that of the message: C13.
pub(super) fn sender(tree: &Tree<'_>, sender: Option<&str>, found: &mut Findings) {
    let Some(sender) = sender else { return };
    let transfer = tree.root().child("BaseTransfer");
    if let Some(transfer) = transfer.filter(|transfer| transfer.field("dxpId") != Some(sender)) {
        found.push(fault_at(&faults::C13, transfer, "dxpId"));
    }
}

fn titled(kind: &'static FaultKind, element: Element<'_>, field: &'static str) -> Fault {
    fault_at(kind, element, field).with("field", field).with("title", fields::title(field))
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_hs(text: &str) -> bool {
    HsCode::parse(text).is_some()
}

fn is_unit(text: &str) -> bool {
    UnitCode::parse(text).is_some()
}

fn is_country(text: &str) -> bool {
    CountryCode::lenient(text).is_some()
}

/// A field, and whether a code is one of its table.
type Coded = (&'static str, fn(&str) -> bool);

/// Codes that have to be in the customs tables: C8.
fn in_tables(element: Element<'_>, known: &[Coded], found: &mut Findings) {
    for (field, is_known) in known {
        if let Some(code) = element.field(field).filter(|code| !is_known(code)) {
            found.push(titled(&faults::C8, element, field).with("found", code));
        }
    }
}

/// What the mode of trade asks for: C3, C4, C5.
fn trade(document: &Document<'_>, found: &mut Findings) {
    const TRANSPORT: [&str; 3] = ["trafNo", "voyageNo", "billNo"];
    const ZONE: [&str; 3] = ["emsNo", "areaCode", "areaName"];
    let head = document.head;
    let is_record_missing = |line: &&Element<'_>| line.field("itemRecordNo").is_none();
    match head.field("tradeMode") {
        Some("1210") => {
            let wrong = |field: &'static str| fault_at(&rules::C4, head, field).with("field", field);
            found.extend(ZONE.into_iter().filter(|field| head.field(field).is_none()).map(wrong));
            found.extend(TRANSPORT.into_iter().filter(|field| head.field(field).is_some()).map(wrong));
            if head.field("country") != Some(CountryCode::CHINA.as_str()) {
                found.push(wrong("country"));
            }
            let lines = document.lines.iter().filter(is_record_missing);
            found.extend(
                lines.map(|line| fault_at(&rules::C4, *line, "itemRecordNo").with("field", "itemRecordNo")),
            );
        }
        Some("9610") => {
            let missing = TRANSPORT.into_iter().filter(|field| head.field(field).is_none());
            found.extend(missing.map(|field| titled(&faults::C3, head, field)));
            let unwanted = ZONE.into_iter().filter(|field| head.field(field).is_some());
            found.extend(unwanted.map(|field| titled(&faults::C5, head, field)));
            let lines = document.lines.iter().filter(|line| !is_record_missing(line));
            found.extend(lines.map(|line| titled(&faults::C5, *line, "itemRecordNo")));
        }
        _ => {}
    }
}

/// Who guarantees: C11.
fn guarantor(document: &Document<'_>, found: &mut Findings) {
    let head = document.head;
    let Some(code) = head.field("assureCode") else { return };
    let allowed = ["ebpCode", "ebcCode", "logisticsCode"].map(|field| head.field(field));
    if !allowed.contains(&Some(code)) {
        found.push(document.fault(&rules::C11, "assureCode").with("code", code));
    }
}
