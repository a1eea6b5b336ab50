//! Version 1 of the open platform: REST, a signature in the header. It is superseded, and still the only version that has the
//! customs fields of a variant (SPV).
//!
//! Money is yuan as binary numbers with noise (`52.700000000000003`): read as the decimals that are meant. Unlike in version 3
//! the HTTP status counts: 401 is an unknown key, 403 a wrong signature.

mod client;
mod items;
mod sign;

#[cfg(test)]
mod tests;

pub use client::{Client, PLATFORM, Settings, caller_settings};
pub use items::{
    GET_ITEMS, Item, ItemCounts, ItemPage, ItemQuery, MAX_PAGE_SIZE, MAX_PAGES, PUT_CUSTOMS, SpvFields,
};
pub use sign::sign;
