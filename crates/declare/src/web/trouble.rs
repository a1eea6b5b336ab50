//! Pages that say what went wrong and what to do.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use ports::fault::{Lang, Text};
use ports::store::StoreError;

use super::layout::{self, Place};
use super::view::View;

const TITLE: Text = Text { zh: "没有办成", en: "That did not work" };
const NOT_FOUND: Text = Text { zh: "没有这个页面", en: "There is no such page" };
const BACK: Text = Text { zh: "回到首页", en: "Back to the start" };
const BROKE: Text = Text {
    zh: "处理时出了错，没有改动任何数据。请再试一次；仍不行时请查看日志",
    en: "Something broke; nothing was changed. Try again, and look into the log if it stays so",
};

/// An answer that is no success.
#[derive(Debug)]
pub(super) struct Trouble {
    status: StatusCode,
    page: Markup,
}

impl Trouble {
    /// A page with words.
    pub(super) fn new(view: &View, status: StatusCode, words: &Text) -> Self {
        Self::saying(view, status, view.t(words))
    }

    /// A page with words that were filled in.
    pub(super) fn saying(view: &View, status: StatusCode, words: &str) -> Self {
        let content = html! {
            section.card.trouble {
                h1 { (view.t(&TITLE)) }
                p { (words) }
                p { a.button href="/" { (view.t(&BACK)) } }
            }
        };
        Self { status, page: layout::page(view, view.t(&TITLE), Place::Nowhere, content) }
    }

    /// A page that is not there.
    pub(super) fn not_found(view: &View) -> Self {
        Self::new(view, StatusCode::NOT_FOUND, &NOT_FOUND)
    }

    /// Work that broke down.
    pub(super) fn broke(view: &View) -> Self {
        Self::new(view, StatusCode::INTERNAL_SERVER_ERROR, &BROKE)
    }

    /// A store that failed.
    pub(super) fn of_store(view: &View, error: &StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self::saying(view, StatusCode::INTERNAL_SERVER_ERROR, &crate::store_words::of(error, view.lang))
    }

    /// Only a status: there is no session to write a page for.
    pub(super) fn bare(status: StatusCode) -> Self {
        Self { status, page: html! {} }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        (self.status, self.page).into_response()
    }
}

/// A page without session, language link or way on.
pub(super) fn bare(lang: Lang, status: StatusCode, words: &Text) -> Response {
    let page = html! {
        (maud::DOCTYPE)
        html { head { meta charset="utf-8"; title { "customs" } } body { p { (words.get(lang)) } } }
    };
    (status, page).into_response()
}
