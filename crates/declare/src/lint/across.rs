//! The rules that tie documents together, over all files that were given: K1 to K4, X1 to X24, A8, Q8, C9.
//!
//! Documents that were not given are not missed: whoever checks one file wants to know about that file.

use std::collections::HashMap;

use filing::codes::CountryCode;
use ports::fault::{Fault, Kind as FaultKind};
use rust_decimal::Decimal;

use super::faults;
use super::fields::title;
use super::view::{Facts, Kind, Part};
use crate::matching::faults as rules;

/// Findings with the number of the file each belongs to.
type Found = Vec<(usize, Fault)>;

pub(super) fn check(facts: &[Facts]) -> Found {
    let mut found = Found::new();
    repeated(facts, Kind::Order, ["ebcCode", "orderNo"], &faults::K1, &mut found);
    repeated(facts, Kind::Payment, ["payCode", "payTransactionId"], &rules::K2, &mut found);
    repeated(facts, Kind::Waybill, ["logisticsCode", "logisticsNo"], &rules::K3, &mut found);
    repeated(facts, Kind::Inventory, ["ebcCode", "orderNo"], &faults::K4, &mut found);
    let of = |kind| facts.iter().filter(move |facts| facts.kind == kind);
    let orders = index(of(Kind::Order), "orderNo");
    let waybills = index(of(Kind::Waybill), "logisticsNo");
    let waybills_of = index(of(Kind::Waybill), "orderNo");
    let inventories = index(of(Kind::Inventory), "orderNo");
    for payment in of(Kind::Payment) {
        match orders.get(payment.head.get("orderNo")) {
            Some(order) => order_and_payment(order, payment, &mut found),
            None => strays(payment, of(Kind::Order), "payTransactionId", &mut found),
        }
    }
    for waybill in of(Kind::Waybill) {
        if let Some(order) = orders.get(waybill.head.get("orderNo")) {
            let fields = ["consignee", "consigneeTelephone", "consigneeAddress"];
            same(&order.head, waybill, &fields, &rules::X13, &mut found);
        }
    }
    for inventory in of(Kind::Inventory) {
        let order = orders.get(inventory.head.get("orderNo"));
        if let Some(order) = order {
            order_and_inventory(order, inventory, &mut found);
        }
        let by_number = waybills.get(inventory.head.get("logisticsNo"));
        if let Some(waybill) = by_number.or_else(|| waybills_of.get(inventory.head.get("orderNo"))) {
            waybill_and_inventory(waybill, inventory, &mut found);
        }
    }
    for status in of(Kind::WaybillStatus) {
        if let Some(waybill) = waybills.get(status.head.get("logisticsNo"))
            && waybill.head.get("logisticsCode") != status.head.get("logisticsCode")
        {
            found.push((status.file, status.head.fault(&faults::X22, "logisticsCode")));
        }
    }
    for request in facts.iter().filter(|facts| matches!(facts.kind, Kind::Withdrawal | Kind::Return)) {
        if let Some(inventory) = inventories.get(request.head.get("orderNo")) {
            request_and_inventory(request, inventory, &mut found);
        }
    }
    found
}

/// The first document by a field; documents without it are left out.
fn index<'f>(facts: impl Iterator<Item = &'f Facts>, field: &str) -> HashMap<&'f str, &'f Facts> {
    let mut index = HashMap::new();
    for one in facts {
        let key = one.head.get(field);
        if !key.is_empty() {
            index.entry(key).or_insert(one);
        }
    }
    index
}

/// Keys that may come once.
fn repeated(facts: &[Facts], kind: Kind, key: [&str; 2], rule: &'static FaultKind, found: &mut Found) {
    let mut seen: HashMap<[&str; 2], &Facts> = HashMap::new();
    for one in facts.iter().filter(|facts| facts.kind == kind) {
        let own = key.map(|field| one.head.get(field));
        if own.contains(&"") {
            continue;
        }
        if let Some(first) = seen.get(&own) {
            let other = if rule.code == faults::K1.code || rule.code == faults::K4.code {
                first.head.path.clone()
            } else {
                first.head.get("orderNo").to_owned()
            };
            found.push((one.file, one.head.fault(rule, key[1]).with("other", other)));
        } else {
            seen.insert(own, one);
        }
    }
}

/// Fields that have to be equal.
fn same(one: &Part, other: &Facts, fields: &[&'static str], rule: &'static FaultKind, found: &mut Found) {
    for field in fields.iter().filter(|field| one.get(field) != other.head.get(field)) {
        let fault = other.head.fault(rule, field).with("field", *field).with("title", title(field));
        found.push((other.file, fault));
    }
}

/// A payment whose order is not among those given, though one of them names its transaction: X1.
fn strays<'f>(
    payment: &Facts,
    mut orders: impl Iterator<Item = &'f Facts>,
    key: &'static str,
    found: &mut Found,
) {
    let number = payment.head.get(key);
    let named = !number.is_empty() && orders.any(|order| order.head.get(key) == number);
    if named {
        found.push((payment.file, payment.head.fault(&rules::X1, "orderNo").with("field", "orderNo")));
    }
}

fn order_and_payment(order: &Facts, payment: &Facts, found: &mut Found) {
    same(&order.head, payment, &["ebpCode", "ebpName"], &rules::X2, found);
    let given = |field: &&'static str| !order.head.get(field).is_empty();
    let code: Vec<&'static str> = ["payCode"].into_iter().filter(given).collect();
    same(&order.head, payment, &code, &rules::X4, found);
    let rest: Vec<&'static str> = ["payName", "payTransactionId"].into_iter().filter(given).collect();
    same(&order.head, payment, &rest, &rules::X5, found);
    let (due, paid) = (order.head.number("acturalPaid"), payment.head.number("amountPaid"));
    if let (Some(due), Some(paid)) = (due, paid)
        && due != paid
    {
        let fault = payment.head.fault(&rules::X6, "amountPaid").with("order", due);
        found.push((payment.file, fault.with("payment", paid)));
    }
    let people = [("buyerName", "payerName"), ("buyerIdNumber", "payerIdNumber")];
    for (buyer, payer) in people {
        if order.head.get(buyer) != payment.head.get(payer) {
            found.push((payment.file, payment.head.fault(&rules::X8, payer)));
        }
    }
}

fn order_and_inventory(order: &Facts, inventory: &Facts, found: &mut Found) {
    same(&order.head, inventory, &["ebpCode", "ebpName"], &rules::X2, found);
    same(&order.head, inventory, &["ebcCode", "ebcName"], &rules::X3, found);
    same(&order.head, inventory, &["buyerName"], &rules::X10, found);
    same(&order.head, inventory, &["buyerIdNumber"], &rules::X11, found);
    same(&order.head, inventory, &["buyerTelephone"], &rules::X12, found);
    if order.lines.len() != inventory.lines.len() {
        let fault = inventory.head.fault(&rules::X17, "").with("order", order.lines.len());
        found.push((inventory.file, fault.with("inventory", inventory.lines.len())));
    }
    for declared in &inventory.lines {
        let ordered = order.lines.iter().find(|line| line.get("gnum") == declared.get("gnum"));
        if let Some(ordered) = ordered {
            lines(ordered, declared, inventory.file, found);
        }
    }
}

fn lines(ordered: &Part, declared: &Part, file: usize, found: &mut Found) {
    let number = declared.get("gnum");
    let mut differs = |field: &'static str, is_different: bool| {
        if is_different {
            let fault = declared.fault(&rules::X18, field).with("line", number);
            found.push((file, fault.with("field", field)));
        }
    };
    differs("gname", ordered.get("itemName") != declared.get("gname"));
    for field in ["unit", "currency"] {
        differs(field, ordered.get(field) != declared.get(field));
    }
    for field in ["qty", "price", "totalPrice"] {
        differs(field, ordered.number(field) != declared.number(field));
    }
    let (one, other) = (ordered.get("country"), declared.get("country"));
    let known = (CountryCode::lenient(one), CountryCode::lenient(other));
    if let (Some(one), Some(other)) = known
        && one != other
    {
        found.push((file, declared.fault(&faults::C9, "country").with("line", number)));
    }
}

fn waybill_and_inventory(waybill: &Facts, inventory: &Facts, found: &mut Found) {
    same(&waybill.head, inventory, &["orderNo"], &rules::X1, found);
    same(&waybill.head, inventory, &["logisticsNo", "logisticsCode", "logisticsName"], &rules::X15, found);
    same(&waybill.head, inventory, &["consigneeAddress"], &rules::X14, found);
    if inventory.head.get("tradeMode") == "9610" && waybill.head.get("billNo") != inventory.head.get("billNo")
    {
        found.push((inventory.file, inventory.head.fault(&rules::X16, "billNo")));
    }
    for field in ["freight", "insuredFee"] {
        let amounts = (waybill.head.number(field), inventory.head.number(field));
        if let (Some(one), Some(other)) = amounts
            && one != other
        {
            let fault = inventory.head.fault(&faults::A8, field).with("field", field);
            found.push((inventory.file, fault.with("title", title(field))));
        }
    }
    let weights = (waybill.head.number("weight"), inventory.head.number("grossWeight"));
    if let (Some(one), Some(other)) = weights
        && one != other
    {
        let fault = inventory.head.fault(&faults::Q8, "grossWeight").with("waybill", one);
        found.push((inventory.file, fault.with("inventory", other)));
    }
}

/// A withdrawal or return and its inventory: X23, X24.
fn request_and_inventory(request: &Facts, inventory: &Facts, found: &mut Found) {
    /// What a request repeats; numbers that customs gives later may be missing in the inventory that was sent.
    const REPEATED: [&str; 11] = [
        "ebpCode",
        "ebpName",
        "ebcCode",
        "ebcName",
        "logisticsNo",
        "logisticsCode",
        "logisticsName",
        "buyerName",
        "buyerIdNumber",
        "agentCode",
        "customsCode",
    ];
    same(&inventory.head, request, &REPEATED, &faults::X23, found);
    let given = !inventory.head.get("invtNo").is_empty();
    if given && inventory.head.get("invtNo") != request.head.get("invtNo") {
        let fault = request.head.fault(&faults::X23, "invtNo").with("field", "invtNo");
        found.push((request.file, fault.with("title", title("invtNo"))));
    }
    for returned in &request.lines {
        let number = returned.get("gnum");
        let mut wrong = |field: &'static str| {
            let fault = returned.fault(&faults::X24, field).with("line", number);
            found.push((request.file, fault.with("field", field)));
        };
        let Some(declared) = inventory.lines.iter().find(|line| line.get("gnum") == number) else {
            wrong("gnum");
            continue;
        };
        for field in ["gcode", "gname", "unit"] {
            if returned.get(field) != declared.get(field) {
                wrong(field);
            }
        }
        let most = declared.number("qty").unwrap_or(Decimal::MAX);
        if returned.number("qty").is_some_and(|quantity| quantity > most) {
            wrong("qty");
        }
    }
}
