//! Against a platform that remembers what it was asked.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::sync::Barrier;

use super::*;
use crate::clock::Clock;
use crate::http::{CallError, Failure};
use crate::platform::{Bundle, Cursor, NoUse, OrderPage, PaymentCase, Pending, Platform, Route, Shipment};
use crate::store::{Batch, MemoryStore, Store};

struct HandClock(AtomicI64);

impl HandClock {
    fn advance(&self, minutes: i64) {
        self.0.fetch_add(minutes * 60, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

#[derive(Default)]
struct Double {
    /// What looking at an order brings next; a usable order at YIWU when nothing is set.
    looks: Mutex<VecDeque<Result<PaymentCase, Failure>>>,
    /// What asking brings next; success when nothing is set.
    answers: Mutex<VecDeque<Failure>>,
    asked: Mutex<Vec<(String, Route)>>,
    /// Where all who have looked wait for each other.
    meet: Option<Barrier>,
}

fn failed<T>(failure: Failure) -> Result<T, CallError> {
    Err(CallError { platform: "double", method: "m", failure })
}

fn never<T>() -> Result<T, CallError> {
    failed(Failure::NotSetUp("not asked for here"))
}

impl Platform for Double {
    fn name(&self) -> &'static str {
        "double"
    }
    fn list_orders<'a>(&'a self, _: Option<&'a Cursor>, _: Timestamp) -> Pending<'a, Option<OrderPage>> {
        Box::pin(async { never() })
    }
    fn bundle<'a>(&'a self, _: &'a str) -> Pending<'a, Bundle> {
        Box::pin(async { never() })
    }
    fn ship<'a>(&'a self, _: &'a Shipment) -> Pending<'a, ()> {
        Box::pin(async { never() })
    }
    fn repush<'a>(&'a self, order_no: &'a str, route: Route) -> Pending<'a, ()> {
        Box::pin(async move {
            self.asked.lock().unwrap().push((order_no.to_owned(), route));
            let next = self.answers.lock().unwrap().pop_front();
            next.map_or(Ok(()), failed)
        })
    }
    fn payment_case<'a>(&'a self, _: &'a str) -> Pending<'a, PaymentCase> {
        Box::pin(async move {
            if let Some(meet) = &self.meet {
                meet.wait().await;
            }
            let next = self.looks.lock().unwrap().pop_front();
            next.unwrap_or_else(|| Ok(PaymentCase { port: Some("YIWU".into()), no_use: None }))
                .or_else(failed)
        })
    }
}

struct Bench {
    double: Arc<Double>,
    store: Arc<dyn Store>,
    clock: Arc<HandClock>,
}

impl Bench {
    fn new(double: Double) -> Self {
        let clock = Arc::new(HandClock(AtomicI64::new(1_700_000_000)));
        Self { double: Arc::new(double), store: Arc::new(MemoryStore::new()), clock }
    }

    fn repusher(&self) -> Repusher {
        let routes: Routes =
            Arc::new(|port| if port == Some("YIWU") { Route::Local } else { Route::Zongshu });
        Repusher::new(self.double.clone(), Arc::clone(&self.store), self.clock.clone(), routes)
    }

    fn asked(&self) -> usize {
        self.double.asked.lock().unwrap().len()
    }

    fn want(&self, order_no: &str) {
        let mut batch = Batch::default();
        let order = OrderRef { platform: "double", order_no };
        want(self.store.as_ref(), &mut batch, order, "支付信息不存在", self.clock.now()).unwrap();
        self.store.commit(batch).unwrap();
    }

    fn history(&self, order_no: &str) -> History {
        history(self.store.as_ref(), OrderRef { platform: "double", order_no }).unwrap()
    }
}

fn by(asker: Asker) -> Ask {
    Ask { by: asker, reason: "支付信息不存在".into(), route: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_asks_at_the_same_moment_one_call_is_made() {
    const ASKERS: usize = 16;
    for round in 0..20 {
        let bench = Bench::new(Double { meet: Some(Barrier::new(ASKERS)), ..Double::default() });
        let order = format!("P{round}");
        // Each a process of its own: they share nothing but the store and the platform.
        let asks = (0..ASKERS).map(|number| {
            let (repusher, order) = (bench.repusher(), order.clone());
            let asker = if number % 2 == 0 { Asker::Person } else { Asker::Program };
            tokio::spawn(async move { repusher.ask(&order, &by(asker)).await.unwrap().verdict })
        });
        let mut verdicts = Vec::new();
        for ask in asks.collect::<Vec<_>>() {
            verdicts.push(ask.await.unwrap());
        }
        assert_eq!(bench.asked(), 1);
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Asked).count(), 1);
        let others = |verdict: &&Verdict| matches!(verdict, Verdict::Overtaken | Verdict::NotNow(_));
        assert_eq!(verdicts.iter().filter(others).count(), ASKERS - 1, "{verdicts:?}");
        assert_eq!(bench.history(&order).attempts.len(), 1);
    }
}

#[tokio::test]
async fn each_attempt_is_on_record_with_its_reason_and_answer() {
    let bench = Bench::new(Double::default());
    let repusher = bench.repusher();
    let refused = Failure::Refused { code: "7".into(), message: "订单未支付".into() };
    bench.double.answers.lock().unwrap().extend([Failure::TimedOut, Failure::Unreachable, refused]);

    let told = repusher.ask("P1", &by(Asker::Person)).await.unwrap();
    assert!(matches!(told.verdict, Verdict::Unknown { .. }) && told.requests == 1);
    assert_eq!((told.route, told.next), (Some(Route::Local), Some(bench.clock.now() + LEAST_GAP)));
    let told = repusher.ask("P1", &by(Asker::Person)).await.unwrap();
    let hour = NotNow { bound: Bound::Hour, until: Some(bench.clock.now() + LEAST_GAP) };
    assert_eq!(told.verdict, Verdict::NotNow(hour), "what may have been asked was asked");

    bench.clock.advance(60);
    let told = repusher.ask("P1", &by(Asker::Person)).await.unwrap();
    assert!(matches!(told.verdict, Verdict::NotAsked { .. }) && told.requests == 1, "{told:?}");
    bench.clock.advance(5);
    let told = repusher.ask("P1", &Ask { route: Some(Route::Zongshu), ..by(Asker::Person) }).await.unwrap();
    assert!(matches!(told.verdict, Verdict::Refused { .. }) && told.requests == 2, "{told:?}");

    let history = bench.history("P1");
    let answers: Vec<&str> = history
        .attempts
        .iter()
        .map(|attempt| match &attempt.answer {
            Answer::Pending => "pending",
            Answer::Asked => "asked",
            Answer::Refused { .. } => "refused",
            Answer::Unknown { .. } => "unknown",
            Answer::NotAsked { .. } => "not asked",
        })
        .collect();
    assert_eq!(answers, ["unknown", "not asked", "refused"]);
    assert!(history.attempts.iter().all(|attempt| attempt.reason == "支付信息不存在"));
    assert_eq!(history.attempts[2].route, Route::Zongshu);
    assert_eq!(bench.asked(), 3);
}

#[tokio::test]
async fn an_order_that_can_make_no_use_of_it_is_left_alone() {
    let bench = Bench::new(Double::default());
    let repusher = bench.repusher();
    let no_use = PaymentCase { port: None, no_use: Some(NoUse::Closed) };
    bench.double.looks.lock().unwrap().extend([Ok(no_use.clone()), Ok(no_use), Err(Failure::TimedOut)]);
    let told = repusher.ask("P1", &by(Asker::Person)).await.unwrap();
    assert_eq!((told.verdict, bench.asked()), (Verdict::NoUse(NoUse::Closed), 0));
    bench.want("P1");
    assert_eq!(repusher.ask_due(10).await.unwrap()[0].verdict, Verdict::NoUse(NoUse::Closed));
    assert_eq!(wanted(bench.store.as_ref(), "double").unwrap(), []);
    // Not being able to look is no reason to hammer.
    bench.want("P2");
    assert!(matches!(repusher.ask_due(10).await.unwrap()[0].verdict, Verdict::NotAsked { .. }));
    assert_eq!(repusher.ask_due(10).await.unwrap(), []);
    bench.clock.advance(5);
    assert_eq!(repusher.ask_due(10).await.unwrap()[0].verdict, Verdict::Asked);
}

#[tokio::test]
async fn what_is_missing_is_asked_for_when_it_is_due_until_it_has_come() {
    let bench = Bench::new(Double::default());
    let repusher = bench.repusher();
    for order in ["P1", "P/2", "P3"] {
        bench.want(order);
    }
    let mut batch = Batch::default();
    unwant(&mut batch, OrderRef { platform: "double", order_no: "P3" });
    bench.store.commit(batch).unwrap();
    let mut minutes = Vec::new();
    for minute in 0..48 * 60 {
        if !repusher.ask_due(10).await.unwrap().is_empty() {
            minutes.push(minute);
            // A receipt that comes again makes nothing due before its time.
            bench.want("P1");
        }
        bench.clock.advance(1);
    }
    assert_eq!(minutes, [0, 60, 150, 300, 540, 900, 1440, 2160]);
    assert_eq!(bench.asked(), 16);
    let listed = wanted(bench.store.as_ref(), "double").unwrap();
    let numbers: Vec<&str> = listed.iter().map(|wanted| wanted.order_no.as_str()).collect();
    assert_eq!(numbers, ["P/2", "P1"]);
    assert_eq!(listed[1].wanted.since.as_second(), 1_700_000_000, "since the first time");
    for _ in 0..10 {
        bench.clock.advance(12 * 60);
        repusher.ask_due(10).await.unwrap();
    }
    assert_eq!(bench.asked(), 2 * MOST, "a dozen times, then a person has to look");
    assert!(wanted(bench.store.as_ref(), "double").unwrap().iter().all(|wanted| wanted.due.is_none()));
    let person = repusher.ask("P1", &by(Asker::Person)).await.unwrap();
    assert_eq!(person.verdict, Verdict::Asked);
}

#[tokio::test]
async fn a_reservation_whose_holder_died_counts() {
    let bench = Bench::new(Double::default());
    let order = OrderRef { platform: "double", order_no: "P1" };
    let now = bench.clock.now();
    let request = (Route::Local, Asker::Program, "r");
    let Claimed::Yes(lost) = claim(bench.store.as_ref(), order, request, now).unwrap() else {
        panic!("it is free")
    };
    assert_eq!(lost.number, 1);
    let told = bench.repusher().ask("P1", &by(Asker::Person)).await.unwrap();
    assert!(matches!(told.verdict, Verdict::NotNow(_)));
    let plan = Repusher::plan(bench.store.as_ref(), order, &by(Asker::Person), now + LEAST_GAP).unwrap();
    assert_eq!((plan.verdict, plan.requests), (Verdict::WouldAsk, 1));
    assert_eq!(bench.asked(), 0);
}

#[tokio::test]
async fn a_failure_that_every_call_would_meet_ends_the_work() {
    let bench = Bench::new(Double::default());
    let repusher = bench.repusher();
    let token = || Failure::Token { code: "-".into(), message: "it has run out".into() };
    bench.double.looks.lock().unwrap().push_back(Err(token()));
    assert!(matches!(repusher.ask("P1", &by(Asker::Person)).await, Err(RepushError::Call(_))));
    assert_eq!(bench.history("P1"), History::default());
    bench.double.answers.lock().unwrap().push_back(token());
    assert!(repusher.ask("P1", &by(Asker::Person)).await.is_err());
    assert_eq!(bench.history("P1").requests(), 0);
    // One order that the platform does not know is no such failure.
    let unknown = Failure::Refused { code: "-2000101".into(), message: "包裹不存在".into() };
    bench.double.looks.lock().unwrap().push_back(Err(unknown));
    let told = repusher.ask("P2", &by(Asker::Program)).await.unwrap();
    assert!(matches!(told.verdict, Verdict::Refused { .. }) && told.requests == 1);
}
