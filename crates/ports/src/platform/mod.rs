//! What this program asks of a shop platform, whatever its protocol: the seam between the domain and the clients.

mod filing;

pub use self::filing::{FilingTarget, ItemCustoms, KnownCustoms, SpvCustoms};

use std::time::Duration;

/// How a platform answered a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T = ()> {
    /// It did what was asked.
    Accepted(T),
    /// It will not, and asking the same again is no use.
    Refused {
        /// The platform's own code.
        code: String,
        /// The platform's own words.
        message: String,
    },
    /// It did not get to it: the network, a rate limit, a fault on its side. The same call may be made again.
    Temporary {
        /// What happened.
        reason: String,
        /// How long it wants to be left alone, when it says so.
        retry_after: Option<Duration>,
    },
}
