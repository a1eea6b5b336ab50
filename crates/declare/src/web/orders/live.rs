//! The board's orders, kept up to date while cases change.
//!
//! All orders are read once, when the program starts. Then only those are read again whose case was written, which a
//! [`WatchedStore`](ports::store::WatchedStore) tells: a few at once when somebody looks, and all of them now and then when
//! nobody does. A store that other processes write too is read through again instead, in the background.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use ports::store::{Changes, StoreError};
use tokio::sync::Notify;

use super::super::Site;
use super::index::Orders;
use super::reading;

/// Orders that are read again at a time: what a page can wait for.
const SLICE: usize = 200;

/// While so few have been read, whoever looks waits for the others; longer than that nobody waits.
const FEW: u64 = 5_000;
const PATIENCE: Duration = Duration::from_millis(50);

/// A shared store that is read through this quickly is read at every look: nobody notices.
const QUICK: Duration = Duration::from_millis(60);
/// How old the orders of a shared store may be that takes longer.
const FRESH: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(in super::super) struct Board {
    orders: RwLock<Orders>,
    stage: Mutex<Stage>,
    moved: Condvar,
    /// Held while orders are exchanged: one at a time.
    turn: Mutex<()>,
    /// The cases that were written; nothing when other processes write too.
    changes: Option<Arc<Changes>>,
    /// Asks for more to be read than a page can wait for.
    more: Notify,
}

/// How far the orders have been read.
#[derive(Debug, Default)]
enum Stage {
    #[default]
    Unread,
    Reading(u64),
    Failed(StoreError),
    Read {
        at: Instant,
        took: Duration,
    },
}

/// What somebody sees who looks.
pub(in super::super) enum Look<T> {
    Seen(T),
    /// The orders are still being read; so many were.
    Reading(u64),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What these hold is whole after every step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Board {
    /// How often orders are read again while nobody looks: seldom, as an order changes many times on its way.
    pub(in super::super) const IDLE: Duration = Duration::from_secs(30);

    /// A board that is told which cases are written, if anybody tells.
    pub(in super::super) fn new(changes: Option<Arc<Changes>>) -> Self {
        Self { changes, ..Self::default() }
    }

    /// Shows the orders as they are, or were a moment ago.
    pub(in super::super) fn look<T>(
        site: &Arc<Site>,
        see: impl FnOnce(&Orders) -> T,
    ) -> Result<Look<T>, StoreError> {
        if let Some(read) = Self::wait(site, PATIENCE)? {
            return Ok(Look::Reading(read));
        }
        Self::refresh(site)?;
        let orders = site.board.orders.read().unwrap_or_else(PoisonError::into_inner);
        Ok(Look::Seen(see(&orders)))
    }

    /// Shows the orders as they are, however long that takes.
    pub(in super::super) fn look_closely<T>(
        site: &Arc<Site>,
        see: impl FnOnce(&Orders) -> T,
    ) -> Result<T, StoreError> {
        while Self::wait(site, Self::IDLE)?.is_some() {}
        match &site.board.changes {
            Some(changes) => while Self::slice(site, changes)? {},
            None => Self::read_all(site)?,
        }
        let orders = site.board.orders.read().unwrap_or_else(PoisonError::into_inner);
        Ok(see(&orders))
    }

    /// Begins to read, so that the first who looks need not wait.
    pub(in super::super) fn begin(site: &Arc<Site>) {
        let mut stage = lock(&site.board.stage);
        if matches!(*stage, Stage::Unread) {
            *stage = Stage::Reading(0);
            let site = Arc::clone(site);
            std::thread::spawn(move || {
                let _always = Told(&site.board);
                if let Err(error) = Self::read_all(&site) {
                    tracing::error!(%error, "the orders could not be read");
                    *lock(&site.board.stage) = Stage::Failed(error);
                }
            });
        }
    }

    /// Waits for the first reading. Gives how many were read when it is not over.
    fn wait(site: &Arc<Site>, patience: Duration) -> Result<Option<u64>, StoreError> {
        Self::begin(site);
        let until = Instant::now() + patience;
        let mut stage = lock(&site.board.stage);
        loop {
            match &*stage {
                Stage::Read { .. } => return Ok(None),
                Stage::Reading(read) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if *read >= FEW && left.is_zero() {
                        return Ok(Some(*read));
                    }
                    let wait = if *read < FEW { Self::IDLE } else { left };
                    stage =
                        site.board.moved.wait_timeout(stage, wait).unwrap_or_else(PoisonError::into_inner).0;
                }
                // The next look tries again.
                Stage::Failed(_) | Stage::Unread => match std::mem::take(&mut *stage) {
                    Stage::Failed(error) => return Err(error),
                    _ => return Ok(Some(0)),
                },
            }
        }
    }

    /// Brings the orders up to date, as far as a page can wait for it.
    fn refresh(site: &Arc<Site>) -> Result<(), StoreError> {
        if let Some(changes) = &site.board.changes {
            if Self::slice(site, changes)? {
                site.board.more.notify_one();
            }
            return Ok(());
        }
        let (age, took) = match &*lock(&site.board.stage) {
            Stage::Read { at, took } => (at.elapsed(), *took),
            _ => return Ok(()),
        };
        if took <= QUICK {
            return Self::read_all(site);
        }
        if age > FRESH {
            site.board.more.notify_one();
        }
        Ok(())
    }

    /// Reads what is to be read while nobody looks.
    pub(in super::super) fn catch_up(site: &Arc<Site>, asked: bool) {
        if !matches!(*lock(&site.board.stage), Stage::Read { .. }) {
            return;
        }
        let done = match &site.board.changes {
            Some(changes) => loop {
                match Self::slice(site, changes) {
                    Ok(true) => {}
                    Ok(false) => break Ok(()),
                    Err(error) => break Err(error),
                }
            },
            None if asked => Self::read_all(site),
            None => Ok(()),
        };
        if let Err(error) = done {
            tracing::error!(%error, "the orders could not be read again");
        }
    }

    /// Waits until more is to be read than pages can wait for.
    pub(in super::super) async fn more(&self) {
        self.more.notified().await;
    }

    /// Reads some of the orders again that changed. Whether there are more.
    fn slice(site: &Arc<Site>, changes: &Changes) -> Result<bool, StoreError> {
        let _turn = lock(&site.board.turn);
        let (keys, now) = (changes.take(SLICE), site.now());
        let mut rows = Vec::with_capacity(keys.len());
        for key in &keys {
            let known = |row: &super::index::Row| {
                let orders = site.board.orders.read().unwrap_or_else(PoisonError::into_inner);
                orders.find(row.opened_at, &row.order_no).cloned()
            };
            match reading::one(site, key, &known) {
                Ok(row) => rows.extend(row),
                Err(error) => {
                    changes.note(keys);
                    return Err(error);
                }
            }
        }
        let more = !changes.is_empty();
        let mut orders = site.board.orders.write().unwrap_or_else(PoisonError::into_inner);
        rows.into_iter().for_each(|row| orders.put(row));
        if !more || keys.is_empty() {
            orders.at = now;
        }
        Ok(more)
    }

    /// Reads all orders.
    fn read_all(site: &Arc<Site>) -> Result<(), StoreError> {
        let board = &site.board;
        let _turn = lock(&board.turn);
        let begun = Instant::now();
        let progress = |read: u64| {
            if let Stage::Reading(known) = &mut *lock(&board.stage) {
                *known = read;
                board.moved.notify_all();
            }
        };
        // Only who has the turn writes, so that others may go on looking meanwhile.
        let read = {
            let before = board.orders.read().unwrap_or_else(PoisonError::into_inner);
            reading::all(site, &before, &progress)?
        };
        *board.orders.write().unwrap_or_else(PoisonError::into_inner) = read;
        *lock(&board.stage) = Stage::Read { at: Instant::now(), took: begun.elapsed() };
        board.moved.notify_all();
        Ok(())
    }
}

/// Tells whoever waits that there is nothing to wait for any more, however the reading ended.
struct Told<'b>(&'b Board);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        let mut stage = lock(&self.0.stage);
        if matches!(*stage, Stage::Reading(_)) {
            *stage = Stage::Unread;
        }
        drop(stage);
        self.0.moved.notify_all();
    }
}
