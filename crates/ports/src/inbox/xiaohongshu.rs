//! Xiaohongshu's push messages: arrays of JSON, signed over the address and two headers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, Request};
use axum::http::{StatusCode, request};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::doors::{Refusal, XiaohongshuDoor, body, keep, refused};
use super::{Inbox, Incoming, id_of};
use crate::xiaohongshu::push::{PLATFORM, WireMessage, is_signed, needed};

/// How far a request's time may be off. The platform tries once more after five minutes; the body is not signed, so that an
/// old request must not stay good.
const MAX_OFF: SignedDuration = SignedDuration::from_mins(60);
/// Characters of a tag: the longest of the documentation has 46.
const MAX_TAG: usize = 100;

/// Hears messages: `{"success":true,"error_code":0,"error_msg":""}` when all are kept.
pub(super) async fn hear(inbox: Arc<Inbox>, door: Arc<XiaohongshuDoor>, request: Request) -> Response {
    let (status, code, words) = match take(&inbox, &door, request).await {
        Ok(()) => (StatusCode::OK, 0, ""),
        Err(refusal) => {
            refused(&inbox, PLATFORM, refusal);
            (refusal.status(), refusal.status().as_u16(), refusal.word())
        }
    };
    (status, Json(json!({"success": code == 0, "error_code": code, "error_msg": words}))).into_response()
}

async fn take(inbox: &Arc<Inbox>, door: &XiaohongshuDoor, request: Request) -> Result<(), Refusal> {
    let (parts, rest) = request.into_parts();
    let head = Head::read(&parts, door);
    let bytes = body(Request::from_parts(parts, rest)).await?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| Refusal::Form)?;
    if value.get("test").and_then(Value::as_bool) == Some(true) {
        // The platform tries whether somebody is here. Nothing follows from it, so it need not be signed.
        return Ok(());
    }
    let sent_at = head?.verify(inbox, door)?;
    let Value::Array(messages) = value else { return Err(Refusal::Form) };
    let incoming: Option<Vec<Incoming>> =
        messages.into_iter().map(|message| incoming(message, sent_at)).collect();
    keep(inbox, PLATFORM, incoming.ok_or(Refusal::Form)?).await
}

/// What is signed, and the signature.
struct Head {
    path: String,
    query: Vec<(String, String)>,
    app_id: String,
    timestamp: String,
    sign: String,
}

impl Head {
    fn read(parts: &request::Parts, door: &XiaohongshuDoor) -> Result<Self, Refusal> {
        let header = |name: &str| {
            let value = parts.headers.get(name).and_then(|value| value.to_str().ok());
            value.filter(|value| !value.is_empty()).map(str::to_owned).ok_or(Refusal::Form)
        };
        // Below a prefix the request's own address is cut; the platform signs the whole.
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        Ok(Self {
            path: door.path.clone().unwrap_or_else(|| uri.path().to_owned()),
            query: query.into_owned().collect(),
            app_id: header("app-key")?,
            timestamp: header("timestamp")?,
            sign: header("sign")?,
        })
    }

    fn verify(&self, inbox: &Inbox, door: &XiaohongshuDoor) -> Result<Timestamp, Refusal> {
        if self.app_id != door.app_id {
            return Err(Refusal::Application);
        }
        let query: Vec<(&str, String)> =
            self.query.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let secret = door.app_secret.reveal();
        if !is_signed(&self.path, &query, &self.app_id, &self.timestamp, secret, &self.sign) {
            return Err(Refusal::Signature);
        }
        let second = self.timestamp.parse().map_err(|_| Refusal::Form)?;
        let sent_at = Timestamp::from_second(second).map_err(|_| Refusal::Form)?;
        if inbox.now().duration_since(sent_at).abs() > MAX_OFF {
            return Err(Refusal::Stale);
        }
        Ok(sent_at)
    }
}

fn incoming(message: Value, sent_at: Timestamp) -> Option<Incoming> {
    let message: WireMessage = serde_json::from_value(message).ok()?;
    let tag = message.msg_tag;
    let is_name = !tag.is_empty()
        && tag.len() <= MAX_TAG
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name {
        return None;
    }
    let data = match message.data {
        Value::String(text) => text,
        Value::Null => String::new(),
        value => value.to_string(),
    };
    let id = id_of(&[&tag, &message.seller_id.0, &data]);
    Some(Incoming {
        platform: PLATFORM,
        kind: tag,
        id,
        sent_at,
        seller: message.seller_id.given(),
        news: needed(&data),
    })
}
