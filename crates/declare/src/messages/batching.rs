//! How full a message is: a message and its signature hold up to a hundred documents, and no more bytes than are read.

use super::{MAX_DOCUMENTS, MessageKind};

/// Bytes of documents in a message at the most: well inside of what is read, also in an envelope, where three bytes take four.
pub const MAX_BYTES: usize = 11 << 20;

/// What is in a message that is being put together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fill {
    documents: usize,
    bytes: usize,
}

impl Fill {
    /// Whether the message of a kind has room for a document of so many bytes beside what it holds, where it is to hold up to
    /// `batch` documents. A document that is larger than a message may be is alone in its own; an arrival always is.
    pub fn has_room(self, kind: MessageKind, bytes: usize, batch: usize) -> bool {
        let most = if kind == MessageKind::Arrival { 1 } else { batch.clamp(1, MAX_DOCUMENTS) };
        let fits = self.bytes.checked_add(bytes).is_some_and(|sum| sum <= MAX_BYTES);
        self.documents == 0 || (self.documents < most && fits)
    }

    /// A document of so many bytes is put in.
    pub fn add(&mut self, bytes: usize) {
        self.documents = self.documents.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_arrival_and_a_large_document_are_alone() {
        let mut fill = Fill::default();
        assert!(
            fill.has_room(MessageKind::Arrival, 1, 100) && fill.has_room(MessageKind::Order, usize::MAX, 100)
        );
        fill.add(1);
        assert!(!fill.has_room(MessageKind::Arrival, 1, 100) && fill.has_room(MessageKind::Order, 1, 100));
        assert!(!fill.has_room(MessageKind::Order, MAX_BYTES, 100));
        assert!(!fill.has_room(MessageKind::Order, usize::MAX, 100));
    }

    proptest! {
        #[test]
        fn no_message_holds_more_than_it_may(
            sizes in proptest::collection::vec(1_usize..(MAX_BYTES / 3), 1..300),
            batch in 0_usize..150,
        ) {
            let mut fill = Fill::default();
            for bytes in sizes {
                if !fill.has_room(MessageKind::Order, bytes, batch) {
                    fill = Fill::default();
                }
                fill.add(bytes);
                prop_assert!(fill.documents <= batch.clamp(1, MAX_DOCUMENTS) && fill.bytes <= MAX_BYTES);
            }
        }
    }
}
