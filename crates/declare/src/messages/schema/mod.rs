//! The schema gate: checks a finished CEB message against our XSDs, in process.
//!
//! The XSDs under `schemas/` are embedded and compiled once a message kind, on first
//! use. Checking needs no file system, no network and no C library, and a gate may be
//! shared by any number of threads.
//!
//! # What a pass means
//!
//! The message has the element order, occurrences, lengths (in characters), number
//! forms and fixed values that the official 202205 schema asks for. It does *not* mean
//! that the codes exist or the amounts add up: the rules layer checks those.
//!
//! # Limits
//!
//! * A `DOCTYPE` is refused, and with it every entity: no CEB message has one.
//! * The bounds of [`reading`] on nesting, bytes and attributes hold.
//! * At most [`MAX_FAULTS`] faults are reported, then one that says how many more there
//!   were. Reporting stops at the first structural fault of an element, so a message
//!   may show further faults once the first are mended.
//! * A message longer than 128 KiB is checked document by document, so the count of
//!   "more faults" is then that of the documents looked at.
//! * Stricter than the official schema, on purpose: an *empty* `currency` is refused
//!   (XSD reads an empty element as its fixed value), and so is `xsi:nil` or `xsi:type`
//!   anywhere, a `ds:Signature` that is not laid out as customs specifies, and two
//!   number forms that nobody writes: `5.` and more than 19 digits by leading zeros.
//! * More tolerant than libxml2 (and right by the XSD text): spaces round `gnum`.
//!
//! # Two ways
//!
//! Messages of our own go through a table made from the same schemas in one pass, some twenty times faster than the full
//! validator; it only ever says yes, and everything else is left to the full validator. [`Strictness`] says which way.
//!
//! # How the schemas are put together
//!
//! The validator can follow `xs:include` and `xs:import` in the file system only. The
//! files of the CEB namespace are therefore joined into one schema document, and the
//! signature - the one other namespace - has its own validator: in the joined schema a
//! wildcard stands where the file says `ref="ds:Signature"`, and what it let through is
//! then checked against `xmldsig.xsd`.

mod compiled;
mod joined;
mod position;
mod preparation;

use std::fmt;
use std::sync::LazyLock;

use uppsala::XsdValidator;
use uppsala::dom::{Document, NodeId};

use self::compiled::Table;
use self::joined::{join, validator};
use self::position::{Found, path};
use self::preparation::{Attributes, mask, stray_attribute};
use super::{MAX_DOCUMENTS, reading};
use crate::receipt::Subject;

/// Messages up to this length are checked in one go, see `check_by_document`.
const WHOLE_BYTES: usize = 128 << 10;

/// The most faults that [`SchemaGate::check`] spells out.
pub const MAX_FAULTS: usize = 20;

pub(super) const CEB: &str = "http://www.chinaport.gov.cn/ceb";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

const TYPES: &str = include_str!("../../../../../schemas/ceb-types.xsd");
const INVENTORY: &str = include_str!("../../../../../schemas/ceb621-inventory.xsd");
const SIGNATURE: &str = include_str!("../../../../../schemas/xmldsig.xsd");

/// The schemas, one for each form of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Schema {
    /// CEB311Message 电子订单.
    Order,
    /// CEB411Message 支付凭证.
    Payment,
    /// CEB511Message 物流运单.
    Waybill,
    /// CEB621Message 进口清单, signed, as customs takes it.
    Inventory,
    /// CEB621Message 进口清单 that may be unsigned (`appStatus` 1).
    SavedInventory,
    /// CEB513Message 运单状态.
    WaybillStatus,
    /// CEB623Message 撤销申请单, signed.
    Withdrawal,
    /// CEB625Message 退货申请单, signed.
    Return,
    /// CEB711Message 入库明细单, signed.
    Arrival,
    /// Receipts about documents: CEB312, 412, 512, 514, 622, 624, 626, 712.
    Receipt,
    /// CEB816Message 电子税单 and CEB818Message 电子税单状态.
    TaxBill,
    /// CEB900Message 报文格式校验回执.
    FormatReceipt,
    /// DxpMsg and DxpRep, the terminal node's envelope of the data exchange platform and its answer. What is in the envelope
    /// has a schema of its own.
    Envelope,
}

impl Schema {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::Order,
        Self::Payment,
        Self::Waybill,
        Self::Inventory,
        Self::SavedInventory,
        Self::WaybillStatus,
        Self::Withdrawal,
        Self::Return,
        Self::Arrival,
        Self::Receipt,
        Self::TaxBill,
        Self::FormatReceipt,
        Self::Envelope,
    ];

    /// The schema of a receipt by the name of its message's root element.
    pub fn of_receipt(message_type: &str) -> Option<Self> {
        match message_type {
            "CEB816Message" | "CEB818Message" => Some(Self::TaxBill),
            "CEB900Message" => Some(Self::FormatReceipt),
            "DxpRep" => Some(Self::Envelope),
            other => Subject::ALL
                .into_iter()
                .any(|subject| subject.receipt_type() == other)
                .then_some(Self::Receipt),
        }
    }

    /// The schema files of the message's namespace, the one with the root element last.
    const fn sources(self) -> &'static [&'static str] {
        match self {
            Self::Order => &[TYPES, include_str!("../../../../../schemas/ceb311.xsd")],
            Self::Payment => &[TYPES, include_str!("../../../../../schemas/ceb411.xsd")],
            Self::Waybill => &[TYPES, include_str!("../../../../../schemas/ceb511.xsd")],
            Self::Inventory => &[TYPES, INVENTORY, include_str!("../../../../../schemas/ceb621.xsd")],
            Self::SavedInventory => {
                &[TYPES, INVENTORY, include_str!("../../../../../schemas/ceb621-saved.xsd")]
            }
            Self::WaybillStatus => &[TYPES, include_str!("../../../../../schemas/ceb513.xsd")],
            Self::Withdrawal => &[TYPES, include_str!("../../../../../schemas/ceb623.xsd")],
            Self::Return => &[TYPES, include_str!("../../../../../schemas/ceb625.xsd")],
            Self::Arrival => &[TYPES, include_str!("../../../../../schemas/ceb711.xsd")],
            Self::Receipt => &[TYPES, include_str!("../../../../../schemas/ceb-receipts.xsd")],
            Self::TaxBill => &[TYPES, include_str!("../../../../../schemas/ceb-tax-bills.xsd")],
            Self::FormatReceipt => &[TYPES, include_str!("../../../../../schemas/ceb900.xsd")],
            Self::Envelope => &[include_str!("../../../../../schemas/dxp.xsd")],
        }
    }
}

/// Something in a message that the schema does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFault {
    /// Line of the message, from 1.
    pub line: Option<u64>,
    /// Where, e.g. `/CEB621Message/Inventory[3]/InventoryHead/declTime`. A position is
    /// given where an element has siblings of its name; positions count from 1.
    pub path: Option<String>,
    /// What is wrong, in English, for the log. A bad value may be in it, with `_` for
    /// each Chinese character: buyers' numbers are personal data, treat it so.
    pub text: String,
}

impl fmt::Display for SchemaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(path) = &self.path {
            write!(f, "{path}: ")?;
        }
        f.write_str(&self.text)
    }
}

/// One of our own schemas does not compile: a defect of this program, not of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaDefect(String);

impl fmt::Display for SchemaDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "embedded schema does not compile: {}", self.0)
    }
}

impl std::error::Error for SchemaDefect {}

/// A compiled schema. Get one with [`SchemaGate::of`].
pub struct SchemaGate {
    message: XsdValidator,
    signature: XsdValidator,
    table: Option<Table>,
    attributes: &'static Attributes,
}

/// How messages are held against their schemas before they leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// By one pass over a table made from the schema; what does not pass at sight goes to the full validator.
    #[default]
    Compiled,
    /// By the full validator, each message whole.
    Full,
    /// Not at all: the types of the documents' fields cannot hold what the schema refuses.
    Off,
}

impl SchemaGate {
    /// The gate of a message kind, compiled on the first call.
    ///
    /// # Errors
    ///
    /// [`SchemaDefect`] when an embedded schema does not compile. The tests compile
    /// every one, so this does not happen in a released program.
    pub fn of(kind: Schema) -> Result<&'static Self, SchemaDefect> {
        type Slot = LazyLock<Result<SchemaGate, SchemaDefect>>;
        static ORDER: Slot = LazyLock::new(|| SchemaGate::compile(Schema::Order));
        static PAYMENT: Slot = LazyLock::new(|| SchemaGate::compile(Schema::Payment));
        static WAYBILL: Slot = LazyLock::new(|| SchemaGate::compile(Schema::Waybill));
        static INVENTORY: Slot = LazyLock::new(|| SchemaGate::compile(Schema::Inventory));
        static SAVED: Slot = LazyLock::new(|| SchemaGate::compile(Schema::SavedInventory));
        static WAYBILL_STATUS: Slot = LazyLock::new(|| SchemaGate::compile(Schema::WaybillStatus));
        static WITHDRAWAL: Slot = LazyLock::new(|| SchemaGate::compile(Schema::Withdrawal));
        static RETURN: Slot = LazyLock::new(|| SchemaGate::compile(Schema::Return));
        static ARRIVAL: Slot = LazyLock::new(|| SchemaGate::compile(Schema::Arrival));
        static RECEIPT: Slot = LazyLock::new(|| SchemaGate::compile(Schema::Receipt));
        static TAX_BILL: Slot = LazyLock::new(|| SchemaGate::compile(Schema::TaxBill));
        static FORMAT_RECEIPT: Slot = LazyLock::new(|| SchemaGate::compile(Schema::FormatReceipt));
        static ENVELOPE: Slot = LazyLock::new(|| SchemaGate::compile(Schema::Envelope));
        let slot = match kind {
            Schema::Order => &ORDER,
            Schema::Payment => &PAYMENT,
            Schema::Waybill => &WAYBILL,
            Schema::Inventory => &INVENTORY,
            Schema::SavedInventory => &SAVED,
            Schema::WaybillStatus => &WAYBILL_STATUS,
            Schema::Withdrawal => &WITHDRAWAL,
            Schema::Return => &RETURN,
            Schema::Arrival => &ARRIVAL,
            Schema::Receipt => &RECEIPT,
            Schema::TaxBill => &TAX_BILL,
            Schema::FormatReceipt => &FORMAT_RECEIPT,
            Schema::Envelope => &ENVELOPE,
        };
        (**slot).as_ref().map_err(Clone::clone)
    }

    fn compile(kind: Schema) -> Result<Self, SchemaDefect> {
        let schema = join(kind.sources())?;
        let message = validator(&schema)?;
        // The table is for what this program sends. An envelope has types that it does not know, receipts are written by others.
        let (table, attributes) = match kind {
            Schema::Envelope => (None, &preparation::ENVELOPE),
            Schema::Receipt | Schema::TaxBill | Schema::FormatReceipt => (None, &preparation::MESSAGE),
            _ => (Table::of(&schema), &preparation::MESSAGE),
        };
        Ok(Self { message, signature: validator(SIGNATURE)?, table, attributes })
    }

    /// Checks a message as strictly as asked. An empty answer is a pass.
    #[must_use]
    pub fn check_as(&self, xml: &str, strictness: Strictness) -> Vec<SchemaFault> {
        match strictness {
            Strictness::Off => Vec::new(),
            Strictness::Compiled if self.accepts(xml) => Vec::new(),
            Strictness::Compiled | Strictness::Full => self.check(xml),
        }
    }

    /// Whether a message is valid at sight: one pass over its bytes, for messages as this program writes them. `false` does
    /// not mean invalid; [`SchemaGate::check`] knows.
    #[must_use]
    pub fn accepts(&self, xml: &str) -> bool {
        xml.len() <= reading::MAX_BYTES && self.table.as_ref().is_some_and(|table| table.accepts(self, xml))
    }

    /// Checks a whole message. An empty answer is a pass.
    #[must_use]
    pub fn check(&self, xml: &str) -> Vec<SchemaFault> {
        let xml = &mask(xml.strip_prefix('\u{feff}').unwrap_or(xml));
        let mut doc = match reading::document(xml) {
            Ok(doc) => doc,
            Err(unparsed) => {
                return vec![SchemaFault { line: unparsed.line, path: None, text: unparsed.reason }];
            }
        };
        let mut found = Found::default();
        if let Some(node) = stray_attribute(&doc, self.attributes) {
            found.faults.push(SchemaFault {
                line: u64::try_from(doc.node_line(node)).ok(),
                path: Some(path(&doc, node, None)),
                text: "an attribute is not allowed here".to_owned(),
            });
        }
        if xml.len() <= WHOLE_BYTES {
            found.add(&doc, &self.message.validate(&doc), None);
        } else {
            self.check_by_document(&mut doc, &mut found);
        }
        if let Some(signature) = signature(&doc) {
            let faults = {
                // Make the signature the root of the document: the validator starts
                // there. Its nodes keep their namespaces and source positions.
                if let Some(root) = doc.document_element() {
                    doc.detach(signature);
                    doc.detach(root);
                }
                doc.append_child(doc.root(), signature);
                self.signature.validate(&doc)
            };
            found.add(&doc, &faults, None);
        }
        found.finish()
    }

    /// Checks a long message one business document at a time, and stops when there are
    /// faults enough.
    ///
    /// The validator cannot be told to stop, and for the line of every fault it scans
    /// the message from its start: 9900 broken lines in 7 MB took it 25 seconds.
    fn check_by_document(&self, doc: &mut Document<'_>, found: &mut Found) {
        let Some(root) = doc.document_element() else {
            return;
        };
        let documents = documents(doc, root);
        if documents.len() < 2 {
            found.add(doc, &self.message.validate(doc), None);
            return;
        }
        let after = documents.last().and_then(|&last| doc.next_sibling(last));
        for &document in &documents {
            doc.detach(document);
        }
        for (at, &document) in documents.iter().enumerate() {
            match after {
                Some(after) => doc.insert_before(root, document, after),
                None => doc.append_child(root, document),
            }
            found.add(doc, &self.message.validate(doc), Some((document, at + 1)));
            if found.faults.len() >= MAX_FAULTS {
                break;
            }
            doc.detach(document);
        }
        if documents.len() > MAX_DOCUMENTS {
            let text = format!("{} documents, at most {MAX_DOCUMENTS} are allowed", documents.len());
            found.faults.push(fault(text));
        }
    }
}

/// The business documents of a message: the first child of the root, and those of its
/// name that follow it without another element between.
fn documents(doc: &Document<'_>, root: NodeId) -> Vec<NodeId> {
    let mut children = doc.children_iter(root).filter_map(|c| Some((c, doc.element(c)?))).peekable();
    let first = children.peek().map(|&(_, element)| &element.name);
    children.take_while(|(_, e)| Some(&e.name) == first).map(|(child, _)| child).collect()
}

fn fault(text: String) -> SchemaFault {
    SchemaFault { line: None, path: None, text }
}

/// The signature of the message: the child of the root that the wildcard took.
fn signature(doc: &Document<'_>) -> Option<NodeId> {
    let root = doc.document_element()?;
    doc.children_iter(root)
        .rfind(|&c| doc.element(c).is_some_and(|e| e.name.namespace_uri.as_deref() == Some(DSIG)))
}
