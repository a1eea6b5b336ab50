//! Asking the platform to push a payment slip again.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use maud::{Markup, html};
use ports::fault::Text;

use super::super::forms::{self, Nothing, Posted};
use super::super::layout::{self, Place};
use super::super::trouble::Trouble;
use super::super::view::View;
use super::super::{Site, work};
use super::{address, order};
use crate::lifecycle::{Case, State};

pub(super) const NAME: Text = Text { zh: "重推支付单", en: "Have the payment slip pushed again" };
const TITLE: Text = Text { zh: "重推支付单 {order}", en: "Push the payment slip of {order} again" };
const EFFECT: Text = Text {
    zh: "请平台把这个订单的支付单再推送一次给海关。同一订单每小时最多一次，24 小时内最多 6 次；不到时间的不会请求。",
    en: "The platform is asked to push the payment slip of this order to customs once more. An order is asked for at most once an hour and six times a day; before its time nothing is asked.",
};
const CONFIRM: Text = Text { zh: "确认重推", en: "Ask for it" };
const CANCEL: Text = Text { zh: "不做，返回", en: "Go back" };
const BACK: Text = Text { zh: "回到订单", en: "Back to the order" };
const NOT_NOW: Text = Text {
    zh: "这个订单现在用不着重推支付单",
    en: "This order has no use for its payment slip now",
};

/// Whether an order can still use its slip.
pub(super) fn fits(site: &Site, case: &Case) -> bool {
    let open = matches!(case.state, State::Sent | State::Unknown | State::Accepted | State::Refused);
    site.orders.repush.is_some() && open
}

async fn open(site: &Arc<Site>, view: &View, order_no: String) -> Result<Case, Trouble> {
    let own = Arc::clone(site);
    let case = work(view, move || order::case(&own, &order_no)).await?;
    let case = case.ok_or_else(|| Trouble::not_found(view))?;
    if fits(site, &case) { Ok(case) } else { Err(Trouble::new(view, StatusCode::CONFLICT, &NOT_NOW)) }
}

pub(super) async fn confirm(
    Shared(site): Shared<Arc<Site>>,
    view: View,
    Path(order_no): Path<String>,
) -> Result<Markup, Trouble> {
    let case = open(&site, &view, order_no).await?;
    let title = view.fill(&TITLE, &[("order", case.order_no.clone())]);
    let content = html! {
        section.card {
            h1 { (title) }
            p { (view.t(&EFFECT)) }
            form.actions method="post" action={ (address(&case.order_no)) "/repush" } {
                (forms::token(&view))
                button.main type="submit" { (view.t(&CONFIRM)) }
                a.button href=(address(&case.order_no)) { (view.t(&CANCEL)) }
            }
        }
    };
    Ok(layout::page(&view, &title, Place::Orders, content))
}

pub(super) async fn ask(
    Shared(site): Shared<Arc<Site>>,
    Path(order_no): Path<String>,
    Posted(view, Nothing {}): Posted<Nothing>,
) -> Result<Markup, Trouble> {
    let case = open(&site, &view, order_no).await?;
    let (own, asked, lang) = (Arc::clone(&site), case.order_no.clone(), view.lang);
    let told = work(&view, move || Ok(own.orders.repush.as_ref().map(|repush| repush(&asked, lang)))).await?;
    let Some(told) = told else { return Err(Trouble::new(&view, StatusCode::CONFLICT, &NOT_NOW)) };
    tracing::info!(order_no = case.order_no, "a payment slip was asked for on the page");
    let title = view.fill(&TITLE, &[("order", case.order_no.clone())]);
    let (words, tone) = match &told {
        Ok(words) => (words, "remark plain"),
        Err(words) => (words, "remark bad"),
    };
    let content = html! {
        section.card {
            h1 { (title) }
            p class=(tone) role="status" { (words) }
            p { a.button.main href=(address(&case.order_no)) { (view.t(&BACK)) } }
        }
    };
    Ok(layout::page(&view, &title, Place::Orders, content))
}
