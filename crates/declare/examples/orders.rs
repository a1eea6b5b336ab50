//! Invented orders for measurements, one JSON object a line: `cargo run --release -p declare --example orders -- 100000 > orders.jsonl`.

use std::error::Error;
use std::io::{BufWriter, Write as _, stdout};

use declare::shop::Generator;

/// The same orders every time.
const SEED: u64 = 20_261_122;

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args().nth(1).map_or(Ok(1_000), |count| count.parse())?;
    let mut out = BufWriter::new(stdout().lock());
    for order in Generator::new(SEED).take(count) {
        writeln!(out, "{order}")?;
    }
    out.flush()?;
    Ok(())
}
