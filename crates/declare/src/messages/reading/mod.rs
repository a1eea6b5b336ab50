//! Reading anybody's messages: bytes in any encoding in use become a text ([`decode`]), the text a tree of elements with
//! their lines ([`parse`]).
//!
//! Lenient about what programs differ in: byte order marks, declared and wrongly declared encodings, prefixes, the default
//! namespace or none, white space, the order of elements. Strict about what no message has and what harms: every bound
//! below is held while reading, before anything is stored, and a document type ends the reading before it is looked at.

mod encoding;
mod overload;
mod parsing;
mod tree;

use std::str::FromStr;

use ports::fault::{Fault, Place, Text};
use rust_decimal::Decimal;

pub use encoding::{Decoded, decode};
pub use parsing::parse;
pub use tree::{Element, Namespace, Tree};

use super::faults;

/// The longest message that is read, in bytes. 100 inventories of 99 ordinary lines are about 7 MB.
pub const MAX_BYTES: usize = 16 << 20;
/// The deepest nesting. A message needs 6 levels, in its envelope 4 more.
pub const MAX_DEPTH: u32 = 32;
/// The most attributes of a tag. The root of a message has a handful, nothing else has more.
pub const MAX_ATTRIBUTES: usize = 64;
/// The most elements. 100 inventories of 99 lines with every field are 213,000.
pub const MAX_ELEMENTS: usize = 250_000;
/// The longest text of an element, in bytes. The longest field of the standard has 5,000 characters; a certificate is of
/// that size too.
pub const MAX_TEXT_BYTES: usize = 64 << 10;
/// The most namespace declarations in force at a place; a message has two or three.
pub const MAX_NAMESPACES: usize = 64;

/// Elements whose text is another message or whatever its sender likes: the format receipt's original, the envelope's data.
/// Only the length of the whole bounds them.
const LONG_TEXTS: [&str; 2] = ["oriBizMessage", "Data"];

const ELEMENTS: Text = Text { zh: "元素个数", en: "elements" };
const DEPTH: Text = Text { zh: "嵌套层数", en: "levels of nesting" };
const ATTRIBUTES: Text = Text { zh: "一个标签的属性个数", en: "attributes of a tag" };
const TEXT_BYTES: Text = Text { zh: "一个字段的字节数", en: "bytes in a field" };
const NAMESPACES: Text = Text { zh: "命名空间声明个数", en: "namespace declarations" };

fn limit(what: Text, limit: impl std::fmt::Display, line: u64) -> Box<Fault> {
    faults::LIMIT.at(at(line)).with_words("what", what).with("limit", limit).into()
}

fn at(line: u64) -> Place {
    Place { line: Some(line), ..Place::default() }
}

/// The line of a byte of a text, from 1.
fn line_of(bytes: &[u8], offset: usize) -> u64 {
    let before = bytes.get(..offset).unwrap_or(bytes);
    1 + memchr::memchr_iter(b'\n', before).count() as u64
}

/// A number as XML Schema writes decimals: digits, one point, a sign; no exponent and no grouping.
pub fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    // Zeros behind the point and before the number say nothing; what is longer than the type's digits does not fit.
    Decimal::from_str(text.strip_suffix('.').unwrap_or(text)).ok()
}

/// Parses a text for a library that needs all of the document at once, within the bounds of this module.
///
/// # Errors
/// The reason, in English; with a line where there is one.
pub(super) fn document(xml: &str) -> Result<uppsala::Document<'_>, Unparsed> {
    if xml.len() > MAX_BYTES {
        return Err(Unparsed { line: None, reason: format!("the message is longer than {MAX_BYTES} bytes") });
    }
    if overload::has_overloaded_tag(xml) {
        let reason = format!("a tag has more than {MAX_ATTRIBUTES} attributes");
        return Err(Unparsed { line: None, reason });
    }
    let parser = uppsala::Parser::new().with_max_depth(MAX_DEPTH).with_forbid_dtd(true);
    // A byte order mark is accepted: one of the official samples has it.
    parser.parse(xml.strip_prefix('\u{feff}').unwrap_or(xml)).map_err(|error| Unparsed::from(&error))
}

/// Why a text was not parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unparsed {
    pub(super) line: Option<u64>,
    pub(super) reason: String,
}

impl From<&uppsala::XmlError> for Unparsed {
    fn from(error: &uppsala::XmlError) -> Self {
        use uppsala::XmlError as E;
        let (line, message) = match error {
            E::Parse(e) => (Some(e.line), e.message.as_str()),
            E::WellFormedness(e) => (Some(e.line), e.message.as_str()),
            E::Namespace(e) => (Some(e.line), e.message.as_str()),
            E::UnexpectedEof => (None, "the message ends early"),
            E::XPath(e) => (None, e.message.as_str()),
            E::Validation(e) => (e.line, e.message.as_str()),
        };
        let line = line.and_then(|line| u64::try_from(line).ok());
        Self { line, reason: format!("not well-formed XML: {message}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decimals_and_nothing_else() {
        for (text, number) in
            [("410.0", "410.0"), (" 0.48000 ", "0.48000"), ("-1", "-1"), ("5.", "5"), ("+7", "7")]
        {
            assert_eq!(decimal(text).map(|number| number.to_string()).as_deref(), Some(number), "{text}");
        }
        for text in ["", ".", "1e3", "1,000", "1_000", "NaN", "１", "1.2.3", "--1", "9".repeat(40).as_str()]
        {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
