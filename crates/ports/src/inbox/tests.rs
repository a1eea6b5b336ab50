//! The routes over loopback, in front of stores that can be held up.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc;

use axum::Router;
use serde_json::json;
use tokio::net::TcpListener;

use super::*;
use crate::http::Hidden;
use crate::platform::Demand;
use crate::store::MemoryStore;
use crate::xiaohongshu::v1;
use crate::yanxuan::{sign, time_text};

const NOW: i64 = 1_793_500_000;
const KEY: &str = "demo-app-key";
const SECRET: &str = "demo-app-secret";
const APP: &str = "a1b2c3d4e5f60718293a";
const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";
const LEASE: Duration = Duration::from_secs(60);
const DELIVERED: &str = "yanxuan.notification.order.delivered";
const REOPENED: &str = "yanxuan.notification.sku.reopen";

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

/// A store that refuses to write, or waits before it does.
#[derive(Default)]
struct Gate {
    store: MemoryStore,
    is_full: AtomicBool,
    /// Told when a commit has come, and what it then waits for.
    held: Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>>,
}

impl Store for Gate {
    fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
        self.store.get(key)
    }
    fn scan(&self, prefix: &Key, after: Option<&Key>, limit: usize) -> Result<Vec<Document>, StoreError> {
        self.store.scan(prefix, after, limit)
    }
    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        if let Some((came, wait)) = self.held.lock().unwrap().take() {
            came.send(()).unwrap();
            wait.recv().unwrap();
        }
        if self.is_full.load(Ordering::SeqCst) {
            let source = std::io::ErrorKind::StorageFull.into();
            return Err(StoreError::Io { place: "here".into(), source });
        }
        self.store.commit(batch)
    }
    fn restore(&self, documents: Vec<Document>) -> Result<(), StoreError> {
        self.store.restore(documents)
    }
    fn claim_due(
        &self,
        prefix: &Key,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        self.store.claim_due(prefix, now, lease, limit)
    }
}

/// Seals by writing backwards; cannot when told so.
#[derive(Default)]
struct Backwards(AtomicBool);

impl Seal for Backwards {
    fn seal(&self, key: &Key, plain: &str) -> Result<String, SealError> {
        if self.0.load(Ordering::SeqCst) {
            return Err(SealError { key: key.clone(), reason: "no key".into() });
        }
        Ok(plain.chars().rev().collect())
    }
    fn open(&self, key: &Key, sealed: &str) -> Result<String, SealError> {
        self.seal(key, sealed)
    }
}

struct Bench {
    store: Arc<Gate>,
    clock: Arc<HandClock>,
    inbox: Arc<Inbox>,
    base: String,
    client: reqwest::Client,
}

impl Bench {
    async fn new() -> Self {
        Self::sealed(Arc::new(Plain)).await
    }

    async fn sealed(seal: Arc<dyn Seal>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let store = Arc::new(Gate::default());
        let clock = Arc::new(HandClock(AtomicI64::new(NOW)));
        let inbox = Arc::new(Inbox::new(
            Arc::clone(&store) as Arc<dyn Store>,
            Arc::clone(&clock) as Arc<dyn Clock>,
            seal,
        ));
        let door = XiaohongshuDoor { app_id: APP.into(), app_secret: Hidden::new(APP_SECRET), path: None };
        let doors = Doors {
            yanxuan: Some(YanxuanDoor { app_key: KEY.into(), app_secret: Hidden::new(SECRET) }),
            xiaohongshu: Some(door.clone()),
        };
        let behind_a_proxy = XiaohongshuDoor { path: Some("/open/xhs".into()), ..door };
        let elsewhere = Doors { xiaohongshu: Some(behind_a_proxy), yanxuan: None };
        let router = router(Arc::clone(&inbox), doors.clone())
            .nest("/below", super::router(Arc::clone(&inbox), doors))
            .nest("/proxied", super::router(Arc::clone(&inbox), elsewhere));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { store, clock, inbox, base, client }
    }

    /// A signed form of a callback, sent now.
    fn form(&self, method: &str, payload: &str, news: &Value) -> Vec<(String, String)> {
        let mut form = vec![
            ("method".to_owned(), method.to_owned()),
            ("appKey".to_owned(), KEY.to_owned()),
            ("timestamp".to_owned(), time_text(self.clock.now())),
            (payload.to_owned(), news.to_string()),
        ];
        let signed = sign(form.iter().map(|(name, value)| (name.as_str(), value.as_str())), SECRET);
        form.push(("sign".to_owned(), signed));
        form
    }

    fn delivered(&self, order_no: &str) -> Vec<(String, String)> {
        let news = json!({"orderId": order_no, "packageId": 1,
                          "expressInfos": [{"expressCompany": "顺丰", "expressNos": ["SF1"]}]});
        self.form(DELIVERED, "orderPackage", &news)
    }

    async fn call_back(&self, form: &[(String, String)]) -> (u16, String) {
        let request = self.client.post(format!("{}/callbacks/yanxuan", self.base)).form(form);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// A push to a path, signed for another one if it has to be.
    async fn push(&self, path: &str, signed_path: &str, body: &Value) -> (u16, Value) {
        let query = [("shop", "测试".to_owned())];
        let timestamp = self.clock.now().as_second().to_string();
        let signed = v1::sign(signed_path, &query, APP, &timestamp, APP_SECRET);
        let request = self.client.post(format!("{}{path}?shop=测试", self.base)).json(body);
        let request = request.header("app-key", APP).header("timestamp", timestamp).header("sign", signed);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    fn documents(&self) -> Vec<Document> {
        self.store.scan(&Inbox::prefix(), None, 1_000).unwrap()
    }

    fn claim(&self) -> Vec<Claimed> {
        self.inbox.claim(LEASE, 100).unwrap()
    }

    fn finish(&self, claimed: &Claimed) {
        let mut batch = Batch::default();
        self.inbox.done(&mut batch, claimed).unwrap();
        self.store.commit(batch).unwrap();
    }
}

const RECEIVED: &str = r#"{"code":200,"msg":""}"#;

#[tokio::test]
async fn a_callback_is_kept_claimed_and_done_once() {
    let bench = Bench::new().await;
    let form = bench.delivered("T1");
    assert_eq!(bench.call_back(&form).await, (200, RECEIVED.to_owned()));
    let claimed = bench.claim();
    let key = claimed[0].key.as_str();
    assert!(key.starts_with("inbox/yanxuan/yanxuan.notification.order.delivered/"), "{key}");
    assert_eq!((claimed[0].event.demand(), claimed[0].event.order_no()), (Demand::TakeWaybill, Some("T1")));
    assert_eq!(claimed[0].callback.sent_at.as_second(), NOW);
    assert_eq!(bench.claim().len(), 0, "it is somebody's");

    // The platform tells it again, with another time: while somebody is at it, and when it is done.
    bench.clock.advance(SignedDuration::from_secs(30));
    let again = bench.delivered("T1");
    assert_eq!(bench.call_back(&again).await, (200, RECEIVED.to_owned()));
    bench.finish(&claimed[0]);
    bench.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(bench.call_back(&again).await, (200, RECEIVED.to_owned()));
    assert_eq!(bench.call_back(&form).await, (200, RECEIVED.to_owned()));
    assert_eq!((bench.claim().len(), bench.documents().len()), (0, 1));
    let counts = bench.inbox.counts();
    assert_eq!((counts[&("yanxuan", "kept")], counts[&("yanxuan", "known")]), (1, 3));
    assert_eq!(bench.inbox.heard("yanxuan").unwrap(), Some(bench.clock.now()));
    assert_eq!(bench.inbox.heard("xiaohongshu").unwrap(), None);
}

#[tokio::test]
async fn whose_lease_has_ended_cannot_say_that_it_is_done() {
    let bench = Bench::new().await;
    bench.call_back(&bench.delivered("T1")).await;
    let late = bench.claim();
    bench.clock.advance(SignedDuration::from_secs(61));
    let other = bench.claim();
    let mut batch = Batch::default();
    bench.inbox.done(&mut batch, &late[0]).unwrap();
    assert!(matches!(bench.store.commit(batch), Err(StoreError::Conflict { .. })));
    bench.finish(&other[0]);
}

#[tokio::test]
async fn nothing_unsigned_or_out_of_form_is_kept() {
    let bench = Bench::new().await;
    let right = bench.delivered("T1");
    let changed = |name: &str, value: &str| {
        let mut form = right.clone();
        form.iter_mut().filter(|(known, _)| known == name).for_each(|(_, old)| *old = value.to_owned());
        form
    };
    let signature = &right[4].1;
    let nearly = format!("{}{}", &signature[..31], if signature.ends_with('0') { "1" } else { "0" });
    let mut twice = right.clone();
    twice.push(("orderPackage".into(), "{}".into()));
    let mut more = right.clone();
    more.push(("note".into(), String::new()));
    for (form, status) in [
        (changed("sign", &nearly), 401),
        (changed("sign", ""), 400),
        (changed("orderPackage", "{}"), 401),
        (changed("timestamp", "2024-01-02 03:04:05"), 401),
        (changed("appKey", "another"), 401),
        (changed("method", ""), 400),
        (more, 401),
        (twice, 400),
        (vec![], 400),
    ] {
        let (found, body) = bench.call_back(&form).await;
        assert_eq!(found, status, "{form:?}");
        let code = serde_json::from_str::<Value>(&body).unwrap()["code"].as_u64();
        assert_eq!(code, Some(status.into()), "{body}");
    }
    for (span, is_heard) in [
        (SignedDuration::from_hours(24 * 31), false),
        (SignedDuration::from_hours(24 * 29), true),
        (SignedDuration::from_hours(-11), true),
        (SignedDuration::from_hours(-13), false),
    ] {
        bench.clock.advance(span);
        assert_eq!(bench.call_back(&right).await.0 == 200, is_heard, "{span:?}");
        bench.clock.advance(-span);
    }
    assert_eq!(bench.documents().len(), 1);
    let counts = bench.inbox.counts();
    assert_eq!((counts[&("yanxuan", "wrong signature")], counts[&("yanxuan", "wrong time")]), (4, 2));
    assert!(!format!("{:?}", bench.inbox).contains(SECRET));
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let bench = Bench::new().await;
    let long = bench.form(DELIVERED, "orderPackage", &json!("x".repeat(MAX_BODY_BYTES)));
    assert_eq!(bench.call_back(&long).await.0, 413);
    let (status, answer) = bench
        .push("/callbacks/xiaohongshu", "/callbacks/xiaohongshu", &json!("x".repeat(MAX_BODY_BYTES)))
        .await;
    assert_eq!((status, &answer["success"]), (413, &json!(false)));
    let fits = bench.form(DELIVERED, "orderPackage", &json!("x".repeat(MAX_BODY_BYTES - 1_000)));
    assert_eq!(bench.call_back(&fits).await.0, 200);
    assert_eq!(bench.documents().len(), 1);
}

#[tokio::test]
async fn news_that_does_not_tell_itself_apart_is_new_at_another_time() {
    let bench = Bench::new().await;
    let news = json!([{"skuId": 5, "inventory": 3}]);
    let first = bench.form(REOPENED, "reopenSkus", &news);
    bench.call_back(&first).await;
    bench.clock.advance(SignedDuration::from_hours(1));
    bench.call_back(&bench.form(REOPENED, "reopenSkus", &news)).await;
    bench.call_back(&first).await;
    assert_eq!(bench.documents().len(), 2, "closed meanwhile");
}

#[tokio::test]
async fn news_of_a_later_version_is_kept_and_counted() {
    let bench = Bench::new().await;
    let form =
        bench.form("yanxuan.notification.order.refund.result", "refundResult", &json!({"applyId": "A1"}));
    assert_eq!(bench.call_back(&form).await.0, 200);
    let news = json!({"orderId": "T1", "reason": "LOST", "newField": 1});
    bench.call_back(&bench.form("yanxuan.notification.order.exceptional", "exceptionInfo", &news)).await;
    let demands: Vec<Demand> = bench.claim().iter().map(|claimed| claimed.event.demand()).collect();
    assert!(demands.contains(&Demand::Look) && demands.contains(&Demand::Hold), "{demands:?}");
    let unknown = bench.inbox.vocabulary().unknown();
    let names: Vec<&str> = unknown.keys().map(String::as_str).collect();
    let kind = "yanxuan.notification.order.exceptional";
    assert_eq!(names, [format!("{kind}.newField"), format!("{kind}.reason=LOST")]);
}

fn message(tag: &str, data: &Value) -> Value {
    json!({"msgTag": tag, "sellerId": "s1", "data": data.to_string()})
}

#[tokio::test]
async fn push_messages_are_kept_each_once() {
    let bench = Bench::new().await;
    let path = "/callbacks/xiaohongshu";
    let waiting = message(
        "msg_fulfillment_status_change",
        &json!({"orderId": "P1", "orderStatus": 4, "updateTime": 1}),
    );
    let remark = message(
        "msg_fulfillment_seller_remark_change",
        &json!({"orderId": "P2", "sellerRemarkContent": "鲸落乙要发票", "sellerRemarkOperator": "鲸落丙"}),
    );
    // Once when it waits and once when it was picked, in one request or two.
    let body = json!([waiting, remark, waiting]);
    let received = json!({"success": true, "error_code": 0, "error_msg": ""});
    for _ in 0..2 {
        assert_eq!(bench.push(path, path, &body).await, (200, received.clone()));
    }
    assert_eq!(
        bench.push("/below/callbacks/xiaohongshu", "/below/callbacks/xiaohongshu", &body).await.0,
        200
    );
    assert_eq!(bench.push("/proxied/callbacks/xiaohongshu", "/open/xhs", &body).await.0, 200);
    assert_eq!(
        bench.push("/proxied/callbacks/xiaohongshu", "/proxied/callbacks/xiaohongshu", &body).await.0,
        401
    );
    let documents = bench.documents();
    assert_eq!(documents.len(), 2);
    assert!(documents.iter().all(|document| !String::from_utf8_lossy(&document.body).contains("鲸落")));
    let claimed = bench.claim();
    let mut orders: Vec<&str> = claimed.iter().filter_map(|claimed| claimed.event.order_no()).collect();
    orders.sort_unstable();
    assert_eq!(orders, ["P1", "P2"]);
    assert_eq!(claimed[0].callback.seller.as_deref(), Some("s1"));
}

#[tokio::test]
async fn only_signed_messages_are_kept_and_only_fresh_ones() {
    let bench = Bench::new().await;
    let path = "/callbacks/xiaohongshu";
    let body = json!([message("msg_sku_buyable", &json!({"skuId": "s"}))]);
    let url = format!("{}{path}", bench.base);
    let send = async |body: &Value, heads: [(&'static str, String); 3]| {
        let mut request = bench.client.post(&url).json(body);
        for (name, value) in heads {
            request = request.header(name, value);
        }
        request.send().await.unwrap().status().as_u16()
    };
    let heads = |app: &str, second: i64, secret: &str| {
        let timestamp = second.to_string();
        let sign = v1::sign(path, &[], app, &timestamp, secret);
        [("app-key", app.to_owned()), ("timestamp", timestamp), ("sign", sign)]
    };
    assert_eq!(send(&body, heads(APP, NOW, "another")).await, 401);
    assert_eq!(send(&body, heads("another", NOW, APP_SECRET)).await, 401);
    assert_eq!(send(&body, heads(APP, NOW - 3_601, APP_SECRET)).await, 401);
    assert_eq!(send(&json!({"msgTag": "x"}), heads(APP, NOW, APP_SECRET)).await, 400);
    assert_eq!(send(&json!([{"msgTag": "no/name"}]), heads(APP, NOW, APP_SECRET)).await, 400);
    assert_eq!(bench.client.post(&url).json(&body).send().await.unwrap().status(), 400);
    // The platform tries whether somebody is here.
    let test = bench.client.post(&url).json(&json!({"test": true})).send().await.unwrap();
    assert_eq!(test.json::<Value>().await.unwrap()["success"], true);
    assert_eq!(bench.documents().len(), 0);
    assert_eq!(send(&body, heads(APP, NOW - 3_599, APP_SECRET)).await, 200);
    assert_eq!(bench.documents().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_answered_before_it_is_kept() {
    let bench = Bench::new().await;
    let (came, has_come) = mpsc::channel();
    let (go, wait) = mpsc::channel();
    *bench.store.held.lock().unwrap() = Some((came, wait));
    let form = bench.delivered("T1");
    let request = bench.client.post(format!("{}/callbacks/yanxuan", bench.base)).form(&form);
    let answer = tokio::spawn(async move { request.send().await.unwrap().status().as_u16() });
    tokio::task::spawn_blocking(move || has_come.recv().unwrap()).await.unwrap();
    // The store has it and has not said so: nobody else may have.
    assert!(!answer.is_finished());
    assert_eq!(bench.documents().len(), 0);
    go.send(()).unwrap();
    assert_eq!(answer.await.unwrap(), 200);
    assert_eq!(bench.documents().len(), 1);

    bench.store.is_full.store(true, Ordering::SeqCst);
    let form = bench.delivered("T2");
    let (status, body) = bench.call_back(&form).await;
    assert_eq!((status, body.as_str()), (503, r#"{"code":503,"msg":"not kept"}"#));
    bench.store.is_full.store(false, Ordering::SeqCst);
    assert_eq!(bench.call_back(&form).await.0, 200, "it is told again");
    assert_eq!(bench.claim().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_hear_the_answer_tells_it_again_without_harm() {
    let bench = Bench::new().await;
    let (came, has_come) = mpsc::channel();
    let (go, wait) = mpsc::channel();
    *bench.store.held.lock().unwrap() = Some((came, wait));
    let form = bench.delivered("T1");
    let request = bench.client.post(format!("{}/callbacks/yanxuan", bench.base)).form(&form);
    let asking = tokio::spawn(async move { request.send().await.map(|_| ()) });
    tokio::task::spawn_blocking(move || has_come.recv().unwrap()).await.unwrap();
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    go.send(()).unwrap();
    assert_eq!(bench.call_back(&form).await.0, 200);
    let claimed = bench.claim();
    assert_eq!(claimed.len(), 1);
    bench.finish(&claimed[0]);
    assert_eq!(bench.call_back(&form).await.0, 200);
    assert_eq!(bench.documents().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_at_the_same_moment_is_kept_once() {
    let bench = Bench::new().await;
    let mut asking = Vec::new();
    for number in 0..40 {
        let form = bench.delivered(if number % 2 == 0 { "T1" } else { "T2" });
        let request = bench.client.post(format!("{}/callbacks/yanxuan", bench.base)).form(&form);
        asking.push(tokio::spawn(async move { request.send().await.unwrap().status().as_u16() }));
    }
    for answer in asking {
        assert_eq!(answer.await.unwrap(), 200);
    }
    assert_eq!(bench.documents().len(), 2);
    let counts = bench.inbox.counts();
    assert_eq!((counts[&("yanxuan", "kept")], counts[&("yanxuan", "known")]), (2, 38));
}

#[tokio::test]
async fn what_the_news_says_is_sealed() {
    let seal = Arc::new(Backwards::default());
    let bench = Bench::sealed(Arc::clone(&seal) as Arc<dyn Seal>).await;
    let form = bench.delivered("T20240102001");
    bench.call_back(&form).await;
    let document = bench.documents().remove(0);
    assert!(!String::from_utf8_lossy(&document.body).contains("T20240102001"));
    let claimed = bench.claim();
    assert_eq!(claimed[0].event.order_no(), Some("T20240102001"));
    assert!(!format!("{:?}", claimed[0].callback).contains("orderId"));
    seal.0.store(true, Ordering::SeqCst);
    assert_eq!(bench.call_back(&bench.delivered("T2")).await.0, 503, "what cannot be sealed is not kept");
    assert_eq!(bench.documents().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_opened_keeps_nobody_from_the_rest() {
    let bench = Bench::new().await;
    let mut batch = Batch::default();
    let key = Key::of(["inbox", "yanxuan", "x", "0"]);
    let change = crate::store::Change::Put { body: b"{".to_vec(), due: Some(Timestamp::UNIX_EPOCH) };
    batch.writes.push(crate::store::Write { key, expect: Expect::Any, change });
    bench.store.commit(batch).unwrap();
    bench.call_back(&bench.delivered("T1")).await;
    assert_eq!(bench.claim().len(), 1);
    assert_eq!(bench.documents().len(), 2, "it is still there");
}

#[tokio::test]
async fn what_is_done_is_forgotten_when_no_replay_can_bring_it_back() {
    let bench = Bench::new().await;
    let old = bench.delivered("T1");
    bench.call_back(&old).await;
    bench.call_back(&bench.delivered("T2")).await;
    let claimed = bench.claim();
    let done = claimed.iter().find(|claimed| claimed.event.order_no() == Some("T1")).unwrap();
    bench.finish(done);
    bench.clock.advance(KEEP - SignedDuration::from_secs(1));
    assert_eq!(bench.inbox.forget().unwrap(), 0);
    bench.clock.advance(SignedDuration::from_secs(2));
    assert_eq!(bench.inbox.forget().unwrap(), 1);
    let left = bench.claim();
    assert_eq!(
        (left.len(), left[0].event.order_no()),
        (1, Some("T2")),
        "what is not done is never forgotten"
    );
    assert_eq!(bench.call_back(&old).await.0, 401);
}

#[test]
fn equal_parts_have_equal_ids_and_others_have_not() {
    assert_eq!(id_of(&["a", "bc"]), id_of(&["a", "bc"]));
    assert_ne!(id_of(&["a", "bc"]), id_of(&["ab", "c"]));
    assert_eq!(id_of(&["a"]).len(), 32);
    assert_eq!(event("nobody", "x", "{}").demand(), Demand::Look);
    let _: Router = router(
        Arc::new(Inbox::new(
            Arc::new(MemoryStore::new()),
            Arc::new(crate::clock::SystemClock),
            Arc::new(Plain),
        )),
        Doors::default(),
    );
}
