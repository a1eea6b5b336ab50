//! The nine calls: who is let in, what each answers.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::ledger::NoOrder;
use super::{Inner, YanxuanCredentials, goods};
use crate::yanxuan::errors::by_code;
use crate::yanxuan::{MAX_ITEMS, MAX_SKUS, callback, is_signed, methods, time_of};

/// How far a request's time may be off; the platform does not publish its own figure.
const TIME_TOLERANCE: SignedDuration = SignedDuration::from_mins(10);
/// A payment that lies further ahead than this is none.
const PAYMENT_AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// A refusal: code, words and what they are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    code: i64,
    words: String,
    about: Vec<(&'static str, Value)>,
}

impl Refusal {
    /// Under what it is counted.
    pub(super) fn why(&self) -> &'static str {
        by_code(self.code).map_or("", |known| known.name)
    }
}

fn refusal(code: i64, words: impl Into<String>) -> Refusal {
    Refusal { code, words: words.into(), about: Vec::new() }
}

fn about(code: i64, words: String, name: &'static str, value: impl Into<Value>) -> Refusal {
    Refusal { code, words, about: vec![(name, value.into())] }
}

fn missing(name: &str) -> Refusal {
    about(20001, format!("缺少参数:{name}"), "param", name)
}

fn invalid(name: &str) -> Refusal {
    about(20002, format!("参数:{name}值非法"), "param", name)
}

/// Too many calls of a method.
pub(super) fn throttled(method: &str, wait: Duration) -> Refusal {
    // To the next whole second, so that who waits so long is let in.
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let words = format!("方法:{method}请求过于频繁,{seconds}秒后再试");
    Refusal { code: 10013, words, about: vec![("method", json!(method)), ("retryTime", json!(seconds))] }
}

/// What a method answers.
pub(super) type Answer = Result<Value, Refusal>;

pub(super) fn envelope(answer: Answer) -> Response {
    Json(match answer {
        Ok(result) => json!({"code": 200, "msg": "", "result": result}),
        Err(refusal) => {
            let mut about: Map<String, Value> =
                refusal.about.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            about.insert("traceId".to_owned(), json!("2bb8-a8d3-451f-8b0d-067f"));
            json!({"code": refusal.code, "msg": refusal.words, "subErrCode": refusal.why(), "subErrParam": about})
        }
    })
    .into_response()
}

/// The parameters of a call.
pub(super) struct Request<'r> {
    form: &'r [(String, String)],
}

impl<'r> Request<'r> {
    pub(super) fn new(form: &'r [(String, String)]) -> Self {
        Self { form }
    }

    fn find(&self, name: &str) -> Option<&'r str> {
        let found = self.form.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str) -> Result<&'r str, Refusal> {
        self.find(name).ok_or_else(|| missing(name))
    }

    pub(super) fn method(&self) -> &'r str {
        self.find("method").unwrap_or_default()
    }
}

/// The name of a method that there is.
pub(super) fn known(method: &str) -> Option<&'static str> {
    methods::ALL.iter().map(|known| known.name).find(|name| *name == method)
}

/// Whether a call is let in.
pub(super) fn admit(
    credentials: &YanxuanCredentials,
    request: &Request<'_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let method = request.find("method").ok_or_else(|| refusal(10001, "缺少方法名参数"))?;
    if known(method).is_none() {
        return Err(about(10002, format!("非法的方法名:{method}"), "method", method));
    }
    let timestamp = request.find("timestamp").ok_or_else(|| refusal(10005, "缺少时间戳参数"))?;
    if time_of(timestamp).is_none_or(|sent| sent.duration_since(now).abs() > TIME_TOLERANCE) {
        return Err(about(10006, format!("非法的时间戳:{timestamp}"), "timestamp", timestamp));
    }
    let app_key = request.find("appKey").ok_or_else(|| refusal(10007, "缺少appKey参数"))?;
    if app_key != credentials.app_key {
        return Err(about(10008, format!("非法的appKey:{app_key}"), "appKey", app_key));
    }
    request.find("sign").ok_or_else(|| refusal(10010, "缺少签名参数"))?;
    let pairs = request.form.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    if !is_signed(pairs, &credentials.app_secret) {
        return Err(refusal(10011, "非法的签名参数"));
    }
    Ok(())
}

/// What most methods answer: JSON inside a text.
fn folded(value: &Value) -> Answer {
    Ok(Value::String(value.to_string()))
}

/// Serves a call that was let in.
pub(super) fn serve(inner: &Inner, request: &Request<'_>) -> Answer {
    match request.method() {
        "yanxuan.item.id.batch.get" => Ok(json!(goods::item_ids())),
        "yanxuan.item.batch.get" => items(inner, request),
        "yanxuan.inventory.count.get" => stock(inner, request),
        "yanxuan.order.paid.create" => create(inner, request),
        "yanxuan.order.paid.cancel" => {
            let order_no = request.required("orderId")?;
            let cancelled = inner.ledger().cancel(order_no, inner.now_ms());
            folded(&cancelled.map_err(|_| no_order(order_no))?)
        }
        "yanxuan.order.received.confirm" => confirm(inner, request),
        "yanxuan.order.paid.get" => {
            let order_no = request.required("orderId")?;
            let order = inner.ledger().order(order_no, inner.now_ms());
            folded(&order.ok_or_else(|| no_order(order_no))?)
        }
        "yanxuan.callback.method.register" => {
            // Nothing to be registered is a wish too.
            let wanted = request.find("methods").unwrap_or_default();
            let wanted: Vec<String> = wanted
                .split(',')
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .collect();
            if wanted.iter().any(|name| callback(name).is_none()) {
                return Err(invalid("methods"));
            }
            inner.ledger().register(wanted);
            Ok(json!(""))
        }
        "yanxuan.callback.method.list" => Ok(json!(inner.ledger().registered())),
        other => Err(about(10002, format!("非法的方法名:{other}"), "method", other)),
    }
}

fn no_order(order_no: &str) -> Refusal {
    about(20108, format!("订单:{order_no}不存在"), "orderId", order_no)
}

fn items(inner: &Inner, request: &Request<'_>) -> Answer {
    let ids: Option<Vec<i64>> =
        request.required("itemIds")?.split(',').map(|id| id.trim().parse().ok()).collect();
    let ids = ids.filter(|ids| ids.len() <= MAX_ITEMS).ok_or_else(|| invalid("itemIds"))?;
    let seed = inner.settings.plan.seed;
    Ok(ids.into_iter().filter_map(|id| goods::item(seed, id)).collect())
}

fn stock(inner: &Inner, request: &Request<'_>) -> Answer {
    let text = request.required("skuIds")?;
    let broken = |_| about(20003, "参数:skuIds值执行json解析失败".into(), "param", "skuIds");
    let skus: Vec<Value> = serde_json::from_str(text).map_err(broken)?;
    if skus.len() > MAX_SKUS {
        return Err(invalid("skuIds"));
    }
    let ledger = inner.ledger();
    let counts: Result<Vec<Value>, Refusal> = skus
        .iter()
        .map(|sku| {
            let sku = number(sku).ok_or_else(|| invalid("skuIds"))?;
            let inventory = ledger.stock(sku).ok_or_else(|| refusal(20201, format!("sku:{sku}未选品")))?;
            Ok(json!({"inventory": inventory, "skuId": sku}))
        })
        .collect();
    folded(&Value::Array(counts?))
}

/// A whole number, also as a text.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => number.to_string().parse().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn confirm(inner: &Inner, request: &Request<'_>) -> Answer {
    let (order_no, package) = (request.required("orderId")?, request.required("packageId")?);
    let at = request.required("confirmTime")?;
    time_of(at).ok_or_else(|| invalid("confirmTime"))?;
    match inner.ledger().confirm(order_no, package, at) {
        Ok(()) => Ok(Value::Null),
        Err(NoOrder::Order) => Err(no_order(order_no)),
        Err(NoOrder::Package) => Err(invalid("packageId")),
    }
}

/// The texts of an order that must be there, and how long each may be.
const ORDER_TEXTS: [(&str, usize); 8] = [
    ("orderId", 128),
    ("receiverName", 255),
    ("receiverPhone", 32),
    ("receiverProvinceName", 32),
    ("receiverCityName", 32),
    ("receiverDistrictName", 32),
    ("receiverAddressDetail", 512),
    ("payMethod", 32),
];

fn create(inner: &Inner, request: &Request<'_>) -> Answer {
    let text = request.required("order")?;
    let broken = || about(20003, "参数:order值执行json解析失败".into(), "param", "order");
    let order: Value = serde_json::from_str(text).map_err(|_| broken())?;
    for (name, most) in ORDER_TEXTS {
        let text = order.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        if text.ok_or_else(|| missing(name))?.chars().count() > most {
            return Err(about(20105, format!("参数:{name}值太长"), "param", name));
        }
    }
    times(inner, &order)?;
    let lines = order.get("orderSkus").and_then(Value::as_array).filter(|lines| !lines.is_empty());
    let lines = lines.ok_or_else(|| missing("orderSkus"))?;
    sums(&order, lines)?;
    let mut wanted = Vec::new();
    for line in lines {
        let sku = line.get("skuId").and_then(number).ok_or_else(|| missing("skuId"))?;
        if !goods::is_sku(sku) {
            return Err(about(20104, format!("sku:{sku}未选品"), "skuId", sku));
        }
        let count = line.get("saleCount").and_then(number).filter(|count| *count > 0);
        wanted.push((sku, count.ok_or_else(|| invalid("saleCount"))?));
    }
    let placed = inner.ledger().create(&order, &wanted, inner.now_ms());
    folded(&placed.map_err(|sku| about(20102, format!("sku:{sku}库存不足"), "skuId", sku))?)
}

fn times(inner: &Inner, order: &Value) -> Result<(), Refusal> {
    let mut read = [Timestamp::MIN; 2];
    for (name, slot) in ["submitTime", "payTime"].into_iter().zip(&mut read) {
        let text = order.get(name).and_then(Value::as_str).ok_or_else(|| missing(name))?;
        *slot = time_of(text).ok_or_else(|| invalid(name))?;
    }
    let [submitted, paid] = read;
    if paid < submitted || paid.duration_since(inner.clock.now()) > PAYMENT_AHEAD {
        return Err(about(20106, "时间参数:payTime值不合理".into(), "param", "payTime"));
    }
    Ok(())
}

/// The lines' sums, and theirs with the freight.
fn sums(order: &Value, lines: &[Value]) -> Result<(), Refusal> {
    let amount = |value: &Value, name: &str| {
        let amount = value.get(name).and_then(decimal);
        amount
            .filter(|amount| amount.scale() <= 2 || amount.normalize().scale() <= 2)
            .ok_or_else(|| invalid(name))
    };
    let mut sum = amount(order, "expFee")?;
    let wrong = || refusal(20107, "订单小计金额错误");
    for line in lines {
        let count = line.get("saleCount").and_then(number).ok_or_else(|| missing("saleCount"))?;
        let full = amount(line, "originPrice")?.checked_mul(Decimal::from(count)).ok_or_else(wrong)?;
        let off = amount(line, "couponTotalAmount")? + amount(line, "activityTotalAmount")?;
        let subtotal = amount(line, "subtotalAmount")?;
        if full - off != subtotal {
            return Err(wrong());
        }
        sum += subtotal;
    }
    let paid = amount(order, "realPrice")?;
    if sum != paid || paid <= amount(order, "expFee")? {
        return Err(wrong());
    }
    Ok(())
}
