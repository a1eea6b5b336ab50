//! What there is to sell.

use serde_json::{Value, json};

use crate::sandbox::scenario::bits_of;

/// Products.
pub(super) const ITEMS: i64 = 40;
/// The number of the first.
const FIRST_ITEM: i64 = 1_000_884;
/// Articles of a product.
const SKUS_OF_AN_ITEM: i64 = 2;
/// The number of the first article.
const FIRST_SKU: i64 = 10_019_005;
/// The least stock of an article, and how much more there may be.
const STOCK: (i64, u64) = (500, 5_000);

/// The products' numbers.
pub(super) fn item_ids() -> Vec<i64> {
    (0..ITEMS).map(|place| FIRST_ITEM + place).collect()
}

/// Whether there is such an article.
pub(super) fn is_sku(sku: i64) -> bool {
    (FIRST_SKU..FIRST_SKU + ITEMS * SKUS_OF_AN_ITEM).contains(&sku)
}

/// How many there are at the beginning.
pub(super) fn stock(seed: u64, sku: i64) -> i64 {
    let more = bits_of(seed, &format!("stock {sku}")) % STOCK.1;
    STOCK.0 + i64::try_from(more).unwrap_or_default()
}

/// A product.
pub(super) fn item(seed: u64, id: i64) -> Option<Value> {
    let place = id.checked_sub(FIRST_ITEM).filter(|place| (0..ITEMS).contains(place))?;
    let skus: Vec<Value> = (0..SKUS_OF_AN_ITEM)
        .map(|number| {
            let sku = FIRST_SKU + place * SKUS_OF_AN_ITEM + number;
            let yuan = 20 + bits_of(seed, &format!("price {sku}")) % 300;
            let size = if number == 0 { "小" } else { "大" };
            json!({"id": sku, "yanxuanPrice": yuan + 5, "channelPrice": yuan, "picUrl": "",
                   "displayString": format!("{size}份"), "itemSkuSpecValueList": [
                       {"skuSpec": {"name": "规格"}, "skuSpecValue": {"value": size, "picUrl": ""}}]})
        })
        .collect();
    Some(json!({
        "id": id, "name": format!("严选样品{place}号"), "primarySkuId": FIRST_SKU + place * SKUS_OF_AN_ITEM,
        "primaryPicUrl": "", "listPicUrl": "", "simpleDesc": "", "skuList": skus,
        "itemDetail": {"detailHtml": "", "picUrl1": "", "picUrl2": "", "picUrl3": "", "picUrl4": ""},
        "attrList": [{"attrName": "产地", "attrValue": "杭州"}], "categoryPathList": [[{"name": "样品"}]],
    }))
}
