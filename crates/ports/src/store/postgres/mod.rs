//! The store on PostgreSQL: one table of documents that any number of processes on any machines share.
//!
//! | promise | how |
//! |---|---|
//! | acknowledged means on disk | a commit is one call of `commit_batch`, answered after the server's own durable commit |
//! | all or nothing | that call is one transaction; none is ever held open while this program works |
//! | versions | demands are checked under row locks, taken in the order of the keys |
//! | claims | `FOR UPDATE SKIP LOCKED`: workers pass by what another one is just taking; `claim` keeps them fast |
//!
//! Tables and functions come from `migrations/`, embedded here and brought up to date by [`PostgresStore::migrate`]; opening a
//! database that is older or newer than this program is refused. A connection that breaks during a commit leaves its outcome
//! unknown, as a power cut does: the error says so, and the version demands of whoever does it again find out.
//!
//! Beside the documents lie what else many workers share: the archive of messages and the keys of the vault's days.
//!
//! The calls of [`Store`] wait for their answers on the caller's thread; the connections live in a runtime of their own, so
//! that they may be made from anywhere.

mod archive;
mod claim;
mod error;
mod keys;
mod migrations;
mod news;
mod rows;

use std::collections::HashSet;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgPool};
use tokio::runtime::{Builder, Runtime};

use self::claim::{Floors, Wanted};
use self::error::{fault, is_passing};
use self::news::News;
use self::rows::{Columns, Row, columns, columns_as_they_are, document};
use super::{Batch, Document, Key, Listening, Store, StoreError, documents_in_order, in_order};

/// Connections of one process at most: more than its stages work at once, few enough that dozens of workers fit into a server's
/// usual hundred.
const MAX_CONNECTIONS: u32 = 8;
/// How long a call waits for a connection before it says that the server cannot be reached.
const CONNECTING: Duration = Duration::from_secs(10);
/// Threads that serve the connections: they only wait for the network.
const THREADS: usize = 1;
/// How often a call that lost a race for locks is made again.
const ATTEMPTS: usize = 5;
/// Comes after every other letter in a key: what begins with a prefix lies between it and the prefix followed by this.
const LAST_LETTER: char = char::MAX;

/// Documents between two keys, and those behind a key.
const FROM: &str = "select key, version, due, body::text, raw from documents where key >= $1 and key < $2 order by key limit $3";
const BEHIND: &str = "select key, version, due, body::text, raw from documents where key > $1 and key < $2 order by key limit $3";

/// Documents on PostgreSQL; the module's text says how.
pub struct PostgresStore {
    pool: PgPool,
    place: Arc<str>,
    floors: Arc<Floors>,
    news: News,
    runtime: Option<Runtime>,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waiting for its threads is forbidden in some places where a store may be dropped, and there is nothing to wait for.
            runtime.shutdown_background();
        }
    }
}

impl PostgresStore {
    /// A script that makes roles for a database, each with the least it needs: an owner who migrates, a worker who reads and
    /// writes, a reader who has the views alone. For an administrator to run; it may be run again.
    pub const ROLES: &str = migrations::ROLES;

    /// Connects to a database that [`PostgresStore::migrate`] has prepared: `postgres://user:password@host:port/database`.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be reached or is not prepared for this program.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let store = Self::connect(url)?;
        let (pool, place) = (store.pool.clone(), Arc::clone(&store.place));
        store.wait(async move { migrations::check(&pool, &place).await })?;
        Ok(store)
    }

    /// Brings the database's tables and functions up to date; safe to run again, and from several machines at once.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be reached, or a newer program has prepared it.
    pub fn migrate(url: &str) -> Result<Self, StoreError> {
        let store = Self::connect(url)?;
        let (pool, place) = (store.pool.clone(), Arc::clone(&store.place));
        store.wait(async move { migrations::run(&pool, &place).await })?;
        Ok(store)
    }

    fn connect(url: &str) -> Result<Self, StoreError> {
        // What is wrong with an address may be its password: it is not told.
        let options: PgConnectOptions = url.parse().map_err(|_| error::address())?;
        let options = options.application_name("customs").disable_statement_logging();
        let place: Arc<str> = format!(
            "{}:{}/{}",
            options.get_host(),
            options.get_port(),
            options.get_database().unwrap_or_default()
        )
        .into();
        let unusable = |source| StoreError::Io { place: place.to_string(), source };
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("postgres")
            .enable_all()
            .build()
            .map_err(unusable)?;
        let pool = {
            let _inside = runtime.enter();
            PgPoolOptions::new()
                .max_connections(MAX_CONNECTIONS)
                .acquire_timeout(CONNECTING)
                .connect_lazy_with(options)
        };
        let news = News::of(&pool, &runtime);
        Ok(Self { pool, place, floors: Arc::default(), news, runtime: Some(runtime) })
    }

    /// Runs a call on the connections' own threads and waits for it.
    fn wait<T: Send + 'static>(
        &self,
        call: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let gone = || StoreError::Io {
            place: self.place.to_string(),
            source: std::io::Error::other("its connections are closed"),
        };
        let (done, answer) = mpsc::sync_channel(1);
        let Some(runtime) = &self.runtime else { return Err(gone()) };
        runtime.spawn(async move {
            // Whoever waits for it may have gone.
            let _ = done.send(call.await);
        });
        answer.recv().map_err(|_| gone())?
    }

    /// Tells the claims of due times that were written, or may have been: the outcome of a failed call may be unknown.
    fn note(&self, written: &Columns) {
        for (key, due) in written.keys.iter().zip(&written.dues) {
            if let Some(due) = due {
                self.floors.written(key, *due);
            }
        }
    }

    /// Makes a call until it has not lost a race for locks.
    fn insist<T, C, F>(&self, call: C) -> Result<T, StoreError>
    where
        T: Send + 'static,
        C: Fn(PgPool) -> F + Send + 'static,
        F: Future<Output = Result<T, sqlx::Error>> + Send,
    {
        let (pool, place) = (self.pool.clone(), Arc::clone(&self.place));
        self.wait(async move {
            let mut attempt = 1;
            loop {
                match call(pool.clone()).await {
                    Ok(done) => return Ok(done),
                    Err(error) if attempt < ATTEMPTS && is_passing(&error) => attempt += 1,
                    Err(error) => return Err(fault(error, &place)),
                }
            }
        })
    }
}

/// The end of what begins with a prefix.
fn end_of(prefix: &Key) -> String {
    format!("{prefix}{LAST_LETTER}")
}

impl Store for PostgresStore {
    fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
        let key = key.as_str().to_owned();
        let row: Option<Row> = self.insist(move |pool| {
            let key = key.clone();
            async move {
                sqlx::query_as("select key, version, due, body::text, raw from documents where key = $1")
                    .bind(key)
                    .fetch_optional(&pool)
                    .await
            }
        })?;
        row.map(|row| document(row, &self.place)).transpose()
    }

    fn get_all(&self, keys: &[Key]) -> Result<Vec<Document>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Arc<Vec<String>> = Arc::new(keys.iter().map(|key| key.as_str().to_owned()).collect());
        let rows: Vec<Row> = self.insist(move |pool| {
            let keys = Arc::clone(&keys);
            async move {
                sqlx::query_as(
                    "select key, version, due, body::text, raw from documents where key = any ($1)",
                )
                .bind(keys.as_slice())
                .fetch_all(&pool)
                .await
            }
        })?;
        rows.into_iter().map(|row| document(row, &self.place)).collect()
    }

    fn existing(&self, keys: &[Key]) -> Result<HashSet<Key>, StoreError> {
        if keys.is_empty() {
            return Ok(HashSet::new());
        }
        let keys: Arc<Vec<String>> = Arc::new(keys.iter().map(|key| key.as_str().to_owned()).collect());
        let found: Vec<String> = self.insist(move |pool| {
            let keys = Arc::clone(&keys);
            async move {
                sqlx::query_scalar("select key from documents where key = any ($1)")
                    .bind(keys.as_slice())
                    .fetch_all(&pool)
                    .await
            }
        })?;
        Ok(found.into_iter().map(Key::from_stored).collect())
    }

    fn scan(&self, prefix: &Key, after: Option<&Key>, limit: usize) -> Result<Vec<Document>, StoreError> {
        let (text, start) = match after {
            Some(after) if after >= prefix => (BEHIND, after),
            _ => (FROM, prefix),
        };
        let (start, end) = (start.as_str().to_owned(), end_of(prefix));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows: Vec<Row> = self.insist(move |pool| {
            let (start, end) = (start.clone(), end.clone());
            async move { sqlx::query_as(text).bind(start).bind(end).bind(limit).fetch_all(&pool).await }
        })?;
        rows.into_iter().map(|row| document(row, &self.place)).collect()
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        let writes = Arc::new(columns(in_order(batch)?)?);
        let sent = Arc::clone(&writes);
        let done = self.insist(move |pool| {
            let writes = Arc::clone(&sent);
            async move {
                sqlx::query("select commit_batch($1, $2, $3, $4, $5, $6)")
                    .bind(&writes.keys)
                    .bind(&writes.expects)
                    .bind(&writes.gone)
                    .bind(&writes.dues)
                    .bind(&writes.bodies)
                    .bind(&writes.raws)
                    .execute(&pool)
                    .await
            }
        });
        self.note(&writes);
        match done {
            Ok(_) => {
                self.news.tell(&writes);
                Ok(())
            }
            Err(StoreError::Conflict { key, found, .. }) => {
                let expected = writes.expect_of(&key);
                Err(StoreError::Conflict { key, expected, found })
            }
            Err(error) => Err(error),
        }
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), StoreError> {
        let columns = Arc::new(columns_as_they_are(documents_in_order(documents)?)?);
        let sent = Arc::clone(&columns);
        let done = self.insist(move |pool| {
            let columns = Arc::clone(&sent);
            async move {
                sqlx::query("select restore_documents($1, $2, $3, $4, $5)")
                    .bind(&columns.keys)
                    .bind(&columns.expects)
                    .bind(&columns.dues)
                    .bind(&columns.bodies)
                    .bind(&columns.raws)
                    .execute(&pool)
                    .await
            }
        });
        self.note(&columns);
        done.map(drop)
    }

    fn claim_due(
        &self,
        prefix: &Key,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        let wanted = Wanted::new(prefix, now, lease, limit);
        let floors = Arc::clone(&self.floors);
        let rows: Vec<Row> = self.insist(move |pool| {
            let (floors, wanted) = (Arc::clone(&floors), wanted.clone());
            async move { claim::claim(&pool, &floors, &wanted).await }
        })?;
        rows.into_iter().map(|row| document(row, &self.place)).collect()
    }

    fn time(&self) -> Result<Option<Timestamp>, StoreError> {
        let asked = Timestamp::now();
        let there: i64 = self.insist(move |pool| async move {
            sqlx::query_scalar("select floor(extract(epoch from clock_timestamp()) * 1000)::bigint")
                .fetch_one(&pool)
                .await
        })?;
        self.news.is_now(there, asked);
        Ok(Timestamp::from_millisecond(there).ok())
    }

    fn listen(&self, heard: Box<dyn Fn(&str) + Send + Sync>) -> Option<Listening> {
        Some(self.news.listen(self.runtime.as_ref()?, heard))
    }
}
