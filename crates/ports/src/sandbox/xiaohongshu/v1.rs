//! Version 1: the items, and the six customs fields of a variant.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, http::header::HeaderName};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{TIME_TOLERANCE, dated, skewed};
use crate::sandbox::faults::{Draw, FaultKind};
use crate::sandbox::world::World;
use crate::xiaohongshu::v1::{MAX_PAGE_SIZE, sign};

type Pairs = Vec<(String, String)>;

/// A refusal: the HTTP status counts here.
struct Refused(StatusCode, &'static str, &'static str);

const NO_KEY: Refused = Refused(StatusCode::UNAUTHORIZED, "Unauthorized", "v1_key");
const WRONG_SIGN: Refused = Refused(StatusCode::FORBIDDEN, "Wrong Sign", "v1_sign");
const PARAMETER: Refused = Refused(StatusCode::BAD_REQUEST, "请求参数错误", "parameter");
const NO_SPV: Refused = Refused(StatusCode::NOT_FOUND, "spv不存在", "spv");
const PRESALE: Refused = Refused(StatusCode::BAD_REQUEST, "预售商品不允许修改备案信息", "presale");

type Rule = fn(&Value) -> bool;

/// The six fields, which go together: name and whether it is right.
const FIELDS: [(&str, Rule); 6] = [
    ("import_cost", |value| value.as_f64().is_some_and(|cost| cost > 0.0)),
    ("manufacturer", is_text),
    ("customs_specification", is_text),
    ("ingredient", is_text),
    ("usage", is_text),
    ("customs_photos_urls", |value| value.as_array().is_some_and(|urls| urls.iter().all(is_text))),
];

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// Lets a call in, makes it meet its fault, and answers.
async fn serve(
    world: &World,
    method: &str,
    (path, query, headers): (&str, &Pairs, &HeaderMap),
    work: impl FnOnce(&World, Draw) -> Result<Value, Refused>,
) -> Response {
    let settings = &world.settings;
    let (number, too_many) = world.traffic().call(method, &settings.limits, Instant::now());
    if too_many {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    }
    let draw = settings.faults.draw(settings.plan.seed, method, number);
    if let Some(kind) = draw.kind {
        world.traffic().fault(kind.name());
    }
    let serve = async {
        let now = world.now();
        let shown = if draw.is(FaultKind::ClockSkew) { skewed(world, now) } else { now };
        let answer = admit(world, path, query, headers, now).and_then(|()| work(world, draw));
        let answer = match answer {
            Ok(data) => Json(json!({"success": true, "error_code": 0, "error_msg": null, "data": data}))
                .into_response(),
            Err(Refused(status, words, why)) => {
                world.traffic().refuse(why);
                let body = json!({"success": false, "error_code": status.as_u16(), "error_msg": words, "data": null});
                (status, Json(body)).into_response()
            }
        };
        dated(answer, shown)
    };
    draw.around(&settings.manner, || None, serve).await
}

fn admit(
    world: &World,
    path: &str,
    query: &Pairs,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<(), Refused> {
    let credentials = &world.settings.credentials;
    let header = |name: &'static str| {
        headers.get(HeaderName::from_static(name)).and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    if header("app-key") != credentials.app_key {
        return Err(NO_KEY);
    }
    let timestamp = header("timestamp");
    let pairs: Vec<(&str, String)> =
        query.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let signed = sign(path, &pairs, &credentials.app_key, timestamp, &credentials.v1_secret);
    let sent = i64::from_str(timestamp).ok().and_then(|second| Timestamp::from_second(second).ok());
    let in_time = sent.is_some_and(|sent| sent.duration_since(now).abs() <= TIME_TOLERANCE);
    if header("sign") == signed && in_time { Ok(()) } else { Err(WRONG_SIGN) }
}

/// `GET items`.
pub(super) async fn items(
    State(world): State<Arc<World>>,
    Query(query): Query<Pairs>,
    headers: HeaderMap,
) -> Response {
    let request = ("/ark/open_api/v1/items", &query, &headers);
    serve(&world, "v1 GET items", request, |world, draw| list(world, &query, draw)).await
}

fn list(world: &World, query: &Pairs, draw: Draw) -> Result<Value, Refused> {
    let given = |name: &str| query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let number = |name: &str| match given(name) {
        None => Ok(None),
        Some(text) => i64::from_str(text).map(Some).map_err(|_| PARAMETER),
    };
    let page_no = number("page_no")?.unwrap_or(1);
    let page_size = number("page_size")?.unwrap_or(i64::from(MAX_PAGE_SIZE));
    if !(1..=i64::from(MAX_PAGE_SIZE)).contains(&page_size) || page_no < 1 {
        world.traffic().breach("v1_page_size");
        return Err(PARAMETER);
    }
    let bounds = [
        ("create_time", number("create_time_from")?, number("create_time_to")?),
        ("update_time", number("update_time_from")?, number("update_time_to")?),
        ("stock", number("stock_gte")?, number("stock_lte")?),
    ];
    let (status, buyable, barcode) = (number("status")?, given("buyable"), given("barcode"));
    let meant = |hit: &Value| {
        let item = hit.get("item").unwrap_or(&Value::Null);
        let of = |name: &str| item.get(name).and_then(Value::as_i64).unwrap_or_default();
        bounds.iter().all(|(name, least, most)| {
            least.is_none_or(|least| of(name) >= least) && most.is_none_or(|most| of(name) <= most)
        }) && status.is_none_or(|status| of("status") == status)
            && buyable.is_none_or(|wanted| {
                item.get("buyable").and_then(Value::as_bool).is_some_and(|is| is.to_string() == wanted)
            })
            && barcode.is_none_or(|wanted| item.get("barcode").and_then(Value::as_str) == Some(wanted))
    };
    let hits: Vec<Value> = world
        .shop
        .items()
        .into_iter()
        .map(|item| as_filed(world, item.hit))
        .filter(|hit| meant(hit))
        .collect();
    let skipped = usize::try_from((page_no - 1).saturating_mul(page_size)).unwrap_or(usize::MAX);
    let size = usize::try_from(page_size).unwrap_or_default();
    let mut page: Vec<Value> = hits.iter().skip(skipped).take(size).cloned().collect();
    if draw.is(FaultKind::Duplicate)
        && let Some(first) = page.first().cloned()
    {
        page.push(first);
    }
    Ok(json!({"current_page": page_no, "page_size": page_size, "total": hits.len(), "hits": page}))
}

/// An item with the customs fields that were put there.
fn as_filed(world: &World, mut hit: Value) -> Value {
    let id = hit.pointer("/spv/id").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(fields) = world.filings().variant(&id).and_then(Value::as_object)
        && let Some(spv) = hit.get_mut("spv").and_then(Value::as_object_mut)
    {
        spv.extend(fields.clone());
    }
    hit
}

/// `PUT spv/{id}/customs`.
pub(super) async fn change(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = format!("/ark/open_api/v1/spv/{id}/customs");
    let request = (path.as_str(), &query, &headers);
    serve(&world, "v1 PUT spv customs", request, |world, _| replace(world, &id, &body)).await
}

fn replace(world: &World, id: &str, body: &[u8]) -> Result<Value, Refused> {
    let body: Map<String, Value> = serde_json::from_slice(body).map_err(|_| PARAMETER)?;
    let is_meant = |hit: &Value| hit.pointer("/spv/id").and_then(Value::as_str) == Some(id);
    let item = world.shop.items().into_iter().find(|item| is_meant(&item.hit)).ok_or(NO_SPV)?;
    if item.in_presale {
        return Err(PRESALE);
    }
    if !FIELDS.iter().all(|(name, is_right)| body.get(*name).is_some_and(is_right)) {
        return Err(PARAMETER);
    }
    let fields: Map<String, Value> =
        body.into_iter().filter(|(name, _)| FIELDS.iter().any(|(known, _)| known == name)).collect();
    world.filings().change(id, Value::Object(fields));
    let spv = as_filed(world, item.hit).get("spv").cloned().unwrap_or_default();
    Ok(json!({"spus": [], "spls": [], "spl_items": [], "spvs": [spv], "items": []}))
}
