//! Whether it works, for programs that watch it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use ports::metrics::CONTENT_TYPE as EXPOSITION;
use ports::store::{Key, StoreError};
use serde_json::json;

use super::orders::{Board, Look};
use super::{Site, guard};
use crate::lifecycle::State;

/// 200 when the store answers, 503 when it does not.
pub(super) async fn health(Shared(site): Shared<Arc<Site>>) -> Response {
    let asked = tokio::task::spawn_blocking(move || site.store.get(&Key::of(["health"])).is_ok()).await;
    if asked.unwrap_or(false) {
        Json(json!({"status": "ok"})).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "store"}))).into_response()
    }
}

pub(super) async fn metrics(Shared(site): Shared<Arc<Site>>, headers: HeaderMap) -> Response {
    if !guard::may_read_metrics(&site, &headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Some(metrics) = site.metrics.clone() else { return StatusCode::NOT_FOUND.into_response() };
    let counted = tokio::task::spawn_blocking(move || {
        // As long as they are being read they are left out: a wrong number would be worse.
        if let Look::Seen(counts) = Board::look(&site, |orders| orders.counts().clone())? {
            for state in State::ALL {
                let count = counts.get(&state).copied().unwrap_or_default();
                metrics.orders(state.word(), u64::try_from(count).unwrap_or(u64::MAX));
            }
        }
        Ok::<_, StoreError>(metrics.render())
    });
    match counted.await {
        Ok(Ok(text)) => ([(CONTENT_TYPE, EXPOSITION)], text).into_response(),
        _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
