//! Reading our own messages back into the documents they were written from.
//!
//! Strict, where [`super::reading`] is lenient: every element in its place, every value in the very form in which this
//! program writes it, nothing that the documents have no place for. So what is read and written again is the same, byte for
//! byte, and a message that somebody edited is found out even where it still passes its schema. All faults are told, with
//! line and path; the first [`MAX_FAULTS`] of them one by one.

mod value;

use std::fmt::Display;

use ports::fault::{Fault, Kind, Place};

use super::elements::{CURRENCY, DXP_MODE, VERSION};
use super::reading::{Element, Namespace, Tree};
use super::{
    Document, MAX_DOCUMENTS, MessageBuilder, MessageKind, Transmitter, arrival, faults, inventory, order,
    payment, refund, waybill, waybill_status, withdrawal,
};
use crate::documents::{Guid, Text};
use value::{StandIn, Value};

/// The most faults of a message that are told one by one. A message has some 30 fields a document; who mends the first
/// hundreds of faults knows what is wrong with the others, and a path is not free to find.
pub const MAX_FAULTS: usize = 200;

/// A message of our own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<'a> {
    /// Its kind.
    pub kind: MessageKind,
    /// Its own number.
    pub guid: Guid,
    /// Its documents, all of its kind.
    pub documents: Vec<Document<'a>>,
    /// Who transmits it.
    pub transmitter: Transmitter<'a>,
    /// Whether there is a signature; [`super::signature::verify`] knows what it is worth.
    pub is_signed: bool,
}

impl Message<'_> {
    /// The message as it was before it was signed.
    pub fn write(&self) -> Vec<u8> {
        let mut builder = MessageBuilder::new(self.kind, self.guid);
        for document in &self.documents {
            builder.add(&MessageBuilder::fragment(document.view(), Vec::new()));
        }
        builder.finish(&self.transmitter)
    }
}

/// Reads a message.
///
/// # Errors
/// Everything in it that this program would not have written.
pub fn read<'a>(tree: &'a Tree<'_>) -> Result<Message<'a>, Vec<Fault>> {
    let root = tree.root();
    let kind = MessageKind::of_type_name(root.name()).filter(|_| root.namespace() == Namespace::Ceb);
    let Some(kind) = kind else {
        return Err(vec![faults::KIND.at(place(root)).with("root", root.name())]);
    };
    let mut found = Found::default();
    let guid = tree.attribute("guid").unwrap_or_default();
    let guid = Guid::read(guid).unwrap_or_else(|| {
        found.push(|| Guid::refuse("guid", place(root)));
        Guid::NOTHING
    });
    if tree.attribute("version") != Some(VERSION) {
        found.push(|| fault(&faults::VALUE, root, "version").with("expected", VERSION));
    }
    let mut fields = Fields::of(root, &mut found);
    let documents = documents(kind, &mut fields);
    let transmitter = fields.nest("BaseTransfer", |fields| {
        let code: Text<'a, 18> = fields.take("copCode");
        let name: Text<'a, 100> = fields.take("copName");
        let dxp_id: Text<'a, 30> = fields.fixed("dxpMode", DXP_MODE).take("dxpId");
        (code, name, dxp_id)
    });
    let is_signed = fields.signature();
    fields.end();
    // The texts stand in the tree as they are: borrowed from there they outlive this function.
    let field = |name| root.child("BaseTransfer").and_then(|transfer| transfer.field(name));
    let transmitter = transmitter.and_then(|_| {
        Some(Transmitter { code: field("copCode")?, name: field("copName")?, dxp_id: field("dxpId")? })
    });
    match transmitter {
        Some(transmitter) if found.is_empty() => {
            Ok(Message { kind, guid, documents, transmitter, is_signed })
        }
        _ => Err(found.finish()),
    }
}

fn documents<'a>(kind: MessageKind, fields: &mut Fields<'a, '_>) -> Vec<Document<'a>> {
    match kind {
        MessageKind::Order => fields.each("Order", MAX_DOCUMENTS, order::read),
        MessageKind::Payment => fields.each("Payment", MAX_DOCUMENTS, payment::read),
        MessageKind::Waybill => fields.each("Logistics", MAX_DOCUMENTS, waybill::read),
        MessageKind::Inventory => fields.each("Inventory", MAX_DOCUMENTS, inventory::read),
        MessageKind::WaybillStatus => fields.each("LogisticsStatus", MAX_DOCUMENTS, waybill_status::read),
        MessageKind::Withdrawal => fields.each("InvtCancel", MAX_DOCUMENTS, withdrawal::read),
        MessageKind::Return => fields.each("InvtRefund", MAX_DOCUMENTS, refund::read),
        MessageKind::Arrival => fields.each("Delivery", 1, arrival::read),
    }
}

/// The faults of a message.
#[derive(Default)]
struct Found {
    told: Vec<Fault>,
    more: usize,
}

impl Found {
    /// Takes a fault; it is only made when there is room for it.
    fn push(&mut self, fault: impl FnOnce() -> Fault) {
        if self.told.len() < MAX_FAULTS {
            self.told.push(fault());
        } else {
            self.more += 1;
        }
    }

    fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    fn finish(mut self) -> Vec<Fault> {
        if self.more > 0 {
            self.told.push(faults::MORE.fault().with("count", self.more));
        }
        self.told
    }
}

fn place(element: Element<'_>) -> Place {
    Place { line: Some(element.line()), path: Some(element.path()), ..Place::default() }
}

fn fault(kind: &'static Kind, element: Element<'_>, field: &str) -> Fault {
    kind.at(place(element)).with("field", field)
}

/// The elements inside an element, taken one by one in the order in which they have to stand.
///
/// A field that is missing or does not fit is told and gets a stand-in, which leaves with the whole message.
pub(super) struct Fields<'a, 'f> {
    parent: Element<'a>,
    children: Vec<Element<'a>>,
    next: usize,
    found: &'f mut Found,
}

impl<'a, 'f> Fields<'a, 'f> {
    fn of(parent: Element<'a>, found: &'f mut Found) -> Self {
        if !parent.text().is_empty() {
            found.push(|| faults::TEXT_BETWEEN.at(place(parent)));
        }
        Self { parent, children: parent.children().collect(), next: 0, found }
    }

    /// A field that is always there.
    pub(super) fn take<T: Value<'a> + StandIn>(&mut self, name: &'static str) -> T {
        self.required(name).unwrap_or_else(T::nothing)
    }

    /// A field of a kind that has no stand-in.
    pub(super) fn required<T: Value<'a>>(&mut self, name: &'static str) -> Option<T> {
        let element = self.element(name);
        element.and_then(|element| self.value(element))
    }

    /// A field that may be left out.
    pub(super) fn optional<T: Value<'a>>(&mut self, name: &'static str) -> Option<T> {
        let element = self.peek().filter(|element| is_ours(*element, name))?;
        self.next += 1;
        self.value(element)
    }

    /// A field of exactly so many characters, as many as its type holds.
    pub(super) fn exact<const LENGTH: usize>(&mut self, name: &'static str) -> Text<'a, LENGTH> {
        let Some(element) = self.element(name) else { return Text::NOTHING };
        self.exactly(element).unwrap_or(Text::NOTHING)
    }

    /// The same of one that may be left out.
    pub(super) fn optional_exact<const LENGTH: usize>(
        &mut self,
        name: &'static str,
    ) -> Option<Text<'a, LENGTH>> {
        let element = self.peek().filter(|element| is_ours(*element, name))?;
        self.next += 1;
        self.exactly(element)
    }

    fn exactly<const LENGTH: usize>(&mut self, element: Element<'a>) -> Option<Text<'a, LENGTH>> {
        let text: Text<'a, LENGTH> = self.value(element)?;
        if text.as_str().chars().count() == LENGTH {
            return Some(text);
        }
        self.found
            .push(|| fault(&faults::TEXT, element, element.name()).with("min", LENGTH).with("max", LENGTH));
        None
    }

    /// A field that is the same in all documents of ours.
    pub(super) fn fixed(&mut self, name: &'static str, value: impl Display) -> &mut Self {
        let value = value.to_string();
        if let Some(element) = self.element(name)
            && self.is_leaf(element)
            && element.text() != value
        {
            self.found.push(|| fault(&faults::VALUE, element, name).with("expected", value));
        }
        self
    }

    /// The currency.
    pub(super) fn currency(&mut self) -> &mut Self {
        self.fixed("currency", CURRENCY)
    }

    /// An element around other elements.
    pub(super) fn nest<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Fields<'a, '_>) -> T,
    ) -> Option<T> {
        let element = self.element(name)?;
        Some(self.inside(element, read))
    }

    /// One or more elements of a name around other elements.
    pub(super) fn each<T>(
        &mut self,
        name: &'static str,
        limit: usize,
        mut read: impl FnMut(&mut Fields<'a, '_>) -> Option<T>,
    ) -> Vec<T> {
        let mut all = Vec::new();
        let mut element = self.element(name);
        let mut count = 0;
        while let Some(at) = element {
            count += 1;
            all.extend(self.inside(at, &mut read));
            element = self.peek().filter(|next| is_ours(*next, name));
            self.next += usize::from(element.is_some());
        }
        if count > limit {
            let parent = self.parent;
            self.found.push(|| fault(&faults::COUNT, parent, name).with("count", count).with("limit", limit));
        }
        all
    }

    /// Two fields that have to be equal.
    pub(super) fn same_names(&mut self, one: &str, other: &str) {
        if one != other {
            let parent = self.parent;
            self.found.push(|| faults::NAMES_DIFFER.at(place(parent)));
        }
    }

    /// Whether the signature comes next.
    fn signature(&mut self) -> bool {
        let signature =
            self.peek().filter(|next| next.name() == "Signature" && next.namespace() == Namespace::Signature);
        self.next += usize::from(signature.is_some());
        signature.is_some()
    }

    fn inside<T>(&mut self, element: Element<'a>, read: impl FnOnce(&mut Fields<'a, '_>) -> T) -> T {
        let mut fields = Fields::of(element, self.found);
        let value = read(&mut fields);
        fields.end();
        value
    }

    /// Tells what is left.
    fn end(&mut self) {
        while let Some(element) = self.peek() {
            self.next += 1;
            self.unexpected(element);
        }
    }

    fn peek(&self) -> Option<Element<'a>> {
        self.children.get(self.next).copied()
    }

    /// The next element of a name; those before it are out of place.
    fn element(&mut self, name: &'static str) -> Option<Element<'a>> {
        let rest = self.children.get(self.next..).unwrap_or_default();
        let Some(distance) = rest.iter().position(|element| is_ours(*element, name)) else {
            let parent = self.parent;
            self.found.push(|| fault(&faults::MISSING, parent, name));
            return None;
        };
        for _ in 0..distance {
            if let Some(element) = self.peek() {
                self.unexpected(element);
            }
            self.next += 1;
        }
        let element = self.peek();
        self.next += 1;
        element
    }

    fn unexpected(&mut self, element: Element<'a>) {
        self.found.push(|| fault(&faults::UNEXPECTED, element, element.name()));
    }

    fn is_leaf(&mut self, element: Element<'a>) -> bool {
        for child in element.children() {
            self.unexpected(child);
        }
        !element.has_children()
    }

    fn value<T: Value<'a>>(&mut self, element: Element<'a>) -> Option<T> {
        if !self.is_leaf(element) {
            return None;
        }
        let value = T::read(element.text());
        if value.is_none() {
            self.found.push(|| T::refuse(element.name(), place(element)));
        }
        value
    }
}

fn is_ours(element: Element<'_>, name: &str) -> bool {
    element.name() == name && element.namespace() == Namespace::Ceb
}

#[cfg(test)]
pub(crate) mod generated;
#[cfg(test)]
mod tests;
