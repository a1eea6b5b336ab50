//! Yanxuan's callbacks: signed forms to one address.

use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde_json::json;

use super::doors::{Refusal, YanxuanDoor, body, keep, refused};
use super::{Inbox, Incoming, MAX_AGE, id_of};
use crate::yanxuan::{PLATFORM, callback, is_signed, time_of};

/// How far ahead of ours the platform's clock may be. Its time zone is nowhere said to be Beijing's: half a day either way is
/// nothing to refuse a callback for.
const MAX_AHEAD: SignedDuration = SignedDuration::from_hours(12);
/// Parameters of every callback, besides the one that holds the news.
const COMMON: [&str; 4] = ["method", "appKey", "timestamp", "sign"];
/// Characters of a method: the longest of the documentation has 44.
const MAX_METHOD: usize = 100;

/// Hears a callback: `{"code":200,"msg":""}` when it is kept, another code otherwise.
pub(super) async fn hear(inbox: Arc<Inbox>, door: Arc<YanxuanDoor>, request: Request) -> Response {
    match take(&inbox, &door, request).await {
        Ok(()) => Json(json!({"code": 200, "msg": ""})).into_response(),
        Err(refusal) => {
            refused(&inbox, PLATFORM, refusal);
            let status = refusal.status();
            (status, Json(json!({"code": status.as_u16(), "msg": refusal.word()}))).into_response()
        }
    }
}

async fn take(inbox: &Arc<Inbox>, door: &YanxuanDoor, request: Request) -> Result<(), Refusal> {
    let body = body(request).await?;
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let incoming = read(inbox, door, &form)?;
    keep(inbox, PLATFORM, vec![incoming]).await
}

fn read(inbox: &Inbox, door: &YanxuanDoor, form: &[(String, String)]) -> Result<Incoming, Refusal> {
    let mut names: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    // Which of two was meant cannot be known.
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Refusal::Form);
    }
    let find = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let common = |name: &str| find(name).filter(|value| !value.is_empty()).ok_or(Refusal::Form);
    let (method, app_key, timestamp) = (common("method")?, common("appKey")?, common("timestamp")?);
    common("sign")?;
    if app_key != door.app_key {
        return Err(Refusal::Application);
    }
    let pairs = form.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    if !is_signed(pairs, door.app_secret.reveal()) {
        return Err(Refusal::Signature);
    }
    let sent_at = time_of(timestamp).ok_or(Refusal::Form)?;
    let age = inbox.now().duration_since(sent_at);
    if age > MAX_AGE || age < -MAX_AHEAD {
        return Err(Refusal::Stale);
    }
    let is_name = method.len() <= MAX_METHOD
        && method.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    if !is_name {
        return Err(Refusal::Form);
    }
    let kind = callback(method);
    let news = match kind {
        Some(kind) => find(kind.payload),
        // Later versions have more: what is not common to all is the news.
        None => {
            form.iter().find(|(name, _)| !COMMON.contains(&name.as_str())).map(|(_, value)| value.as_str())
        }
    };
    let news = news.unwrap_or_default();
    let id = if kind.is_some_and(|kind| kind.is_singular) {
        id_of(&[method, news])
    } else {
        id_of(&[method, news, timestamp])
    };
    Ok(Incoming {
        platform: PLATFORM,
        kind: method.to_owned(),
        id,
        sent_at,
        seller: None,
        news: news.to_owned(),
    })
}
