//! News that platforms pushed: waybills that came, orders that changed, what a supplier says against them. They were kept when
//! they came ([`ports::inbox`]); here they reach the cases.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ports::inbox::{Callback, Claimed, Inbox, InboxError, Seal, SealError};
use ports::platform::PlatformEvent;
use ports::store::{Batch, Key, StoreError};

use super::cases::Hand;
use super::dawn::Dawn;
use super::door::Door;
use super::race::{again, put_back};
use super::stage::{Stage, Turn};
use super::{RunError, Shared, reading, supply};
use crate::lifecycle::{Input, Shop, Supply};

/// News of one turn.
const NEWS: usize = 128;
/// How often it is looked for news that were done long ago; only runs that last have any.
const FORGET_EVERY: Duration = Duration::from_secs(60 * 60);
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
    dawn: Dawn<Claimed>,
    /// When what was done long ago was last forgotten.
    forgotten: Instant,
}

impl<'s> News<'s> {
    pub(super) fn new(shared: &'s Shared<'s, 's>) -> Self {
        let parts = shared.parts;
        let seal = Arc::new(InboxSeal(Arc::clone(&parts.door)));
        let inbox = Inbox::new(Arc::clone(&parts.store), Arc::clone(&shared.clock), seal);
        Self { shared, inbox, dawn: shared.dawn(), forgotten: Instant::now() }
    }

    /// Takes in all that came before the run began: what was said against an order counts before anything of it is sent.
    pub(super) fn catch_up(&mut self) -> Result<(), RunError> {
        loop {
            match self.turn() {
                Ok(Turn::Worked) => {}
                // Somebody else, such as the page, was faster; the stage takes up what is left.
                Ok(Turn::Idle) | Err(RunError::Store(StoreError::Conflict { .. })) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    fn take(&self, news: &[Claimed]) -> Result<(), RunError> {
        let (store, parts) = (self.shared.store(), self.shared.parts);
        let now = self.shared.now();
        let orders = news.iter().filter_map(|claimed| claimed.event.order_no()).map(str::to_owned);
        let mut hand = Hand::take(&self.shared.busy, &parts.policy, store, orders, now)?;
        let mut batch = Batch::default();
        let mut supplies: BTreeMap<&str, Supply> = BTreeMap::new();
        for claimed in news {
            self.inbox.done(&mut batch, claimed)?;
            let Callback { platform, kind, .. } = &claimed.callback;
            if let PlatformEvent::Unknown { why } = &claimed.event {
                tracing::warn!(platform, kind, why, "news that nobody here understands");
            }
            let Some(order_no) = claimed.event.order_no() else { continue };
            if let Some(said) = Supply::of(&claimed.event) {
                supplies.entry(order_no).or_default().merge(said);
                continue;
            }
            if let PlatformEvent::OrderChanged { status: Some(status), .. } = &claimed.event
                && reading::shop_of(Some(*status)) == Some(Shop::Waiting)
                && parts.platforms.iter().any(|known| known.name() == platform)
            {
                supply::open(store, &mut batch, &mut hand, platform, order_no, now)?;
            }
            let updated_ms = time_of(&claimed.event).unwrap_or(claimed.callback.sent_at).as_millisecond();
            hand.apply(order_no, Input::Noticed { updated_ms, shop: shop_of(&claimed.event) }, now);
        }
        for (order_no, said) in supplies {
            supply::hear(store, &mut batch, &mut hand, order_no, said, now)?;
        }
        hand.write(store, &mut batch, now, self.shared.gather())?;
        Ok(store.commit(batch)?)
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
        let inbox = &self.inbox;
        let news = self
            .dawn
            .claim(self.shared.clock.as_ref(), NEWS, |now, lease, limit| inbox.claim_by(now, lease, limit))?;
        if news.is_empty() {
            if self.forgotten.elapsed() > FORGET_EVERY {
                self.forgotten = Instant::now();
                self.inbox.forget()?;
            }
            return Ok(Turn::Idle);
        }
        let taken = again(|| self.take(&news));
        if matches!(taken, Err(RunError::Store(StoreError::Conflict { .. }))) {
            let mut batch = Batch::default();
            for claimed in &news {
                self.inbox.undone(&mut batch, claimed)?;
            }
            put_back(self.shared.store(), batch.writes)?;
        }
        taken?;
        Ok(Turn::Worked)
    }
}
