//! The documents of a case and the versions that were made of them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::documents::{Guid, Submission};
use crate::receipt::{ReturnTime, Subject};

/// The documents by kind.
pub type Papers = BTreeMap<Subject, Paper>;

/// One document: all its versions, the latest last. Only the latest can count: an earlier one was refused or never arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Paper {
    /// The versions; never none.
    pub versions: Vec<Version>,
}

/// How far a version is on its way to the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dispatch {
    /// Its message is stored and is to be submitted.
    Made,
    /// Its message was submitted and nobody knows what became of it: it is asked about, or the same bytes are submitted again.
    Unknown,
    /// The gateway has its message.
    Sent,
    /// The gateway refused its message: nothing of it is declared.
    Refused,
}

/// A version of a document: one number, one time, the same bytes for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The document's own number.
    pub guid: Guid,
    /// The message it stands in.
    pub message: Guid,
    /// Messages in which the same bytes of it stood before and which customs' side could not process.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Guid>,
    /// New, change or deletion (`appType`).
    pub submission: Submission,
    /// When it was made (`appTime`).
    pub made_at: Timestamp,
    /// How far it is.
    pub dispatch: Dispatch,
    /// When its message was last submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// How often its message was submitted.
    #[serde(default)]
    pub attempts: u32,
    /// Whether a sending of it ever had an unknown outcome, or it was sent more than once: then an answer that it is there
    /// already confirms it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubted: bool,
    /// Whether it stands alone in its message.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alone: bool,
    /// Customs' time of the last receipt about the version before. What customs says up to then is about that one: customs'
    /// clock is compared with itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<ReturnTime>,
    /// Customs' time of the last failure of the other side when the document was sent once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_until: Option<ReturnTime>,
    /// The version of the inventory that a withdrawal or a return is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<u8>,
    /// A short hash of what the document says, apart from its number and time: two versions with one print say the same.
    pub print: String,
}

impl Paper {
    /// The version that counts.
    pub fn latest(&self) -> Option<&Version> {
        self.versions.last()
    }
}
