//! A signing service: keys that never leave their device (智能密码钥匙, 服务器密码机), behind HTTP.
//!
//! # The protocol
//!
//! A signature is asked for with `POST <url>` and this JSON:
//!
//! ```json
//! {"algorithm": "sm2-sm3", "certificate": "01A2B3C4D5E6F708", "data": "PGRzOlNpZ25lZEluZm8g…"}
//! ```
//!
//! - `algorithm`: `sm2-sm3` (SM2 over SM3, user id `1234567812345678`) or `rsa-sha1` (PKCS#1 v1.5);
//! - `certificate`: the serial number of the certificate whose key is to sign, upper-case hexadecimal;
//! - `data`: what is to be signed, whole, in Base64. The service hashes it itself.
//!
//! The answer is `200` with `{"signature": "<Base64>"}`: 64 raw bytes `r‖s` for SM2, the plain PKCS#1 signature for RSA. Any
//! other status is a refusal; `{"error": "<words>"}` in its body is shown to people. `429` and `503` mean "busy": the call is
//! made again, after `Retry-After` when it is given. `GET <url>` answers `200` while the key can be used.
//!
//! A token, when there is one, goes along as `Authorization: Bearer <token>`.
//!
//! # The pool
//!
//! A key device signs some four times a second (about 250 parcels a minute), so several may stand side by side under several addresses. Each
//! address has a number of places; who finds all of them taken waits, which slows the caller down to what the devices can do.
//! An address that fails is left alone for a while and the others take its work. A signature changes nothing in the world, so
//! every call may be made again.

mod meter;
mod service;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use meter::Meter;
pub use service::SigningService;

/// How long a device may take for one signature: slow keys take a quarter of a second, and the service may be busy with others.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// Signatures under way at one address: one in work and one on its way, so that a device never waits for the network.
pub const DEFAULT_PLACES: usize = 2;

/// Where signatures come from.
#[derive(Clone)]
pub struct SigningSettings {
    /// The addresses of the services. All of them hold the same certificate's key.
    pub urls: Vec<String>,
    /// What the services know the caller by.
    pub token: Option<String>,
    /// Signatures under way at one address.
    pub places: usize,
    /// How long one call may take.
    pub timeout: Duration,
}

impl std::fmt::Debug for SigningSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningSettings")
            .field("urls", &self.urls)
            .field("places", &self.places)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Why there is no signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// An address that is none, or none at all.
    #[error("not an address of a signing service: {0}")]
    Address(String),
    /// The service could not be reached, or the connection broke.
    #[error("{url}: {reason}")]
    Unreachable {
        /// Which address.
        url: String,
        /// What happened.
        reason: &'static str,
    },
    /// The service is busy.
    #[error("{url}: busy (HTTP {status})")]
    Busy {
        /// Which address.
        url: String,
        /// Its status.
        status: u16,
        /// How long it wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// The service will not sign.
    #[error("{url}: refused (HTTP {status}): {message}")]
    Refused {
        /// Which address.
        url: String,
        /// Its status.
        status: u16,
        /// Its words.
        message: String,
    },
    /// An answer that is none.
    #[error("{url}: the answer has no signature in Base64")]
    Answer {
        /// Which address.
        url: String,
    },
    /// No device was free in time.
    #[error("no signing device was free within {0:?}")]
    Full(Duration),
}

impl SigningError {
    /// Whether another call may succeed.
    fn is_temporary(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Busy { .. })
    }
}
