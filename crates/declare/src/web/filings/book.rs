//! The book of filings: handing in a file, and searching what is there.

use std::sync::Arc;

use axum::extract::{Query, State};
use filing::book::{Index, Search};
use filing::record::Filing;
use maud::{Markup, html};
use ports::catalogue::Catalogue;
use ports::fault::Text;
use ports::store::StoreError;
use ports::xiaohongshu::v3;
use serde::Deserialize;

use super::super::Site;
use super::super::forms;
use super::super::layout::{self, Place, percent};
use super::super::paging::{self, Pages};
use super::super::trouble::Trouble;
use super::super::view::{View, count};
use super::uploads::MAX_UPLOAD_BYTES;
use super::work;
use crate::bookkeeping;

/// Filings of a page.
const FILINGS: usize = 50;

const TITLE: Text = Text { zh: "商品备案", en: "Filings" };
const HAND_IN: Text = Text { zh: "导入备案表", en: "Import a sheet" };
const DROP: Text = Text {
    zh: "把 Excel 备案表拖到这里，或点击选择文件",
    en: "Drop the Excel sheet here, or click to choose it",
};
const KINDS: Text = Text {
    zh: "支持 xlsx、xls、ods、csv，最大 64 MB。先检查并预览，确认后才入库。",
    en: "xlsx, xls, ods or csv, up to 64 MB. It is checked and shown first; nothing is taken before you confirm.",
};
const TOO_LARGE: Text =
    Text { zh: "文件超过 64 MB，请拆成几个文件", en: "The file has more than 64 MB; split it" };
const DEFAULT_PORT: Text =
    Text { zh: "没有填写口岸的行，口岸按", en: "Rows without a port count for" };
const NO_DEFAULT: Text = Text { zh: "（不指定口岸）", en: "(no port)" };
const CHECK: Text = Text { zh: "检查文件", en: "Check the file" };
const CHECKING: Text = Text { zh: "正在上传并检查……", en: "Uploading and checking…" };
const TEMPLATE: Text = Text { zh: "下载空白模板", en: "Download the template" };
const EXPORT: Text = Text { zh: "导出备案库", en: "Export the book" };
const BOOK: Text = Text { zh: "备案库", en: "The book" };
const SEARCH: Text = Text {
    zh: "搜索条码、HS编码、名称、货号",
    en: "Search barcode, HS code, name, article number",
};
const PORT: Text = Text { zh: "口岸", en: "Port" };
const ALL_PORTS: Text = Text { zh: "全部口岸", en: "All ports" };
const GO: Text = Text { zh: "搜索", en: "Search" };
const FOUND: Text = Text { zh: "{found} 条备案", en: "Filings found: {found}" };
const NONE_FOUND: Text = Text {
    zh: "没有符合条件的备案。换一个词，或清除筛选。",
    en: "No filing fits. Try another word, or clear the search.",
};
const CLEAR: Text = Text { zh: "清除筛选", en: "Clear the search" };
const EMPTY: Text = Text {
    zh: "备案库还是空的。第一步：下载空白模板，填好后拖到上面的框里。",
    en: "The book is empty. First download the template, fill it in, and drop it into the box above.",
};
const BEING_READ: Text = Text {
    zh: "刚刚启动，正在读取备案库，读完后自动显示。现在就可以导入文件。",
    en: "It has just started and is reading the book, which shows by itself when it is done. A sheet can be handed in already.",
};
const BARCODE: Text = Text { zh: "商品条码", en: "Barcode" };
const HS: Text = Text { zh: "HS编码", en: "HS code" };
const NAME: Text = Text { zh: "商品名称", en: "Name" };
const UNITS: Text = Text { zh: "法定数量", en: "Legal quantity" };
const STATE: Text = Text { zh: "平台", en: "Platform" };
pub(super) const SYNCED: Text = Text { zh: "已同步", en: "up to date" };
pub(super) const UNSYNCED: Text = Text { zh: "待同步", en: "to be sent" };

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    text: String,
    #[serde(default)]
    port: String,
    #[serde(default)]
    page: usize,
}

/// A page of the book.
struct Listed {
    index: Arc<Index>,
    pages: Pages,
    found: usize,
    filings: Vec<(Filing, bool)>,
}

pub(super) async fn page(
    State(site): State<Arc<Site>>,
    view: View,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, Trouble> {
    let asked = wanted.clone();
    let known = move || {
        let catalogue = Catalogue::load(site.store.as_ref(), v3::NAME)?;
        Ok((list(&site, &catalogue, &asked)?, catalogue))
    };
    let (listed, catalogue) = work(&view, known).await?;
    let content = html! {
        h1 { (view.t(&TITLE)) }
        (hand_in(&view, &catalogue))
        @match &listed {
            Some(listed) => (book(&view, &wanted, listed)),
            None => (being_read(&view)),
        }
    };
    Ok(layout::page(&view, view.t(&TITLE), Place::Filings, content))
}

/// In place of the book as long as it is being read.
fn being_read(view: &View) -> Markup {
    html! {
        section.card #book-card hx-get=(view.here) hx-trigger="load delay:500ms" hx-select="#book-card"
            hx-swap="outerHTML" {
            h2 { (view.t(&BOOK)) }
            p.empty role="status" { (view.t(&BEING_READ)) }
        }
    }
}

/// A page of the book; nothing as long as it is being read.
fn list(site: &Site, catalogue: &Catalogue, wanted: &Wanted) -> Result<Option<Listed>, StoreError> {
    let Some(index) = site.desk.at_hand(&site.book)? else { return Ok(None) };
    let port = Some(wanted.port.clone()).filter(|port| !port.is_empty());
    let search = Search { port, text: wanted.text.clone() };
    let (found, _) = index.search(&search, 0, 0);
    let pages = Pages::new(found, FILINGS, wanted.page);
    let (_, places) = index.search(&search, pages.first(), FILINGS);
    let tariff = filing::tariff::shelf::load(site.store.as_ref())?;
    let mut filings = Vec::with_capacity(places.len());
    for place in places {
        // Undone a moment ago: then it is not shown.
        if let Some(filing) = site.book.get(&place.port, &place.barcode)? {
            let synced =
                bookkeeping::is_synced(site.store.as_ref(), &filing, catalogue, &tariff, site.now())?;
            filings.push((filing, synced));
        }
    }
    Ok(Some(Listed { index, pages, found, filings }))
}

fn hand_in(view: &View, catalogue: &Catalogue) -> Markup {
    html! {
        section.card aria-labelledby="hand-in" {
            h2 #hand-in { (view.t(&HAND_IN)) }
            form.hand-in method="post" action="/filings/uploads" enctype="multipart/form-data" data-upload
                data-limit=(MAX_UPLOAD_BYTES) data-too-large=(view.t(&TOO_LARGE)) data-busy=(view.t(&CHECKING)) {
                (forms::token(view))
                // Before the file, which is sent as soon as it is chosen.
                label.inline { (view.t(&DEFAULT_PORT)) " "
                    select name="port" {
                        option value="" { (view.t(&NO_DEFAULT)) }
                        @for port in catalogue.ports() { option { (port.name()) } }
                    }
                }
                div.drop {
                    label for="file" { strong { (view.t(&DROP)) } span #kinds { (view.t(&KINDS)) } }
                    input #file type="file" name="file" required aria-describedby="kinds"
                        accept=".xlsx,.xlsm,.xls,.xlsb,.ods,.csv,.tsv,.txt";
                }
                div.actions {
                    button.main type="submit" { (view.t(&CHECK)) }
                    a.button href="/filings/template" download { (view.t(&TEMPLATE)) }
                }
                p.remark.bad role="alert" hidden data-words {}
            }
        }
    }
}

fn book(view: &View, wanted: &Wanted, listed: &Listed) -> Markup {
    let Listed { index, pages, found, filings } = listed;
    html! {
        section.card #book-card aria-labelledby="book-title" {
            div.title {
                h2 #book-title { (view.t(&BOOK)) }
                @if !index.is_empty() {
                    a.button href={ "/filings/export?port=" (percent(&wanted.port)) } download { (view.t(&EXPORT)) }
                }
            }
            @if index.is_empty() {
                p.empty { (view.t(&EMPTY)) }
                p.empty { a.button href="/filings/template" download { (view.t(&TEMPLATE)) } }
            } @else {
                form.search role="search" method="get" action="/filings" hx-get="/filings" hx-target="#book"
                    hx-select="#book" hx-swap="outerHTML" hx-push-url="true"
                    hx-trigger="submit, input delay:300ms from:#text, change from:#port" {
                    label.sight-less for="text" { (view.t(&SEARCH)) }
                    input #text type="search" name="text" value=(wanted.text) placeholder=(view.t(&SEARCH)) autocomplete="off";
                    label.sight-less for="port" { (view.t(&PORT)) }
                    select #port name="port" {
                        option value="" { (view.t(&ALL_PORTS)) }
                        @for port in index.ports() {
                            option selected[*port == wanted.port] { (port) }
                        }
                    }
                    button type="submit" { (view.t(&GO)) }
                }
                div #book hx-boost="true" hx-target="#book" hx-select="#book" hx-swap="outerHTML show:#book-title:top" {
                    p.hint role="status" { (view.fill(&FOUND, &[("found", count(*found))])) }
                    @if filings.is_empty() {
                        p.empty { (view.t(&NONE_FOUND)) }
                        p.empty { a.button href="/filings" { (view.t(&CLEAR)) } }
                    } @else { (table(view, filings)) }
                    (paging::links(view, pages, |page| {
                        format!("/filings?text={}&port={}&page={page}", percent(&wanted.text), percent(&wanted.port))
                    }))
                }
            }
        }
    }
}

/// Where the page of a filing is.
pub(super) fn address(port: &str, barcode: &str) -> String {
    format!("/filings/show?port={}&barcode={}", percent(port), percent(barcode))
}

fn table(view: &View, filings: &[(Filing, bool)]) -> Markup {
    html! {
        table.list {
            thead {
                tr {
                    th scope="col" { (view.t(&PORT)) }
                    th scope="col" { (view.t(&BARCODE)) }
                    th scope="col" { (view.t(&HS)) }
                    th scope="col" { (view.t(&NAME)) }
                    th.number scope="col" { (view.t(&UNITS)) }
                    th scope="col" { (view.t(&STATE)) }
                }
            }
            tbody {
                @for (filing, synced) in filings {
                    tr {
                        td data-name=(view.t(&PORT)) { (filing.port) }
                        td.code data-name=(view.t(&BARCODE)) {
                            a href=(address(&filing.port, filing.barcode.as_str())) hx-boost="false" { (filing.barcode) }
                        }
                        td.code data-name=(view.t(&HS)) { (filing.hs_code) }
                        td.name data-name=(view.t(&NAME)) { (filing.name) }
                        td.number data-name=(view.t(&UNITS)) { (legal(filing)) }
                        td data-name=(view.t(&STATE)) { (state(view, *synced)) }
                    }
                }
            }
        }
    }
}

/// The legal quantities of one sales unit.
fn legal(filing: &Filing) -> String {
    let mut words = format!("{} {}", filing.quantity1, filing.unit1.name_zh());
    if let Some(second) = filing.legal2() {
        words.push_str(&format!(" / {} {}", second.quantity, second.unit.name_zh()));
    }
    words
}

/// Whether the platform has it.
pub(super) fn state(view: &View, synced: bool) -> Markup {
    html! {
        @if synced { span.badge.good { (view.t(&SYNCED)) } } @else { span.badge.plain { (view.t(&UNSYNCED)) } }
    }
}
