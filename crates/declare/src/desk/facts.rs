//! What the desk has to know of a document.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use rust_decimal::Decimal;

use crate::messages::MessageKind;
use crate::messages::reading::{Element, decimal};
use crate::messages::receipts::keys;
use crate::receipt::{Keys, Subject};

/// A hash of texts that have to be equal, so that they need not be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Print(u64);

impl Print {
    pub(super) fn of(head: Element<'_>, fields: &[&str]) -> Self {
        let mut hasher = DefaultHasher::new();
        for field in fields {
            let text = head.field(field).unwrap_or_default();
            // 1.0 and 1 are the same number.
            match decimal(text) {
                Some(number) => number.normalize().hash(&mut hasher),
                None => text.hash(&mut hasher),
            }
        }
        Self(hasher.finish())
    }
}

/// Whether a document is new, changed or deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    New,
    Changed,
    Delete,
}

/// One document as it came.
#[derive(Debug, Clone)]
pub(super) struct Paper {
    pub(super) subject: Subject,
    pub(super) guid: String,
    pub(super) change: Change,
    /// `appTime`: 14 digits, which compare as times do.
    pub(super) made_at: String,
    /// Whether it is declared, not only saved.
    pub(super) declared: bool,
    pub(super) signed: bool,
    pub(super) keys: Keys,
    pub(super) facts: Facts,
}

/// What is compared.
#[derive(Debug, Clone)]
pub(super) enum Facts {
    Order(OrderFacts),
    Payment(PaymentFacts),
    Waybill(WaybillFacts),
    Inventory(InventoryFacts),
    /// A waybill status, a withdrawal or an arrival: its keys say it all.
    Request,
    Return(Vec<Line>),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct PaymentFacts {
    pub(super) company: Print,
    pub(super) platform: Print,
    pub(super) payer: Print,
    pub(super) amount: Decimal,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Consignee {
    pub(super) person: Print,
    pub(super) address: Print,
}

#[derive(Debug, Clone)]
pub(super) struct OrderFacts {
    pub(super) company: Print,
    /// Whether the order names the company that was paid through; it need not.
    pub(super) names_company: bool,
    pub(super) platform: Print,
    pub(super) buyer: Print,
    pub(super) buyer_name: Print,
    pub(super) buyer_telephone: Print,
    pub(super) consignee: Consignee,
    pub(super) paid: Decimal,
    pub(super) lines: Vec<Print>,
}

#[derive(Debug, Clone)]
pub(super) struct WaybillFacts {
    pub(super) consignee: Consignee,
}

/// One line of an inventory or a return.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) number: u32,
    pub(super) code: String,
    pub(super) quantity: Decimal,
    /// What has to equal the order's line.
    pub(super) print: Print,
}

#[derive(Debug, Clone)]
pub(super) struct InventoryFacts {
    pub(super) buyer: Print,
    pub(super) buyer_name: Print,
    pub(super) buyer_telephone: Print,
    pub(super) address: Print,
    pub(super) value: Decimal,
    pub(super) lines: Vec<Line>,
}

/// The documents of a message that passed its schema.
pub(super) fn papers(kind: MessageKind, root: Element<'_>) -> Vec<Paper> {
    let (subject, document, head, list) = match kind {
        MessageKind::Order => (Subject::Order, "Order", "OrderHead", "OrderList"),
        MessageKind::Payment => (Subject::Payment, "Payment", "PaymentHead", ""),
        MessageKind::Waybill => (Subject::Waybill, "Logistics", "LogisticsHead", ""),
        MessageKind::Inventory => (Subject::Inventory, "Inventory", "InventoryHead", "InventoryList"),
        MessageKind::WaybillStatus => (Subject::WaybillStatus, "LogisticsStatus", "", ""),
        MessageKind::Withdrawal => (Subject::Withdrawal, "InvtCancel", "", ""),
        MessageKind::Return => (Subject::Return, "InvtRefund", "InvtRefundHead", "InvtRefundList"),
        MessageKind::Arrival => (Subject::Arrival, "Delivery", "DeliveryHead", "DeliveryList"),
    };
    let signed = root.child("Signature").is_some();
    let documents = root.children().filter(|child| child.name() == document);
    documents
        .filter_map(|whole| {
            let head = if head.is_empty() { whole } else { whole.child(head)? };
            let lines: Vec<_> = whole.children().filter(|child| child.name() == list).collect();
            Some(Paper {
                subject,
                guid: head.field("guid").unwrap_or_default().to_owned(),
                change: match head.field("appType") {
                    Some("2") => Change::Changed,
                    Some("3") => Change::Delete,
                    _ => Change::New,
                },
                made_at: head.field("appTime").unwrap_or_default().to_owned(),
                declared: head.field("appStatus") != Some("1"),
                signed,
                keys: keys(head),
                facts: facts(subject, head, &lines),
            })
        })
        .collect()
}

fn number(element: Element<'_>, field: &str) -> Decimal {
    element.field(field).and_then(decimal).unwrap_or_default()
}

fn consignee(head: Element<'_>) -> Consignee {
    Consignee {
        person: Print::of(head, &["consignee", "consigneeTelephone"]),
        address: Print::of(head, &["consigneeAddress"]),
    }
}

fn line(element: Element<'_>, fields: &[&str]) -> Line {
    Line {
        number: element.field("gnum").and_then(|text| text.parse().ok()).unwrap_or_default(),
        code: element.field("gcode").unwrap_or_default().to_owned(),
        quantity: number(element, "qty"),
        print: Print::of(element, fields),
    }
}

fn facts(subject: Subject, head: Element<'_>, lines: &[Element<'_>]) -> Facts {
    match subject {
        Subject::Order => Facts::Order(OrderFacts {
            company: Print::of(head, &["payCode"]),
            names_company: head.field("payCode").is_some(),
            platform: Print::of(head, &["ebpCode", "ebpName"]),
            buyer: Print::of(head, &["buyerName", "buyerIdNumber"]),
            buyer_name: Print::of(head, &["buyerName"]),
            buyer_telephone: Print::of(head, &["buyerTelephone"]),
            consignee: consignee(head),
            paid: number(head, "acturalPaid"),
            lines: lines
                .iter()
                .map(|line| Print::of(*line, &["gnum", "itemName", "qty", "unit", "price", "totalPrice"]))
                .collect(),
        }),
        Subject::Payment => Facts::Payment(PaymentFacts {
            company: Print::of(head, &["payCode"]),
            platform: Print::of(head, &["ebpCode", "ebpName"]),
            payer: Print::of(head, &["payerName", "payerIdNumber"]),
            amount: number(head, "amountPaid"),
        }),
        Subject::Waybill => Facts::Waybill(WaybillFacts { consignee: consignee(head) }),
        Subject::Inventory => Facts::Inventory(InventoryFacts {
            buyer: Print::of(head, &["buyerName", "buyerIdNumber"]),
            buyer_name: Print::of(head, &["buyerName"]),
            buyer_telephone: Print::of(head, &["buyerTelephone"]),
            address: Print::of(head, &["consigneeAddress"]),
            value: lines
                .iter()
                .try_fold(Decimal::ZERO, |sum, line| sum.checked_add(number(*line, "totalPrice")))
                .unwrap_or(Decimal::MAX),
            lines: lines
                .iter()
                .map(|one| line(*one, &["gnum", "gname", "qty", "unit", "price", "totalPrice"]))
                .collect(),
        }),
        Subject::Return => Facts::Return(lines.iter().map(|one| line(*one, &["gnum"])).collect()),
        Subject::WaybillStatus | Subject::Withdrawal | Subject::Arrival => Facts::Request,
    }
}
