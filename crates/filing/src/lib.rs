//! Goods filings (备案): what a shop's goods are to customs.

pub mod barcode;
pub mod cell;
pub mod codes;
pub mod columns;
pub mod faults;
pub mod finding;
pub mod hs;
pub mod tariff;
