//! The imports, and taking one back.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use filing::book::{ImportId, ImportRecord, ImportState, UndoError, Undone, faults};
use maud::{Markup, html};
use ports::fault::Text;
use serde::Deserialize;

use super::super::forms::{self, Nothing, Posted};
use super::super::jobs::{Kind, Outcome};
use super::super::layout::{self, Place, figure};
use super::super::paging::{self, Pages};
use super::super::trouble::Trouble;
use super::super::view::{View, count};
use super::super::{Site, parts};
use super::{file_of, filings_changed, outcome, preview, work};

/// Imports of a page.
const IMPORTS: usize = 30;

/// How long the question whether to undo may take; longer, and a page tells how far it is.
const PATIENCE: Duration = Duration::from_millis(120);

const TITLE: Text = Text { zh: "导入记录", en: "Imports" };
const EMPTY: Text = Text {
    zh: "还没有导入过文件。先到“商品备案”页导入一个备案表。",
    en: "Nothing was imported yet. Begin with a sheet on the page Filings.",
};
const TO_FILINGS: Text = Text { zh: "去导入", en: "Import a sheet" };
const NUMBER: Text = Text { zh: "号", en: "No." };
const AT: Text = Text { zh: "时间", en: "Time" };
const FILE: Text = Text { zh: "文件", en: "File" };
const ROWS: Text = Text { zh: "行数", en: "Rows" };
const STATE: Text = Text { zh: "状态", en: "State" };
const ACTION: Text = Text { zh: "操作", en: "Action" };
const UNDO: Text = Text { zh: "撤销", en: "Undo" };
const UNDO_TITLE: Text = Text { zh: "撤销第 {import} 号导入？", en: "Undo import {import}?" };
const EFFECT: Text = Text {
    zh: "撤销后，这次导入带来的内容不再生效。历史会保留；想恢复时，重新导入原文件即可。",
    en: "What this import brought will not count any more. The history stays; to take the undoing back, import the file again.",
};
const CONFIRM: Text = Text { zh: "确认撤销", en: "Undo it" };
const CANCEL: Text = Text { zh: "不撤销，返回", en: "Keep it, go back" };

fn state_words(state: ImportState) -> (Text, &'static str) {
    match state {
        ImportState::Open => (Text { zh: "进行中", en: "under way" }, "plain"),
        ImportState::Committed => (Text { zh: "已生效", en: "counts" }, "good"),
        ImportState::Abandoned => (Text { zh: "未完成", en: "not completed" }, "plain"),
        ImportState::Undone => (Text { zh: "已撤销", en: "undone" }, "warn"),
    }
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    page: usize,
}

pub(super) async fn page(
    State(site): State<Arc<Site>>,
    view: View,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, Trouble> {
    let mut imports = work(&view, move || site.book.imports()).await?;
    imports.reverse();
    let pages = Pages::new(imports.len(), IMPORTS, wanted.page);
    let content = html! {
        h1 { (view.t(&TITLE)) }
        section.card {
            @if imports.is_empty() {
                p.empty { (view.t(&EMPTY)) }
                p.empty { a.button.main href="/filings" { (view.t(&TO_FILINGS)) } }
            } @else {
                (table(&view, imports.iter().skip(pages.first()).take(IMPORTS)))
                (paging::links(&view, &pages, |page| format!("/filings/imports?page={page}")))
            }
        }
    };
    Ok(layout::page(&view, view.t(&TITLE), Place::Imports, content))
}

fn table<'i>(view: &View, imports: impl Iterator<Item = &'i ImportRecord>) -> Markup {
    html! {
        table.list {
            thead {
                tr {
                    th.number scope="col" { (view.t(&NUMBER)) }
                    th scope="col" { (view.t(&AT)) }
                    th scope="col" { (view.t(&FILE)) }
                    th.number scope="col" { (view.t(&ROWS)) }
                    th.number scope="col" { (view.t(&preview::NEW)) }
                    th.number scope="col" { (view.t(&preview::CHANGED)) }
                    th.number scope="col" { (view.t(&preview::REFUSED)) }
                    th scope="col" { (view.t(&STATE)) }
                    th scope="col" { (view.t(&ACTION)) }
                }
            }
            tbody {
                @for import in imports {
                    @let (words, tone) = state_words(import.state);
                    tr {
                        td.number data-name=(view.t(&NUMBER)) { (import.id) }
                        td.when data-name=(view.t(&AT)) { (view.minute(import.at)) }
                        td.name data-name=(view.t(&FILE)) { (file_of(import)) }
                        td.number data-name=(view.t(&ROWS)) { (count(import.rows)) }
                        td.number data-name=(view.t(&preview::NEW)) { (count(import.new)) }
                        td.number data-name=(view.t(&preview::CHANGED)) { (count(import.changed)) }
                        td.number data-name=(view.t(&preview::REFUSED)) { (count(import.refused)) }
                        td data-name=(view.t(&STATE)) { span class={ "badge " (tone) } { (view.t(&words)) } }
                        td data-name=(view.t(&ACTION)) {
                            @if import.state == ImportState::Committed {
                                a href={ "/filings/imports/" (import.id) "/undo" } { (view.t(&UNDO)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What undoing an import would do, and the question whether to do it.
pub(super) async fn confirm(
    State(site): State<Arc<Site>>,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let import = number(&view, &id)?;
    let own = Arc::clone(&site);
    let job = site.jobs.start(Kind::Rehearse, import.to_string(), move |tell| {
        match own.book.rehearse_undo(import, own.now(), &mut |count| tell(count, 0)) {
            Ok(undone) => Outcome::Rehearsed(Box::new(undone)),
            Err(error) => refusal(error),
        }
    });
    match job.within(PATIENCE).await.as_deref() {
        Some(Outcome::Rehearsed(undone)) => Ok(question(&view, undone).into_response()),
        Some(Outcome::Refused(faults)) => {
            Err(Trouble::saying(&view, StatusCode::NOT_FOUND, &parts::words(&view, faults)))
        }
        // It takes a while with a large book.
        _ => Ok(Redirect::to(&format!("/jobs/{}", job.id)).into_response()),
    }
}

pub(super) fn question(view: &View, undone: &Undone) -> Markup {
    let Undone { import, doing, .. } = undone;
    let title = view.fill(&UNDO_TITLE, &[("import", import.id.to_string())]);
    let content = html! {
        section.card {
            h1 { (title) }
            p.hint { (file_of(import)) " · " (view.minute(import.at)) }
            dl.figures {
                (figure(&count(doing.removed), view.t(&outcome::REMOVED), "change"))
                (figure(&count(doing.restored), view.t(&outcome::RESTORED), "change"))
                (figure(&count(doing.kept), view.t(&outcome::KEPT), "plain"))
            }
            p { (view.t(&EFFECT)) }
            form.actions method="post" action={ "/filings/imports/" (import.id) "/undo" } {
                (forms::token(view))
                button.danger type="submit" { (view.t(&CONFIRM)) }
                a.button href="/filings/imports" { (view.t(&CANCEL)) }
            }
        }
    };
    layout::page(view, &title, Place::Imports, content)
}

fn number(view: &View, id: &str) -> Result<ImportId, Trouble> {
    ImportId::parse(id).ok_or_else(|| Trouble::not_found(view))
}

fn refusal(error: UndoError) -> Outcome {
    let fault = match error {
        UndoError::Unknown(id) => faults::UNDO_UNKNOWN.fault().with("import", id),
        UndoError::NeverCounted(id) => faults::UNDO_NEVER.fault().with("import", id),
        UndoError::Store(error) => return Outcome::Failed(error),
    };
    Outcome::Refused(vec![fault])
}

pub(super) async fn undo(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Posted(view, Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Trouble> {
    let import = number(&view, &id)?;
    let own = Arc::clone(&site);
    let job = site.jobs.start(Kind::Undo, import.to_string(), move |tell| {
        match own.book.undo(import, own.now(), &mut |count| tell(count, 0)) {
            Ok(undone) => match filings_changed(&own) {
                Ok(()) => Outcome::Undone(Box::new(undone)),
                Err(error) => Outcome::Failed(error),
            },
            Err(error) => refusal(error),
        }
    });
    let _ = job.soon().await;
    Ok(Redirect::to(&format!("/jobs/{}", job.id)))
}
