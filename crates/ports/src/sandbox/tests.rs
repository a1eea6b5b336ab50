//! The platform's side, asked by our own clients and by hand.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::http::{CallerSettings, Failure, Hidden, Rate as CallRate};
use crate::platform::{ItemCustoms, Platform, Route, Shipment, SpvCustoms};
use crate::store::MemoryStore;
use crate::xiaohongshu::v1::{self, ItemQuery};
use crate::xiaohongshu::v3::{self, NewWaybill, OrderQuery, Parcel, TimeType, sign};

/// A clock that is moved by hand.
#[derive(Clone)]
struct HandClock(Arc<AtomicI64>);

impl HandClock {
    fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

const START: i64 = 1_793_500_000;

/// Orders one a minute up to the start, of one person who does not exist; so many items.
struct Stall {
    orders: u64,
    items: u64,
}

fn order_no(index: u64) -> String {
    format!("P{}", 700_000_000_000_000_000 + index)
}

impl Shop for Stall {
    fn orders(&self) -> u64 {
        self.orders
    }

    fn order(&self, index: u64) -> ShopOrder {
        let order_id = order_no(index);
        let created = (START - 60 * (self.orders - index) as i64) * 1_000;
        ShopOrder {
            detail: json!({
                "orderId": order_id, "createdTime": created, "paidTime": created + 1_000, "customsCode": "HANGZHOU",
                "openAddressId": format!("{index:032}"), "originalOrderId": "",
                "skuList": [{"skuId": "a"}, {"skuId": "b"}], "boundExtendInfo": {"payNo": "1"},
            }),
            declare_info: json!({"orderDeclareInfos": [
                {"orderId": order_id, "idName": "鲸落甲", "idNumber": "330106190203047770", "linkPhone": "16900007771", "type": "订购人"}
            ]}),
            receiver: json!({"receiverInfos": [
                {"orderId": order_id, "matched": true, "receiverName": "鲸落乙", "receiverPhone": "16900007772-1234",
                 "receiverAddress": "蓝鲸大街777号", "receiverProvinceName": "浙江省"}
            ]}),
        }
    }

    fn items(&self) -> Vec<ShopItem> {
        let hit = |number: u64| {
            let id = format!("58e5b5f6af0a672a{number:08x}");
            json!({"item": {"id": format!("i{number}"), "barcode": format!("B{number}"), "buyable": number.is_multiple_of(2),
                            "status": 2, "price": 52.70000000000001, "stock": number},
                   "spv": {"id": id, "barcode": format!("B{number}"), "import_cost": null, "manufacturer": ""}})
        };
        (0..self.items).map(|number| ShopItem { hit: hit(number), in_presale: number == 1 }).collect()
    }
}

struct Bench {
    running: Running,
    clock: HandClock,
}

impl Bench {
    async fn new(plan: Plan, change: impl FnOnce(&mut Settings)) -> Self {
        let clock = HandClock(Arc::new(AtomicI64::new(START)));
        let mut settings = Settings { list_lag: SignedDuration::ZERO, ..Settings::new(plan) };
        change(&mut settings);
        let shop = Stall { orders: 260, items: 60 };
        let sandbox = Sandbox::new(settings, Arc::new(shop), Arc::new(clock.clone()));
        let more = Router::new().route("/ping", get(|| async { "pong" }));
        let running =
            sandbox.with_router("/elsewhere", more).start(([127, 0, 0, 1], 0).into()).await.unwrap();
        Self { running, clock }
    }

    async fn clear() -> Self {
        Self::new(Plan { seed: 1, only: Some(Scenario::AllClear) }, |_| {}).await
    }

    async fn of(scenario: Scenario) -> Self {
        Self::new(Plan { seed: 1, only: Some(scenario) }, |_| {}).await
    }

    fn caller() -> CallerSettings {
        let much = CallRate::per_second(10_000);
        CallerSettings {
            attempts: 1,
            throttled_wait: Duration::from_millis(1),
            timeout: Duration::from_secs(10),
            ..CallerSettings::new("xiaohongshu", much, much)
        }
    }

    fn client(&self) -> v3::Client {
        let (credentials, (access, refresh)) = (self.running.credentials(), self.running.tokens());
        let settings = v3::Settings {
            base_url: self.running.base_url(),
            app_id: credentials.app_id.clone(),
            app_secret: Hidden::new(&credentials.app_secret),
            access_token: Some(Hidden::new(access)),
            refresh_token: Some(Hidden::new(refresh)),
            caller: Self::caller(),
        };
        v3::Client::new(settings, Arc::new(MemoryStore::new()), Arc::new(self.clock.clone())).unwrap()
    }

    fn v1(&self, secret: Option<&str>) -> v1::Client {
        let credentials = self.running.credentials();
        let settings = v1::Settings {
            base_url: self.running.base_url(),
            app_key: credentials.app_key.clone(),
            app_secret: Hidden::new(secret.unwrap_or(&credentials.v1_secret)),
            caller: Self::caller(),
        };
        v1::Client::new(settings, Arc::new(self.clock.clone())).unwrap()
    }

    /// Calls a method by hand: rightly signed, unless the parameters say otherwise.
    async fn raw(&self, method: &str, parameters: Value) -> Value {
        let credentials = self.running.credentials();
        let timestamp = self.clock.now().as_second().to_string();
        let mut body = json!({
            "method": method, "appId": credentials.app_id, "timestamp": timestamp, "version": "2.0",
            "sign": sign(method, &credentials.app_id, &timestamp, &credentials.app_secret),
            "accessToken": self.running.tokens().0,
        });
        body.as_object_mut().unwrap().extend(parameters.as_object().unwrap().clone());
        self.post(body.to_string()).await
    }

    async fn post(&self, body: String) -> Value {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = format!("{}{}", self.running.base_url(), v3::PATH);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client.post(url).body(body).send().await.unwrap().json().await.unwrap()
    }

    fn count(&self, part: &str, name: &str) -> u64 {
        self.running.state()[part][name].as_u64().unwrap_or_default()
    }
}

fn detail_of(index: u64) -> Value {
    json!({"orderId": order_no(index)})
}

#[tokio::test]
async fn only_what_is_rightly_signed_is_let_in() {
    let bench = Bench::clear().await;
    let good = bench.raw("order.getOrderDetail", detail_of(1)).await;
    assert_eq!((&good["success"], &good["data"]["orderId"]), (&json!(true), &json!(order_no(1))));
    assert!(good["data"].get("originalOrderId").is_none() && good.get("error_msg").is_none());
    let late = (bench.clock.now().as_second() - 400).to_string();
    let credentials = bench.running.credentials().clone();
    let signed_late = sign("order.getOrderDetail", &credentials.app_id, &late, &credentials.app_secret);
    for (why, wrong) in [
        ("app", json!({"appId": "a1b2"})),
        ("sign", json!({"sign": "5d3b1f3a975ba160f6c6f6c324369391"})),
        ("sign", json!({"version": "1.0"})),
        ("timestamp", json!({"timestamp": late, "sign": signed_late})),
        ("token", json!({"accessToken": "token-x"})),
        ("token", json!({"accessToken": null})),
        ("order", json!({"orderId": "P1"})),
        ("parameter", json!({"orderId": ""})),
    ] {
        let before = bench.count("refused", why);
        let mut parameters = detail_of(1);
        parameters.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let answer = bench.raw("order.getOrderDetail", parameters).await;
        assert_eq!(answer["success"], false, "{why} {answer}");
        assert_ne!(answer["error_code"], 0);
        assert_eq!(bench.count("refused", why), before + 1, "{why}");
    }
    assert_eq!(bench.raw("order.noSuchMethod", json!({})).await["error_code"], -1_000_400);
    assert_eq!(bench.post("[1]".to_owned()).await["success"], false);
    // The time may be a number, as some clients send it.
    let second: i64 = START;
    assert_eq!(
        bench.raw("order.getOrderDetail", json!({"timestamp": second, "orderId": order_no(1)})).await["success"],
        true
    );
}

#[tokio::test]
async fn windows_and_pages_have_their_bounds() {
    let bench = Bench::clear().await;
    let client = bench.client();
    let query = |time_type, span: i64, page_no| OrderQuery {
        start_time: START - span,
        end_time: START,
        time_type,
        page_no,
        page_size: 100,
    };
    let page = client.order_list(&query(TimeType::Created, 24 * 3_600, 3)).await.unwrap();
    assert_eq!((page.total, page.max_page, page.orders.len()), (260, 3, 60));
    assert_eq!(page.orders[59].order_status.0, Some(4));
    let page = client.order_list(&query(TimeType::Updated, 30 * 60, 1)).await.unwrap();
    assert_eq!(page.orders.len(), 30, "one a minute");
    for (what, query) in [
        ("create_window", query(TimeType::Created, 24 * 3_600 + 1, 1)),
        ("update_window", query(TimeType::Updated, 30 * 60 + 1, 1)),
        ("page_no", query(TimeType::Created, 60, 101)),
        ("page_size", OrderQuery { page_size: 101, ..query(TimeType::Created, 60, 1) }),
    ] {
        let error = client.order_list(&query).await.unwrap_err();
        assert!(matches!(error.failure, Failure::Refused { .. }), "{what} {error}");
        assert_eq!(bench.count("breaches", what), 1, "{what}");
    }
    let filtered = bench.raw(
        "order.getOrderList",
        json!({"startTime": START - 3_600, "endTime": START.to_string(), "timeType": 1, "orderStatus": 9}),
    );
    assert_eq!(filtered.await["data"]["total"], 0);
}

#[tokio::test]
async fn calls_beyond_the_limit_are_counted_and_refused() {
    let plan = Plan { seed: 1, only: None };
    let bench = Bench::new(plan, |settings| settings.limits = Limits { per_app: 5, per_method: 3 }).await;
    let mut refused = 0;
    for method in ["common.getLogisticsList", "common.getExpressCompanyList"] {
        for _ in 0..4 {
            let answer = bench.raw(method, json!({})).await;
            refused += u32::from(answer["error_code"] == -9013);
        }
    }
    // On a slow machine the calls may not fall into one second, but then none is one too many.
    let breaches = bench.count("breaches", "calls_per_app") + bench.count("breaches", "calls_per_method");
    assert_eq!(refused > 0, breaches > 0);
    assert_eq!(bench.count("calls", "common.getLogisticsList"), 4);
}

#[tokio::test]
async fn people_are_encrypted_and_told_for_one_address_only() {
    let bench = Bench::of(Scenario::AddressChanged).await;
    let client = bench.client();
    let number = order_no(5);
    let bundle = client.bundle(&number).await.unwrap();
    let buyer = &bundle.declare_info["orderDeclareInfos"][0];
    assert_eq!((&buyer["idName"], &buyer["linkPhone"]), (&json!("鲸落甲"), &json!("16900007771")));
    let receiver = &bundle.receiver["receiverInfos"][0];
    assert_eq!(receiver["receiverAddress"], "蓝鲸大街777号（新址1）", "read again after the change");
    assert_eq!(receiver["virtualNumberFlag"], true);
    assert!(bundle.undecrypted.is_empty());
    let sent = client.order_declare_info(&number).await.unwrap().to_string();
    assert!(!sent.contains("鲸落") && !sent.contains("1690000") && sent.contains("##"), "{sent}");
    // The address as it was before.
    let old = format!("{:032}", 5);
    let unmatched = client.order_receiver_info(&number, &old, false).await.unwrap();
    assert_eq!(unmatched["receiverInfos"][0], json!({"orderId": number, "matched": false}));
    let changed = &bench.running.orders()[5];
    assert_eq!((&changed["order_no"], &changed["changes"]), (&json!(number), &json!(3)));
}

#[tokio::test]
async fn the_quota_of_decryption_is_counted_entry_by_entry() {
    let plan = Plan { seed: 1, only: Some(Scenario::AllClear) };
    let bench = Bench::new(plan, |settings| settings.decrypt_quota = Some(4)).await;
    let bundle = bench.client().bundle(&order_no(1)).await.unwrap();
    let codes: Vec<i64> = bundle.undecrypted.iter().map(|field| field.code).collect();
    assert_eq!(codes, [v3::QUOTA_USED; 2]);
    assert_eq!(bench.running.state()["decrypted"], 4);
    let many = vec![json!({"dataTag": "P1", "encryptedData": "#a#b#2##"}); 101];
    let too_many = json!({"baseInfos": many, "actionType": "3", "appUserId": "x"});
    assert_eq!(bench.raw("data.batchDecrypt", too_many).await["success"], false);
    assert_eq!(bench.count("breaches", "decrypt_batch"), 1);
}

#[tokio::test]
async fn filings_and_payment_slips_are_taken_and_told() {
    let bench = Bench::clear().await;
    let client = bench.client();
    let item = |hs_code: &str, port_code: &str| ItemCustoms {
        barcode: "2900000000018".into(),
        hs_code: hs_code.into(),
        port_code: port_code.into(),
        quantity1: "0.03".parse().unwrap(),
        quantity2: "1".parse().unwrap(),
    };
    client.create_item_customs_info(&item("3304990039", "hz_custom")).await.unwrap();
    client.create_item_customs_info(&item("3304990039", "hz_custom")).await.unwrap();
    client.sync_item_customs_info(&item("3304990039", "gz_custom"), "0.091".parse().unwrap()).await.unwrap();
    for wrong in [item("330499003", "hz_custom"), item("3304990039", "nowhere")] {
        let error = client.create_item_customs_info(&wrong).await.unwrap_err();
        assert!(matches!(error.failure, Failure::Refused { .. }), "{error}");
    }
    let known = client.customs_info("2900000000018").await.unwrap();
    assert_eq!(known.len(), 2);
    assert_eq!(known[0].quantity1.to_string(), "0.03");
    assert_eq!(bench.running.state()["filings"][1]["times"], 2);

    let ports = client.supported_ports().await.unwrap();
    assert!(ports.plat_support_customs.len() >= 20);
    assert_eq!(ports.seller_support_customs[0].name, "杭州");

    client.resend_payment(&order_no(3), Route::Zongshu).await.unwrap();
    client.resend_payment(&order_no(3), Route::Local).await.unwrap();
    assert!(client.resend_payment("P1", Route::Local).await.is_err());
    let asked = &bench.running.state()["payment_repushes"][order_no(3)];
    assert_eq!((asked.as_array().unwrap().len(), &asked[1]["customs_type"]), (2, &json!("local")));
    assert_eq!(bench.running.world.payments.repushed(&order_no(3)), 2);
}

#[tokio::test]
async fn orders_are_shipped_once_and_stopped_ones_not_at_all() {
    let bench = Bench::clear().await;
    let client = bench.client();
    let shipment = |order: u64, waybill_no: &str| Shipment {
        order_no: order_no(order),
        waybill_no: waybill_no.into(),
        carrier: "shunfeng".into(),
        carrier_name: None,
        at: None,
    };
    client.ship(&shipment(1, "SF1")).await.unwrap();
    client.ship(&shipment(1, "SF1")).await.unwrap();
    assert!(client.ship(&shipment(1, "SF2")).await.is_err());
    assert!(client.ship(&Shipment { carrier: "owl".into(), ..shipment(2, "O1") }).await.is_err());
    let new = NewWaybill {
        order_id: order_no(1),
        express_no: "ZT9".into(),
        express_company_code: "zto".into(),
        express_company_name: "中通速递".into(),
        delivery_order_index: None,
        old_express_no: Some("SF1".into()),
    };
    client.modify_express(&new).await.unwrap();
    assert!(client.modify_express(&new).await.is_err(), "the old number is gone");
    let tracking = client.tracking(&order_no(1)).await.unwrap();
    assert_eq!((tracking[0].express_no.0.as_str(), tracking[0].records.len()), ("ZT9", 5));
    let shipped = client.bundle(&order_no(1)).await.unwrap();
    assert_eq!(
        (&shipped.detail["orderStatus"], &shipped.detail["expressTrackingNo"]),
        (&json!(6), &json!("ZT9"))
    );
    assert_eq!(shipped.receiver, json!({}), "told only while it waits");
    let receiver = client.order_receiver_info(&order_no(1), &format!("{:032}", 1), false).await.unwrap();
    assert_eq!(receiver["receiverInfos"], Value::Null);
    // In two parcels.
    let part = |sku: &str| json!({"orderId": order_no(2), "expressNo": sku, "expressCompanyCode": "zto", "unpack": true, "skuIdList": [sku]});
    assert_eq!(bench.raw("order.orderDeliver", part("c")).await["success"], false);
    assert_eq!(bench.raw("order.orderDeliver", part("a")).await["success"], true);
    let status =
        async || bench.raw("order.getOrderDetail", detail_of(2)).await["data"]["orderStatus"].clone();
    assert_eq!(status().await, 5);
    assert_eq!(bench.raw("order.orderDeliver", part("b")).await["success"], true);
    assert_eq!(status().await, 6);
    assert_eq!(bench.running.state()["shipped"].as_array().unwrap().len(), 3);

    let plans = client.logistics_plans().await.unwrap();
    let parcels =
        [Parcel { order_id: order_no(4), weight: 100 }, Parcel { order_id: "P1".into(), weight: 1 }];
    let batch = client.create_transfer_batch(&parcels, &plans[0].plan_info_id.0).await.unwrap();
    assert_eq!((batch.success_total.0, batch.total.0), (Some(1), Some(2)));
    assert!(client.create_transfer_batch(&parcels, "none").await.is_err());
    assert!(client.express_companies().await.unwrap().iter().any(|company| company.code.0 == "shunfeng"));

    let bench = Bench::of(Scenario::CancelledBeforeRelease).await;
    let client = bench.client();
    client.bundle(&order_no(1)).await.unwrap();
    bench.clock.advance(2);
    assert_eq!(client.order_detail(&order_no(1)).await.unwrap()["cancelStatus"], 1);
    assert!(client.ship(&shipment(1, "SF1")).await.is_err());
    bench.clock.advance(2);
    assert_eq!(client.order_detail(&order_no(1)).await.unwrap()["orderStatus"], 9);
    let bench = Bench::of(Scenario::CancelledAfterRelease).await;
    bench.client().ship(&shipment(1, "SF1")).await.unwrap();
    bench.clock.advance(3);
    assert_eq!(bench.running.orders()[1]["after_sales_status"], 2);
}

#[tokio::test]
async fn tokens_run_out_and_are_granted_again() {
    let bench = Bench::clear().await;
    let client = bench.client();
    client.express_companies().await.unwrap();
    for week in 1..=3 {
        bench.clock.advance(7 * 86_400 + 60);
        client.express_companies().await.unwrap();
        assert_eq!(bench.count("tokens", "refreshed"), week);
    }
    // Longer than the refresh token lives: the owner has to authorise again.
    bench.clock.advance(15 * 86_400);
    assert!(matches!(client.express_companies().await.unwrap_err().failure, Failure::Token { .. }));
    assert!(client.authorize("code-x").await.is_err());
    let granted = client.authorize(&bench.running.credentials().code).await.unwrap();
    assert_eq!(granted.seller_id, bench.running.credentials().seller_id);
}

#[tokio::test]
async fn items_of_the_old_version_take_customs_fields() {
    let bench = Bench::clear().await;
    let client = bench.v1(None);
    let page = client.items(&ItemQuery::default()).await.unwrap();
    assert_eq!((page.total, page.items.len(), page.next_page), (60, 50, Some(2)));
    assert_eq!(page.items[0].price.unwrap().to_string(), "52.70");
    let last = client.items(&ItemQuery { page_no: Some(2), ..ItemQuery::default() }).await.unwrap();
    assert_eq!((last.items.len(), last.next_page), (10, None));
    let query = ItemQuery { buyable: Some(true), stock_gte: Some(50), ..ItemQuery::default() };
    assert_eq!(client.items(&query).await.unwrap().total, 5);
    let customs = SpvCustoms {
        import_cost: "12.5".parse().unwrap(),
        manufacturer: "示例厂".into(),
        customs_specification: "30ml/瓶".into(),
        ingredient: "水".into(),
        usage: "护肤".into(),
        customs_photos_urls: vec!["https://a.example/1.jpg".into()],
    };
    let spv = |number: u64| format!("58e5b5f6af0a672a{number:08x}");
    assert!(client.put_spv_customs(&spv(2), &customs).await.unwrap().unwrap().is_complete());
    let query = ItemQuery { barcode: Some("B2".into()), ..ItemQuery::default() };
    assert!(client.items(&query).await.unwrap().items[0].spv.is_complete());
    assert!(client.put_spv_customs(&spv(1), &customs).await.is_err(), "in presale");
    assert!(client.put_spv_customs(&spv(99), &customs).await.is_err(), "there is none");
    let lacking = SpvCustoms { usage: String::new(), ..customs };
    assert!(client.put_spv_customs(&spv(3), &lacking).await.is_err(), "all six or none");
    let error = bench.v1(Some("another secret")).items(&ItemQuery::default()).await.unwrap_err();
    assert!(matches!(error.failure, Failure::Refused { ref code, .. } if code == "403"), "{error:?}");
    assert_eq!(bench.running.state()["spv_customs"].as_array().unwrap().len(), 1);
}

/// What a callback was sent: address, headers, body.
type Heard = Arc<Mutex<Vec<(Uri, HeaderMap, Value)>>>;

async fn hear(
    State(heard): State<Heard>,
    uri: Uri,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Json<Value> {
    let mut heard = heard.lock().unwrap();
    heard.push((uri, headers, body));
    // The third message is not taken at first.
    Json(json!({"success": heard.len() != 3, "error_code": 0, "error_msg": ""}))
}

#[tokio::test]
async fn messages_are_pushed_signed_and_again_when_they_were_not_taken() {
    let heard = Heard::default();
    let router = Router::new().route("/xhs/notify", post(hear)).with_state(Arc::clone(&heard));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/xhs/notify?shop=测试", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let plan = Plan { seed: 1, only: Some(Scenario::AllClear) };
    let push = Push { again_after: Duration::from_millis(50), ..Push::to(url) };
    let bench = Bench::new(plan, |settings| settings.push = Some(push)).await;
    // The test of the connection, and of each order: created, waiting, picked; one message again.
    let all = 1 + 3 * 260 + 1;
    for _ in 0..400 {
        if heard.lock().unwrap().len() >= all {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), all);
    assert_eq!(heard[0].2, json!({"test": true}));
    let credentials = bench.running.credentials();
    let mut waiting = 0;
    for (uri, headers, body) in &heard[1..] {
        let header = |name: &str| headers[name].to_str().unwrap();
        let query = [("shop", "测试".to_owned())];
        let signed =
            v1::sign(uri.path(), &query, &credentials.app_id, header("timestamp"), &credentials.app_secret);
        assert_eq!((header("sign"), header("app-key")), (signed.as_str(), credentials.app_id.as_str()));
        let data: Value = serde_json::from_str(body[0]["data"].as_str().unwrap()).unwrap();
        assert_eq!(body[0]["msgTag"], "msg_fulfillment_status_change");
        waiting += usize::from(data["orderStatus"] == 4);
    }
    assert!(waiting >= 2 * 260);
    assert_eq!(bench.running.state()["push_messages"]["not_acknowledged"], 1);
    server.abort();
}

#[tokio::test]
async fn equal_seeds_fail_alike() {
    let mut seen = Vec::new();
    for seed in [5, 5, 6] {
        let plan = Plan { seed, only: Some(Scenario::AllClear) };
        let bench = Bench::new(plan, |settings| {
            settings.faults = Rates::all(90_000).unwrap();
            settings.manner = Manner {
                slow: Duration::from_millis(1),
                hold: Duration::from_millis(20),
                retry_after: None,
                ..Manner::default()
            };
        })
        .await;
        let client = bench.client();
        let mut told = Vec::new();
        for index in 0..40 {
            told.push(match client.order_detail(&order_no(index)).await {
                Ok(_) => "fine".to_owned(),
                Err(error) => error.failure.to_string(),
            });
        }
        seen.push((told, bench.running.state()["faults"].clone()));
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[0], seen[2]);
    for failure in [
        "HTTP 504",
        "HTTP 50",
        "the connection broke",
        "a page instead of data",
        "no JSON",
        "time of the request wrong",
    ] {
        assert!(
            seen.iter().any(|(told, _)| told.iter().any(|told| told.contains(failure))),
            "{failure} {seen:?}"
        );
    }
}

#[tokio::test]
async fn its_own_pages_hold_no_secret_and_other_sides_are_served() {
    let bench = Bench::clear().await;
    bench.client().bundle(&order_no(1)).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let page = async |path: &str| {
        let url = format!("{}{path}", bench.running.base_url());
        client.get(url).send().await.unwrap().text().await.unwrap()
    };
    assert_eq!(page("/elsewhere/ping").await, "pong");
    let scenarios: Value = serde_json::from_str(&page("/sandbox/scenarios").await).unwrap();
    assert_eq!(scenarios.as_array().unwrap().len(), Scenario::ALL.len());
    let told = page("/sandbox/state").await + &page("/sandbox/orders").await;
    let debug = format!("{:?} {:?}", bench.running, bench.running.credentials());
    let credentials = bench.running.credentials();
    let (access, refresh) = bench.running.tokens();
    for secret in [&credentials.app_secret, &credentials.v1_secret, &credentials.code, &access, &refresh] {
        assert!(!told.contains(secret.as_str()) && !debug.contains(secret.as_str()));
    }
    assert!(!told.contains("鲸落") && !told.contains("1690000"));
}
