//! The orders of the platform: what each is at some moment, and how it came to be that.
//!
//! An order begins when the shop's order was created, is paid when that says so, and then waits for shipment. What else befalls
//! it is its scenario's affair; some of it begins only when somebody has read the order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};

use super::scenario::{Plan, Scenario, bits_of};
use super::shop::{Shop, ShopOrder};

/// Placed and not paid.
const UNPAID: i64 = 1;
/// Waiting for shipment.
pub(super) const WAITING: i64 = 4;
/// Shipped in part.
const PARTLY_SHIPPED: i64 = 5;
/// On its way.
const SHIPPED: i64 = 6;
/// Cancelled.
const CANCELLED: i64 = 9;
/// How long after an order was read or shipped its buyer thinks better of it, milliseconds.
const BUYER_CANCELS_AFTER: i64 = 2_000;
/// How long the cancellation then takes.
const CANCELLATION_TAKES: i64 = 2_000;

/// What happens by itself at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Created,
    Paid,
    Cancelling,
    Cancelled,
    Returning,
}

/// A parcel of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) express_no: String,
    pub(super) carrier: String,
    pub(super) carrier_name: String,
    pub(super) skus: Vec<String>,
    pub(super) at: i64,
}

#[derive(Debug)]
struct Entry {
    order_no: String,
    scenario: Scenario,
    created: i64,
    paid: i64,
    updated: i64,
    status: i64,
    cancel: i64,
    after_sale: i64,
    cancelled_at: i64,
    /// How often the address was changed.
    address: u32,
    was_read: bool,
    sent: Vec<Sent>,
    changes: u32,
}

/// A message to be pushed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    pub(super) tag: &'static str,
    pub(super) data: Value,
}

/// Why an order cannot be shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Unknown,
    WrongStatus,
    Stopped,
    Split,
}

/// What a list is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Seconds.
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) by_update: bool,
    pub(super) status: i64,
    pub(super) kind: i64,
    pub(super) page_no: usize,
    pub(super) page_size: usize,
}

pub(super) struct Orders {
    shop: Arc<dyn Shop>,
    seed: u64,
    lag_ms: i64,
    entries: Vec<Entry>,
    by_number: HashMap<String, usize>,
    by_created: BTreeSet<(i64, usize)>,
    by_updated: BTreeSet<(i64, usize)>,
    pending: BinaryHeap<Reverse<(i64, usize, Event)>>,
    messages: Vec<Message>,
}

fn number(value: &Value, name: &str) -> i64 {
    value.get(name).and_then(Value::as_i64).unwrap_or_default()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Replaces a field, or adds it.
fn set(value: &mut Value, name: &str, new: impl Into<Value>) {
    if let Some(object) = value.as_object_mut() {
        object.insert(name.to_owned(), new.into());
    }
}

impl Orders {
    pub(super) fn new(shop: Arc<dyn Shop>, plan: Plan, lag_ms: i64) -> Self {
        let mut orders = Self {
            seed: plan.seed,
            lag_ms,
            entries: Vec::new(),
            by_number: HashMap::new(),
            by_created: BTreeSet::new(),
            by_updated: BTreeSet::new(),
            pending: BinaryHeap::new(),
            messages: Vec::new(),
            shop,
        };
        for index in 0..orders.shop.orders() {
            let detail = orders.shop.order(index).detail;
            let (order_no, created) = (text(&detail, "orderId").to_owned(), number(&detail, "createdTime"));
            let place = orders.entries.len();
            orders.by_number.insert(order_no.clone(), place);
            orders.pending.push(Reverse((created, place, Event::Created)));
            orders.entries.push(Entry {
                scenario: plan.scenario(&order_no),
                order_no,
                created,
                paid: number(&detail, "paidTime").max(created),
                updated: created,
                status: UNPAID,
                cancel: 0,
                after_sale: 1,
                cancelled_at: 0,
                address: 0,
                was_read: false,
                sent: Vec::new(),
                changes: 0,
            });
        }
        orders
    }

    /// Lets everything happen that has happened by now, milliseconds.
    pub(super) fn advance(&mut self, now: i64) {
        while let Some(Reverse((at, place, event))) = self.pending.peek().copied() {
            if at > now {
                break;
            }
            self.pending.pop();
            self.happen(at, place, event);
        }
    }

    /// The messages since the last time.
    pub(super) fn messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.messages)
    }

    fn happen(&mut self, at: i64, place: usize, event: Event) {
        let Some(entry) = self.entries.get_mut(place) else { return };
        match event {
            Event::Created => {
                self.by_created.insert((entry.created, place));
                self.pending.push(Reverse((entry.paid, place, Event::Paid)));
            }
            Event::Paid => entry.status = WAITING,
            Event::Cancelling if entry.status == WAITING => entry.cancel = 1,
            Event::Cancelled if entry.status == WAITING => {
                entry.status = CANCELLED;
                entry.cancelled_at = at;
            }
            Event::Returning => entry.after_sale = 2,
            // Shipped meanwhile.
            Event::Cancelling | Event::Cancelled => return,
        }
        let tag = match event {
            Event::Returning => "msg_after_sale_create",
            Event::Cancelling => "msg_fulfillment_soon_cancel",
            _ => "msg_fulfillment_status_change",
        };
        self.touch(place, at, tag);
    }

    /// Notes that an order has changed.
    fn touch(&mut self, place: usize, at: i64, tag: &'static str) {
        let Some(entry) = self.entries.get_mut(place) else { return };
        self.by_updated.remove(&(entry.updated, place));
        // Changes of one order never have the same time.
        entry.updated = if entry.changes == 0 { at } else { at.max(entry.updated + 1) };
        entry.changes += 1;
        self.by_updated.insert((entry.updated, place));
        let (order_no, time) = (&entry.order_no, entry.updated);
        let data = match tag {
            "msg_after_sale_create" => {
                let returns_id = format!("R{}", order_no.trim_start_matches('P'));
                // In yuan, unlike everywhere else.
                json!({"returnsId": returns_id, "orderId": order_no, "packageId": order_no, "returnType": 1,
                       "requestFrom": 1, "refundFee": 0.1, "updateTime": time})
            }
            "msg_fulfillment_soon_cancel" => {
                json!({"orderId": order_no, "soonCancelTime": time + CANCELLATION_TAKES})
            }
            "msg_fulfillment_receiver_change" => json!({"orderId": order_no, "updateTime": time}),
            _ => json!({"orderId": order_no, "orderStatus": entry.status, "updateTime": time,
                        "packageId": order_no, "packageStatus": entry.status}),
        };
        let waiting = tag == "msg_fulfillment_status_change" && entry.status == WAITING;
        self.messages.push(Message { tag, data: data.clone() });
        if waiting {
            // Once when it waits and once when it was picked.
            self.messages.push(Message { tag, data });
        }
    }

    /// A page of a list: how many orders there are, and those of the page.
    pub(super) fn page(&mut self, wanted: &Wanted, now: i64) -> (usize, Vec<Value>) {
        self.advance(now);
        let times = if wanted.by_update { &self.by_updated } else { &self.by_created };
        let range =
            (wanted.start.saturating_mul(1_000), 0)..(wanted.end.saturating_add(1).saturating_mul(1_000), 0);
        let listed: Vec<usize> = times
            .range(range)
            .filter(|(time, place)| self.is_listed(*time, *place, wanted, now))
            .map(|(_, place)| *place)
            .collect();
        let from = wanted.page_no.saturating_sub(1).saturating_mul(wanted.page_size);
        let page = listed.iter().skip(from).take(wanted.page_size);
        (listed.len(), page.filter_map(|place| self.listed(*place)).collect())
    }

    fn is_listed(&self, time: i64, place: usize, wanted: &Wanted, now: i64) -> bool {
        let Some(entry) = self.entries.get(place) else { return false };
        let lag = match u64::try_from(self.lag_ms) {
            Ok(most) if most > 0 => bits_of(self.seed, &format!("lag {} {time}", entry.order_no)) % most,
            _ => 0,
        };
        let shows = time.saturating_add(i64::try_from(lag).unwrap_or_default()) <= now;
        let kind = kind_of(entry.scenario);
        shows
            && (wanted.status == 0 || wanted.status == entry.status)
            && (wanted.kind == 0 || wanted.kind == kind)
    }

    fn listed(&self, place: usize) -> Option<Value> {
        const SHOWN: [&str; 8] = [
            "orderId",
            "createdTime",
            "paidTime",
            "receiverProvinceName",
            "receiverCityName",
            "receiverDistrictName",
            "originalOrderId",
            "orderTagList",
        ];
        let entry = self.entries.get(place)?;
        let detail = self.json(place)?.detail;
        let mut listed = json!({
            "orderType": kind_of(entry.scenario), "orderStatus": entry.status, "orderAfterSalesStatus": entry.after_sale,
            "cancelStatus": entry.cancel, "updateTime": entry.updated, "cancelTime": entry.cancelled_at, "finishTime": 0,
            "deliveryTime": entry.sent.first().map_or(0, |sent| sent.at), "logistics": "red_bonded", "sellerRemarkFlag": 0,
        });
        for name in SHOWN {
            if let Some(value) = detail.get(name) {
                set(&mut listed, name, value.clone());
            }
        }
        Some(listed)
    }

    /// An order as it stands, its people in the clear.
    fn json(&self, place: usize) -> Option<ShopOrder> {
        let entry = self.entries.get(place)?;
        let mut order = self.shop.order(u64::try_from(place).ok()?);
        let detail = &mut order.detail;
        set(detail, "orderType", kind_of(entry.scenario));
        set(detail, "orderStatus", entry.status);
        set(detail, "orderAfterSalesStatus", entry.after_sale);
        set(detail, "cancelStatus", entry.cancel);
        set(detail, "updateTime", entry.updated);
        set(detail, "cancelTime", entry.cancelled_at);
        if entry.status == UNPAID {
            set(detail, "paidTime", 0);
        }
        match entry.scenario {
            Scenario::Presale => {
                set(detail, "presaleDeliveryStartTime", entry.paid);
                set(detail, "presaleDeliveryEndTime", entry.paid + 7 * 86_400_000);
            }
            Scenario::ExchangeReship => {
                let original = entry.order_no.replacen("P7", "P6", 1);
                set(detail, "originalOrderId", original);
            }
            Scenario::SplitOrder if skus(detail).len() > 1 => set(detail, "unpack", true),
            _ => {}
        }
        if let Some(first) = entry.sent.first() {
            set(detail, "deliveryTime", first.at);
            set(detail, "expressTrackingNo", first.express_no.as_str());
            set(detail, "expressCompanyCode", first.carrier.as_str());
            let parcels = entry.sent.iter().enumerate().map(|(index, sent)| {
                json!({"deliveryOrderIndex": index + 1, "status": SHIPPED, "expressTrackingNo": sent.express_no,
                       "expressCompanyCode": sent.carrier, "skuIdList": sent.skus})
            });
            set(detail, "simpleDeliveryOrderList", parcels.collect::<Vec<_>>());
        }
        if entry.address > 0 {
            let id = text(detail, "openAddressId").to_owned();
            set(detail, "openAddressId", format!("{:02x}{}", entry.address, id.get(2..).unwrap_or_default()));
            let moved = format!("（新址{}）", entry.address);
            let receivers = order.receiver.get_mut("receiverInfos").and_then(Value::as_array_mut);
            for receiver in receivers.into_iter().flatten() {
                let street = format!("{}{moved}", text(receiver, "receiverAddress"));
                set(receiver, "receiverAddress", street);
            }
        }
        Some(order)
    }

    /// An order as it stands.
    pub(super) fn find(&mut self, order_no: &str, now: i64) -> Option<(ShopOrder, i64)> {
        self.advance(now);
        let place = *self.by_number.get(order_no)?;
        let status = self.entries.get(place)?.status;
        // Nobody knows of an order that is yet to come.
        let is_there = self.by_created.contains(&(self.entries.get(place)?.created, place));
        is_there.then(|| self.json(place)).flatten().map(|order| (order, status))
    }

    /// Somebody has read the order: what waits for that begins.
    pub(super) fn was_read(&mut self, order_no: &str, now: i64) {
        let Some(&place) = self.by_number.get(order_no) else { return };
        let Some(entry) = self.entries.get_mut(place) else { return };
        if entry.status != WAITING || std::mem::replace(&mut entry.was_read, true) {
            return;
        }
        match entry.scenario {
            Scenario::AddressChanged => {
                entry.address += 1;
                self.touch(place, now, "msg_fulfillment_receiver_change");
            }
            Scenario::CancelledBeforeRelease => {
                let at = now + BUYER_CANCELS_AFTER;
                self.pending.push(Reverse((at, place, Event::Cancelling)));
                self.pending.push(Reverse((at + CANCELLATION_TAKES, place, Event::Cancelled)));
            }
            _ => {}
        }
    }

    /// Ships an order, or some articles of it.
    pub(super) fn deliver(
        &mut self,
        order_no: &str,
        sent: Sent,
        split: bool,
        now: i64,
    ) -> Result<(), Trouble> {
        let (order, _) = self.find(order_no, now).ok_or(Trouble::Unknown)?;
        let place = *self.by_number.get(order_no).ok_or(Trouble::Unknown)?;
        let entry = self.entries.get_mut(place).ok_or(Trouble::Unknown)?;
        if entry.cancel == 1 || entry.status == CANCELLED {
            return Err(Trouble::Stopped);
        }
        if entry.status != WAITING && !(split && entry.status == PARTLY_SHIPPED) {
            return Err(Trouble::WrongStatus);
        }
        let all = skus(&order.detail);
        if split && (sent.skus.is_empty() || sent.skus.iter().any(|sku| !all.contains(sku))) {
            return Err(Trouble::Split);
        }
        entry.sent.push(sent);
        let rest = all.iter().any(|sku| !entry.sent.iter().any(|sent| sent.skus.contains(sku)));
        entry.status = if split && rest { PARTLY_SHIPPED } else { SHIPPED };
        if entry.scenario == Scenario::CancelledAfterRelease {
            self.pending.push(Reverse((now + BUYER_CANCELS_AFTER, place, Event::Returning)));
        }
        self.touch(place, now, "msg_fulfillment_status_change");
        Ok(())
    }

    /// Gives shipped parcels another number: the one of an index, those that bear the old number, or the first.
    pub(super) fn redirect(
        &mut self,
        order_no: &str,
        new: &Sent,
        index: Option<usize>,
        old: Option<&str>,
        now: i64,
    ) -> Result<(), Trouble> {
        self.find(order_no, now).ok_or(Trouble::Unknown)?;
        let place = *self.by_number.get(order_no).ok_or(Trouble::Unknown)?;
        let entry = self.entries.get_mut(place).ok_or(Trouble::Unknown)?;
        if !matches!(entry.status, SHIPPED | PARTLY_SHIPPED) {
            return Err(Trouble::WrongStatus);
        }
        let mut changed = 0;
        for (number, parcel) in entry.sent.iter_mut().enumerate() {
            let by_index = index.is_none_or(|index| index == number + 1);
            let meant = match old {
                Some(old) => parcel.express_no == old && by_index,
                None => by_index,
            };
            if meant {
                parcel.express_no.clone_from(&new.express_no);
                parcel.carrier.clone_from(&new.carrier);
                parcel.carrier_name.clone_from(&new.carrier_name);
                changed += 1;
            }
        }
        if changed == 0 {
            return Err(Trouble::Split);
        }
        self.touch(place, now, "msg_fulfillment_status_change");
        Ok(())
    }

    /// The parcels of an order.
    pub(super) fn parcels(&self, order_no: &str) -> Option<&[Sent]> {
        let place = *self.by_number.get(order_no)?;
        Some(&self.entries.get(place)?.sent)
    }

    /// Every order that there is, for whoever compares: nothing personal.
    pub(super) fn all(&mut self, now: i64) -> Value {
        self.advance(now);
        let there = |(place, entry): &(usize, &Entry)| self.by_created.contains(&(entry.created, *place));
        let told = |(_, entry): (usize, &Entry)| {
            json!({"order_no": entry.order_no, "status": entry.status, "cancel_status": entry.cancel,
                   "after_sales_status": entry.after_sale, "updated_ms": entry.updated, "changes": entry.changes,
                   "scenario": entry.scenario.name()})
        };
        Value::Array(self.entries.iter().enumerate().filter(there).map(told).collect())
    }

    /// Figures: by status and scenario, and what was shipped.
    pub(super) fn state(&mut self, now: i64) -> [(&'static str, Value); 4] {
        self.advance(now);
        let mut statuses: BTreeMap<i64, u64> = BTreeMap::new();
        let mut scenarios: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut shipped = Vec::new();
        for (_, place) in &self.by_created {
            let Some(entry) = self.entries.get(*place) else { continue };
            *statuses.entry(entry.status).or_default() += 1;
            *scenarios.entry(entry.scenario.name()).or_default() += 1;
            shipped.extend(entry.sent.iter().map(|sent| {
                json!({"order_no": entry.order_no, "express_no": sent.express_no, "carrier": sent.carrier,
                       "at_ms": sent.at})
            }));
        }
        [
            ("orders", json!(self.by_created.len())),
            ("statuses", json!(statuses)),
            ("scenarios", json!(scenarios)),
            ("shipped", Value::Array(shipped)),
        ]
    }
}

/// The platform's `orderType`.
fn kind_of(scenario: Scenario) -> i64 {
    match scenario {
        Scenario::Presale => 2,
        Scenario::ExchangeReship => 5,
        _ => 1,
    }
}

/// The ids of an order's articles.
pub(super) fn skus(detail: &Value) -> Vec<String> {
    let list = detail.get("skuList").and_then(Value::as_array).into_iter().flatten();
    list.map(|sku| text(sku, "skuId").to_owned()).collect()
}
