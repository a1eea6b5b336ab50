//! The quality of texts, numbers and times inside one document: T1 to T5, X9, X21.

use jiff::civil::Date;
use ports::fault::Fault;

use super::findings::Findings;
use super::view::{Document, fault_at};
use super::{faults, fields};
use crate::identity::IdNumber;
use crate::matching::faults as rules;
use crate::messages::reading::Element;

/// Texts that have to say something.
const MEANINGFUL: [&str; 12] = [
    "buyerName",
    "payerName",
    "consignee",
    "consigneeAddress",
    "itemName",
    "gname",
    "gmodel",
    "ebpName",
    "ebcName",
    "logisticsName",
    "payName",
    "goodsInfo",
];
/// What says nothing; 无 inside a name is none of our business.
const EMPTY_WORDS: [&str; 3] = ["无", "空", "/"];
/// Numbers and codes, which are half-width.
const CODES: [&str; 21] = [
    "orderNo",
    "ebpCode",
    "ebcCode",
    "payCode",
    "payTransactionId",
    "logisticsCode",
    "logisticsNo",
    "billNo",
    "voyageNo",
    "trafNo",
    "buyerIdNumber",
    "payerIdNumber",
    "buyerTelephone",
    "telephone",
    "copNo",
    "preNo",
    "invtNo",
    "emsNo",
    "areaCode",
    "agentCode",
    "assureCode",
];
const TIMES: [&str; 3] = ["appTime", "payTime", "logisticsTime"];
const DATES: [&str; 2] = ["declTime", "ieDate"];
const TELEPHONES: [&str; 3] = ["buyerTelephone", "telephone", "consigneeTelephone"];
const IDENTITY: [(&str, &str); 2] = [("buyerIdType", "buyerIdNumber"), ("payerIdType", "payerIdNumber")];

pub(super) fn check(document: &Document<'_>, today: Date, found: &mut Findings) {
    element(document.head, found);
    for line in &document.lines {
        element(*line, found);
    }
    people(document, today, found);
}

fn titled(kind: &'static ports::fault::Kind, element: Element<'_>, field: &'static str) -> Fault {
    fault_at(kind, element, field).with("field", field).with("title", fields::title(field))
}

fn element(element: Element<'_>, found: &mut Findings) {
    for field in MEANINGFUL {
        if let Some(value) = element.field(field).filter(|value| EMPTY_WORDS.contains(value)) {
            found.push(fault_at(&rules::T1, element, field).with("field", field).with("value", value));
        }
    }
    for field in CODES {
        if element.field(field).is_some_and(|value| !value.bytes().all(|byte| byte.is_ascii_graphic())) {
            found.push(titled(&faults::T2, element, field));
        }
    }
    let is_time =
        |value: &str| value.len() == 14 && jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", value).is_ok();
    let is_date = |value: &str| value.len() == 8 && Date::strptime("%Y%m%d", value).is_ok();
    let times = TIMES.into_iter().filter(|field| element.field(field).is_some_and(|value| !is_time(value)));
    found.extend(times.map(|field| titled(&faults::T4, element, field)));
    let dates = DATES.into_iter().filter(|field| element.field(field).is_some_and(|value| !is_date(value)));
    found.extend(dates.map(|field| titled(&faults::T4, element, field)));
    let is_telephone =
        |value: &str| value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'|'));
    let telephones =
        TELEPHONES.into_iter().filter(|field| element.field(field).is_some_and(|value| !is_telephone(value)));
    found.extend(telephones.map(|field| titled(&faults::T5, element, field)));
}

fn people(document: &Document<'_>, today: Date, found: &mut Findings) {
    let head = document.head;
    for (kind, number) in IDENTITY {
        if head.field(kind).is_some_and(|kind| kind != "1") {
            found.push(titled(&faults::X9, head, kind));
        }
        let Some(value) = head.field(number) else { continue };
        if value.ends_with('x') {
            found.push(titled(&faults::X21, head, number));
        }
        if IdNumber::parse(&value.to_ascii_uppercase(), today).is_err() {
            found.push(titled(&faults::T3, head, number));
        }
    }
}
