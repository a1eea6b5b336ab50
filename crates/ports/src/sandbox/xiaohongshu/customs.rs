//! Ports, filings, and the payment slip.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::orders::NO_ORDER;
use super::{Answer, PARAMETER, Refusal, Request, refusal, text_of};
use crate::catalogue::{Catalogue, Vocabulary};
use crate::platform::Route;
use crate::sandbox::filings::Filed;
use crate::sandbox::world::World;

/// Digits of a commodity code.
const HS_DIGITS: usize = 10;
/// How many orders are looked at to learn the ports of the shop.
const LOOKED_AT: u64 = 100;

const HS_UNKNOWN: Refusal = refusal(-2_000_502, "税则号未收录", "hs_code");
const PORT_UNKNOWN: Refusal = refusal(-2_000_502, "口岸编码不存在", "port_code");

fn port(name: &str, code: &str) -> Value {
    json!({"customs_name": name, "customs_code": code})
}

/// `order.getSupportedPortList`: the platform's, and those that the shop's orders go through.
pub(super) fn supported_ports(world: &World, _: &Request<'_>) -> Answer {
    let catalogue = Catalogue::builtin();
    let all = catalogue.ports().iter();
    let platform: Vec<Value> =
        all.filter_map(|known| Some(port(known.name(), known.code(Vocabulary::Xiaohongshu)?))).collect();
    let count = world.shop.orders().min(LOOKED_AT);
    let used: BTreeSet<String> =
        (0..count).map(|index| text_of(world.shop.order(index).detail.get("customsCode"))).collect();
    let seller: Vec<Value> =
        used.iter().filter_map(|code| Some(port(catalogue.find(code)?.name(), code))).collect();
    Ok(json!({"platSupportCustoms": platform, "sellerSupportCustoms": seller}))
}

/// `order.resendBondedPaymentRecord`.
pub(super) fn resend_payment(world: &World, request: &Request<'_>) -> Answer {
    let order_no = request.required("orderId")?;
    let route = Route::of_word(&request.required("customsType")?).ok_or(PARAMETER)?;
    let found = world.orders().find(&order_no, request.millisecond());
    let (order, _) = found.ok_or(NO_ORDER)?;
    let paid = order.detail.get("paidTime").and_then(Value::as_i64).unwrap_or_default() > 0;
    if !paid {
        return Ok(json!({"success": false, "msg": "订单未支付"}));
    }
    world.payments.repush(&order_no, route, request.millisecond());
    Ok(json!({"success": true, "msg": ""}))
}

/// A quantity that is none is refused; zero is one where the second unit may be missing.
fn quantity(request: &Request<'_>, name: &str, may_be_zero: bool) -> Result<Value, Refusal> {
    let value = request.body.get(name).filter(|value| value.is_number()).ok_or(PARAMETER)?;
    let positive = value.as_f64().is_some_and(|number| number > 0.0 || (may_be_zero && number == 0.0));
    if positive { Ok(value.clone()) } else { Err(PARAMETER) }
}

fn file(world: &World, request: &Request<'_>, port: &str, hs_code: String, rate: Value) -> Answer {
    let barcode = request.required("barcode")?;
    if hs_code.len() != HS_DIGITS || !hs_code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(HS_UNKNOWN);
    }
    if Catalogue::builtin().find(port).is_none() {
        return Err(PORT_UNKNOWN);
    }
    let (first, second) = (quantity(request, "quantity1", false)?, quantity(request, "quantity2", true)?);
    world.filings().file(&barcode, port, Filed::new(hs_code, rate, first, second));
    Ok(Value::Null)
}

/// `order.createItemCustomsInfo`.
pub(super) fn create_item(world: &World, request: &Request<'_>) -> Answer {
    let (port, hs_code) = (request.required("port_code")?, request.required("hs_code")?);
    file(world, request, &port, hs_code, Value::Null)
}

/// `order.syncItemCustomsInfo`.
pub(super) fn sync_item(world: &World, request: &Request<'_>) -> Answer {
    let (port, hs_code) = (request.required("customsName")?, request.required("hsCode")?);
    let rate = request.body.get("generalTaxRate").filter(|rate| rate.is_number()).ok_or(PARAMETER)?;
    file(world, request, &port, hs_code, rate.clone())
}

/// `order.getCustomsInfo`.
pub(super) fn known(world: &World, request: &Request<'_>) -> Answer {
    let barcode = request.required("barcode")?;
    Ok(json!({"providerSyncCustomsInfoV3List": world.filings().of(&barcode)}))
}
