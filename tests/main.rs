//! Whole-system tests, by theme. Each runs the program `customs` as its users do and looks at what comes out.
//!
//! - [`bad_input`]: files, configurations and stores that are not what they should be.
//! - [`build`]: orders into messages; nothing is declared twice, whatever happens.
//! - [`demo`]: the whole way without a configuration.
//! - [`filing_commands`]: the book of filings from the command line.
//! - [`personal`]: no personal data where it does not belong.
//! - [`robustness`]: no bytes stop a build.
//! - [`samples`]: the sample shop, from the clerk's sheet to the messages.
//! - [`schemas`]: the schema gate against xmllint.
//! - [`tax`]: taxes, figure by figure.
//! - [`support`]: running the program, scratch directories.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod bad_input;
mod build;
mod demo;
mod filing_commands;
mod personal;
mod robustness;
mod samples;
mod schemas;
mod support;
mod tax;
