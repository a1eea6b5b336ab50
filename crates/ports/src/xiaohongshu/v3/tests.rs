//! Against a double on this machine, which answers as told and remembers what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::clock::Clock;
use crate::http::{CallError, CallerSettings, Failure, Hidden, Outcome, Rate};
use crate::platform::{Intake, ItemCustoms, Notice, Platform, Route, Shipment};
use crate::store::{MemoryStore, Store};
use crate::xiaohongshu::{DeclareInfos, OrderDetail, ReceiverInfos};

const APP: &str = "a1b2c3d4e5f60718293a";
const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A clock that is moved by hand.
struct HandClock(AtomicI64);

impl HandClock {
    fn advance(&self, span: SignedDuration) {
        self.0.fetch_add(span.as_secs(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

#[derive(Default)]
struct Double {
    /// Answers to be given next, by method: the data, or a whole answer.
    next: Mutex<BTreeMap<String, VecDeque<Told>>>,
    asked: Mutex<Vec<Value>>,
    /// The token that is good; any when empty.
    token: Mutex<String>,
    refreshed: AtomicI64,
    clock: Mutex<Option<Arc<HandClock>>>,
}

enum Told {
    Data(Value),
    Refusal(i64, &'static str),
    Status(u16),
}

impl Double {
    fn tell(&self, method: &str, told: Told) {
        self.next.lock().unwrap().entry(method.to_owned()).or_default().push_back(told);
    }

    fn asked(&self, method: &str) -> Vec<Value> {
        self.asked.lock().unwrap().iter().filter(|asked| asked["method"] == method).cloned().collect()
    }
}

fn refusal(code: i64, words: &str) -> Response {
    Json(json!({"success": false, "error_code": code, "error_msg": words})).into_response()
}

fn data(data: Value) -> Response {
    Json(json!({"success": true, "error_code": 0, "data": data})).into_response()
}

async fn answer(State(double): State<Arc<Double>>, Json(body): Json<Value>) -> Response {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let method = text("method");
    double.asked.lock().unwrap().push(body.clone());
    if text("sign") != sign(&method, APP, &text("timestamp"), SECRET) {
        return refusal(-1, "sign");
    }
    if method == "oauth.refreshToken" {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let count = double.refreshed.fetch_add(1, Ordering::SeqCst) + 1;
        let token = format!("token-{count}");
        *double.token.lock().unwrap() = token.clone();
        let clock = double.clock.lock().unwrap().clone().unwrap();
        let until = |days: i64| (clock.now() + SignedDuration::from_hours(24 * days)).as_millisecond();
        return data(
            json!({"accessToken": token, "accessTokenExpiresAt": until(7), "refreshToken": format!("refresh-{count}"),
                           "refreshTokenExpiresAt": until(14), "sellerId": "65c1", "sellerName": "店"}),
        );
    }
    let good = double.token.lock().unwrap().clone();
    if !good.is_empty() && text("accessToken") != good {
        return refusal(9999, "accessToken无效或已过期");
    }
    let told = double.next.lock().unwrap().get_mut(&method).and_then(VecDeque::pop_front);
    match told {
        Some(Told::Data(value)) => data(value),
        Some(Told::Refusal(code, words)) => refusal(code, words),
        Some(Told::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        None => data(json!({})),
    }
}

struct Bench {
    double: Arc<Double>,
    clock: Arc<HandClock>,
    store: Arc<dyn Store>,
    base_url: String,
}

impl Bench {
    async fn new() -> Self {
        let clock = Arc::new(HandClock(AtomicI64::new(1_700_000_000)));
        let double = Arc::new(Double::default());
        *double.clock.lock().unwrap() = Some(Arc::clone(&clock));
        let router = Router::new().route(PATH, post(answer)).with_state(Arc::clone(&double));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { double, clock, store: Arc::new(MemoryStore::new()), base_url }
    }

    /// A client of its own, as another process would have it.
    fn client(&self) -> Client {
        let caller = CallerSettings {
            attempts: 3,
            first_wait: Duration::from_millis(1),
            throttled_wait: Duration::from_millis(1),
            ..CallerSettings::new("xiaohongshu", Rate::per_second(100_000), Rate::per_second(100_000))
        };
        let settings = Settings {
            base_url: self.base_url.clone(),
            app_id: APP.into(),
            app_secret: Hidden::new(SECRET),
            access_token: Some(Hidden::new("token-0")),
            refresh_token: Some(Hidden::new("refresh-0")),
            caller,
        };
        Client::new(settings, Arc::clone(&self.store), self.clock.clone()).unwrap()
    }
}

#[tokio::test]
async fn a_request_is_flat_signed_and_carries_the_token() {
    let bench = Bench::new().await;
    bench.double.tell("order.getOrderDetail", Told::Data(json!({"orderId": "P1"})));
    bench.client().order_detail("P1").await.unwrap();
    let asked = bench.double.asked("order.getOrderDetail");
    let wanted = json!({
        "method": "order.getOrderDetail", "appId": APP, "timestamp": "1700000000", "version": "2.0",
        "sign": "5d3b1f3a975ba160f6c6f6c324369391", "accessToken": "token-1", "orderId": "P1"
    });
    assert_eq!(asked, [wanted], "the configuration's token was refreshed first, to learn its end");
    let refresh = &bench.double.asked("oauth.refreshToken")[0];
    assert_eq!((&refresh["refreshToken"], refresh.get("accessToken")), (&json!("refresh-0"), None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_refreshes_whoever_else_needs_the_token() {
    let bench = Bench::new().await;
    bench.client().customs_info("A").await.unwrap();
    assert_eq!(bench.double.refreshed.load(Ordering::SeqCst), 1);
    bench.clock.advance(SignedDuration::from_hours(24 * 7));
    let clients: Vec<Arc<Client>> = (0..4).map(|_| Arc::new(bench.client())).collect();
    let calls = (0..40).map(|number| {
        let client = Arc::clone(&clients[number % 4]);
        tokio::spawn(async move { client.customs_info("A").await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(bench.double.refreshed.load(Ordering::SeqCst), 2);
    assert_eq!(bench.double.asked("oauth.refreshToken")[1]["refreshToken"], "refresh-1");
}

#[tokio::test]
async fn a_token_that_is_taken_back_is_replaced_at_once() {
    let bench = Bench::new().await;
    let client = bench.client();
    client.customs_info("A").await.unwrap();
    *bench.double.token.lock().unwrap() = "another".into();
    bench.clock.advance(SignedDuration::from_secs(10));
    client.customs_info("A").await.unwrap();
    assert_eq!(bench.double.refreshed.load(Ordering::SeqCst), 2);
    assert!(!format!("{client:?}").contains("token-") && !format!("{client:?}").contains(SECRET));
}

#[tokio::test]
async fn what_fails_is_known_by_its_kind() {
    let bench = Bench::new().await;
    let client = bench.client();
    let double = &bench.double;
    double.tell("order.getCustomsInfo", Told::Refusal(-9013, "触发Method维度的限流"));
    double.tell("order.getCustomsInfo", Told::Status(502));
    assert!(client.customs_info("A").await.is_ok(), "both pass");
    double.tell("order.getOrderDetail", Told::Refusal(-2_000_101, "包裹不存在或不属于此商家"));
    let error = client.order_detail("P1").await.unwrap_err();
    assert!(
        matches!(error, CallError { failure: Failure::Refused { ref code, .. }, .. } if code == "-2000101")
    );
    assert!(!error.is_temporary() && error.outcome() == Outcome::NotDone);
    double.tell("order.resendBondedPaymentRecord", Told::Status(500));
    let error = client.repush("P1", Route::Local).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    let asked = double.asked("order.resendBondedPaymentRecord");
    assert_eq!((asked.len(), &asked[0]["customsType"]), (1, &json!("local")), "it is not asked twice");
    double
        .tell("order.resendBondedPaymentRecord", Told::Data(json!({"success": false, "msg": "订单未支付"})));
    assert!(matches!(
        client.repush("P1", Route::Zongshu).await.unwrap_err().failure,
        Failure::Refused { .. }
    ));
}

#[tokio::test]
async fn articles_are_filed_by_either_call() {
    let bench = Bench::new().await;
    let client = bench.client();
    let item = ItemCustoms {
        barcode: "6907315161898".into(),
        hs_code: "3304990039".into(),
        port_code: "hz_custom".into(),
        quantity1: "0.0300".parse().unwrap(),
        quantity2: "1".parse().unwrap(),
    };
    client.create_item_customs_info(&item).await.unwrap();
    client.sync_item_customs_info(&item, "0.091".parse().unwrap()).await.unwrap();
    let new = &bench.double.asked("order.createItemCustomsInfo")[0];
    assert_eq!(
        (&new["hs_code"], &new["port_code"], &new["quantity1"], &new["quantity2"]),
        (&json!("3304990039"), &json!("hz_custom"), &json!(0.03), &json!(1))
    );
    let old = &bench.double.asked("order.syncItemCustomsInfo")[0];
    assert_eq!(
        (&old["hsCode"], &old["customsName"], &old["generalTaxRate"]),
        (&json!("3304990039"), &json!("hz_custom"), &json!(0.091))
    );
    let known = json!({"providerSyncCustomsInfoV3List": [
        {"barcode": "6907315161898", "customsName": 1425, "hsCode": "3304990039", "generalTaxRate": 0.1, "quantity1": "0.03", "quantity2": ""}]});
    bench.double.tell("order.getCustomsInfo", Told::Data(known));
    let known = client.customs_info("6907315161898").await.unwrap();
    assert_eq!((known[0].customs_name.as_str(), known[0].quantity1.to_string().as_str()), ("1425", "0.03"));
}

fn detail(address: &str) -> Value {
    json!({"orderId": "P1", "orderStatus": 4, "openAddressId": address, "logisticsMode": 2, "brandNew": 1,
           "boundExtendInfo": {"payChannel": "UnionPay", "payAmount": 100.0}})
}

fn ciphered(order: &str, address: &str) -> (Value, Value) {
    let declare = json!({"orderDeclareInfos": [
        {"orderId": order, "idName": "#n#c1#2##", "idNumber": "#i#c2#4##", "linkPhone": "#p#c3#3##", "frontUrl": "#u#c9#5##", "type": "订购人"}]});
    let receiver = json!({"receiverInfos": [
        {"orderId": order, "matched": true, "receiverProvinceName": "浙江省", "receiverName": "#n#c1#2##",
         "receiverPhone": "#p#c3#3##", "receiverAddress": format!("#a#{address}#1##")}]});
    (declare, receiver)
}

fn plain(entries: &[(&str, &str)]) -> Value {
    let entries = entries.iter().map(|(cipher, text)| match text.parse::<i64>() {
        Ok(code) if code < 0 => {
            json!({"dataTag": "P1", "encryptedData": cipher, "errorCode": code, "errorMsg": "额度"})
        }
        _ => json!({"dataTag": "P1", "encryptedData": cipher, "decryptedData": text, "errorCode": 0,
                    "virtualNumberFlag": text.contains('-')}),
    });
    json!({"dataInfoList": entries.collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_bundle_is_a_line_that_an_order_can_be_read_from() {
    let bench = Bench::new().await;
    let double = &bench.double;
    let (declare, receiver) = ciphered("P1", "c4");
    // The address changes while the order is read.
    double.tell("order.getOrderDetail", Told::Data(detail("A1")));
    double.tell("order.getOrderDeclareInfo", Told::Data(declare));
    double.tell(
        "order.getOrderReceiverInfo",
        Told::Data(json!({"receiverInfos": [{"orderId": "P1", "matched": false}]})),
    );
    double.tell("order.getOrderDetail", Told::Data(detail("A2")));
    double.tell("order.getOrderReceiverInfo", Told::Data(receiver));
    // One entry's quota cannot be looked up at first, another's is used up.
    double.tell(
        "data.batchDecrypt",
        Told::Data(plain(&[
            ("#n#c1#2##", "舒之范"),
            ("#i#c2#4##", "-2000701"),
            ("#p#c3#3##", "-2000702"),
            ("#a#c4#1##", "示例路1号"),
        ])),
    );
    double.tell(
        "data.batchDecrypt",
        Told::Data(plain(&[("#i#c2#4##", "-2000701"), ("#p#c3#3##", "18000000000-9999")])),
    );
    let client = bench.client();
    let bundle = client.bundle("P1").await.unwrap();
    let paths: Vec<(&str, i64)> =
        bundle.undecrypted.iter().map(|field| (field.path.as_str(), field.code)).collect();
    assert_eq!(paths, [("declare_info.orderDeclareInfos[0].idNumber", QUOTA_USED)]);
    let line: Value = serde_json::from_str(&bundle.line(Some(&json!({"logistics_no": "SF1"})))).unwrap();
    assert_eq!((&line["platform"], &line["waybill"]["logistics_no"]), (&json!("xiaohongshu"), &json!("SF1")));
    let read: OrderDetail = serde_json::from_value(line["detail"].clone()).unwrap();
    assert_eq!((read.order_id.as_str(), read.bound_extend_info.pay_amount.or_zero()), ("P1", 100));
    let people: DeclareInfos = serde_json::from_value(line["declare_info"].clone()).unwrap();
    let buyer = &people.order_declare_infos[0];
    assert_eq!(
        (buyer.id_name.as_str(), buyer.link_phone.as_str(), buyer.virtual_number_flag),
        ("舒之范", "18000000000-9999", Some(true))
    );
    let receiver: ReceiverInfos = serde_json::from_value(line["receiver"].clone()).unwrap();
    assert_eq!(
        (receiver.receiver_infos[0].receiver_address.as_str(), receiver.receiver_infos[0].matched),
        ("示例路1号", Some(true))
    );
    assert!(!format!("{bundle:?}").contains("舒"));
    let asked = double.asked("order.getOrderReceiverInfo");
    assert_eq!(asked[1]["receiverQueries"], json!([{"orderId": "P1", "openAddressId": "A2"}]));
    assert_eq!(double.asked("data.batchDecrypt")[0]["baseInfos"].as_array().unwrap().len(), 6, "no photos");
    let unknown: Vec<String> = client.vocabulary().unknown().into_keys().collect();
    assert_eq!(
        unknown,
        ["order.getOrderDetail.boundExtendInfo.payChannel=UnionPay", "order.getOrderDetail.brandNew"]
    );
}

#[tokio::test]
async fn more_than_a_hundred_ciphertexts_go_in_several_calls() {
    let bench = Bench::new().await;
    let texts: Vec<Ciphertext> = (0..230)
        .map(|number| Ciphertext {
            data_tag: format!("P{number}"),
            encrypted_data: format!("#i#{number}#2##"),
        })
        .collect();
    let plain = bench.client().decrypt(&texts).await.unwrap();
    assert_eq!(plain.len(), 230);
    let sizes: Vec<usize> = bench
        .double
        .asked("data.batchDecrypt")
        .iter()
        .map(|asked| asked["baseInfos"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [100, 100, 30]);
    assert!(
        plain.iter().all(|plain| matches!(plain, Plain::Refused { .. })),
        "what is not answered is refused"
    );
}

#[tokio::test]
async fn an_order_that_bears_the_waybill_is_shipped_whatever_became_of_the_call() {
    let bench = Bench::new().await;
    let client = bench.client();
    let shipment = Shipment {
        order_no: "P1".into(),
        waybill_no: "SF1".into(),
        carrier: "shunfeng".into(),
        carrier_name: None,
        at: None,
    };
    for (told, express, shipped) in [
        (Told::Status(500), "SF1", true),
        (Told::Status(500), "", false),
        (Told::Refusal(-2_000_202, "状态不符"), "SF1", true),
        (Told::Refusal(-2_000_202, "状态不符"), "SF2", false),
    ] {
        bench.double.tell("order.orderDeliver", told);
        bench
            .double
            .tell("order.getOrderDetail", Told::Data(json!({"orderId": "P1", "expressTrackingNo": express})));
        assert_eq!(client.ship(&shipment).await.is_ok(), shipped, "{express}");
    }
    let asked = &bench.double.asked("order.orderDeliver")[0];
    assert_eq!(
        (asked.get("deliveringTime"), asked.get("expressCompanyName")),
        (None, None),
        "nothing empty is sent"
    );
}

#[tokio::test]
async fn orders_are_taken_in_once_and_again_when_they_change() {
    let bench = Bench::new().await;
    let since = bench.clock.now() - SignedDuration::from_hours(30);
    let page = |orders: Value, pages: u32| {
        Told::Data(json!({"orderList": orders, "maxPageNo": pages, "total": "2"}))
    };
    let list = "order.getOrderList";
    let old = json!({"orderId": "P1", "orderStatus": 2, "updateTime": 5_000});
    bench.double.tell(list, page(json!([old, {"orderId": 7, "orderStatus": "4"}]), 2));
    bench.double.tell(list, page(json!([{"orderId": "P2", "orderStatus": 4, "updateTime": 6_000}, "?"]), 2));
    bench.double.tell(list, page(json!([old]), 2));
    bench.double.tell(list, page(json!([{"orderId": "P1", "orderStatus": 4, "updateTime": 9_000}, old]), 1));
    let mut taken = Vec::new();
    loop {
        // Another process each time: the cursor is in the store.
        let platform: Arc<dyn Platform> = Arc::new(bench.client());
        let intake = Intake::new(platform, Arc::clone(&bench.store), bench.clock.clone(), since);
        match intake.next_page().await.unwrap() {
            Some(page) => taken.push((page.listed, page.new)),
            None => break,
        }
    }
    assert_eq!(taken, [(2, 2), (1, 1), (1, 0), (2, 1)]);
    let pages: Vec<(i64, u64, u64)> = bench
        .double
        .asked(list)
        .iter()
        .map(|asked| {
            let number = |name: &str| asked[name].as_i64().unwrap();
            (
                number("endTime") - number("startTime"),
                asked["pageNo"].as_u64().unwrap(),
                asked["timeType"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(pages, [(86_400, 1, 1), (86_400, 2, 1), (86_400, 1, 1), (21_900, 1, 1)]);
    let orders = bench.store.scan(&Intake::orders("xiaohongshu"), None, 10).unwrap();
    let ready: Vec<(String, bool)> = orders
        .iter()
        .map(|order| order.record::<Notice>().unwrap())
        .map(|notice| (notice.order_no, notice.is_ready))
        .collect();
    assert_eq!(ready, [("7".into(), true), ("P1".into(), true), ("P2".into(), true)]);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_corrected_by_the_platforms() {
    let bench = Bench::new().await;
    let client = bench.client();
    client.customs_info("A").await.unwrap();
    let wrong = || bench.double.tell("order.getCustomsInfo", Told::Refusal(1234, "timestamp过期"));
    // The double's HTTP server tells the real time; the client's own clock stands at 2023.
    let is_real = |asked: &Value| {
        let sent: i64 = asked["timestamp"].as_str().unwrap().parse().unwrap();
        (sent - Timestamp::now().as_second()).abs() < 60
    };
    wrong();
    client.customs_info("A").await.unwrap();
    assert!(!is_real(&bench.double.asked("order.getCustomsInfo")[2]), "one answer is no proof");
    wrong();
    wrong();
    client.customs_info("A").await.unwrap();
    let asked = bench.double.asked("order.getCustomsInfo");
    assert!(asked.len() == 6 && is_real(&asked[5]), "{asked:?}");
}
