//! What a supplier that ships orders says of them, from its signed callback on the receiving route to what customs gets.

use std::collections::BTreeMap;
use std::net::TcpListener as StdListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use declare::configuration::Configuration;
use declare::lifecycle::{Case, Decision, Said, State};
use declare::pipeline::{InboxSeal, OpenDoor, waybills};
use declare::receipt::Subject;
use declare::shop::{OpenShop, Opening, SAMPLE_CONFIGURATION};
use jiff::SignedDuration;
use ports::clock::Clock;
use ports::fault::Lang;
use ports::http::Hidden;
use ports::inbox::{Doors, Inbox, YanxuanDoor, router};
use ports::sandbox::{Rates, Scenario, Shop as _, Yanxuan, YanxuanCredentials, YanxuanSettings};
use ports::store::Store;
use ports::yanxuan::{Client, Settings, caller_settings, sign, time_text};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::kill;
use crate::lifecycle::{A_WHILE, ORDERS, SEED, World};
use crate::serving::{Serving, serve};

/// How long anything may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a supplier's word is awaited here before it is asked.
const WAIT: Duration = Duration::from_secs(15 * 60);

const CANCEL: (&str, &str) = ("yanxuan.callback.order.cancel", "orderCancelResult");
const DELIVERED: (&str, &str) = ("yanxuan.notification.order.delivered", "orderPackage");
const EXCEPTIONAL: (&str, &str) = ("yanxuan.notification.order.exceptional", "exceptionInfo");

/// Carriers that the supplier ships with besides those of the samples.
const CARRIERS: &str = "\n[carriers.yuantong]\ncode = \"3301986ZG7\"\nname = \"示例圆通有限公司\"\n\
                        \n[carriers.ems]\ncode = \"3301986ZH8\"\nname = \"示例邮政有限公司\"\n";

fn shop(seed: u64) -> OpenShop {
    let now = jiff::Timestamp::UNIX_EPOCH;
    OpenShop::new(seed, ORDERS, Opening { from: now, until: now })
}

/// Whether an order comes from abroad (9610).
fn is_direct(shop: &OpenShop, index: u64) -> bool {
    shop.waybills().nth(usize::try_from(index).unwrap()).unwrap().1.get("bill_no").is_some()
}

/// A world whose orders a supplier ships, and the route on which it is heard.
struct Supplied {
    world: World,
    route: Serving,
    yanxuan: Yanxuan,
    runtime: Runtime,
}

impl Supplied {
    /// `scenario` befalls the orders; `calls_back` says whether the supplier's word arrives by itself.
    fn new(scenario: Scenario, calls_back: bool) -> Self {
        Self::with([scenario; 2], calls_back, Rates::default())
    }

    /// What befalls the orders at the shop and customs, and what at the supplier. All of them are bonded.
    fn with(scenarios: [Scenario; 2], calls_back: bool, faults: Rates) -> Self {
        let bonded = |seed: &u64| (0..ORDERS).all(|index| !is_direct(&shop(*seed), index));
        Self::selling((SEED..).find(bonded).unwrap(), scenarios, calls_back, faults)
    }

    fn selling(seed: u64, [scenario, supplied]: [Scenario; 2], calls_back: bool, faults: Rates) -> Self {
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let soon = Duration::from_millis(50);
        let plan = ports::sandbox::Plan { seed: SEED, only: Some(supplied) };
        let settings = YanxuanSettings {
            faults,
            callback: calls_back.then(|| format!("http://{address}/callbacks/yanxuan")),
            again_after: soon,
            late: soon,
            ships_after: SignedDuration::ZERO,
            ..YanxuanSettings::new(plan)
        };
        let mut yanxuan = None;
        let mut world = World::beside(Some(scenario), ORDERS, seed, |clock| {
            yanxuan = Some(Yanxuan::new(settings, clock));
            yanxuan.clone()
        });
        let yanxuan = yanxuan.unwrap();
        let text = format!("{SAMPLE_CONFIGURATION}{CARRIERS}");
        world.configuration = Configuration::parse(&text, "customs.toml").unwrap();
        let store = Arc::clone(&world.store) as Arc<dyn Store>;
        let clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
        let inbox = Arc::new(Inbox::new(store, clock, Arc::new(InboxSeal(Arc::new(OpenDoor)))));
        let YanxuanCredentials { app_key, app_secret } = yanxuan.credentials().clone();
        let door = YanxuanDoor { app_key, app_secret: Hidden::new(app_secret) };
        let router = router(inbox, Doors { yanxuan: Some(door), xiaohongshu: None });
        let runtime = Runtime::new().unwrap();
        listener.set_nonblocking(true).unwrap();
        runtime.spawn(async move { axum::serve(TcpListener::from_std(listener).unwrap(), router).await });
        Self { world, route: Serving::at(address), yanxuan, runtime }
    }

    /// The client that asks the supplier.
    fn asked(mut self) -> Self {
        let access = &self.world.sandbox.access()["yanxuan"];
        let text = |name: &str| access[name].as_str().unwrap().to_owned();
        let settings = Settings {
            base_url: text("base_url"),
            app_key: text("app_key"),
            app_secret: Hidden::new(text("app_secret")),
            caller: caller_settings(),
        };
        let clock = Arc::clone(&self.world.clock) as Arc<dyn Clock>;
        self.world.supplier = Some(Arc::new(Client::new(settings, clock).unwrap()));
        self.world.policy.supplier_wait = Some(WAIT);
        self
    }

    fn orders(&self) -> Vec<String> {
        let number = |index| self.world.shop.order(index).detail["orderId"].as_str().unwrap().to_owned();
        (0..ORDERS).map(number).collect()
    }

    /// All orders are passed on.
    fn supply(&self) {
        self.orders().iter().for_each(|order_no| self.yanxuan.supply(order_no));
    }

    /// The supplier calls back, signed now.
    fn say(&self, (method, payload): (&str, &str), news: &Value) {
        let YanxuanCredentials { app_key, app_secret } = self.yanxuan.credentials();
        let at = time_text(self.world.clock.now());
        say(&self.route, app_key, app_secret, &at, method, payload, news);
    }

    fn say_of_all(&self, kind: (&str, &str), news: impl Fn(&str) -> Value) {
        self.orders().iter().for_each(|order_no| self.say(kind, &news(order_no)));
    }

    fn supplier_state(&self) -> Value {
        self.world.sandbox.state()["yanxuan"].clone()
    }

    /// Waits until the supplier's own callbacks have been taken.
    fn until_heard(&self, callbacks: u64) {
        let started = Instant::now();
        let heard = || self.supplier_state()["callbacks"]["acknowledged"].as_u64().unwrap_or_default();
        while heard() < callbacks {
            assert!(started.elapsed() < PATIENCE, "{}", self.supplier_state());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What a person reads of the first order's reasons, in both languages.
    fn told(&self) -> String {
        let case = self.world.cases().remove(0);
        let reasons = case.reasons(self.world.clock.now(), &self.world.policy);
        let mut told = String::new();
        for lang in [Lang::Zh, Lang::En] {
            for reason in &reasons {
                let kind = declare::lifecycle::faults::ALL.iter().find(|kind| kind.code == reason.code);
                let report = reason.report(&case.order_no, kind.unwrap(), lang);
                told.push_str(&format!("{}: {}\n  → {}\n", report.code, report.message, report.remedy));
            }
        }
        told
    }

    fn end(self) {
        self.runtime.shutdown_background();
    }
}

/// Calls back on a route; it has to be taken.
fn say(
    route: &Serving,
    app_key: &str,
    app_secret: &str,
    at: &str,
    method: &str,
    payload: &str,
    news: &Value,
) {
    let news = news.to_string();
    let mut form = vec![("method", method), ("appKey", app_key), ("timestamp", at), (payload, &news)];
    let signature = sign(form.iter().copied(), app_secret);
    form.push(("sign", &signature));
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = route.request("POST", "/callbacks/yanxuan", &headers, body.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
    let said: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(said["code"], 200, "{said}");
}

fn shipped(order_no: &str, package: i64, number: &str, at_ms: i64) -> Value {
    json!({"orderId": order_no, "packageId": package, "expCreateTime": at_ms,
           "expressInfos": [{"expressCompany": "顺丰", "expressNos": [number]}]})
}

fn cancelled(order_no: &str, status: i64) -> Value {
    json!({"orderId": order_no, "cancelStatus": status, "rejectReason": ""})
}

fn exception(order_no: &str, reason: &str) -> Value {
    json!({"orderId": order_no, "reason": reason})
}

/// The waybill numbers in the documents of one kind that customs got, by order.
fn declared(world: &World, element: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, bytes) in world.customs.messages() {
        let text = String::from_utf8(bytes).unwrap();
        for document in text.split(&format!("<ceb:{element}>")).skip(1) {
            let field = |name: &str| {
                let (_, rest) = document.split_once(&format!("<ceb:{name}>"))?;
                Some(rest.split_once('<')?.0.to_owned())
            };
            found.entry(field("orderNo").unwrap()).or_default().push(field("logisticsNo").unwrap());
        }
    }
    found
}

#[test]
fn a_waybill_that_a_supplier_calls_back_releases_the_order_that_waits_for_it() {
    let faults = ["duplicate=0.3", "slow=0.3"].map(|rate| rate.parse().unwrap());
    let supplied = Supplied::with([Scenario::AllClear; 2], true, Rates::of(faults).unwrap());
    let world = &supplied.world;
    world.run();
    world.all_are(State::Held);
    assert_eq!(world.reasons(), ["DOC-WAYBILL"]);
    assert_eq!(world.customs.state()["messages"], 0);
    supplied.supply();
    supplied.until_heard(ORDERS);
    world.run();
    world.all_are(State::Released);
    assert_eq!((world.effective(), world.shipped()), ([ORDERS, 0, ORDERS, ORDERS], ORDERS as usize));
    let state = supplied.supplier_state();
    let text = |waybill: &Value, name: &str| waybill[name].as_str().unwrap().to_owned();
    let numbers: BTreeMap<String, Vec<String>> = state["waybills"]
        .as_array()
        .unwrap()
        .iter()
        .map(|waybill| (text(waybill, "order_no"), vec![text(waybill, "logistics_no")]))
        .collect();
    assert_eq!(numbers.len(), ORDERS as usize);
    assert_eq!(declared(world, "LogisticsHead"), numbers);
    assert_eq!(declared(world, "InventoryHead"), numbers);
    supplied.end();
}

#[test]
fn an_order_from_abroad_waits_for_the_rest_of_its_transport() {
    let direct = |seed: &u64| (0..ORDERS).any(|index| is_direct(&shop(*seed), index));
    let seed = (SEED..).find(direct).unwrap();
    let supplied = Supplied::selling(seed, [Scenario::AllClear; 2], true, Rates::default());
    let world = &supplied.world;
    world.run();
    supplied.supply();
    supplied.until_heard(ORDERS);
    world.run();
    assert_eq!(
        world.reasons(),
        ["MATCH-C3"],
        "a supplier tells no bill, no means of transport and no country"
    );
    // The warehouse does; its word stands above the supplier's.
    let held: Vec<String> =
        world.cases().into_iter().filter(|case| case.hold.is_some()).map(|case| case.order_no).collect();
    let rest = world.shop.waybills().filter(|(order_no, _)| held.contains(order_no));
    waybills::take(world.store.as_ref(), &world.policy, rest, world.clock.now()).unwrap();
    world.run();
    world.all_are(State::Released);
    supplied.end();
}

#[test]
fn a_supplier_that_cancels_before_anything_was_sent_stops_the_order() {
    for is_known in [false, true] {
        let supplied = Supplied::new(Scenario::AllClear, false);
        let world = &supplied.world;
        if is_known {
            world.run();
            world.all_are(State::Held);
        }
        // Of an order that is not known yet, it is kept until it is.
        supplied.say_of_all(CANCEL, |order_no| cancelled(order_no, 1));
        world.weigh();
        world.run_for(SignedDuration::from_hours(1));
        world.all_are(State::Held);
        assert_eq!(world.reasons(), ["LIF-SUPPLIER-CANCELLED"]);
        assert_eq!((world.customs.state()["messages"].as_u64(), world.shipped()), (Some(0), 0));
        insta::allow_duplicates! { insta::assert_snapshot!(supplied.told()); }
        world.decide(&Decision::Withdraw { reason: Said::new("供货方缺货") });
        world.run_for(SignedDuration::from_hours(1));
        world.all_are(State::Withdrawn);
        assert_eq!((world.effective(), world.shipped()), ([0; 4], 0));
        assert_eq!(world.customs.state()["messages"], 0);
        supplied.end();
    }
}

#[test]
fn a_supplier_that_cancels_after_the_documents_were_sent_holds_the_order_until_a_person_withdraws_it() {
    // Customs has the inventory looked at by an officer, so that it is not released yet.
    let supplied = Supplied::new(Scenario::CancelledBeforeRelease, false);
    let world = &supplied.world;
    world.weigh();
    world.run();
    world.all_are(State::Accepted);
    supplied.say_of_all(EXCEPTIONAL, |order_no| exception(order_no, "CANCEL"));
    world.run();
    world.all_are(State::Held);
    assert_eq!(world.reasons(), ["LIF-SUPPLIER-CANCELLED"]);
    assert_eq!(world.effective()[3], ORDERS, "what was sent is a person's affair");
    assert_eq!(world.versions(Subject::Withdrawal), [0; ORDERS as usize]);
    world.decide(&Decision::Withdraw { reason: Said::new("供货方缺货") });
    world.run();
    world.all_are(State::Withdrawn);
    assert_eq!(world.versions(Subject::Withdrawal), [1; ORDERS as usize]);
    assert_eq!(world.ledger()["inventories"]["withdrawn"], ORDERS);
    assert_eq!((world.effective()[3], world.shipped()), (0, 0));
    supplied.end();
}

#[test]
fn an_order_that_the_shop_cancels_too_is_withdrawn_by_itself() {
    let supplied = Supplied::new(Scenario::CancelledBeforeRelease, false);
    let world = &supplied.world;
    world.weigh();
    world.run();
    supplied.say_of_all(CANCEL, |order_no| cancelled(order_no, 1));
    world.run();
    world.all_are(State::Held);
    world.run_for(SignedDuration::from_hours(1));
    world.all_are(State::Withdrawn);
    assert_eq!(world.versions(Subject::Withdrawal), [1; ORDERS as usize]);
    supplied.end();
}

#[test]
fn what_a_supplier_says_against_a_shipped_order_is_told_and_changes_nothing() {
    let supplied = Supplied::new(Scenario::AllClear, false);
    let world = &supplied.world;
    world.weigh();
    world.run_for(A_WHILE);
    world.all_are(State::Released);
    let sendings = world.customs.state()["sendings"].clone();
    supplied.say_of_all(EXCEPTIONAL, |order_no| exception(order_no, "CANCEL"));
    world.run_for(A_WHILE);
    world.all_are(State::Released);
    assert_eq!(world.customs.state()["sendings"], sendings);
    for case in world.cases() {
        let remarks = case.remarks(world.clock.now(), &world.policy);
        assert!(remarks.iter().any(|remark| remark.code == "LIF-SUPPLIER-CANCELLED"), "{remarks:?}");
    }
    supplied.end();
}

#[test]
fn an_exception_holds_an_order_and_a_person_lets_it_go_on() {
    let supplied = Supplied::new(Scenario::AllClear, false);
    let world = &supplied.world;
    supplied.say_of_all(EXCEPTIONAL, |order_no| exception(order_no, "收货地址超区"));
    world.weigh();
    world.run_for(A_WHILE);
    world.all_are(State::Held);
    assert_eq!(world.customs.state()["messages"], 0);
    insta::assert_snapshot!(supplied.told());
    world.decide(&Decision::Release { reason: Said::new("供货方确认照常发货") });
    world.run();
    world.all_are(State::Released);
    assert_eq!((world.effective(), world.shipped()), ([ORDERS, 0, ORDERS, ORDERS], ORDERS as usize));
    // The same once more is judged; another one is not.
    supplied.say_of_all(EXCEPTIONAL, |order_no| exception(order_no, "收货地址超区"));
    world.run();
    assert!(world.cases().iter().all(|case| case.remarks(world.clock.now(), &world.policy).is_empty()));
    supplied.end();
}

#[test]
fn a_wish_to_cancel_holds_an_order_until_the_supplier_decides() {
    let supplied = Supplied::new(Scenario::AllClear, false);
    let world = &supplied.world;
    supplied.say_of_all(CANCEL, |order_no| cancelled(order_no, 2));
    world.weigh();
    world.run_for(A_WHILE);
    world.all_are(State::Held);
    assert_eq!(world.reasons(), ["LIF-SUPPLIER-CANCELLING"]);
    supplied.say_of_all(CANCEL, |order_no| cancelled(order_no, 0));
    world.run();
    world.all_are(State::Released);
    assert_eq!(world.effective(), [ORDERS, 0, ORDERS, ORDERS]);
    supplied.end();
}

#[test]
fn an_order_that_a_supplier_ships_in_parts_is_held() {
    let supplied = Supplied::new(Scenario::AllClear, false);
    let world = &supplied.world;
    world.run();
    for package in [1, 2] {
        supplied.say_of_all(DELIVERED, |order_no| {
            shipped(order_no, package, &format!("SF{package}{order_no}"), 1_704_164_645_000)
        });
    }
    world.run_for(A_WHILE);
    world.all_are(State::Held);
    assert_eq!(world.reasons(), ["DOC-WAYBILL", "LIF-SUPPLIER-PARCELS"]);
    assert_eq!(world.customs.state()["messages"], 0);
    supplied.end();
}

/// A case without what only tells when something was heard of.
fn standing(case: &Case) -> (State, Value) {
    (case.state, serde_json::to_value(&case.supply).unwrap())
}

#[test]
fn callbacks_that_come_twice_late_and_in_any_order_come_to_the_same() {
    let at = 1_704_164_645_000;
    type News = ((&'static str, &'static str), fn(&str, i64) -> Value);
    let news: [News; 3] = [
        (DELIVERED, |order_no, at| shipped(order_no, 1, &format!("SF{order_no}"), at)),
        (CANCEL, |order_no, _| cancelled(order_no, 2)),
        (CANCEL, |order_no, _| cancelled(order_no, 0)),
    ];
    let mut ends = Vec::new();
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let supplied = Supplied::new(Scenario::AllClear, false);
        let world = &supplied.world;
        for (turn, index) in order.into_iter().enumerate() {
            let (kind, news) = news[index];
            // Now and then there is a run in between, and everything before comes once more.
            supplied.say_of_all(kind, |order_no| news(order_no, at));
            if turn != 1 {
                world.run();
                world.clock.advance(SignedDuration::from_secs(7));
            }
            supplied.say_of_all(kind, |order_no| news(order_no, at));
        }
        world.run_for(A_WHILE);
        world.all_are(State::Released);
        assert_eq!(world.effective(), [ORDERS, 0, ORDERS, ORDERS]);
        let numbers: BTreeMap<String, Vec<String>> = supplied
            .orders()
            .into_iter()
            .map(|order_no| (order_no.clone(), vec![format!("SF{order_no}")]))
            .collect();
        assert_eq!(declared(world, "InventoryHead"), numbers);
        // Long after, all of it again.
        let (sendings, before) = (world.customs.state()["sendings"].clone(), world.cases());
        world.clock.advance(SignedDuration::from_hours(24));
        for (kind, news) in news {
            supplied.say_of_all(kind, |order_no| news(order_no, at));
        }
        world.run();
        assert_eq!((world.customs.state()["sendings"].clone(), world.cases()), (sendings, before));
        for subject in [Subject::Order, Subject::Waybill, Subject::Inventory] {
            assert_eq!(world.versions(subject), [1; ORDERS as usize]);
        }
        ends.push(world.cases().iter().map(standing).collect::<Vec<_>>());
        supplied.end();
    }
    assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:?}");
}

fn inquiries(supplied: &Supplied) -> u64 {
    supplied.supplier_state()["calls"]["yanxuan.order.paid.get"].as_u64().unwrap_or_default()
}

#[test]
fn callbacks_that_are_lost_are_healed_by_asking() {
    let supplied = Supplied::new(Scenario::AllClear, false).asked();
    let world = &supplied.world;
    supplied.supply();
    world.run();
    world.all_are(State::Held);
    assert_eq!(inquiries(&supplied), 0, "its own word is awaited first");
    world.run_for(SignedDuration::from_mins(20));
    world.all_are(State::Released);
    assert_eq!((inquiries(&supplied), world.effective()), (ORDERS, [ORDERS, 0, ORDERS, ORDERS]));
    supplied.end();
}

#[test]
fn a_cancellation_that_is_lost_is_found_by_asking() {
    // The supplier runs out of stock.
    let fates = [Scenario::AllClear, Scenario::CancelledBeforeRelease];
    let supplied = Supplied::with(fates, false, Rates::default()).asked();
    let world = &supplied.world;
    supplied.supply();
    world.run_for(SignedDuration::from_hours(8));
    world.all_are(State::Held);
    assert_eq!(world.reasons(), ["DOC-WAYBILL", "LIF-SUPPLIER-CANCELLED"]);
    assert_eq!(inquiries(&supplied), ORDERS, "nothing more is to be learned");
    supplied.end();
}

#[test]
fn a_supplier_that_does_not_know_an_order_is_asked_more_and_more_rarely() {
    let supplied = Supplied::new(Scenario::AllClear, false).asked();
    let world = &supplied.world;
    world.run_for(SignedDuration::from_hours(4));
    world.all_are(State::Held);
    assert_eq!(world.reasons(), ["DOC-WAYBILL"]);
    // After 15, 45, 105 and 225 minutes.
    assert_eq!(inquiries(&supplied), 4 * ORDERS);
    supplied.supply();
    world.run_for(SignedDuration::from_hours(4));
    world.all_are(State::Released);
    supplied.end();
}

#[test]
fn a_refusal_to_cancel_that_is_lost_is_found_by_asking() {
    let supplied = Supplied::new(Scenario::AllClear, false).asked();
    let world = &supplied.world;
    supplied.supply();
    supplied.say_of_all(CANCEL, |order_no| cancelled(order_no, 2));
    world.weigh();
    world.run();
    world.all_are(State::Held);
    world.run_for(SignedDuration::from_mins(20));
    world.all_are(State::Released);
    supplied.end();
}

#[test]
fn the_program_hears_an_exception_tells_it_and_releases_the_order() {
    let (key, secret) = ("channel-of-a-test", "a-secret-of-a-test");
    let world = kill::World::open(1, Some(Scenario::AllClear), Rates::default());
    let text = std::fs::read_to_string(world.place.path("customs.toml")).unwrap();
    let section = format!(
        "\n[platforms.yanxuan]\napp_key = \"{key}\"\napp_secret = \"{secret}\"\nbase_url = \"{}/yanxuan\"\n",
        world.sandbox.base_url()
    );
    world.place.write("customs.toml", text + &section);
    let waybills = std::fs::read_to_string(world.place.path("waybills.jsonl")).unwrap();
    let waybill: Value = serde_json::from_str(waybills.trim()).unwrap();
    let order_no = waybill["order_no"].as_str().unwrap();
    let page = serve(&world.place, &["--listen", "127.0.0.1:0"]);
    let at = time_text(jiff::Timestamp::now());
    let (method, payload) = EXCEPTIONAL;
    say(&page, key, secret, &at, method, payload, &exception(order_no, "收货地址超区"));
    assert_eq!(page.end(), Some(0));
    let once = ["declare", "run", "--once"];
    let ran = world.place.run(&once);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let status = world.place.run(&["--lang", "zh", "declare", "status", order_no]);
    assert!(
        status.stdout.contains("LIF-SUPPLIER-EXCEPTION: 供货方报告订单异常：收货地址超区"),
        "{}",
        status.stdout
    );
    assert!(status.stdout.contains("供货方：订单异常（收货地址超区）"), "{}", status.stdout);
    assert_eq!(world.customs.state()["messages"], 0);
    let released = world.place.run(&["declare", "release", order_no, "--reason", "供货方确认照常发货"]);
    assert_eq!(released.code, 0, "{}", released.stderr);
    let ran = world.run();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    world.all_released(1);
    world.is_sound();
}
