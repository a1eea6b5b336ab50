//! Against a double on this machine, which answers as told and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::placing::tests::draft;
use super::*;
use crate::clock::FixedClock;
use crate::http::{CallError, CallerSettings, Failure, Hidden, Rate};
use crate::platform::{Answer, CancelAnswer};

const SECRET: &str = "demo-app-secret";

type Pairs = Vec<(String, String)>;

#[derive(Default)]
struct Double {
    next: Mutex<VecDeque<(u16, Value)>>,
    asked: Mutex<Vec<Pairs>>,
}

async fn answer(State(double): State<Arc<Double>>, Form(form): Form<Pairs>) -> Response {
    double.asked.lock().unwrap().push(form);
    let next = double.next.lock().unwrap().pop_front();
    let (status, body) = next.unwrap_or((200, json!({"code": 200, "msg": "", "result": null})));
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

struct Bench {
    double: Arc<Double>,
    client: Client,
}

impl Bench {
    async fn new() -> Self {
        let double = Arc::new(Double::default());
        let router = Router::new().route(PATH, post(answer)).with_state(Arc::clone(&double));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let much = Rate::per_second(10_000);
        let caller = CallerSettings {
            attempts: 3,
            first_wait: Duration::from_millis(1),
            throttled_wait: Duration::from_millis(1),
            ..CallerSettings::new(PLATFORM, much, much)
        };
        let settings =
            Settings { base_url, app_key: "demo-app-key".into(), app_secret: Hidden::new(SECRET), caller };
        let now: Timestamp = "2024-01-01T19:04:05Z".parse().unwrap();
        let client = Client::new(settings, Arc::new(FixedClock(now))).unwrap();
        Self { double, client }
    }

    fn tell(&self, body: Value) {
        self.double.next.lock().unwrap().push_back((200, body));
    }

    fn result(&self, result: Value) {
        self.tell(json!({"code": 200, "msg": "", "result": result}));
    }

    /// What was asked last: its own parameters. The common ones and the signature are looked at here.
    fn asked(&self) -> (String, Pairs) {
        let mut form = self.double.asked.lock().unwrap().last().unwrap().clone();
        assert!(is_signed(form.iter().map(|(name, value)| (name.as_str(), value.as_str())), SECRET));
        let mut method = String::new();
        form.retain(|(name, value)| match name.as_str() {
            "method" => {
                method.clone_from(value);
                false
            }
            "appKey" => value != "demo-app-key",
            "timestamp" => value != "2024-01-02 03:04:05",
            "sign" => false,
            _ => true,
        });
        (method, form)
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Pairs {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn every_call_is_a_signed_form() {
    let bench = Bench::new().await;
    let client = &bench.client;
    bench.result(json!([1_000_884, "1000885"]));
    assert_eq!(client.item_ids().await.unwrap(), [1_000_884, 1_000_885]);
    assert_eq!(bench.asked(), ("yanxuan.item.id.batch.get".into(), vec![]));

    bench.result(json!([{"id": 1_000_884, "name": "袜", "skuList": [{"id": 5, "channelPrice": 50.00, "yanxuanPrice": "55"}]}]));
    let items = client.items(&[1_000_884, 1_000_885]).await.unwrap();
    assert_eq!(items[0].sku_list[0].channel_price.0.unwrap().to_string(), "50");
    assert_eq!(bench.asked(), ("yanxuan.item.batch.get".into(), pairs(&[("itemIds", "1000884,1000885")])));

    bench.result(json!("[{\"inventory\": 3, \"skuId\": 10019005}]"));
    let stock = client.stock(&[10_019_005, 123_123]).await.unwrap();
    assert_eq!((stock[0].sku_id.0.as_str(), stock[0].inventory.0), ("10019005", Some(3)));
    assert_eq!(bench.asked().1, pairs(&[("skuIds", "[10019005,123123]")]));

    let order = Order::new(draft("T1")).unwrap();
    bench.result(json!(json!({"orderId": "T1", "orderStatus": "PAYED", "realPrice": 90.87}).to_string()));
    let placed = client.create_order(&order).await.unwrap();
    assert_eq!(
        (placed.order_status, placed.real_price.0.unwrap().to_string()),
        (OrderStatus::Payed, "90.87".into())
    );
    let (method, asked) = bench.asked();
    assert_eq!((method.as_str(), asked[0].1.as_str()), ("yanxuan.order.paid.create", order.json().as_str()));

    for (status, answer) in [(json!(0), CancelAnswer::Refused), (json!("2"), CancelAnswer::Pending)] {
        bench.result(json!(json!({"cancelStatus": status, "rejectReason": "已出库"}).to_string()));
        let cancelled = client.cancel_order("T1").await.unwrap();
        assert_eq!((cancelled.answer(), cancelled.reason().as_str()), (Some(answer), "已出库"));
    }
    assert_eq!(bench.asked(), ("yanxuan.order.paid.cancel".into(), pairs(&[("orderId", "T1")])));

    client.confirm_receipt("T1", "9", "2024-01-05T02:00:00Z".parse().unwrap()).await.unwrap();
    let confirmed = [("orderId", "T1"), ("packageId", "9"), ("confirmTime", "2024-01-05 10:00:00")];
    assert_eq!(bench.asked(), ("yanxuan.order.received.confirm".into(), pairs(&confirmed)));

    bench.result(json!({"orderId": "T1", "orderStatus": "USERPAYEDCANCEL"}));
    assert!(client.order("T1").await.unwrap().order_status.is_cancelled());

    let names = CALLBACKS.map(|kind| kind.method);
    bench.result(json!(""));
    client.register_callbacks(names).await.unwrap();
    assert_eq!(bench.asked().1, pairs(&[("methods", names.join(",").as_str())]));
    for list in [json!(names), json!(json!(names).to_string())] {
        bench.result(list);
        assert_eq!(client.callbacks().await.unwrap(), names);
    }
    assert_eq!(client.vocabulary().unknown().len(), 0, "{:?}", client.vocabulary().unknown());
}

#[tokio::test]
async fn long_questions_are_asked_in_parts() {
    let bench = Bench::new().await;
    let ids: Vec<i64> = (1..=70).collect();
    bench.client.items(&ids).await.unwrap();
    assert_eq!(bench.double.asked.lock().unwrap().len(), 3);
    bench.client.stock(&(1..=101).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(bench.double.asked.lock().unwrap().len(), 5);
}

#[tokio::test]
async fn what_is_temporary_is_tried_again_and_the_rest_is_told() {
    let bench = Bench::new().await;
    let error =
        |code: i64| json!({"code": code, "msg": "出错", "subErrCode": "x", "subErrParam": {"retryTime": 0}});
    bench.tell(error(19999));
    bench.tell(error(10013));
    bench.result(json!([1]));
    assert_eq!(bench.client.item_ids().await.unwrap(), [1]);
    assert_eq!(bench.double.asked.lock().unwrap().len(), 3);

    bench.tell(error(20108));
    let unknown = bench.client.order("T1").await.unwrap_err();
    assert!(errors::is_no_such_order(&unknown.failure) && !unknown.is_temporary());
    assert!(matches!(Answer::<ChannelOrder>::from(Err(unknown)), Answer::Refused { .. }));
    bench.tell(error(10011));
    let barred: CallError = bench.client.order("T1").await.unwrap_err();
    assert!(matches!(barred.failure, Failure::Barred { .. }), "{barred}");
    assert_eq!(barred.fault().kind.code, "NET-ACCESS");
    assert!(
        matches!(Answer::<ChannelOrder>::from(Err(barred)), Answer::Temporary { .. }),
        "no order is at fault"
    );
    assert_eq!(bench.double.asked.lock().unwrap().len(), 5);
}

#[tokio::test]
async fn what_is_unknown_is_read_and_counted() {
    let bench = Bench::new().await;
    bench.result(json!(
        json!({"orderId": "T1", "orderStatus": "LOST", "newField": 1, "receiverName": "鲸落乙"}).to_string()
    ));
    let order = bench.client.order("T1").await.unwrap();
    assert_eq!(order.order_status, OrderStatus::Other("LOST".into()));
    assert!(!order.order_status.is_cancelled());
    bench.tell(json!({"code": 29999, "msg": "手机16900007771"}));
    let error = bench.client.order("T1").await.unwrap_err();
    let told = format!("{order:?} {error} {error:?} {:?}", bench.client);
    for hidden in ["鲸落", "16900007771", SECRET] {
        assert!(!told.contains(hidden), "{told}");
    }
    let unknown = bench.client.vocabulary().unknown();
    let names: Vec<&str> = unknown.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["error.code=29999", "yanxuan.order.paid.get.newField", "yanxuan.order.paid.get.orderStatus=LOST"]
    );
}

#[tokio::test]
async fn a_client_needs_a_key_and_a_safe_address() {
    let new = |base_url: &str, app_key: &str| {
        let (base_url, app_key) = (base_url.to_owned(), app_key.to_owned());
        let settings =
            Settings { base_url, app_key, app_secret: Hidden::new(SECRET), caller: caller_settings() };
        Client::new(settings, Arc::new(FixedClock(Timestamp::UNIX_EPOCH)))
            .map(|_| ())
            .map_err(|error| error.failure)
    };
    assert_eq!(new("https://openapi.you.163.com", "k"), Ok(()));
    assert!(matches!(new("https://openapi.you.163.com", ""), Err(Failure::NotSetUp(_))));
    // The platform's test host has no TLS, and orders hold names and addresses.
    assert!(matches!(new("http://openapi-test.you.163.com", "k"), Err(Failure::NotSetUp(_))));
}

#[test]
fn times_are_beijings() {
    let at = time_of(" 2024-01-02 03:04:05 ").unwrap();
    assert_eq!(at.to_string(), "2024-01-01T19:04:05Z");
    assert_eq!(time_text(at), "2024-01-02 03:04:05");
    for wrong in ["", "2024-01-02", "2024-13-02 03:04:05", "2024-01-02T03:04:05Z", "１"] {
        assert_eq!(time_of(wrong), None, "{wrong}");
    }
}
