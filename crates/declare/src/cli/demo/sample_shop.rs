//! The sample shop as the sandbox serves it: the sample orders first, then generated ones.

use jiff::Timestamp;
use ports::sandbox::{Shop, ShopItem, ShopOrder};
use serde_json::Value;

use crate::shop::{OpenShop, Opening, SAMPLE_ORDERS};

/// The shop.
#[derive(Debug, Clone)]
pub(super) struct SampleShop {
    samples: Vec<Value>,
    more: OpenShop,
    opening: Opening,
}

impl SampleShop {
    /// The samples and so many generated orders, created while it is open.
    pub(super) fn new(seed: u64, more: u64, opening: Opening) -> Self {
        let samples = SAMPLE_ORDERS.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Self { samples, more: OpenShop::new(seed, more, opening), opening }
    }

    fn sample(&self, index: u64) -> Option<&Value> {
        self.samples.get(usize::try_from(index).ok()?)
    }

    /// The warehouse's waybills.
    pub(super) fn waybills(&self) -> impl Iterator<Item = (String, Value)> + '_ {
        let samples = self.samples.iter().filter_map(|line| {
            let order_no = line.pointer("/detail/orderId")?.as_str()?.to_owned();
            Some((order_no, line.get("waybill")?.clone()))
        });
        samples.chain(self.more.waybills())
    }
}

impl Shop for SampleShop {
    fn orders(&self) -> u64 {
        self.samples.len() as u64 + self.more.orders()
    }

    fn order(&self, index: u64) -> ShopOrder {
        let Some(line) = self.sample(index) else {
            return self.more.order(index.saturating_sub(self.samples.len() as u64));
        };
        let part = |name: &str| line.get(name).cloned().unwrap_or_default();
        let mut detail = part("detail");
        if let Some(detail) = detail.as_object_mut() {
            // They were all bought lately; one minute after the other.
            let until = self.opening.until.as_millisecond();
            let paid = until.saturating_sub(i64::try_from(index).unwrap_or_default().saturating_mul(60_000));
            detail.insert("createdTime".to_owned(), paid.saturating_sub(42_000).into());
            detail.insert("paidTime".to_owned(), paid.into());
            detail.insert("updateTime".to_owned(), paid.into());
        }
        ShopOrder { detail, declare_info: part("declare_info"), receiver: part("receiver") }
    }

    fn items(&self) -> Vec<ShopItem> {
        self.more.items()
    }
}

/// When the shop was open: what one look at the platform's list can hold.
pub(super) fn opening(now: Timestamp) -> Opening {
    let earlier = |minutes| now.checked_sub(jiff::SignedDuration::from_mins(minutes)).unwrap_or(now);
    Opening { from: earlier(120), until: earlier(1) }
}
