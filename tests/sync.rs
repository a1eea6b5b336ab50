//! Filings out to the platform, over HTTP, as the program does it.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::{post, put};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::Workplace;

/// Of the sample's goods, what the platform does not take.
const UNWANTED: &str = "2900000000032";

/// What the platform was told.
#[derive(Default)]
struct Told {
    /// Calls by article and port.
    articles: BTreeMap<(String, String), u32>,
    variants: BTreeMap<String, u32>,
    filed: BTreeMap<String, Vec<Value>>,
}

type Shared = Arc<Mutex<Told>>;

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

async fn controller(State(told): State<Shared>, Json(body): Json<Value>) -> Json<Value> {
    for key in ["appId", "sign", "timestamp", "version", "accessToken"] {
        assert!(!text(&body, key).is_empty(), "{key}");
    }
    let barcode = text(&body, "barcode");
    let mut told = told.lock().unwrap();
    match text(&body, "method").as_str() {
        "order.createItemCustomsInfo" if barcode == UNWANTED => {
            Json(json!({"success": false, "error_code": -6101, "error_msg": "商品不存在"}))
        }
        "order.createItemCustomsInfo" => {
            *told.articles.entry((barcode.clone(), text(&body, "port_code"))).or_default() += 1;
            let entry = json!({"customsName": body["port_code"], "hsCode": body["hs_code"],
                "quantity1": body["quantity1"], "quantity2": body["quantity2"]});
            told.filed.entry(barcode).or_default().push(entry);
            Json(json!({"success": true, "error_code": 0, "data": {}}))
        }
        "order.getCustomsInfo" => {
            let known = told.filed.get(&barcode).cloned().unwrap_or_default();
            Json(json!({"success": true, "error_code": 0, "data": {"providerSyncCustomsInfoV3List": known}}))
        }
        other => panic!("{other} is not expected"),
    }
}

async fn variant(State(told): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Json<Value> {
    assert!(["app-key", "timestamp", "sign"].iter().all(|name| headers.contains_key(*name)));
    *told.lock().unwrap().variants.entry(id).or_default() += 1;
    Json(json!({"success": true, "error_code": 0, "data": "ok"}))
}

/// A platform on this machine, and a workplace that is configured for it.
fn platform() -> (Runtime, Shared, Workplace) {
    let told = Shared::default();
    let router = Router::new()
        .route("/ark/open_api/v3/common_controller", post(controller))
        .route("/ark/open_api/v1/spv/{id}/customs", put(variant))
        .with_state(Arc::clone(&told));
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { axum::serve(listener, router).await });
    let place = Workplace::with_filings();
    place.write(
        "customs.toml",
        format!(
            "[platforms.xiaohongshu]\nebp_code = \"3100966K00\"\nebp_name = \"行吟\"\napp_id = \"a1b2c3\"\n\
             app_secret = \"of-the-sandbox\"\naccess_token = \"token\"\nbase_url = \"http://{address}\"\n"
        ),
    );
    (runtime, told, place)
}

#[test]
fn what_changed_goes_out_once_and_refusals_come_back_to_their_rows() {
    let (_runtime, told, place) = platform();
    let ran = place.run(&["filing", "sync", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let first = ran.json();
    let filings = first["to_sync"].as_u64().unwrap();
    let refused = first["refused"].as_u64().unwrap();
    assert!(filings > 10 && refused > 0 && first["synced"] == filings - refused, "{first}");
    let fault = &first["faults"][0];
    assert_eq!(fault["code"], "FIL-SYNC-ITEM");
    assert!(fault["message"].as_str().unwrap().contains("商品不存在"), "{fault}");
    assert!(fault["at"]["file"].as_str().unwrap().ends_with("filings.xlsx") && fault["at"]["row"].is_u64());
    {
        let told = told.lock().unwrap();
        assert_eq!(told.articles.len() as u64, filings - refused);
        assert!(told.articles.values().chain(told.variants.values()).all(|calls| *calls == 1));
    }
    let again = place.run(&["filing", "sync", "--verify", "--json"]).json();
    assert_eq!((&again["to_sync"], &again["unchanged"]), (&refused.into(), &(filings - refused).into()));
    assert_eq!(again["different"], 0, "{again}");
    assert!(told.lock().unwrap().articles.values().all(|calls| *calls == 1));
    let open = place.run(&["filing", "list", "--unsynced"]).stdout;
    assert_eq!(open.lines().count() as u64, refused);

    // The platform loses one and knows another otherwise: reading back tells.
    told.lock().unwrap().filed.get_mut("2900000000018").unwrap()[0]["hsCode"] = "3304990099".into();
    let ran = place.run(&["filing", "sync", "--verify", "--json"]);
    assert_eq!((ran.code, &ran.json()["different"]), (1, &json!(1)), "{}", ran.stdout);
}

#[test]
fn a_run_that_is_killed_is_finished_by_the_next_one() {
    let (_runtime, told, place) = platform();
    let mut child = place.command(&["filing", "sync"]).stderr(Stdio::null()).spawn().unwrap();
    while told.lock().unwrap().articles.len() < 3 {
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = told.lock().unwrap().articles.len();
    let ran = place.run(&["filing", "sync", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let told = told.lock().unwrap();
    assert!(told.articles.len() > before);
    // What was not recorded yet is said again, which replaces what was there; nothing is said a third time.
    assert!(told.articles.values().all(|calls| *calls <= 2));
    assert_eq!(
        place.run(&["filing", "sync", "--dry-run", "--json"]).json()["to_sync"],
        ran.json()["refused"]
    );
}

#[test]
fn a_secret_that_cannot_be_read_is_told_by_its_place() {
    let (_runtime, _told, place) = platform();
    let configuration = std::fs::read_to_string(place.path("customs.toml")).unwrap();
    let without = configuration.replace("\"of-the-sandbox\"", "{ env = \"CUSTOMS_NO_SUCH_SECRET\" }");
    place.write("customs.toml", without.replace("access_token = \"token\"\n", ""));
    let ran = place.run(&["filing", "sync"]);
    assert_eq!(ran.code, 2);
    for part in ["CFG-SECRET", "$CUSTOMS_NO_SUCH_SECRET", "CFG-MISSING", "platforms.xiaohongshu.access_token"]
    {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
}
