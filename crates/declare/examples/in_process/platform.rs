//! The platform in this process: orders of the invented shop.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use declare::shop::OpenShop;
use jiff::Timestamp;
use ports::http::{CallError, Failure};
use ports::platform::{Bundle, Cursor, OrderNotice, OrderPage, Pending, Platform, Route, Shipment};
use ports::sandbox::Shop as _;

use super::trouble::{Strike, Trouble, own_time_us};

/// Orders of a page of the platform's list.
const PAGE: u64 = 100;

/// Orders, and how often each was said to be shipped.
pub(crate) struct Orders {
    shop: OpenShop,
    first: u64,
    shipped: AtomicU64,
    told: Vec<AtomicU8>,
    trouble: Trouble,
    /// Processor time that making orders up took, in microseconds.
    pub(crate) took_us: AtomicU64,
}

impl Orders {
    pub(crate) fn new(shop: OpenShop) -> Self {
        Self::troubled(shop, Trouble::default())
    }

    /// A platform that fails now and then, before or after it did what it was asked for.
    pub(crate) fn troubled(shop: OpenShop, trouble: Trouble) -> Self {
        let number = shop.order(0).detail["orderId"].as_str().unwrap().to_owned();
        let told = (0..shop.orders()).map(|_| AtomicU8::default()).collect();
        let (shipped, took_us) = (AtomicU64::default(), AtomicU64::default());
        Self { shop, first: number.trim_start_matches('P').parse().unwrap(), shipped, told, trouble, took_us }
    }

    /// How many orders were said to be shipped.
    pub(crate) fn shipped(&self) -> u64 {
        self.shipped.load(Ordering::Relaxed)
    }

    fn index(&self, order_no: &str) -> u64 {
        order_no.trim_start_matches('P').parse::<u64>().unwrap() - self.first
    }

    fn page(&self, from: u64) -> OrderPage {
        let to = (from + PAGE).min(self.shop.orders());
        let notice = |index: u64| OrderNotice {
            order_no: format!("P{}", self.first + index),
            status: Some(4),
            updated_ms: 1_793_462_400_000,
            is_ready: true,
        };
        OrderPage { orders: (from..to).map(notice).collect(), next: Cursor(to.into()) }
    }

    fn whole(&self, order_no: &str) -> Bundle {
        let began = own_time_us();
        let order = self.shop.order(self.index(order_no));
        self.took_us.fetch_add(own_time_us() - began, Ordering::Relaxed);
        Bundle {
            platform: self.name(),
            order_no: order_no.to_owned(),
            detail: order.detail,
            declare_info: order.declare_info,
            receiver: order.receiver,
            undecrypted: Vec::new(),
        }
    }

    /// Answers, or fails as trouble has it; an effect may be there nevertheless.
    fn answer<'a, T: Send + 'a>(&self, method: &'static str, work: impl FnOnce() -> T) -> Pending<'a, T> {
        let failed = |failure| Err(CallError { platform: "xiaohongshu", method, failure });
        let answer = match self.trouble.strike() {
            None => Ok(work()),
            Some(Strike::Before) => failed(Failure::Status { status: 503, retry_after: None }),
            Some(Strike::After) => {
                work();
                failed(Failure::Cut)
            }
        };
        Box::pin(std::future::ready(answer))
    }
}

impl Platform for Orders {
    fn name(&self) -> &'static str {
        "xiaohongshu"
    }

    fn list_orders<'a>(&'a self, cursor: Option<&'a Cursor>, _: Timestamp) -> Pending<'a, Option<OrderPage>> {
        let from = cursor.and_then(|Cursor(kept)| kept.as_u64()).unwrap_or_default();
        if from >= self.shop.orders() {
            return Box::pin(std::future::ready(Ok(None)));
        }
        self.answer("list", || Some(self.page(from)))
    }

    fn bundle<'a>(&'a self, order_no: &'a str) -> Pending<'a, Bundle> {
        self.answer("bundle", || self.whole(order_no))
    }

    fn ship<'a>(&'a self, shipment: &'a Shipment) -> Pending<'a, ()> {
        self.answer("ship", || {
            let index = usize::try_from(self.index(&shipment.order_no)).unwrap();
            if self.told[index].fetch_add(1, Ordering::Relaxed) == 0 {
                self.shipped.fetch_add(1, Ordering::Relaxed);
            }
        })
    }

    fn repush<'a>(&'a self, _: &'a str, _: Route) -> Pending<'a, ()> {
        self.answer("repush", || ())
    }
}
