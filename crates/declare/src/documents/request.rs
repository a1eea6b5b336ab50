//! Requests about a declared inventory: withdrawal before its release (撤销申请单, CEB623) and return of goods after it
//! (退货申请单, CEB625).
//!
//! Both name the order, its enterprises and its buyer as the inventory does (customs looks for the inventory by them), and
//! the number that customs gave the inventory. Whether the inventory is in a state that allows the request is for the caller
//! to know: a withdrawal comes before release (-623005 otherwise), a return after it.

use std::collections::BTreeSet;

use filing::hs::HsCode;
use ports::fault::{Fault, Place};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::field::TextFault;
use super::{
    Guid, InventoryHead, InventoryLine, Moment, Number, Personal, Standing, Submission, Text, faults,
};

/// What identifies a document that follows others; made once and kept, so that the document stays the same however often it
/// is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Its number.
    pub guid: Guid,
    /// When it was made.
    pub made_at: Moment,
}

/// The numbers that a declared inventory goes by, from its receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known<'a> {
    /// 清单编号: given by customs; nothing can be asked for without it.
    pub inventory_no: &'a str,
    /// 预录入编号: given by China E-port.
    pub entry_no: Option<&'a str>,
}

/// What a withdrawal and a return have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// The document's own number.
    pub guid: Guid,
    /// When it was made.
    pub made_at: Moment,
    /// Saved or declared; declared needs a signature.
    pub standing: Standing,
    /// Where the inventory was declared.
    pub customs_code: Text<'a, 4>,
    /// The order.
    pub order_no: Text<'a, 60>,
    /// The platform's customs registration.
    pub platform_code: Text<'a, 18>,
    /// Its registered name.
    pub platform_name: Text<'a, 100>,
    /// The merchant's customs registration.
    pub merchant_code: Text<'a, 18>,
    /// Its registered name.
    pub merchant_name: Text<'a, 100>,
    /// The waybill number.
    pub waybill_no: Text<'a, 60>,
    /// The carrier's registration.
    pub carrier_code: Text<'a, 18>,
    /// Its registered name.
    pub carrier_name: Text<'a, 100>,
    /// Our own number of the request.
    pub own_no: Text<'a, 20>,
    /// The number that China E-port gave the inventory.
    pub entry_no: Option<Text<'a, 18>>,
    /// The number that customs gave the inventory.
    pub inventory_no: Text<'a, 18>,
    /// The buyer's identity number.
    pub buyer_id_number: Personal<'a, 60>,
    /// The buyer's name.
    pub buyer_name: Personal<'a, 60>,
    /// The buyer's telephone.
    pub buyer_telephone: Personal<'a, 30>,
    /// The declaring enterprise's registration.
    pub declarant_code: Text<'a, 18>,
    /// Its registered name.
    pub declarant_name: Text<'a, 100>,
    /// Why.
    pub reason: Text<'a, 1000>,
}

/// An inventory is withdrawn. It can only be new: customs takes no other withdrawal (报送类型 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal<'a> {
    /// Which, and why.
    pub request: Request<'a>,
}

/// Goods of an inventory come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return<'a> {
    /// New, changed or deleted.
    pub submission: Submission,
    /// Of which inventory, and why.
    pub request: Request<'a>,
    /// The goods.
    pub lines: Vec<ReturnLine<'a>>,
}

/// Goods of one line that come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnLine<'a> {
    /// The line's number in the inventory.
    pub number: u32,
    /// Its commodity code.
    pub hs_code: HsCode,
    /// Its name.
    pub name: Text<'a, 250>,
    /// How much comes back, in the unit of sale.
    pub quantity: Number,
    /// The unit of sale.
    pub unit: Text<'a, 3>,
}

/// Goods of an inventory's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goods {
    /// The line's number in the inventory.
    pub line: u32,
    /// How much of it, in the unit of sale.
    pub quantity: Decimal,
}

impl<'a> Request<'a> {
    /// A request about an inventory.
    fn about(
        inventory: &InventoryHead<'a>,
        known: Known<'a>,
        reason: &'a str,
        issue: Issue,
        found: &mut Vec<Fault>,
    ) -> Self {
        let order_no = inventory.order_no.as_str();
        Self {
            own_no: issue.guid.own_no(),
            guid: issue.guid,
            made_at: issue.made_at,
            standing: Standing::Declared,
            customs_code: inventory.customs_code.clone(),
            order_no: inventory.order_no.clone(),
            platform_code: inventory.platform_code.clone(),
            platform_name: inventory.platform_name.clone(),
            merchant_code: inventory.merchant_code.clone(),
            merchant_name: inventory.merchant_name.clone(),
            waybill_no: inventory.waybill_no.clone(),
            carrier_code: inventory.carrier_code.clone(),
            carrier_name: inventory.carrier_name.clone(),
            entry_no: known.entry_no.map(|text| field(order_no, "preNo", text, found)),
            inventory_no: field(order_no, "invtNo", known.inventory_no, found),
            buyer_id_number: inventory.buyer_id_number.clone(),
            buyer_name: inventory.buyer_name.clone(),
            buyer_telephone: inventory.buyer_telephone.clone(),
            declarant_code: inventory.declarant_code.clone(),
            declarant_name: inventory.declarant_name.clone(),
            reason: field(order_no, "reason", reason, found),
        }
    }
}

impl<'a> Withdrawal<'a> {
    /// The withdrawal of a declared inventory.
    ///
    /// # Errors
    /// All that is empty or does not fit its field.
    pub fn of(
        inventory: &InventoryHead<'a>,
        known: Known<'a>,
        reason: &'a str,
        issue: Issue,
    ) -> Result<Self, Vec<Fault>> {
        let mut found = Vec::new();
        let request = Request::about(inventory, known, reason, issue, &mut found);
        if found.is_empty() { Ok(Self { request }) } else { Err(found) }
    }
}

impl<'a> Return<'a> {
    /// The return of goods of a declared inventory. `earlier` is what came back of it before: all returns together may not be
    /// more than was declared.
    ///
    /// # Errors
    /// All that does not fit: lines the inventory does not have, lines given twice, quantities of nothing or of more than is
    /// left.
    pub fn of(
        (inventory, lines): (&InventoryHead<'a>, &[InventoryLine<'a>]),
        known: Known<'a>,
        reason: &'a str,
        goods: &[Goods],
        earlier: &[Goods],
        issue: Issue,
    ) -> Result<Self, Vec<Fault>> {
        let mut found = Vec::new();
        let request = Request::about(inventory, known, reason, issue, &mut found);
        let order_no = inventory.order_no.as_str();
        let place = |index: usize| Place::order(order_no, format!("lines[{index}]"));
        if goods.is_empty() {
            found.push(faults::RETURN_EMPTY.at(Place::order(order_no, "lines")));
        }
        let mut seen = BTreeSet::new();
        let mut returned = Vec::with_capacity(goods.len());
        for (index, part) in goods.iter().enumerate() {
            if !seen.insert(part.line) {
                found.push(faults::RETURN_TWICE.at(place(index)).with("line", part.line));
                continue;
            }
            let Some(line) = lines.iter().find(|line| line.number == part.line) else {
                found.push(faults::RETURN_LINE.at(place(index)).with("line", part.line));
                continue;
            };
            let left = left(line, earlier);
            match Number::parse(part.quantity).filter(|number| *number > Number::ZERO) {
                Some(quantity) if left.is_some_and(|left| quantity.decimal() <= left) => {
                    returned.push(ReturnLine {
                        number: line.number,
                        hs_code: line.hs_code,
                        name: line.name.clone(),
                        quantity,
                        unit: line.unit.clone(),
                    });
                }
                _ => {
                    let fault = faults::RETURN_QUANTITY.at(place(index)).with("line", part.line);
                    let fault = fault.with("quantity", part.quantity);
                    found.push(fault.with("left", left.unwrap_or_default().normalize()));
                }
            }
        }
        // In the order of the inventory, whatever order they were asked for in.
        returned.sort_by_key(|line| line.number);
        if found.is_empty() {
            Ok(Self { submission: Submission::New, request, lines: returned })
        } else {
            Err(found)
        }
    }
}

/// What is left of a line after earlier returns; nothing when they are out of all bounds.
fn left(line: &InventoryLine<'_>, earlier: &[Goods]) -> Option<Decimal> {
    let earlier = earlier.iter().filter(|part| part.line == line.number);
    earlier.into_iter().try_fold(line.quantity.decimal(), |left, part| left.checked_sub(part.quantity))
}

/// A text that a caller gives; one that does not fit is told and stands empty.
pub(super) fn field<'a, const MAX: usize>(
    order_no: &str,
    name: &'static str,
    text: &'a str,
    found: &mut Vec<Fault>,
) -> Text<'a, MAX> {
    Text::parse(text).unwrap_or_else(|fault| {
        let at = Place::order(order_no, name);
        found.push(match fault {
            TextFault::Empty => faults::EMPTY.at(at).with("field", name),
            TextFault::TooLong(length) => {
                faults::TOO_LONG.at(at).with("field", name).with("length", length).with("max", MAX)
            }
        });
        Text::NOTHING
    })
}
