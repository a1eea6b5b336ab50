//! Filings on Xiaohongshu: articles by version 3, the six fields of a variant by version 1.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{v1, v3};
use crate::http::{CallError, Failure};
use crate::platform::{Filings, ItemCustoms, KnownCustoms, Pending, SpvCustoms};

/// Both clients of a shop.
#[derive(Debug, Clone)]
pub struct ShopFilings {
    /// Articles.
    pub articles: Arc<v3::Client>,
    /// Variants; not every shop has access to the old version.
    pub variants: Option<Arc<v1::Client>>,
}

impl Filings for ShopFilings {
    fn create_item<'a>(&'a self, item: &'a ItemCustoms) -> Pending<'a, ()> {
        Box::pin(self.articles.create_item_customs_info(item))
    }

    fn sync_item<'a>(&'a self, item: &'a ItemCustoms, general_tax_rate: Decimal) -> Pending<'a, ()> {
        Box::pin(self.articles.sync_item_customs_info(item, general_tax_rate))
    }

    fn sync_spv<'a>(&'a self, spv_id: &'a str, customs: &'a SpvCustoms) -> Pending<'a, ()> {
        Box::pin(async move {
            match &self.variants {
                Some(variants) => variants.put_spv_customs(spv_id, customs).await.map(|_| ()),
                None => Err(CallError {
                    platform: v1::PLATFORM,
                    method: v1::PUT_CUSTOMS,
                    failure: Failure::NotSetUp("no key of version 1"),
                }),
            }
        })
    }

    fn known<'a>(&'a self, barcode: &'a str) -> Pending<'a, Vec<KnownCustoms>> {
        Box::pin(self.articles.customs_info(barcode))
    }
}
