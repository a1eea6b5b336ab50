//! Goods filings (备案): what a shop's goods are to customs.

pub mod barcode;
pub mod book;
pub mod cell;
pub mod codes;
pub mod columns;
pub mod duplicates;
pub mod faults;
pub mod finding;
pub mod hs;
pub mod import;
pub mod record;
pub mod sheet;
pub mod start;
pub mod sync;
pub mod tariff;
