//! Calls to platforms: polite, bounded, and honest about what is known of their outcome.
//!
//! A [`Caller`] is one platform as one application sees it. It keeps the platform's call limits by itself, makes a call again
//! when that can do no harm, leaves a platform alone that is down, and says of every failure whether the call may have been
//! carried out. It knows nothing of signatures: every attempt asks the client for a fresh request, which the client signs.
//!
//! - **Limits.** Each call takes a turn of the application's limit and one of its method's. What the documentation allows is
//!   not used up: see [`Rate`].
//! - **Repetition.** After a failure that is temporary, a call is made again with growing waits and jitter: always when the
//!   platform certainly did nothing, otherwise only when the call is [`Repeat::Safe`].
//! - **Patience.** A platform that asks for time (`Retry-After`, a throttling code) gets it, for the method as a whole. A wait
//!   longer than [`CallerSettings::longest_wait`] is not sat out but handed back with the error.
//! - **Rest.** After several failures in a row the platform counts as down: for a while nothing is sent, then one call tries.
//! - **Redirects** are not followed: no signed request ever goes where it was not addressed to.
//!
//! Errors and logs name the platform, the method and what happened. They hold no address, no parameter and no content.

mod answer;
mod breaker;
mod caller;
mod error;
pub mod faults;
mod hidden;
mod rate;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

pub use answer::Answered;
pub use caller::Caller;
pub use error::{CallError, Failure, Outcome};
pub use hidden::Hidden;
pub use rate::Rate;
pub use words::{told, told_without};

use crate::metrics::Metrics;

/// How long a connection may take to stand: the figure of the platform's own client.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an answer may take: the figure of the platform's own client.
pub const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of an answer: a page of 100 orders takes some hundred kilobytes.
pub const MAX_ANSWER_BYTES: usize = 16 << 20;
/// Attempts of a call. Where a third of all attempts fail, one call in four thousand is left.
pub const ATTEMPTS: usize = 8;
/// The wait before the second attempt; it doubles with every further one, and jitter is added.
pub const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest wait between two attempts; who is asked to wait longer gets the error and comes back later.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long a throttled method is left alone when the platform does not say: its limits are per second.
pub const THROTTLED_WAIT: Duration = Duration::from_secs(1);
/// Failures in a row after which a platform counts as down. Where a third of all attempts fail by chance, this happens once
/// in sixty thousand.
pub const FAILURES_TO_REST: u32 = 10;
/// How long a platform that is down is left alone before one call tries again; doubled while that fails.
pub const REST: Duration = Duration::from_secs(5);
/// The longest rest.
pub const LONGEST_REST: Duration = Duration::from_secs(300);

/// Whether making a call twice does harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It does none: it only reads, or what it writes replaces what was there.
    Safe,
    /// It may: it is made again only when the platform certainly did nothing.
    Once,
}

/// How a platform is called.
#[derive(Debug, Clone)]
pub struct CallerSettings {
    /// What errors and logs call it.
    pub platform: &'static str,
    /// Calls of the application.
    pub per_app: Rate,
    /// Calls of each method.
    pub per_method: Rate,
    /// Calls of methods that have a limit of their own.
    pub methods: BTreeMap<String, Rate>,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long an attempt may take.
    pub timeout: Duration,
    /// Bytes of an answer.
    pub max_answer: usize,
    /// Attempts of a call.
    pub attempts: usize,
    /// The wait before the second attempt.
    pub first_wait: Duration,
    /// The longest wait between two attempts.
    pub longest_wait: Duration,
    /// How long a throttled method is left alone when the platform does not say.
    pub throttled_wait: Duration,
    /// Failures in a row after which the platform counts as down.
    pub failures_to_rest: u32,
    /// How long it is then left alone.
    pub rest: Duration,
    /// Where calls and waits are counted.
    pub metrics: Option<Metrics>,
}

impl CallerSettings {
    /// The usual settings with a platform's limits.
    pub fn new(platform: &'static str, per_app: Rate, per_method: Rate) -> Self {
        Self {
            platform,
            per_app,
            per_method,
            methods: BTreeMap::new(),
            connect_timeout: CONNECT_TIMEOUT,
            timeout: READ_TIMEOUT,
            max_answer: MAX_ANSWER_BYTES,
            attempts: ATTEMPTS,
            first_wait: FIRST_WAIT,
            longest_wait: LONGEST_WAIT,
            throttled_wait: THROTTLED_WAIT,
            failures_to_rest: FAILURES_TO_REST,
            rest: REST,
            metrics: None,
        }
    }
}
