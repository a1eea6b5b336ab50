//! Filling messages: documents of one kind and one sender wait for each other until a message is full or one of them has
//! waited long enough.
//!
//! A message and its signature may hold a hundred documents, and a key device signs some four times a second: who sends each
//! order by itself is held up by the device, who waits for a hundred holds up a parcel on a quiet afternoon. A [`Batcher`] has
//! no clock and no thread. Whoever runs it says what time it is, asks for what is due, and may sleep until
//! [`Batcher::next_due`]:
//!
//! ```
//! use declare::messages::MessageKind;
//! use declare::messages::batching::{Batcher, Fill};
//! use jiff::Timestamp;
//!
//! let now = Timestamp::UNIX_EPOCH;
//! let mut batcher = Batcher::new(Fill { documents: 2, ..Fill::default() });
//! assert!(batcher.add(MessageKind::Inventory, "DXPENT0000000001", "one", 4_000, now).is_empty());
//! let full = batcher.add(MessageKind::Inventory, "DXPENT0000000001", "two", 4_000, now);
//! assert_eq!(full[0].documents, ["one", "two"]);
//! assert_eq!(batcher.next_due(), None);
//! ```

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{MAX_DOCUMENTS, MessageKind};

/// Bytes of documents in a message at the most: well inside of what is read, also in an envelope, where three bytes take four.
pub const MAX_BYTES: usize = 11 << 20;
/// How long a document waits for others, when nobody says otherwise: short beside what customs takes to answer, long beside the
/// quarter of a second that a key device takes for a signature.
pub const DEFAULT_PATIENCE: SignedDuration = SignedDuration::from_secs(2);

/// When a message is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    /// Documents of a message, 1 to [`MAX_DOCUMENTS`]; an arrival is always alone in its message.
    pub documents: usize,
    /// Bytes of a message's documents; a document that is larger is alone in its message.
    pub bytes: usize,
    /// How long the first document of a message waits for the last.
    pub patience: SignedDuration,
}

impl Default for Fill {
    fn default() -> Self {
        Self { documents: MAX_DOCUMENTS, bytes: MAX_BYTES, patience: DEFAULT_PATIENCE }
    }
}

impl Fill {
    fn documents_of(self, kind: MessageKind) -> usize {
        if kind == MessageKind::Arrival { 1 } else { self.documents.clamp(1, MAX_DOCUMENTS) }
    }
}

/// Documents that go into one message, in the order in which they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch<S, D> {
    /// Their kind.
    pub kind: MessageKind,
    /// Their sender.
    pub sender: S,
    /// The documents, one at least.
    pub documents: Vec<D>,
}

/// Documents that wait.
#[derive(Debug)]
struct Waiting<D> {
    documents: Vec<D>,
    bytes: usize,
    /// When the first of them came.
    since: Timestamp,
}

/// Fills messages. `S` is whatever tells senders apart, `D` whatever stands for a document.
///
/// What waits is bounded: one message that is not full for each kind and sender.
#[derive(Debug)]
pub struct Batcher<S, D> {
    fill: Fill,
    waiting: BTreeMap<(MessageKind, S), Waiting<D>>,
}

impl<S: Ord + Clone, D> Batcher<S, D> {
    /// Nothing waits yet.
    pub fn new(fill: Fill) -> Self {
        Self { fill, waiting: BTreeMap::new() }
    }

    /// Adds a document of so many bytes that came at a time, and hands out what became full by it: nothing, one batch, or two when
    /// the document had no room in what waited and fills the next message by itself.
    pub fn add(
        &mut self,
        kind: MessageKind,
        sender: S,
        document: D,
        bytes: usize,
        at: Timestamp,
    ) -> Vec<Batch<S, D>> {
        let key = (kind, sender);
        let mut full = Vec::new();
        let has_room =
            |waiting: &Waiting<D>| waiting.bytes.checked_add(bytes).is_some_and(|sum| sum <= self.fill.bytes);
        if self.waiting.get(&key).is_some_and(|waiting| !has_room(waiting)) {
            full.extend(self.take(&key));
        }
        let fresh = || Waiting { documents: Vec::new(), bytes: 0, since: at };
        let waiting = self.waiting.entry(key.clone()).or_insert_with(fresh);
        waiting.documents.push(document);
        waiting.bytes = waiting.bytes.saturating_add(bytes);
        if waiting.documents.len() >= self.fill.documents_of(kind) || waiting.bytes >= self.fill.bytes {
            full.extend(self.take(&key));
        }
        full
    }

    /// What has waited long enough by now, whether it is full or not. Where the clock was set back nobody knows how long a
    /// document has waited: it goes.
    pub fn due(&mut self, now: Timestamp) -> Vec<Batch<S, D>> {
        let is_due = |waiting: &Waiting<D>| now < waiting.since || deadline(waiting, self.fill) <= now;
        let due: Vec<_> =
            self.waiting.iter().filter(|(_, waiting)| is_due(waiting)).map(|(key, _)| key.clone()).collect();
        due.iter().filter_map(|key| self.take(key)).collect()
    }

    /// When something will be due, if anything waits.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.waiting.values().map(|waiting| deadline(waiting, self.fill)).min()
    }

    /// All that waits, for whoever ends.
    pub fn flush(&mut self) -> Vec<Batch<S, D>> {
        let batch = |((kind, sender), waiting): ((MessageKind, S), Waiting<D>)| Batch {
            kind,
            sender,
            documents: waiting.documents,
        };
        std::mem::take(&mut self.waiting).into_iter().map(batch).collect()
    }

    /// How many documents wait.
    pub fn len(&self) -> usize {
        self.waiting.values().map(|waiting| waiting.documents.len()).sum()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn take(&mut self, key: &(MessageKind, S)) -> Option<Batch<S, D>> {
        let waiting = self.waiting.remove(key)?;
        let (kind, sender) = key.clone();
        Some(Batch { kind, sender, documents: waiting.documents })
    }
}

fn deadline<D>(waiting: &Waiting<D>, fill: Fill) -> Timestamp {
    waiting.since.checked_add(fill.patience).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [MessageKind; 3] = [MessageKind::Order, MessageKind::Inventory, MessageKind::Arrival];

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    fn fill(documents: usize) -> Fill {
        Fill { documents, bytes: 1_000, patience: SignedDuration::from_millis(500) }
    }

    #[test]
    fn a_message_is_full_by_count_by_bytes_or_by_time() {
        let mut batcher = Batcher::new(fill(3));
        assert!(batcher.add(MessageKind::Order, 'a', 1, 10, at(0)).is_empty());
        assert!(batcher.add(MessageKind::Order, 'a', 2, 10, at(100)).is_empty());
        assert_eq!(batcher.add(MessageKind::Order, 'a', 3, 10, at(200))[0].documents, [1, 2, 3]);

        assert!(batcher.add(MessageKind::Order, 'a', 4, 600, at(300)).is_empty());
        assert_eq!(batcher.add(MessageKind::Order, 'a', 5, 600, at(300))[0].documents, [4]);
        let two: Vec<_> = batcher
            .add(MessageKind::Order, 'a', 6, 2_000, at(400))
            .into_iter()
            .map(|b| b.documents)
            .collect();
        assert_eq!(two, [[5], [6]]);

        assert!(batcher.add(MessageKind::Order, 'a', 7, 10, at(1_000)).is_empty());
        assert!(batcher.add(MessageKind::Order, 'a', 8, 10, at(1_400)).is_empty());
        assert_eq!(batcher.next_due(), Some(at(1_500)));
        assert!(batcher.due(at(1_499)).is_empty());
        assert_eq!(batcher.due(at(1_500))[0].documents, [7, 8]);
        assert!(batcher.is_empty() && batcher.next_due().is_none());
    }

    #[test]
    fn kinds_and_senders_are_kept_apart() {
        let mut batcher = Batcher::new(fill(2));
        assert!(batcher.add(MessageKind::Order, "a", 1, 1, at(0)).is_empty());
        assert!(batcher.add(MessageKind::Order, "b", 2, 1, at(0)).is_empty());
        assert!(batcher.add(MessageKind::Inventory, "a", 3, 1, at(0)).is_empty());
        let full = batcher.add(MessageKind::Order, "a", 4, 1, at(0));
        assert_eq!(
            (full[0].kind, full[0].sender, &full[0].documents[..]),
            (MessageKind::Order, "a", &[1, 4][..])
        );
        assert_eq!(batcher.len(), 2);
        assert_eq!(batcher.flush().len(), 2);
        // An arrival is the only one of its message.
        assert_eq!(batcher.add(MessageKind::Arrival, "a", 5, 1, at(0)).len(), 1);
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_nobody_waiting() {
        let mut batcher = Batcher::new(fill(2));
        batcher.add(MessageKind::Order, 'a', 1, 1, at(10_000));
        assert_eq!(batcher.due(at(9_999)).len(), 1);
        // Not even at the end of time.
        let long = Fill { patience: SignedDuration::MAX, ..fill(2) };
        let mut batcher = Batcher::new(long);
        batcher.add(MessageKind::Order, 'a', 1, 1, at(0));
        assert_eq!(batcher.next_due(), Some(Timestamp::MAX));
    }

    proptest! {
        #[test]
        fn every_document_leaves_once_in_its_order_and_in_time(
            limit in 1..6usize,
            steps in prop::collection::vec((0..3usize, 0..3u8, 0..700usize, 0..400i64), 1..80),
        ) {
            let mut batcher = Batcher::new(fill(limit));
            let (mut now, mut left, mut came) = (0, Vec::new(), BTreeMap::new());
            for (number, (kind, sender, bytes, pause)) in steps.iter().enumerate() {
                now += pause;
                let due = batcher.due(at(now));
                let full = batcher.add(KINDS[*kind], *sender, (number, *bytes, now), *bytes, at(now));
                for batch in due.into_iter().chain(full) {
                    // Looked at twice in a while, nobody waits longer than the patience and one pause.
                    for (_, _, since) in &batch.documents {
                        prop_assert!(now - since <= 500 + 400);
                    }
                    left.push(batch);
                }
                came.entry((KINDS[*kind], *sender)).or_insert_with(Vec::new).push(number);
            }
            left.extend(batcher.flush());
            let mut out: BTreeMap<_, Vec<usize>> = BTreeMap::new();
            for batch in &left {
                let most = if batch.kind == MessageKind::Arrival { 1 } else { limit };
                prop_assert!((1..=most).contains(&batch.documents.len()));
                let bytes: usize = batch.documents.iter().map(|(_, bytes, _)| bytes).sum();
                prop_assert!(bytes <= 1_000 || batch.documents.len() == 1);
                out.entry((batch.kind, batch.sender)).or_default().extend(batch.documents.iter().map(|d| d.0));
            }
            prop_assert_eq!(out, came);
        }
    }
}
