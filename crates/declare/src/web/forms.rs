//! Forms that change something. There is no other way to read one than through [`Posted`] or [`Upload`](super::filings), and
//! both want the token that was written into the form.

use std::sync::Arc;

use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use maud::{Markup, html};
use ports::fault::Text;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Site;
use super::guard::session::Session;
use super::trouble::Trouble;
use super::view::View;

/// Bytes of a form without a file: a few short fields.
pub(super) const FORM_BYTES: usize = 64 << 10;

pub(super) const STALE: Text = Text {
    zh: "这个页面已经过期，没有执行任何操作。请刷新页面后再试",
    en: "This page is out of date, and nothing was done. Reload it and try again",
};
const NOT_A_FORM: Text =
    Text { zh: "表单内容不完整或过大", en: "The form is incomplete or too large" };

/// A form whose token was right.
pub(super) struct Posted<T>(pub(super) View, pub(super) T);

#[derive(Deserialize)]
struct WithToken<T> {
    token: String,
    #[serde(flatten)]
    rest: T,
}

/// A form without fields.
#[derive(Deserialize)]
pub(super) struct Nothing {}

impl<T: DeserializeOwned> FromRequest<Arc<Site>> for Posted<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Trouble> {
        let (mut parts, body) = request.into_parts();
        let view = View::from_request_parts(&mut parts, site).await.map_err(Trouble::bare)?;
        let session = parts.extensions.get::<Session>().cloned();
        let request = Request::from_parts(parts, body);
        let Form(form) = Form::<WithToken<T>>::from_request(request, site)
            .await
            .map_err(|rejection| Trouble::new(&view, rejection.status(), &NOT_A_FORM))?;
        if session.is_some_and(|session| site.sessions.is_form_token(&session, &form.token)) {
            Ok(Self(view, form.rest))
        } else {
            Err(Trouble::new(&view, StatusCode::FORBIDDEN, &STALE))
        }
    }
}

/// The hidden field with the token; the first of every form.
pub(super) fn token(view: &View) -> Markup {
    html! { input type="hidden" name="token" value=(view.token); }
}
