//! The order as three calls answer it: `order.getOrderDetail`, `order.getOrderDeclareInfo`, `order.getOrderReceiverInfo`.
//! Only the fields that a declaration needs are named; the rest of an answer is passed over.

use std::fmt;

use serde::Deserialize;

use super::WireInteger;
use super::lenient::{given, list, or_default};

/// `data` of `order.getOrderDetail`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OrderDetail {
    /// The platform's order number, `P` and 18 digits.
    #[serde(deserialize_with = "or_default")]
    pub order_id: String,
    /// 1 spot, 2 deposit presale, 3 and 4 full-payment presale, 5 exchange re-ship.
    pub order_type: WireInteger,
    /// 4 is waiting for shipment.
    pub order_status: WireInteger,
    /// 1 none, 2 in progress, 3 done, 4 refused, 5 closed, 6 platform steps in, 7 cancelled after sale.
    pub order_after_sales_status: WireInteger,
    /// 0 none, 1 cancellation in progress.
    pub cancel_status: WireInteger,
    /// When the buyer paid, milliseconds.
    pub paid_time: WireInteger,
    /// The order's goods, one entry a sold article.
    #[serde(deserialize_with = "list")]
    pub sku_list: Vec<Sku>,
    /// The order that an exchange re-ship belongs to.
    pub original_order_id: Option<String>,
    /// Net weight of the whole order, grams; 0 when the merchant never gave one.
    pub total_net_weight_amount: WireInteger,
    /// What the buyer paid in all, fen.
    pub total_pay_amount: WireInteger,
    /// Whether the order was split into several parcels.
    #[serde(deserialize_with = "given")]
    pub unpack: Option<bool>,
    /// The waybill number, known after shipping.
    pub express_tracking_no: Option<String>,
    /// The carrier's code on the platform, known after shipping.
    pub express_company_code: Option<String>,
    /// What the declaration needs; zeros for domestic orders.
    #[serde(deserialize_with = "or_default")]
    pub bound_extend_info: BoundExtendInfo,
    /// 1 domestic, 2 bonded (BBC), 3 direct purchase (BC), 4 personal articles (CC).
    pub logistics_mode: WireInteger,
    /// The platform's code of the customs port, such as `YIWU`.
    pub customs_code: Option<String>,
}

/// One sold article with the physical articles it consists of.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Sku {
    /// The physical articles: the level of customs lines.
    #[serde(deserialize_with = "list")]
    pub sku_detail_list: Vec<SkuDetail>,
}

/// One physical article of an order: one line of the declaration. One article may stand twice at two prices.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SkuDetail {
    /// The merchant's article number.
    pub erp_code: Option<String>,
    /// The barcode, the key of the filing.
    pub barcode: Option<String>,
    /// Pieces.
    pub quantity: WireInteger,
    /// Declared price without tax, fen a piece.
    pub price_per_sku: WireInteger,
    /// Tax, fen a piece.
    pub tax_per_sku: WireInteger,
    /// The merchant's discount, fen a piece.
    pub merchant_discount_per_sku: WireInteger,
}

/// The block of an order that is about its declaration; amounts in fen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BoundExtendInfo {
    /// The payment's transaction number.
    pub pay_no: Option<String>,
    /// `AliPay` or `TP` (WeChat).
    pub pay_channel: Option<String>,
    /// Goods without tax and freight.
    pub product_value: WireInteger,
    /// What the buyer paid, freight included.
    pub pay_amount: WireInteger,
    /// Tax.
    pub tax_amount: WireInteger,
    /// Freight, its tax included.
    pub shipping_fee: WireInteger,
    /// Discounts that are means of payment.
    pub discount_amount: WireInteger,
    /// Division codes of the address, the most exact one last.
    #[serde(deserialize_with = "list")]
    pub zone_codes: Vec<String>,
}

/// `data` of `order.getOrderDeclareInfo`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeclareInfos {
    /// One entry a person.
    #[serde(deserialize_with = "list")]
    pub order_declare_infos: Vec<DeclareInfo>,
}

/// A person of an order, already decrypted.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeclareInfo {
    /// The person's name.
    #[serde(deserialize_with = "or_default")]
    pub id_name: String,
    /// The identity number.
    #[serde(deserialize_with = "or_default")]
    pub id_number: String,
    /// The telephone.
    #[serde(deserialize_with = "or_default")]
    pub link_phone: String,
    /// `订购人` (buyer) or `收货人` (receiver).
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub role: String,
    /// Whether the telephone is a relay number that expires (from the platform's decryption).
    #[serde(deserialize_with = "given")]
    pub virtual_number_flag: Option<bool>,
}

impl fmt::Debug for DeclareInfo {
    /// Says that a person is there, not who.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeclareInfo").field("role", &self.role).finish_non_exhaustive()
    }
}

/// `data` of `order.getOrderReceiverInfo`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReceiverInfos {
    /// One entry an order.
    #[serde(deserialize_with = "list")]
    pub receiver_infos: Vec<ReceiverInfo>,
}

/// Where an order goes, already decrypted.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReceiverInfo {
    /// False after the address was changed: then the other fields are not sent.
    #[serde(deserialize_with = "given")]
    pub matched: Option<bool>,
    /// Province.
    pub receiver_province_name: Option<String>,
    /// City.
    pub receiver_city_name: Option<String>,
    /// District.
    pub receiver_district_name: Option<String>,
    /// Town or street office.
    pub receiver_town_name: Option<String>,
    /// The receiver's name.
    #[serde(deserialize_with = "or_default")]
    pub receiver_name: String,
    /// The receiver's telephone.
    #[serde(deserialize_with = "or_default")]
    pub receiver_phone: String,
    /// The street part of the address.
    #[serde(deserialize_with = "or_default")]
    pub receiver_address: String,
}

impl fmt::Debug for ReceiverInfo {
    /// Says that a receiver is there, not who.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverInfo").field("matched", &self.matched).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_any_spelling_never_breaks_reading() {
        for nothing in ["null", "\"\"", "\" \""] {
            let json = format!(
                r#"{{"orderId":{nothing},"unpack":{nothing},"skuList":{nothing},"boundExtendInfo":{nothing},
                    "paidTime":{nothing},"customsCode":{nothing}}}"#
            );
            let detail: OrderDetail = serde_json::from_str(&json).unwrap();
            assert_eq!((detail.unpack, detail.sku_list.len()), (None, 0), "{nothing}");
            let json = format!(
                r#"{{"skuList":[{nothing},{{"skuDetailList":{nothing}}}],"boundExtendInfo":{{"zoneCodes":{nothing}}}}}"#
            );
            let detail: OrderDetail = serde_json::from_str(&json).unwrap();
            assert_eq!(
                (detail.sku_list.len(), detail.bound_extend_info.zone_codes.len()),
                (2, 0),
                "{nothing}"
            );
            let json = format!(r#"{{"receiverInfos":[{{"matched":{nothing},"receiverName":{nothing}}}]}}"#);
            let receiver: ReceiverInfos = serde_json::from_str(&json).unwrap();
            assert_eq!(receiver.receiver_infos[0].matched, None);
        }
        let zones: BoundExtendInfo = serde_json::from_str(r#"{"zoneCodes":["330000",null,""]}"#).unwrap();
        assert_eq!(zones.zone_codes, ["330000", "", ""]);
    }

    #[test]
    fn another_type_is_told() {
        for json in [
            r#"{"unpack":"yes"}"#,
            r#"{"unpack":[]}"#,
            r#"{"skuList":{}}"#,
            r#"{"skuList":["x"]}"#,
            r#"{"orderId":7}"#,
        ] {
            assert!(serde_json::from_str::<OrderDetail>(json).is_err(), "{json}");
        }
        assert_eq!(serde_json::from_str::<OrderDetail>(r#"{"unpack":true}"#).unwrap().unpack, Some(true));
    }
}
