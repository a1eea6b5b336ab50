//! The platform's side from the command line: its ports, its items, its tokens, its payment slips.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use calamine::{Data, Reader, open_workbook_auto};
use declare::shop::goods::product;
use declare::shop::{OpenShop, Opening};
use jiff::{SignedDuration, Timestamp};
use ports::clock::SystemClock;
use ports::sandbox::{Plan, Running, Sandbox, Scenario, Settings, Shop};
use ports::store::{Batch, SledStore, Store};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::{Ran, Workplace, keys, lines, order, sample, text};

/// A sandbox on this machine, and a workplace that is configured for it.
pub struct Open {
    runtime: Option<Runtime>,
    pub running: Running,
    pub shop: OpenShop,
    pub place: Workplace,
}

/// The samples' configuration with another account on the platform.
pub fn configured_for(account: &str) -> String {
    let configuration = std::fs::read_to_string(sample("customs.toml")).unwrap();
    let (before, rest) = configuration.split_once("app_id = \"sample\"").unwrap();
    let (_, after) = rest.split_once("sends = ").unwrap();
    format!("{before}{account}sends = {after}")
}

impl Open {
    pub fn new(place: Workplace) -> Self {
        let now = Timestamp::now();
        let opening =
            Opening { from: now - SignedDuration::from_hours(2), until: now - SignedDuration::from_hours(1) };
        let shop = OpenShop::new(11, 20, opening);
        let settings = Settings::new(Plan { seed: 11, only: Some(Scenario::AllClear) });
        let sandbox = Sandbox::new(settings, Arc::new(shop.clone()), Arc::new(SystemClock));
        let runtime = Runtime::new().unwrap();
        let running = runtime.block_on(sandbox.start("127.0.0.1:0".parse().unwrap())).unwrap();
        let open = Self { runtime: Some(runtime), running, shop, place };
        let (access, refresh) = open.running.tokens();
        open.configure(&format!("access_token = \"{access}\"\nrefresh_token = \"{refresh}\"\n"));
        open
    }

    /// Writes the configuration with these lines about tokens.
    pub fn configure(&self, tokens: &str) {
        let credentials = self.running.credentials();
        let account = format!(
            "app_id = \"{}\"\napp_secret = \"{}\"\nv1_app_key = \"{}\"\nv1_app_secret = \"{}\"\nbase_url = \"{}\"\n{tokens}",
            credentials.app_id,
            credentials.app_secret,
            credentials.app_key,
            credentials.v1_secret,
            self.running.base_url()
        );
        self.place.write("customs.toml", configured_for(&account));
    }

    /// The number of one of the shop's orders.
    fn order_no(&self, index: u64) -> String {
        text(&self.shop.order(index).detail["orderId"])
    }

    /// What the platform was asked about an order's payment slip.
    fn repushes(&self, order_no: &str) -> Vec<String> {
        let state = self.running.state();
        let asked = state["payment_repushes"][order_no].as_array().cloned().unwrap_or_default();
        asked.iter().map(|asked| text(&asked["customs_type"])).collect()
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.place.run(args)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[test]
fn items_tell_which_lack_a_filing_and_a_sheet_begins_with_them() {
    let open = Open::new(Workplace::new());
    let json = open.run(&["ports", "items", "--json"]).json();
    assert_eq!(
        (&json["total"], &json["without_filing"], &json["incomplete"]),
        (&json!(14), &json!(14), &json!(14))
    );
    let first = &json["items"][0];
    assert_eq!(
        keys(first),
        [
            "barcode",
            "brand",
            "buyable",
            "country",
            "customs",
            "filed_at",
            "gross_weight_g",
            "has_filing",
            "id",
            "name",
            "net_weight_g",
            "pre_tax_price",
            "price",
            "spv_id",
            "tax",
            "tax_rate",
            "unit"
        ]
    );
    assert_eq!((&first["price"], &first["has_filing"]), (&json!("516.85"), &json!(false)), "{first}");

    let ran =
        open.run(&["filing", "template", "待备案.xlsx", "--from-items", "--port", "HANGZHOU_ZS", "--json"]);
    assert_eq!((ran.code, &ran.json()["filings"]), (0, &json!(14)), "{}", ran.stderr);
    let json = open.run(&["filing", "check", "待备案.xlsx", "--json"]).json();
    let file = &json["files"][0];
    assert_eq!((&file["rows"], &file["refused"]), (&json!(14), &json!(14)), "{file}");
    let headers: std::collections::BTreeSet<&str> = file["faults"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|fault| fault["at"]["header"].as_str())
        .collect();
    assert!(
        headers.iter().all(|header| !["商品条码*", "SPV ID", "商品名称*", "净重(克)"].contains(header)),
        "{headers:?}"
    );

    // A clerk completes it: with the commodity code and the legal quantity each row is a filing.
    let mut book = open_workbook_auto(open.place.path("待备案.xlsx")).unwrap();
    let sheet = book.worksheet_range("填写").unwrap();
    let mut rows: Vec<Vec<String>> =
        sheet.rows().map(|row| row.iter().map(Data::to_string).collect()).collect();
    let column = |rows: &[Vec<String>], name: &str| {
        rows[0].iter().position(|header| header.trim_end_matches('*') == name).unwrap()
    };
    let (barcode, hs, quantity) =
        (column(&rows, "商品条码"), column(&rows, "海关HS编码"), column(&rows, "第一法定计量单位数量"));
    let (second, specification) = (column(&rows, "第二法定计量单位数量"), column(&rows, "规格型号"));
    for row in &mut rows[1..] {
        let known = product(&row[barcode]).unwrap();
        row[hs] = known.hs_code.to_owned();
        row[quantity] = known.quantity1.to_owned();
        row[second] = known.second.map_or("0", |(quantity, _)| quantity).to_owned();
        row[specification] = String::new();
    }
    let quoted = |row: &Vec<String>| {
        let cells = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        cells.collect::<Vec<_>>().join(",")
    };
    open.place.write("filled.csv", rows.iter().map(quoted).collect::<Vec<_>>().join("\r\n"));
    let ran = open.run(&["filing", "import", "filled.csv", "--json"]);
    assert_eq!(ran.json()["files"][0]["accepted"], 14, "{}", ran.stdout);

    let ran = open.run(&["ports", "items", "--missing", "--port", "广州", "--json"]);
    assert_eq!((&ran.json()["without_filing"], ran.code), (&json!(14), 0), "filed only elsewhere");
    let json = open.run(&["ports", "items", "--json"]).json();
    assert_eq!((&json["without_filing"], &json["items"][0]["filed_at"]), (&json!(0), &json!(["杭州"])));
    let ran = open.run(&["ports", "items", "--missing"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    // The platform does the choosing.
    let one = open.run(&[
        "ports",
        "items",
        "--barcode",
        "2900000000018",
        "--status",
        "approved",
        "--buyable",
        "true",
    ]);
    assert_eq!(one.stdout.lines().count(), 1, "{}", one.stdout);
    assert!(one.stdout.starts_with("2900000000018\t65"), "{}", one.stdout);
    for none in [
        &["--status", "editing"][..],
        &["--created-from", "2027-01-01"],
        &["--updated-to", "2020-01-01"],
        &["--stock-to", "5"],
        &["--buyable", "false"],
    ] {
        let ran = open.run(&[&["ports", "items"], none].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{none:?}");
    }
    assert_eq!(
        open.run(&["filing", "template", "待备案.xlsx", "--from-items"]).code,
        2,
        "it is not written over"
    );
    assert_eq!(open.running.state()["breaches"], json!({}));
}

/// A platform that lists ports.
type Listed = Arc<Mutex<Vec<(&'static str, &'static str)>>>;

async fn supported(State(listed): State<Listed>) -> Json<Value> {
    let ports: Vec<Value> = listed
        .lock()
        .unwrap()
        .iter()
        .map(|(name, code)| json!({"customs_name": name, "customs_code": code, "brandNew": 1}))
        .collect();
    let data = json!({"platSupportCustoms": ports, "sellerSupportCustoms": ports.first()});
    let data = if ports.is_empty() {
        json!({})
    } else {
        json!({"platSupportCustoms": data["platSupportCustoms"], "sellerSupportCustoms": [data["sellerSupportCustoms"]]})
    };
    Json(json!({"success": true, "error_code": 0, "data": data}))
}

#[test]
fn the_platforms_list_decides_where_is_declared() {
    let listed = Listed::default();
    let router = Router::new()
        .route("/ark/open_api/v3/common_controller", post(supported))
        .with_state(Arc::clone(&listed));
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { axum::serve(listener, router).await });
    let place = Workplace::with_filings();
    let account = format!(
        "app_id = \"a1\"\napp_secret = \"of-the-double\"\naccess_token = \"token-1\"\nbase_url = \"http://{address}\"\n"
    );
    let configuration = configured_for(&account);
    place.write("customs.toml", &configuration);
    place.write("orders.jsonl", lines([&order(1), &order(17)]));
    let build = ["declare", "build", "orders.jsonl", "--out", "out", "--json"];

    // A list with nothing in it is none.
    let ran = place.run(&["ports", "refresh"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let json = place.run(&["ports", "list", "--json"]).json();
    assert!(json["ports"].as_array().unwrap().iter().all(|port| port["supported"] == true));

    *listed.lock().unwrap() = vec![("广州口岸", "GUANGZHOU"), ("大连", "DALIAN")];
    let json = place.run(&["ports", "refresh", "--json"]).json();
    assert_eq!(
        (&json["appeared"], &json["supported"], &json["shop"]),
        (&json!(["大连"]), &json!(2), &json!(["广州"]))
    );
    assert_eq!(json["vanished"].as_array().unwrap().len(), 29);
    assert_eq!(json["codes"][0], json!({"name": "广州", "code": "GUANGZHOU", "before": null}));
    let ran = place.run(&["ports", "refresh", "-v"]);
    assert!(ran.stdout.contains("none appeared"), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("order.getSupportedPortList.platSupportCustoms[].brandNew"),
        "{}",
        ran.stderr
    );
    let shown = place.run(&["ports", "show", "dalian", "--json"]).json();
    assert_eq!(
        (&shown["source"], &shown["platform_codes"]),
        (&json!("platform"), &json!({"xiaohongshu": "DALIAN"}))
    );
    assert_eq!(place.run(&["ports", "show", "杭州", "--json"]).json()["supported"], false);

    let ran = place.run(&build);
    let hangzhou = text(&order(1)["detail"]["orderId"]);
    assert_eq!(ran.counts(), [2, 1, 1], "{}", ran.stdout);
    assert_eq!(ran.held(), BTreeMap::from([(hangzhou, vec!["DOC-PORT-UNSUPPORTED".to_owned()])]));

    // A port that the platform has named can be configured; what is not known of it is not guessed.
    let mut dalian = order(2);
    dalian["detail"]["customsCode"] = "DALIAN".into();
    place.write("orders.jsonl", lines([&dalian]));
    assert_eq!(place.run(&build).held().into_values().next().unwrap()[0], "DOC-PORT");
    let section = "[ports.\"大连\"]\ncustoms_code = \"0900\"\nport_code = \"0900\"\ntraf_mode = \"Y\"\n";
    place.write("customs.toml", format!("{section}{configuration}"));
    let held = place.run(&build).held().into_values().next().unwrap();
    assert!(
        held.contains(&"DOC-TRADE-MODE".to_owned()) && !held.contains(&"DOC-PORT".to_owned()),
        "{held:?}"
    );
    place.write("customs.toml", format!("{section}trade_modes = [\"1210\"]\n{configuration}"));
    let held = place.run(&build).held().into_values().next().unwrap();
    assert!(held.iter().all(|code| code == "DOC-FILING"), "{held:?}");
    // Nor is it another port for its filings: they are taken in, found and told in the sheet to fill in by its names.
    assert_eq!(place.run(&["filing", "export", "book.csv"]).code, 0);
    let book = std::fs::read_to_string(place.path("book.csv")).unwrap();
    place.write("dalian.csv", book.replace("广州", "大连口岸"));
    for action in ["check", "import"] {
        let ran = place.run(&["filing", action, "dalian.csv", "--port", "dalian", "--json"]);
        assert_eq!(ran.json()["files"][0]["refused"], 0, "{}", ran.stdout);
    }
    let listed = place.run(&["filing", "list", "--port", "DALIAN", "--json"]).json();
    assert!(listed["filings"].as_array().unwrap().iter().all(|filing| filing["port"] == "大连"), "{listed}");
    assert!(!listed["filings"].as_array().unwrap().is_empty());
    assert_eq!(place.run(&build).counts(), [1, 1, 0]);
    assert_eq!(place.run(&["filing", "template", "sheet.xlsx"]).code, 0);
    let mut sheet = open_workbook_auto(place.path("sheet.xlsx")).unwrap();
    let offered = sheet.worksheet_range("列表").unwrap();
    assert!(offered.rows().any(|row| row[0] == Data::String("大连".to_owned())), "{offered:?}");
    let wrong = configuration.replace("[ports.\"广州\"]", "[ports.\"亚特兰蒂斯\"]");
    place.write("customs.toml", wrong);
    let ran = place.run(&build);
    assert!(ran.code == 2 && ran.stderr.contains("CFG-PORT"), "{}", ran.stderr);
    runtime.shutdown_background();
}

#[test]
fn ports_are_found_by_any_name_and_code() {
    let place = Workplace::new();
    for word in ["义乌", "义乌口岸", "YIWU", "yw_custom", "2921"] {
        assert_eq!(place.run(&["ports", "show", word, "--json"]).json()["name"], "义乌", "{word}");
    }
    let ran = place.run(&["ports", "show", "2900"]);
    assert_eq!(ran.code, 2);
    assert!(["杭州", "金华", "温州", "义乌"].iter().all(|name| ran.stderr.contains(name)), "{}", ran.stderr);
    let shown = place.run(&["ports", "show", "杭州"]).stdout;
    for part in ["2900 杭州", "2928", "wechat HANGZHOU_ZS", "1210 9610", "zongshu"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!place.path("customs-data").exists(), "looking up makes no store");
}

#[test]
fn a_code_of_the_shops_owner_brings_the_first_tokens() {
    let open = Open::new(Workplace::new());
    open.configure("");
    let ran = open.run(&["ports", "refresh"]);
    assert!(ran.code == 2 && ran.stderr.contains("access_token"), "{}", ran.stderr);
    let code = open.running.credentials().code.clone();
    let ran = open.run(&["ports", "token", "--code", "code-of-nobody"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let ran = open.run(&["ports", "token", "--code", &code, "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.json()["seller_id"], open.running.credentials().seller_id.as_str());
    let (access, refresh) = open.running.tokens();
    assert!(!ran.stdout.contains(&access) && !ran.stdout.contains(&refresh));
    let ran = open.run(&["ports", "refresh"]);
    assert!(ran.code == 0 && ran.stdout.contains("30"), "{} {}", ran.stdout, ran.stderr);
}

#[test]
fn a_payment_slip_is_asked_for_once_an_hour() {
    let open = Open::new(Workplace::new());
    let order = open.order_no(0);
    let dry = open.run(&["ports", "repush", &order, "--dry-run", "--json"]);
    assert_eq!((dry.code, &dry.json()["orders"][0]["outcome"]), (0, &json!("would_ask")));
    assert!(open.repushes(&order).is_empty(), "a dry run asks nobody");

    let ran = open.run(&["ports", "repush", &order, &order, "P999", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let json = ran.json();
    assert_eq!(keys(&json), ["asked", "dry_run", "failed", "orders", "refused", "skipped"]);
    assert_eq!((&json["asked"], &json["refused"], &json["skipped"]), (&json!(1), &json!(1), &json!(0)));
    let first = &json["orders"][0];
    assert_eq!(keys(first), ["attempt", "customs", "next_allowed", "order_no", "outcome", "reason"]);
    assert_eq!((&first["outcome"], &first["attempt"]), (&json!("asked"), &json!(1)));
    assert_eq!(open.repushes(&order), ["zongshu"], "杭州 and 广州 go by the national system");

    let again = open.run(&["ports", "repush", &order, "--json"]);
    let skipped = &again.json()["orders"][0];
    assert_eq!(
        (again.code, &skipped["outcome"], &skipped["next_allowed"]),
        (1, &json!("skipped"), &first["next_allowed"])
    );
    assert_eq!(open.repushes(&order).len(), 1);
    let ran = open.run(&["ports", "repush", &open.order_no(1), "--customs", "local"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(open.repushes(&open.order_no(1)), ["local"]);
    assert_eq!(open.run(&["ports", "repush"]).code, 2);
    assert_eq!(open.run(&["ports", "repush", "P1", "--missing"]).code, 2);

    // The port's own way, as configured.
    let configuration = std::fs::read_to_string(open.place.path("customs.toml")).unwrap();
    open.place.write(
        "customs.toml",
        configuration.replace("wrap_type = \"2\"", "wrap_type = \"2\"\npayment_route = \"local\""),
    );
    assert_eq!(open.run(&["ports", "repush", &open.order_no(2)]).code, 0);
    assert_eq!(open.repushes(&open.order_no(2)), ["local"]);
}

#[test]
fn of_processes_that_ask_at_the_same_moment_one_does() {
    let open = Open::new(Workplace::new());
    let order = open.order_no(3);
    let start = || {
        let mut command = open.place.command(&["ports", "repush", &order]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let started: Vec<Child> = (0..4).map(|_| start()).collect();
    for mut child in started {
        child.wait().unwrap();
    }
    assert_eq!(open.repushes(&order).len(), 1);
}

#[test]
fn all_missing_slips_are_asked_for_when_they_are_due() {
    let open = Open::new(Workplace::new());
    let none = open.run(&["ports", "repush", "--missing", "--json"]);
    assert_eq!((none.code, &none.json()["orders"]), (0, &json!([])));
    // What whoever reads receipts puts down.
    {
        let store = SledStore::open(&open.place.path("customs-data/store")).unwrap();
        let mut batch = Batch::default();
        for index in 0..3 {
            let number = open.order_no(index);
            let order = ports::repush::OrderRef { platform: "xiaohongshu", order_no: &number };
            ports::repush::want(&store, &mut batch, order, "支付信息不存在", Timestamp::now()).unwrap();
        }
        store.commit(batch).unwrap();
    }
    let dry = open.run(&["ports", "repush", "--missing", "--dry-run", "--json"]);
    assert_eq!((dry.code, &dry.json()["asked"], &dry.json()["dry_run"]), (0, &json!(3), &json!(true)));
    let ran = open.run(&["ports", "repush", "--missing", "--json"]);
    assert_eq!((ran.code, &ran.json()["asked"]), (0, &json!(3)), "{}", ran.stderr);
    let again = open.run(&["ports", "repush", "--missing", "--json"]);
    assert_eq!((again.code, &again.json()["asked"], &again.json()["skipped"]), (0, &json!(0), &json!(3)));
    for index in 0..3 {
        assert_eq!(open.repushes(&open.order_no(index)).len(), 1);
    }
    // The record names the reason.
    let store = SledStore::open(&open.place.path("customs-data/store")).unwrap();
    let number = open.order_no(0);
    let order = ports::repush::OrderRef { platform: "xiaohongshu", order_no: &number };
    let history = ports::repush::history(&store, order).unwrap();
    assert_eq!(history.attempts[0].reason, "支付信息不存在");
    assert_eq!(history.attempts[0].answer, ports::repush::Answer::Asked);
}
