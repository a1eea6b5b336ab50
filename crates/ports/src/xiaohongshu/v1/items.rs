//! Items, and the customs fields of their variants.

use std::collections::HashSet;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Request};
use crate::http::{CallError, Failure};
use crate::platform::SpvCustoms;
use crate::xiaohongshu::WireInteger;
use crate::xiaohongshu::lenient::{list, or_default};
use crate::xiaohongshu::vocabulary::Shape::{self, Any, List, Numbers, Object};
use crate::xiaohongshu::wire::{WireDecimal, WireFlag, WireText};

/// What errors call the list.
pub const GET_ITEMS: &str = "GET items";
/// What errors call the writing of customs fields.
pub const PUT_CUSTOMS: &str = "PUT spv customs";
/// Items on a page at most.
pub const MAX_PAGE_SIZE: u32 = 50;
/// Decimals of an amount.
const FEN_DECIMALS: u32 = 2;

/// Pages of a list at most: a hundred thousand items, more than any shop has. A list that never ends is broken off there.
pub const MAX_PAGES: u32 = 2_000;

const ITEMS_PATH: &str = "/ark/open_api/v1/items";

/// States of review: being edited, waiting, approved. The documented answers bear a 3 on the page content too.
const STATUS: Shape = Numbers(&[0, 1, 2, 3]);

/// What a page is known to hold.
const PAGE: Shape = Object("current_page page_size total", &[("hits", List(&HIT))]);
const HIT: Shape = Object(
    "",
    &[
        (
            "item",
            Object(
                "id spu_id spl_id spv_id name ename barcode barcode_type skucode logistics price pre_tax_price \
                 original_price tax tax_rate stock available buyable is_frozen state create_time update_time \
                 pending_changes top_image",
                &[("status", STATUS)],
            ),
        ),
        (
            "spu",
            Object(
                "id name ename short_name brand_id category_id categories pending_changes state status",
                &[("brand", Object("id name ename", &[]))],
            ),
        ),
        ("spl", Object("id spu_id state variants pending_change pending_changes", &[("status", STATUS)])),
        ("spl_item", Any),
        (
            "spv",
            Object(
                "id spu_id spl_id barcode barcode_type qty unit country net_weight gross_weight import_cost manufacturer \
                 ingredient usage customs_specification customs_photos_urls customs_photos non_desc_variants shelf_life \
                 state pending_changes",
                &[("status", STATUS)],
            ),
        ),
    ],
);

/// Which items are listed. Nothing set: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemQuery {
    /// 0 being edited, 1 waiting for review, 2 approved.
    pub status: Option<u8>,
    /// Whether it is on the shelf.
    pub buyable: Option<bool>,
    /// Created since, Unix seconds.
    pub create_time_from: Option<i64>,
    /// Created until.
    pub create_time_to: Option<i64>,
    /// Changed since.
    pub update_time_from: Option<i64>,
    /// Changed until.
    pub update_time_to: Option<i64>,
    /// Stock at least, roughly.
    pub stock_gte: Option<i64>,
    /// Stock at most, roughly.
    pub stock_lte: Option<i64>,
    /// The one with this barcode.
    pub barcode: Option<String>,
    /// The page, the first being 1.
    pub page_no: Option<u32>,
}

impl ItemQuery {
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        let given = [
            ("status", self.status.map(|status| status.to_string())),
            ("page_no", Some(self.page_no.unwrap_or(1).to_string())),
            ("page_size", Some(MAX_PAGE_SIZE.to_string())),
            ("buyable", self.buyable.map(|buyable| buyable.to_string())),
            ("create_time_from", number(self.create_time_from)),
            ("create_time_to", number(self.create_time_to)),
            ("update_time_from", number(self.update_time_from)),
            ("update_time_to", number(self.update_time_to)),
            ("stock_gte", number(self.stock_gte)),
            ("stock_lte", number(self.stock_lte)),
            ("barcode", self.barcode.clone()),
        ];
        given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// An item with its variant's customs fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// The item's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The brand's name.
    pub brand: Option<String>,
    /// The merchant's price, yuan after tax.
    pub price: Option<Decimal>,
    /// The price before tax.
    pub pre_tax_price: Option<Decimal>,
    /// The tax.
    pub tax: Option<Decimal>,
    /// The rate, as a share of one.
    pub tax_rate: Option<Decimal>,
    /// Whether it is on the shelf.
    pub buyable: Option<bool>,
    /// Its variant.
    pub spv: SpvFields,
}

/// What the platform has of a variant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpvFields {
    /// The variant's id, 24 hexadecimal digits.
    pub id: String,
    /// The barcode.
    pub barcode: String,
    /// The country of origin by its Chinese name.
    pub country: Option<String>,
    /// The unit by its Chinese name.
    pub unit: Option<String>,
    /// Net weight in grams.
    pub net_weight_g: Option<Decimal>,
    /// Gross weight in grams.
    pub gross_weight_g: Option<Decimal>,
    /// Import cost in yuan.
    pub import_cost: Option<Decimal>,
    /// The maker.
    pub manufacturer: Option<String>,
    /// Specification.
    pub customs_specification: Option<String>,
    /// Ingredients.
    pub ingredient: Option<String>,
    /// What it is for.
    pub usage: Option<String>,
    /// Photos.
    pub customs_photos_urls: Vec<String>,
}

impl SpvFields {
    /// Whether all six customs fields are there.
    pub fn is_complete(&self) -> bool {
        let texts = [&self.manufacturer, &self.customs_specification, &self.ingredient, &self.usage];
        self.import_cost.is_some()
            && !self.customs_photos_urls.is_empty()
            && texts.iter().all(|text| text.is_some())
    }
}

/// A page of items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemPage {
    /// Items in all.
    pub total: u64,
    /// The items of this page.
    pub items: Vec<Item>,
    /// Entries that could not be read.
    pub unreadable: usize,
    /// The page that comes next, when there is one.
    pub next_page: Option<u32>,
}

/// What a list of items came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ItemCounts {
    /// Pages read.
    pub pages: u32,
    /// Items shown.
    pub items: u64,
    /// Items that the platform said there are.
    pub total: u64,
    /// Entries that could not be read.
    pub unreadable: u64,
    /// Whether the list was broken off after [`MAX_PAGES`].
    pub is_cut: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WirePage {
    current_page: WireInteger,
    page_size: WireInteger,
    total: WireInteger,
    #[serde(deserialize_with = "list")]
    hits: Vec<Value>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireHit {
    #[serde(deserialize_with = "or_default")]
    item: WireItem,
    #[serde(deserialize_with = "or_default")]
    spu: WireSpu,
    #[serde(deserialize_with = "or_default")]
    spv: WireSpv,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireItem {
    id: WireText,
    spv_id: WireText,
    name: WireText,
    barcode: WireText,
    price: WireDecimal,
    pre_tax_price: WireDecimal,
    tax: WireDecimal,
    tax_rate: WireDecimal,
    buyable: WireFlag,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireSpu {
    #[serde(deserialize_with = "or_default")]
    brand: WireBrand,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireBrand {
    name: WireText,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireSpv {
    id: WireText,
    barcode: WireText,
    country: WireText,
    unit: WireText,
    net_weight: WireDecimal,
    gross_weight: WireDecimal,
    import_cost: WireDecimal,
    manufacturer: WireText,
    customs_specification: WireText,
    ingredient: WireText,
    usage: WireText,
    #[serde(deserialize_with = "list")]
    customs_photos_urls: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireChanged {
    #[serde(deserialize_with = "list")]
    spvs: Vec<WireSpv>,
}

impl From<WireSpv> for SpvFields {
    fn from(wire: WireSpv) -> Self {
        let weight = |weight: WireDecimal| weight.0.filter(|grams| !grams.is_zero());
        let urls = wire.customs_photos_urls.into_iter().filter(|url| !url.trim().is_empty());
        Self {
            id: wire.id.0,
            barcode: wire.barcode.0,
            country: wire.country.given(),
            unit: wire.unit.given(),
            net_weight_g: weight(wire.net_weight),
            gross_weight_g: weight(wire.gross_weight),
            import_cost: wire.import_cost.rounded(FEN_DECIMALS),
            manufacturer: wire.manufacturer.given(),
            customs_specification: wire.customs_specification.given(),
            ingredient: wire.ingredient.given(),
            usage: wire.usage.given(),
            customs_photos_urls: urls.collect(),
        }
    }
}

impl From<WireHit> for Item {
    fn from(hit: WireHit) -> Self {
        let mut spv = SpvFields::from(hit.spv);
        if spv.id.is_empty() {
            spv.id = hit.item.spv_id.0;
        }
        if spv.barcode.is_empty() {
            spv.barcode = hit.item.barcode.0;
        }
        Self {
            id: hit.item.id.0,
            name: hit.item.name.0,
            brand: hit.spu.brand.name.given(),
            price: hit.item.price.rounded(FEN_DECIMALS),
            pre_tax_price: hit.item.pre_tax_price.rounded(FEN_DECIMALS),
            tax: hit.item.tax.rounded(FEN_DECIMALS),
            tax_rate: hit.item.tax_rate.0,
            buyable: hit.item.buyable.0,
            spv,
        }
    }
}

impl ItemPage {
    fn read(data: Value, asked: u32) -> Result<Self, Failure> {
        let wire: WirePage =
            serde_json::from_value(data).map_err(|_| Failure::Shape("no page of items".to_owned()))?;
        let total = u64::try_from(wire.total.or_zero()).unwrap_or_default();
        let size = wire.page_size.0.and_then(|size| u32::try_from(size).ok()).filter(|size| *size > 0);
        let current = wire.current_page.0.and_then(|page| u32::try_from(page).ok()).unwrap_or(asked);
        let read = u64::from(current) * u64::from(size.unwrap_or(MAX_PAGE_SIZE));
        let mut page = Self {
            total,
            next_page: (read < total && !wire.hits.is_empty()).then(|| current.saturating_add(1)),
            ..Self::default()
        };
        for hit in wire.hits {
            match serde_json::from_value::<WireHit>(hit) {
                Ok(hit) => page.items.push(hit.into()),
                Err(_) => page.unreadable += 1,
            }
        }
        Ok(page)
    }
}

impl Client {
    /// A page of items.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn items(&self, query: &ItemQuery) -> Result<ItemPage, CallError> {
        let request =
            Request { method: GET_ITEMS, path: ITEMS_PATH.to_owned(), query: query.pairs(), body: None };
        let data = self.send(request).await?;
        self.vocabulary().look(GET_ITEMS, &PAGE, &data);
        ItemPage::read(data, query.page_no.unwrap_or(1)).map_err(|failure| self.error(GET_ITEMS, failure))
    }

    /// All items that a query means, page by page. One that moves to a later page while the list is read comes twice: it is
    /// shown once.
    ///
    /// # Errors
    /// [`CallError`] of any page; what was shown before stands.
    pub async fn each_item(
        &self,
        query: &ItemQuery,
        mut show: impl FnMut(Item),
    ) -> Result<ItemCounts, CallError> {
        let mut counts = ItemCounts::default();
        let mut seen = HashSet::new();
        let mut page_no = Some(query.page_no.unwrap_or(1));
        while let Some(number) = page_no.filter(|_| counts.pages < MAX_PAGES) {
            let page = self.items(&ItemQuery { page_no: Some(number), ..query.clone() }).await?;
            counts.pages += 1;
            counts.total = page.total;
            counts.unreadable += page.unreadable as u64;
            for item in page.items {
                if item.id.is_empty() || seen.insert(item.id.clone()) {
                    counts.items += 1;
                    show(item);
                }
            }
            page_no = page.next_page;
        }
        counts.is_cut = page_no.is_some();
        Ok(counts)
    }

    /// Replaces the six customs fields of a variant; answers what it has then, when the platform says so.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn put_spv_customs(
        &self,
        spv_id: &str,
        customs: &SpvCustoms,
    ) -> Result<Option<SpvFields>, CallError> {
        if spv_id.is_empty() || !spv_id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let failure = Failure::Refused { code: "-".to_owned(), message: "no SPV ID".to_owned() };
            return Err(self.error(PUT_CUSTOMS, failure));
        }
        let import_cost = customs.import_cost.normalize().to_string().parse::<serde_json::Number>();
        let body = json!({
            "import_cost": import_cost.unwrap_or_else(|_| 0.into()),
            "manufacturer": customs.manufacturer,
            "customs_specification": customs.customs_specification,
            "ingredient": customs.ingredient,
            "usage": customs.usage,
            "customs_photos_urls": customs.customs_photos_urls,
        });
        let request = Request {
            method: PUT_CUSTOMS,
            path: format!("/ark/open_api/v1/spv/{spv_id}/customs"),
            query: Vec::new(),
            body: Some(&body),
        };
        let data = self.send(request).await?;
        // The fields are replaced, whatever the answer looks like.
        let changed: WireChanged = serde_json::from_value(data).unwrap_or_default();
        Ok(changed.spvs.into_iter().map(SpvFields::from).find(|spv| spv.id == spv_id))
    }
}
