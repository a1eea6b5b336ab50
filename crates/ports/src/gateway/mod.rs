//! The gateway: where customs messages leave and receipts arrive.
//!
//! Two ways lead to customs. A transport client takes messages from one folder and puts receipts into another ([`folder`]), or a
//! service does both over HTTP ([`http`]). Both are a [`Gateway`], and so is the sandbox behind either.
//!
//! # What a sender may rely on
//!
//! 1. **Bytes are bytes.** What is submitted arrives byte for byte; what arrives is handed out byte for byte. Nothing here looks
//!    into a message.
//! 2. **A message number names its bytes.** Submitting the same bytes under the same number again, at any time, also after a
//!    crash, brings no second message to the other side. Other bytes under a known number are refused.
//! 3. **Every outcome is honest.** [`Outcome::Accepted`] and [`Outcome::Refused`] are certain, [`Outcome::Deferred`] is certain to
//!    have sent nothing, everything else is [`Outcome::Unknown`]. After the last two the same bytes are submitted again.
//! 4. **A receipt is handed out until it is acknowledged.** It may come more than once and in any order, never not at all. Who
//!    receives keeps the receipts and [`Batch::next`] in one commit, and only then acknowledges.
//!
//! These promises are written down as checks in `conformance`, which every implementation passes.

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod error;
pub mod faults;
pub mod folder;
pub mod http;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;

use crate::fault::Fault;

pub use self::error::GatewayError;

/// The longest number of a message, in characters: a GUID has 36, and what is longer does not make a file's name everywhere.
pub const MAX_GUID: usize = 64;
/// The longest receipt that is taken, in bytes: as the longest message that is read.
pub const MAX_RECEIPT_BYTES: usize = 16 << 20;
/// Receipts of a batch: enough to share a commit, few enough to be held in memory at once.
pub const MAX_BATCH: usize = 500;
/// Bytes of a batch. One more receipt may go beyond it.
pub const MAX_BATCH_BYTES: usize = 32 << 20;

/// An answer that is on its way.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What became of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The message is on the other side; it was perhaps there before.
    Accepted,
    /// The other side will not have it, and submitting it again is no use.
    Refused {
        /// Its words, or ours.
        reason: String,
    },
    /// Nothing was sent. The same bytes may be submitted later.
    Deferred {
        /// What is in the way.
        error: GatewayError,
        /// How long the other side wants to be left alone, when it says so.
        retry_after: Option<Duration>,
    },
    /// The message may be there or not. The same bytes, and no others, are to be submitted again under the same number.
    Unknown {
        /// What happened.
        reason: String,
    },
}

/// What is known of a message that was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is on the other side.
    Arrived,
    /// The other side refused it after it had come.
    Refused {
        /// Its words.
        reason: String,
    },
    /// It never came. The same bytes are to be submitted.
    NeverArrived,
    /// Nobody can say now.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// A receipt as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Raw {
    /// What the other side calls it. Names may be used again for other receipts: what tells receipts apart is name and bytes.
    pub name: String,
    /// Its bytes. They may name people: `Debug` tells their length only.
    pub bytes: Vec<u8>,
    /// When it came to the gateway.
    pub received_at: Timestamp,
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({}, {} bytes, {})", self.name, self.bytes.len(), self.received_at)
    }
}

/// Receipts that were waiting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The receipts, at most [`MAX_BATCH`].
    pub receipts: Vec<Raw>,
    /// Where the next look begins; it is to be kept with the receipts. Nothing when this gateway counts by acknowledgement alone.
    pub next: Option<String>,
    /// Whether more are waiting now, so that it is worth looking again at once.
    pub more: bool,
    /// What lies there and cannot be taken. It stays where it is.
    pub faults: Vec<Fault>,
}

/// A way to customs and back. Implementations are called from many tasks at once.
pub trait Gateway: Send + Sync {
    /// Its kind as the configuration names it.
    fn kind(&self) -> &'static str;

    /// Hands a message over, whose number is `guid`.
    fn submit<'a>(&'a self, guid: &'a str, bytes: &'a [u8]) -> Pending<'a, Outcome>;

    /// Asks what became of a message. [`Fate::NeverArrived`] holds only while no submission of it is under way.
    fn query<'a>(&'a self, guid: &'a str) -> Pending<'a, Fate>;

    /// The receipts that wait, without waiting for any: whoever wants more comes back later. `after` is the last
    /// [`Batch::next`] that was kept.
    ///
    /// The answer is an error when none could be looked for; nothing is lost then.
    fn receive<'a>(&'a self, after: Option<&'a str>) -> Pending<'a, Result<Batch, GatewayError>>;

    /// Says that a receipt is kept and need not come again. Saying it twice does no harm.
    fn acknowledge<'a>(&'a self, receipt: &'a Raw) -> Pending<'a, Result<(), GatewayError>>;

    /// Whether the gateway can be used now. Nothing is sent.
    fn probe(&self) -> Pending<'_, Result<(), GatewayError>>;
}

/// A message number that is safe as a file's name and in an address: letters, digits and hyphens.
pub(crate) fn usable(guid: &str) -> Result<(), GatewayError> {
    let letters = guid.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if letters && !guid.is_empty() && guid.len() <= MAX_GUID {
        Ok(())
    } else {
        Err(GatewayError::Number { guid: guid.chars().take(MAX_GUID).collect() })
    }
}

/// The refusal of bytes under a number that belongs to others.
fn other_bytes(guid: &str) -> Outcome {
    Outcome::Refused { reason: format!("another message was sent under the number {guid}") }
}
