//! The archive of messages on the server.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::PgPool;

use super::PostgresStore;
use crate::archive::{Archive, ArchiveError, Names};
use crate::store::StoreError;

/// Names read at once.
const PAGE: i64 = 1_000;
/// A message of these days: only few tables are looked through.
const LATELY: &str =
    "select bytes from messages where name = $1 and day >= message_today() - 1 order by day desc limit 1";
/// A message of any day.
const EVER: &str = "select bytes from messages where name = $1 order by day desc limit 1";

impl PostgresStore {
    /// Makes a call about one message.
    fn about<T, C, F>(&self, name: &str, call: C) -> Result<T, ArchiveError>
    where
        T: Send + 'static,
        C: Fn(PgPool, Arc<str>) -> F + Send + 'static,
        F: Future<Output = Result<T, sqlx::Error>> + Send,
    {
        let name: Arc<str> = name.into();
        Ok(self.insist(move |pool| call(pool, Arc::clone(&name)))?)
    }
}

impl Archive for PostgresStore {
    fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        let bytes: Arc<[u8]> = bytes.into();
        self.about(name, move |pool, name| {
            let bytes = Arc::clone(&bytes);
            async move {
                let call =
                    sqlx::query("select keep_message($1, $2)").bind(name.as_ref()).bind(bytes.as_ref());
                call.execute(&pool).await.map(drop)
            }
        })
    }

    fn sync(&self) -> Result<(), ArchiveError> {
        Ok(())
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ArchiveError> {
        self.about(name, |pool, name| async move {
            // Nearly always it is a message of these days; only then every day is looked through.
            for look in [LATELY, EVER] {
                let found: Option<Vec<u8>> =
                    sqlx::query_scalar(look).bind(name.as_ref()).fetch_optional(&pool).await?;
                if found.is_some() {
                    return Ok(found);
                }
            }
            Ok(None)
        })
    }

    fn kept_at(&self, name: &str) -> Result<Option<Timestamp>, ArchiveError> {
        let kept: Option<i64> = self.about(name, |pool, name| async move {
            sqlx::query_scalar(
                "select floor(extract(epoch from max(kept)) * 1000)::bigint from messages where name = $1",
            )
            .bind(name.as_ref())
            .fetch_one(&pool)
            .await
        })?;
        Ok(kept.and_then(|kept| Timestamp::from_millisecond(kept).ok()))
    }

    fn kept_before(&self, before: Timestamp, each: &mut Names<'_>) -> Result<(), ArchiveError> {
        let before = before.as_millisecond();
        let mut after = String::new();
        loop {
            let names: Vec<String> = self.about(&after, move |pool, after| async move {
                sqlx::query_scalar(
                    "select distinct name from messages \
                     where name > $1 and extract(epoch from kept) * 1000 < $2 order by name limit $3",
                )
                .bind(after.as_ref())
                .bind(before)
                .bind(PAGE)
                .fetch_all(&pool)
                .await
            })?;
            let Some(last) = names.last() else { return Ok(()) };
            after.clone_from(last);
            for name in names {
                each(&name)?;
            }
        }
    }

    fn remove(&self, names: &[String]) -> Result<(), ArchiveError> {
        let names: Arc<[String]> = names.into();
        self.insist(move |pool| {
            let names = Arc::clone(&names);
            async move {
                let call = sqlx::query("delete from messages where name = any ($1)").bind(names.as_ref());
                call.execute(&pool).await.map(drop)
            }
        })?;
        Ok(())
    }

    fn tidy(&self) -> Result<(), ArchiveError> {
        let _: i32 = self.insist(|pool| async move {
            sqlx::query_scalar("select drop_message_days()").fetch_one(&pool).await
        })?;
        Ok(())
    }
}

impl From<StoreError> for ArchiveError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
