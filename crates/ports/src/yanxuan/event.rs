//! Callbacks, and orders that were asked for, as events.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::carriers::carrier;
use super::order::{ChannelOrder, ExpressDetail, OrderStatus, Package, answer, moment};
use crate::http::told;
use crate::platform::{CancelAnswer, PlatformEvent, SaleNews, SkuCount, Waybill, WaybillNews};
use crate::wire::lenient::list;
use crate::wire::{WireInteger, WireText};

const KIND: PlatformEvent = PlatformEvent::Unknown { why: "the kind is not known" };
const SHAPE: PlatformEvent = PlatformEvent::Unknown { why: "it has another shape" };
const NO_ORDER: PlatformEvent = PlatformEvent::Unknown { why: "it names no order" };
const NO_WAYBILL: PlatformEvent = PlatformEvent::Unknown { why: "it names no waybill" };

/// Seconds that are milliseconds when there are more of them: the year 5138.
const MOST_SECONDS: i64 = 100_000_000_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CancelResult {
    order_id: WireText,
    #[serde(default)]
    cancel_status: WireInteger,
    #[serde(default)]
    reject_reason: WireText,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderPackage {
    order_id: WireText,
    #[serde(default)]
    package_id: WireText,
    #[serde(default, deserialize_with = "list")]
    express_infos: Vec<ExpressInfo>,
    #[serde(default, deserialize_with = "list")]
    express_detail_infos: Vec<ExpressDetail>,
    #[serde(default)]
    exp_create_time: WireText,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ExpressInfo {
    express_company: WireText,
    #[serde(deserialize_with = "list")]
    express_nos: Vec<WireText>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exception {
    order_id: WireText,
    #[serde(default)]
    reason: WireText,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    #[serde(default, deserialize_with = "list", alias = "skuChecks")]
    sku_transfers: Vec<Count>,
    #[serde(default)]
    operate_time: WireInteger,
}

/// The checks name the article `id` in the documentation and `skuId` in the platform's own example.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Count {
    sku_id: WireText,
    id: WireText,
    transfer_count: WireInteger,
    count: WireInteger,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Left {
    sku_id: WireText,
    inventory: WireInteger,
    close_deadline: WireInteger,
}

/// What a callback says: its method and the JSON text of its news.
pub fn event(method: &str, payload: &str) -> PlatformEvent {
    match method {
        "yanxuan.callback.order.cancel" => read(payload, cancelled),
        "yanxuan.notification.order.delivered" => read(payload, delivered),
        "yanxuan.notification.order.exceptional" => read(payload, exception),
        "yanxuan.notification.inventory.count.changed" => {
            read(payload, |counts| stock(counts, SaleNews::StockMoved, |count| count.transfer_count))
        }
        "yanxuan.notification.inventory.count.check" => {
            read(payload, |counts| stock(counts, SaleNews::StockIs, |count| count.count))
        }
        "yanxuan.notification.sku.alarm.close" => read(payload, |skus| sale(skus, SaleNews::ClosingSoon)),
        "yanxuan.notification.sku.close" => read(payload, |skus| sale(skus, SaleNews::Closed)),
        "yanxuan.notification.sku.reopen" => read(payload, |skus| sale(skus, SaleNews::Reopened)),
        _ => KIND,
    }
}

fn read<T: DeserializeOwned>(payload: &str, event: impl FnOnce(T) -> PlatformEvent) -> PlatformEvent {
    serde_json::from_str(payload).map_or(SHAPE, event)
}

fn cancelled(result: CancelResult) -> PlatformEvent {
    let Some(order_no) = result.order_id.given() else { return NO_ORDER };
    let (answer, reason) = (answer(result.cancel_status), told(&result.reject_reason.0));
    PlatformEvent::CancelDecided { order_no, answer, reason }
}

fn exception(exception: Exception) -> PlatformEvent {
    let Some(order_no) = exception.order_id.given() else { return NO_ORDER };
    PlatformEvent::Exception { order_no, reason: told(&exception.reason.0) }
}

fn delivered(package: OrderPackage) -> PlatformEvent {
    let Some(order_no) = package.order_id.given() else { return NO_ORDER };
    let mut waybills = Waybills::default();
    waybills.add_details(&package.express_detail_infos);
    for info in &package.express_infos {
        for number in &info.express_nos {
            waybills.add(&info.express_company.0, &number.0, &[]);
        }
    }
    let shipped_at = moment(&package.exp_create_time.0);
    waybills.news(order_no, package.package_id.0, shipped_at).map_or(NO_WAYBILL, PlatformEvent::Waybill)
}

/// Waybills, each once.
#[derive(Default)]
struct Waybills(Vec<Waybill>);

impl Waybills {
    fn add(&mut self, company: &str, number: &str, parts: &[WireText]) {
        let number = number.trim();
        let parts: Vec<String> = parts
            .iter()
            .map(|part| part.0.clone())
            .filter(|part| !part.is_empty() && part != number)
            .collect();
        let is_known = self
            .0
            .iter()
            .any(|known| known.logistics_no == number || known.parts.iter().any(|part| part == number));
        if !number.is_empty() && !is_known {
            self.0.push(Waybill {
                logistics_no: number.to_owned(),
                carrier: carrier(company).to_owned(),
                carrier_name: company.trim().to_owned(),
                parts,
            });
        }
    }

    fn add_details(&mut self, details: &[ExpressDetail]) {
        for detail in details {
            self.add(&detail.express_company.0, &detail.express_no.0, &detail.sub_express_nos);
        }
    }

    fn news(
        self,
        order_no: String,
        package_no: String,
        shipped_at: Option<Timestamp>,
    ) -> Option<WaybillNews> {
        let waybills = self.0;
        (!waybills.is_empty()).then_some(WaybillNews { order_no, package_no, waybills, shipped_at })
    }
}

fn stock(counts: Counts, news: SaleNews, number: impl Fn(&Count) -> WireInteger) -> PlatformEvent {
    let skus = counts.sku_transfers.into_iter().filter_map(|count| {
        let number = number(&count).0?;
        Some(SkuCount { sku: count.sku_id.given().or(count.id.given())?, count: number, at: None })
    });
    PlatformEvent::Sale { news, skus: skus.collect(), at: counts.operate_time.0.and_then(when) }
}

/// The documentation does not say whether this is in seconds or milliseconds.
fn when(time: i64) -> Option<Timestamp> {
    if time <= 0 {
        None
    } else if time < MOST_SECONDS {
        Timestamp::from_second(time).ok()
    } else {
        Timestamp::from_millisecond(time).ok()
    }
}

fn sale(left: Vec<Left>, news: SaleNews) -> PlatformEvent {
    let skus = left.into_iter().filter_map(|left| {
        let at = left.close_deadline.0.and_then(when);
        Some(SkuCount { sku: left.sku_id.given()?, count: left.inventory.or_zero(), at })
    });
    PlatformEvent::Sale { news, skus: skus.collect(), at: None }
}

/// What an order that was asked for says: as if the callbacks about it had come.
pub fn events_of_order(order: &ChannelOrder) -> Vec<PlatformEvent> {
    let order_no = &order.order_id.0;
    if order_no.is_empty() {
        return Vec::new();
    }
    let mut events = Vec::new();
    if order.order_status.is_cancelled() {
        events.push(PlatformEvent::Exception { order_no: order_no.clone(), reason: "CANCEL".to_owned() });
    }
    if order.order_status == OrderStatus::Cancelling {
        events.push(PlatformEvent::CancelDecided {
            order_no: order_no.clone(),
            answer: Some(CancelAnswer::Pending),
            reason: String::new(),
        });
    }
    let parcels = order.order_packages.iter().filter(|package| !package.package_status.is_cancelled());
    events.extend(parcels.filter_map(|package| waybills_of(order_no, package)).map(PlatformEvent::Waybill));
    events
}

fn waybills_of(order_no: &str, package: &Package) -> Option<WaybillNews> {
    let mut waybills = Waybills::default();
    waybills.add_details(&package.express_detail_infos);
    let companies = package.express_company.0.split('|');
    for (company, numbers) in companies.zip(package.express_no.0.split('|')) {
        for number in numbers.split(',') {
            waybills.add(company, number, &[]);
        }
    }
    let shipped_at = moment(&package.exp_create_time.0);
    waybills.news(order_no.to_owned(), package.package_id.0.clone(), shipped_at)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::platform::Demand;
    use crate::yanxuan::CALLBACKS;

    fn of(method: &str, payload: &Value) -> PlatformEvent {
        event(method, &payload.to_string())
    }

    const DELIVERED: &str = "yanxuan.notification.order.delivered";
    const CANCEL: &str = "yanxuan.callback.order.cancel";

    #[test]
    fn a_shipped_parcel_is_a_waybill() {
        let event = of(
            DELIVERED,
            &json!({"orderId": "T1", "packageId": 20160620123_i64, "expCreateTime": 1_704_164_645_000_i64,
                    "expressInfos": [{"expressCompany": "顺丰", "expressNos": ["SF1"]}],
                    "expressDetailInfos": [{"expressCompany": "顺丰", "expressNo": "SF1", "subExpressNos": null,
                                            "skus": [{"skuId": "1", "productName": "袜", "saleCount": 1}]}]}),
        );
        let PlatformEvent::Waybill(news) = &event else { panic!("{event:?}") };
        assert_eq!((news.order_no.as_str(), news.package_no.as_str()), ("T1", "20160620123"));
        assert_eq!(news.shipped_at.unwrap().to_string(), "2024-01-02T03:04:05Z");
        let only = news.only().unwrap();
        assert_eq!((only.logistics_no.as_str(), only.carrier.as_str()), ("SF1", "shunfeng"));
        assert_eq!((event.demand(), event.order_no()), (Demand::TakeWaybill, Some("T1")));
        let several = of(
            DELIVERED,
            &json!({"orderId": "T1", "expressInfos": [
                {"expressCompany": "顺丰", "expressNos": ["SF1", "SF2", ""]}, {"expressCompany": "速尔", "expressNos": ["SE1"]}
            ], "expressDetailInfos": [{"expressCompany": "顺丰", "expressNo": "SF1", "subExpressNos": ["SF2"]}]}),
        );
        let PlatformEvent::Waybill(news) = several else { panic!("{several:?}") };
        assert_eq!(news.only(), None);
        let told: Vec<(&str, &str, usize)> = news
            .waybills
            .iter()
            .map(|waybill| (waybill.logistics_no.as_str(), waybill.carrier.as_str(), waybill.parts.len()))
            .collect();
        assert_eq!(told, [("SF1", "shunfeng", 1), ("SE1", "速尔", 0)]);
    }

    #[test]
    fn cancellations_and_exceptions_hold_an_order() {
        for (status, answer, demand) in [
            (json!(0), Some(CancelAnswer::Refused), Demand::Nothing),
            (json!("1"), Some(CancelAnswer::Granted), Demand::Hold),
            (json!(2), Some(CancelAnswer::Pending), Demand::Hold),
            (json!(7), None, Demand::Hold),
        ] {
            let event = of(
                CANCEL,
                &json!({"orderId": "T1", "cancelStatus": status, "rejectReason": "请联系16900007771"}),
            );
            let wanted =
                PlatformEvent::CancelDecided { order_no: "T1".into(), answer, reason: "请联系…".into() };
            assert_eq!((event.demand(), event), (demand, wanted));
        }
        let event =
            of("yanxuan.notification.order.exceptional", &json!({"orderId": "T1", "reason": "CANCEL"}));
        assert_eq!((event.demand(), event.order_no()), (Demand::Hold, Some("T1")));
    }

    #[test]
    fn stock_and_sales_come_in_several_spellings() {
        let moved = of(
            "yanxuan.notification.inventory.count.changed",
            &json!({"id": "x", "operateTime": 1_704_164_645, "skuTransfers": [{"skuId": 5, "transferCount": -3}]}),
        );
        let PlatformEvent::Sale { news: SaleNews::StockMoved, skus, at } = moved else { panic!("{moved:?}") };
        assert_eq!((skus[0].sku.as_str(), skus[0].count), ("5", -3));
        assert_eq!(at.unwrap().as_second(), 1_704_164_645);
        for name in ["id", "skuId"] {
            let is = of(
                "yanxuan.notification.inventory.count.check",
                &json!({"id": "x", "operateTime": 1_704_164_645_000_i64, "skuChecks": [{name: 5, "count": 8}]}),
            );
            let PlatformEvent::Sale { news: SaleNews::StockIs, skus, at } = is else { panic!("{is:?}") };
            assert_eq!((skus[0].sku.as_str(), skus[0].count), ("5", 8));
            assert_eq!(at.unwrap().as_second(), 1_704_164_645);
        }
        let closed = of(
            "yanxuan.notification.sku.close",
            &json!([{"skuId": 5, "inventory": 1, "closeDeadline": 1_704_164_645_000_i64}]),
        );
        let PlatformEvent::Sale { news: SaleNews::Closed, skus, .. } = &closed else { panic!("{closed:?}") };
        assert!(skus[0].at.is_some());
        assert_eq!((closed.demand(), closed.order_no()), (Demand::Nothing, None));
    }

    #[test]
    fn what_cannot_be_read_is_somebodys_affair_and_never_lost() {
        for kind in CALLBACKS {
            for payload in ["", "{", "7", "\"x\"", "{}"] {
                let event = event(kind.method, payload);
                let is_empty = matches!(event, PlatformEvent::Sale { .. });
                assert!(event.demand() == Demand::Look || is_empty, "{} {payload} {event:?}", kind.method);
            }
        }
        assert_eq!(event("yanxuan.notification.order.refund.result", "{}"), KIND);
        assert_eq!(of(DELIVERED, &json!({"orderId": "T1", "expressInfos": []})), NO_WAYBILL);
    }

    #[test]
    fn an_order_that_was_asked_for_says_the_same() {
        let order: ChannelOrder = serde_json::from_value(json!({
            "orderId": "T1", "orderStatus": "PAYED", "receiverName": "鲸落乙", "orderPackages": [
                {"packageId": "1", "packageStatus": "START_DELIVERY", "expressCompany": "顺丰|圆通",
                 "expressNo": "sf123,sf456|yt123", "expCreateTime": "2016-05-23 13:59:59"},
                {"packageId": "2", "packageStatus": "WAITING_DELIVERY", "expressCompany": null, "expressNo": ""},
                {"packageId": "3", "packageStatus": "SYS_CANCEL", "expressCompany": "EMS", "expressNo": "e1"}
            ]
        }))
        .unwrap();
        let events = events_of_order(&order);
        let [PlatformEvent::Waybill(news)] = &events[..] else { panic!("{events:?}") };
        let told: Vec<&str> = news.waybills.iter().map(|waybill| waybill.logistics_no.as_str()).collect();
        assert_eq!(told, ["sf123", "sf456", "yt123"]);
        assert_eq!(news.waybills[2].carrier, "yuantong");
        assert_eq!(news.shipped_at.unwrap().to_string(), "2016-05-23T05:59:59Z");
        assert!(!format!("{order:?}").contains("鲸落"));
        let cancelling = ChannelOrder { order_status: OrderStatus::Cancelling, ..order.clone() };
        assert!(matches!(
            events_of_order(&cancelling)[0],
            PlatformEvent::CancelDecided { answer: Some(CancelAnswer::Pending), .. }
        ));
        let cancelled =
            ChannelOrder { order_status: OrderStatus::UserPayedCancel, order_packages: Vec::new(), ..order };
        assert_eq!(events_of_order(&cancelled)[0].demand(), Demand::Hold);
    }
}
