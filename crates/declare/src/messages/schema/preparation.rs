//! What is done to a message before the validator sees it: two of its weaknesses are made up for here.

use std::borrow::Cow;

use uppsala::XSI_NAMESPACE;
use uppsala::dom::{Document, NodeId};

use super::CEB;

/// Puts `_` in place of every character beyond ASCII.
///
/// The validator (uppsala 0.12) counts lengths in bytes where XSD counts characters, so
/// it would refuse Chinese text at a third of its allowed length. Our schemas ask for
/// nothing of such characters but their number; no name of theirs has one or has `_`,
/// and `_` is in no number and no base64. So the verdict is right for the masked message,
/// and line numbers stay. U+FFFE and U+FFFF, which XML forbids, are left for the parser
/// to refuse.
pub(super) fn mask(xml: &str) -> Cow<'_, str> {
    if xml.is_ascii() {
        return Cow::Borrowed(xml);
    }
    let mut masked = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some(start) = rest.bytes().position(|b| !b.is_ascii()) {
        let (plain, tail) = rest.split_at(start);
        masked.push_str(plain);
        let end = tail.bytes().position(|b| b.is_ascii()).unwrap_or(tail.len());
        let (foreign, after) = tail.split_at(end);
        masked.extend(foreign.chars().map(|c| if matches!(c, '\u{fffe}' | '\u{ffff}') { c } else { '_' }));
        rest = after;
    }
    masked.push_str(rest);
    Cow::Owned(masked)
}

/// The first element with an attribute that no CEB message has.
///
/// The validator (uppsala 0.12) passes over attributes of elements with text content,
/// and it follows `xsi:nil` and `xsi:type`, which could name a type of ours. In a CEB
/// message the root has attributes (the validator checks them), what is inside
/// `ExtendMessage/Message` may have them, and the signature has its own validator; no
/// other element has any. `xsi:schemaLocation` is a hint and is let through.
pub(super) fn stray_attribute(doc: &Document<'_>) -> Option<NodeId> {
    let root = doc.document_element()?;
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        let Some(element) = doc.element(node) else {
            continue;
        };
        if element.name.namespace_uri.as_deref() != Some(CEB) {
            continue; // refused by the validator, or a signature, or inside Message
        }
        let stray = element.attributes.iter().any(|a| {
            let own = node == root && a.name.namespace_uri.is_none();
            let declares = a.name.prefix.as_deref() == Some("xmlns") || a.name.local_name == "xmlns";
            let hint = a.name.namespace_uri.as_deref() == Some(XSI_NAMESPACE)
                && matches!(a.name.local_name.as_ref(), "schemaLocation" | "noNamespaceSchemaLocation");
            !own && !declares && !hint
        });
        if stray {
            return Some(node);
        }
        if element.name.local_name != "Message" {
            open.extend(doc.children_iter(node));
        }
    }
    None
}

/// Whether some tag has more than [`MAX_ATTRIBUTES`](super::MAX_ATTRIBUTES) attributes.
///
/// The parser (uppsala 0.12) compares every attribute of a tag with every other: 80,000 of them kept it busy for a minute.
/// This looks at the text alone, before the parser does: comments, character data and instructions are stepped over, and
/// equals signs outside quotation marks are counted from each `<` to its `>`.
pub(in crate::messages) fn has_overloaded_tag(xml: &str) -> bool {
    let bytes = xml.as_bytes();
    let mut at = 0;
    while let Some(open) = find(bytes, at, b"<") {
        let rest = &bytes[open..];
        let skip = [(&b"<!--"[..], &b"-->"[..]), (b"<![CDATA[", b"]]>"), (b"<?", b"?>")];
        if let Some((_, end)) = skip.into_iter().find(|(start, _)| rest.starts_with(start)) {
            let Some(close) = find(bytes, open, end) else { return false };
            at = close + end.len();
            continue;
        }
        // Nearly every tag closes before the first quotation mark, and then it has no attributes.
        if let Some(offset) = memchr::memchr3(b'>', b'"', b'\'', rest)
            && rest[offset] == b'>'
        {
            at = open + offset + 1;
            continue;
        }
        let (mut quote, mut attributes) = (None, 0_usize);
        at = bytes.len();
        for (offset, byte) in rest.iter().enumerate() {
            match (quote, byte) {
                (Some(mark), _) if *byte == mark => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(*byte),
                (None, b'=') => attributes += 1,
                (None, b'>') => {
                    at = open + offset + 1;
                    break;
                }
                (None, _) => {}
            }
            if attributes > super::MAX_ATTRIBUTES {
                return true;
            }
        }
    }
    false
}

fn find(bytes: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut at = from;
    loop {
        at += memchr::memchr(first, bytes.get(at..)?)?;
        if bytes[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
}
