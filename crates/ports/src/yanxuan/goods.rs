//! What the channel may sell, and how much of it there is.

use serde::Deserialize;

use super::{Client, methods};
use crate::http::CallError;
use crate::wire::lenient::list;
use crate::wire::{WireDecimal, WireInteger, WireText};

/// Products of one question.
pub const MAX_ITEMS: usize = 30;
/// Articles of one question.
pub const MAX_SKUS: usize = 100;

/// A product. It has no barcode, weight, origin or commodity code: those are the filing's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Item {
    /// Its number.
    pub id: WireInteger,
    /// Its name.
    pub name: WireText,
    /// The article that is shown first.
    pub primary_sku_id: WireInteger,
    /// Its articles.
    #[serde(deserialize_with = "list")]
    pub sku_list: Vec<Sku>,
}

/// An article of a product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Sku {
    /// Its number.
    pub id: WireInteger,
    /// What the platform sells it for, yuan.
    pub yanxuan_price: WireDecimal,
    /// What the channel sells it for, yuan.
    pub channel_price: WireDecimal,
    /// What tells it from the others, in words.
    pub display_string: WireText,
}

/// How many there are of an article.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Stock {
    /// The article.
    pub sku_id: WireText,
    /// How many.
    pub inventory: WireInteger,
}

impl Client {
    /// `yanxuan.item.id.batch.get`: the numbers of all products that the channel may sell.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn item_ids(&self) -> Result<Vec<i64>, CallError> {
        let ids: Vec<WireInteger> = self.ask(&methods::ITEM_IDS, &[]).await?;
        Ok(ids.into_iter().filter_map(|id| id.0).collect())
    }

    /// `yanxuan.item.batch.get`: products, in questions of at most [`MAX_ITEMS`].
    ///
    /// # Errors
    /// [`CallError`] of the first question that fails.
    pub async fn items(&self, ids: &[i64]) -> Result<Vec<Item>, CallError> {
        let mut items = Vec::with_capacity(ids.len());
        for some in ids.chunks(MAX_ITEMS) {
            let some: Vec<String> = some.iter().map(i64::to_string).collect();
            items.append(&mut self.ask(&methods::ITEMS, &[("itemIds", some.join(","))]).await?);
        }
        Ok(items)
    }

    /// `yanxuan.inventory.count.get`: the stock of articles, in questions of at most [`MAX_SKUS`].
    ///
    /// # Errors
    /// [`CallError`] of the first question that fails.
    pub async fn stock(&self, skus: &[i64]) -> Result<Vec<Stock>, CallError> {
        let mut stock = Vec::with_capacity(skus.len());
        for some in skus.chunks(MAX_SKUS) {
            let some: Vec<String> = some.iter().map(i64::to_string).collect();
            let some = format!("[{}]", some.join(","));
            stock.append(&mut self.ask(&methods::INVENTORY, &[("skuIds", some)]).await?);
        }
        Ok(stock)
    }
}
