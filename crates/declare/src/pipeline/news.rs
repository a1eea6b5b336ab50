//! News that platforms pushed: waybills that came, orders that changed. They were kept when they came
//! ([`ports::inbox`]); here they reach the cases.

use std::sync::Arc;

use jiff::Timestamp;
use ports::inbox::{Claimed, Inbox, InboxError, Seal, SealError};
use ports::platform::PlatformEvent;
use ports::store::{Batch, Expect, Key};
use serde_json::json;

use super::cases::Hand;
use super::door::Door;
use super::layout::{self, KeptWaybill};
use super::race::again;
use super::stage::{Stage, Turn};
use super::{RunError, Shared, reading};
use crate::lifecycle::{Input, Shop};

/// News of one turn.
const NEWS: usize = 128;
/// The field under which news are sealed.
const FIELD: &str = "push";

/// The door as the inbox uses it.
#[derive(Debug, Clone)]
pub struct InboxSeal(pub Arc<dyn Door>);

impl Seal for InboxSeal {
    fn seal(&self, key: &Key, plain: &str) -> Result<String, SealError> {
        self.0
            .seal(key, FIELD, plain.as_bytes())
            .map_err(|error| SealError { key: key.clone(), reason: error.to_string() })
    }

    fn open(&self, key: &Key, sealed: &str) -> Result<String, SealError> {
        let shut = |reason: String| SealError { key: key.clone(), reason };
        let bytes = self.0.open(key, FIELD, sealed).map_err(|error| shut(error.to_string()))?;
        String::from_utf8(bytes).map_err(|_| shut("it is no text".to_owned()))
    }
}

pub(super) struct News<'s> {
    shared: &'s Shared<'s, 's>,
    inbox: Inbox,
}

impl<'s> News<'s> {
    pub(super) fn new(shared: &'s Shared<'s, 's>) -> Self {
        let parts = shared.parts;
        let seal = Arc::new(InboxSeal(Arc::clone(&parts.door)));
        Self { shared, inbox: Inbox::new(Arc::clone(&parts.store), Arc::clone(&shared.clock), seal) }
    }

    fn take(&self, news: &[Claimed]) -> Result<(), RunError> {
        let (store, parts) = (self.shared.store(), self.shared.parts);
        let now = self.shared.now();
        let orders = news.iter().filter_map(|claimed| order_of(&claimed.event)).map(str::to_owned);
        let mut hand = Hand::take(&self.shared.busy, &parts.policy, store, orders, now)?;
        let mut batch = Batch::default();
        let mut waybills = std::collections::BTreeMap::new();
        for claimed in news {
            self.inbox.done(&mut batch, claimed)?;
            let Some(order_no) = order_of(&claimed.event) else { continue };
            if let PlatformEvent::Waybill(waybill) = &claimed.event
                && let Some(only) = waybill.only()
            {
                let waybill = json!({"logistics_no": only.logistics_no, "carrier": only.carrier});
                waybills.insert(order_no.to_owned(), KeptWaybill { at: now, waybill });
                continue;
            }
            if let PlatformEvent::OrderChanged { status: Some(status), .. } = &claimed.event
                && reading::shop_of(Some(*status)) == Some(Shop::Waiting)
                && parts.platforms.iter().any(|platform| platform.name() == claimed.callback.platform)
            {
                hand.open(&claimed.callback.platform, order_no, now);
            }
            let updated_ms = time_of(&claimed.event).unwrap_or(claimed.callback.sent_at).as_millisecond();
            hand.apply(order_no, Input::Noticed { updated_ms, shop: shop_of(&claimed.event) }, now);
        }
        for (order_no, waybill) in waybills {
            let key = layout::waybill(&order_no);
            // The warehouse's own word, with its weight, is better than the platform's.
            if store.get(&key)?.is_none() {
                batch.put(key, Expect::Absent, &waybill)?;
            }
            hand.apply(&order_no, Input::WaybillArrived, now);
        }
        hand.write(store, &mut batch, now, self.shared.gather())?;
        Ok(store.commit(batch)?)
    }
}

/// The order that news are about.
fn order_of(event: &PlatformEvent) -> Option<&str> {
    match event {
        PlatformEvent::Waybill(news) => Some(&news.order_no),
        PlatformEvent::CancelDecided { order_no, .. }
        | PlatformEvent::Exception { order_no, .. }
        | PlatformEvent::CancelSoon { order_no, .. }
        | PlatformEvent::OrderChanged { order_no, .. }
        | PlatformEvent::AddressChanged { order_no, .. }
        | PlatformEvent::OrderNoted { order_no }
        | PlatformEvent::AfterSale { order_no, .. } => Some(order_no),
        _ => None,
    }
}

/// When it happened, as far as the news say so.
fn time_of(event: &PlatformEvent) -> Option<Timestamp> {
    match event {
        PlatformEvent::OrderChanged { at, .. } | PlatformEvent::AddressChanged { at, .. } => *at,
        _ => None,
    }
}

/// How the order stands, when the news alone tell enough; otherwise it is read.
fn shop_of(event: &PlatformEvent) -> Option<Shop> {
    match event {
        PlatformEvent::OrderChanged { status, .. } => {
            reading::shop_of(*status).filter(|shop| matches!(shop, Shop::Cancelled | Shop::Shipped))
        }
        _ => None,
    }
}

impl From<InboxError> for RunError {
    fn from(error: InboxError) -> Self {
        match error {
            InboxError::Store(error) => Self::Store(error),
            InboxError::Seal(SealError { key, reason }) => {
                Self::Door(super::DoorError::Shut { key: key.to_string(), reason })
            }
        }
    }
}

impl Stage for News<'_> {
    fn name(&self) -> &'static str {
        "news"
    }

    fn branches(&self) -> &'static [&'static str] {
        &["inbox"]
    }

    fn turn(&mut self) -> Result<Turn, RunError> {
        let news = self.inbox.claim(self.shared.parts.worker.terms.work, NEWS)?;
        if news.is_empty() {
            return Ok(Turn::Idle);
        }
        again(|| self.take(&news))?;
        Ok(Turn::Worked)
    }
}
