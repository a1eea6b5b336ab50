//! The post office over HTTP: the other side of [`crate::gateway::http`].

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64ct::{Base64, Encoding as _};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::{Customs, Taken};
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
    /// The routes of the gateway, to be put below its base address; `GET state` tells what [`Customs::state`] does.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/messages", post(submit))
            .route("/messages/{guid}", get(query))
            .route("/receipts", get(receive))
            .route("/state", get(state))
            .layer(DefaultBodyLimit::max(MAX_MESSAGE_BYTES))
            .with_state(self.clone())
    }

    /// Serves a call of somebody who may call, as the faults have it.
    async fn serve(
        &self,
        method: &'static str,
        headers: &HeaderMap,
        serve: impl Future<Output = Response>,
    ) -> Response {
        if let Some(token) = &self.inner.settings.token {
            let wanted = format!("Bearer {}", token.reveal());
            let shown = headers.get(AUTHORIZATION).map_or(b"".as_slice(), |value| value.as_bytes());
            if !bool::from(shown.ct_eq(wanted.as_bytes())) {
                return refuse(StatusCode::UNAUTHORIZED, "no valid token");
            }
        }
        self.draw(method).around(&self.inner.settings.manner, || None, serve).await
    }

    async fn accept(&self, headers: &HeaderMap, body: Bytes) -> Response {
        let Some(guid) = headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()) else {
            return refuse(StatusCode::BAD_REQUEST, "no idempotency key");
        };
        if usable(guid).is_err() {
            return refuse(StatusCode::BAD_REQUEST, "the idempotency key is no number of a message");
        }
        let (taker, guid) = (self.clone(), guid.to_owned());
        match tokio::task::spawn_blocking(move || taker.take(&guid, &body)).await {
            Ok(Taken::Yes) => StatusCode::ACCEPTED.into_response(),
            Ok(Taken::OtherBytes) => refuse(StatusCode::CONFLICT, "the number belongs to another message"),
            Ok(Taken::Silently) => {
                tokio::time::sleep(self.inner.settings.silence).await;
                refuse(StatusCode::GATEWAY_TIMEOUT, "no answer from behind")
            }
            Err(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR, "the sandbox is ending"),
        }
    }

    fn hand_out(&self, wanted: &Wanted) -> Response {
        let after = match wanted.after.as_deref().map(str::parse::<u64>) {
            None => 0,
            Some(Ok(after)) => after,
            Some(Err(_)) => return refuse(StatusCode::BAD_REQUEST, "no such place"),
        };
        let limit = wanted.limit.unwrap_or(MAX_BATCH).min(MAX_BATCH);
        let now = self.inner.clock.now();
        let mut post = self.post();
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
}

async fn submit(State(customs): State<Customs>, headers: HeaderMap, body: Bytes) -> Response {
    customs.serve("POST messages", &headers, customs.accept(&headers, body)).await
}

async fn query(State(customs): State<Customs>, headers: HeaderMap, Path(guid): Path<String>) -> Response {
    let serve = async {
        if customs.post().messages.contains_key(&guid) {
            Json(MessageState::Arrived).into_response()
        } else {
            refuse(StatusCode::NOT_FOUND, "it never came")
        }
    };
    customs.serve("GET messages", &headers, serve).await
}

async fn receive(
    State(customs): State<Customs>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Response {
    customs.serve("GET receipts", &headers, async { customs.hand_out(&wanted) }).await
}

/// Whoever watches the sandbox needs no token.
async fn state(State(customs): State<Customs>) -> Json<serde_json::Value> {
    Json(customs.state())
}
