//! Customs behind a service of HTTP: a transport client, a cloud service or a colleague's program that takes messages and keeps
//! receipts.
//!
//! # The protocol, for those who build the other side
//!
//! All addresses are below one base address, which uses TLS unless it is on the same machine. A token, when there is one, goes
//! along with every request as `Authorization: Bearer <token>`. Redirects are not followed. A refusal may say why in its body,
//! `{"error": "<words>"}`; the words are shown to people. `Retry-After` (seconds or a date) is honoured everywhere.
//!
//! ## `POST <base>/messages`
//!
//! The body is the message, `Content-Type: application/xml`; `Idempotency-Key` is its number: the GUID of the message's root.
//! The service keeps the message, so that it survives a crash, before it answers.
//!
//! | answer | what the sender understands |
//! |---|---|
//! | `200`, `201`, `202` | the message is there; it may have come before. It is not sent again. |
//! | `400`, `409`, `413`, `415`, `422` and other `4xx` | it is refused for good. `409`: the number belongs to other bytes. |
//! | `401`, `403`, `404`, `405`, `407` | nothing was taken: token or address are wrong. It is sent when they are mended. |
//! | `425`, `429` | nothing was taken now. The same bytes come again later. |
//! | `408`, `5xx`, no answer, half an answer | unknown. The same bytes come again, under the same key, until one of the above. |
//!
//! The body of a success is empty or JSON: a page is taken for that of a proxy that handed nothing on, and the outcome is
//! unknown.
//!
//! So the service must know a number for as long as its message may come again (30 days are plenty), and treat the same bytes
//! under a known number as done. That is the whole secret of "nothing lost, nothing twice".
//!
//! ## `GET <base>/messages/<guid>`
//!
//! What became of a message: `200` with `{"state": "arrived"}` or `{"state": "refused", "reason": "<words>"}`; `404` when it
//! never came.
//!
//! ## `GET <base>/receipts?after=<cursor>&limit=<number>`
//!
//! ```json
//! {"receipts": [{"id": "17", "received_at": "2026-11-24T02:11:00Z", "body": "PENFQjYyMk1lc3NhZ2Ug…"}], "next": "17"}
//! ```
//!
//! The receipts that came after a place, oldest first, at most `limit` and about 32 MB of them; `body` is the receipt in Base64,
//! byte for byte. `next` is the place behind the last of them, a text of the service's choice, and is left out or `null` when
//! there are none. Without `after` the service begins with the oldest it has; with `limit=0` it only says that it is there. Who
//! asks after a place has kept everything before it: the service may forget that.

mod client;
pub(crate) mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use client::HttpGateway;

use crate::http::{Hidden, Rate};

/// The header under which a message's number travels.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// How long an answer may take: a service that keeps a message of 7 MB has done so within seconds.
pub const TIMEOUT: Duration = Duration::from_secs(30);
/// Sendings of one submission, before it is left to the outbox to submit it again later.
pub const ATTEMPTS: u32 = 3;
/// The wait before the second; it doubles with every further one.
pub const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest wait for a service that asks for one; who is asked to wait longer comes back later.
pub const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Calls a second. A message holds up to 100 documents: this is beyond any shop, and below any server's limit.
pub const CALLS: Rate = Rate::per_second(200);
/// Bytes of an answer: a batch of receipts in Base64.
pub const MAX_ANSWER_BYTES: usize = 64 << 20;

/// Which service.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// The base address.
    pub url: String,
    /// What the service knows this program by.
    pub token: Option<Hidden>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Sendings of one submission.
    pub attempts: u32,
    /// The wait before the second.
    pub first_wait: Duration,
}

impl HttpSettings {
    /// The usual settings for a service.
    pub fn new(url: impl Into<String>, token: Option<Hidden>) -> Self {
        Self { url: url.into(), token, timeout: TIMEOUT, attempts: ATTEMPTS, first_wait: FIRST_WAIT }
    }
}
