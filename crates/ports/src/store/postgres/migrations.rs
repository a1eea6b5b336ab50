//! The tables, functions and views by version, and who may use them.

use std::sync::LazyLock;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, PgPool, SqlSafeStr as _};

use super::super::StoreError;
use super::error::{fault, migration};

/// By version: one that a database may have is never changed, the next one is added.
const STEPS: [(i64, &str, &str); 5] = [
    (1, "documents", include_str!("migrations/0001_documents.sql")),
    (2, "workers", include_str!("migrations/0002_workers.sql")),
    (10, "views", include_str!("migrations/0010_views.sql")),
    (11, "storage", include_str!("migrations/0011_storage.sql")),
    (TEXT, "text", include_str!("migrations/0012_text.sql")),
];

/// The version from which on bodies are text. The views are the same as before, over what takes the text apart.
const TEXT: i64 = 12;

static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let of = |(version, name, sql): (i64, &'static str, &'static str)| {
        let views = include_str!("migrations/0010_views.sql").replace("public.documents", "public.readable");
        let sql = if version == TEXT { format!("{sql}\n{views}") } else { sql.to_owned() };
        // All of it is this program's own.
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(STEPS.map(of).into())
});

/// Rights on what the migrations made.
const GRANTS: &str = include_str!("grants.sql");

/// The script that makes roles, each with the least it needs, for an administrator to run.
pub(super) const ROLES: &str = concat!(include_str!("roles.sql"), include_str!("grants.sql"), "\ncommit;\n");

/// Brings a database up to date.
pub(super) async fn run(pool: &PgPool, place: &str) -> Result<(), StoreError> {
    MIGRATIONS.run(pool).await.map_err(|error| migration(error, place))?;
    sqlx::raw_sql(GRANTS).execute(pool).await.map_err(|error| fault(error, place)).map(drop)
}

/// Whether a database has exactly the versions of this program.
pub(super) async fn check(pool: &PgPool, place: &str) -> Result<(), StoreError> {
    let asked = async {
        let there: bool =
            sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null").fetch_one(pool).await?;
        if !there {
            return Ok(Vec::new());
        }
        sqlx::query_scalar("select version from _sqlx_migrations where success order by version")
            .fetch_all(pool)
            .await
    };
    let found: Vec<i64> = asked.await.map_err(|error| fault(error, place))?;
    let known = STEPS.map(|(version, ..)| version);
    if found == known {
        return Ok(());
    }
    Err(StoreError::NotPrepared {
        place: place.to_owned(),
        found: found.last().copied(),
        known: known.last().copied().unwrap_or_default(),
    })
}
