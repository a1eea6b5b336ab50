//! Filings out to the platform, over HTTP, as the program does it.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{post, put};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::Workplace;

/// Of the sample's goods, what the platform does not take.
const UNWANTED: &str = "2900000000032";
/// A variant that is in presale.
const IN_PRESALE: &str = "65b1000000000000000000aa";

/// What the platform was told.
#[derive(Default)]
struct Told {
    /// Calls by article and port.
    articles: BTreeMap<(String, String), u32>,
    by_the_older_call: BTreeMap<String, u32>,
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
        "order.syncItemCustomsInfo" => {
            assert!(body["generalTaxRate"].is_number() && body["customsName"].is_string(), "{body}");
            *told.by_the_older_call.entry(barcode).or_default() += 1;
            Json(json!({"success": true, "error_code": 0, "data": {}}))
        }
        "order.getCustomsInfo" => {
            let known = told.filed.get(&barcode).cloned().unwrap_or_default();
            Json(json!({"success": true, "error_code": 0, "data": {"providerSyncCustomsInfoV3List": known}}))
        }
        other => panic!("{other} is not expected"),
    }
}

async fn variant(
    State(told): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    assert!(["app-key", "timestamp", "sign"].iter().all(|name| headers.contains_key(*name)));
    let fields = [
        "import_cost",
        "manufacturer",
        "customs_specification",
        "ingredient",
        "usage",
        "customs_photos_urls",
    ];
    assert!(fields.iter().all(|field| !body[field].is_null()), "{body}");
    if id == IN_PRESALE {
        let refused = json!({"success": false, "error_code": 400, "error_msg": "预售商品不允许修改备案信息"});
        return (StatusCode::BAD_REQUEST, Json(refused));
    }
    *told.lock().unwrap().variants.entry(id).or_default() += 1;
    (StatusCode::OK, Json(json!({"success": true, "error_code": 0, "data": "ok"})))
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

/// One filing with the six fields of a variant, or some of them.
fn file(place: &Workplace, barcode: &str, spv: &str, usage: &str) {
    place.write(
        "one.csv",
        format!(
            "口岸,商品条码,SPV ID,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位,第二法定计量单位数量,规格型号,成分,用途,生产厂家,进口成本价,商品图片\n\
             杭州,{barcode},{spv},面霜,3304990039,0.05,千克,1,50ml/瓶,水,{usage},厂,30,https://a.example/1.jpg\n"
        ),
    );
    assert_eq!(place.run(&["filing", "import", "one.csv", "--json"]).json()["files"][0]["new"], 1);
}

#[test]
fn a_variant_in_presale_is_refused_at_its_row_and_the_others_go_on() {
    let (_runtime, told, place) = platform();
    file(&place, "A", IN_PRESALE, "护肤");
    file(&place, "B", "65b1000000000000000000bb", "护肤");
    file(&place, "C", "65b1000000000000000000cc", "");
    let ran = place.run(&["filing", "sync", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let faults = ran.json()["faults"].as_array().unwrap().clone();
    let of = |code: &str| faults.iter().filter(|fault| fault["code"] == code).cloned().collect::<Vec<_>>();
    let [presale] = &of("FIL-SYNC-SPV")[..] else { panic!("{faults:?}") };
    assert!(presale["message"].as_str().unwrap().contains("预售商品"), "{presale}");
    assert_eq!((&presale["at"]["row"], &presale["at"]["path"]), (&2.into(), &"杭州/A".into()));
    assert_eq!(of("FIL-SYNC-SPV-PARTIAL").len(), 1, "all six or none");
    let told = told.lock().unwrap();
    let sent = |id: &str| told.variants.contains_key(id);
    assert!(sent("65b1000000000000000000bb") && !sent(IN_PRESALE) && !sent("65b1000000000000000000cc"));
    // Their articles are filed all the same.
    assert!(["A", "B", "C"].iter().all(|barcode| told.articles.keys().any(|(known, _)| known == barcode)));
}

#[test]
fn the_configuration_chooses_the_older_call() {
    let (_runtime, told, place) = platform();
    let configuration = std::fs::read_to_string(place.path("customs.toml")).unwrap();
    place.write("customs.toml", format!("{configuration}item_call = \"sync\"\n"));
    assert_eq!(place.run(&["filing", "sync", "--limit", "2", "--json"]).json()["synced"], 2);
    assert_eq!(
        place.run(&["filing", "sync", "--limit", "1", "--item-call", "create", "--json"]).json()["synced"],
        1
    );
    {
        let told = told.lock().unwrap();
        assert_eq!((told.by_the_older_call.len(), told.articles.len()), (2, 1));
    }
    place.write("customs.toml", format!("{configuration}item_call = \"old\"\n"));
    let ran = place.run(&["filing", "sync"]);
    assert!(ran.code == 2 && ran.stderr.contains("platforms.xiaohongshu.item_call"), "{}", ran.stderr);
}
