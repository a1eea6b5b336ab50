//! The customs ports: which there are, which are configured, and how fresh the list is.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};
use ports::catalogue::{Catalogue, Port, PortList, Source};
use ports::fault::Text;
use ports::xiaohongshu::v3;

use super::forms::{self, Nothing, Posted};
use super::layout::{self, Place};
use super::trouble::Trouble;
use super::view::{View, count};
use super::{Site, work};

const TITLE: Text = Text { zh: "口岸", en: "Customs ports" };
const ABOUT: Text = Text {
    zh: "平台支持的 {all} 个口岸，其中 {configured} 个已在配置文件中填写关区，可以申报。",
    en: "The platform supports {all} ports; {configured} of them have their customs office in the configuration and can declare.",
};
const HOW: Text = Text {
    zh: "要启用一个口岸，在 customs.toml 中加入 [ports.\"口岸名\"]，填写 customs_code、port_code、traf_mode，然后重新启动。",
    en: "To use a port, add [ports.\"NAME\"] with customs_code, port_code and traf_mode to customs.toml and start again.",
};
const REFRESHED: Text =
    Text { zh: "平台的口岸清单取自 {at}。", en: "The platform's list is of {at}." };
const NEVER: Text = Text {
    zh: "还没有向平台核对过口岸清单，下面是内置资料。",
    en: "The platform was not asked for its list yet; what follows is built in.",
};
const REFRESH: Text = Text { zh: "向平台核对", en: "Ask the platform" };
const ASKING: Text = Text { zh: "正在询问平台……", en: "Asking the platform…" };
const FROM_NEXT: Text = Text {
    zh: "正在运行的申报从下次启动起按新清单。",
    en: "A run that is under way goes by the new list from its next start.",
};
const NAME: Text = Text { zh: "口岸", en: "Port" };
const DISTRICT: Text = Text { zh: "直属海关", en: "District" };
const OFFICES: Text = Text { zh: "已知关区", en: "Known offices" };
const SUPPORT: Text = Text { zh: "平台", en: "Platform" };
const SUPPORTED: Text = Text { zh: "支持", en: "supported" };
const UNSUPPORTED: Text = Text { zh: "已不支持", en: "not any more" };
const CONFIGURATION: Text = Text { zh: "配置", en: "Configuration" };
const CONFIGURED: Text = Text { zh: "已配置", en: "configured" };
const NOT_CONFIGURED: Text = Text { zh: "未配置", en: "not configured" };
const FRESH: Text = Text { zh: "资料日期", en: "As of" };
const BUILTIN: Text = Text { zh: "内置", en: "built in" };
const PLATFORM: Text = Text { zh: "平台", en: "platform" };

pub(super) async fn page(State(site): State<Arc<Site>>, view: View) -> Result<Markup, Trouble> {
    list(&site, &view, None).await
}

/// Asks the platform for its list, then shows what that brought.
pub(super) async fn refresh(
    State(site): State<Arc<Site>>,
    Posted(mut view, Nothing {}): Posted<Nothing>,
) -> Result<Markup, Trouble> {
    "/ports".clone_into(&mut view.here);
    let (own, lang) = (Arc::clone(&site), view.lang);
    let told = work(&view, move || Ok(own.refresh_ports.as_ref().map(|refresh| refresh(lang)))).await?;
    let told = told.ok_or_else(|| Trouble::not_found(&view))?;
    tracing::info!(done = told.is_ok(), "the platform was asked for its list of ports on the page");
    list(&site, &view, Some(told)).await
}

/// What came of asking, in words.
fn outcome(view: &View, told: &Result<Vec<String>, String>) -> Markup {
    html! {
        @match told {
            Ok(lines) => div.remark.good role="status" {
                @for line in lines { p { (line) } }
                p.hint { (view.t(&FROM_NEXT)) }
            },
            Err(words) => div.remark.bad role="alert" { @for line in words.lines() { p { (line) } } },
        }
    }
}

async fn list(
    site: &Arc<Site>,
    view: &View,
    asked: Option<Result<Vec<String>, String>>,
) -> Result<Markup, Trouble> {
    let own = Arc::clone(site);
    let known = move || {
        Ok((Catalogue::load(own.store.as_ref(), v3::NAME)?, PortList::load(own.store.as_ref(), v3::NAME)?))
    };
    let (catalogue, list) = work(view, known).await?;
    let refreshed = list.map(|list| view.fill(&REFRESHED, &[("at", list.as_of.to_string())]));
    let configured = |port: &Port| site.configured_ports.contains(port.name());
    // Those that are used come first.
    let mut ports: Vec<&Port> = catalogue.ports().iter().collect();
    ports.sort_by_key(|port| !configured(port));
    let told = [
        ("all", count(ports.iter().filter(|port| port.supported()).count())),
        ("configured", count(ports.iter().filter(|port| configured(port)).count())),
    ];
    let content = html! {
        h1 { (view.t(&TITLE)) }
        section.card {
            p { (view.fill(&ABOUT, &told)) }
            p { (refreshed.unwrap_or_else(|| view.t(&NEVER).to_owned())) }
            @if let Some(told) = &asked { (outcome(view, told)) }
            @if site.refresh_ports.is_some() {
                form.actions method="post" action="/ports/refresh" data-busy=(view.t(&ASKING)) {
                    (forms::token(view))
                    button type="submit" { (view.t(&REFRESH)) }
                }
            }
            p.hint { (view.t(&HOW)) }
            table.list {
                thead {
                    tr {
                        th scope="col" { (view.t(&NAME)) }
                        th scope="col" { (view.t(&CONFIGURATION)) }
                        th scope="col" { (view.t(&DISTRICT)) }
                        th scope="col" { (view.t(&OFFICES)) }
                        th scope="col" { (view.t(&SUPPORT)) }
                        th scope="col" { (view.t(&FRESH)) }
                    }
                }
                tbody { @for port in &ports { (row(view, port, configured(port))) } }
            }
        }
    };
    Ok(layout::page(view, view.t(&TITLE), Place::Ports, content))
}

fn row(view: &View, port: &Port, configured: bool) -> Markup {
    let source = if port.source() == Source::Builtin { &BUILTIN } else { &PLATFORM };
    html! {
        tr {
            td data-name=(view.t(&NAME)) { span { strong { (port.name()) } " " span.hint { (port.pinyin()) } } }
            td data-name=(view.t(&CONFIGURATION)) {
                @if configured { span.badge.good { (view.t(&CONFIGURED)) } }
                @else { span.hint { (view.t(&NOT_CONFIGURED)) } }
            }
            td.code data-name=(view.t(&DISTRICT)) { (port.district_code()) }
            td.code data-name=(view.t(&OFFICES)) { (port.offices().join(" ")) }
            td data-name=(view.t(&SUPPORT)) {
                @if port.supported() { (view.t(&SUPPORTED)) } @else { span.badge.warn { (view.t(&UNSUPPORTED)) } }
            }
            td data-name=(view.t(&FRESH)) { span { span.code { (port.as_of()) } " " span.hint { (view.t(source)) } } }
        }
    }
}
