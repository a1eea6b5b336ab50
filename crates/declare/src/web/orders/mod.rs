//! Orders: how they stand, and each one's documents, receipts and tax.
//!
//! The page reads what the lifecycle keeps and changes nothing by itself: what a person decides goes through
//! [`crate::pipeline::move_on`], as from the command line.

mod act;
mod board;
mod comparison;
mod index;
mod live;
mod order;
mod papers;
mod reading;
mod repush;
mod state;
mod tax;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use maud::{Markup, html};
use ports::archive::Archive;
use ports::fault::{Kind, Lang, Text};

use super::Site;
use super::view::{View, count};
use crate::lifecycle::{Case, Policy, Release, State};
use crate::pipeline;

pub(super) use index::{Orders, Why};
pub(super) use live::{Board, Look};
pub(super) use state::tone as state_tone;

/// Asks the platform to push an order's payment slip again, and says in words what came of it, or why it could not be asked.
pub type Repush = Arc<dyn Fn(&str, Lang) -> Result<String, String> + Send + Sync>;

/// What the pages of orders work with.
#[derive(Clone)]
pub struct OrderSettings {
    /// What is decided how.
    pub policy: Policy,
    /// The merchant's number, under which its declarations are kept.
    pub merchant: Option<String>,
    /// The archive of messages.
    pub archive: Arc<dyn Archive>,
    /// The kind of a fault's code.
    pub kind_of: fn(&str) -> Option<&'static Kind>,
    /// The way to the platform, where there is one.
    pub repush: Option<Repush>,
}

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/orders", get(board::page))
        .route("/orders/{order}", get(order::page))
        .route("/orders/{order}/repush", get(repush::confirm).post(repush::ask))
        .route("/orders/{order}/people", post(order::people))
        .route("/orders/{order}/documents/{document}", post(order::document))
        .route("/orders/{order}/{act}", get(act::confirm).post(act::decide))
}

const BEING_READ: Text = Text {
    zh: "刚刚启动，正在读取订单：已读 {done} 个。读完后本页自动显示。",
    en: "It has just started and is reading the orders: {done} so far. This page shows them by itself when it is done.",
};

/// In place of the orders as long as they are being read.
pub(super) fn being_read(view: &View, done: u64) -> Markup {
    html! {
        section.card #orders hx-get=(view.here) hx-trigger="load delay:1s" hx-select="#content" hx-target="#content" hx-swap="outerHTML" {
            p.empty role="status" { (view.fill(&BEING_READ, &[("done", count(done))])) }
        }
    }
}

/// Where an order's page is.
pub(super) fn address(order_no: &str) -> String {
    format!("/orders/{}", super::layout::percent(order_no))
}

/// Has the orders looked at again that wait for a filing or are being made, after filings were imported or taken back.
pub(super) fn filings_changed(site: &Arc<Site>) -> Result<(), ports::store::StoreError> {
    let (store, policy, now) = (site.store.as_ref(), &site.orders.policy, site.now());
    let orders = Board::look_closely(site, |orders| {
        let open = orders.rows().filter(|row| matches!(row.state, State::Held | State::Ready | State::Sent));
        open.map(|row| row.order_no.to_string()).collect::<Vec<_>>()
    })?;
    let waits =
        |case: &Case| case.reasons(now, policy).iter().any(|reason| reason.release == Release::Filing);
    pipeline::filings_changed(store, policy, &orders, &waits, now)
}
