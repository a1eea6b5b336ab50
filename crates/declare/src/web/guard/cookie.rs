//! Cookies of a request.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// A cookie's value.
pub(in super::super) fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|cookies| {
        cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "xa=1; a=2".parse().unwrap());
        headers.append(COOKIE, "b=3".parse().unwrap());
        assert_eq!(
            [read(&headers, "a"), read(&headers, "b"), read(&headers, "x")],
            [Some("2"), Some("3"), None]
        );
    }
}
