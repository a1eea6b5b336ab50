//! The routes, and what their callers have to show.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request};
use axum::http::StatusCode;
use axum::routing::post;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::{Inbox, Incoming};
use crate::http::Hidden;

/// Bytes of a request: news of some thousand articles takes some hundred kilobytes.
pub const MAX_BODY_BYTES: usize = 1 << 20;
/// How long a request's body may take to come.
pub const MAX_WAIT: Duration = Duration::from_secs(20);

/// What Yanxuan has to show: signatures with the channel's secret.
#[derive(Debug, Clone)]
pub struct YanxuanDoor {
    /// The channel's key.
    pub app_key: String,
    /// Its secret.
    pub app_secret: Hidden,
}

/// What Xiaohongshu has to show: signatures with the application's secret.
#[derive(Debug, Clone)]
pub struct XiaohongshuDoor {
    /// The application.
    pub app_id: String,
    /// Its secret.
    pub app_secret: Hidden,
    /// The path of the address that the platform was given, when it is not the one that requests have here: something in
    /// between may change it, and it is signed.
    pub path: Option<String>,
}

/// Who is heard. The route of a platform without a door is not there.
#[derive(Debug, Clone, Default)]
pub struct Doors {
    /// Yanxuan, on `/callbacks/yanxuan`.
    pub yanxuan: Option<YanxuanDoor>,
    /// Xiaohongshu, on `/callbacks/xiaohongshu`.
    pub xiaohongshu: Option<XiaohongshuDoor>,
}

/// The routes that platforms call.
pub fn router(inbox: Arc<Inbox>, doors: Doors) -> Router {
    let mut router = Router::new();
    if let Some(door) = doors.yanxuan {
        let (inbox, door) = (Arc::clone(&inbox), Arc::new(door));
        let hear = move |request: Request| super::yanxuan::hear(inbox, door, request);
        router = router.route("/callbacks/yanxuan", post(hear));
    }
    if let Some(door) = doors.xiaohongshu {
        let door = Arc::new(door);
        let hear = move |request: Request| super::xiaohongshu::hear(inbox, door, request);
        router = router.route("/callbacks/xiaohongshu", post(hear));
    }
    router.layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

/// Why a request is not heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Its body is too long.
    TooLong,
    /// Its body did not come in time, or broke off.
    Broken,
    /// It is not in the platform's form.
    Form,
    /// It is for another application.
    Application,
    /// Its signature is wrong.
    Signature,
    /// It is too old, or from the future.
    Stale,
    /// It cannot be kept.
    Store,
}

impl Refusal {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken => StatusCode::REQUEST_TIMEOUT,
            Self::Form => StatusCode::BAD_REQUEST,
            Self::Application | Self::Signature | Self::Stale => StatusCode::UNAUTHORIZED,
            Self::Store => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::TooLong => "too long",
            Self::Broken => "broken off",
            Self::Form => "wrong form",
            Self::Application => "wrong application",
            Self::Signature => "wrong signature",
            Self::Stale => "wrong time",
            Self::Store => "not kept",
        }
    }
}

/// A request's body, within its bounds of length and time.
pub(super) async fn body(request: Request) -> Result<Bytes, Refusal> {
    match timeout(MAX_WAIT, Bytes::from_request(request, &())).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Refusal::TooLong),
        Ok(Err(_)) | Err(_) => Err(Refusal::Broken),
    }
}

/// Keeps news; returns when it is on disk.
pub(super) async fn keep(
    inbox: &Arc<Inbox>,
    platform: &'static str,
    incoming: Vec<Incoming>,
) -> Result<(), Refusal> {
    let keeper = Arc::clone(inbox);
    let kept = spawn_blocking(move || keeper.keep(platform, &incoming)).await;
    match kept {
        Ok(Ok(kept)) => {
            tracing::debug!(platform, new = kept.new, known = kept.known, "news was kept");
            Ok(())
        }
        Ok(Err(error)) => {
            tracing::error!(platform, %error, "news cannot be kept");
            Err(Refusal::Store)
        }
        Err(_) => Err(Refusal::Store),
    }
}

/// Counts a refusal and says so in the log, without anything of the request.
pub(super) fn refused(inbox: &Inbox, platform: &'static str, refusal: Refusal) {
    inbox.count(platform, refusal.word(), 1);
    tracing::warn!(platform, reason = refusal.word(), "a request from outside was refused");
}
