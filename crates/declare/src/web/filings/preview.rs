//! What importing a file would do, row by row, before anything is done.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use filing::columns::{Field, Header};
use filing::import::import_file;
use maud::{Markup, html};
use ports::fault::{Fault, Severity, Text};
use serde::Deserialize;

use super::super::forms::{self, Posted};
use super::super::jobs::{self, Outcome, Tell};
use super::super::layout::{self, Place, figure};
use super::super::paging::{self, Pages};
use super::super::trouble::Trouble;
use super::super::view::{View, count};
use super::super::{Site, parts};
use super::marked::{MAX_ROWS, MarkedRow, Remark};
use super::uploads::Upload;
use super::{filings_changed, preview_address};
use crate::bookkeeping::{Grounds, Wish};

/// Rows of a page: a screen or two of cards.
const ROWS: usize = 20;

const GONE: Text = Text {
    zh: "这个文件的预览已经过期，请重新选择文件",
    en: "The preview of this file has expired; choose the file again",
};
const CHECKED: Text = Text {
    zh: "{rows} 行，检查于 {at}（尚未导入）",
    en: "{rows} rows, checked {at}; not imported yet",
};
const SHEET: Text = Text { zh: "工作表 {sheet}：", en: "Sheet {sheet}: " };
const DEFAULT_PORT: Text =
    Text { zh: "没有填写口岸的行按 {port} 处理", en: "rows without a port count for {port}" };
pub(super) const NEW: Text = Text { zh: "新增", en: "new" };
pub(super) const CHANGED: Text = Text { zh: "变更", en: "changed" };
pub(super) const UNCHANGED: Text = Text { zh: "无变化", en: "unchanged" };
pub(super) const WARNED: Text = Text { zh: "有提醒", en: "with warnings" };
pub(super) const REFUSED: Text = Text { zh: "被拒绝", en: "refused" };
const ALL_GOOD: Text =
    Text { zh: "导入整个文件（{count} 行）", en: "Import the whole file ({count} rows)" };
const GOOD_ROWS: Text = Text { zh: "导入 {count} 行正确的", en: "Import the {count} good rows" };
const REPORT: Text = Text { zh: "下载报告工作簿", en: "Download the report workbook" };
const REPORT_HINT: Text = Text {
    zh: "报告是您的原表，错误的单元格已标色，旁边写着原因和修改建议。可以直接在报告里改好，再导入报告。被拒绝的行改好之前不会入库。",
    en: "The report is your own sheet with the bad cells coloured and reason and remedy beside them. Mend it there and import it. Refused rows stay out of the book until they are mended.",
};
const OTHER_FILE: Text = Text { zh: "换一个文件", en: "Another file" };
const NOTHING_NEW: Text = Text {
    zh: "备案库里已经是这些内容，不需要导入。",
    en: "The book has all of this already; there is nothing to import.",
};
const NOTHING_GOOD: Text = Text {
    zh: "没有可以导入的行。请按下面的提示修改后重新选择文件。",
    en: "There is no row to import. Mend the sheet as told below and choose it again.",
};
const FILE_REFUSED: Text = Text {
    zh: "这个文件不能导入。请按下面的提示修改后重新选择文件。",
    en: "This file cannot be imported. Mend it as told below and choose it again.",
};
const ABOUT_FILE: Text = Text { zh: "关于整个文件", en: "About the file" };
const REMARKS: Text = Text { zh: "需要看一看的行", en: "Rows to look at" };
const NO_REMARKS: Text = Text { zh: "每一行都没有问题。", en: "Nothing is wrong with any row." };
const FILTER: Text = Text { zh: "按问题筛选", en: "Filter by remark" };
const ALL: Text = Text { zh: "全部", en: "All" };
const ROW: Text = Text { zh: "第 {row} 行", en: "Row {row}" };
const REFUSED_BADGE: Text = Text { zh: "拒绝", en: "refused" };
const WARNED_BADGE: Text = Text { zh: "提醒", en: "warning" };
const MORE_ROWS: Text = Text {
    zh: "这里只列出前 {shown} 行，全部 {all} 行在报告工作簿中。",
    en: "Only the first {shown} rows are listed here; all {all} are in the report workbook.",
};
const CELLS: Text = Text { zh: "这一行的单元格", en: "The cells of this row" };

#[derive(Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    fault: String,
    #[serde(default)]
    page: usize,
}

pub(super) fn gone(view: &View) -> Trouble {
    Trouble::new(view, StatusCode::NOT_FOUND, &GONE)
}

pub(super) async fn page(
    State(site): State<Arc<Site>>,
    view: View,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Markup, Trouble> {
    let upload = site.uploads.find(&id).ok_or_else(|| gone(&view))?;
    let content = html! {
        section.card {
            p.crumb { a href="/filings" { "← " (view.t(&OTHER_FILE)) } }
            h1.file { (upload.received.name) }
            p.hint { (about(&view, &upload)) }
            (figures(&view, &upload))
            (actions(&view, &upload))
        }
        (of_file(&view, &upload))
        @if upload.report.findings().header.is_some() && !upload.report.has_file_errors() {
            (remarks(&view, &upload, &shown))
        }
    };
    Ok(layout::page(&view, &upload.received.name, Place::Filings, content))
}

fn about(view: &View, upload: &Upload) -> String {
    let sheet = upload.report.sheet().map(|sheet| view.fill(&SHEET, &[("sheet", sheet.to_owned())]));
    let args = [("rows", count(upload.report.rows())), ("at", view.minute(upload.at))];
    let mut words = sheet.unwrap_or_default() + &view.fill(&CHECKED, &args);
    if let Some(port) = &upload.received.port {
        words.push_str(if view.lang == ports::fault::Lang::Zh { "；" } else { "; " });
        words.push_str(&view.fill(&DEFAULT_PORT, &[("port", port.clone())]));
    }
    words
}

fn figures(view: &View, upload: &Upload) -> Markup {
    let counts = upload.report.counts().unwrap_or_default();
    let tone = |number: u64, tone: &'static str| if number > 0 { tone } else { "none" };
    let warned = u64::try_from(upload.report.warned_rows().len()).unwrap_or(u64::MAX);
    let refused = upload.report.refused();
    html! {
        dl.figures {
            (figure(&count(counts.new), view.t(&NEW), tone(counts.new, "good")))
            (figure(&count(counts.changed), view.t(&CHANGED), tone(counts.changed, "change")))
            (figure(&count(counts.unchanged), view.t(&UNCHANGED), tone(counts.unchanged, "plain")))
            (figure(&count(warned), view.t(&WARNED), tone(warned, "warn")))
            (figure(&count(refused), view.t(&REFUSED), tone(refused, "bad")))
        }
    }
}

fn actions(view: &View, upload: &Upload) -> Markup {
    let report = &upload.report;
    let counts = report.counts().unwrap_or_default();
    let nothing = if report.has_file_errors() {
        Some(&FILE_REFUSED)
    } else if report.accepted() == 0 {
        Some(&NOTHING_GOOD)
    } else if counts.new + counts.changed == 0 {
        Some(&NOTHING_NEW)
    } else {
        None
    };
    let whole = report.refused() == 0;
    html! {
        @if let Some(words) = nothing { p.remark.plain { (view.t(words)) } }
        div.actions {
            @if nothing.is_none() {
                form method="post" action={ (preview_address(&upload.received.id)) "/import" } {
                    (forms::token(view))
                    input type="hidden" name="whole" value=[whole.then_some("yes")];
                    button.main type="submit" {
                        (view.fill(if whole { &ALL_GOOD } else { &GOOD_ROWS }, &[("count", count(report.accepted()))]))
                    }
                }
            }
            @if !report.findings().is_empty() {
                a.button href={ (preview_address(&upload.received.id)) "/report" } download { (view.t(&REPORT)) }
            }
        }
        @if report.refused() > 0 { p.hint { (view.t(&REPORT_HINT)) } }
    }
}

/// What is wrong with the file as a whole. Faults of one kind with one remedy stand together.
fn of_file(view: &View, upload: &Upload) -> Markup {
    let mut groups: Vec<(&Fault, Vec<String>)> = Vec::new();
    for fault in &upload.report.findings().of_file {
        let same = |(first, _): &&mut (&Fault, _)| {
            first.code() == fault.code() && first.remedy(view.lang) == fault.remedy(view.lang)
        };
        match groups.iter_mut().find(same) {
            Some((_, messages)) => messages.push(fault.message(view.lang)),
            None => groups.push((fault, vec![fault.message(view.lang)])),
        }
    }
    html! {
        @if !groups.is_empty() {
            section.card {
                h2 { (view.t(&ABOUT_FILE)) }
                ul.remarks {
                    @for (fault, messages) in &groups {
                        li {
                            div class=(if fault.is_error() { "remark bad" } else { "remark warn" }) {
                                @for message in messages { p.what { (message) } }
                                p.remedy { "→ " (fault.remedy(view.lang)) }
                                p.code { (fault.code()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One remark: what is wrong, and what to do.
fn remark(view: &View, fault: &Fault) -> Markup {
    let tone = if fault.is_error() { "bad" } else { "warn" };
    html! {
        div class={ "remark " (tone) } {
            p.what {
                @if let (Some(column), Some(row)) = (&fault.at.column, fault.at.row) { span.cell { (column) (row) } " " }
                (fault.message(view.lang))
            }
            p.remedy { "→ " (fault.remedy(view.lang)) }
            p.code { (fault.code()) }
        }
    }
}

fn remarks(view: &View, upload: &Upload, shown: &Shown) -> Markup {
    let wanted = |row: &&MarkedRow| {
        shown.fault.is_empty() || row.findings.iter().any(|finding| finding.kind.code == shown.fault)
    };
    let rows: Vec<&MarkedRow> = upload.rows.iter().filter(wanted).collect();
    let pages = Pages::new(rows.len(), ROWS, shown.page);
    let address = preview_address(&upload.received.id);
    let header = upload.report.findings().header.as_ref();
    html! {
        section #rows hx-boost="true" hx-target="#rows" hx-select="#rows" hx-swap="outerHTML show:top" {
            h2 { (view.t(&REMARKS)) }
            @if upload.rows.is_empty() {
                p.card.empty { (view.t(&NO_REMARKS)) }
            } @else {
                nav.chips aria-label=(view.t(&FILTER)) {
                    a.chip href=(address) aria-current=[shown.fault.is_empty().then_some("true")] {
                        (view.t(&ALL)) " " b { (count(upload.marked)) }
                    }
                    @for remark in &upload.remarks {
                        (chip(&address, view, remark, header, remark.kind.code == shown.fault))
                    }
                }
                @for row in rows.iter().skip(pages.first()).take(ROWS) { (card(view, upload, row)) }
                @if upload.marked > MAX_ROWS {
                    p.hint {
                        (view.fill(&MORE_ROWS, &[("shown", count(MAX_ROWS)), ("all", count(upload.marked))]))
                    }
                }
                (paging::links(view, &pages, |page| {
                    format!("{address}?fault={}&page={page}", layout::percent(&shown.fault))
                }))
            }
        }
    }
}

fn chip(address: &str, view: &View, remark: &Remark, header: Option<&Header>, chosen: bool) -> Markup {
    let kind = remark.kind;
    let tone = if kind.severity == Severity::Error { "bad" } else { "warn" };
    let title = header.zip(remark.field).map(|(header, field)| ("header", header.title(field).to_owned()));
    let words = kind.message.fill(view.lang, title.as_slice());
    html! {
        a class={ "chip " (tone) } href={ (address) "?fault=" (kind.code) } title=(kind.code)
            aria-current=[chosen.then_some("true")] {
            (parts::open(&words)) " " b { (count(remark.rows)) }
        }
    }
}

/// A row as it stands in the sheet, its bad cells marked, with the remarks beside it.
fn card(view: &View, upload: &Upload, row: &MarkedRow) -> Markup {
    let findings = upload.report.findings();
    let nowhere = Header::read(None, 0, &[]);
    let header = findings.header.as_ref().unwrap_or(&nowhere);
    let name = row.cell(header.place(Field::Name));
    let refused = row.is_refused();
    html! {
        article.card.row {
            header {
                h3 { (view.fill(&ROW, &[("row", row.number.to_string())])) }
                @if let Some(name) = name { span.of { (name) } }
                @if refused { span.badge.bad { (view.t(&REFUSED_BADGE)) } }
                @else { span.badge.warn { (view.t(&WARNED_BADGE)) } }
            }
            div.beside {
                dl.cells aria-label=(view.t(&CELLS)) {
                    @for (column, text) in shown_cells(header, row) {
                        div class=(tone(row.mark(header, column))) {
                            dt { (header.titles.get(column).map_or("", String::as_str)) }
                            dd { (text) }
                        }
                    }
                }
                ul.remarks {
                    @for finding in &row.findings {
                        li { (remark(view, &finding.fault(&findings.file, header, view.lang))) }
                    }
                }
            }
        }
    }
}

/// The cells that hold something, and the empty ones that a remark is about.
fn shown_cells<'r>(header: &Header, row: &'r MarkedRow) -> Vec<(usize, &'r str)> {
    let mut cells: Vec<(usize, &str)> =
        row.cells.iter().map(|(column, text)| (*column, text.as_str())).collect();
    for finding in &row.findings {
        let Some(column) = finding.field.and_then(|field| header.place(field)) else { continue };
        if cells.iter().all(|(at, _)| *at != column) {
            cells.push((column, "—"));
        }
    }
    cells.sort_by_key(|(column, _)| *column);
    cells
}

fn tone(mark: Option<Severity>) -> &'static str {
    match mark {
        Some(Severity::Error) => "bad",
        Some(Severity::Warning) => "warn",
        None => "",
    }
}

#[derive(Deserialize)]
pub(super) struct Confirmed {
    #[serde(default)]
    whole: String,
}

/// Imports the file that was previewed.
pub(super) async fn import(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Posted(view, confirmed): Posted<Confirmed>,
) -> Result<Redirect, Trouble> {
    let upload = site.uploads.find(&id).ok_or_else(|| gone(&view))?;
    let whole_file = confirmed.whole == "yes";
    let (own, name) = (Arc::clone(&site), upload.received.name.clone());
    let job =
        site.jobs.start(jobs::Kind::Import, name, move |tell| import_now(&own, &upload, whole_file, tell));
    let _ = job.soon().await;
    Ok(Redirect::to(&format!("/jobs/{}", job.id)))
}

fn import_now(site: &Arc<Site>, upload: &Upload, whole_file: bool, tell: Tell<'_>) -> Outcome {
    let grounds = match Grounds::of(site.store.as_ref(), &site.book) {
        Ok(grounds) => grounds,
        Err(error) => return Outcome::Failed(error),
    };
    let wish = Wish { port: upload.received.port.clone(), whole_file, ..Wish::default() };
    let total = upload.report.rows();
    let progress = |rows| tell(rows, total);
    let options = grounds.options(&wish, site.now(), &progress);
    let path = upload.received.path();
    match import_file(&site.book, upload.received.file(&path), &options) {
        // The index is made here already, where somebody waits anyway.
        Ok(report) => match filings_changed(site) {
            Ok(()) => Outcome::Imported(Box::new(report)),
            Err(error) => Outcome::Failed(error),
        },
        Err(error) => Outcome::Failed(error),
    }
}
