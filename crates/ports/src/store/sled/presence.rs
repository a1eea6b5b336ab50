//! Which keys the store may hold, in a byte or two for each.
//!
//! New orders ask for many keys that nobody has written yet. sled would look for each of them in its tree, on disk where the store
//! is big, and whoever asks would wait while a batch is written. A Bloom filter answers at once: it never misses a key that is
//! there, and takes one in a hundred that are not for one that may be. It also knows what keys begin with, segment by segment, so
//! that an empty branch need not be looked for either.

use super::account::hash;

/// Bits for each entry, and how many of them it sets: one wrong answer in a hundred or so.
const BITS_PER_ENTRY: usize = 12;
const BITS_SET: u32 = 6;
/// A block is what the processor fetches at once; all bits of an entry lie in one.
const WORDS_PER_BLOCK: usize = 8;
const BITS_PER_BLOCK: usize = WORDS_PER_BLOCK * 64;
/// Entries of the first layer; each further one takes twice as many.
const FIRST_ENTRIES: usize = 1 << 15;
/// With these layers, some two million entries in three megabytes, it ends: a store that is bigger when it is opened is not read
/// through, and has none of this anyway.
const MAX_LAYERS: usize = 6;

/// The filter.
#[derive(Debug)]
pub(super) enum Presence {
    /// Whatever is not in one of the layers is not in the store. The last layer is being filled.
    Known(Vec<Layer>),
    /// Nobody knows.
    Unknown,
}

#[derive(Debug)]
pub(super) struct Layer {
    blocks: Vec<[u64; WORDS_PER_BLOCK]>,
    /// Entries that it still takes.
    room: usize,
}

impl Presence {
    /// Of a store that holds nothing.
    pub(super) const EMPTY: Self = Self::Known(Vec::new());

    /// Takes a key in, before it is written.
    pub(super) fn add(&mut self, key: &str) {
        for (at, _) in key.match_indices('/') {
            self.add_entry(&key[..=at]);
        }
        self.add_entry(key);
    }

    fn add_entry(&mut self, entry: &str) {
        let hash = hash(entry.as_bytes());
        let Self::Known(layers) = self else { return };
        if layers.iter().any(|layer| layer.has(hash)) {
            return;
        }
        if layers.last().is_none_or(|layer| layer.room == 0) {
            if layers.len() == MAX_LAYERS {
                *self = Self::Unknown;
                return;
            }
            layers.push(Layer::of(FIRST_ENTRIES << layers.len()));
        }
        if let Some(layer) = layers.last_mut() {
            layer.add(hash);
        }
    }

    /// Whether the store may hold this key, or, of a text with a slash at its end, a key that begins so.
    pub(super) fn may_hold(&self, entry: &str) -> bool {
        match self {
            Self::Known(layers) => {
                let hash = hash(entry.as_bytes());
                layers.iter().any(|layer| layer.has(hash))
            }
            Self::Unknown => true,
        }
    }
}

impl Layer {
    fn of(entries: usize) -> Self {
        let blocks = (entries * BITS_PER_ENTRY).div_ceil(BITS_PER_BLOCK);
        Self { blocks: vec![[0; WORDS_PER_BLOCK]; blocks], room: entries }
    }

    fn block(&self, hash: u64) -> usize {
        usize::try_from(hash >> 32).unwrap_or_default() % self.blocks.len().max(1)
    }

    fn has(&self, hash: u64) -> bool {
        self.blocks
            .get(self.block(hash))
            .is_some_and(|block| bits(hash).all(|(word, bit)| block[word] & bit != 0))
    }

    fn add(&mut self, hash: u64) {
        let index = self.block(hash);
        if let Some(block) = self.blocks.get_mut(index) {
            for (word, bit) in bits(hash) {
                block[word] |= bit;
            }
        }
        self.room = self.room.saturating_sub(1);
    }
}

/// The bits of an entry within its block, by word. They do not come from the half of the hash that chooses the block.
fn bits(hash: u64) -> impl Iterator<Item = (usize, u64)> {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let spread = (hash & 0xffff_ffff).wrapping_mul(SPREAD);
    (0..BITS_SET).map(move |number| {
        let part = spread >> (number * 9 + 9);
        // Three bits for the word, six for the bit in it.
        (usize::from((part & 7) as u8), 1 << ((part >> 3) & 63))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_in_is_never_missed_and_little_else_is_taken_for_it() {
        let mut presence = Presence::EMPTY;
        assert!(!presence.may_hold("case/1") && !presence.may_hold("case/"));
        let key = |number: u32| format!("case/{number}/{}", number % 1_000);
        for number in 0..200_000 {
            presence.add(&key(number));
        }
        let missed = (0..200_000).filter(|number| !presence.may_hold(&key(*number))).count();
        assert_eq!(missed, 0);
        assert!(presence.may_hold("case/") && presence.may_hold("case/77/"));
        let wrong = (200_000..300_000).filter(|number| presence.may_hold(&key(*number))).count();
        assert!(wrong < 3_000, "{wrong} of 100000");
    }

    #[test]
    fn when_there_is_too_much_nobody_knows() {
        let mut presence = Presence::EMPTY;
        let room: u32 = (0..MAX_LAYERS).map(|layer| 1 << (15 + layer)).sum();
        // What is taken for an entry that is there takes no room.
        for number in 0..room + room / 50 {
            presence.add(&number.to_string());
        }
        assert!(matches!(presence, Presence::Unknown) && presence.may_hold("never written"));
    }
}
