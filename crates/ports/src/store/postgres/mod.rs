//! The store on PostgreSQL: one table of documents that any number of processes on any machines share.
//!
//! | promise | how |
//! |---|---|
//! | acknowledged means on disk | a commit is one call of `commit_batch`, answered after the server's own durable commit |
//! | all or nothing | that call is one transaction; none is ever held open while this program works |
//! | versions | demands are checked under row locks, taken in the order of the keys |
//! | claims | `FOR UPDATE SKIP LOCKED`: workers pass by what another one is just taking |
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
mod error;
mod keys;
mod news;
mod rows;

use std::sync::{Arc, LazyLock, mpsc};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgPool, SqlSafeStr as _};
use tokio::runtime::{Builder, Runtime};

use self::error::{fault, is_passing};
use self::news::News;
use self::rows::{Row, columns, columns_as_they_are, document};
use super::{Batch, Document, Key, Listening, Store, StoreError, documents_in_order, in_order};

/// The tables and functions, by version: a version that a database may have is never changed, the next one is added.
static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let of = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    let steps = [
        (1, "documents", include_str!("migrations/0001_documents.sql")),
        (2, "workers", include_str!("migrations/0002_workers.sql")),
    ];
    Migrator::with_migrations(steps.map(of).into())
});

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

/// The longest due first; those that another worker is just taking are passed by.
const CLAIM: &str = "\
with taken as materialized (
    select key, due from documents
    where due <= $3 and key >= $1 and key < $2 and ($4::text is null or branch = $4)
    order by due, key limit $5
    for update skip locked
), claimed as (
    update documents d set version = d.version + 1, due = $6
    from taken where d.key = taken.key
    returning d.key, d.version, d.due, d.body::text as body, d.raw, taken.due as was
)
select key, version, due, body, raw from claimed order by was, key";

/// Documents on PostgreSQL; the module's text says how.
pub struct PostgresStore {
    pool: PgPool,
    place: Arc<str>,
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
    /// Connects to a database that [`PostgresStore::migrate`] has prepared: `postgres://user:password@host:port/database`.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be reached or is not prepared for this program.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let store = Self::connect(url)?;
        store.is_current()?;
        Ok(store)
    }

    /// Brings the database's tables and functions up to date; safe to run again, and from several machines at once.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be reached, or a newer program has prepared it.
    pub fn migrate(url: &str) -> Result<Self, StoreError> {
        let store = Self::connect(url)?;
        let (pool, place) = (store.pool.clone(), Arc::clone(&store.place));
        store.wait(async move {
            MIGRATIONS.run(&pool).await.map_err(|error| error::migration(&error, &place))
        })?;
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
        Ok(Self { pool, place, news, runtime: Some(runtime) })
    }

    /// Whether the database is as this program made it.
    fn is_current(&self) -> Result<(), StoreError> {
        let (pool, place) = (self.pool.clone(), Arc::clone(&self.place));
        let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
        let found: Option<i64> = self.wait(async move {
            let there: bool = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null")
                .fetch_one(&pool)
                .await
                .map_err(|error| fault(error, &place))?;
            if !there {
                return Ok(None);
            }
            sqlx::query_scalar("select max(version) from _sqlx_migrations where success")
                .fetch_one(&pool)
                .await
                .map_err(|error| fault(error, &place))
        })?;
        match found {
            Some(found) if found == known => Ok(()),
            found => Err(StoreError::NotPrepared { place: self.place.to_string(), found, known }),
        }
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

/// The branch that a prefix lies in, when it names one whole.
fn branch_of(prefix: &Key) -> Option<String> {
    prefix.as_str().split_once('/').map(|(branch, _)| branch.to_owned())
}

fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
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

    fn scan(&self, prefix: &Key, after: Option<&Key>, limit: usize) -> Result<Vec<Document>, StoreError> {
        let (start, end) = (prefix.as_str().to_owned(), end_of(prefix));
        let after = after.map(|key| key.as_str().to_owned());
        let limit = most(limit);
        let rows: Vec<Row> = self.insist(move |pool| {
            let (start, end, after) = (start.clone(), end.clone(), after.clone());
            async move {
                sqlx::query_as(
                    "select key, version, due, body::text, raw from documents \
                     where key >= $1 and key < $2 and ($3::text is null or key > $3) order by key limit $4",
                )
                .bind(start)
                .bind(end)
                .bind(after)
                .bind(limit)
                .fetch_all(&pool)
                .await
            }
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
        self.insist(move |pool| {
            let columns = Arc::clone(&columns);
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
        })
        .map(drop)
    }

    fn claim_due(
        &self,
        prefix: &Key,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        let (start, end, branch) = (prefix.as_str().to_owned(), end_of(prefix), branch_of(prefix));
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let (now, until) = (now.as_millisecond(), until.as_millisecond());
        let limit = most(limit);
        let rows: Vec<Row> = self.insist(move |pool| {
            let (start, end, branch) = (start.clone(), end.clone(), branch.clone());
            async move {
                sqlx::query_as(CLAIM)
                    .bind(start)
                    .bind(end)
                    .bind(now)
                    .bind(branch)
                    .bind(limit)
                    .bind(until)
                    .fetch_all(&pool)
                    .await
            }
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
