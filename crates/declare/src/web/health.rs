//! Whether it works, for programs that watch it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use ports::store::Key;
use serde_json::json;

use super::{Site, guard};

/// The text form that Prometheus reads.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";

/// 200 when the store answers, 503 when it does not.
pub(super) async fn health(State(site): State<Arc<Site>>) -> Response {
    let asked = tokio::task::spawn_blocking(move || site.store.get(&Key::of(["health"])).is_ok()).await;
    if asked.unwrap_or(false) {
        Json(json!({"status": "ok"})).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "store"}))).into_response()
    }
}

pub(super) async fn metrics(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    if !guard::may_read_metrics(&site, &headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match &site.metrics {
        Some(metrics) => ([(CONTENT_TYPE, EXPOSITION)], metrics()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
