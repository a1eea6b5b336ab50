//! What is kept beside the documents of the store: messages as they were written, and the secret under which buyers are hashed.
//!
//! With an embedded store both lie in the data directory. With a store that many machines share they lie there, the secret
//! sealed by the vault: all workers have to find the same ones. A secret that is in the store goes wherever the store is
//! copied to, and counts there.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ports::archive::{Archive, FolderArchive};
use ports::store::{Batch, Expect, Key, Record, Store, StoreError};
use ports::vault::{Field, Sealed, Vault, VaultError};
use serde::{Deserialize, Serialize};

use crate::build::BuildError;
use crate::build::year::Secret;

/// Where what is no document is kept. Cheap to clone.
#[derive(Clone)]
pub struct Keeping {
    /// The messages.
    pub archive: Arc<dyn Archive>,
    secret: Place,
}

#[derive(Clone)]
enum Place {
    Folder(PathBuf),
    Shared(Secret),
}

impl fmt::Debug for Keeping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeping").field("archive", &self.archive).finish_non_exhaustive()
    }
}

/// The buyers' secret in a store that is shared, under `vault/buyers`.
#[derive(Serialize, Deserialize)]
struct Buyers {
    sealed: Sealed,
}

impl Record for Buyers {
    const FORMAT: u32 = 1;
}

/// Where the buyers' secret is in a store.
fn buyers() -> Key {
    Key::of(["vault", "buyers"])
}

impl Keeping {
    /// Whether the buyers' secret is in a store: it is shared, or it was copied from one that was.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn secret_is_in(store: &dyn Store) -> Result<bool, StoreError> {
        Ok(store.get(&buyers())?.is_some())
    }

    /// Whether a data directory has a buyers' secret.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn secret_is_in_folder(data: &Path) -> io::Result<bool> {
        Ok(Secret::existing(data)?.is_some())
    }

    /// In a data directory.
    pub fn folder(data: &Path) -> Self {
        Self { archive: Arc::new(FolderArchive::of(data)), secret: Place::Folder(data.to_owned()) }
    }

    /// The same with another archive.
    #[must_use]
    pub fn with_archive(self, archive: Arc<dyn Archive>) -> Self {
        Self { archive, ..self }
    }

    /// In a store. Its first user makes the secret; or takes that of the data directory, when the data came from
    /// there.
    ///
    /// # Errors
    /// [`VaultError`] when the secret cannot be opened, read or made.
    pub fn shared(
        archive: Arc<dyn Archive>,
        store: &dyn Store,
        vault: &Vault,
        data: &Path,
    ) -> Result<Self, VaultError> {
        let key = buyers();
        loop {
            if let Some(document) = store.get(&key)? {
                let kept: Buyers = document.record()?;
                let text = vault.unseal(&key, Field::SECRET, &kept.sealed)?;
                let text = std::str::from_utf8(&text).ok();
                let secret = text.and_then(Secret::parse).ok_or(VaultError::Broken { key })?;
                return Ok(Self { archive, secret: Place::Shared(secret) });
            }
            let unreadable = |source| VaultError::Io { path: data.to_owned(), source };
            let secret = Secret::existing(data).map_err(unreadable)?.unwrap_or_else(Secret::random);
            let sealed = vault.seal(&key, Field::SECRET, secret.text().as_bytes())?;
            let mut batch = Batch::default();
            batch.put(key.clone(), Expect::Absent, &Buyers { sealed })?;
            match store.commit(batch) {
                // Another process was first: its secret counts.
                Ok(()) | Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The secret under which buyers are hashed.
    pub(crate) fn secret(&self) -> Result<Secret, BuildError> {
        match &self.secret {
            Place::Folder(data) => Secret::open(data),
            Place::Shared(secret) => Ok(secret.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use ports::clock::SystemClock;
    use ports::store::MemoryStore;
    use ports::vault::VaultSettings;

    use super::*;

    #[test]
    fn all_who_share_a_store_hash_buyers_alike_and_a_data_directory_brings_its_secret_along() {
        let store = MemoryStore::new();
        let [old, one, other] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
        let before = Secret::open(old.path()).unwrap().text();
        let vault =
            Vault::open(one.path(), &VaultSettings::default(), &store, Arc::new(SystemClock)).unwrap();
        let open = |data: &Path| {
            let archive = Arc::new(FolderArchive::of(data));
            Keeping::shared(archive, &store, &vault, data).unwrap().secret().unwrap().text()
        };
        assert_eq!(open(old.path()), before);
        assert_eq!(open(other.path()), before);
        let kept = store.get(&buyers()).unwrap().unwrap();
        assert!(!String::from_utf8(kept.body).unwrap().contains(before.as_str()));
    }
}
