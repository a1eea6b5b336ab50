//! The post office over HTTP: the other side of [`crate::gateway::http`].

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64ct::{Base64, Encoding as _};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::{Customs, Met, Taken};
use crate::gateway::http::IDEMPOTENCY_KEY;
use crate::gateway::http::wire::{Receipt, Receipts, Refusal, State as MessageState};
use crate::gateway::{MAX_BATCH, MAX_BATCH_BYTES, usable};

/// The longest message: as the longest that is read.
const MAX_MESSAGE_BYTES: usize = 16 << 20;

#[derive(Deserialize)]
struct Wanted {
    after: Option<String>,
    limit: Option<usize>,
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(Refusal { error: error.to_owned() })).into_response()
}

impl Customs {
    /// The routes of the gateway, below `/customs`.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/customs/messages", post(submit))
            .route("/customs/messages/{guid}", get(query))
            .route("/customs/receipts", get(receive))
            .layer(DefaultBodyLimit::max(MAX_MESSAGE_BYTES))
            .with_state(self.clone())
    }

    /// Whether the caller may call, and whether the call comes through.
    fn admit(&self, headers: &HeaderMap) -> Result<Option<Met>, Response> {
        if let Some(token) = &self.inner.settings.token {
            let wanted = format!("Bearer {}", token.reveal());
            let shown = headers.get(AUTHORIZATION).map_or(b"".as_slice(), |value| value.as_bytes());
            if !bool::from(shown.ct_eq(wanted.as_bytes())) {
                return Err(refuse(StatusCode::UNAUTHORIZED, "no valid token"));
            }
        }
        match self.trouble() {
            Some(Met::Unavailable) => Err(refuse(StatusCode::SERVICE_UNAVAILABLE, "out of order")),
            Some(Met::Throttled) => {
                Err((StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "0")], "").into_response())
            }
            met => Ok(met),
        }
    }
}

fn timed_out() -> Response {
    refuse(StatusCode::GATEWAY_TIMEOUT, "no answer from behind")
}

async fn submit(State(customs): State<Customs>, headers: HeaderMap, body: Bytes) -> Response {
    let met = match customs.admit(&headers) {
        Ok(met) => met,
        Err(response) => return response,
    };
    let Some(guid) = headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()) else {
        return refuse(StatusCode::BAD_REQUEST, "no idempotency key");
    };
    if usable(guid).is_err() {
        return refuse(StatusCode::BAD_REQUEST, "the idempotency key is no number of a message");
    }
    let (taker, guid) = (customs.clone(), guid.to_owned());
    let taken = tokio::task::spawn_blocking(move || taker.take(&guid, &body)).await;
    match taken.unwrap_or(Taken::Silently) {
        Taken::OtherBytes => refuse(StatusCode::CONFLICT, "the number belongs to another message"),
        Taken::Silently => {
            tokio::time::sleep(customs.inner.settings.silence).await;
            timed_out()
        }
        Taken::Yes if met == Some(Met::Unanswered) => timed_out(),
        Taken::Yes => StatusCode::ACCEPTED.into_response(),
    }
}

async fn query(State(customs): State<Customs>, headers: HeaderMap, Path(guid): Path<String>) -> Response {
    match customs.admit(&headers) {
        Err(response) => response,
        Ok(Some(_)) => timed_out(),
        Ok(None) if customs.post().messages.contains_key(&guid) => {
            Json(MessageState::Arrived).into_response()
        }
        Ok(None) => refuse(StatusCode::NOT_FOUND, "it never came"),
    }
}

async fn receive(
    State(customs): State<Customs>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Response {
    match customs.admit(&headers) {
        Err(response) => return response,
        Ok(Some(_)) => return timed_out(),
        Ok(None) => {}
    }
    let after = match wanted.after.as_deref().map(str::parse::<u64>) {
        None => 0,
        Some(Ok(after)) => after,
        Some(Err(_)) => return refuse(StatusCode::BAD_REQUEST, "no such place"),
    };
    let limit = wanted.limit.unwrap_or(MAX_BATCH).min(MAX_BATCH);
    let now = customs.inner.clock.now();
    let mut post = customs.post();
    post.send_due(now);
    post.forget_before(after);
    let (mut receipts, mut bytes, mut next) = (Vec::new(), 0, None);
    let begin = post.sent.partition_point(|sent| sent.number <= after);
    for sent in post.sent.range(begin..).take(limit) {
        if bytes > MAX_BATCH_BYTES {
            break;
        }
        bytes += sent.bytes.len();
        let body = Base64::encode_string(&sent.bytes);
        receipts.push(Receipt { id: sent.number.to_string(), received_at: sent.at, body });
        next = Some(sent.number.to_string());
    }
    Json(Receipts { receipts, next }).into_response()
}
