//! Version 3 as a shop platform.

use jiff::Timestamp;
use serde_json::Value;

use super::bundle::WAITING_FOR_SHIPMENT;
use super::window::{POLL, Sweep};
use super::{Client, methods};
use crate::http::{CallError, Failure};
use crate::platform::{
    Bundle, Cursor, NoUse, OrderNotice, OrderPage, PaymentCase, Pending, Platform, Route, Shipment,
};
use crate::xiaohongshu::OrderDetail;

/// The platform's name.
pub const NAME: &str = "xiaohongshu";

impl Client {
    async fn next_orders(
        &self,
        cursor: Option<&Cursor>,
        since: Timestamp,
    ) -> Result<Option<OrderPage>, CallError> {
        let now = self.clock().now().as_second();
        let sweep = match cursor {
            None => Sweep::since(since.as_second(), now),
            Some(Cursor(kept)) => Sweep::deserialize_kept(kept).ok_or_else(|| {
                self.error(&methods::GET_ORDER_LIST, Failure::Store("the kept cursor is none".to_owned()))
            })?,
        };
        let Some(query) = sweep.query(now, POLL) else { return Ok(None) };
        let page = self.order_list(&query).await?;
        let next = sweep.after(now, POLL, page.max_page);
        let orders = page.orders.into_iter().map(|order| {
            let status = order.order_status.0;
            OrderNotice {
                order_no: order.order_id,
                status,
                updated_ms: order.update_time.0.or(order.created_time.0).unwrap_or_default(),
                is_ready: status == Some(WAITING_FOR_SHIPMENT),
            }
        });
        let next = serde_json::to_value(next).unwrap_or(Value::Null);
        Ok(Some(OrderPage { orders: orders.collect(), next: Cursor(next) }))
    }
}

impl Sweep {
    fn deserialize_kept(kept: &Value) -> Option<Self> {
        serde_json::from_value(kept.clone()).ok()
    }
}

impl Platform for Client {
    fn name(&self) -> &'static str {
        NAME
    }

    fn list_orders<'a>(
        &'a self,
        cursor: Option<&'a Cursor>,
        since: Timestamp,
    ) -> Pending<'a, Option<OrderPage>> {
        Box::pin(self.next_orders(cursor, since))
    }

    fn bundle<'a>(&'a self, order_no: &'a str) -> Pending<'a, Bundle> {
        Box::pin(self.order_bundle(order_no))
    }

    fn ship<'a>(&'a self, shipment: &'a Shipment) -> Pending<'a, ()> {
        Box::pin(self.deliver(shipment))
    }

    fn repush<'a>(&'a self, order_no: &'a str, route: Route) -> Pending<'a, ()> {
        Box::pin(self.resend_payment(order_no, route))
    }

    fn payment_case<'a>(&'a self, order_no: &'a str) -> Pending<'a, PaymentCase> {
        Box::pin(async move {
            let detail = self.order_detail(order_no).await?;
            let read: Result<OrderDetail, _> = serde_json::from_value(detail);
            // An order in a shape that nobody knows is no reason to leave its slip missing.
            Ok(read.map(|detail| payment_case(&detail)).unwrap_or_default())
        })
    }
}

/// The statuses of an order, by the platform's numbers.
mod status {
    /// Ordered and not paid.
    pub(super) const UNPAID: i64 = 1;
    /// Shipped in part, on its way, done.
    pub(super) const SHIPPED: [i64; 3] = [5, 6, 7];
    /// Closed, cancelled.
    pub(super) const CLOSED: [i64; 2] = [8, 9];
}

/// After-sale states that leave an order as it is: none, refused, closed, cancelled.
const AFTER_SALE_AT_REST: [i64; 4] = [1, 4, 5, 7];
/// Modes that are declared through the platform: bonded, direct purchase.
const DECLARED_MODES: [i64; 2] = [2, 3];

fn payment_case(detail: &OrderDetail) -> PaymentCase {
    let status = detail.order_status.or_zero();
    let no_use = if detail.logistics_mode.0.is_some_and(|mode| !DECLARED_MODES.contains(&mode)) {
        Some(NoUse::NotDeclared)
    } else if status::CLOSED.contains(&status) {
        Some(NoUse::Closed)
    } else if status::SHIPPED.contains(&status) {
        Some(NoUse::Shipped)
    } else if status == status::UNPAID {
        Some(NoUse::Unpaid)
    } else if detail.cancel_status.or_zero() != 0
        || detail.order_after_sales_status.0.is_some_and(|state| !AFTER_SALE_AT_REST.contains(&state))
    {
        Some(NoUse::Cancelled)
    } else {
        None
    };
    let port = detail.customs_code.clone().filter(|code| !code.trim().is_empty());
    PaymentCase { port, no_use }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_slip_is_of_use_until_the_order_has_ended() {
        let case = |changes: Value| {
            let mut detail = json!({"orderStatus": 4, "logisticsMode": 2, "customsCode": "YIWU", "cancelStatus": 0,
                                    "orderAfterSalesStatus": 1});
            detail.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            payment_case(&serde_json::from_value(detail).unwrap())
        };
        let usable = case(json!({}));
        assert_eq!((usable.port.as_deref(), usable.no_use), (Some("YIWU"), None));
        for (changes, no_use) in [
            (json!({"orderStatus": 3}), None),
            (json!({"orderStatus": 77}), None),
            (json!({"orderStatus": "9"}), Some(NoUse::Closed)),
            (json!({"orderStatus": 6.0}), Some(NoUse::Shipped)),
            (json!({"orderStatus": 1}), Some(NoUse::Unpaid)),
            (json!({"cancelStatus": 1}), Some(NoUse::Cancelled)),
            (json!({"orderAfterSalesStatus": 2}), Some(NoUse::Cancelled)),
            (json!({"logisticsMode": 4}), Some(NoUse::NotDeclared)),
            (json!({"logisticsMode": ""}), None),
        ] {
            assert_eq!(case(changes.clone()).no_use, no_use, "{changes}");
        }
    }
}
