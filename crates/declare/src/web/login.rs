//! Logging in and out.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use ports::fault::Text;
use serde::Deserialize;

use super::forms::{self, Nothing, Posted};
use super::guard::login::Try;
use super::guard::session::Session;
use super::lang::local;
use super::layout::{self, Place};
use super::trouble::Trouble;
use super::view::View;
use super::{Site, assets};

const TITLE: Text = Text { zh: "登录", en: "Log in" };
const LABEL: Text = Text { zh: "访问口令", en: "Access token" };
const HINT: Text = Text {
    zh: "口令在服务器的数据目录里，文件名 web-token；也可能由管理员在配置中另设",
    en: "The token is in the file web-token of the server's data directory, unless the configuration names another",
};
const ENTER: Text = Text { zh: "登录", en: "Log in" };
const WRONG: Text = Text {
    zh: "口令不正确，请核对后重新输入",
    en: "That is not the token; check it and enter it again",
};
const TOO_MANY: Text =
    Text { zh: "尝试次数过多，请一分钟后再试", en: "Too many tries; try again in a minute" };

#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    back: String,
}

/// The form's fields. Its hidden field is called token already.
#[derive(Deserialize)]
pub(super) struct Entered {
    word: String,
    #[serde(default)]
    back: String,
}

pub(super) async fn page(view: View, Query(back): Query<Back>) -> Markup {
    form(&view, local(&back.back), None)
}

fn form(view: &View, back: &str, wrong: Option<&Text>) -> Markup {
    let content = html! {
        section.card.narrow {
            img src=(assets::address("icon.svg")) alt="" width="48" height="48";
            h1 { (view.t(&TITLE)) }
            form.stack method="post" action="/login" {
                (forms::token(view))
                input type="hidden" name="back" value=(back);
                label for="word" { (view.t(&LABEL)) }
                input #word type="password" name="word" required autocomplete="current-password" autofocus
                    aria-describedby="word-hint" aria-invalid=[wrong.map(|_| "true")];
                p #word-hint.hint { (view.t(&HINT)) }
                @if let Some(wrong) = wrong { p.remark.bad role="alert" { (view.t(wrong)) } }
                button.main type="submit" { (view.t(&ENTER)) }
            }
        }
    };
    layout::page(view, view.t(&TITLE), Place::Nowhere, content)
}

pub(super) async fn log_in(
    State(site): State<Arc<Site>>,
    Posted(view, entered): Posted<Entered>,
) -> Result<Response, Trouble> {
    let Some(login) = &site.login else { return Ok(Redirect::to("/").into_response()) };
    let back = local(&entered.back);
    match login.attempt(&entered.word) {
        Try::Right => {
            let session = site.sessions.log_in(site.now());
            tracing::info!("somebody logged in");
            let mut response = Redirect::to(back).into_response();
            let cookie = HeaderValue::from_str(&session.cookie()).map_err(|_| Trouble::broke(&view))?;
            response.headers_mut().insert(SET_COOKIE, cookie);
            Ok(response)
        }
        Try::Wrong => {
            tracing::warn!("a login was tried with a wrong token");
            Ok((StatusCode::UNAUTHORIZED, form(&view, back, Some(&WRONG))).into_response())
        }
        Try::TooMany => {
            Ok((StatusCode::TOO_MANY_REQUESTS, form(&view, back, Some(&TOO_MANY))).into_response())
        }
    }
}

pub(super) async fn log_out(
    State(site): State<Arc<Site>>,
    Extension(session): Extension<Session>,
    Posted(_, Nothing {}): Posted<Nothing>,
) -> Redirect {
    site.sessions.log_out(&session);
    Redirect::to("/login")
}
