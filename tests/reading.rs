//! No bytes stop the reader of messages: the seeds of the fuzz target, mended, cut and joined.

use std::fs;
use std::sync::LazyLock;

use declare::messages::receipts;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::root;

/// The seeds: receipts of every kind in every dress.
static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = root().join("crates/declare/fuzz/corpus/message");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| fs::read(file).unwrap()).collect()
});

/// Pieces that mean something to a reader of XML.
const PIECES: [&str; 16] = [
    "<",
    ">",
    "&",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "<!DOCTYPE a>",
    "<?xml version='1.0' encoding='GBK'?>",
    "&#0;",
    "&#x110000;",
    "\u{feff}",
    "xmlns=''",
    "</",
    "\u{0}",
    "[Code:",
];

/// Reads; whatever comes of it says where it is.
fn read(bytes: &[u8]) -> Result<(), TestCaseError> {
    match receipts::read(bytes) {
        Ok(receipts) => prop_assert!(!receipts.answers.is_empty() || !receipts.faults.is_empty()),
        Err(fault) => prop_assert!(fault.at.line.is_some() || fault.code() == "CEB-FILE-LENGTH"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn seeds_with_other_bits(seed: Index, flips in prop::collection::vec((any::<Index>(), 0u8..8), 1..8)) {
        let mut bytes = seed.get(&SEEDS).clone();
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        read(&bytes)?;
    }

    #[test]
    fn seeds_with_other_pieces(seed: Index, pieces in prop::collection::vec((any::<Index>(), select(PIECES.to_vec())), 1..6)) {
        let mut bytes = seed.get(&SEEDS).clone();
        for (at, piece) in pieces {
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..at, piece.bytes());
        }
        read(&bytes)?;
    }

    #[test]
    fn seeds_cut_and_joined(one: Index, other: Index, cut: Index, from: Index) {
        let (one, other) = (one.get(&SEEDS), other.get(&SEEDS));
        let joined = [&one[..cut.index(one.len() + 1)], &other[from.index(other.len())..]].concat();
        read(&joined)?;
    }

    #[test]
    fn bytes_of_any_kind(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes)?;
    }
}

#[test]
fn every_seed_but_the_harmful_one_is_read() {
    let refused: Vec<_> = SEEDS.iter().filter_map(|seed| receipts::read(seed).err()).collect();
    assert_eq!(refused.iter().map(|fault| fault.code()).collect::<Vec<_>>(), ["CEB-XML-DOCTYPE"]);
}
