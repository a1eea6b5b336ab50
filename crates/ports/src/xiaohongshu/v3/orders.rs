//! Orders: the list.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::WireInteger;
use super::super::lenient::{list, or_default};
use super::super::wire::WireText;
use super::{Client, methods};
use crate::http::{CallError, Failure};

/// Orders on a page at most.
pub const MAX_PAGE_SIZE: u32 = 100;
/// Pages of a window at most.
pub const MAX_PAGES: u32 = 100;

/// By which time orders are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeType {
    /// When they were created; a window of 24 hours at most.
    Created,
    /// When they were changed; a window of 30 minutes at most.
    Updated,
}

impl TimeType {
    fn number(self) -> u8 {
        match self {
            Self::Created => 1,
            Self::Updated => 2,
        }
    }
}

/// A page of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderQuery {
    /// The window's beginning, Unix seconds.
    pub start_time: i64,
    /// The window's end, Unix seconds.
    pub end_time: i64,
    /// By which time.
    #[serde(serialize_with = "time_type")]
    pub time_type: TimeType,
    /// The page, the first being 1.
    pub page_no: u32,
    /// Orders on a page.
    pub page_size: u32,
}

fn time_type<S: serde::Serializer>(time: &TimeType, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(time.number())
}

/// An order in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListedOrder {
    /// Its number.
    #[serde(deserialize_with = "number")]
    pub order_id: String,
    /// Its status; 4 is waiting for shipment.
    pub order_status: WireInteger,
    /// 1 none, 2 in progress, and so on.
    pub order_after_sales_status: WireInteger,
    /// 0 none, 1 cancellation in progress.
    pub cancel_status: WireInteger,
    /// When it was created, milliseconds.
    pub created_time: WireInteger,
    /// When it was last changed, milliseconds.
    pub update_time: WireInteger,
}

fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    WireText::deserialize(deserializer).map(|text| text.0)
}

/// A page of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderList {
    /// Orders in the window.
    pub total: u64,
    /// The last page's number.
    pub max_page: u32,
    /// The orders of this page.
    pub orders: Vec<ListedOrder>,
    /// Entries that could not be read.
    pub unreadable: usize,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireList {
    total: WireInteger,
    max_page_no: WireInteger,
    #[serde(deserialize_with = "list")]
    order_list: Vec<Value>,
}

impl OrderList {
    fn read(wire: WireList, page_size: u32) -> Self {
        let total = u64::try_from(wire.total.or_zero()).unwrap_or_default();
        let pages = total.div_ceil(u64::from(page_size.max(1)));
        let max_page = wire.max_page_no.0.and_then(|page| u32::try_from(page).ok());
        let max_page = max_page.unwrap_or_else(|| u32::try_from(pages).unwrap_or(u32::MAX)).max(1);
        let mut page = Self { total, max_page, ..Self::default() };
        for entry in wire.order_list {
            match serde_json::from_value::<ListedOrder>(entry) {
                Ok(order) if !order.order_id.is_empty() => page.orders.push(order),
                _ => page.unreadable += 1,
            }
        }
        page
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OneOrder<'a> {
    pub(super) order_id: &'a str,
}

impl Client {
    /// `order.getOrderList`: a page of orders, without goods and amounts.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn order_list(&self, query: &OrderQuery) -> Result<OrderList, CallError> {
        let wire: WireList = self.ask(&methods::GET_ORDER_LIST, query).await?;
        let page = OrderList::read(wire, query.page_size);
        if page.unreadable > 0 {
            tracing::warn!(entries = page.unreadable, "orders of a list cannot be read");
        }
        Ok(page)
    }

    /// `order.getOrderDetail`: the order as the platform sent it. What a declaration needs of it,
    /// [`OrderDetail`](crate::xiaohongshu::OrderDetail) reads.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn order_detail(&self, order_id: &str) -> Result<Value, CallError> {
        let detail: Value = self.ask(&methods::GET_ORDER_DETAIL, &OneOrder { order_id }).await?;
        if detail.is_object() {
            Ok(detail)
        } else {
            Err(self.error(&methods::GET_ORDER_DETAIL, Failure::Shape("no order".to_owned())))
        }
    }
}

/// The few fields of a detail by which this client finds its way. None of them stops it when it is of another type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waypoints {
    /// The status.
    pub status: Option<i64>,
    /// The key of the address.
    pub address_id: Option<String>,
    /// The waybill, when the order was shipped.
    pub express_no: Option<String>,
}

impl Waypoints {
    /// Reads them of a detail.
    pub fn of(detail: &Value) -> Self {
        #[derive(Deserialize, Default)]
        struct Text(#[serde(deserialize_with = "or_default")] String);
        let text = |name: &str| {
            let value = detail.get(name).cloned().unwrap_or_default();
            serde_json::from_value::<Text>(value).ok().map(|text| text.0).filter(|text| !text.is_empty())
        };
        let status = detail.get("orderStatus").cloned().unwrap_or_default();
        Self {
            status: serde_json::from_value::<WireInteger>(status).ok().and_then(|status| status.0),
            address_id: text("openAddressId"),
            express_no: text("expressTrackingNo"),
        }
    }
}
