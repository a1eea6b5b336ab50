//! Where a store is: in a folder here, or on a PostgreSQL server.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;

use super::{Batch, Document, Key, PostgresStore, SledStore, Store, StoreError};

/// Where a store is, as `--store` names it.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// `sled:DIRECTORY`: the embedded store, for one process at a time.
    Sled(PathBuf),
    /// `postgres://USER@HOST:PORT/DATABASE`: a server that many share. The address may hold a password.
    Postgres(String),
}

impl FromStr for Location {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.split_once(':') {
            Some(("sled", path)) if !path.is_empty() => Ok(Self::Sled(PathBuf::from(path))),
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
                Ok(Self::Postgres(text.to_owned()))
            }
            _ => Err(()),
        }
    }
}

impl fmt::Display for Location {
    /// An address is shown without user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sled(path) => write!(f, "sled:{}", path.display()),
            Self::Postgres(url) => {
                let place = url.split_once("//").map_or("", |(_, rest)| rest);
                let place = place.split(['?', '#']).next().unwrap_or_default();
                write!(f, "postgres://{}", place.rsplit('@').next().unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

impl Location {
    /// Opens the store there.
    ///
    /// # Errors
    /// As [`SledStore::open`] and [`PostgresStore::open`].
    pub fn open(&self) -> Result<OpenStore, StoreError> {
        match self {
            Self::Sled(folder) => SledStore::open(folder).map(OpenStore::Sled),
            Self::Postgres(url) => PostgresStore::open(url).map(OpenStore::Postgres),
        }
    }

    /// Brings what is there to the form this program wants, and opens it.
    ///
    /// # Errors
    /// As [`SledStore::open`] and [`PostgresStore::migrate`].
    pub fn migrate(&self) -> Result<OpenStore, StoreError> {
        match self {
            Self::Sled(folder) => SledStore::open(folder).map(OpenStore::Sled),
            Self::Postgres(url) => PostgresStore::migrate(url).map(OpenStore::Postgres),
        }
    }
}

/// A store that was opened, of whichever kind.
#[derive(Debug)]
pub enum OpenStore {
    /// The embedded one.
    Sled(SledStore),
    /// One on a server.
    Postgres(PostgresStore),
}

impl OpenStore {
    fn inner(&self) -> &dyn Store {
        match self {
            Self::Sled(store) => store,
            Self::Postgres(store) => store,
        }
    }

    /// Whether all that was ever acknowledged is there, as far as this kind of store can tell by itself. A server checks its
    /// own pages.
    ///
    /// # Errors
    /// As [`SledStore::verify`].
    pub fn verify(&self) -> Result<(), StoreError> {
        match self {
            Self::Sled(store) => store.verify(),
            Self::Postgres(_) => Ok(()),
        }
    }
}

impl Store for OpenStore {
    fn get(&self, key: &Key) -> Result<Option<Document>, StoreError> {
        self.inner().get(key)
    }

    fn scan(&self, prefix: &Key, after: Option<&Key>, limit: usize) -> Result<Vec<Document>, StoreError> {
        self.inner().scan(prefix, after, limit)
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.inner().commit(batch)
    }

    fn commit_lasting(&self, batch: Batch) -> Result<(), StoreError> {
        self.inner().commit_lasting(batch)
    }

    fn restore(&self, documents: Vec<Document>) -> Result<(), StoreError> {
        self.inner().restore(documents)
    }

    fn claim_due(
        &self,
        prefix: &Key,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        self.inner().claim_due(prefix, now, lease, limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_shown_without_its_password() {
        let shown = |text: &str| text.parse::<Location>().map(|location| format!("{location} {location:?}"));
        assert_eq!(shown("sled:a/b").unwrap(), "sled:a/b Location(sled:a/b)");
        let postgres = shown("postgres://me:geheim@db:5432/customs?sslmode=require").unwrap();
        assert_eq!(postgres, "postgres://db:5432/customs Location(postgres://db:5432/customs)");
        for wrong in ["", "sled:", "postgres:db", "mysql://x", "a/b"] {
            assert!(shown(wrong).is_err(), "{wrong}");
        }
    }
}
