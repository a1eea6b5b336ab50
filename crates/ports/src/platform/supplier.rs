//! A supplier that ships a shop's orders, asked how they stand: what it says by itself may get lost.

use super::{Pending, PlatformEvent};

/// How an order stands at its supplier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SupplierStanding {
    /// What it says, as if the news about it had come.
    pub events: Vec<PlatformEvent>,
    /// Whether it is to be shipped, and no wish to cancel it is open.
    pub goes_on: bool,
}

/// A supplier.
pub trait Supplier: Send + Sync {
    /// Its name, as its news bear it.
    fn name(&self) -> &'static str;

    /// How an order stands; nothing when the supplier does not know it.
    fn standing<'a>(&'a self, order_no: &'a str) -> Pending<'a, Option<SupplierStanding>>;
}
