//! Waybills that come in by themselves: from a warehouse's sheet or a file of lines, into the store, where they release the
//! orders that wait for them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use filing::cell::{Cell, Row, line};
use filing::tariff::sheet::grid;
use jiff::{SignedDuration, Timestamp};
use ports::fault::{Fault, Kind, Place};
use ports::store::{Batch, Expect, Store, StoreError};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::cases::{Busy, Hand};
use super::layout::{self, KeptWaybill};
use super::race::again;
use crate::lifecycle::{Input, Policy};

ports::fault_kinds! {
    /// No order number.
    NO_ORDER = "WB-ORDER", Error,
        "第{row}行没有订单号" / "row {row} has no order number",
        "补上订单号" / "give the order's number";
    /// No waybill number or carrier.
    INCOMPLETE = "WB-INCOMPLETE", Error,
        "第{row}行缺少{field}" / "row {row} lacks {field}",
        "补上后再导入；其余各行不受影响" / "give it and take the file in again; the other rows are not affected";
    /// A weight or fee that is no number.
    NUMBER = "WB-NUMBER", Error,
        "第{row}行的{field}不是数字：{value}" / "row {row}: {field} is no number: {value}",
        "填写不小于0的数字" / "write a number, not below 0";
    /// Two waybills for one order.
    TWICE = "WB-TWICE", Error,
        "第{row}行的订单在第{other}行已有另一个运单" / "row {row}: the order has another waybill in row {other}",
        "一份清单只能有一个运单；拆单须人工处理" / "an inventory has one waybill; a split order is for a person";
    /// A line that is no JSON object.
    LINE = "WB-LINE", Error,
        "第{row}行不是JSON对象" / "line {row} is no JSON object",
        "每行一个JSON对象" / "write one JSON object a line";
}

/// The fields of a waybill, each with its name in an order's line and the headers it goes by.
const FIELDS: [(&str, &[&str]); 10] = [
    ("order_no", &["订单号", "order_no"]),
    ("carrier", &["快递公司", "carrier"]),
    ("logistics_no", &["运单号", "logistics_no"]),
    ("gross_weight_kg", &["毛重(千克)", "毛重（千克）", "毛重", "gross_weight_kg"]),
    ("freight", &["运费", "freight"]),
    ("insured_fee", &["保价费", "insured_fee"]),
    ("bill_no", &["提运单号", "bill_no"]),
    ("traf_no", &["运输工具编号", "traf_no"]),
    ("voyage_no", &["航班航次号", "voyage_no"]),
    ("departure_country", &["起运国", "departure_country"]),
];
/// Of these, the numbers.
const NUMBERS: [&str; 3] = ["gross_weight_kg", "freight", "insured_fee"];
/// Orders whose waybills are kept in one commit.
const ORDERS: usize = 256;
/// The longest file of lines, bytes: a million waybills.
const MAX_BYTES: u64 = 256 << 20;

/// A file of waybills, read.
#[derive(Debug, Default)]
pub struct WaybillFile {
    /// Rows that hold something.
    pub rows: u64,
    /// The good ones by order, with their row.
    pub waybills: BTreeMap<String, (u64, Value)>,
    /// What is wrong with the others.
    pub faults: Vec<Fault>,
}

/// What became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaybillsTaken {
    /// New or changed.
    pub taken: u64,
    /// Known as they are.
    pub unchanged: u64,
    /// Of those taken, the ones whose order is known here.
    pub orders: u64,
}

/// Reads a file. What is wrong with single rows stands in the result.
///
/// # Errors
/// Why the file cannot be taken at all.
pub fn read(path: &Path) -> Result<WaybillFile, Box<Fault>> {
    let mut file = WaybillFile::default();
    if is_lines(path) {
        let unreadable =
            |error: std::io::Error| Box::new(filing::faults::FILE_UNREADABLE.fault().with("reason", error));
        let length = fs::metadata(path).map_err(unreadable)?.len();
        if length > MAX_BYTES {
            let fault = filing::faults::FILE_SIZE.fault().with("found", length);
            return Err(fault.with("limit", MAX_BYTES).into());
        }
        let text = fs::read_to_string(path).map_err(unreadable)?;
        for (number, line) in (1_u64..).zip(text.trim_start_matches('\u{feff}').lines()) {
            if line.trim().is_empty() {
                continue;
            }
            match serde_json::from_str::<Map<String, Value>>(line) {
                Ok(object) => file.take(number, |name| text_of(object.get(name)?)),
                Err(_) => file.refuse(number, &LINE, &[]),
            }
        }
        return Ok(file);
    }
    let (grid, at) = grid::read(path, &|row| columns(row).contains_key("logistics_no"))?;
    let header = grid.rows.get(at).map(columns).unwrap_or_default();
    for row in grid.rows.iter().skip(at + 1) {
        file.take(u64::from(row.number), |name| {
            header.get(name).and_then(|column| row.get(*column)).and_then(|cell| line(&cell.shown()))
        });
    }
    Ok(file)
}

fn is_lines(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("jsonl") || end.eq_ignore_ascii_case("json"))
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => line(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Which column holds which field.
fn columns(row: &Row) -> BTreeMap<&'static str, usize> {
    let mut found = BTreeMap::new();
    for (column, cell) in row.cells.iter().enumerate() {
        let Some(Cell::Text(text)) = cell else { continue };
        let Some(text) = line(text) else { continue };
        let text = text.trim_end_matches('*').trim();
        if let Some((name, _)) = FIELDS.iter().find(|(_, headers)| headers.contains(&text)) {
            found.entry(*name).or_insert(column);
        }
    }
    found
}

impl WaybillFile {
    fn refuse(&mut self, row: u64, kind: &'static Kind, args: &[(&'static str, &str)]) {
        self.rows += 1;
        let place = Place { line: Some(row), ..Place::default() };
        let fault = kind.at(place).with("row", row);
        self.faults.push(args.iter().fold(fault, |fault, (name, value)| fault.with(name, *value)));
    }

    fn take(&mut self, row: u64, field: impl Fn(&str) -> Option<String>) {
        let given =
            |name: &str| field(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let Some(order_no) = given("order_no") else { return self.refuse(row, &NO_ORDER, &[]) };
        let mut waybill = Map::new();
        for (name, headers) in FIELDS.iter().skip(1) {
            let header = headers.first().copied().unwrap_or(name);
            match given(name) {
                None if matches!(*name, "carrier" | "logistics_no") => {
                    return self.refuse(row, &INCOMPLETE, &[("field", header)]);
                }
                None => {}
                Some(text) if NUMBERS.contains(name) => {
                    let number = text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(&text));
                    match number.ok().filter(|number| *number >= Decimal::ZERO) {
                        Some(number) => {
                            waybill.insert((*name).to_owned(), number.normalize().to_string().into())
                        }
                        None => return self.refuse(row, &NUMBER, &[("field", header), ("value", &text)]),
                    };
                }
                Some(text) => {
                    waybill.insert((*name).to_owned(), text.into());
                }
            }
        }
        let waybill = Value::Object(waybill);
        match self.waybills.get(&order_no) {
            Some((other, known)) if *known != waybill => {
                let other = other.to_string();
                self.refuse(row, &TWICE, &[("other", &other)]);
            }
            _ => {
                self.rows += 1;
                self.waybills.insert(order_no, (row, waybill));
            }
        }
    }
}

/// Keeps waybills, and lets the orders go on that wait for them.
///
/// # Errors
/// When the store cannot do it; what was kept until then stays, and taking the same file in again does the rest.
pub fn take(
    store: &dyn Store,
    policy: &Policy,
    waybills: impl IntoIterator<Item = (String, Value)>,
    now: Timestamp,
) -> Result<WaybillsTaken, StoreError> {
    let busy = Busy::default();
    let mut taken = WaybillsTaken::default();
    let mut all = waybills.into_iter().peekable();
    while all.peek().is_some() {
        let some: Vec<(String, Value)> = all.by_ref().take(ORDERS).collect();
        let counted = again(|| keep(&busy, store, policy, &some, now))?;
        taken.taken += counted.taken;
        taken.unchanged += counted.unchanged;
        taken.orders += counted.orders;
    }
    Ok(taken)
}

/// Keeps some waybills in one commit.
fn keep(
    busy: &Busy,
    store: &dyn Store,
    policy: &Policy,
    waybills: &[(String, Value)],
    now: Timestamp,
) -> Result<WaybillsTaken, StoreError> {
    let mut taken = WaybillsTaken::default();
    let orders = waybills.iter().map(|(order_no, _)| order_no.clone());
    let mut hand = Hand::take(busy, policy, store, orders, now)?;
    let mut batch = Batch::default();
    {
        for (order_no, waybill) in waybills {
            let key = layout::waybill(order_no);
            let known = store.get(&key)?;
            let version = known.as_ref().map_or(Expect::Absent, |known| Expect::Version(known.version));
            if let Some(known) = known
                && known.record::<KeptWaybill>()?.waybill == *waybill
            {
                taken.unchanged += 1;
                continue;
            }
            taken.taken += 1;
            batch.put(key, version, &KeptWaybill { at: now, waybill: waybill.clone(), package: None })?;
            if hand.case(order_no).is_some() {
                taken.orders += 1;
                hand.apply(order_no, Input::WaybillArrived, now);
            }
        }
        hand.write(store, &mut batch, now, SignedDuration::ZERO)?;
        if !batch.is_empty() {
            store.commit(batch)?;
        }
    }
    Ok(taken)
}
