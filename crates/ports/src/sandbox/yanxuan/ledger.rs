//! Orders passed on, stock, and the callbacks that wait.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use serde_json::{Map, Value, json};

use super::goods;
use super::parcel::Parcel;
use crate::sandbox::scenario::{Plan, Scenario};
use crate::yanxuan::CALLBACKS;

/// There is no such order, or no such parcel in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoOrder {
    Order,
    Package,
}

/// What happens by itself at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// The parcel of a number leaves.
    Ship(usize),
    /// There is none left: the order is cancelled.
    Fail,
    /// Somebody decides about a wish to cancel.
    Decide,
}

struct Placed {
    /// As it was sent.
    order: Value,
    status: &'static str,
    scenario: Scenario,
    parcels: Vec<Parcel>,
}

/// A callback that waits to be made.
#[derive(Debug, Clone)]
pub(super) struct Callback {
    pub(super) method: &'static str,
    pub(super) payload: &'static str,
    pub(super) news: String,
}

pub(super) struct Ledger {
    plan: Plan,
    ships_after: i64,
    orders: BTreeMap<String, Placed>,
    sold: BTreeMap<i64, i64>,
    coming: BinaryHeap<Reverse<(i64, String, Event)>>,
    callbacks: Vec<Callback>,
    registered: Vec<String>,
    /// Orders created again under a number that there was.
    repeated: u64,
    pub(super) sent: BTreeMap<&'static str, u64>,
}

impl Ledger {
    pub(super) fn new(plan: Plan, ships_after: i64) -> Self {
        let by_default = CALLBACKS.iter().filter(|kind| kind.by_default);
        Self {
            plan,
            ships_after,
            orders: BTreeMap::new(),
            sold: BTreeMap::new(),
            coming: BinaryHeap::new(),
            callbacks: Vec::new(),
            registered: by_default.map(|kind| kind.method.to_owned()).collect(),
            repeated: 0,
            sent: BTreeMap::new(),
        }
    }

    pub(super) fn register(&mut self, methods: Vec<String>) {
        self.registered = methods;
    }

    pub(super) fn registered(&self) -> &[String] {
        &self.registered
    }

    /// How many there are of an article.
    pub(super) fn stock(&self, sku: i64) -> Option<i64> {
        let sold = self.sold.get(&sku).copied().unwrap_or_default();
        goods::is_sku(sku).then(|| goods::stock(self.plan.seed, sku) - sold)
    }

    /// An order is passed on. Under a number that there is, it is the order that there is. Otherwise the article of which there
    /// are not enough is told.
    pub(super) fn create(&mut self, order: &Value, wanted: &[(i64, i64)], now: i64) -> Result<Value, i64> {
        self.advance(now);
        let order_no = order.get("orderId").and_then(Value::as_str).unwrap_or_default().to_owned();
        if self.orders.contains_key(&order_no) {
            self.repeated += 1;
        } else {
            let mut total: BTreeMap<i64, i64> = BTreeMap::new();
            for (sku, count) in wanted {
                let sum = total.entry(*sku).or_default();
                *sum = sum.saturating_add(*count);
            }
            for (sku, count) in &total {
                if self.stock(*sku).is_none_or(|stock| stock < *count) {
                    return Err(*sku);
                }
            }
            for (sku, count) in total {
                *self.sold.entry(sku).or_default() += count;
            }
            self.place(&order_no, order.clone(), now);
        }
        Ok(self.order(&order_no, now).unwrap_or_default())
    }

    /// An order comes by another way.
    pub(super) fn supply(&mut self, order_no: &str, now: i64) {
        if !self.orders.contains_key(order_no) {
            let line = json!({"skuId": "10019005", "productName": "严选样品", "saleCount": 1, "originPrice": 20,
                              "subtotalAmount": 20, "couponTotalAmount": 0, "activityTotalAmount": 0});
            self.place(order_no, json!({"orderId": order_no, "orderSkus": [line]}), now);
        }
    }

    fn place(&mut self, order_no: &str, order: Value, now: i64) {
        let scenario = self.plan.scenario(order_no);
        let lines = order.get("orderSkus").cloned().unwrap_or_else(|| json!([]));
        let count = if scenario == Scenario::SplitOrder { 2 } else { 1 };
        let seed = self.plan.seed;
        let parcels: Vec<Parcel> =
            (0..count).map(|place| Parcel::new(seed, order_no, place, lines.clone())).collect();
        let at = now + self.ships_after;
        if scenario == Scenario::CancelledBeforeRelease {
            self.coming.push(Reverse((at, order_no.to_owned(), Event::Fail)));
        } else {
            for place in 0..parcels.len() {
                self.coming.push(Reverse((at, order_no.to_owned(), Event::Ship(place))));
            }
        }
        self.orders.insert(order_no.to_owned(), Placed { order, status: "PAYED", scenario, parcels });
    }

    /// Lets everything happen that has happened by now, milliseconds.
    pub(super) fn advance(&mut self, now: i64) {
        while let Some(Reverse((at, _, _))) = self.coming.peek()
            && *at <= now
        {
            if let Some(Reverse((at, order_no, event))) = self.coming.pop() {
                self.happen(&order_no, event, at);
            }
        }
    }

    fn happen(&mut self, order_no: &str, event: Event, at: i64) {
        let Some(placed) = self.orders.get_mut(order_no) else { return };
        match event {
            Event::Ship(place) => {
                let is_waiting = placed.status == "PAYED";
                let parcel =
                    placed.parcels.get_mut(place).filter(|parcel| is_waiting && parcel.left.is_none());
                let Some(parcel) = parcel else { return };
                parcel.left = Some(at);
                let news = parcel.delivered(order_no, at);
                self.call_back("yanxuan.notification.order.delivered", news);
            }
            Event::Fail if placed.status == "PAYED" => {
                placed.status = "SYS_CANCEL";
                let news = json!({"orderId": order_no, "reason": "CANCEL"});
                self.call_back("yanxuan.notification.order.exceptional", news);
            }
            Event::Decide if placed.status == "CANCELLING" => {
                placed.status = "USER_PAYED_CANCEL";
                let news = json!({"orderId": order_no, "cancelStatus": 1, "rejectReason": ""});
                self.call_back("yanxuan.callback.order.cancel", news);
            }
            Event::Fail | Event::Decide => {}
        }
    }

    fn call_back(&mut self, method: &'static str, news: Value) {
        let is_wanted = self.registered.iter().any(|name| name == method);
        let kind = CALLBACKS.iter().find(|kind| kind.method == method).filter(|_| is_wanted);
        if let Some(kind) = kind {
            self.callbacks.push(Callback { method, payload: kind.payload, news: news.to_string() });
        }
    }

    /// The callbacks since the last time.
    pub(super) fn callbacks(&mut self, now: i64) -> Vec<Callback> {
        self.advance(now);
        std::mem::take(&mut self.callbacks)
    }

    /// A wish to cancel an order.
    pub(super) fn cancel(&mut self, order_no: &str, now: i64) -> Result<Value, NoOrder> {
        self.advance(now);
        let placed = self.orders.get_mut(order_no).ok_or(NoOrder::Order)?;
        let has_left = placed.parcels.iter().any(|parcel| parcel.left.is_some());
        let (status, reason) = match placed.status {
            "PAYED" if has_left => (0, "订单已出库"),
            "PAYED" if placed.scenario == Scenario::CancelledBeforeRelease => {
                placed.status = "CANCELLING";
                let at = now + self.ships_after;
                self.coming.push(Reverse((at, order_no.to_owned(), Event::Decide)));
                (2, "")
            }
            "CANCELLING" => (2, ""),
            "PAYED" => {
                placed.status = "USER_PAYED_CANCEL";
                (1, "")
            }
            _ => (1, ""),
        };
        Ok(json!({"cancelStatus": status, "rejectReason": reason}))
    }

    /// A parcel has arrived.
    pub(super) fn confirm(&mut self, order_no: &str, package: &str, at: &str) -> Result<(), NoOrder> {
        let placed = self.orders.get_mut(order_no).ok_or(NoOrder::Order)?;
        let parcel = placed
            .parcels
            .iter_mut()
            .find(|parcel| parcel.left.is_some() && parcel.number.to_string() == package)
            .ok_or(NoOrder::Package)?;
        parcel.confirmed.get_or_insert_with(|| at.to_owned());
        Ok(())
    }

    /// The test helpers: an order is shipped at once, whether it is known or not.
    pub(super) fn ship_now(&mut self, order_no: &str, now: i64) {
        self.supply(order_no, now);
        let count = self.orders.get(order_no).map_or(0, |placed| placed.parcels.len());
        (0..count).for_each(|place| self.happen(order_no, Event::Ship(place), now));
        // Told again when it has left before.
        let told: Vec<Value> = self
            .orders
            .get(order_no)
            .into_iter()
            .flat_map(|placed| &placed.parcels)
            .filter_map(|parcel| {
                parcel.left.filter(|left| *left != now).map(|left| parcel.delivered(order_no, left))
            })
            .collect();
        told.into_iter().for_each(|news| self.call_back("yanxuan.notification.order.delivered", news));
    }

    /// An order is cancelled by the platform at once.
    pub(super) fn cancel_now(&mut self, order_no: &str, now: i64) {
        self.supply(order_no, now);
        self.happen(order_no, Event::Fail, now);
    }

    /// A wish to cancel is granted at once.
    pub(super) fn decide_now(&mut self, order_no: &str, now: i64) {
        self.supply(order_no, now);
        if let Some(placed) = self.orders.get_mut(order_no).filter(|placed| placed.status == "PAYED") {
            placed.status = "CANCELLING";
        }
        self.happen(order_no, Event::Decide, now);
    }

    /// An order as `yanxuan.order.paid.get` answers.
    pub(super) fn order(&mut self, order_no: &str, now: i64) -> Option<Value> {
        self.advance(now);
        let placed = self.orders.get(order_no)?;
        let mut told = placed.order.clone();
        let object = told.as_object_mut()?;
        object.remove("remark");
        object.remove("orderSkus");
        object.insert("orderStatus".to_owned(), json!(placed.status));
        let parcels: Vec<Value> = placed.parcels.iter().map(Parcel::told).collect();
        object.insert("orderPackages".to_owned(), Value::Array(parcels));
        Some(told)
    }

    /// Figures: nothing personal.
    pub(super) fn state(&mut self, now: i64) -> Map<String, Value> {
        self.advance(now);
        let mut statuses: BTreeMap<&str, u64> = BTreeMap::new();
        let mut waybills = Vec::new();
        for (order_no, placed) in &self.orders {
            *statuses.entry(placed.status).or_default() += 1;
            waybills.extend(placed.parcels.iter().filter(|parcel| parcel.left.is_some()).map(|parcel| {
                json!({"order_no": order_no, "carrier": parcel.carrier, "logistics_no": parcel.waybill,
                       "confirmed": parcel.confirmed.is_some()})
            }));
        }
        let mut state = Map::new();
        let mut add = |name: &str, value: Value| state.insert(name.to_owned(), value);
        add("orders", json!(self.orders.len()));
        add("orders_again", json!(self.repeated));
        add("statuses", json!(statuses));
        add("waybills", Value::Array(waybills));
        add("registered_callbacks", json!(self.registered));
        add("callbacks", json!(self.sent));
        state
    }
}
