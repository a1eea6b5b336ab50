//! The JSON of the protocol, for both sides of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum State {
    Arrived,
    Refused {
        #[serde(default)]
        reason: String,
    },
}

/// Receipts.
#[derive(Serialize, Deserialize)]
pub(crate) struct Receipts {
    pub(crate) receipts: Vec<Receipt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// One receipt.
#[derive(Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) id: String,
    pub(crate) received_at: Timestamp,
    /// Base64.
    pub(crate) body: String,
}

/// Why something is refused.
#[derive(Serialize, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) error: String,
}
