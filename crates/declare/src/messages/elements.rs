//! Writing elements, and the frame around a message's documents.

use std::fmt::Display;
use std::io::Write as _;

use super::narrow::DECLARATION;
use super::{DocumentView, MessageKind, NAMESPACE};
use crate::documents::field::{Personal, Text};
use crate::documents::{Day, Guid, Moment, Number, Standing, Submission};

/// The one currency of the messages: CNY under its customs number.
pub(super) const CURRENCY: &str = "142";
/// The edition of the messages.
pub(super) const VERSION: &str = "1.0";
/// The mode of transmission: the data exchange platform of China E-port.
pub(super) const DXP_MODE: &str = "DXP";

/// A value of a field.
pub(super) trait Value {
    /// Writes it between the element's tags.
    fn write(&self, out: &mut Elements, name: &'static str);
}

/// Writes elements into a buffer. Names and the form of tags are fixed here, so bytes are put one behind the other; only
/// texts need looking at.
pub(super) struct Elements(Vec<u8>);

impl Elements {
    pub(super) fn into(buffer: Vec<u8>) -> Self {
        Self(buffer)
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    fn open(&mut self, name: &str) {
        self.raw(b"<");
        self.raw(name.as_bytes());
        self.raw(b">");
    }

    fn close(&mut self, name: &str) {
        self.raw(b"</");
        self.raw(name.as_bytes());
        self.raw(b">");
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// A text; canonical XML escapes exactly these three in it. Fields hold no carriage return, the fourth.
    fn text(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while let Some(at) = memchr::memchr3(b'&', b'<', b'>', rest) {
            self.raw(&rest[..at]);
            self.raw(match rest[at] {
                b'&' => b"&amp;",
                b'<' => b"&lt;",
                _ => b"&gt;",
            });
            rest = &rest[at + 1..];
        }
        self.raw(rest);
    }

    /// An element around other elements.
    pub(super) fn nest(&mut self, name: &'static str, content: impl FnOnce(&mut Self)) {
        self.open(name);
        content(self);
        self.close(name);
    }

    /// A field.
    pub(super) fn field(&mut self, name: &'static str, value: &impl Value) {
        value.write(self, name);
    }

    /// A field with a fixed word.
    pub(super) fn word(&mut self, name: &'static str, text: &str) {
        self.open(name);
        self.text(text);
        self.close(name);
    }

    /// The currency, which is the same everywhere.
    pub(super) fn currency(&mut self) {
        self.word("ceb:currency", CURRENCY);
    }

    /// A field whose text is digits and letters only, so that nothing in it is ever escaped.
    fn display(&mut self, name: &'static str, value: &impl Display) {
        self.open(name);
        // Writing into a Vec cannot fail.
        let written = write!(self.0, "{value}");
        debug_assert!(written.is_ok());
        self.close(name);
    }
}

impl<const MAX: usize> Value for Text<'_, MAX> {
    fn write(&self, out: &mut Elements, name: &'static str) {
        out.word(name, self.as_str());
    }
}

impl<const MAX: usize> Value for Personal<'_, MAX> {
    fn write(&self, out: &mut Elements, name: &'static str) {
        out.word(name, self.reveal());
    }
}

impl Value for &str {
    fn write(&self, out: &mut Elements, name: &'static str) {
        out.word(name, self);
    }
}

impl<T: Value> Value for Option<T> {
    /// Nothing is left out: an element without content would be refused for fields of fixed length or numbers.
    fn write(&self, out: &mut Elements, name: &'static str) {
        if let Some(value) = self {
            value.write(out, name);
        }
    }
}

macro_rules! displayed {
    ($($type:ty),+) => {$(
        impl Value for $type {
            fn write(&self, out: &mut Elements, name: &'static str) {
                out.display(name, self);
            }
        }
    )+};
}
displayed!(Guid, Moment, Day, Number, u32, filing::hs::HsCode);

impl Value for Submission {
    fn write(&self, out: &mut Elements, name: &'static str) {
        out.word(name, self.code());
    }
}

impl Value for Standing {
    fn write(&self, out: &mut Elements, name: &'static str) {
        out.word(name, self.code());
    }
}

/// Who transmits a message: the `BaseTransfer` block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transmitter<'a> {
    /// The access client's enterprise.
    pub code: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its number on the data exchange platform.
    pub dxp_id: &'a str,
}

/// Builds a message of one kind from documents written one by one.
#[derive(Debug)]
pub struct MessageBuilder {
    kind: MessageKind,
    bytes: Vec<u8>,
    count: usize,
}

/// Room for what stands around a message's documents.
const FRAME_BYTES: usize = 1024;

/// What a message begins with: its declaration and the tag of its root, attributes in canonical order.
pub(super) fn head(name: &str, guid: Guid) -> String {
    format!(r#"{DECLARATION}<ceb:{name} xmlns:ceb="{NAMESPACE}" guid="{guid}" version="{VERSION}">"#)
}

impl MessageBuilder {
    /// An empty message under its own number.
    pub fn new(kind: MessageKind, guid: Guid) -> Self {
        Self::with_room(kind, guid, 0)
    }

    /// The same, with room for so many bytes of documents.
    pub fn with_room(kind: MessageKind, guid: Guid, bytes: usize) -> Self {
        let head = head(kind.type_name(), guid);
        let mut buffer = Vec::with_capacity(bytes + FRAME_BYTES);
        buffer.extend_from_slice(head.as_bytes());
        Self { kind, bytes: buffer, count: 0 }
    }

    /// Writes a document as one element, to be added to a message of its kind later.
    pub fn fragment(document: DocumentView<'_>, buffer: Vec<u8>) -> Vec<u8> {
        let mut out = Elements::into(buffer);
        match document {
            DocumentView::Order(head, lines) => super::order::write(head, lines, &mut out),
            DocumentView::Payment(head) => super::payment::write(head, &mut out),
            DocumentView::Waybill(head) => super::waybill::write(head, &mut out),
            DocumentView::Inventory(head, lines) => super::inventory::write(head, lines, &mut out),
            DocumentView::WaybillStatus(status) => super::waybill_status::write(status, &mut out),
            DocumentView::Withdrawal(withdrawal) => super::withdrawal::write(withdrawal, &mut out),
            DocumentView::Return(back) => super::refund::write(back, &mut out),
            DocumentView::Arrival(arrival) => super::arrival::write(arrival, &mut out),
        }
        out.finish()
    }

    /// Adds a written document.
    pub fn add(&mut self, fragment: &[u8]) {
        self.bytes.extend_from_slice(fragment);
        self.count += 1;
    }

    /// How many documents it holds.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The finished message.
    pub fn finish(self, transmitter: &Transmitter<'_>) -> Vec<u8> {
        let mut out = Elements::into(self.bytes);
        out.nest("ceb:BaseTransfer", |out| {
            out.word("ceb:copCode", transmitter.code);
            out.word("ceb:copName", transmitter.name);
            out.word("ceb:dxpMode", DXP_MODE);
            out.word("ceb:dxpId", transmitter.dxp_id);
        });
        out.close(&format!("ceb:{}", self.kind.type_name()));
        out.finish()
    }
}
