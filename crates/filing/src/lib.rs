//! Goods filings (备案): what a shop's goods are to customs.

pub mod codes;
pub mod hs;
pub mod tariff;
