//! Declarations (申报): orders become customs messages.
//!
//! The way of an order: a line of the orders file is read and judged ([`order`]), joined with its goods' filings and taxed
//! ([`tax`]), turned into four documents ([`documents`]) that are held against each other ([`matching`]), and written into
//! messages ([`messages`]). What customs answers comes back as receipts
//! ([`receipt`]), whose numbers [`customs_codes`] explains. What becomes of an order between the shop and its release is decided
//! in [`lifecycle`]. [`build`] moves orders along this way; everything before it knows no disk and no clock.

pub mod bookkeeping;
pub mod build;
pub mod cli;
pub mod configuration;
pub mod customs_codes;
pub mod desk;
pub mod documents;
pub mod enveloped_gateway;
pub mod identity;
pub mod keeping;
pub mod lifecycle;
pub mod lint;
pub mod matching;
pub mod memory;
pub mod messages;
pub mod order;
pub mod pipeline;
pub mod purge;
pub mod receipt;
pub mod setting;
pub mod shop;
pub mod spans;
mod store_words;
pub mod tax;
pub mod web;
