//! Personal data, sealed at rest.
//!
//! A [`Vault`] turns a text into a [`Sealed`] one, which the store may hold, and back. The cipher is AES-256-GCM.
//!
//! # Keys
//!
//! Every day, in Beijing's time, has a key of its own, made at the day's first sealing. A day's key lies in
//! `keys/days/<day>` of the data directory, or with a store that many machines share in that store; it is itself sealed
//! ("wrapped") under a master key. The master key, which all these machines have to be given, is
//! `keys/master-1.key`, made on first use and readable by its owner only, or comes from the configuration. There may be
//! several master keys, numbered: the newest wraps the keys of new days, the others open those of old ones
//! ([`Vault::rotate`] wraps them all anew).
//!
//! # What a sealed text is bound to
//!
//! The document's key, the field in it and the day: a sealed text that somebody moves elsewhere does not open.
//!
//! # Erasing
//!
//! A store does not forget at once what is deleted in it: sled's log keeps old values until it happens to reuse their place,
//! and a database has its own logs and backups. What must be gone is therefore erased by destroying the key: a day's key is
//! a small file of its own, overwritten and removed, or a row of a small table that is written anew without it. [`Shredding`] does that, and moves what shall stay under another key
//! before.
//!
//! What this cannot reach: a drive that keeps old blocks (flash memory, snapshots of a file system), a database server's log
//! until it is recycled, and backups may still hold a destroyed key. It opens nothing without the master key, so whoever keeps backups keeps the master key
//! out of them, or lets them expire.
//!
//! # Which master key is the right one
//!
//! The store holds the master keys' fingerprints, under `vault/mark`. Opening a vault with a key that is missing or another
//! one is an error, and no new key is ever made while the store knows of an old one.

mod cipher;
mod days;
mod durable;
mod error;
pub mod faults;
mod mark;
mod master;
mod sealed;
mod shelf;
mod shredding;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use zeroize::Zeroizing;

pub use self::durable::is_open_to_others;
pub use self::error::VaultError;
pub use self::sealed::{Field, NotSealed, Sealed};
pub use self::shelf::KeyShelf;
pub use self::shredding::{Shredded, Shredding};

use self::days::Days;
use self::master::Masters;
use self::sealed::Closed;
use self::shelf::FolderShelf;
use crate::clock::{Clock, beijing};
use crate::http::Hidden;
use crate::store::{Document, Key, Store, StoreError};

/// Where the master key comes from.
#[derive(Debug, Clone, Default)]
pub struct VaultSettings {
    /// The master keys as text, when they are not the data directory's own: 64 hexadecimal digits, or several of these with
    /// their numbers (`1:… 2:…`).
    pub master: Option<Hidden>,
    /// Where the keys of days are, when they are not in the data directory.
    pub shelf: Option<Arc<dyn KeyShelf>>,
}

/// Seals and opens personal data. Cheap to share behind an [`Arc`].
pub struct Vault {
    folder: PathBuf,
    masters: Masters,
    days: Days,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// The folder of the keys in a data directory.
pub fn keys_folder(data: &Path) -> PathBuf {
    data.join("keys")
}

impl Vault {
    /// Opens the vault of a data directory and makes its master key if there has never been one.
    ///
    /// # Errors
    /// [`VaultError::Missing`] or [`VaultError::Wrong`] when the master key is not the one that the store knows,
    /// [`VaultError::Form`] when it is none, [`VaultError::Open`] when others can read its file, and [`VaultError::Io`] or
    /// [`VaultError::Store`] when the disk or the store refuses. Nothing is overwritten in any case.
    pub fn open(
        data: &Path,
        settings: &VaultSettings,
        store: &dyn Store,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, VaultError> {
        let folder = keys_folder(data);
        let known = mark::read(store)?;
        let own = || Arc::new(FolderShelf::of(&folder)) as Arc<dyn KeyShelf>;
        let days = Days::on(settings.shelf.clone().unwrap_or_else(own));
        let masters = match &settings.master {
            Some(text) => Masters::parse(text.reveal())?,
            None => {
                let own = Masters::read(&folder)?;
                if own.is_empty() && known.is_none() && !days.any()? { Masters::make(data)? } else { own }
            }
        };
        mark::agree(store, known, &masters)?;
        Ok(Self { folder, masters, days, clock })
    }

    /// Whether anything was ever sealed by a vault of this store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_used(store: &dyn Store) -> Result<bool, StoreError> {
        Ok(mark::read(store)?.is_some())
    }

    /// How many days have a key.
    ///
    /// # Errors
    /// When the folder of keys cannot be read.
    pub fn day_keys(&self) -> Result<usize, VaultError> {
        Ok(self.days.all()?.len())
    }

    /// Seals a text for one field of one document, under the key of today.
    ///
    /// # Errors
    /// When today's key cannot be made or read.
    pub fn seal(&self, key: &Key, field: Field, clear: &[u8]) -> Result<Sealed, VaultError> {
        let today = self.today();
        let cipher = self.days.sealing(today, &self.masters)?;
        Ok(Sealed::closed(cipher.seal(&binding(key, field, today), clear)?, field, today))
    }

    /// Opens a sealed text.
    ///
    /// # Errors
    /// [`VaultError::Erased`] when it was erased, [`VaultError::Lost`] when its day's key is not there,
    /// [`VaultError::Broken`] when it was altered, or sealed for another document or field.
    pub fn unseal(&self, key: &Key, field: Field, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let broken = || VaultError::Broken { key: key.clone() };
        let closed = sealed.contents().map_err(|on| VaultError::Erased { key: key.clone(), on })?;
        if closed.field != field {
            return Err(broken());
        }
        let cipher = self.days.opening(closed.day, &self.masters)?;
        cipher.open(&binding(key, field, closed.day), &closed.bytes).ok_or_else(broken)
    }

    /// The body of a document with its sealed texts of some days sealed anew, under the key of today; nothing when it has
    /// none of these.
    fn renewed(&self, document: &Document, of: impl Fn(Date) -> bool) -> Result<Option<Vec<u8>>, VaultError> {
        sealed::replace(&document.body, |text| {
            let Ok(Closed { day, field, .. }) = text.contents() else { return Ok(None) };
            if !of(*day) {
                return Ok(None);
            }
            let clear = self.unseal(&document.key, *field, text)?;
            self.seal(&document.key, *field, &clear).map(Some)
        })
    }

    /// Makes a new master key, and wraps the keys of all days under it. The old ones are then no longer needed, and may be
    /// removed when no backup has to be opened with them.
    ///
    /// # Errors
    /// [`VaultError::Given`] when the master key comes from the configuration: then a new one is put there instead, beside
    /// the old one. As [`Vault::open`] otherwise; it can be run again.
    pub fn rotate(
        data: &Path,
        settings: &VaultSettings,
        store: &dyn Store,
        clock: Arc<dyn Clock>,
    ) -> Result<u32, VaultError> {
        if settings.master.is_some() {
            return Err(VaultError::Given);
        }
        let old = Self::open(data, settings, store, clock)?;
        let masters = old.masters.with_new(&old.folder)?;
        mark::agree(store, mark::read(store)?, &masters)?;
        old.days.wrap_all(&masters)?;
        Ok(masters.newest())
    }

    /// Wraps the keys of all days under the newest master key: what is left to do after a new one was put beside the old
    /// one in the configuration. Says how many were not.
    ///
    /// # Errors
    /// When a key cannot be read or written; it can be run again.
    pub fn wrap_all(&self) -> Result<usize, VaultError> {
        self.days.wrap_all(&self.masters)
    }

    /// The number of the master key that wraps the keys of new days.
    pub fn newest_master(&self) -> u32 {
        self.masters.newest()
    }

    /// Copies the keys of days from one place to another, and says how many there were: for data that is copied from one store
    /// to another. Nothing stands for the data directory.
    ///
    /// # Errors
    /// When a key cannot be read or written; it can be run again.
    pub fn copy_keys(
        data: &Path,
        from: Option<&dyn KeyShelf>,
        to: Option<&dyn KeyShelf>,
    ) -> Result<usize, VaultError> {
        let own = FolderShelf::of(&keys_folder(data));
        let (from, to) = (from.unwrap_or(&own), to.unwrap_or(&own));
        let mut names = from.names()?;
        // A folder may also hold what was never finished.
        names.retain(|name| name.parse::<Date>().is_ok());
        for name in &names {
            if let Some(line) = from.read(name)? {
                to.create(name, &line)?;
            }
        }
        Ok(names.len())
    }

    fn today(&self) -> Date {
        self.clock.now().to_zoned(beijing()).date()
    }
}

/// What a sealed text is bound to: its parts, each with its length, so that no two bindings are equal.
fn binding(key: &Key, field: Field, day: Date) -> Vec<u8> {
    let (key, field) = (key.as_str().as_bytes(), field.name().as_bytes());
    let mut bytes = Vec::with_capacity(key.len() + field.len() + 32);
    bytes.extend_from_slice(b"customs-sealed-1");
    bytes.extend_from_slice(&day.year().to_be_bytes());
    bytes.extend_from_slice(&[day.month().cast_unsigned(), day.day().cast_unsigned()]);
    for part in [key, field] {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}
