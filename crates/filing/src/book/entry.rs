//! The documents of the book.

use std::fmt;

use jiff::Timestamp;
use ports::store::{Key, Record};
use serde::{Deserialize, Serialize};

use crate::barcode::Barcode;
use crate::record::Filing;

/// The number of an import, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportId(pub(super) u32);

impl ImportId {
    /// Its key; padded, so that keys are in the order of the numbers.
    pub(super) fn key(self) -> Key {
        Key::of(["import", &format!("{:010}", self.0)])
    }
}

impl fmt::Display for ImportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportState {
    /// It is writing its rows; none of them counts.
    Open,
    /// All of its rows count.
    Committed,
    /// It was given up or its process died; none of its rows ever counts.
    Abandoned,
}

/// One import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRecord {
    /// Its number.
    pub id: ImportId,
    /// How far it has come.
    pub state: ImportState,
    /// The file as the user named it.
    pub file: String,
    /// The sheet; nothing for a text file.
    pub sheet: Option<String>,
    /// When it began.
    pub at: Timestamp,
    /// Filings that were not in the book.
    pub new: u64,
    /// Filings that were in the book with other content.
    pub changed: u64,
}

impl Record for ImportRecord {
    const FORMAT: u32 = 1;
}

impl ImportRecord {
    /// The prefix of all imports.
    pub(super) fn all() -> Key {
        Key::below(["import"])
    }
}

/// A version that counted, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Past {
    /// What was filed.
    pub filing: Filing,
    /// The row of the file.
    pub row: u32,
    /// The import, with its file, sheet and time.
    pub import: ImportRecord,
}

/// The versions of one filing. The import's record tells file, sheet and time, so that they are not repeated here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) versions: Vec<Version>,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) import: ImportId,
    pub(super) row: u32,
    pub(super) filing: Filing,
}

impl Record for Entry {
    const FORMAT: u32 = 1;
}

impl Entry {
    pub(super) fn key(port: &str, barcode: &Barcode) -> Key {
        Key::of(["filing", port, barcode.as_str()])
    }

    pub(super) fn all() -> Key {
        Key::below(["filing"])
    }

    pub(super) fn of_port(port: &str) -> Key {
        Key::below(["filing", port])
    }

    /// A key behind every filing of a port: no barcode begins with the last character of Unicode.
    pub(super) fn behind(port: &str) -> Key {
        Key::of(["filing", port, "\u{10FFFF}"])
    }
}
