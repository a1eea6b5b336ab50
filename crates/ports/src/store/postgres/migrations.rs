//! The tables, functions and views by version, and who may use them.

use std::sync::LazyLock;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, PgPool, SqlSafeStr as _};

use super::super::StoreError;
use super::error::{fault, migration};

const VIEWS: &str = include_str!("migrations/0010_views.sql");

/// By version: one that a database may have is never changed, the next one is added.
fn steps() -> [(i64, &'static str, String); 5] {
    // The views are the same as before, over what takes the text of documents apart.
    let views = VIEWS.replace("public.documents", "public.readable");
    [
        (1, "documents", include_str!("migrations/0001_documents.sql").to_owned()),
        (2, "workers", include_str!("migrations/0002_workers.sql").to_owned()),
        (10, "views", VIEWS.to_owned()),
        (11, "storage", include_str!("migrations/0011_storage.sql").to_owned()),
        (12, "text", [include_str!("migrations/0012_text.sql"), "\n", &views].concat()),
    ]
}

static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let migration = |(version, name, sql): (i64, &'static str, String)| {
        // All of it is this program's own.
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(steps().map(migration).into())
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
    let known = steps().map(|(version, ..)| version);
    if found == known {
        return Ok(());
    }
    Err(StoreError::NotPrepared {
        place: place.to_owned(),
        found: found.last().copied(),
        known: known.last().copied().unwrap_or_default(),
    })
}
