//! Filings out to the platform.

use std::sync::Arc;
use std::thread;

use axum::extract::State;
use axum::response::Redirect;
use filing::sync::{ItemCall, Sync};
use maud::{Markup, html};
use ports::fault::{Fault, Text};
use ports::platform::FilingTarget;
use serde::Deserialize;

use super::super::forms::{self, Posted};
use super::super::jobs::{Kind, Outcome, Tell};
use super::super::layout::{self, Place};
use super::super::trouble::Trouble;
use super::super::view::View;
use super::super::{Site, parts};
use crate::bookkeeping::{self, Grounds};

const TITLE: Text = Text { zh: "同步备案到平台", en: "Send filings to the platform" };
const EFFECT: Text = Text {
    zh: "把备案库中新增和变更过的备案发送到小红书：商品在口岸的HS编码和数量，以及规格的六项海关信息。平台已是最新的不会重发。",
    en: "Sends to Xiaohongshu what is new or changed in the book: commodity code and quantities at the port, and the six customs fields of the variant. What the platform has already is not sent again.",
};
const SEND: Text = Text { zh: "现在同步", en: "Send now" };
const COMPARE: Text = Text { zh: "只看看有哪些要同步", en: "Only find out what would be sent" };
const NOT_CONFIGURED: Text = Text {
    zh: "还不能发送：配置文件中缺少平台账号。",
    en: "Nothing can be sent yet: the configuration lacks the platform's account.",
};

pub(super) async fn page(State(site): State<Arc<Site>>, view: View) -> Result<Markup, Trouble> {
    let lacking =
        tokio::task::spawn_blocking(move || lacking(&site)).await.map_err(|_| Trouble::broke(&view))?;
    let content = html! {
        section.card {
            h1 { (view.t(&TITLE)) }
            p { (view.t(&EFFECT)) }
            @if !lacking.is_empty() {
                p.remark.plain { (view.t(&NOT_CONFIGURED)) }
                (parts::faults(&view, &lacking))
            }
            form.actions method="post" action="/filings/sync" {
                (forms::token(&view))
                @if lacking.is_empty() {
                    button.main type="submit" name="act" value="send" { (view.t(&SEND)) }
                }
                button type="submit" name="act" value="compare" { (view.t(&COMPARE)) }
            }
        }
    };
    Ok(layout::page(&view, view.t(&TITLE), Place::Sync, content))
}

fn lacking(site: &Site) -> Vec<Fault> {
    (site.platform)().err().unwrap_or_default()
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    act: String,
}

pub(super) async fn start(
    State(site): State<Arc<Site>>,
    Posted(view, wanted): Posted<Wanted>,
) -> Result<Redirect, Trouble> {
    let _ = view;
    let dry = wanted.act != "send";
    let own = Arc::clone(&site);
    let job = site.jobs.start(Kind::Sync { dry }, String::new(), move |tell| run(&own, dry, tell));
    let _ = job.soon().await;
    Ok(Redirect::to(&format!("/jobs/{}", job.id)))
}

fn run(site: &Site, dry: bool, tell: Tell<'_>) -> Outcome {
    let target = match (!dry).then(|| (site.platform)()).transpose() {
        Ok(target) => target,
        Err(faults) => return Outcome::Refused(faults),
    };
    let grounds = match Grounds::of(site.store.as_ref(), &site.book) {
        Ok(grounds) => grounds,
        Err(error) => return Outcome::Failed(error),
    };
    let Grounds { catalogue, tariff, .. } = &grounds;
    let options = bookkeeping::sync_options(
        catalogue,
        tariff,
        ItemCall::Create,
        None,
        site.now(),
        &thread::sleep,
        &tell,
    );
    let target = target.as_deref().map(|target| target as &dyn FilingTarget);
    match Sync::new(&site.book, site.store.as_ref(), options).send(target) {
        Ok(sync) => Outcome::Synced(sync.summary()),
        Err(error) => Outcome::Failed(error),
    }
}
