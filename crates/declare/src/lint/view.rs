//! Documents as the rules look at them: elements by their names, whoever wrote them.

use ports::fault::{Fault, Kind as FaultKind, Place};
use rust_decimal::Decimal;

use crate::messages::MessageKind;
use crate::messages::reading::{Element, Tree, decimal};

/// The kinds of messages that are sent to customs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    Order,
    Payment,
    Waybill,
    WaybillStatus,
    Inventory,
    Withdrawal,
    Return,
    Arrival,
}

impl Kind {
    const ALL: [(Self, &'static str, &'static str, Option<&'static str>); 8] = [
        (Self::Order, "311", "OrderHead", Some("OrderList")),
        (Self::Payment, "411", "PaymentHead", None),
        (Self::Waybill, "511", "LogisticsHead", None),
        (Self::WaybillStatus, "513", "LogisticsStatus", None),
        (Self::Inventory, "621", "InventoryHead", Some("InventoryList")),
        (Self::Withdrawal, "623", "InvtCancel", None),
        (Self::Return, "625", "InvtRefundHead", Some("InvtRefundList")),
        (Self::Arrival, "711", "DeliveryHead", Some("DeliveryList")),
    ];

    /// The kind of a root element's name.
    pub(super) fn of(root: &str) -> Option<Self> {
        let number = root.strip_prefix("CEB")?.strip_suffix("Message")?;
        Self::ALL.iter().find(|(_, known, ..)| *known == number).map(|(kind, ..)| *kind)
    }

    fn entry(self) -> (&'static str, &'static str, Option<&'static str>) {
        // Every kind stands in the table.
        let found = Self::ALL.iter().find(|(kind, ..)| *kind == self);
        found.map_or(("", "", None), |(_, number, head, line)| (*number, *head, *line))
    }

    /// The number of the message, such as `621`.
    pub(super) fn number(self) -> &'static str {
        self.entry().0
    }

    /// The kind of message that this program writes.
    pub(super) fn message(self) -> Option<MessageKind> {
        MessageKind::of_type_name(&format!("CEB{}Message", self.number()))
    }

    /// The element of a document's head.
    pub(super) fn head(self) -> &'static str {
        self.entry().1
    }

    /// The element round a document: the head itself where it has no lines and no other element round it.
    pub(super) fn wrapper(self) -> &'static str {
        match self {
            Self::Order => "Order",
            Self::Payment => "Payment",
            Self::Waybill => "Logistics",
            Self::Inventory => "Inventory",
            Self::Return => "InvtRefund",
            Self::Arrival => "Delivery",
            Self::WaybillStatus | Self::Withdrawal => self.head(),
        }
    }

    /// The element of a document's lines.
    pub(super) fn line(self) -> Option<&'static str> {
        self.entry().2
    }
}

/// Where an element is.
pub(super) fn place(element: Element<'_>) -> Place {
    Place { line: Some(element.line()), path: Some(element.path()), ..Place::default() }
}

/// One document of a message.
#[derive(Clone)]
pub(super) struct Document<'t> {
    pub(super) kind: Kind,
    pub(super) head: Element<'t>,
    pub(super) lines: Vec<Element<'t>>,
}

impl<'t> Document<'t> {
    /// The documents of a message: every head, with the lines that stand beside it.
    pub(super) fn all(kind: Kind, tree: &'t Tree<'t>) -> impl Iterator<Item = Self> + 't {
        tree.root().children().filter_map(move |child| {
            let is_head = child.name() == kind.head();
            let head = if is_head { child } else { child.child(kind.head())? };
            let lines = match kind.line() {
                Some(name) if !is_head => child.children().filter(|line| line.name() == name).collect(),
                _ => Vec::new(),
            };
            Some(Self { kind, head, lines })
        })
    }

    /// A fault about a field of the head, or about the head where the field is missing.
    pub(super) fn fault(&self, kind: &'static FaultKind, field: &str) -> Fault {
        fault_at(kind, self.head, field)
    }

    /// What the rules between documents need of it.
    pub(super) fn facts(&self, file: usize) -> Facts {
        let kept = |element: Element<'t>, names: &[&'static str]| {
            let fields = names.iter().filter_map(|name| Some((*name, element.field(name)?.into())));
            Part { at: element.line(), path: element.path(), fields: fields.collect() }
        };
        Facts {
            kind: self.kind,
            file,
            head: kept(self.head, &HEAD_FACTS),
            lines: self.lines.iter().map(|line| kept(*line, &LINE_FACTS)).collect(),
        }
    }
}

/// A fault about a field of an element.
pub(super) fn fault_at(kind: &'static FaultKind, element: Element<'_>, field: &str) -> Fault {
    let mut at = place(element.child(field).unwrap_or(element));
    if element.child(field).is_none()
        && let Some(path) = &mut at.path
    {
        path.push('/');
        path.push_str(field);
    }
    kind.at(at)
}

/// A number of an element; nothing when it is missing or none.
pub(super) fn number(element: Element<'_>, field: &str) -> Option<Decimal> {
    decimal(element.field(field)?)
}

/// What is kept of a head.
const HEAD_FACTS: [&str; 38] = [
    "guid",
    "orderNo",
    "ebpCode",
    "ebpName",
    "ebcCode",
    "ebcName",
    "payCode",
    "payName",
    "payTransactionId",
    "acturalPaid",
    "amountPaid",
    "buyerIdNumber",
    "buyerName",
    "buyerTelephone",
    "payerIdNumber",
    "payerName",
    "consignee",
    "consigneeTelephone",
    "consigneeAddress",
    "logisticsNo",
    "logisticsCode",
    "logisticsName",
    "billNo",
    "freight",
    "insuredFee",
    "weight",
    "grossWeight",
    "tradeMode",
    "invtNo",
    "copNo",
    "agentCode",
    "agentName",
    "buyerIdType",
    "customsCode",
    "voyageNo",
    "trafNo",
    "goodsValue",
    "preNo",
];
/// What is kept of a line.
const LINE_FACTS: [&str; 12] = [
    "gnum",
    "gcode",
    "gname",
    "itemName",
    "qty",
    "unit",
    "price",
    "totalPrice",
    "currency",
    "country",
    "logisticsNo",
    "gmodel",
];

/// What is kept of a document until all files are read.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) kind: Kind,
    pub(super) file: usize,
    pub(super) head: Part,
    pub(super) lines: Vec<Part>,
}

/// What is kept of an element. Values may be personal and are never shown.
pub(super) struct Part {
    pub(super) at: u64,
    pub(super) path: String,
    fields: Vec<(&'static str, Box<str>)>,
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Part {
    /// The text of a field, empty where it is missing.
    pub(super) fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// The number of a field.
    pub(super) fn number(&self, name: &str) -> Option<Decimal> {
        decimal(self.get(name))
    }

    /// A fault about a field.
    pub(super) fn fault(&self, kind: &'static FaultKind, field: &str) -> Fault {
        let path = if field.is_empty() { self.path.clone() } else { format!("{}/{field}", self.path) };
        kind.at(Place { line: Some(self.at), path: Some(path), ..Place::default() })
    }
}
