//! The account of a store: what it must hold, in so few bytes that every batch can carry it.

use super::layout::Head;

/// How many batches there were, how many documents there are, and the sum of their stamps.
///
/// The sum does not depend on any order, so a batch changes it by what it writes, and one pass over the documents finds
/// it again. It is no defence against an attacker, only against loss: a store that is not the one accounted for agrees
/// with its account by a chance of one in 2^64.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Account {
    /// The number of the last batch; the one that marks a new store as ours is number 1.
    pub(super) number: u64,
    pub(super) documents: u64,
    pub(super) sum: u64,
}

pub(super) const ACCOUNT_BYTES: usize = 8 + 8 + 8;

impl Account {
    /// Books a document in.
    pub(super) fn enter(&mut self, stamp: u64) {
        self.documents = self.documents.wrapping_add(1);
        self.sum = self.sum.wrapping_add(stamp);
    }

    /// Books a document out.
    pub(super) fn leave(&mut self, stamp: u64) {
        self.documents = self.documents.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(stamp);
    }

    pub(super) fn write(&self) -> [u8; ACCOUNT_BYTES] {
        let mut bytes = [0; ACCOUNT_BYTES];
        for (place, part) in bytes.chunks_exact_mut(8).zip([self.number, self.documents, self.sum]) {
            place.copy_from_slice(&part.to_be_bytes());
        }
        bytes
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (number, rest) = bytes.split_first_chunk()?;
        let (documents, rest) = rest.split_first_chunk()?;
        let sum = rest.try_into().ok()?;
        Some(Self {
            number: u64::from_be_bytes(*number),
            documents: u64::from_be_bytes(*documents),
            sum: u64::from_be_bytes(sum),
        })
    }
}

/// The stamp of a document: a hash of all that makes it up.
pub(super) fn stamp(key: &str, head: &Head, body: &[u8]) -> u64 {
    let due = head.due.unwrap_or_default().cast_unsigned();
    let hash = fold(fold(START, key.as_bytes()), body);
    [head.version, u64::from(head.due.is_some()), due, u64::from(head.pieces)].into_iter().fold(hash, step)
}

/// A hash of some bytes that are no document.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    step(fold(START, bytes), START)
}

/// The fractional parts of the golden ratio and of the square root of 3, made odd.
const START: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0xbb67_ae85_84ca_a73b;

/// Eight bytes a step: the whole store goes through here whenever it is opened. Every step can be undone, so two texts of
/// one length that differ in one word never have the same hash. The algorithm is part of the layout.
fn fold(hash: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut hash = hash;
    for word in words {
        hash = step(hash, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    step(step(hash, u64::from_le_bytes(last)), bytes.len() as u64)
}

fn step(hash: u64, word: u64) -> u64 {
    let mixed = (hash ^ word).wrapping_mul(FACTOR);
    mixed ^ (mixed >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_comes_back_as_it_was_written() {
        let account = Account { number: 7, documents: 100_000, sum: u64::MAX - 1 };
        assert_eq!(Account::read(&account.write()), Some(account));
        assert_eq!(Account::read(&account.write()[1..]), None);
    }

    #[test]
    fn every_part_of_a_document_is_in_its_stamp() {
        let head = |version, due, pieces| Head { version, due, pieces, stamp: 0 };
        let stamps = [
            stamp("a", &head(1, None, 0), b"body"),
            stamp("b", &head(1, None, 0), b"body"),
            stamp("a", &head(2, None, 0), b"body"),
            stamp("a", &head(1, Some(0), 0), b"body"),
            stamp("a", &head(1, Some(1), 0), b"body"),
            stamp("a", &head(1, None, 1), b"body"),
            stamp("a", &head(1, None, 0), b"body\0"),
            stamp("a", &head(1, None, 0), b"bodz"),
            stamp("ab", &head(1, None, 0), b"ody"),
        ];
        let distinct: std::collections::BTreeSet<u64> = stamps.into_iter().collect();
        assert_eq!(distinct.len(), stamps.len());
    }

    #[test]
    fn the_hash_is_the_one_that_stores_on_disk_were_written_with() {
        assert_eq!(hash(b"customs declaration"), 4_585_326_190_227_828_760);
    }
}
