//! One order: how it stands and why, its documents side by side, its tax, and its story.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State as Shared};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use ports::fault::{Report, Severity, Text};
use ports::store::StoreError;

use super::super::forms::{self, Nothing, Posted};
use super::super::layout::{self, Place};
use super::super::trouble::Trouble;
use super::super::view::View;
use super::super::{Site, work};
use super::board::badge;
use super::papers::{self, Sheet};
use super::{act, address, comparison, repush, state, tax};
use crate::lifecycle::story::{Line, Teller, advice, story};
use crate::lifecycle::{Case, Reason, Release, meaning, name};
use crate::pipeline::layout as store_layout;
use crate::receipt::Subject;

const BACK: Text = Text { zh: "全部订单", en: "All orders" };
const SINCE: Text = Text { zh: "{at} 起", en: "since {at}" };
const PLATFORM: Text = Text { zh: "平台：{platform}", en: "platform: {platform}" };
const WHY: Text = Text { zh: "原因与处理", en: "Why, and what to do" };
const DOCUMENTS: Text = Text { zh: "单证", en: "Documents" };
const NO_DOCUMENTS: Text = Text { zh: "还没有生成单证。", en: "No documents were made yet." };
const BY_OTHERS: Text =
    Text { zh: "由支付企业发送，这里没有", en: "sent by the payment enterprise; not here" };
const LAST: Text = Text { zh: "最近回执：{meaning}", en: "last receipt: {meaning}" };
const MADE: Text = Text { zh: "生成于 {at}", en: "made {at}" };
const SENT: Text = Text { zh: "发送于 {at}，共 {count} 次", en: "sent {at}, {count} times in all" };
const DOWNLOAD: Text = Text { zh: "下载 XML", en: "Download XML" };
const COMPARISON: Text = Text { zh: "三单对碰", en: "Documents side by side" };
const SHOW_PEOPLE: Text =
    Text { zh: "显示个人信息和原始报文", en: "Show personal data and the messages" };
const SHOWN: Text = Text {
    zh: "正在显示个人信息，这次查看已记入日志。离开或刷新本页后重新遮盖。",
    en: "Personal data is shown, and that it was asked for is in the log. It is masked again when you leave or reload this page.",
};
const MASKED: Text = Text {
    zh: "个人信息已遮盖；查看会记入日志。",
    en: "Personal data is masked; asking for it is logged.",
};
const MESSAGE: Text = Text { zh: "{document}的原始报文", en: "The {document} as it was sent" };
const STORY: Text = Text { zh: "经过", en: "What happened" };
const NO_TIME: Text = Text { zh: "时间不明", en: "time unknown" };
const BY_CUSTOMS: Text = Text { zh: "海关", en: "customs" };
const BY_PERSON: Text = Text { zh: "人工", en: "a person" };

/// What ends a hold by itself, or who ends it.
const fn release(release: Release) -> Text {
    match release {
        Release::Filing => {
            Text { zh: "备案导入后自动继续", en: "it goes on when the filing is imported" }
        }
        Release::Waybill => {
            Text { zh: "运单到齐后自动继续", en: "it goes on when the waybill comes" }
        }
        Release::Order => Text {
            zh: "订单在平台更正后自动继续",
            en: "it goes on when the order changes on the platform",
        },
        Release::Reading => Text { zh: "系统会自动重新读取", en: "it is read again by itself" },
        Release::Payment => Text {
            zh: "支付单重推后自动继续",
            en: "it goes on when the payment slip is pushed again",
        },
        Release::Receipt => Text { zh: "等待下一份回执", en: "another receipt is awaited" },
        Release::Supplier => {
            Text { zh: "供货方答复后自动继续", en: "it goes on when the supplier decides" }
        }
        Release::Settings => Text {
            zh: "补全配置并重新启动后继续",
            en: "it goes on when the configuration is completed",
        },
        Release::Person => Text { zh: "需要人工判断", en: "a person has to judge it" },
    }
}

/// All that the page shows of an order.
struct Shown {
    case: Case,
    remarks: Vec<Reason>,
    sheets: Vec<Sheet>,
    tax: Option<tax::Told>,
    now: Timestamp,
}

/// The case of an order.
pub(super) fn case(site: &Site, order_no: &str) -> Result<Option<Case>, StoreError> {
    let document = site.store.get(&store_layout::case(order_no))?;
    document.map(|document| document.record()).transpose()
}

fn read(site: &Site, order_no: &str) -> Result<Option<Shown>, StoreError> {
    let Some(case) = case(site, order_no)? else { return Ok(None) };
    let now = site.now();
    let remarks = case.remarks(now, &site.orders.policy);
    let sheets = papers::read(site, &case)?;
    let tax = tax::of(site, order_no)?;
    Ok(Some(Shown { case, remarks, sheets, tax, now }))
}

async fn shown(site: &Arc<Site>, view: &View, order_no: String) -> Result<Shown, Trouble> {
    let own = Arc::clone(site);
    work(view, move || read(&own, &order_no)).await?.ok_or_else(|| Trouble::not_found(view))
}

pub(super) async fn page(
    Shared(site): Shared<Arc<Site>>,
    view: View,
    Path(order_no): Path<String>,
) -> Result<Markup, Trouble> {
    let shown = shown(&site, &view, order_no).await?;
    Ok(whole(&site, &view, &shown, false))
}

/// The same page with people in the clear.
pub(super) async fn people(
    Shared(site): Shared<Arc<Site>>,
    Path(order_no): Path<String>,
    Posted(mut view, Nothing {}): Posted<Nothing>,
) -> Result<Markup, Trouble> {
    let shown = shown(&site, &view, order_no).await?;
    tracing::info!(order_no = shown.case.order_no, "personal data of an order was asked for on the page");
    view.here = address(&shown.case.order_no);
    Ok(whole(&site, &view, &shown, true))
}

/// A document's very text, as a file.
pub(super) async fn document(
    Shared(site): Shared<Arc<Site>>,
    Path((order_no, document)): Path<(String, String)>,
    Posted(view, Nothing {}): Posted<Nothing>,
) -> Result<Response, Trouble> {
    let shown = shown(&site, &view, order_no).await?;
    let wanted = |sheet: &&Sheet| word(sheet.subject) == document && !sheet.xml.is_empty();
    let sheet = shown.sheets.iter().find(wanted).ok_or_else(|| Trouble::not_found(&view))?;
    tracing::info!(
        order_no = shown.case.order_no,
        document,
        "a document of an order was taken from the page"
    );
    let name = layout::percent(&format!("{}-{document}.xml", shown.case.order_no));
    let mut response = Body::from(sheet.xml.clone()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"));
    let told = format!("attachment; filename=\"document.xml\"; filename*=UTF-8''{name}");
    if let Ok(told) = HeaderValue::from_str(&told) {
        headers.insert(CONTENT_DISPOSITION, told);
    }
    Ok(response)
}

/// A kind of document in an address.
const fn word(subject: Subject) -> &'static str {
    match subject {
        Subject::Order => "order",
        Subject::Payment => "payment",
        Subject::Waybill => "waybill",
        Subject::WaybillStatus => "waybill-status",
        Subject::Inventory => "inventory",
        Subject::Withdrawal => "withdrawal",
        Subject::Return => "return",
        Subject::Arrival => "arrival",
    }
}

fn whole(site: &Site, view: &View, shown: &Shown, clear: bool) -> Markup {
    let Shown { case, remarks, sheets, .. } = shown;
    let content = html! {
        (head(site, view, shown))
        @if !remarks.is_empty() { (reasons(site, view, case, remarks)) }
        (documents(view, shown, clear))
        @if !sheets.is_empty() {
            section.card aria-labelledby="side-by-side" {
                h2 #side-by-side { (view.t(&COMPARISON)) }
                (comparison::table(view, sheets, clear))
            }
        }
        @if let Some(told) = &shown.tax { (tax::section(view, told)) }
        (timeline(view, case))
    };
    layout::page(view, &case.order_no, Place::Orders, content)
}

fn head(site: &Site, view: &View, shown: &Shown) -> Markup {
    let Shown { case, now, .. } = shown;
    let acts = act::possible(site, case, *now);
    html! {
        section.card {
            p.crumb { a href="/orders" { "← " (view.t(&BACK)) } }
            div.title {
                h1.code { (case.order_no) }
                span.big { (badge(view, case.state)) }
            }
            p { (view.t(&state::meaning(case.state))) }
            p.hint {
                (view.fill(&SINCE, &[("at", view.minute(case.since))])) " · "
                (view.fill(&PLATFORM, &[("platform", case.platform.clone())]))
            }
            @if !acts.is_empty() || repush::fits(site, case) {
                div.actions {
                    @if repush::fits(site, case) {
                        a.button href={ (address(&case.order_no)) "/repush" } { (view.t(&repush::NAME)) }
                    }
                    @for act in acts {
                        a.button href={ (address(&case.order_no)) "/" (act.word()) } { (view.t(&act.name())) }
                    }
                }
            }
        }
    }
}

/// A reason in words; its code alone when no text is known for it.
pub(super) fn told(site: &Site, view: &View, order_no: &str, reason: &Reason) -> Option<Report> {
    (site.orders.kind_of)(&reason.code).map(|kind| reason.report(order_no, kind, view.lang))
}

fn reasons(site: &Site, view: &View, case: &Case, remarks: &[Reason]) -> Markup {
    html! {
        section.card aria-labelledby="why" {
            h2 #why { (view.t(&WHY)) }
            ul.remarks {
                @for reason in remarks {
                    @let report = told(site, view, &case.order_no, reason);
                    @let error = report.as_ref().is_some_and(|report| report.severity == Severity::Error);
                    li {
                        div class=(if error { "remark bad" } else { "remark warn" }) {
                            @match report {
                                Some(report) => {
                                    p.what { (report.message) }
                                    p.remedy { "→ " (report.remedy) }
                                }
                                None => p.what { (reason.code) },
                            }
                            p.hint { (view.t(&release(reason.release))) }
                            p.code { (reason.code) @if let Some(path) = &reason.path { " " (path) } }
                        }
                    }
                }
            }
        }
    }
}

fn documents(view: &View, shown: &Shown, clear: bool) -> Markup {
    let Shown { case, sheets, .. } = shown;
    let parcel = [Subject::Order, Subject::Payment, Subject::Waybill, Subject::Inventory];
    let later = case.papers.keys().copied().filter(|subject| !parcel.contains(subject));
    let subjects: Vec<Subject> = parcel.into_iter().chain(later).collect();
    html! {
        section.card aria-labelledby="documents" {
            div.title {
                h2 #documents { (view.t(&DOCUMENTS)) }
                @if !sheets.is_empty() && !clear {
                    form method="post" action={ (address(&case.order_no)) "/people" } {
                        (forms::token(view))
                        button type="submit" { (view.t(&SHOW_PEOPLE)) }
                    }
                }
            }
            @if case.papers.is_empty() { p.hint { (view.t(&NO_DOCUMENTS)) } } @else {
                p class=(if clear { "remark warn" } else { "hint" }) { (view.t(if clear { &SHOWN } else { &MASKED })) }
                div.papers { @for subject in &subjects { (paper(view, shown, *subject)) } }
            }
            @if clear {
                @for sheet in sheets.iter().filter(|sheet| !sheet.xml.is_empty()) {
                    details {
                        summary { (view.fill(&MESSAGE, &[("document", view.t(&name(sheet.subject)).to_owned())])) }
                        pre tabindex="0" { (indented(&sheet.xml)) }
                    }
                }
            }
        }
    }
}

/// Every element on a line of its own.
fn indented(xml: &str) -> String {
    xml.replace("><ceb:", ">\n<ceb:").replace("></ceb:", ">\n</ceb:")
}

fn paper(view: &View, shown: &Shown, subject: Subject) -> Markup {
    let Shown { case, sheets, .. } = shown;
    let (words, tone) = state::phase(case.phase(subject));
    let version = case.papers.get(&subject).and_then(crate::lifecycle::Paper::latest);
    let heard = case.heard(subject);
    html! {
        div.paper {
            h3 { (view.t(&name(subject))) }
            @match version {
                None if subject == Subject::Payment => p.hint { (view.t(&BY_OTHERS)) },
                None => p { span.badge.plain { (view.t(&words)) } },
                Some(version) => {
                    p { span class={ "badge " (tone) } { (view.t(&words)) } }
                    p.hint { (view.fill(&MADE, &[("at", view.minute(version.made_at))])) }
                    @if let Some(at) = version.sent_at {
                        p.hint {
                            (view.fill(&SENT, &[("at", view.minute(at)), ("count", version.attempts.to_string())]))
                        }
                    }
                    @if let Some(note) = heard.by {
                        p { (view.fill(&LAST, &[("meaning", meaning(note, view.lang))])) }
                        @for next in advice(note, view.lang) { p.hint { "→ " (next) } }
                    }
                    @if sheets.iter().any(|sheet| sheet.subject == subject && !sheet.xml.is_empty()) {
                        form method="post" action={ (address(&case.order_no)) "/documents/" (word(subject)) } {
                            (forms::token(view))
                            button.small type="submit" { (view.t(&DOWNLOAD)) }
                        }
                    }
                }
            }
        }
    }
}

fn timeline(view: &View, case: &Case) -> Markup {
    let lines = story(case, view.lang);
    let by = |line: &Line| match line.by {
        Teller::Here => None,
        Teller::Customs => Some((&BY_CUSTOMS, "change")),
        Teller::Person => Some((&BY_PERSON, "warn")),
    };
    html! {
        section.card aria-labelledby="story" {
            h2 #story { (view.t(&STORY)) }
            ol.timeline {
                @for line in lines.iter().rev() {
                    li {
                        p.when {
                            @match line.at {
                                Some(at) => time datetime=(at.to_string()) { (view.second(at)) },
                                None => span { (view.t(&NO_TIME)) },
                            }
                            @if let Some((words, tone)) = by(line) { " " span class={ "badge " (tone) } { (view.t(words)) } }
                        }
                        p { (line.text) }
                    }
                }
            }
        }
    }
}
