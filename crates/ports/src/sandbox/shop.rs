//! Whose orders and items a sandbox serves.

use serde_json::Value;

/// An order in the platform's own JSON, personal fields in the clear.
#[derive(Clone, Default)]
pub struct ShopOrder {
    /// `data` of `order.getOrderDetail`.
    pub detail: Value,
    /// `data` of `order.getOrderDeclareInfo`.
    pub declare_info: Value,
    /// `data` of `order.getOrderReceiverInfo`.
    pub receiver: Value,
}

impl std::fmt::Debug for ShopOrder {
    /// Says which order it is, not whose.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShopOrder").field("order_no", &self.detail.get("orderId")).finish_non_exhaustive()
    }
}

/// An item of version 1.
#[derive(Debug, Clone, Default)]
pub struct ShopItem {
    /// An entry of `GET items`: `item`, `spu`, `spl`, `spv`, `spl_item`.
    pub hit: Value,
    /// Whether it is in presale: its customs fields cannot be replaced then.
    pub in_presale: bool,
}

/// A shop. Equal numbers give equal orders.
pub trait Shop: Send + Sync {
    /// How many orders it has.
    fn orders(&self) -> u64;

    /// One of them, the first being 0.
    fn order(&self, index: u64) -> ShopOrder;

    /// What it sells.
    fn items(&self) -> Vec<ShopItem>;
}
