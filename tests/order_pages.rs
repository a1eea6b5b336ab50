//! The pages of orders: the board, an order with its documents side by side, what a person decides, and the day's picture.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use declare::cli::fault_kind;
use declare::lifecycle::State;
use declare::web::{Access, OrderSettings, Surroundings, Web};
use filing::book::Book;
use filing::sync::ItemCall;
use jiff::SignedDuration;
use ports::clock::Clock;
use ports::sandbox::{Rates, Scenario, Shop as _};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::chromium::Browser;
use crate::kill;
use crate::lifecycle::World;
use crate::serving::{Serving, Visitor, serve};

/// How long anything may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(120);
/// Enough that most fates occur.
const ORDERS: u64 = 60;

/// The pages of a world.
pub struct Desk {
    pub page: Serving,
    pub world: World,
    /// The book of filings that the pages work on.
    pub book: Book,
    _runtime: Runtime,
}

impl Desk {
    /// The pages of a world whose orders have gone their way.
    fn open() -> Self {
        let world = World::with(None, ORDERS);
        world.weigh();
        world.run_for(SignedDuration::from_mins(20));
        Self::of(world)
    }

    pub fn of(world: World) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let listen = listener.local_addr().unwrap();
        let orders = OrderSettings {
            policy: world.policy.clone(),
            merchant: None,
            archive: world.keeping().archive,
            kind_of: fault_kind,
            repush: Some(Arc::new(|order_no, _| Ok(format!("已请平台重推<b>{order_no}</b>")))),
        };
        let surroundings = Surroundings {
            store: Arc::clone(&world.store),
            changes: None,
            item_call: ItemCall::default(),
            scratch: world.place.path("uploads"),
            clock: Arc::clone(&world.clock) as Arc<dyn Clock>,
            platform: Arc::new(|| Err(Vec::new())),
            configured_ports: BTreeSet::new(),
            refresh_ports: None,
            orders,
            metrics: None,
            callbacks: None,
        };
        let access = Access { listen, hosts: Vec::new(), token: None };
        let web = Web::open(&access, surroundings).unwrap();
        let book = web.book();
        runtime.spawn(web.serve(listener, std::future::pending()));
        Self { page: Serving::at(listen), world, book, _runtime: runtime }
    }

    /// An order in a state.
    fn order(&self, state: State) -> String {
        let cases = self.world.cases();
        let found = cases.iter().find(|case| case.state == state);
        found.unwrap_or_else(|| panic!("no order is {state}")).order_no.clone()
    }

    /// Everything that the shop's orders tell of people.
    fn people(&self) -> BTreeSet<String> {
        let mut people = BTreeSet::new();
        for index in 0..ORDERS {
            let order = self.world.shop.order(index);
            let buyer = &order.declare_info["orderDeclareInfos"][0];
            let receiver = &order.receiver["receiverInfos"][0];
            let of = |value: &Value, names: &[&str]| {
                names.iter().filter_map(|name| value[*name].as_str().map(str::to_owned)).collect::<Vec<_>>()
            };
            people.extend(of(buyer, &["idName", "idNumber", "linkPhone"]));
            people.extend(of(receiver, &["receiverName", "receiverPhone", "receiverAddress"]));
        }
        people.retain(|text| text.chars().count() > 1);
        people
    }
}

#[test]
fn people_are_masked_until_somebody_asks() {
    let desk = Desk::open();
    let visitor = Visitor::new(&desk.page);
    let released = desk.order(State::Released);
    let people = desk.people();
    assert!(people.len() > 20, "{people:?}");
    let shown = |text: &str| people.iter().filter(|person| text.contains(person.as_str())).count();
    for path in ["/orders", "/day", &format!("/orders/{released}"), &format!("/orders/{released}/return")] {
        let text = visitor.get(path).text();
        assert_eq!(shown(&text), 0, "{path}: {text}");
    }
    let asked = visitor.post(&format!("/orders/{released}/people"), "");
    assert_eq!(asked.status, 200);
    assert!(shown(&asked.text()) >= 3 && asked.text().contains("&lt;ceb:Inventory&gt;"), "{}", asked.text());
    // Others' documents of the same message are not shown.
    for other in desk.world.cases().iter().filter(|case| case.order_no != released) {
        assert!(!asked.text().contains(&other.order_no), "{}", other.order_no);
    }
    let file = visitor.post(&format!("/orders/{released}/documents/inventory"), "");
    assert!(file.text().starts_with("<ceb:Inventory>") && file.text().contains(&released), "{}", file.text());
    assert!(file.header("content-disposition").starts_with("attachment"));
    // Asking needs the token, and an order that is there.
    assert_eq!(visitor.get(&format!("/orders/{released}/people")).status, 405);
    for path in [format!("/orders/{released}/people"), format!("/orders/{released}/documents/order")] {
        let origin = format!("http://{}", desk.page.address);
        assert_eq!(visitor.post_from(&origin, &path, "token=00").status, 403, "{path}");
    }
    for path in ["/orders/none/people", "/orders/none/documents/order", "/orders/..%2f/release"] {
        assert_eq!(visitor.post(path, "reason=x").status, 404, "{path}");
    }
}

#[test]
fn documents_are_told_side_by_side() {
    let desk = Desk::open();
    let visitor = Visitor::new(&desk.page);
    let page = visitor.get(&format!("/orders/{}", desk.order(State::Released))).text();
    assert!(page.contains("✓ 一致") && !page.contains("✗ 不一致"), "{page}");
    for told in ["三单对碰", "运单号", "商品+运费+税−优惠=实付", "已放行", "经过"] {
        assert!(page.contains(told), "{told} in {page}");
    }
    let refused = visitor.get(&format!("/orders/{}", desk.order(State::Refused))).text();
    assert!(refused.contains("原因与处理") && refused.contains("被退单"), "{refused}");
    let board = visitor.get("/orders?state=refused").text();
    assert!(board.contains(&desk.order(State::Refused)) && !board.contains(&desk.order(State::Released)));
    for odd in ["/orders?state=nonsense&page=99999", "/orders?why=%3Cscript%3E&text=%22", "/day"] {
        let answer = visitor.get(odd);
        assert!(answer.status == 200 && !answer.text().contains("<script>"), "{odd}");
    }
}

#[test]
fn a_decision_is_made_once_and_only_with_a_reason() {
    let desk = Desk::open();
    let visitor = Visitor::new(&desk.page);
    let released = desk.order(State::Released);
    let address = format!("/orders/{released}/return");
    assert_eq!(visitor.post(&address, "reason=+").status, 422);
    let decisions = || {
        let cases = desk.world.cases();
        cases.iter().find(|case| case.order_no == released).unwrap().decisions.len()
    };
    assert_eq!(decisions(), 0);
    // What makes no sense for the order is refused, as on the command line.
    assert_eq!(visitor.post(&format!("/orders/{released}/release"), "reason=x").status, 409);
    let done = visitor.post(&address, "reason=%3Cscript%3Edamaged%3C/script%3E");
    assert_eq!((done.status, done.header("location")), (303, format!("/orders/{released}").as_str()));
    assert_eq!(decisions(), 1);
    let page = visitor.get(&format!("/orders/{released}")).text();
    assert!(page.contains("&lt;script&gt;damaged") && !page.contains("<script>damaged"), "{page}");
    desk.world.run_for(SignedDuration::from_mins(20));
    let page = visitor.get(&format!("/orders/{released}")).text();
    assert!(page.contains("退货申请"), "{page}");
}

#[test]
fn a_clerk_looks_at_orders_and_decides() {
    let desk = Desk::open();
    let browser = Browser::open();
    browser.goto(&format!("http://{}/", desk.page.address));
    browser.see("60 个订单");
    browser.picture("orders");
    assert_eq!(browser.barriers(), [""; 0]);
    browser.click("被退单");
    browser.see_no("60 个订单");
    let refused = desk.order(State::Refused);
    browser.see(&refused);
    browser.click(&refused);
    browser.see("原因与处理");
    browser.picture("order-refused");
    assert_eq!(browser.barriers(), [""; 0]);

    // It goes on after a person has judged it.
    browser.click("继续申报");
    browser.see("原因（必填）");
    browser.picture("order-release");
    assert_eq!(browser.barriers(), [""; 0]);
    browser.fill("#reason", "已与客服核对");
    browser.click("确认继续申报");
    browser.see("人工放行：已与客服核对");

    // Its payment slip is pushed again.
    browser.goto(&format!("http://{}/orders?state=refused", desk.page.address));
    let refused = desk.order(State::Refused);
    browser.click(&refused);
    browser.click("重推支付单");
    browser.see("每小时最多一次");
    browser.click("确认重推");
    browser.see(&format!("已请平台重推<b>{refused}</b>"));
    browser.click("回到订单");
    browser.see("三单对碰");

    // A released one, with the people when somebody asks.
    let released = desk.order(State::Released);
    browser.goto(&format!("http://{}/orders/{released}", desk.page.address));
    browser.see("三单对碰");
    browser.picture("order");
    assert_eq!(browser.barriers(), [""; 0]);
    browser.click("显示个人信息和原始报文");
    browser.see("正在显示个人信息");
    browser.click("清单的原始报文");
    browser.see("<ceb:InventoryHead>");

    browser.click("今日概况");
    browser.see("订单状态");
    browser.picture("day");
    assert_eq!(browser.barriers(), [""; 0]);
    browser.click("English");
    browser.see("Orders by state");
}

#[test]
fn the_page_and_the_run_share_one_process() {
    let world = kill::World::open(4, Some(Scenario::AllClear), Rates::default());
    let page = serve(&world.place, &["--run", "--listen", "127.0.0.1:0"]);
    let visitor = Visitor::new(&page);
    let begun = Instant::now();
    while !visitor.get("/orders?state=released").text().contains("4 个订单") {
        assert!(begun.elapsed() < PATIENCE, "{}", visitor.get("/orders").text());
        std::thread::sleep(Duration::from_millis(50));
    }
    let metrics = page.get("/metrics").text();
    assert!(metrics.contains("released") && metrics.contains(" 4"), "{metrics}");
    // Who calls back without a right signature is not heard, and nothing else of the page can be reached that way.
    for path in ["/callbacks/xiaohongshu", "/callbacks/yanxuan"] {
        let answer =
            page.request("POST", path, &[("Content-Type", "application/json")], b"{\"data\":\"[]\"}");
        assert!([400, 401, 403, 404].contains(&answer.status), "{path}: {}", answer.status);
    }
    assert_eq!(page.end(), Some(0));
    world.all_released(4);
    world.is_sound();
}
