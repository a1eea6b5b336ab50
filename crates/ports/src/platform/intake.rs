//! Orders of a platform into the store, each once.
//!
//! | key | document |
//! |---|---|
//! | `intake/<platform>/cursor` | how far the platform's orders have been read |
//! | `intake/<platform>/order/<number>` | that there is an order, when it last changed; due when it is to be looked at |
//!
//! A page of orders and the cursor after it are written in one batch: a restart goes on with the page that was not kept. An
//! order that comes again without a change is not written again, so that each change is due once.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::{Cursor, OrderNotice, OrderPage, Platform};
use crate::clock::Clock;
use crate::http::CallError;
use crate::store::{Batch, Document, Expect, Key, Record, Store, StoreError};

/// An order that the platform has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its number.
    pub order_no: String,
    /// The platform's number of its status.
    pub status: Option<i64>,
    /// When it last changed, milliseconds.
    pub updated_ms: i64,
    /// Whether it is paid and waits for shipment.
    pub is_ready: bool,
}

impl Record for Notice {
    const FORMAT: u32 = 1;
}

#[derive(Serialize, Deserialize)]
struct KeptCursor {
    cursor: Cursor,
}

impl Record for KeptCursor {
    const FORMAT: u32 = 1;
}

/// What a look at the platform brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// Orders on the page.
    pub listed: usize,
    /// Of these, the ones that are new or changed.
    pub new: usize,
}

/// Why orders could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The platform did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work was interrupted from outside.
    #[error("taking orders in was interrupted")]
    Interrupted,
}

/// Takes orders in.
pub struct Intake {
    platform: Arc<dyn Platform>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    since: Timestamp,
}

impl std::fmt::Debug for Intake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Intake").field("platform", &self.platform.name()).finish_non_exhaustive()
    }
}

impl Intake {
    /// Takes in the orders created since some moment, and what changes from now on.
    pub fn new(
        platform: Arc<dyn Platform>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        since: Timestamp,
    ) -> Self {
        Self { platform, store, clock, since }
    }

    /// The prefix of the orders' documents.
    pub fn orders(platform: &str) -> Key {
        Key::below(["intake", platform, "order"])
    }

    /// Reads the next page and keeps it. Nothing when it is too early to look again.
    ///
    /// # Errors
    /// [`IntakeError`]; the page is read again then.
    pub async fn next_page(&self) -> Result<Option<Taken>, IntakeError> {
        let name = self.platform.name();
        let cursor_key = Key::of(["intake", name, "cursor"]);
        let (store, key) = (Arc::clone(&self.store), cursor_key.clone());
        let kept = off_thread(move || store.get(&key)).await?;
        let (cursor, expect) = match kept {
            Some(document) => {
                let cursor = document.record::<KeptCursor>()?.cursor;
                (Some(cursor), Expect::Version(document.version))
            }
            None => (None, Expect::Absent),
        };
        let Some(page) = self.platform.list_orders(cursor.as_ref(), self.since).await? else {
            return Ok(None);
        };
        let (store, now) = (Arc::clone(&self.store), self.clock.now());
        off_thread(move || keep(store.as_ref(), name, page, (cursor_key, expect), now)).await.map(Some)
    }
}

fn keep(
    store: &dyn Store,
    platform: &str,
    page: OrderPage,
    (cursor_key, expect): (Key, Expect),
    now: Timestamp,
) -> Result<Taken, StoreError> {
    let mut taken = Taken { listed: page.orders.len(), new: 0 };
    let mut batch = Batch::default();
    let mut orders: Vec<OrderNotice> = page.orders;
    // Of one order on a page twice, the last change counts.
    orders
        .sort_by(|one, other| one.order_no.cmp(&other.order_no).then(other.updated_ms.cmp(&one.updated_ms)));
    orders.dedup_by(|later, first| later.order_no == first.order_no);
    let key_of = |order_no: &str| Key::of(["intake", platform, "order", order_no]);
    let keys: Vec<Key> = orders.iter().map(|order| key_of(&order.order_no)).collect();
    let known: HashMap<Key, Document> =
        store.get_all(&keys)?.into_iter().map(|document| (document.key.clone(), document)).collect();
    for order in orders {
        let key = key_of(&order.order_no);
        let OrderNotice { order_no, status, updated_ms, is_ready } = order;
        let new = Notice { order_no, status, updated_ms, is_ready };
        let expect = match known.get(&key) {
            None => Expect::Absent,
            Some(document) => {
                let known: Notice = document.record()?;
                // The list may lag behind a push message: an older state is no news.
                if known.updated_ms > new.updated_ms || known == new {
                    continue;
                }
                Expect::Version(document.version)
            }
        };
        taken.new += 1;
        batch.put_due(key, expect, &new, Some(now))?;
    }
    batch.put(cursor_key, expect, &KeptCursor { cursor: page.next })?;
    store.commit(batch)?;
    Ok(taken)
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, IntakeError> {
    match spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(IntakeError::Interrupted),
    }
}
