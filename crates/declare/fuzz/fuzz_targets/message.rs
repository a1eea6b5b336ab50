//! Any bytes as a message: `cargo +nightly fuzz run message -- -rss_limit_mb=256 -timeout=5`, in this crate's folder.

#![no_main]

use std::collections::BTreeSet;

use declare::lint::{Lint, Options};
use declare::messages::{reading, receipts, strict};
use filing::tariff::Tariff;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(decoded) = reading::decode(bytes)
        && let Ok(tree) = reading::parse(&decoded.text)
    {
        let _ = receipts::of_tree(&tree);
        let _ = strict::read(&tree);
    }
    let today = jiff::civil::date(2026, 11, 22);
    let options = Options { tariff: Tariff::builtin(), today, certificate: None, allowed: BTreeSet::new() };
    let mut lint = Lint::new(&options);
    lint.add("message.xml", bytes);
    lint.finish();
    let _ = receipts::read(bytes);
});
