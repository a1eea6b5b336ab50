//! How fast workers claim and finish documents on PostgreSQL, and what remains of it while another client holds an old snapshot
//! open: `cargo run --release -p ports --example claims -- DOCUMENTS WORKERS`.
//!
//! A server of its own is started (see `tests/support/private_postgres.rs`), with durable commits. Each worker claims ten documents
//! at a time and finishes them one by one, as the pipeline does with orders. The same is done twice: alone, and while a
//! transaction that reads repeatably stays open from before the first claim.

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

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ports::store::{Batch, Change, Expect, Key, PostgresStore, Store as _, Write};
use sqlx::{Connection as _, PgConnection};

#[path = "../tests/support/private_postgres.rs"]
mod private_postgres;

use private_postgres::PrivatePostgres;

/// Documents claimed at once.
const CLAIMED: usize = 10;
/// A body about as long as that of an order under way.
const BODY_BYTES: usize = 1_500;
const LEASE: Duration = Duration::from_secs(60);

fn argument(place: usize, otherwise: usize) -> usize {
    std::env::args().nth(place).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn put(number: usize, due: Option<Timestamp>, expect: Expect) -> Write {
    let body =
        format!(r#"{{"format":1,"record":{{"number":{number},"text":"{}"}}}}"#, "x".repeat(BODY_BYTES));
    let key = Key::of(["case", &format!("P{number:012}")]);
    Write { key, expect, change: Change::Put { body: body.into(), due } }
}

/// Claims and finishes all that is due; documents a second in each tenth of the work.
fn work(url: &str, documents: usize, workers: usize) -> Vec<f64> {
    let done = AtomicUsize::new(0);
    let began = Instant::now();
    let mut rates = Vec::new();
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let store = PostgresStore::open(url).unwrap();
                while done.load(Ordering::Relaxed) < documents {
                    let claimed =
                        store.claim_due(&Key::below(["case"]), Timestamp::now(), LEASE, CLAIMED).unwrap();
                    for document in &claimed {
                        let change = Change::Put { body: document.body.clone(), due: None };
                        let expect = Expect::Version(document.version);
                        let write = Write { key: document.key.clone(), expect, change };
                        store.commit(Batch { writes: vec![write] }).unwrap();
                    }
                    done.fetch_add(claimed.len(), Ordering::Relaxed);
                    if claimed.is_empty() {
                        thread::sleep(Duration::from_millis(5));
                    }
                }
            });
        }
        let (mut last, mut at) = (0, began);
        while last < documents {
            thread::sleep(Duration::from_millis(20));
            let now = done.load(Ordering::Relaxed);
            if now - last >= documents / 10 || now >= documents {
                rates.push((now - last) as f64 / at.elapsed().as_secs_f64());
                (last, at) = (now, Instant::now());
            }
        }
    });
    println!("  {documents} documents in {:.1} s", began.elapsed().as_secs_f64());
    rates
}

fn filled(server: &PrivatePostgres, documents: usize) -> String {
    let url = server.database();
    let store = PostgresStore::migrate(&url).unwrap();
    let early = Timestamp::now();
    for numbers in (0..documents).collect::<Vec<_>>().chunks(2_000) {
        let write = |number: &usize| put(*number, Some(early), Expect::Absent);
        store.commit(Batch { writes: numbers.iter().map(write).collect() }).unwrap();
    }
    server.sql(&url, "vacuum analyze documents").unwrap();
    url
}

fn main() {
    let (documents, workers) = (argument(1, 30_000), argument(2, 2));
    let server = PrivatePostgres::start();
    let show = |rates: Vec<f64>| {
        let text: Vec<String> = rates.iter().map(|rate| format!("{rate:.0}")).collect();
        println!("  a second, by tenth of the work: {}", text.join(" "));
    };
    println!("alone, {workers} workers");
    let url = filled(&server, documents);
    show(work(&url, documents, workers));

    println!("under a pinned snapshot, {workers} workers");
    let url = filled(&server, documents);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut pin = runtime.block_on(PgConnection::connect(&url)).unwrap();
    let begin = "begin isolation level repeatable read; select count(*) from documents where branch = ''";
    runtime.block_on(sqlx::raw_sql(begin).execute(&mut pin)).unwrap();
    show(work(&url, documents, workers));
}
