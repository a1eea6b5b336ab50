//! Why something could not be sealed or opened. No error holds a key or a text.

use std::io;
use std::path::PathBuf;

use jiff::civil::Date;

use crate::store::{Key, StoreError};

/// Why something could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A master key that is needed is not there.
    #[error("master key {number} is missing")]
    Missing {
        /// Its number.
        number: u32,
    },
    /// A master key is there, but it is another one than what was sealed with.
    #[error("master key {number} is not the one that this data is sealed with")]
    Wrong {
        /// Its number.
        number: u32,
    },
    /// What should be a master key is none.
    #[error("{place} is no master key")]
    Form {
        /// Where it stands.
        place: String,
    },
    /// The file of a key can be read by others than its owner.
    #[error("{} can be read by others", path.display())]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// The master key comes from the configuration and cannot be changed here.
    #[error("the master key comes from the configuration")]
    Given,
    /// A day's key is not there: it was destroyed, or lost.
    #[error("the key of {day} is missing")]
    Lost {
        /// The day.
        day: Date,
    },
    /// The file of a day's key is damaged, or is another day's.
    #[error("the key of {day} is damaged")]
    Damaged {
        /// The day.
        day: Date,
    },
    /// A sealed text was altered, or is not this document's.
    #[error("the sealed data of {key} does not open: it was altered or belongs elsewhere")]
    Broken {
        /// The document.
        key: Key,
    },
    /// The text was erased.
    #[error("the personal data of {key} was erased on {on}")]
    Erased {
        /// The document.
        key: Key,
        /// When.
        on: Date,
    },
    /// The text is longer than the cipher takes.
    #[error("a text is too long to be sealed")]
    TooLong,
    /// A file.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A file's error, with its path.
pub(super) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> VaultError {
    let path = path.into();
    move |source| VaultError::Io { path, source }
}
