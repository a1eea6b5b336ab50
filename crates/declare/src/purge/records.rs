//! What a purge needs to know of the records that others write: a few members each, whatever else they hold.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use ports::store::Record;
use serde::{Deserialize, Serialize};

use crate::documents::Guid;

/// These views read every format: the members they name are never renamed.
const ANY_FORMAT: u32 = u32::MAX;

/// An order's declaration, `declared/<merchant>/<order number>`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Declaration {
    pub(super) documents: BTreeMap<String, Declared>,
}

/// One declared document.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Declared {
    pub(super) message: Guid,
    pub(super) made_at: Timestamp,
}

/// An order as the platform gave it, `bundle/<order number>`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Bundle {
    /// When it was read.
    pub(super) at: Timestamp,
}

/// An order that is followed, `case/<order number>`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Case {
    /// Its state's word.
    #[serde(default)]
    pub(super) state: String,
    /// Since when.
    #[serde(default)]
    pub(super) since: Option<Timestamp>,
}

/// A receipt as customs gave it, `receipt/<id>`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Receipt {
    pub(super) received_at: Timestamp,
    /// The orders it tells of; none when it belongs to nobody.
    #[serde(default)]
    pub(super) orders: Vec<String>,
}

/// A message that was written, `message/<guid>`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) file: String,
}

/// A message on its way, `outbox/<guid>`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Outgoing {
    #[serde(default)]
    pub(super) orders: Vec<String>,
}

/// The mark of a message that was removed from the archive, `purged/message/<guid>`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Removed {
    pub(super) on: Date,
}

impl Record for Declaration {
    const FORMAT: u32 = ANY_FORMAT;
}
impl Record for Case {
    const FORMAT: u32 = ANY_FORMAT;
}
impl Record for Bundle {
    const FORMAT: u32 = ANY_FORMAT;
}
impl Record for Receipt {
    const FORMAT: u32 = ANY_FORMAT;
}
impl Record for Message {
    const FORMAT: u32 = ANY_FORMAT;
}
impl Record for Outgoing {
    const FORMAT: u32 = ANY_FORMAT;
}
impl Record for Removed {
    const FORMAT: u32 = 1;
}
