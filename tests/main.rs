//! Whole-system tests, by theme. Each runs the program `customs` as its users do and looks at what comes out.
//!
//! - [`bad_input`]: files, configurations and stores that are not what they should be.
//! - [`book`]: the book of filings through time: history, imports, undoing.
//! - [`browser`]: the page for warehouse staff, in a real browser.
//! - [`build`]: orders into messages; nothing is declared twice, whatever happens.
//! - [`callbacks`]: what platforms say by themselves, each once.
//! - [`check`]: anybody's messages, held against the specification.
//! - [`chromium`]: a browser and its handling.
//! - [`clerk`]: a clerk's day with the page, from the first sheet to a pushed payment slip, with the sandbox at the other end.
//! - [`copies`]: whole shops that move between stores.
//! - [`decisions`]: orders looked at and decided about.
//! - [`demo`]: the whole way without a configuration.
//! - [`doctor`]: whether everything is in place.
//! - [`filing_commands`]: the book of filings from the command line.
//! - [`gateway`]: messages to customs and receipts back, over HTTP and through folders.
//! - [`kill`]: runs that are killed; the next one goes on.
//! - [`lifecycle`]: orders from the shop to their end, each scenario by its number.
//! - [`logs`]: what the program says of its work, and to whom.
//! - [`market`]: a shop that is open, its platform, and customs.
//! - [`meanwhile`]: what changes while somebody looks at it or works on it.
//! - [`order_pages`]: the pages of orders, with and without a browser.
//! - [`orders`]: orders that are not declared, and why.
//! - [`personal`]: no personal data where it does not belong.
//! - [`ports`]: the platform's side: its ports, its items, its tokens, its payment slips.
//! - [`reading`]: no bytes stop the reader of messages.
//! - [`retention`]: personal data sealed at rest, and erased when its time is over.
//! - [`robustness`]: no bytes stop a build.
//! - [`samples`]: the sample shop, from the clerk's sheet to the messages.
//! - [`sandbox`]: a stream of orders out of a platform that fails, and the command that serves it.
//! - [`schemas`]: the schema gate against xmllint.
//! - [`serving`]: serving the page, a client for it.
//! - [`signing`]: keys in files and behind signing services.
//! - [`speaking`]: one JSON document, the right exit code, the right language.
//! - [`supplier`]: what a supplier says of orders, all the way to customs.
//! - [`stores`]: the same on PostgreSQL, and copies from one store to another.
//! - [`sync`]: filings out to the platform.
//! - [`tax`]: taxes, figure by figure.
//! - [`test_store`]: the store that scenarios run on, as a variable says.
//! - [`unattended`]: `declare run` left alone, and what may stand in its way.
//! - [`support`]: running the program, scratch directories.
//! - [`tariff`]: tables of the user's own, and where they count.
//! - [`views`]: the views for people who ask in SQL.
//! - [`web`]: the page for warehouse staff: what it refuses, and that it does what the command line does.
//! - [`yanxuan`]: the supplier, its limits and its sandbox.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod bad_input;
mod book;
mod browser;
mod build;
mod callbacks;
mod check;
mod chromium;
mod clerk;
mod copies;
mod decisions;
mod demo;
mod doctor;
mod filing_commands;
mod gateway;
mod kill;
mod lifecycle;
mod logs;
mod market;
mod meanwhile;
mod order_pages;
mod orders;
mod personal;
mod ports;
mod reading;
mod retention;
mod robustness;
mod samples;
mod sandbox;
mod schemas;
mod serving;
mod signing;
mod speaking;
mod stores;
mod supplier;
mod support;
mod sync;
mod tariff;
mod tax;
mod test_store;
mod unattended;
mod views;
mod web;
mod yanxuan;
