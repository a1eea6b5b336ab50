//! The vault's keys of days on the server, for all who share the store.

use std::sync::Arc;

use sqlx::PgPool;

use super::PostgresStore;
use crate::vault::{KeyShelf, VaultError};

impl PostgresStore {
    /// Makes a call about one key.
    fn with_key<T, C, F>(&self, name: &str, line: &str, call: C) -> Result<T, VaultError>
    where
        T: Send + 'static,
        C: Fn(PgPool, Arc<str>, Arc<str>) -> F + Send + 'static,
        F: Future<Output = Result<T, sqlx::Error>> + Send,
    {
        let (name, line): (Arc<str>, Arc<str>) = (name.into(), line.into());
        Ok(self.insist(move |pool| call(pool, Arc::clone(&name), Arc::clone(&line)))?)
    }
}

impl KeyShelf for PostgresStore {
    fn names(&self) -> Result<Vec<String>, VaultError> {
        Ok(self.insist(|pool| async move {
            sqlx::query_scalar("select name from day_keys order by name").fetch_all(&pool).await
        })?)
    }

    fn read(&self, name: &str) -> Result<Option<String>, VaultError> {
        self.with_key(name, "", |pool, name, _| async move {
            sqlx::query_scalar("select line from day_keys where name = $1")
                .bind(name.as_ref())
                .fetch_optional(&pool)
                .await
        })
    }

    fn create(&self, name: &str, line: &str) -> Result<(), VaultError> {
        self.with_key(name, line, |pool, name, line| async move {
            let call =
                sqlx::query("insert into day_keys (name, line) values ($1, $2) on conflict do nothing");
            call.bind(name.as_ref()).bind(line.as_ref()).execute(&pool).await.map(drop)
        })
    }

    fn replace(&self, name: &str, line: &str) -> Result<(), VaultError> {
        self.with_key(name, line, |pool, name, line| async move {
            let call = sqlx::query("update day_keys set line = $2 where name = $1");
            call.bind(name.as_ref()).bind(line.as_ref()).execute(&pool).await.map(drop)
        })
    }

    fn destroy(&self, name: &str) -> Result<(), VaultError> {
        self.with_key(name, "", |pool, name, _| async move {
            let call = sqlx::query("select destroy_day_key($1)").bind(name.as_ref());
            call.execute(&pool).await.map(drop)
        })
    }
}
