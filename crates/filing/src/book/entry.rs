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
    /// The import of a number as it was shown: `7`, `#7`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().trim_start_matches('#');
        let right = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|number| right && *number > 0).map(Self)
    }

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
    /// All of its rows counted until it was undone; none of them counts any more.
    Undone,
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
    /// Filings that were in the book with the same content.
    #[serde(default)]
    pub unchanged: u64,
    /// Rows of the file that held something.
    #[serde(default)]
    pub rows: u64,
    /// Rows of the file that were refused.
    #[serde(default)]
    pub refused: u64,
    /// When and with what effect it was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone: Option<Undoing>,
}

/// What undoing an import did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undoing {
    /// When it was undone.
    pub at: Timestamp,
    /// The newest import of that moment: those after it were made without the undone rows.
    pub newest: ImportId,
    /// Filings that the import had brought in and that left the book.
    pub removed: u64,
    /// Filings that went back to what they were before the import.
    pub restored: u64,
    /// Filings that a later import had changed again, and that stay as it left them.
    pub kept: u64,
}

impl Record for ImportRecord {
    // 2: imports can be undone. A program that does not know this would let undone rows count.
    const FORMAT: u32 = 2;
}

impl ImportRecord {
    /// The prefix of all imports.
    pub(super) fn all() -> Key {
        Key::below(["import"])
    }
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
    #[serde(with = "super::packed")]
    pub(super) filing: Filing,
}

impl Record for Entry {
    // 2: the values of a filing without their names.
    const FORMAT: u32 = 2;
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
