//! One filing: what is filed, whether the platform has it, and how it came to be so.

use std::sync::Arc;

use axum::extract::{Query, State};
use filing::barcode::Barcode;
use filing::book::Past;
use filing::columns::{COLUMNS, Column, Field};
use filing::record::Filing;
use maud::{Markup, html};
use ports::catalogue::Catalogue;
use ports::fault::{Lang, Text};
use ports::store::StoreError;
use ports::xiaohongshu::v3;
use serde::Deserialize;

use super::super::Site;
use super::super::layout::{self, Place};
use super::super::trouble::Trouble;
use super::super::view::View;
use super::{book, file_of, work};
use crate::bookkeeping;

const BACK: Text = Text { zh: "备案库", en: "The book" };
const CONTENT: Text = Text { zh: "备案内容", en: "What is filed" };
const HISTORY: Text = Text { zh: "变更历史", en: "History" };
const CURRENT: Text = Text { zh: "现行", en: "counts now" };
const TAKEN_BACK: Text = Text { zh: "{at} 已撤销", en: "undone {at}" };
const ORIGIN: Text =
    Text { zh: "第 {import} 号导入，{file} 第 {row} 行", en: "import {import}, {file}, row {row}" };
const FIRST: Text = Text { zh: "首次备案", en: "first filed" };
const EMPTY: Text = Text { zh: "（空）", en: "(empty)" };
const GONE: Text = Text {
    zh: "这条备案已不在备案库中（导入已撤销）。下面是它的历史。",
    en: "This filing is no longer in the book, as its import was undone. Its history follows.",
};
const MISSING: Text = Text { zh: "还缺少", en: "Still missing" };
const MISSING_HINT: Text = Text {
    zh: "补齐后在原表中填写并再次导入",
    en: "fill these in in the sheet and import it again",
};

#[derive(Deserialize)]
pub(super) struct Wanted {
    port: String,
    barcode: String,
}

pub(super) async fn page(
    State(site): State<Arc<Site>>,
    view: View,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, Trouble> {
    let barcode = Barcode::parse(&wanted.barcode).ok_or_else(|| Trouble::not_found(&view))?;
    let (filing, history) = work(&view, move || read(&site, &wanted.port, &barcode)).await?;
    let Some(last) = history.last() else { return Err(Trouble::not_found(&view)) };
    let shown = filing.as_ref().map_or(&last.filing, |(filing, _)| filing);
    let title = shown.name.to_string();
    let content = html! {
        section.card {
            p.crumb { a href="/filings" { "← " (view.t(&BACK)) } }
            h1 { (title) }
            p.sub {
                span { (shown.port) } " · " span.code { (shown.barcode) } " · HS " span.code { (shown.hs_code) } " "
                @if let Some((_, synced)) = &filing { (book::state(&view, *synced)) }
            }
            @if filing.is_none() { p.remark.warn { (view.t(&GONE)) } }
            @if let Some((filing, _)) = &filing {
                (missing(&view, filing))
                h2 { (view.t(&CONTENT)) }
                (fields(&view, filing))
            }
        }
        section.card {
            h2 { (view.t(&HISTORY)) }
            ol.timeline { @for past in history.iter().rev() { (entry(&view, past)) } }
        }
    };
    Ok(layout::page(&view, &title, Place::Filings, content))
}

type Read = (Option<(Filing, bool)>, Vec<Past>);

fn read(site: &Site, port: &str, barcode: &Barcode) -> Result<Read, StoreError> {
    let history = site.book.history(port, barcode)?;
    let filing = match site.book.get(port, barcode)? {
        Some(filing) => {
            let tariff = filing::tariff::shelf::load(site.store.as_ref())?;
            let catalogue = Catalogue::load(site.store.as_ref(), v3::NAME)?;
            let synced =
                bookkeeping::is_synced(site.store.as_ref(), &filing, &catalogue, &tariff, site.now())?;
            Some((filing, synced))
        }
        None => None,
    };
    Ok((filing, history))
}

/// A column's name: Chinese as in the template, else its key.
fn name(view: &View, column: &Column) -> String {
    match view.lang {
        Lang::Zh => column.header().to_owned(),
        Lang::En => column.key.replace('_', " "),
    }
}

fn fields(view: &View, filing: &Filing) -> Markup {
    html! {
        dl.fields {
            @for column in COLUMNS.iter().filter(|column| column.field != Field::Port) {
                @if let Some(text) = filing.cell(column.field) {
                    div { dt { (name(view, column)) } dd { (text) } }
                }
            }
        }
    }
}

/// What the platform wants and the filing does not have.
fn missing(view: &View, filing: &Filing) -> Markup {
    let missing: Vec<String> = filing.spv_missing().iter().map(|field| name(view, field.column())).collect();
    html! {
        @if filing.spv_id.is_some() && !missing.is_empty() {
            div.remark.warn {
                p.what { (view.t(&MISSING)) ": " (missing.join("、")) }
                p.remedy { "→ " (view.t(&MISSING_HINT)) }
            }
        }
    }
}

fn entry(view: &View, past: &Past) -> Markup {
    let origin = [
        ("import", past.import.id.to_string()),
        ("file", file_of(&past.import)),
        ("row", past.row.to_string()),
    ];
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| view.t(&EMPTY).to_owned());
    let is_first = past.changes.iter().all(|change| change.old.is_none());
    html! {
        li {
            p.when {
                time datetime=(past.import.at.to_string()) { (view.minute(past.import.at)) } " "
                @if let Some(undone) = &past.import.undone {
                    span.badge.warn { (view.fill(&TAKEN_BACK, &[("at", view.minute(undone.at))])) }
                } @else if past.current { span.badge.good { (view.t(&CURRENT)) } }
            }
            p.hint { (view.fill(&ORIGIN, &origin)) }
            @if is_first { p { (view.t(&FIRST)) } } @else {
                ul.changes {
                    @for change in &past.changes {
                        li {
                            span.field { (change_name(view, change.field, change.header)) } " "
                            del { (value(&change.old)) } " → " ins { (value(&change.new)) }
                        }
                    }
                }
            }
        }
    }
}

fn change_name(view: &View, field: &str, header: &str) -> String {
    match view.lang {
        Lang::Zh => header.to_owned(),
        Lang::En => field.replace('_', " "),
    }
}
