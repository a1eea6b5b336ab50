//! Orders: how they stand, and each one's documents, receipts and tax.
//!
//! The page reads what the lifecycle keeps and changes nothing by itself: what a person decides goes through
//! [`crate::pipeline::move_on`], as from the command line.

mod act;
mod board;
mod comparison;
mod index;
mod order;
mod papers;
mod repush;
mod state;
mod tax;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use ports::archive::Archive;
use ports::fault::{Kind, Lang};

use super::Site;
use crate::lifecycle::{Input, Policy, Reason, Release, State};

pub(super) use index::{Board, Why};
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

/// Where an order's page is.
pub(super) fn address(order_no: &str) -> String {
    format!("/orders/{}", super::layout::percent(order_no))
}

/// Has the orders looked at again that wait for a filing, after filings were imported or taken back.
pub(super) fn filings_changed(site: &Arc<Site>) -> Result<(), ports::store::StoreError> {
    let orders = Board::look(site)?;
    for row in orders.rows.iter().filter(|row| row.state == State::Held) {
        let Some(case) = order::case(site, &row.order_no)? else { continue };
        let waits = |reason: &Reason| reason.release == Release::Filing;
        if case.reasons(site.now(), &site.orders.policy).iter().any(waits) {
            act::move_on_again(site, &row.order_no, &Input::FilingChanged)?;
        }
    }
    Ok(())
}
