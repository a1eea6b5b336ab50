//! The shop as a sandbox serves it: its orders spread over a time of one's choice, and its goods as items.

use jiff::Timestamp;
use ports::sandbox::{Shop, ShopItem, ShopOrder};
use serde_json::{Value, json};

use super::goods::{PRODUCTS, Product, ShopPort};
use super::{Generator, yuan};

/// When orders come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The first is paid then.
    pub from: Timestamp,
    /// The last is paid then.
    pub until: Timestamp,
}

/// A shop with so many orders, paid one after the other at equal distances.
#[derive(Debug, Clone)]
pub struct OpenShop {
    generator: Generator,
    count: u64,
    opening: Opening,
}

impl OpenShop {
    /// The first orders of a seed.
    pub fn new(seed: u64, count: u64, opening: Opening) -> Self {
        Self { generator: Generator::new(seed), count, opening }
    }

    /// The warehouse's waybills, in the words of an orders file, with the order of each: the platform learns them only when
    /// it is told of the shipment.
    pub fn waybills(&self) -> impl Iterator<Item = (String, Value)> + '_ {
        (0..self.count).map(|index| {
            let order = self.generator.order(index);
            let line: Value = serde_json::from_str(&order.line()).unwrap_or_default();
            (order.order_no, line.get("waybill").cloned().unwrap_or_default())
        })
    }

    /// When an order is paid, milliseconds.
    fn paid_at(&self, index: u64) -> i64 {
        let (from, until) = (self.opening.from.as_millisecond(), self.opening.until.as_millisecond());
        let span = i128::from(until.saturating_sub(from).max(0));
        let after = span * i128::from(index) / i128::from(self.count.saturating_sub(1).max(1));
        from.saturating_add(i64::try_from(after).unwrap_or_default())
    }
}

impl Shop for OpenShop {
    fn orders(&self) -> u64 {
        self.count
    }

    fn order(&self, index: u64) -> ShopOrder {
        let mut order = self.generator.order(index);
        order.paid_at = self.paid_at(index);
        // What the line is made of is always JSON.
        let mut line: Value = serde_json::from_str(&order.line()).unwrap_or_default();
        let mut take = |name: &str| line.get_mut(name).map(Value::take).unwrap_or_default();
        ShopOrder { detail: take("detail"), declare_info: take("declare_info"), receiver: take("receiver") }
    }

    fn items(&self) -> Vec<ShopItem> {
        PRODUCTS.iter().map(|product| ShopItem { hit: hit(product), in_presale: false }).collect()
    }
}

/// An amount as the old version sends it: yuan with the noise of binary numbers.
fn noisy(fen: i64) -> Value {
    let text = format!("{}0000000001", yuan(fen));
    text.parse::<serde_json::Number>().map_or(Value::Null, Value::Number)
}

/// Customs fields are empty: they are what a filing brings.
fn hit(product: &Product) -> Value {
    let tax = product.shown_tax(product.price);
    let id = |kind: &str| format!("65{kind}000000000000000000{:02x}", product.number);
    let (item_id, spu_id, spl_id) = (id("e1"), id("e2"), id("e3"));
    let direct_only = product.ports == [ShopPort::Guangzhou];
    json!({
        "item": {
            "id": item_id, "spu_id": spu_id, "spl_id": spl_id, "spv_id": product.spv_id(), "name": product.name,
            "ename": null, "barcode": product.barcode, "barcode_type": "upc", "skucode": product.item_no,
            "logistics": if direct_only { "red_express" } else { "red_standard" },
            "price": noisy(product.price + tax), "pre_tax_price": noisy(product.price),
            "original_price": noisy(product.price + tax), "tax": noisy(tax),
            "stock": 1_000, "available": true, "buyable": true, "is_frozen": false, "state": 1, "status": 2,
            "create_time": 1_790_000_000, "update_time": 1_790_000_000, "pending_changes": null, "top_image": null,
        },
        "spu": {"id": spu_id, "name": product.name, "ename": "", "brand": {"id": "65e4", "name": product.brand, "ename": ""}},
        "spl": {"id": spl_id, "spu_id": spu_id, "state": 1, "status": 2, "variants": []},
        "spl_item": {"id": id("e5"), "spl_id": spl_id, "state": 1, "status": 3},
        "spv": {
            "id": product.spv_id(), "spu_id": spu_id, "spl_id": spl_id, "barcode": product.barcode, "barcode_type": "upc",
            "qty": 1, "unit": "件", "country": "", "net_weight": product.net_weight_g,
            "gross_weight": product.gross_weight_g, "import_cost": null, "manufacturer": "", "ingredient": "",
            "usage": "", "customs_specification": "", "customs_photos_urls": [], "customs_photos": [],
            "non_desc_variants": [], "shelf_life": null, "state": 1, "status": 2, "pending_changes": null,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_fill_the_time_and_depend_on_their_number_only() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let shop = OpenShop::new(3, 11, Opening { from: at(1_000), until: at(2_000) });
        let paid = |index| shop.order(index).detail["paidTime"].as_i64().unwrap();
        assert_eq!([paid(0), paid(5), paid(10)], [1_000_000, 1_500_000, 2_000_000]);
        assert_eq!(shop.order(7).detail, shop.order(7).detail);
        assert!(shop.order(0).detail["boundExtendInfo"]["payNo"].is_string());
        assert_eq!(shop.items().len(), PRODUCTS.len());
        assert_eq!(shop.items()[0].hit["item"]["price"].to_string().len(), "516.850000000001".len());
        assert!(OpenShop::new(3, 1, Opening { from: at(5), until: at(5) }).order(0).detail.is_object());
    }
}
