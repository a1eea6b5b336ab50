//! What a page is written with: language, form token, and the words and numbers of people.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use jiff::Timestamp;
use ports::clock::beijing;
use ports::fault::{Lang, Text};
use ports::store::StoreError;

use super::Site;
use super::guard::session::Session;
use super::lang;
use super::trouble::Trouble;
use std::sync::Arc;

/// One request's view.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) lang: Lang,
    /// What a form has to send back.
    pub(super) token: String,
    /// The address of the page, to come back to it.
    pub(super) here: String,
    /// Whether somebody has logged in and can log out.
    pub(super) logged_in: bool,
    /// Whether somebody has to log in first: then there is nowhere to go.
    pub(super) shut: bool,
}

impl FromRequestParts<Arc<Site>> for View {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Self::Rejection> {
        // The guard stands before every page and gives each request its session.
        let session = parts.extensions.get::<Session>().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        let here = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self {
            lang: lang::chosen(&parts.headers),
            token: site.sessions.form_token(session),
            here,
            logged_in: session.logged_in,
            shut: site.login.is_some() && !session.logged_in,
        })
    }
}

impl View {
    /// A text in the view's language.
    pub(super) fn t(&self, text: &Text) -> &'static str {
        text.get(self.lang)
    }

    /// A text with its placeholders filled.
    pub(super) fn fill(&self, text: &Text, args: &[(&'static str, String)]) -> String {
        text.fill(self.lang, args)
    }

    /// A moment in Beijing, to the minute.
    pub(super) fn minute(&self, at: Timestamp) -> String {
        at.to_zoned(beijing()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// A moment in Beijing, to the second.
    pub(super) fn second(&self, at: Timestamp) -> String {
        at.to_zoned(beijing()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// The page that says why the store could not do it.
    pub(super) fn store_failed(&self, error: &StoreError) -> Trouble {
        Trouble::of_store(self, error)
    }
}

/// A number with its thousands apart: 1,234,567.
pub(super) fn count(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn thousands_stand_apart() {
        let told = [0_u64, 7, 999, 1_000, 23_456, 1_234_567].map(count);
        assert_eq!(told, ["0", "7", "999", "1,000", "23,456", "1,234,567"]);
    }
}
