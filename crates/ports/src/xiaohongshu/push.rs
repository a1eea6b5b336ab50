//! Push messages of the platform: their signature, and what they say.
//!
//! The signature covers the callback's address, the application and the time, and **not the body**: whoever has seen one signed
//! request can send any body for as long as its time counts as fresh. A push message is therefore a hint and nothing more. What
//! its events ask for is to read the order again from the platform; no value of a message reaches a declaration.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::v1::sign;
use crate::http::told;
use crate::platform::PlatformEvent;
use crate::wire::vocabulary::Shape::{self, Any, Numbers, Object};
use crate::wire::{WireInteger, WireText};

/// The platform's name, as keys and events bear it.
pub const PLATFORM: &str = "xiaohongshu";

const KIND: PlatformEvent = PlatformEvent::Unknown { why: "the kind is not known" };
const SHAPE: PlatformEvent = PlatformEvent::Unknown { why: "it has another shape" };
const NO_ORDER: PlatformEvent = PlatformEvent::Unknown { why: "it names no order" };

/// A message as it comes. `data` is JSON once more, as a text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireMessage {
    pub(crate) msg_tag: String,
    #[serde(default)]
    pub(crate) seller_id: WireText,
    #[serde(default)]
    pub(crate) data: Value,
}

/// Whether a request to a callback is signed by the platform; how long that takes tells nothing of how nearly it is.
///
/// `path` and `query` are those of the address that the platform was given, the query's values as they are meant.
pub fn is_signed(
    path: &str,
    query: &[(&str, String)],
    app_id: &str,
    timestamp: &str,
    secret: &str,
    given: &str,
) -> bool {
    let right = sign(path, query, app_id, timestamp, secret);
    bool::from(given.to_ascii_lowercase().as_bytes().ct_eq(right.as_bytes()))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct News {
    order_id: WireText,
    package_id: WireText,
    order_status: WireInteger,
    update_time: WireInteger,
    soon_cancel_time: WireInteger,
    returns_id: WireText,
    item_id: WireText,
    sku_id: WireText,
}

/// What a message says: its tag and its data, JSON text.
pub fn event(tag: &str, data: &str) -> PlatformEvent {
    if tag == "msg_logistic_service_subscribe_status_change" {
        return KIND;
    }
    let Ok(news) = serde_json::from_str::<News>(data) else { return SHAPE };
    let at = |ms: WireInteger| ms.0.filter(|ms| *ms > 0).and_then(|ms| Timestamp::from_millisecond(ms).ok());
    if tag.starts_with("msg_item_") || tag.starts_with("msg_sku_") {
        return PlatformEvent::ItemChanged { item_no: news.item_id.0, sku_no: news.sku_id.0 };
    }
    let is_known = tag.starts_with("msg_fulfillment_") || tag.starts_with("msg_after_sale_");
    if !is_known {
        return KIND;
    }
    // An order and its parcel have the same number.
    let Some(order_no) = news.order_id.given().or(news.package_id.given()) else { return NO_ORDER };
    match tag {
        "msg_fulfillment_status_change" => {
            PlatformEvent::OrderChanged { order_no, status: news.order_status.0, at: at(news.update_time) }
        }
        "msg_fulfillment_receiver_change" => {
            PlatformEvent::AddressChanged { order_no, at: at(news.update_time) }
        }
        "msg_fulfillment_soon_cancel" => {
            PlatformEvent::CancelSoon { order_no, at: at(news.soon_cancel_time) }
        }
        "msg_fulfillment_seller_remark_change" | "msg_fulfillment_delivery_time_change" => {
            PlatformEvent::OrderNoted { order_no }
        }
        // A kind of message about an order that came later than this program: the order is read again.
        tag if tag.starts_with("msg_fulfillment_") => {
            PlatformEvent::OrderChanged { order_no, status: None, at: at(news.update_time) }
        }
        tag => {
            let stage = told(tag.trim_start_matches("msg_after_sale_"));
            PlatformEvent::AfterSale { order_no, return_no: news.returns_id.0, stage }
        }
    }
}

/// Members of a message that are not kept: what people write, and who wrote it.
const NOT_KEPT: [&str; 2] = ["sellerRemarkContent", "sellerRemarkOperator"];

/// A message's data without what is not needed and may be personal; as it came when there is nothing of the kind.
pub(crate) fn needed(data: &str) -> String {
    match serde_json::from_str(data) {
        Ok(Value::Object(mut object)) if NOT_KEPT.iter().any(|name| object.contains_key(*name)) => {
            object.retain(|name, _| !NOT_KEPT.contains(&name.as_str()));
            Value::Object(object).to_string()
        }
        _ => data.to_owned(),
    }
}

/// What a message is known to hold.
pub(crate) fn shape(tag: &str) -> &'static Shape {
    const ORDER: Shape = Object(
        "orderId packageId updateTime soonCancelTime promiseLastShipTime returnsId returnType requestFrom refundFee \
         itemId skuId buyable",
        &[
            ("orderStatus", Numbers(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10])),
            ("packageStatus", Numbers(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10])),
        ],
    );
    let is_known = ["msg_fulfillment_", "msg_after_sale_", "msg_item_", "msg_sku_"]
        .iter()
        .any(|family| tag.starts_with(family));
    if is_known { &ORDER } else { &Any }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::platform::Demand;

    #[test]
    fn the_published_vector_is_right_and_another_is_not() {
        let published = |given: &str| {
            let query = [("canshu", "test".to_owned())];
            let secret = "9a539709cafc1efc9ef05838be468a28";
            is_signed("/open_api/msg", &query, "xhs", "1625475843", secret, given)
        };
        assert!(published("a7b7430de338783293443133ab9b9357"));
        assert!(published("A7B7430DE338783293443133AB9B9357"));
        assert!(!published("a7b7430de338783293443133ab9b9358") && !published(""));
    }

    #[test]
    fn own_vectors_come_out() {
        let signed = |query: &[(&str, String)], given: &str| {
            let (app, secret) = ("a1b2c3d4e5f60718293a", "0123456789abcdef0123456789abcdef");
            is_signed("/xhs/notify", query, app, "1700000000", secret, given)
        };
        assert!(signed(&[], "59f68f5d060dcf30edab58fe34f6de5d"));
        assert!(signed(&[("shop", "测试".to_owned())], "4348e3f17fc092240494ca56c3b15422"));
    }

    #[test]
    fn messages_ask_for_the_order_to_be_read_again() {
        let of = |tag: &str| {
            let data = json!({"orderId": "P1", "orderStatus": 4, "updateTime": 1_700_000_000_000_i64,
                              "soonCancelTime": 1_700_000_000_000_i64, "returnsId": "R1", "itemId": "i", "skuId": "s"});
            event(tag, &data.to_string())
        };
        for (tag, demand) in [
            ("msg_fulfillment_status_change", Demand::Reread),
            ("msg_fulfillment_receiver_change", Demand::Reread),
            ("msg_fulfillment_soon_cancel", Demand::Reread),
            ("msg_fulfillment_seller_remark_change", Demand::Nothing),
            ("msg_fulfillment_delivery_time_change", Demand::Nothing),
            ("msg_fulfillment_of_tomorrow", Demand::Reread),
            ("msg_after_sale_create", Demand::Reread),
            ("msg_after_sale_refund_finished", Demand::Reread),
        ] {
            let event = of(tag);
            assert_eq!((event.demand(), event.order_no()), (demand, Some("P1")), "{tag}");
        }
        let wanted = PlatformEvent::ItemChanged { item_no: "i".into(), sku_no: "s".into() };
        assert_eq!(of("msg_sku_buyable"), wanted);
        assert_eq!(of("msg_of_tomorrow"), KIND);
        assert_eq!(event("msg_fulfillment_status_change", "{}"), NO_ORDER);
        assert_eq!(event("msg_fulfillment_status_change", "["), SHAPE);
    }

    #[test]
    fn what_people_wrote_is_not_kept() {
        let data =
            json!({"orderId": "P1", "sellerRemarkContent": "鲸落乙要发票", "sellerRemarkOperator": "鲸落丙"});
        assert_eq!(needed(&data.to_string()), r#"{"orderId":"P1"}"#);
        assert_eq!(needed("{ \"orderId\": 1 }"), "{ \"orderId\": 1 }");
        assert_eq!(needed("no json"), "no json");
    }
}
