//! Against a double on this machine.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, put};
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::net::TcpListener;

use super::*;
use crate::clock::FixedClock;
use crate::http::{Failure, Hidden};
use crate::platform::SpvCustoms;

const SPV: &str = "58e5b5f6af0a672afacf4568";

/// What the double was sent: signature, query, body.
type Seen = Arc<Mutex<Vec<(String, BTreeMap<String, String>, Value)>>>;

async fn list(
    State(seen): State<Seen>,
    headers: HeaderMap,
    Query(query): Query<BTreeMap<String, String>>,
) -> Json<Value> {
    let page: u32 = query["page_no"].parse().unwrap();
    seen.lock().unwrap().push((headers["sign"].to_str().unwrap().to_owned(), query, Value::Null));
    // A page with noise, nothing in several spellings, and an entry that is none.
    let hit = json!({
        "item": {"id": "i1", "name": "面霜", "price": 52.70000000000001, "pre_tax_price": "48.36", "tax": 4.340000000000001,
                 "tax_rate": 0.0897, "buyable": true, "unheard_of": {"x": 1}},
        "spu": {"brand": {"name": "示例牌"}}, "spl": null, "spl_item": "",
        "spv": {"id": SPV, "barcode": "6907315161898", "net_weight": 25.0, "gross_weight": 45, "import_cost": null,
                "manufacturer": "", "customs_photos_urls": [null], "country": "日本", "unit": "件", "status": 2}
    });
    let hits = if page == 1 { json!([hit, "?"]) } else { json!([hit]) };
    Json(json!({"success": true, "error_code": 0, "error_msg": null,
                "data": {"current_page": page, "page_size": 50, "total": 51, "hits": hits}}))
}

async fn change(
    State(seen): State<Seen>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    if id != SPV {
        let refusal = json!({"success": false, "error_code": 0, "error_msg": "Wrong Sign of 16900007771"});
        return (StatusCode::FORBIDDEN, Json(refusal));
    }
    let spv = json!({"id": id, "barcode": "test01", "import_cost": body["import_cost"], "manufacturer": body["manufacturer"],
                     "customs_specification": "s", "ingredient": "i", "usage": "u", "customs_photos_urls": ["http://a.example/1.jpg"]});
    seen.lock().unwrap().push((headers["sign"].to_str().unwrap().to_owned(), BTreeMap::new(), body));
    (StatusCode::OK, Json(json!({"success": true, "error_code": 0, "data": {"spvs": [spv], "items": []}})))
}

async fn client() -> (Client, Seen) {
    let seen = Seen::default();
    let router = Router::new()
        .route("/ark/open_api/v1/items", get(list))
        .route("/ark/open_api/v1/spv/{id}/customs", put(change))
        .with_state(Arc::clone(&seen));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let settings = Settings {
        base_url,
        app_key: "demo-key".into(),
        app_secret: Hidden::new("0123456789abcdef0123456789abcdef"),
        caller: caller_settings(),
    };
    let clock = FixedClock(Timestamp::from_second(1_700_000_000).unwrap());
    (Client::new(settings, Arc::new(clock)).unwrap(), seen)
}

#[tokio::test]
async fn items_are_read_page_by_page_with_exact_prices() {
    let (client, seen) = client().await;
    let query = ItemQuery { status: Some(2), buyable: Some(true), ..ItemQuery::default() };
    let page = client.items(&query).await.unwrap();
    assert_eq!((page.total, page.items.len(), page.unreadable, page.next_page), (51, 1, 1, Some(2)));
    let item = &page.items[0];
    let told = |amount: Option<rust_decimal::Decimal>| amount.unwrap().to_string();
    assert_eq!(
        (told(item.price), told(item.pre_tax_price), told(item.tax)),
        ("52.70".into(), "48.36".into(), "4.34".into())
    );
    assert_eq!((told(item.tax_rate), told(item.spv.net_weight_g)), ("0.0897".into(), "25".into()));
    assert!(!item.spv.is_complete());
    let last = client.items(&ItemQuery { page_no: Some(2), ..query }).await.unwrap();
    assert_eq!(last.next_page, None);
    let mut shown = 0;
    let counts = client.each_item(&ItemQuery::default(), |_| shown += 1).await.unwrap();
    // The same item stands on both pages.
    assert_eq!((shown, counts.items, counts.pages, counts.total, counts.unreadable), (1, 1, 2, 51, 1));
    let unknown: Vec<String> = client.vocabulary().unknown().into_keys().collect();
    assert_eq!(unknown, ["GET items.hits[].item.unheard_of", "GET items.hits[]:type"]);
    let (signature, sent, _) = &seen.lock().unwrap()[0];
    assert_eq!(signature, "4fd883defffdb0f90c958f8938d24f1d", "what was sent is what was signed");
    assert_eq!(sent.len(), 4);
}

#[tokio::test]
async fn customs_fields_are_replaced() {
    let (client, seen) = client().await;
    let customs = SpvCustoms {
        import_cost: "12.50".parse().unwrap(),
        manufacturer: "示例厂".into(),
        customs_specification: "30ml/瓶".into(),
        ingredient: "水".into(),
        usage: "护肤".into(),
        customs_photos_urls: vec!["https://a.example/1.jpg".into()],
    };
    let changed = client.put_spv_customs(SPV, &customs).await.unwrap().unwrap();
    assert!(changed.is_complete());
    let (signature, _, body) = seen.lock().unwrap().remove(0);
    assert_eq!(signature, "104b5e9e5c4342bddaf9baa291803a0b");
    assert_eq!((body["import_cost"].to_string(), body.as_object().unwrap().len()), ("12.5".into(), 6));
    let error = client.put_spv_customs("other", &customs).await.unwrap_err();
    let refusal = Failure::Refused { code: "403".into(), message: "Wrong Sign of …".into() };
    assert_eq!(error.failure, refusal);
    assert!(client.put_spv_customs("../items", &customs).await.is_err());
    assert!(!format!("{client:?}").contains("0123456789"));
}
