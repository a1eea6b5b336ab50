//! Whole-system tests, by theme. Each runs the program `customs` as its users do and looks at what comes out.
//!
//! - [`book`]: the book of filings through time: history, imports, undoing.
//! - [`samples`]: the sample shop, from the clerk's sheet to the messages.
//! - [`tariff`]: tables of the user's own, and where they count.
//! - [`support`]: running the program, scratch directories.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod book;
mod samples;
mod support;
mod tariff;
