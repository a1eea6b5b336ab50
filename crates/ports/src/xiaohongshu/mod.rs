//! Xiaohongshu (小红书): the wire forms of its open platform, and its clients.
//!
//! Amounts arrive in fen, times in milliseconds, weights in grams. Fields that the platform leaves out, sends as `null`
//! or `""`, or sends under an unknown value never break reading: what an order lacks is found by whoever needs it.

mod filings;
mod order;
pub mod push;
pub mod v1;
pub mod v3;

use crate::wire::vocabulary;
pub use crate::wire::{self, Vocabulary, WireInteger, lenient};
pub use filings::ShopFilings;
pub use order::{
    BoundExtendInfo, DeclareInfo, DeclareInfos, OrderDetail, ReceiverInfo, ReceiverInfos, Sku, SkuDetail,
};
