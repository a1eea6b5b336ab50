//! The people of an order, encrypted, and their data in the clear.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::orders::NO_ORDER;
use super::{Answer, PARAMETER, Request, text_of};
use crate::sandbox::cipher::Kind;
use crate::sandbox::orders::WAITING;
use crate::sandbox::world::World;
use crate::xiaohongshu::v3::{MAX_CIPHERTEXTS, QUOTA_TROUBLE, QUOTA_USED};

/// What separates a relay number from its extension.
const EXTENSION: char = '-';
/// How long a relay number holds, milliseconds.
const RELAY_HOLDS: i64 = 15 * 86_400_000;

/// Encrypts fields of every entry of a list.
fn encrypt(world: &World, order_no: &str, list: Option<&mut Value>, fields: &[(&str, Kind)]) {
    for entry in list.and_then(Value::as_array_mut).into_iter().flatten() {
        for (field, kind) in fields {
            if let Some(value) = entry.get_mut(*field)
                && let Some(plain) = value.as_str().filter(|plain| !plain.is_empty())
            {
                *value = world.cipher.seal(order_no, plain, *kind).into();
            }
        }
    }
}

/// `order.getOrderDeclareInfo`.
pub(super) fn declare_info(world: &World, request: &Request<'_>) -> Answer {
    let order_no = request.required("orderId")?;
    let found = world.orders().find(&order_no, request.millisecond());
    let (order, _) = found.ok_or(NO_ORDER)?;
    let mut info = order.declare_info;
    let fields = [("idName", Kind::Name), ("idNumber", Kind::Identity), ("linkPhone", Kind::Phone)];
    encrypt(world, &order_no, info.get_mut("orderDeclareInfos"), &fields);
    Ok(info)
}

/// `order.getOrderReceiverInfo`: only while the order waits for shipment, and only for the address as it stands.
pub(super) fn receiver_info(world: &World, request: &Request<'_>) -> Answer {
    let queries = request.list("receiverQueries");
    if queries.is_empty() || !request.body.get("isReturn").is_some_and(Value::is_boolean) {
        return Err(PARAMETER);
    }
    let mut receivers = Vec::new();
    for query in queries {
        let (order_no, address_id) = (text_of(query.get("orderId")), text_of(query.get("openAddressId")));
        if order_no.is_empty() || address_id.is_empty() {
            return Err(PARAMETER);
        }
        let found = world.orders().find(&order_no, request.millisecond());
        let (order, status) = found.ok_or(NO_ORDER)?;
        if status != WAITING {
            continue;
        }
        if order.detail.get("openAddressId").and_then(Value::as_str) != Some(address_id.as_str()) {
            receivers.push(json!({"orderId": order_no, "matched": false}));
            continue;
        }
        let mut receiver = order.receiver;
        let fields = [
            ("receiverName", Kind::Name),
            ("receiverPhone", Kind::Phone),
            ("receiverAddress", Kind::Address),
        ];
        encrypt(world, &order_no, receiver.get_mut("receiverInfos"), &fields);
        receivers
            .extend(receiver.get("receiverInfos").and_then(Value::as_array).cloned().unwrap_or_default());
    }
    Ok(json!({"receiverInfos": if receivers.is_empty() { Value::Null } else { receivers.into() }}))
}

/// The entries of a `data.batchDecrypt` call.
fn entries<'r>(request: &'r Request<'_>) -> impl Iterator<Item = (String, &'r Value)> {
    request.list("baseInfos").iter().map(|entry| (text_of(entry.get("dataTag")), entry))
}

fn refused(tag: &str, entry: &Value, code: i64, words: &str) -> Value {
    json!({"dataTag": tag, "encryptedData": entry.get("encryptedData"), "errorCode": code, "errorMsg": words})
}

/// `data.batchDecrypt` while the quota service is out of order.
pub(super) fn quota_trouble(request: &Request<'_>) -> Answer {
    let told: Vec<Value> = entries(request)
        .map(|(tag, entry)| refused(&tag, entry, QUOTA_TROUBLE, "解密额度服务异常"))
        .collect();
    Ok(json!({"dataInfoList": told}))
}

/// `data.batchDecrypt`: entry by entry, each against the quota.
pub(super) fn decrypt(world: &World, request: &Request<'_>) -> Answer {
    let action = request.required("actionType")?;
    request.required("appUserId")?;
    let count = request.list("baseInfos").len();
    if count > MAX_CIPHERTEXTS {
        world.traffic().breach("decrypt_batch");
        return Err(PARAMETER);
    }
    if count == 0 || !["1", "2", "3", "4"].contains(&action.as_str()) {
        return Err(PARAMETER);
    }
    let told: Vec<Value> = entries(request).map(|(tag, entry)| plain(world, request, &tag, entry)).collect();
    Ok(json!({"dataInfoList": told}))
}

fn plain(world: &World, request: &Request<'_>, tag: &str, entry: &Value) -> Value {
    let sealed = text_of(entry.get("encryptedData"));
    let Some(plain) = world.cipher.open(tag, &sealed) else {
        return refused(tag, entry, PARAMETER.code, "密文无法解密");
    };
    let used = world.decrypted.fetch_add(1, Ordering::Relaxed);
    if world.settings.decrypt_quota.is_some_and(|quota| used >= quota) {
        world.decrypted.fetch_sub(1, Ordering::Relaxed);
        return refused(tag, entry, QUOTA_USED, "命中解密额度限制");
    }
    let mut told = json!({
        "dataTag": tag, "encryptedData": sealed, "decryptedData": plain, "errorCode": 0, "virtualNumberFlag": false,
    });
    let is_phone = sealed.ends_with(&format!("#{}##", Kind::Phone as u8));
    if let Some((phone, extension)) = plain.split_once(EXTENSION).filter(|_| is_phone)
        && let Some(told) = told.as_object_mut()
    {
        let relay = json!({
            "virtualNumberFlag": true, "virtualNumber": plain, "virtualPhoneNumber": phone,
            "virtualExtendNumber": extension, "expireAt": request.millisecond() + RELAY_HOLDS,
        });
        told.extend(relay.as_object().cloned().unwrap_or_default());
    }
    told
}
