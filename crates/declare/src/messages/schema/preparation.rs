//! What is done to a message before the validator sees it: two of its weaknesses are made up for here.

use std::borrow::Cow;
use std::ops::RangeInclusive;

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

/// The attributes that elements of a namespace have, those of the root apart: the validator checks those.
pub(super) struct Attributes {
    namespace: &'static str,
    /// Element, attribute, and how many characters it has: the validator passes over it.
    known: &'static [(&'static str, &'static str, RangeInclusive<usize>)],
    /// The element that anything may stand in.
    open: &'static str,
}

/// In a CEB message what is inside `ExtendMessage/Message` may have attributes; no other element has any.
pub(super) const MESSAGE: Attributes = Attributes { namespace: CEB, known: &[], open: "Message" };

/// In an envelope two elements have one each.
pub(super) const ENVELOPE: Attributes = Attributes {
    namespace: "http://www.chinaport.gov.cn/dxp",
    known: &[("Key", "name", 1..=32), ("IsText", "Encode", 0..=50)],
    open: "RecMapId",
};

/// The first element with an attribute that no message has, or whose attribute is too short or too long.
///
/// The validator (uppsala 0.12) passes over attributes of elements with text content,
/// and it follows `xsi:nil` and `xsi:type`, which could name a type of ours. The signature
/// has its own validator. `xsi:schemaLocation` is a hint and is let through.
pub(super) fn stray_attribute(doc: &Document<'_>, attributes: &Attributes) -> Option<NodeId> {
    let root = doc.document_element()?;
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        let Some(element) = doc.element(node) else {
            continue;
        };
        if element.name.namespace_uri.as_deref() != Some(attributes.namespace) {
            continue; // refused by the validator, or a signature, or inside the open element
        }
        let stray = element.attributes.iter().any(|a| {
            let known = attributes
                .known
                .iter()
                .find(|(owner, name, _)| *owner == element.name.local_name && *name == a.name.local_name);
            let fits = known.is_some_and(|(_, _, length)| length.contains(&a.value.chars().count()));
            let own = (node == root || fits) && a.name.namespace_uri.is_none();
            let declares = a.name.prefix.as_deref() == Some("xmlns") || a.name.local_name == "xmlns";
            let hint = a.name.namespace_uri.as_deref() == Some(XSI_NAMESPACE)
                && matches!(a.name.local_name.as_ref(), "schemaLocation" | "noNamespaceSchemaLocation");
            !own && !declares && !hint
        });
        if stray {
            return Some(node);
        }
        if element.name.local_name != attributes.open {
            open.extend(doc.children_iter(node));
        }
    }
    None
}
