//! The page's language: Chinese, and English at a click. The choice is kept in a cookie.

use axum::extract::Query;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use ports::fault::Lang;
use serde::Deserialize;

use super::guard::cookie;

const COOKIE: &str = "customs_lang";

/// How long the choice is kept: a year.
const KEPT_SECONDS: u32 = 365 * 24 * 60 * 60;

/// The language that was chosen, or Chinese.
pub(super) fn chosen(headers: &HeaderMap) -> Lang {
    match cookie::read(headers, COOKIE) {
        Some("en") => Lang::En,
        _ => Lang::Zh,
    }
}

#[derive(Deserialize)]
pub(super) struct Choice {
    to: String,
    #[serde(default)]
    back: String,
}

/// Changes the language and goes back to where one was.
pub(super) async fn change(Query(choice): Query<Choice>) -> Response {
    let word = if choice.to == "en" { "en" } else { "zh" };
    let mut response = Redirect::to(local(&choice.back)).into_response();
    let set = format!("{COOKIE}={word}; Path=/; Max-Age={KEPT_SECONDS}; SameSite=Lax");
    if let Ok(value) = HeaderValue::from_str(&set) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

/// A way back that stays on this site: a path of printable letters, not the beginning of another site's address.
pub(super) fn local(back: &str) -> &str {
    let plain = back.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if back.starts_with('/') && !back.starts_with("//") && plain { back } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn the_way_back_stays_here() {
        assert_eq!(local("/filings?page=2&text=%E7%9A%82"), "/filings?page=2&text=%E7%9A%82");
        for elsewhere in
            ["", "//evil.example/", "https://evil.example", "/\\evil.example", "/a\r\nX: y", "/ b"]
        {
            assert_eq!(local(elsewhere), "/", "{elsewhere}");
        }
    }
}
