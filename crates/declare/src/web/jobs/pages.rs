//! How far a piece of work is, and what became of it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::stream;
use maud::{Markup, html};
use ports::fault::Text;
use tokio::sync::watch;

use super::super::layout::{self, Place};
use super::super::trouble::Trouble;
use super::super::view::{View, count};
use super::super::{Site, filings};
use super::{Job, Kind, Outcome, Progress};

const CHECKING: Text = Text { zh: "正在检查 {about}", en: "Checking {about}" };
const IMPORTING: Text = Text { zh: "正在导入 {about}", en: "Importing {about}" };
const UNDOING: Text = Text { zh: "正在撤销第 {about} 号导入", en: "Undoing import {about}" };
const REHEARSING: Text = Text {
    zh: "正在计算撤销第 {about} 号导入会改动什么",
    en: "Finding out what undoing import {about} would change",
};
const COMPARING: Text =
    Text { zh: "正在核对哪些备案需要同步", en: "Finding out what is to be sent" };
const SYNCING: Text = Text { zh: "正在同步备案到平台", en: "Sending filings to the platform" };
const WAITING: Text = Text {
    zh: "前面还有别的工作，完成后自动开始",
    en: "Other work comes first; this begins by itself",
};
const BEGUN: Text = Text { zh: "已经开始", en: "It has begun" };
const ROWS: Text = Text { zh: "已处理 {done} 行", en: "{done} rows done" };
const OF: Text = Text { zh: "已处理 {done} / {total}", en: "{done} of {total} done" };
const CLOSE: Text = Text {
    zh: "可以离开此页，工作会继续进行",
    en: "You can leave this page; the work goes on",
};
const LOOK_AGAIN: Text = Text { zh: "查看最新进度", en: "Look again" };

fn title(view: &View, job: &Job) -> String {
    let text = match job.kind {
        Kind::Check => &CHECKING,
        Kind::Import => &IMPORTING,
        Kind::Rehearse => &REHEARSING,
        Kind::Undo => &UNDOING,
        Kind::Sync { dry: true } => &COMPARING,
        Kind::Sync { dry: false } => &SYNCING,
    };
    view.fill(text, &[("about", job.about.clone())])
}

fn place(kind: Kind) -> Place {
    match kind {
        Kind::Check | Kind::Import => Place::Filings,
        Kind::Rehearse | Kind::Undo => Place::Imports,
        Kind::Sync { .. } => Place::Sync,
    }
}

fn words(view: &View, progress: &Progress) -> String {
    match progress {
        Progress::Waiting => view.t(&WAITING).to_owned(),
        Progress::Running { done: 0, .. } | Progress::Over(_) => view.t(&BEGUN).to_owned(),
        Progress::Running { done, total: 0 } => view.fill(&ROWS, &[("done", count(*done))]),
        Progress::Running { done, total } => {
            view.fill(&OF, &[("done", count(*done)), ("total", count(*total))])
        }
    }
}

/// The page of a piece of work.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let job = site.jobs.find(&id).ok_or_else(|| Trouble::not_found(&view))?;
    let progress = job.watch().borrow().clone();
    if let Progress::Over(outcome) = &progress {
        return match outcome.as_ref() {
            Outcome::Checked { upload } => {
                Ok(Redirect::to(&filings::preview_address(upload)).into_response())
            }
            outcome => Ok(filings::outcome::page(&view, &job, outcome)?.into_response()),
        };
    }
    Ok(waiting(&view, &job, &progress).into_response())
}

fn waiting(view: &View, job: &Job, progress: &Progress) -> Markup {
    let title = title(view, job);
    let content = html! {
        section.card.progress data-events={ "/jobs/" (job.id) "/events" } {
            h1 #what { (title) }
            progress aria-labelledby="what" {}
            p data-words="" role="status" { (words(view, progress)) }
            p.hint { (view.t(&CLOSE)) }
            p { a.button href={ "/jobs/" (job.id) } { (view.t(&LOOK_AGAIN)) } }
        }
    };
    layout::page(view, &title, place(job.kind), content)
}

/// The news of a piece of work, as they come: `progress` with its words and numbers, and `over`.
pub(in super::super) async fn events(
    State(site): State<Arc<Site>>,
    view: View,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Trouble> {
    let job = site.jobs.find(&id).ok_or_else(|| Trouble::not_found(&view))?;
    let state = Some((job.watch(), site.closing.clone(), true));
    let news = stream::unfold(state, move |state| {
        let view = view.clone();
        async move {
            let (news, closing, first) = state?;
            next(&view, news, closing, first).await
        }
    });
    Ok(Sse::new(news).keep_alive(KeepAlive::default()))
}

type Following = Option<(watch::Receiver<Progress>, watch::Receiver<bool>, bool)>;

async fn next(
    view: &View,
    mut news: watch::Receiver<Progress>,
    mut closing: watch::Receiver<bool>,
    first: bool,
) -> Option<(Result<Event, Infallible>, Following)> {
    if !first {
        tokio::select! {
            changed = news.changed() => changed.ok()?,
            _ = closing.wait_for(|closing| *closing) => return None,
        }
    }
    let progress = news.borrow_and_update().clone();
    if matches!(progress, Progress::Over(_)) {
        return Some((Ok(Event::default().event("over").data("over")), None));
    }
    let (done, total) = match progress {
        Progress::Running { done, total } => (done, total),
        _ => (0, 0),
    };
    let told = serde_json::json!({"done": done, "total": total, "words": words(view, &progress)});
    Some((Ok(Event::default().event("progress").data(told.to_string())), Some((news, closing, false))))
}
