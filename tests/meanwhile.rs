//! What changes while somebody looks at it or works on it: nothing waits for a reload, a restart, or the end of a lease.

use std::fs;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use declare::build::Filings;
use declare::lifecycle::State;
use declare::pipeline::Stop;
use declare::shop::Shelf;
use filing::book::{Book, Sold};
use filing::record::Filing;
use jiff::SignedDuration;
use ports::sandbox::Scenario;
use ports::store::StoreError;

use crate::chromium::Browser;
use crate::lifecycle::{ORDERS, World};
use crate::order_pages::Desk;
use crate::serving::Visitor;
use crate::support::sample;

/// How long anything may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn the_first_orders_come_to_a_page_that_is_open() {
    let desk = Desk::of(World::of(Scenario::AllClear));
    let browser = Browser::open();
    browser.goto(&format!("http://{}/orders", desk.page.address));
    browser.see("还没有订单");
    assert_eq!(browser.barriers(), [""; 0]);
    desk.world.run();
    browser.see("4 个订单");
}

#[test]
fn what_is_pressed_is_not_exchanged_before_it_is_let_go() {
    let world = World::of(Scenario::AllClear);
    world.run();
    let desk = Desk::of(world);
    let browser = Browser::open();
    browser.goto(&format!("http://{}/orders", desk.page.address));
    browser.see("4 个订单");
    // As often as the board looks again by itself, which takes its time.
    let looks_again = || {
        browser.script("document.querySelector('#orders').dataset.seen = ''");
        browser.script(
            "const board = document.querySelector('#orders'); \
             return htmx.ajax('GET', '/orders', {source: board}).then(() => true)",
        );
        browser.count("#orders[data-seen]") == 0
    };
    assert!(looks_again());
    browser.press("#orders td.code a");
    assert!(!looks_again());
    browser.let_go();
    browser.see("经过");
    assert!(browser.path().starts_with("/orders/P"), "{}", browser.path());
}

/// The book, as somebody reads it who is slow: what was looked for first is used only when the test says so.
struct Slow<'b> {
    book: &'b Book,
    asked: Sender<()>,
    go_on: Mutex<Option<Receiver<()>>>,
}

impl Filings for Slow<'_> {
    fn filing(&self, port: &str, barcode: &str) -> Result<Option<Filing>, StoreError> {
        let found = self.book.filing(port, barcode)?;
        if let Some(go_on) = self.go_on.lock().unwrap().take() {
            self.asked.send(()).unwrap();
            go_on.recv_timeout(PATIENCE).unwrap();
        }
        Ok(found)
    }

    fn note_sold(&self, _: Vec<Sold>) -> Result<(), StoreError> {
        Ok(())
    }
}

#[test]
fn filings_that_come_while_orders_are_made_are_not_missed() {
    let desk = Desk::of(World::of(Scenario::AllClear));
    desk.world.weigh();
    let visitor = Visitor::new(&desk.page);
    let sheet = fs::read(sample("filings.xlsx")).unwrap();
    let (preview, _) = visitor.follow(&visitor.upload("filings.xlsx", &sheet));
    let (asked, is_asked) = channel();
    let (go, go_on) = channel();
    let slow = Slow { book: &desk.book, asked, go_on: Mutex::new(Some(go_on)) };
    std::thread::scope(|scope| {
        let run = scope.spawn(|| desk.world.run_with(&slow, &Stop::default()));
        is_asked.recv_timeout(PATIENCE).unwrap();
        // Orders are in hand, and none of their goods was found.
        assert!(desk.world.cases().iter().all(|case| case.state == State::Ready));
        let (_, imported) = visitor.follow(&visitor.post(&format!("{preview}/import"), "whole=yes"));
        assert!(imported.contains("导入号"), "{imported}");
        go.send(()).unwrap();
        run.join().unwrap();
    });
    desk.world.all_are(State::Released);
}

#[test]
fn a_run_ends_though_cases_want_to_be_looked_at_soon() {
    let world = World::of(Scenario::PaymentMissing);
    world.weigh();
    world.run();
    world.all_are(State::Refused);
    // A minute later the pushed slips are there, and the inventories are declared again.
    let left = SignedDuration::from_mins(1);
    world.clock.advance(SignedDuration::try_from(world.policy.repush_settles).unwrap() - left);
    let (done, is_done) = channel();
    let stop = Stop::default();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            world.run_with(&Shelf, &stop);
            done.send(()).unwrap();
        });
        let ended = is_done.recv_timeout(PATIENCE);
        stop.ask();
        assert!(ended.is_ok(), "it goes on and on");
    });
    world.all_are(State::Refused);
    world.clock.advance(left);
    world.run();
    world.all_are(State::Released);
    assert_eq!(world.cases().len() as u64, ORDERS);
}
