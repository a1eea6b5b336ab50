//! Version 3 of the open platform: one route, flat JSON, an MD5 signature.
//!
//! Every call is a `POST` of one JSON object in which the common parameters (method, application, time, signature, token) and
//! the method's own stand side by side. The HTTP status says nothing; the envelope does. Calls that speak for a shop carry its
//! access token, which [`tokens`] keeps fresh.

mod bundle;
mod client;
mod customs;
mod envelope;
pub mod methods;
mod orders;
mod people;
mod platform;
mod shipping;
mod sign;
pub mod tokens;
pub mod window;

#[cfg(test)]
mod tests;

pub use client::{Client, PATH, Settings, caller_settings};
pub use customs::{SupportedPort, SupportedPorts};
pub use methods::Method;
pub use orders::{ListedOrder, MAX_PAGE_SIZE, MAX_PAGES, OrderList, OrderQuery, TimeType, Waypoints};
pub use people::{Ciphertext, MAX_CIPHERTEXTS, Plain, QUOTA_TROUBLE, QUOTA_USED, is_ciphertext};
pub use platform::NAME;
pub use shipping::{
    ExpressCompany, LogisticsPlan, NewWaybill, Parcel, Tracking, TrackingRecord, TransferBatch,
};
pub(super) use sign::md5_hex;
pub use sign::{VERSION, sign};
