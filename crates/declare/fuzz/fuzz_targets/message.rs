//! Any bytes as a message: `cargo +nightly fuzz run message -- -rss_limit_mb=256 -timeout=5`, in this crate's folder.

#![no_main]

use declare::messages::{reading, receipts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(decoded) = reading::decode(bytes)
        && let Ok(tree) = reading::parse(&decoded.text)
    {
        let _ = receipts::of_tree(&tree);
    }
    let _ = receipts::read(bytes);
});
