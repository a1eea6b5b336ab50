//! Xiaohongshu's side: version 3 on its one route, and what is left of version 1.

mod customs;
mod orders;
mod people;
mod shipping;
mod v1;

use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::faults::{Draw, FaultKind};
use super::tokens::Trouble;
use super::world::World;
use crate::xiaohongshu::v3::{PATH, VERSION, methods, sign};

/// How far a request's time may be off; the platform does not publish its own figure.
const TIME_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

pub(super) fn router(world: Arc<World>) -> Router {
    Router::new()
        .route(PATH, post(call))
        .route("/ark/open_api/v1/items", get(v1::items))
        .route("/ark/open_api/v1/spv/{id}/customs", put(v1::change))
        .with_state(world)
}

/// A refusal: code and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    code: i64,
    words: &'static str,
    /// Under what it is counted.
    why: &'static str,
}

const fn refusal(code: i64, words: &'static str, why: &'static str) -> Refusal {
    Refusal { code, words, why }
}

const BAD_JSON: Refusal = refusal(-2_000_400, "请求参数错误", "bad_request");
const PARAMETER: Refusal = refusal(-2_000_400, "请求参数错误", "parameter");
const NO_METHOD: Refusal = refusal(-1_000_400, "method不存在", "method");
const NO_APP: Refusal = refusal(401, "应用不存在", "app");
// The platform does not publish these three codes: they are this sandbox's own.
const BAD_SIGN: Refusal = refusal(10_101, "签名错误", "sign");
const BAD_TIME: Refusal = refusal(10_102, "timestamp已过期", "timestamp");
const BAD_TOKEN: Refusal = refusal(10_103, "accessToken无效或已过期", "token");
const BAD_REFRESH: Refusal = refusal(10_104, "refreshToken无效或已过期,请商家重新授权", "refresh_token");
const BAD_CODE: Refusal = refusal(10_105, "授权code无效或已过期", "code");
const THROTTLED: Refusal = refusal(-9013, "触发Method维度的限流", "throttled");

/// What a method answers; `null` for an envelope without data.
type Answer = Result<Value, Refusal>;

fn envelope(answer: Answer) -> Response {
    Json(match answer {
        Ok(Value::Null) => json!({"success": true, "error_code": 0}),
        Ok(data) => json!({"success": true, "error_code": 0, "data": data}),
        Err(Refusal { code, words, .. }) => {
            json!({"success": false, "error_code": code, "error_msg": words})
        }
    })
    .into_response()
}

/// The parameters of a call.
pub(super) struct Request<'r> {
    body: &'r Map<String, Value>,
    now: Timestamp,
    draw: Draw,
}

impl Request<'_> {
    /// A text; a number is taken as one.
    fn text(&self, name: &str) -> String {
        text_of(self.body.get(name))
    }

    /// A text that has to be there.
    fn required(&self, name: &str) -> Result<String, Refusal> {
        Some(self.text(name)).filter(|text| !text.is_empty()).ok_or(PARAMETER)
    }

    /// A whole number, also when it was sent as text.
    fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.text(name).as_str() {
            "" => Ok(None),
            text => i64::from_str(text).map(Some).map_err(|_| PARAMETER),
        }
    }

    fn list(&self, name: &str) -> &[Value] {
        self.body.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn millisecond(&self) -> i64 {
        self.now.as_millisecond()
    }
}

fn text_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(number @ Value::Number(_)) => number.to_string(),
        _ => String::new(),
    }
}

/// The one route.
async fn call(State(world): State<Arc<World>>, bytes: Bytes) -> Response {
    let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(&bytes) else {
        world.traffic().refuse(BAD_JSON.why);
        return envelope(Err(BAD_JSON));
    };
    let known = METHODS.iter().find(|(name, _)| *name == text_of(body.get("method")));
    let name = known.map_or("unknown", |(name, _)| name);
    let settings = &world.settings;
    let (number, too_many) = world.traffic().call(name, &settings.limits, Instant::now());
    if too_many {
        return envelope(Err(THROTTLED));
    }
    let mut draw = settings.faults.draw(settings.plan.seed, name, number);
    if let Some(kind) = draw.kind {
        world.traffic().fault(kind.name());
    }
    if name == methods::BATCH_DECRYPT.name && draw.is(FaultKind::Trouble) && draw.coin() {
        // The call succeeds, and says of each entry that its quota cannot be looked up.
        draw.kind = None;
        return envelope(people::quota_trouble(&Request { body: &body, now: world.now(), draw }));
    }
    let serve = async {
        let now = world.now();
        let shown = if draw.is(FaultKind::ClockSkew) { skewed(&world, now) } else { now };
        let answer = admit(&world, &body, name, shown)
            .and_then(|()| known.map(|(_, method)| method).ok_or(NO_METHOD))
            .and_then(|method| method(&world, &Request { body: &body, now, draw }));
        if let Err(refusal) = &answer {
            world.traffic().refuse(refusal.why);
        }
        dated(envelope(answer), shown)
    };
    draw.around(&settings.manner, || Some(envelope(Err(THROTTLED))), serve).await
}

fn skewed(world: &World, now: Timestamp) -> Timestamp {
    now.checked_add(world.settings.manner.skew).unwrap_or(now)
}

/// Answers bear the platform's time, as its own clock has it.
fn dated(mut answer: Response, now: Timestamp) -> Response {
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok();
    if let Some(date) = date.and_then(|date| HeaderValue::from_str(&date).ok()) {
        answer.headers_mut().insert(header::DATE, date);
    }
    answer
}

/// Whether a call is let in.
fn admit(world: &World, body: &Map<String, Value>, method: &str, now: Timestamp) -> Result<(), Refusal> {
    let credentials = &world.settings.credentials;
    let text = |name: &str| text_of(body.get(name));
    if text("appId") != credentials.app_id {
        return Err(NO_APP);
    }
    let timestamp = text("timestamp");
    let signed = sign(&text("method"), &credentials.app_id, &timestamp, &credentials.app_secret);
    if text("version") != VERSION || text("sign") != signed {
        return Err(BAD_SIGN);
    }
    let sent = i64::from_str(&timestamp).ok().and_then(|second| Timestamp::from_second(second).ok());
    if sent.is_none_or(|sent| sent.duration_since(now).abs() > TIME_TOLERANCE) {
        return Err(BAD_TIME);
    }
    if method.starts_with("oauth.") {
        return Ok(());
    }
    world.tokens().check(&text("accessToken"), world.now()).map_err(|_| BAD_TOKEN)
}

type Method = fn(&World, &Request<'_>) -> Answer;

/// The methods by their names on the wire.
static METHODS: &[(&str, Method)] = &[
    ("order.getOrderList", orders::list),
    ("order.getOrderDetail", orders::detail),
    ("order.getOrderDeclareInfo", people::declare_info),
    ("order.getOrderReceiverInfo", people::receiver_info),
    ("data.batchDecrypt", people::decrypt),
    ("order.getSupportedPortList", customs::supported_ports),
    ("order.resendBondedPaymentRecord", customs::resend_payment),
    ("order.createItemCustomsInfo", customs::create_item),
    ("order.syncItemCustomsInfo", customs::sync_item),
    ("order.getCustomsInfo", customs::known),
    ("order.orderDeliver", shipping::deliver),
    ("order.modifyOrderExpressInfo", shipping::modify),
    ("order.getOrderTracking", shipping::tracking),
    ("order.createTransferBatch", shipping::transfer_batch),
    ("common.getExpressCompanyList", shipping::carriers),
    ("common.getLogisticsList", shipping::plans),
    ("oauth.getAccessToken", access_token),
    ("oauth.refreshToken", refresh_token),
];

fn access_token(world: &World, request: &Request<'_>) -> Answer {
    let credentials = &world.settings.credentials;
    if request.required("code")? != credentials.code {
        return Err(BAD_CODE);
    }
    world.tokens().authorize(request.now, &credentials.seller_id).ok_or(BAD_CODE)
}

fn refresh_token(world: &World, request: &Request<'_>) -> Answer {
    let refresh = request.required("refreshToken")?;
    let seller_id = &world.settings.credentials.seller_id;
    world.tokens().refresh(&refresh, request.now, seller_id).map_err(|trouble| match trouble {
        Trouble::Unknown | Trouble::Expired => BAD_REFRESH,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_of_the_client_is_served() {
        let client = [
            &methods::GET_ORDER_LIST,
            &methods::GET_ORDER_DETAIL,
            &methods::GET_ORDER_DECLARE_INFO,
            &methods::GET_ORDER_RECEIVER_INFO,
            &methods::BATCH_DECRYPT,
            &methods::GET_SUPPORTED_PORT_LIST,
            &methods::RESEND_BONDED_PAYMENT_RECORD,
            &methods::CREATE_ITEM_CUSTOMS_INFO,
            &methods::SYNC_ITEM_CUSTOMS_INFO,
            &methods::GET_CUSTOMS_INFO,
            &methods::ORDER_DELIVER,
            &methods::MODIFY_ORDER_EXPRESS_INFO,
            &methods::GET_ORDER_TRACKING,
            &methods::CREATE_TRANSFER_BATCH,
            &methods::GET_EXPRESS_COMPANY_LIST,
            &methods::GET_LOGISTICS_LIST,
            &methods::GET_ACCESS_TOKEN,
            &methods::REFRESH_TOKEN,
        ];
        for method in client {
            assert!(METHODS.iter().any(|(name, _)| *name == method.name), "{}", method.name);
        }
        assert_eq!(METHODS.len(), client.len());
    }
}
