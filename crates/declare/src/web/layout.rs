//! The frame of every page.

use maud::{DOCTYPE, Markup, html};
use ports::fault::{Lang, Text};

use super::assets;
use super::forms;
use super::view::View;

/// Where a page stands in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Orders,
    Day,
    Filings,
    Imports,
    Sync,
    Ports,
    Nowhere,
}

const NAME: Text = Text { zh: "报关工作台", en: "Customs desk" };
const SKIP: Text = Text { zh: "跳到内容", en: "Skip to the content" };
const MENU: Text = Text { zh: "主菜单", en: "Main menu" };
const LOG_OUT: Text = Text { zh: "退出", en: "Log out" };

const PLACES: [(Place, &str, Text); 6] = [
    (Place::Orders, "/orders", Text { zh: "订单", en: "Orders" }),
    (Place::Day, "/day", Text { zh: "今日概况", en: "The day" }),
    (Place::Filings, "/filings", Text { zh: "商品备案", en: "Filings" }),
    (Place::Imports, "/filings/imports", Text { zh: "导入记录", en: "Imports" }),
    (Place::Sync, "/filings/sync", Text { zh: "同步平台", en: "Platform sync" }),
    (Place::Ports, "/ports", Text { zh: "口岸", en: "Ports" }),
];

/// What htmx may do: no scripts or styles out of texts, no page kept by the browser, requests to this site only.
const HTMX: &str = r#"{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,"historyCacheSize":0,"selfRequestsOnly":true}"#;

/// A whole page.
pub(super) fn page(view: &View, title: &str, place: Place, content: Markup) -> Markup {
    let (tongue, other, other_name) = match view.lang {
        Lang::Zh => ("zh-CN", "en", "English"),
        Lang::En => ("en", "zh", "中文"),
    };
    html! {
        (DOCTYPE)
        html lang=(tongue) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="htmx-config" content=(HTMX);
                title { (title) " · " (view.t(&NAME)) }
                link rel="icon" type="image/svg+xml" href=(assets::address("icon.svg"));
                link rel="stylesheet" href=(assets::address("page.css"));
                script src=(assets::address("htmx.min.js")) defer {}
                script src=(assets::address("page.js")) defer {}
            }
            body {
                a.skip href="#content" { (view.t(&SKIP)) }
                header.top {
                    div.inner {
                        a.name href="/" {
                            img src=(assets::address("icon.svg")) alt="" width="28" height="28";
                            span { (view.t(&NAME)) }
                        }
                        nav aria-label=(view.t(&MENU)) {
                            @for (of, address, name) in PLACES.iter().filter(|_| !view.shut) {
                                a href=(address) aria-current=[(*of == place).then_some("page")] { (view.t(name)) }
                            }
                        }
                        div.aside {
                            a lang=(if other == "en" { "en" } else { "zh-CN" })
                                href={ "/language?to=" (other) "&back=" (percent(&view.here)) } { (other_name) }
                            @if view.logged_in {
                                form method="post" action="/logout" {
                                    (forms::token(view))
                                    button.link type="submit" { (view.t(&LOG_OUT)) }
                                }
                            }
                        }
                    }
                }
                main #content tabindex="-1" { (content) }
            }
        }
    }
}

/// A text as a part of an address.
pub(super) fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// One number with its name under it.
pub(super) fn figure(number: &str, name: &str, tone: &str) -> Markup {
    html! {
        div class={ "figure " (tone) } {
            dd { (number) }
            dt { (name) }
        }
    }
}
