//! The store on PostgreSQL against a real server of its own.
//!
//! A binary of its own: between fork and exec a server's start holds the locks of all stores that this process has open.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "all of it is test code"
)]

use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use ports::store::{Batch, Change, Expect, Key, PostgresStore, Store as _, StoreError, Write, conformance};

#[path = "support/private_postgres.rs"]
mod private_postgres;

use private_postgres::PrivatePostgres;

fn put(key: &Key, expect: Expect) -> Batch {
    let change = Change::Put { body: br#"{"a":1}"#.to_vec(), due: Some(Timestamp::UNIX_EPOCH) };
    Batch { writes: vec![Write { key: key.clone(), expect, change }] }
}

#[test]
fn it_keeps_the_promises_of_a_store() {
    let server = PrivatePostgres::start();
    conformance::run(|| PostgresStore::migrate(&server.database()).unwrap());
    let url = server.database();
    PostgresStore::migrate(&url).unwrap();
    conformance::reopening(|| PostgresStore::open(&url).unwrap());
}

#[test]
fn what_cannot_be_used_says_why() {
    let server = PrivatePostgres::start();
    let url = server.database();
    let told = PostgresStore::open(&url).unwrap_err();
    assert!(matches!(told, StoreError::NotPrepared { found: None, .. }), "{told}");

    let mut twice = Vec::new();
    for _ in 0..2 {
        let url = url.clone();
        twice.push(thread::spawn(move || PostgresStore::migrate(&url).map(drop)));
    }
    for one in twice {
        one.join().unwrap().unwrap();
    }

    let secret = PostgresStore::open("postgres://user:geheim@[/x").unwrap_err().to_string();
    assert!(secret.contains("postgres://USER") && !secret.contains("geheim"), "{secret}");
}

#[test]
fn a_server_that_stops_and_comes_back_has_what_was_acknowledged() {
    let server = PrivatePostgres::start();
    let store = PostgresStore::migrate(&server.database()).unwrap();
    let mut acknowledged: u64 = 0;
    for round in 0..3 {
        thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let mut kept = 0;
                loop {
                    let key = Key::of(["a", &format!("{round}-{kept}")]);
                    match store.commit(put(&key, Expect::Absent)) {
                        Ok(()) => kept += 1,
                        Err(StoreError::Io { .. }) => return kept,
                        Err(other) => panic!("{other}"),
                    }
                }
            });
            thread::sleep(Duration::from_millis(300));
            server.down("immediate");
            acknowledged += worker.join().unwrap();
        });
        server.up();
        let found = store.scan(&Key::below(["a"]), None, usize::MAX).unwrap().len() as u64;
        // What was on its way when the server fell may be there as well.
        assert!((acknowledged..=acknowledged + 1 + round).contains(&found), "{found} of {acknowledged}");
        acknowledged = found;
    }
}
