//! Where a store is: in a folder here, or on a PostgreSQL server.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Batch, Document, Key, Listening, PostgresStore, SledStore, Store, StoreError};
use crate::archive::{Archive, FolderArchive};
use crate::vault::KeyShelf;

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
            Self::Postgres(url) => PostgresStore::open(url).map(OpenStore::of_server),
        }
    }

    /// Brings what is there to the form this program wants, and opens it.
    ///
    /// # Errors
    /// As [`SledStore::open`] and [`PostgresStore::migrate`].
    pub fn migrate(&self) -> Result<OpenStore, StoreError> {
        match self {
            Self::Sled(folder) => SledStore::open(folder).map(OpenStore::Sled),
            Self::Postgres(url) => PostgresStore::migrate(url).map(OpenStore::of_server),
        }
    }
}

/// A store that was opened, of whichever kind.
#[derive(Debug)]
pub enum OpenStore {
    /// The embedded one.
    Sled(SledStore),
    /// One on a server.
    Postgres(Arc<PostgresStore>),
}

impl OpenStore {
    fn inner(&self) -> &dyn Store {
        match self {
            Self::Sled(store) => store,
            Self::Postgres(store) => store.as_ref(),
        }
    }

    fn of_server(store: PostgresStore) -> Self {
        Self::Postgres(Arc::new(store))
    }

    /// Whether other processes, on other machines too, may work on it at the same time.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Where messages are kept: with a store that is shared, where all who share it find them, else in the data directory.
    pub fn archive(&self, data: &Path) -> Arc<dyn Archive> {
        match self {
            Self::Sled(_) => Arc::new(FolderArchive::of(data)),
            Self::Postgres(store) => Arc::clone(store) as Arc<dyn Archive>,
        }
    }

    /// Where the vault's keys of days are, when they are not in the data directory: with a store that is shared.
    pub fn key_shelf(&self) -> Option<Arc<dyn KeyShelf>> {
        match self {
            Self::Sled(_) => None,
            Self::Postgres(store) => Some(Arc::clone(store) as Arc<dyn KeyShelf>),
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

    fn get_all(&self, keys: &[Key]) -> Result<Vec<Document>, StoreError> {
        self.inner().get_all(keys)
    }

    fn existing(&self, keys: &[Key]) -> Result<HashSet<Key>, StoreError> {
        self.inner().existing(keys)
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

    fn time(&self) -> Result<Option<Timestamp>, StoreError> {
        self.inner().time()
    }

    fn listen(&self, heard: Box<dyn Fn(&str) + Send + Sync>) -> Option<Listening> {
        self.inner().listen(heard)
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
