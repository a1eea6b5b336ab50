//! Whole-system tests, by theme. Each runs the program `customs` as its users do and looks at what comes out.
//!
//! - [`samples`]: the sample shop, from the clerk's sheet to the messages.
//! - [`tax`]: taxes, figure by figure.
//! - [`support`]: running the program, scratch directories.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod samples;
mod support;
mod tax;
