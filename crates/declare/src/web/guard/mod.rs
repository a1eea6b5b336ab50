//! What stands before every page: the right host, a session, a login where one is wanted, and no request from another site
//! that changes anything. The headers of every answer are set here too.

pub(super) mod cookie;
pub(super) mod hosts;
pub(super) mod login;
pub(super) mod session;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, LOCATION, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::html;
use ports::fault::Text;

use super::{Site, lang, trouble};

/// Scripts and styles come from files of this site and from nowhere else; nothing is loaded from, sent to, or shown inside
/// another site.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Headers of every answer. `same-origin` for the referrer: with `no-referrer` browsers would not say either where a form
/// comes from.
const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

const WRONG_HOST: Text = Text {
    zh: "此地址不属于本服务。请用启动时显示的地址访问；使用域名时，把它写入配置 [web] hosts",
    en: "this name is not ours: use the address that was shown at the start, or name it in [web] hosts",
};
const FOREIGN: Text = Text {
    zh: "请求来自别的网站，没有执行",
    en: "the request came from another site; nothing was done",
};
const NOT_LOGGED_IN: Text = Text { zh: "请先登录", en: "log in first" };

/// Sets the headers of an answer. Pages are never kept by browsers or proxies; files say themselves that they may be.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Lets a request through, or says why not.
pub(super) async fn guard(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let language = lang::chosen(headers);
    let Some(host) = site.hosts.of(headers) else {
        return trouble::bare(language, StatusCode::MISDIRECTED_REQUEST, &WRONG_HOST);
    };
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes && !hosts::is_own(headers, host) {
        return trouble::bare(language, StatusCode::FORBIDDEN, &FOREIGN);
    }
    let session = site.sessions.of(headers, site.now());
    if !session.known && !changes && comes_from_elsewhere(headers) {
        return once_more();
    }
    let path = request.uri().path();
    if site.login.is_some() && !session.logged_in && path != "/login" && path != "/language" {
        return to_login(&request, changes, language);
    }
    let cookie = (!session.known).then(|| session.cookie());
    request.extensions_mut().insert(session);
    let mut response = next.run(request).await;
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok())
        && !response.headers().contains_key(SET_COOKIE)
    {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Whether a link on another site led here: then the browser keeps its session's cookie back.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site")
}

/// Has the browser ask again, now from a page of this site, so that it sends its cookie: a new session would make the forms
/// of pages that are open worthless.
fn once_more() -> Response {
    let page = html! {
        (maud::DOCTYPE)
        html { head { meta charset="utf-8"; meta http-equiv="refresh" content="0"; title { "customs" } } body {} }
    };
    page.into_response()
}

fn to_login(request: &Request, changes: bool, language: ports::fault::Lang) -> Response {
    if changes {
        return trouble::bare(language, StatusCode::UNAUTHORIZED, &NOT_LOGGED_IN);
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let back: String = path.bytes().map(escaped).collect();
    let login = format!("/login?back={back}");
    let mut response = StatusCode::SEE_OTHER.into_response();
    // A page that only asks for a part of itself is sent to the login as a whole.
    let part = request.headers().contains_key("hx-request");
    let name = if part { HeaderName::from_static("hx-redirect") } else { LOCATION };
    if part {
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    if let Ok(value) = HeaderValue::from_str(&login) {
        response.headers_mut().insert(name, value);
    }
    response
}

fn escaped(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

/// Lets those read the metrics who may use the page, and programs that bring the token.
pub(super) fn may_read_metrics(site: &Site, headers: &HeaderMap) -> bool {
    let Some(login) = &site.login else { return site.hosts.of(headers).is_some() };
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    bearer.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| login.is(token))
        || (headers.contains_key(HOST) && site.sessions.of(headers, site.now()).logged_in)
}
