//! No bytes stop the readers of messages, the lenient, the strict and the checking one: the seeds of the fuzz target, bent, cut
//! and joined.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use declare::lint::{Lint, Options};
use declare::messages::{reading, receipts, strict};
use filing::tariff::Tariff;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::root;

/// The seeds: messages of every kind, receipts in every dress.
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

/// Reads, in every way there is; whatever comes of it says where it is.
fn read(bytes: &[u8]) -> Result<(), TestCaseError> {
    let today = jiff::civil::date(2026, 11, 22);
    let options = Options { tariff: Tariff::builtin(), today, certificate: None, allowed: BTreeSet::new() };
    let mut lint = Lint::new(&options);
    lint.add("message.xml", bytes);
    lint.finish();
    if let Ok(decoded) = reading::decode(bytes)
        && let Ok(tree) = reading::parse(&decoded.text)
    {
        let _ = strict::read(&tree);
    }
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
    let refused = SEEDS.iter().filter_map(|seed| receipts::read(seed).err());
    let refused: Vec<_> = refused.map(|fault| fault.code()).filter(|code| *code != "CEB-KIND").collect();
    assert_eq!(refused, ["CEB-XML-DOCTYPE"]);
    // What is no receipt is a message of ours, read strictly.
    let texts = SEEDS.iter().filter_map(|seed| std::str::from_utf8(seed).ok());
    let messages = texts.filter_map(|text| reading::parse(text).ok().map(|tree| strict::read(&tree).is_ok()));
    assert_eq!(messages.filter(|is_ours| *is_ours).count(), 8);
}
