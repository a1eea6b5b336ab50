//! Yanxuan's side, asked by our own client and by hand.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use tokio::net::TcpListener;

use super::*;
use crate::http::{CallError, CallerSettings, Failure, Hidden, Rate as CallRate};
use crate::money::Yuan;
use crate::platform::{CancelAnswer, PlatformEvent};
use crate::sandbox::{Rate, Scenario};
use crate::yanxuan::{
    Amount, CALLBACKS, Client, Draft, Order, OrderLine, OrderStatus, Settings, events_of_order, sign,
};

/// A clock that is moved by hand.
struct HandClock(AtomicI64);

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

struct Bench {
    yanxuan: Yanxuan,
    clock: Arc<HandClock>,
    base_url: String,
}

impl Bench {
    async fn new(scenario: Scenario, change: impl FnOnce(&mut YanxuanSettings)) -> Self {
        let clock = Arc::new(HandClock(AtomicI64::new(START)));
        let mut settings = YanxuanSettings::new(Plan { seed: 1, only: Some(scenario) });
        change(&mut settings);
        let yanxuan = Yanxuan::new(settings, Arc::clone(&clock) as Arc<dyn Clock>);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/yanxuan", listener.local_addr().unwrap());
        let router = Router::new().nest("/yanxuan", yanxuan.router());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { yanxuan, clock, base_url }
    }

    fn client(&self) -> Client {
        self.client_of(&self.yanxuan.credentials().app_secret, 1)
    }

    fn client_of(&self, secret: &str, attempts: usize) -> Client {
        let much = CallRate::per_second(10_000);
        let caller = CallerSettings {
            attempts,
            timeout: Duration::from_secs(10),
            first_wait: Duration::from_millis(1),
            throttled_wait: Duration::from_millis(1),
            ..CallerSettings::new("yanxuan", much, much)
        };
        let app_key = self.yanxuan.credentials().app_key.clone();
        let settings =
            Settings { base_url: self.base_url.clone(), app_key, app_secret: Hidden::new(secret), caller };
        Client::new(settings, Arc::clone(&self.clock) as Arc<dyn Clock>).unwrap()
    }

    /// The code that a form of our own making is answered with.
    async fn code(&self, form: &[(&str, &str)]) -> i64 {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.post(format!("{}{PATH}", self.base_url)).form(form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        answer["code"].as_i64().unwrap()
    }
}

fn code(error: &CallError) -> &str {
    match &error.failure {
        Failure::Barred { code, .. }
        | Failure::Refused { code, .. }
        | Failure::Throttled { code, .. }
        | Failure::WrongTime { code, .. } => code,
        other => panic!("{other}"),
    }
}

fn order(order_no: &str, sku: &str, count: u32) -> Order {
    let amount = |fen: i64| Amount::new(Yuan::from_fen(fen)).unwrap();
    let paid = Timestamp::from_second(START - 60).unwrap();
    let total = 2_990 * i64::from(count);
    Order::new(Draft {
        order_no: order_no.into(),
        submitted: paid,
        paid,
        receiver_name: "鲸落乙".into(),
        receiver_phone: "16900007772".into(),
        province: "浙江省".into(),
        city: "杭州市".into(),
        district: "滨江区".into(),
        address: "蓝鲸大街777号".into(),
        paid_amount: amount(total + 1_000),
        freight: amount(1_000),
        pay_method: "微信".into(),
        lines: vec![OrderLine {
            sku_id: sku.into(),
            name: "袜".into(),
            count,
            price: amount(2_990),
            ..OrderLine::default()
        }],
        ..Draft::default()
    })
    .unwrap()
}

#[tokio::test]
async fn only_what_is_rightly_signed_is_let_in() {
    let bench = Bench::new(Scenario::AllClear, |_| {}).await;
    let credentials = bench.yanxuan.credentials().clone();
    let (key, secret) = (credentials.app_key.as_str(), credentials.app_secret.as_str());
    let now = crate::yanxuan::time_text(bench.clock.now());
    let method = "yanxuan.item.id.batch.get";
    let signed = sign([("method", method), ("appKey", key), ("timestamp", now.as_str())], secret);
    let form = [("method", method), ("appKey", key), ("timestamp", now.as_str()), ("sign", signed.as_str())];
    assert_eq!(bench.code(&form).await, 200);
    for (without, wanted) in [("method", 10001), ("timestamp", 10005), ("appKey", 10007), ("sign", 10010)] {
        let form: Vec<(&str, &str)> = form.into_iter().filter(|(name, _)| *name != without).collect();
        assert_eq!(bench.code(&form).await, wanted, "{without}");
    }
    for (name, value, wanted) in [
        ("method", "yanxuan.order.xxx", 10002),
        ("timestamp", "yesterday", 10006),
        ("timestamp", "2024-01-02 03:04:05", 10006),
        ("appKey", "another", 10008),
        ("sign", "00000000000000000000000000000000", 10011),
    ] {
        let form = form.map(|(known, old)| (known, if known == name { value } else { old }));
        assert_eq!(bench.code(&form).await, wanted, "{name} {value}");
    }
    let mut more = form.to_vec();
    more.push(("note", ""));
    assert_eq!(bench.code(&more).await, 10011, "what is not signed is not let in");
    let refused = &bench.yanxuan.state()["refused"];
    assert_eq!((&refused["isv.invalid-sign"], &refused["isv.invalid-timestamp"]), (&json!(2), &json!(2)));
    let error = bench.client_of("another secret", 1).item_ids().await.unwrap_err();
    assert_eq!(code(&error), "10011");
}

#[tokio::test]
async fn goods_and_stock_are_told_within_bounds() {
    let bench = Bench::new(Scenario::AllClear, |_| {}).await;
    let client = bench.client();
    let ids = client.item_ids().await.unwrap();
    assert_eq!(ids.len(), usize::try_from(goods::ITEMS).unwrap());
    let items = client.items(&ids).await.unwrap();
    assert_eq!(items.len(), ids.len());
    let skus: Vec<i64> = items.iter().flat_map(|item| &item.sku_list).map(|sku| sku.id.0.unwrap()).collect();
    let stock = client.stock(&skus).await.unwrap();
    assert!(stock.iter().all(|stock| stock.inventory.or_zero() >= 500));
    assert_eq!(code(&client.stock(&[7]).await.unwrap_err()), "20201");
    assert_eq!(client.vocabulary().unknown().len(), 0);
}

#[tokio::test]
async fn one_order_is_placed_once_shipped_and_told() {
    let bench = Bench::new(Scenario::AllClear, |_| {}).await;
    let client = bench.client();
    let before = client.stock(&[10_019_005]).await.unwrap()[0].inventory.or_zero();
    for _ in 0..2 {
        let placed = client.create_order(&order("T1", "10019005", 3)).await.unwrap();
        assert_eq!((placed.order_status, placed.order_packages.len()), (OrderStatus::Payed, 1));
    }
    assert_eq!(client.stock(&[10_019_005]).await.unwrap()[0].inventory.or_zero(), before - 3);
    assert_eq!(events_of_order(&client.order("T1").await.unwrap()), []);
    bench.clock.advance(10);
    let shipped = client.order("T1").await.unwrap();
    let [PlatformEvent::Waybill(news)] = &events_of_order(&shipped)[..] else { panic!("{shipped:?}") };
    assert!(news.only().is_some());
    let refused = client.cancel_order("T1").await.unwrap();
    assert_eq!((refused.answer(), refused.reason().as_str()), (Some(CancelAnswer::Refused), "订单已出库"));
    let at = bench.clock.now();
    client.confirm_receipt("T1", &news.package_no, at).await.unwrap();
    assert_eq!(
        client.order("T1").await.unwrap().order_packages[0].package_status,
        OrderStatus::WaitingComment
    );
    assert_eq!(code(&client.confirm_receipt("T1", "7", at).await.unwrap_err()), "20002");
    assert_eq!(code(&client.order("T2").await.unwrap_err()), "20108");
    let state = bench.yanxuan.state();
    assert_eq!((&state["orders"], &state["orders_again"]), (&json!(1), &json!(1)));
    assert!(
        !state.to_string().contains("鲸落")
            && !state.to_string().contains(&bench.yanxuan.credentials().app_secret)
    );
}

#[tokio::test]
async fn wrong_orders_are_refused_as_documented() {
    let bench = Bench::new(Scenario::AllClear, |_| {}).await;
    let client = bench.client();
    assert_eq!(code(&client.create_order(&order("T1", "7", 1)).await.unwrap_err()), "20104");
    assert_eq!(code(&client.create_order(&order("T1", "10019005", 9_999)).await.unwrap_err()), "20102");
    assert_eq!(code(&client.cancel_order("T1").await.unwrap_err()), "20108");
    let right: Value = serde_json::from_str(&order("T1", "10019005", 1).json()).unwrap();
    let credentials = bench.yanxuan.credentials().clone();
    let mut codes = Vec::new();
    for (name, value) in [
        ("realPrice", json!(0.5)),
        ("receiverDistrictName", json!("区".repeat(33))),
        ("receiverName", json!("")),
        ("payTime", json!("2099-01-01 00:00:00")),
        ("submitTime", json!("soon")),
        ("orderSkus", json!([])),
    ] {
        let mut wrong = right.clone();
        wrong[name] = value;
        let (wrong, now) = (wrong.to_string(), crate::yanxuan::time_text(bench.clock.now()));
        let mut form = vec![
            ("method", "yanxuan.order.paid.create"),
            ("appKey", &credentials.app_key),
            ("timestamp", &now),
            ("order", &wrong),
        ];
        let signed = sign(form.iter().copied(), &credentials.app_secret);
        form.push(("sign", &signed));
        codes.push(bench.code(&form).await);
    }
    assert_eq!(codes, [20107, 20105, 20001, 20106, 20002, 20001]);
    assert_eq!(bench.yanxuan.state()["orders"], 0);
}

#[tokio::test]
async fn cancelling_may_take_a_decision() {
    let bench = Bench::new(Scenario::AllClear, |_| {}).await;
    let client = bench.client();
    client.create_order(&order("T1", "10019005", 1)).await.unwrap();
    assert_eq!(client.cancel_order("T1").await.unwrap().answer(), Some(CancelAnswer::Granted));
    assert_eq!(client.order("T1").await.unwrap().order_status, OrderStatus::UserPayedCancel);
    let bench = Bench::new(Scenario::CancelledBeforeRelease, |settings| {
        settings.ships_after = SignedDuration::from_secs(60);
    })
    .await;
    let client = bench.client();
    client.create_order(&order("T1", "10019005", 1)).await.unwrap();
    assert_eq!(client.cancel_order("T1").await.unwrap().answer(), Some(CancelAnswer::Pending));
    assert_eq!(client.order("T1").await.unwrap().order_status, OrderStatus::Cancelling);
    bench.clock.advance(60);
    assert_eq!(client.order("T1").await.unwrap().order_status, OrderStatus::UserPayedCancel);
    client.create_order(&order("T2", "10019005", 1)).await.unwrap();
    bench.clock.advance(60);
    assert_eq!(client.order("T2").await.unwrap().order_status, OrderStatus::SysCancel, "there is none left");
}

#[tokio::test]
async fn registering_replaces_what_was_registered() {
    let bench = Bench::new(Scenario::AllClear, |_| {}).await;
    let client = bench.client();
    let by_default: Vec<&str> =
        CALLBACKS.iter().filter(|kind| kind.by_default).map(|kind| kind.method).collect();
    assert_eq!(client.callbacks().await.unwrap(), by_default);
    client.register_callbacks(["yanxuan.notification.sku.close"]).await.unwrap();
    assert_eq!(client.callbacks().await.unwrap(), ["yanxuan.notification.sku.close"]);
    let error = client.register_callbacks(["yanxuan.notification.nothing"]).await.unwrap_err();
    assert_eq!(code(&error), "20002");
}

#[tokio::test]
async fn calls_beyond_the_limit_of_a_method_are_counted_and_refused() {
    // An hour, so that a slow machine counts the same.
    let bench = Bench::new(Scenario::AllClear, |settings| settings.span = Duration::from_secs(3_600)).await;
    let client = bench.client();
    for _ in 0..70 {
        client.item_ids().await.unwrap();
    }
    let error = client.item_ids().await.unwrap_err();
    assert_eq!(code(&error), "10013");
    assert!((60..=3_600).contains(&error.retry_after().unwrap().as_secs()), "{:?}", error.retry_after());
    client.callbacks().await.unwrap();
    let state = bench.yanxuan.state();
    assert_eq!(state["breaches"], json!({"calls_per_method": 1}));
    assert_eq!(state["most_calls_of_a_method_in_a_span"], 71);
}

#[tokio::test]
async fn orders_are_placed_once_whatever_goes_wrong() {
    let rates = ["timeout", "429", "500", "slow", "cut", "html", "bad-json", "clock-skew"];
    let bench = Bench::new(Scenario::AllClear, |settings| {
        let rates = rates.map(|kind| format!("{kind}=0.05").parse::<Rate>().unwrap());
        settings.faults = Rates::of(rates).unwrap();
        settings.calls = usize::MAX;
        settings.manner = Manner {
            slow: Duration::from_millis(1),
            hold: Duration::from_millis(20),
            retry_after: None,
            ..Manner::default()
        };
    })
    .await;
    let client = bench.client_of(&bench.yanxuan.credentials().app_secret, 12);
    for number in 0..60 {
        let order_no = format!("T{number}");
        let placed = client.create_order(&order(&order_no, "10019005", 1)).await.unwrap();
        assert_eq!(placed.order_id.0, order_no);
    }
    let state = bench.yanxuan.state();
    assert_eq!(state["orders"], 60);
    assert!(
        state["orders_again"].as_u64().unwrap() > 0,
        "some were done before the answer was lost: {state}"
    );
    assert_eq!(state["faults"].as_object().unwrap().len(), rates.len(), "{state}");
}
