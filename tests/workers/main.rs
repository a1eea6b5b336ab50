//! Many workers on one store, which lies on a PostgreSQL server of the test's own.
//!
//! - [`hanging`]: a sender whose gateway hangs loses the right to send, and what it did counts once.
//! - [`killed`]: workers that are killed, and two with one name.
//! - [`outages`]: a server that crashes in the middle, and connections that are cut.
//! - [`skew`]: machines whose clocks are a minute off.
//! - [`world`]: a shop, its platform, customs, and workers between them.
//! - [`market`]: a shop that is open, its platform, and customs.
//! - [`support`]: running the program, scratch directories.
//!
//! How fast many orders go through many workers is measured by the example `workers` of crates/declare.
//!
//! A binary of its own: between fork and exec a server's start holds the locks of all stores that a process has open.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod hanging;
mod killed;
mod outages;
mod skew;
mod world;

#[path = "../market.rs"]
mod market;

#[path = "../support.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod support;

#[path = "../../crates/ports/tests/support/private_postgres.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod private_postgres;
