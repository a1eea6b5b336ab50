//! Filings on a platform.

use rust_decimal::Decimal;
use serde::Serialize;

use super::{Answer, Pending};

/// What customs at one port needs to know of an article (`order.createItemCustomsInfo`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemCustoms {
    /// The barcode.
    pub barcode: String,
    /// The commodity code, ten digits.
    pub hs_code: String,
    /// The port in the platform's vocabulary of item filings, such as `hz_custom`.
    pub port_code: String,
    /// First legal quantity in one sales unit.
    pub quantity1: Decimal,
    /// Second legal quantity; 0 when the code has no second unit.
    pub quantity2: Decimal,
}

/// The six customs fields of a variant (`PUT …/spv/{id}/customs`). The platform replaces all six at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpvCustoms {
    /// Import cost in yuan.
    pub import_cost: Decimal,
    /// The manufacturer's full name.
    pub manufacturer: String,
    /// Specification (规格型号).
    pub customs_specification: String,
    /// Material or ingredients.
    pub ingredient: String,
    /// What it is for.
    pub usage: String,
    /// Addresses of photos.
    pub customs_photos_urls: Vec<String>,
}

/// What the platform has of an article at a port (`order.getCustomsInfo`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCustoms {
    /// The port by the platform's word; of no single vocabulary.
    pub customs_name: String,
    /// The commodity code.
    pub hs_code: String,
    /// First legal quantity.
    pub quantity1: Decimal,
    /// Second legal quantity; 0 when there is none.
    pub quantity2: Decimal,
}

/// Where filings go. Every call that writes replaces what was there, so that making it twice does no harm.
pub trait FilingTarget: Send + Sync {
    /// Files an article at a port.
    fn create_item_customs_info(&self, item: &ItemCustoms) -> Answer;

    /// Files an article at a port by the older call (`order.syncItemCustomsInfo`), which also wants the tax rate as a share
    /// of one.
    fn sync_item_customs_info(&self, item: &ItemCustoms, general_tax_rate: Decimal) -> Answer;

    /// Replaces the six customs fields of a variant. Refused while the product is in presale.
    fn sync_spv_customs(&self, spv_id: &str, customs: &SpvCustoms) -> Answer;

    /// What is filed of an article, at every port.
    fn get_customs_info(&self, barcode: &str) -> Answer<Vec<KnownCustoms>>;
}

/// The same calls of a client that works without threads; [`BlockingFilings`](super::BlockingFilings) makes a
/// [`FilingTarget`] of it.
pub trait Filings: Send + Sync {
    /// As [`FilingTarget::create_item_customs_info`].
    fn create_item<'a>(&'a self, item: &'a ItemCustoms) -> Pending<'a, ()>;

    /// As [`FilingTarget::sync_item_customs_info`].
    fn sync_item<'a>(&'a self, item: &'a ItemCustoms, general_tax_rate: Decimal) -> Pending<'a, ()>;

    /// As [`FilingTarget::sync_spv_customs`].
    fn sync_spv<'a>(&'a self, spv_id: &'a str, customs: &'a SpvCustoms) -> Pending<'a, ()>;

    /// As [`FilingTarget::get_customs_info`].
    fn known<'a>(&'a self, barcode: &'a str) -> Pending<'a, Vec<KnownCustoms>>;
}
