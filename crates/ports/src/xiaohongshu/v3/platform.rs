//! Version 3 as a shop platform.

use jiff::Timestamp;
use serde_json::Value;

use super::bundle::WAITING_FOR_SHIPMENT;
use super::window::{POLL, Sweep};
use super::{Client, methods};
use crate::http::{CallError, Failure};
use crate::platform::{Bundle, Cursor, OrderNotice, OrderPage, Pending, Platform, Route, Shipment};

/// The platform's name.
pub(super) const NAME: &str = "xiaohongshu";

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
}
