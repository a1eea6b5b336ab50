//! Where a fault is: paths and lines of a message.

use uppsala::ValidationError;
use uppsala::dom::{Document, NodeId};

use super::{MAX_FAULTS, SchemaFault, fault};

/// The path of an element. Namespaces are left out: names do not clash in a message.
///
/// `place` is an element whose siblings have been taken out, and its position.
pub(super) fn path(doc: &Document<'_>, node: NodeId, place: Option<(NodeId, usize)>) -> String {
    let mut steps = Vec::new();
    let mut at = Some(node);
    while let Some(node) = at {
        if let Some(element) = doc.element(node) {
            let name = element.name.local_name.as_ref();
            let mut position = 0_usize;
            let mut same = 0_usize;
            if let Some(parent) = doc.parent(node) {
                for sibling in doc.children_iter(parent) {
                    if doc.element(sibling).is_some_and(|e| e.name.local_name == name) {
                        same += 1;
                        if sibling == node {
                            position = same;
                        }
                    }
                }
            }
            if let Some((_, at)) = place.filter(|&(placed, _)| placed == node) {
                (position, same) = (at, usize::MAX);
            }
            steps.push(if same > 1 { format!("/{name}[{position}]") } else { format!("/{name}") });
        }
        at = doc.parent(node);
    }
    steps.reverse();
    steps.concat()
}

/// The element that starts at a line and column, both from 1, columns in bytes.
fn element_at(doc: &Document<'_>, line: usize, column: usize) -> Option<NodeId> {
    let text = doc.input_text();
    let start = match line.checked_sub(2) {
        None => 0,
        Some(n) => text.bytes().enumerate().filter(|&(_, b)| b == b'\n').nth(n)?.0 + 1,
    };
    let offset = start + column.checked_sub(1)?;
    let mut at = doc.document_element()?;
    loop {
        let range = doc.node_range(at)?;
        if range.start == offset {
            return Some(at);
        }
        let inner = doc.children_iter(at).find(|&child| {
            doc.element(child).is_some() && doc.node_range(child).is_some_and(|r| r.contains(&offset))
        });
        match inner {
            Some(child) => at = child,
            None => return Some(at),
        }
    }
}

/// Faults gathered so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) faults: Vec<SchemaFault>,
    more: usize,
}

impl Found {
    pub(super) fn add(
        &mut self,
        doc: &Document<'_>,
        errors: &[ValidationError],
        place: Option<(NodeId, usize)>,
    ) {
        for error in errors {
            if self.faults.len() == MAX_FAULTS {
                self.more += 1;
                continue;
            }
            let node = error.line.zip(error.column).and_then(|(l, c)| element_at(doc, l, c));
            let mut text: String = error.message.chars().take(200).collect();
            if text.len() < error.message.len() {
                text.push('…');
            }
            let fault = SchemaFault {
                line: error.line.and_then(|l| u64::try_from(l).ok()),
                path: node.map(|n| path(doc, n, place)),
                text,
            };
            // What follows the documents is seen once for every document.
            if !self.faults.contains(&fault) {
                self.faults.push(fault);
            }
        }
    }

    pub(super) fn finish(mut self) -> Vec<SchemaFault> {
        if self.more > 0 {
            self.faults.push(fault(format!("{} more faults", self.more)));
        }
        self.faults
    }
}
