//! The page for warehouse staff, in a real browser: what a clerk does, from an empty book to a mended sheet.

use std::fs;

use crate::chromium::Browser;
use crate::serving::{Serving, serve};
use crate::support::{Workplace, sample};

/// The sample sheet with its mistakes, mended.
pub fn mended() -> String {
    fs::read_to_string(sample("goods-with-mistakes.csv"))
        .unwrap()
        .replace("330510009,", "3305100090,")
        .replace(",400,390", ",390,420")
        .replace("6.90732E+12", "2900000000629")
        .replace(",0.9,盒,", ",0.9,千克,")
}

#[test]
fn a_clerk_imports_a_sheet_mends_it_and_imports_it_again() {
    let place = Workplace::new();
    let page = Serving::here(&place);
    let browser = Browser::open();
    let home = format!("http://{}/", page.address);

    // An empty book says what to do first.
    browser.goto(&home);
    browser.see("备案库还是空的");
    browser.picture("filings-empty");
    assert_eq!(browser.barriers(), [""; 0]);

    // A file is checked as soon as it is chosen; nothing is taken yet.
    browser.choose("#file", &sample("goods-with-mistakes.csv"));
    browser.see("尚未导入");
    let text = browser.text();
    for told in [
        "第 3 行",
        "第 4 行",
        "330510009",
        "请按当年税则填写完整的10位",
        "FIL-WEIGHT-ORDER",
        "导入 1 行正确的",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    assert_eq!(browser.count(".row"), 3);
    assert!(browser.count(".cells .bad") >= 3);
    browser.picture("preview");
    assert_eq!(browser.barriers(), [""; 0]);

    // One kind of remark at a time.
    browser.click("科学计数法");
    browser.see_no("第 3 行");
    assert_eq!(browser.count(".row"), 1);
    browser.click("全部");
    browser.see("第 3 行");

    // The good row is taken.
    browser.click("导入 1 行正确的");
    browser.see("2 行被拒绝，没有入库");
    browser.picture("imported");
    assert_eq!(browser.barriers(), [""; 0]);
    browser.click("查看备案库");
    browser.see("1 条备案");

    // The mended sheet is taken as a whole; the row that is there already does not count twice.
    place.write("mended.csv", mended());
    browser.choose("#file", &place.path("mended.csv"));
    browser.see("导入整个文件（3 行）");
    browser.click("导入整个文件");
    browser.see("mended.csv");
    browser.click("查看备案库");
    browser.see("3 条备案");

    // Searching does not need a button.
    browser.fill("#text", "奶粉");
    browser.see("1 条备案");
    browser.see_no("洗发水");
    browser.fill("#text", "没有这种东西");
    browser.see("没有符合条件的备案");
    browser.click("清除筛选");
    browser.see("3 条备案");

    // One filing with its history.
    browser.click("2900000000612");
    browser.see("变更历史");
    browser.see("mended.csv");

    // A mistake is taken back, after it was said what that means.
    browser.click("导入记录");
    browser.see("goods-with-mistakes.csv");
    browser.click("撤销");
    browser.see("撤销第 2 号导入？");
    browser.picture("undo");
    assert_eq!(browser.barriers(), [""; 0]);
    browser.click("确认撤销");
    browser.see("第 2 号导入已撤销");
    browser.click("商品备案");
    browser.see("1 条备案");

    // English at a click, and back.
    browser.click("English");
    browser.see("Filings found: 1");
    browser.click("中文");
    browser.see("1 条备案");
    assert_eq!(page.end(), Some(0));
}

#[test]
fn a_whole_shop_is_looked_at() {
    let place = Workplace::with_filings();
    let page = Serving::here(&place);
    let browser = Browser::open();
    let at = |path: &str| browser.goto(&format!("http://{}{path}", page.address));
    for (path, name, seen) in [
        ("/filings", "filings", "备案库"),
        ("/filings/show?port=%E6%9D%AD%E5%B7%9E&barcode=2900000000018", "filing", "变更历史"),
        ("/filings/imports", "imports", "filings.xlsx"),
        ("/filings/sync", "sync", "只看看有哪些要同步"),
        ("/ports", "ports", "杭州"),
        ("/nothing-here", "nothing", "没有这个页面"),
    ] {
        at(path);
        browser.see(seen);
        browser.picture(name);
        assert_eq!(browser.barriers(), [""; 0], "{path}");
    }

    // What would be sent is found out without an account.
    at("/filings/sync");
    browser.click("只看看有哪些要同步");
    browser.see("待同步");
    browser.picture("to-sync");

    // By keyboard: the first stop leads past the menu.
    at("/filings");
    browser.script("document.querySelector('.skip').focus()");
    assert_eq!(browser.script("return document.activeElement.textContent"), "跳到内容");
    assert_eq!(page.end(), Some(0));
}

#[test]
fn scripts_in_a_sheet_do_not_run() {
    let place = Workplace::new();
    let page = Serving::here(&place);
    let browser = Browser::open();
    place.write(
        "hostile.csv",
        "口岸,商品条码,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位,规格型号,用途,品牌\n\
         杭州,2900000000605,<script>document.title='broken'</script>,9999999999,0.125,千克,\"\"\"><img src=x onerror=document.title='broken'>\",<svg onload=document.title='broken'>,{{document.title='broken'}}\n\
         杭州,<script>document.title='broken'</script>,x,<img src=x onerror=document.title='broken'>,1,千克,x,x,x\n",
    );
    browser.goto(&format!("http://{}/", page.address));
    browser.choose("#file", &place.path("hostile.csv"));
    browser.see("尚未导入");
    browser.see("<script>document.title='broken'</script>");
    let sound = || {
        let title = browser.script("return document.title");
        assert!(title.as_str().unwrap().contains("报关工作台"), "{title}");
        assert_eq!(
            browser
                .script("return document.querySelectorAll('main script, main svg, img[src=\"x\"]').length"),
            0
        );
    };
    sound();
    browser.click("导入 1 行正确的");
    browser.see("导入号 1");
    sound();
    browser.click("查看备案库");
    browser.see("1 条备案");
    sound();
    browser.click("2900000000605");
    browser.see("变更历史");
    sound();
    // The policy of the page refuses what is written into it from a script, too.
    browser
        .script("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.title=1\">')");
    browser.see("变更历史");
    assert_ne!(browser.script("return document.title"), "1");
}

#[test]
fn people_log_in_where_other_machines_reach_the_page() {
    let place = Workplace::with_filings();
    let page = serve(&place, &["--listen", "0.0.0.0:0"]);
    let secret = fs::read_to_string(place.path(page.said["token_file"].as_str().unwrap())).unwrap();
    let browser = Browser::open();
    browser.goto(&format!("http://{}/ports", page.address));
    browser.see("访问口令");
    browser.picture("login");
    assert_eq!(browser.barriers(), [""; 0]);
    browser.fill("#word", "not the token at all");
    browser.script("document.querySelector('main form').requestSubmit()");
    browser.see("口令不正确");
    browser.fill("#word", secret.trim());
    browser.script("document.querySelector('main form').requestSubmit()");
    browser.see("直属海关");
    assert_eq!(browser.path(), "/ports");
    browser.click("退出");
    browser.see("访问口令");
    browser.goto(&format!("http://{}/filings", page.address));
    browser.see("访问口令");
}
