//! How long `customs store copy` takes from the embedded store to PostgreSQL and back:
//! `cargo run --release -p ports --example copy -- DOCUMENTS FOLDER`.
//!
//! The documents have the kinds, sizes and shares of those that a run of `declare run` leaves: of each order a case, its
//! sealed bundle, its declaration, its waybill and so on, some 1.7 kB on average. A server of its own is started (see
//! `tests/support/private_postgres.rs`), with durable commits. The store in FOLDER is made when it is not there yet.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    unreachable_pub,
    dead_code,
    missing_docs,
    reason = "a measurement"
)]

use std::path::PathBuf;
use std::time::Instant;

use jiff::Timestamp;
use ports::store::{Document, Key, Location, PostgresStore, SledStore, Store, copy};

#[path = "../tests/support/private_postgres.rs"]
mod private_postgres;

use private_postgres::PrivatePostgres;

/// The documents of one order: branch, length of the body, and how many of them ten orders have.
const KINDS: [(&str, usize, usize); 10] = [
    ("case", 3_300, 10),
    ("bundle", 4_300, 10),
    ("declared", 1_300, 10),
    ("receipt", 15_700, 4),
    ("waybill", 230, 10),
    ("used/payment", 100, 10),
    ("used/waybill", 100, 10),
    ("intake", 120, 10),
    ("invt", 60, 10),
    ("buyer", 45, 10),
];

/// Letters that look like chance, the same at every run.
struct Letters(u64);

impl Letters {
    fn take(&mut self, count: usize) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut next = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(LETTERS[(self.0 >> 58) as usize])
        };
        (0..count).map(|_| next()).collect()
    }
}

/// A record of about this length: sealed text, or many small members as a case has.
fn body(branch: &str, order: usize, length: usize, letters: &mut Letters) -> Vec<u8> {
    let mut text =
        format!(r#"{{"format":1,"record":{{"order_no":"P{order:018}","at":"2026-11-22T03:00:00Z""#);
    if matches!(branch, "bundle" | "receipt") {
        text += &format!(r#","sealed":"{}""#, letters.take(length.saturating_sub(text.len() + 14)));
    } else {
        for index in 0.. {
            if text.len() + 60 > length {
                break;
            }
            let guid = letters.take(22);
            text += &format!(
                r#","member{index}":{{"guid":"{guid}","attempts":1,"made_at":"2026-11-22T03:00:{:02}Z"}}"#,
                index % 60
            );
        }
    }
    text += "}}";
    text.into_bytes()
}

fn documents(first: usize, orders: usize, letters: &mut Letters) -> Vec<Document> {
    let mut documents = Vec::new();
    for order in first..first + orders {
        for (branch, length, share) in KINDS {
            if order % 10 < share {
                let segments = branch.split('/').map(str::to_owned);
                let due = (branch == "case" && order % 10 == 0)
                    .then(|| Timestamp::from_millisecond(1_764_000_000_000 + order as i64).unwrap());
                documents.push(Document {
                    key: Key::of(segments.chain([format!("P{order:018}")])),
                    version: 1 + (order % 7) as u64,
                    due,
                    body: body(branch, order, length, letters),
                });
            }
        }
    }
    documents
}

fn timed(what: &str, from: &dyn Store, to: &dyn Store) {
    let began = Instant::now();
    let mut told = Instant::now();
    let copied = copy(from, to, |documents| {
        if told.elapsed().as_secs() >= 10 {
            told = Instant::now();
            println!("  {documents} after {:.0} s", began.elapsed().as_secs_f64());
        }
    })
    .unwrap();
    println!(
        "{what}: {} documents, {} put, in {:.1} s",
        copied.documents,
        copied.put,
        began.elapsed().as_secs_f64()
    );
}

fn main() {
    let wanted: usize = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let folder = PathBuf::from(std::env::args().nth(2).unwrap_or_else(|| "copy-measure".to_owned()));
    let each: usize = KINDS.iter().map(|(.., share)| share).sum();
    let orders = wanted * 10 / each;
    let place = folder.join(format!("{wanted}"));
    let began = Instant::now();
    let fresh = !place.exists();
    let sled = SledStore::open(&place).unwrap();
    if fresh {
        let mut letters = Letters(7);
        for first in (0..orders).step_by(500) {
            sled.restore(documents(first, 500.min(orders - first), &mut letters)).unwrap();
        }
    }
    println!("the embedded store is there after {:.1} s", began.elapsed().as_secs_f64());

    let server = PrivatePostgres::start();
    let url = server.database();
    let postgres = PostgresStore::migrate(&url).unwrap();
    timed("to PostgreSQL", &sled, &postgres);
    timed("once more, nothing to do", &sled, &postgres);
    let size =
        "select pg_size_pretty(pg_table_size('documents')), pg_size_pretty(pg_indexes_size('documents'))";
    println!("table and indexes: {}", server.sql(&url, size).unwrap().trim());
    let back = folder.join("back");
    let _ = std::fs::remove_dir_all(&back);
    let location: Location = format!("sled:{}", back.display()).parse().unwrap();
    timed("and back", &postgres, &location.open().unwrap());
    std::fs::remove_dir_all(&back).unwrap();
}
