//! What stands round the documents of a message: its root, its number, who transmits it, how much it holds.
//!
//! The schema says the same in words that are not a clerk's, so this comes first.

use ports::fault::{Fault, Place};

use super::faults;
use super::fields::{self, title};
use super::findings::Findings;
use super::view::{Document, Kind, place};
use crate::messages::reading::{Element, Namespace, Tree};
use crate::messages::{MAX_DOCUMENTS, MAX_LINES};

/// The attributes of the root, and how many characters each has.
const ATTRIBUTES: [(&str, usize, usize); 2] = [("guid", 36, 36), ("version", 1, 10)];
/// What follows the documents, in this order, and how often at the most.
const BASE: [(&str, usize); 4] =
    [("BaseTransfer", 1), ("BaseSubscribe", 5), ("ExtendMessage", 1), ("Signature", 1)];

pub(super) fn check(kind: Kind, tree: &Tree<'_>, documents: &[Document<'_>], found: &mut Findings) {
    let root = tree.root();
    if root.namespace() != Namespace::Ceb {
        found.push(faults::NAMESPACE.at(place(root)).with("root", root.name()));
    }
    attributes(tree, found);
    children(kind, root, found);
    between(root, found);
    let most = if kind == Kind::Arrival { 1 } else { MAX_DOCUMENTS };
    if documents.len() > most {
        let fault = faults::TOO_MANY.at(place(root)).with("element", kind.wrapper());
        found.push(fault.with("found", documents.len()).with("limit", most));
    }
    // The goods of an arrival are the parcels of a whole vehicle: the schema sets no limit to them.
    for document in
        documents.iter().filter(|document| kind != Kind::Arrival && document.lines.len() > MAX_LINES)
    {
        let fault =
            faults::TOO_MANY.at(place(document.head)).with("element", kind.line().unwrap_or_default());
        found.push(fault.with("found", document.lines.len()).with("limit", MAX_LINES));
    }
}

fn attributes(tree: &Tree<'_>, found: &mut Findings) {
    let root = tree.root();
    for (name, min, max) in ATTRIBUTES {
        let mut at = place(root);
        at.path = at.path.map(|path| format!("{path}/@{name}"));
        let value = tree.attribute(name);
        let letters = value.map_or(0, |value| value.chars().count());
        match value {
            None => found.push(named(&faults::REQUIRED, at, name)),
            Some(_) if letters < min || letters > max => {
                let wanted = if min == max { max.to_string() } else { format!("{min}-{max}") };
                found.push(named(&faults::LENGTH, at, name).with("found", letters).with("wanted", wanted));
            }
            Some(_) => {}
        }
    }
}

fn named(kind: &'static ports::fault::Kind, at: Place, name: &str) -> Fault {
    let title = if name == "version" { "报文版本号" } else { title(name) };
    kind.at(at).with("field", name).with("title", title)
}

/// The elements of the root: the documents, then what [`BASE`] lists.
fn children(kind: Kind, root: Element<'_>, found: &mut Findings) {
    let mut reached = 0;
    let mut counts = [0; BASE.len()];
    for child in root.children() {
        if found.is_full() {
            return;
        }
        let base = BASE.iter().position(|(name, _)| *name == child.name());
        let Some(position) = base else {
            if child.name() != kind.wrapper() {
                found.push(faults::UNKNOWN.at(place(child)).with("field", child.name()));
            } else if reached > 0 {
                found.push(named(&faults::ORDER, place(child), child.name()).with("before", BASE[0].0));
            }
            continue;
        };
        if position + 1 < reached {
            let before = BASE[reached - 1].0;
            found.push(named(&faults::ORDER, place(child), child.name()).with("before", before));
        }
        reached = reached.max(position + 1);
        counts[position] += 1;
        if counts[position] == BASE[position].1 + 1 {
            found.push(named(&faults::TWICE, place(child), child.name()));
        }
        fields::element("base", child.name(), child, found);
    }
    if counts[0] == 0 {
        let mut at = place(root);
        at.path = at.path.map(|path| format!("{path}/{}", BASE[0].0));
        found.push(faults::REQUIRED.at(at).with("field", BASE[0].0).with("title", "报文传输企业"));
    }
}

/// Text where only elements stand; what is inside a message of somebody else's or a signature is theirs.
fn between(element: Element<'_>, found: &mut Findings) {
    let is_somebody_elses = matches!(element.name(), "ExtendMessage" | "Signature");
    if is_somebody_elses || found.is_full() || !element.has_children() {
        return;
    }
    if !element.text().trim().is_empty() {
        found.push(faults::BETWEEN.at(place(element)).with("element", element.name()));
    }
    // A message is no deeper than its documents' fields; the reader has bounded the depth.
    element.children().for_each(|child| between(child, found));
}
