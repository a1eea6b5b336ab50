//! An order of the shop as a line of an orders file: the answers of the platform's three calls, and the waybill.

use serde::Serialize;

use super::order::{Article, ShopOrder};
use super::people::Person;

/// How long before the payment an order is made, milliseconds.
const TIME_TO_PAY: i64 = 42_000;
/// The shop on the platform.
const SHOP_ID: &str = "65c100000000000000000001";
const SHOP_NAME: &str = "示例海外旗舰店";

#[derive(Serialize)]
struct Line<'o> {
    platform: &'static str,
    detail: Detail<'o>,
    declare_info: DeclareInfos<'o>,
    receiver: Receivers<'o>,
    waybill: Waybill<'o>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'o> {
    order_id: &'o str,
    order_type: i64,
    order_status: i64,
    order_after_sales_status: i64,
    cancel_status: i64,
    created_time: i64,
    paid_time: i64,
    update_time: i64,
    delivery_time: i64,
    receiver_province_name: &'o str,
    receiver_city_name: &'o str,
    receiver_district_name: &'o str,
    sku_list: Vec<Sku<'o>>,
    original_order_id: &'o str,
    total_net_weight_amount: i64,
    total_pay_amount: i64,
    total_shipping_free: i64,
    total_red_discount: i64,
    unpack: bool,
    bound_extend_info: BoundExtendInfo<'o>,
    open_address_id: String,
    payment_type: i64,
    shop_id: &'o str,
    shop_name: &'o str,
    order_tag_list: [&'o str; 1],
    logistics_mode: i64,
    customs_code: &'o str,
    out_trade_no: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sku<'o> {
    sku_id: String,
    sku_name: &'o str,
    erpcode: &'o str,
    sku_spec: &'o str,
    sku_quantity: i64,
    sku_tag: i64,
    total_paid_amount: i64,
    total_tax_amount: i64,
    total_net_weight: i64,
    sku_detail_list: Vec<SkuDetail<'o>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SkuDetail<'o> {
    sku_id: String,
    erp_code: &'o str,
    barcode: &'o str,
    register_name: &'o str,
    sku_name: &'o str,
    quantity: i64,
    price_per_sku: i64,
    tax_per_sku: i64,
    merchant_discount_per_sku: i64,
    red_discount_per_sku: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BoundExtendInfo<'o> {
    pay_no: &'o str,
    pay_channel: &'o str,
    product_value: i64,
    pay_amount: i64,
    tax_amount: i64,
    shipping_fee: i64,
    discount_amount: i64,
    zone_codes: [&'o str; 3],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeclareInfos<'o> {
    order_declare_infos: [DeclareInfo<'o>; 2],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeclareInfo<'o> {
    order_id: &'o str,
    id_name: &'o str,
    id_number: &'o str,
    link_phone: &'o str,
    #[serde(rename = "type")]
    role: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Receivers<'o> {
    receiver_infos: [Receiver<'o>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Receiver<'o> {
    order_id: &'o str,
    matched: bool,
    receiver_province_name: &'o str,
    receiver_city_name: &'o str,
    receiver_district_name: &'o str,
    receiver_town_name: &'o str,
    receiver_name: &'o str,
    receiver_phone: &'o str,
    receiver_address: &'o str,
}

#[derive(Serialize)]
struct Waybill<'o> {
    logistics_no: &'o str,
    carrier: &'o str,
    gross_weight_kg: String,
    freight: String,
    insured_fee: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bill_no: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traf_no: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voyage_no: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    departure_country: Option<&'o str>,
}

/// Fen as yuan.
pub fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

fn sku(article: &Article) -> Sku<'_> {
    let product = article.product;
    let details = article.pieces.iter().map(|pieces| SkuDetail {
        sku_id: product.sku_id(),
        erp_code: product.item_no,
        barcode: product.barcode,
        register_name: product.name,
        sku_name: product.name,
        quantity: pieces.quantity,
        price_per_sku: pieces.price,
        tax_per_sku: product.shown_tax(pieces.price),
        merchant_discount_per_sku: 0,
        red_discount_per_sku: 0,
    });
    Sku {
        sku_id: product.sku_id(),
        sku_name: product.name,
        erpcode: product.item_no,
        sku_spec: product.specification,
        sku_quantity: article.quantity(),
        sku_tag: 0,
        total_paid_amount: article.value() + article.tax(),
        total_tax_amount: article.tax(),
        total_net_weight: product.net_weight_g * article.quantity(),
        sku_detail_list: details.collect(),
    }
}

impl ShopOrder {
    fn declared<'o>(&'o self, person: &'o Person, role: &'static str) -> DeclareInfo<'o> {
        DeclareInfo {
            order_id: &self.order_no,
            id_name: &person.name,
            id_number: &person.id_number,
            link_phone: &person.telephone,
            role,
        }
    }

    /// The order's line, without a line break.
    pub fn line(&self) -> String {
        let (amounts, region, parcel) = (self.amounts(), self.address.region, &self.parcel);
        let detail = Detail {
            order_id: &self.order_no,
            order_type: 1,
            order_status: 4,
            order_after_sales_status: 1,
            cancel_status: 0,
            created_time: self.paid_at - TIME_TO_PAY,
            paid_time: self.paid_at,
            update_time: self.paid_at,
            delivery_time: 0,
            receiver_province_name: region.province,
            receiver_city_name: region.city,
            receiver_district_name: region.district,
            sku_list: self.articles.iter().map(sku).collect(),
            original_order_id: "",
            total_net_weight_amount: if self.weight_known { self.net_weight_g() } else { 0 },
            total_pay_amount: amounts.paid,
            total_shipping_free: self.freight,
            total_red_discount: self.discount,
            unpack: false,
            bound_extend_info: BoundExtendInfo {
                pay_no: &self.pay_no,
                pay_channel: self.channel.code(),
                product_value: amounts.goods,
                pay_amount: amounts.paid,
                tax_amount: amounts.tax,
                shipping_fee: self.freight,
                discount_amount: self.discount,
                zone_codes: region.codes,
            },
            open_address_id: format!("{:0>32}", self.order_no.trim_start_matches('P')),
            payment_type: self.channel.payment_type(),
            shop_id: SHOP_ID,
            shop_name: SHOP_NAME,
            order_tag_list: ["PLATFORM_DECLARE"],
            logistics_mode: self.port.logistics_mode(),
            customs_code: self.port.platform_code(),
            out_trade_no: format!("XHS{}", self.order_no),
        };
        let receiver = Receiver {
            order_id: &self.order_no,
            matched: true,
            receiver_province_name: region.province,
            receiver_city_name: region.city,
            receiver_district_name: region.district,
            receiver_town_name: region.town,
            receiver_name: &self.consignee.name,
            receiver_phone: self.relay.as_deref().unwrap_or(&self.consignee.telephone),
            receiver_address: &self.address.street,
        };
        let (gross, flight) = (self.gross_weight_g(), parcel.flight.as_ref());
        let line = Line {
            platform: "xiaohongshu",
            detail,
            declare_info: DeclareInfos {
                order_declare_infos: [
                    self.declared(&self.consignee, "收货人"),
                    self.declared(&self.buyer, "订购人"),
                ],
            },
            receiver: Receivers { receiver_infos: [receiver] },
            waybill: Waybill {
                logistics_no: &parcel.waybill_no,
                carrier: parcel.carrier,
                gross_weight_kg: format!("{}.{:03}", gross / 1_000, gross % 1_000),
                freight: yuan(self.freight - parcel.insurance),
                insured_fee: yuan(parcel.insurance),
                bill_no: flight.map(|flight| flight.bill_no.as_str()),
                traf_no: flight.map(|flight| flight.aircraft),
                voyage_no: flight.map(|flight| flight.flight),
                departure_country: flight.map(|flight| flight.country),
            },
        };
        // Texts and whole numbers always become JSON.
        serde_json::to_string(&line).unwrap_or_default()
    }
}
