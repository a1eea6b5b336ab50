//! A clerk's day with the page, in a real browser: platform and customs are the sandbox, which tells what reached it.

use std::collections::BTreeSet;
use std::fs;

use declare::lifecycle::{Case, Decision, State};
use declare::receipt::Subject;
use ports::sandbox::{Rates, Scenario};
use serde_json::Value;

use crate::browser::mended;
use crate::chromium::Browser;
use crate::kill::World;
use crate::serving::{Serving, serve};
use crate::support::{Workplace, sample};

const ORDERS: u64 = 6;

/// A page that other machines could reach, with the orders worked on, and a browser whose user has logged in.
fn logged_in(world: &World) -> (Serving, Browser) {
    let page = serve(&world.place, &["--run", "--listen", "0.0.0.0:0"]);
    let secret = fs::read_to_string(world.place.path(page.said["token_file"].as_str().unwrap())).unwrap();
    let browser = Browser::open();
    browser.goto(&format!("http://{}/filings", page.address));
    browser.see("访问口令");
    browser.fill("#word", secret.trim());
    browser.script("document.querySelector('main form').requestSubmit()");
    browser.see("备案库还是空的");
    (page, browser)
}

fn list<'v>(state: &'v Value, name: &str) -> Vec<&'v Value> {
    state[name].as_array().unwrap().iter().collect()
}

#[test]
fn from_the_first_sheet_to_a_pushed_payment_slip() {
    // Customs refuses every inventory until somebody has looked: buyer and payer differ.
    let world = World::of(Workplace::new(), ORDERS, Some(Scenario::BuyerDiffers), Rates::default());
    let (page, browser) = logged_in(&world);
    let at = |path: &str| browser.goto(&format!("http://{}{path}", page.address));

    // As long as the book is empty the orders that came by themselves wait for their filings.
    at("/orders");
    browser.until("orders that are held", || {
        browser.text().contains("6 个订单") && browser.count(".badge.warn") == 6
    });
    browser.see("没有备案");

    // A sheet with mistakes: the good row is taken, the mended sheet brings the others.
    at("/filings");
    browser.choose("#file", &sample("goods-with-mistakes.csv"));
    browser.see("尚未导入");
    assert_eq!(browser.count(".row"), 3);
    browser.click("导入 1 行正确的");
    browser.see("2 行被拒绝，没有入库");
    world.place.write("mended.csv", mended());
    at("/filings");
    browser.choose("#file", &world.place.path("mended.csv"));
    browser.click("导入整个文件");
    // What only the page behind the import has: whoever leaves the one before it leaves the import.
    browser.see("导入号");
    browser.see("mended.csv");
    // The shop's own goods.
    at("/filings");
    browser.choose("#file", &sample("filings.xlsx"));
    browser.click("导入整个文件");
    browser.see("导入号");
    browser.click("查看备案库");
    browser.see("26 条备案");
    browser.see_no("已同步");

    // Out to the platform, which has each of them once.
    browser.click("同步平台");
    browser.click("现在同步");
    browser.see("同步完成");
    browser.picture("synced");
    assert_eq!(browser.barriers(), [""; 0]);
    let state = world.sandbox.state();
    let filed = list(&state, "filings");
    assert_eq!(filed.len(), 26, "{filed:#?}");
    assert!(filed.iter().all(|filing| filing["times"] == 1), "{filed:#?}");
    let codes: BTreeSet<&str> = filed.iter().map(|filing| filing["barcode"].as_str().unwrap()).collect();
    assert!(["2900000000605", "2900000000612", "2900000000629"].iter().all(|code| codes.contains(code)));
    let variants = list(&state, "spv_customs");
    assert!(!variants.is_empty() && variants.iter().all(|variant| variant["times"] == 1), "{variants:#?}");
    at("/filings");
    browser.see_no("待同步");
    // Whoever asks again sends nothing.
    at("/filings/sync");
    browser.click("现在同步");
    browser.see("平台已是最新");
    assert_eq!(world.sandbox.state()["filings"], state["filings"]);

    // The orders have gone on by themselves, and customs has refused them.
    at("/orders?state=refused");
    browser.until("refused orders", || browser.text().contains("6 个订单，"));
    let numbers = browser
        .script("return [...document.querySelectorAll('#orders td.code a')].map((link) => link.textContent)");
    let numbers: Vec<String> = serde_json::from_value(numbers).unwrap();
    let [judged, pushed] = &numbers[..2] else { panic!("{numbers:?}") };

    // One is let go on after a person has judged it, with the reason; customs is asked a second time.
    browser.click(judged);
    browser.see("1327");
    browser.click("继续申报");
    browser.see("原因（必填）");
    browser.fill("#reason", "付款人是订购人的家人，已核对");
    browser.click("确认继续申报");
    browser.see("人工放行：付款人是订购人的家人，已核对");
    browser.until("a second refusal", || {
        at(&format!("/orders/{judged}"));
        browser.text().matches("1327").count() > 3
    });

    // The payment slip of another is pushed again, once: what comes too early is not asked.
    let asked = || world.sandbox.state()["payment_repushes"].clone();
    assert_eq!(asked().as_object().map(serde_json::Map::len), Some(0));
    for told in ["已请平台重推", "一小时内已请求过"] {
        at(&format!("/orders/{pushed}"));
        browser.click("重推支付单");
        browser.see("每小时最多一次");
        browser.click("确认重推");
        browser.see(told);
    }
    let asked = asked();
    assert_eq!(asked.as_object().unwrap().keys().collect::<Vec<_>>(), [pushed], "{asked}");
    assert_eq!(asked[pushed].as_array().unwrap().len(), 1, "{asked}");
    browser.picture("repushed");

    // The list of ports comes from the platform; the second time it is the same.
    at("/ports");
    browser.see("还没有向平台核对过");
    browser.click("向平台核对");
    browser.see("平台支持 30 个口岸");
    browser.picture("ports-refreshed");
    assert_eq!(browser.barriers(), [""; 0]);
    browser.click("向平台核对");
    browser.see("没有增减");

    browser.click("退出");
    browser.see("访问口令");
    assert_eq!(page.end(), Some(0));
    let cases = world.cases();
    let of = |number: &String| cases.iter().find(|case| case.order_no == *number).unwrap();
    let inventories = |case: &Case| case.papers[&Subject::Inventory].versions.len();
    assert!(cases.iter().all(|case| case.state == State::Refused));
    assert_eq!((inventories(of(judged)), inventories(of(pushed))), (2, 1));
    let decided: Vec<&Decision> =
        cases.iter().flat_map(|case| &case.decisions).map(|made| &made.decision).collect();
    assert!(
        matches!(decided[..], [Decision::Release { reason }] if reason.as_str() == "付款人是订购人的家人，已核对")
    );
    world.is_sound();
}
