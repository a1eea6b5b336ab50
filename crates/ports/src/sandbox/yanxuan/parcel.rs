//! A parcel, and how it is told.

use serde_json::{Value, json};

use crate::clock::beijing;
use crate::sandbox::scenario::bits_of;

/// The carriers that ship, and how their waybills begin.
const CARRIERS: [(&str, &str); 4] = [("顺丰", "SF"), ("中通", "ZT"), ("圆通", "YT"), ("EMS", "EA")];

pub(super) struct Parcel {
    pub(super) number: i64,
    pub(super) carrier: &'static str,
    pub(super) waybill: String,
    /// Milliseconds; nothing as long as it has not left.
    pub(super) left: Option<i64>,
    pub(super) confirmed: Option<String>,
    pub(super) lines: Value,
}

impl Parcel {
    /// A parcel of an order; equal seeds give equal ones.
    pub(super) fn new(seed: u64, order_no: &str, place: usize, lines: Value) -> Self {
        let bits = bits_of(seed, &format!("parcel {order_no} {place}"));
        let choice = usize::try_from(bits % CARRIERS.len() as u64).unwrap_or_default();
        let (carrier, prefix) = CARRIERS.get(choice).copied().unwrap_or(("顺丰", "SF"));
        Self {
            number: 20_160_620_000 + i64::try_from(bits % 1_000_000_000).unwrap_or_default(),
            carrier,
            waybill: format!("{prefix}{:012}", (bits >> 8) % 1_000_000_000_000),
            left: None,
            confirmed: None,
            lines,
        }
    }

    /// As the callback tells it.
    pub(super) fn delivered(&self, order_no: &str, at: i64) -> Value {
        json!({
            "orderId": order_no, "packageId": self.number, "expCreateTime": at,
            "expressInfos": [{"expressCompany": self.carrier, "expressNos": [self.waybill]}],
            "expressDetailInfos": [{"expressCompany": self.carrier, "expressNo": self.waybill, "subExpressNos": [],
                                    "skus": self.lines}],
        })
    }

    /// As `yanxuan.order.paid.get` tells it.
    pub(super) fn told(&self) -> Value {
        let mut told = json!({
            "packageId": self.number.to_string(), "packageStatus": "WAITING_DELIVERY", "orderSkus": self.lines,
            "expressCompany": null, "expressNo": null, "expCreateTime": null, "confirmTime": self.confirmed,
            "expressDetailInfos": [],
        });
        if let (Some(left), Some(object)) = (self.left, told.as_object_mut()) {
            // The documentation's table says a number, its sample shows this.
            let at = jiff::Timestamp::from_millisecond(left).unwrap_or_default().to_zoned(beijing());
            let status = if self.confirmed.is_some() { "WAITING_COMMENT" } else { "START_DELIVERY" };
            let detail =
                json!([{"expressCompany": self.carrier, "expressNo": self.waybill, "skus": self.lines}]);
            for (name, value) in [
                ("packageStatus", json!(status)),
                ("expressCompany", json!(self.carrier)),
                ("expressNo", json!(self.waybill)),
                ("expCreateTime", json!(at.strftime("%Y-%m-%d %H:%M:%S").to_string())),
                ("expressDetailInfos", detail),
            ] {
                object.insert(name.to_owned(), value);
            }
        }
        told
    }
}
