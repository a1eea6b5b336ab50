//! Work that is due, told to whoever waits for some: LISTEN and NOTIFY.
//!
//! What was committed is told afterwards and apart from the commit: PostgreSQL lets one transaction at a time end that notifies,
//! and none may hold up the others' waits for the disk. Branches that come within a short while go together. So news may be
//! lost with a process that dies or a connection that breaks, and whoever listens looks by himself now and then as well.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::super::Listening;
use super::rows::Columns;

/// The channel that all workers of a database listen to.
const CHANNEL: &str = "customs_due";
/// How long branches are gathered before they are told: far less than anybody notices.
const GATHER: Duration = Duration::from_millis(20);
/// Work that is due within this time counts as due: nobody looks much sooner by himself.
const SOON_MS: i64 = 1_000;
/// Commits that may wait to be told; of more the news are lost, and found by those who look.
const WAITING: usize = 256;
/// The wait before listening is tried again after it failed.
const AGAIN: Duration = Duration::from_secs(1);

/// Tells and hears of due work.
pub(super) struct News {
    pool: PgPool,
    /// Stands before what this process tells, so that it does not wake itself.
    own: String,
    told: Sender<BTreeSet<String>>,
    /// By how much the server's clock is ahead of this machine's, in milliseconds.
    ahead: AtomicI64,
}

impl News {
    pub(super) fn of(pool: &PgPool, runtime: &Runtime) -> Self {
        let mut random = [0; 8];
        // Without it processes would not know their own news from others': they would look once too often.
        let _ = getrandom::fill(&mut random);
        let own = format!("{:016x}", u64::from_be_bytes(random));
        let (told, waiting) = channel(WAITING);
        runtime.spawn(tell(pool.clone(), own.clone(), waiting));
        Self { pool: pool.clone(), own, told, ahead: AtomicI64::default() }
    }

    /// Takes note of the server's time, in milliseconds, that was asked for at a moment of this machine's.
    pub(super) fn is_now(&self, there: i64, asked: Timestamp) {
        self.ahead.store(there - asked.as_millisecond(), Ordering::Relaxed);
    }

    /// Tells of what a batch has put.
    pub(super) fn tell(&self, written: &Columns) {
        let soon = Timestamp::now().as_millisecond() + self.ahead.load(Ordering::Relaxed) + SOON_MS;
        let due =
            written.dues.iter().zip(&written.keys).filter(|(due, _)| due.is_some_and(|due| due <= soon));
        let branches: BTreeSet<String> =
            due.filter_map(|(_, key)| key.split('/').next().map(str::to_owned)).collect();
        if !branches.is_empty() {
            // Whoever is not told finds it by himself.
            let _ = self.told.try_send(branches);
        }
    }

    /// Hears what others tell.
    pub(super) fn listen(&self, runtime: &Runtime, heard: Box<dyn Fn(&str) + Send + Sync>) -> Listening {
        let (own, options) = (self.own.clone(), self.pool.connect_options());
        let listening = runtime.spawn(async move {
            loop {
                // A connection of its own: it is never given back.
                let pool =
                    PgPoolOptions::new().max_connections(1).connect_lazy_with(options.as_ref().clone());
                let _ = hear(&pool, &own, &heard).await;
                tokio::time::sleep(AGAIN).await;
            }
        });
        Listening::new(move || listening.abort())
    }
}

/// Until the connection fails.
async fn hear(pool: &PgPool, own: &str, heard: &(dyn Fn(&str) + Send + Sync)) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        let Some(news) = listener.try_recv().await? else { continue };
        let mut words = news.payload().split(' ');
        if words.next() != Some(own) {
            words.for_each(heard);
        }
    }
}

/// Tells until the store is dropped.
async fn tell(pool: PgPool, own: String, mut waiting: Receiver<BTreeSet<String>>) {
    while let Some(mut branches) = waiting.recv().await {
        tokio::time::sleep(GATHER).await;
        while let Ok(more) = waiting.try_recv() {
            branches.extend(more);
        }
        let mut words = own.clone();
        for branch in branches {
            words.push(' ');
            words.push_str(&branch);
        }
        // What is not told now is found by those who look.
        let _ = sqlx::query("select pg_notify($1, $2)").bind(CHANNEL).bind(words).execute(&pool).await;
    }
}
