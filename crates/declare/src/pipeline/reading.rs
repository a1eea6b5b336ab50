//! How an order stands on its platform, read from the detail that the platform gave.

use ports::xiaohongshu::WireInteger;
use serde::Deserialize;
use serde_json::Value;

use crate::lifecycle::{AfterSale, Reading, Shop};

/// What Xiaohongshu's `order.getOrderDetail` says about where an order stands.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Standing {
    order_status: WireInteger,
    cancel_status: WireInteger,
    order_after_sales_status: WireInteger,
    update_time: WireInteger,
    express_tracking_no: Option<String>,
}

/// How an after-sale case stands by its number: 1 none, 2 in progress, 3 done, 4 refused, 5 closed, 6 the platform steps in,
/// 7 cancelled.
fn after_sale(number: i64) -> AfterSale {
    match number {
        1 | 4 | 5 | 7 => AfterSale::None,
        3 => AfterSale::Done,
        // Also what nobody has listed yet: a person may look.
        _ => AfterSale::Open,
    }
}

/// How a status of the platform's list stands for itself.
pub(super) fn shop_of(status: Option<i64>) -> Option<Shop> {
    Some(match status? {
        // Placed, paid but not checked yet, checked.
        1..=3 => Shop::NotYet,
        4 => Shop::Waiting,
        // In part, wholly, signed for.
        5..=7 => Shop::Shipped,
        // Closed, cancelled.
        8 | 9 => Shop::Cancelled,
        _ => return None,
    })
}

/// How an order stands.
pub(super) fn read(detail: &Value, has_waybill: bool) -> Reading {
    let standing = Standing::deserialize(detail).unwrap_or_default();
    let cancelling = standing.cancel_status.or_zero() != 0;
    let shop = match shop_of(standing.order_status.0).unwrap_or_default() {
        Shop::Waiting | Shop::NotYet if cancelling => Shop::Cancelling,
        shop => shop,
    };
    let shipped = standing.express_tracking_no.is_some_and(|number| !number.trim().is_empty());
    Reading {
        updated_ms: standing.update_time.or_zero(),
        shop,
        after_sale: after_sale(standing.order_after_sales_status.0.unwrap_or(1)),
        waybill: has_waybill || shipped,
    }
}
