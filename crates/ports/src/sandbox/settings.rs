//! How a sandbox behaves.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;

use super::faults::Rates;
use super::scenario::{Plan, bits_of};

/// How often the platform lets itself be called: so many calls in any second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// By an application.
    pub per_app: usize,
    /// Of one method.
    pub per_method: usize,
}

impl Default for Limits {
    /// What the platform documents.
    fn default() -> Self {
        Self { per_app: 100, per_method: 200 }
    }
}

/// How long tokens live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// An access token.
    pub access: SignedDuration,
    /// A refresh token.
    pub refresh: SignedDuration,
}

impl Default for Lifetimes {
    /// Seven and fourteen days, as documented.
    fn default() -> Self {
        Self { access: SignedDuration::from_hours(7 * 24), refresh: SignedDuration::from_hours(14 * 24) }
    }
}

/// Who may call. Made from the seed, so that a sandbox that is started again knows its clients again.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The application of version 3.
    pub app_id: String,
    /// Its secret.
    pub app_secret: String,
    /// The code that the shop's owner was given, for the first tokens.
    pub code: String,
    /// The merchant's key of version 1.
    pub app_key: String,
    /// Its secret.
    pub v1_secret: String,
    /// The shop.
    pub seller_id: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// Hexadecimal digits that depend on a seed and a name only.
pub(super) fn digits(seed: u64, name: &str, count: usize) -> String {
    let mut digits = String::new();
    for part in 0.. {
        if digits.len() >= count {
            break;
        }
        digits += &format!("{:016x}", bits_of(seed, &format!("{name} {part}")));
    }
    digits.truncate(count);
    digits
}

impl Credentials {
    /// The credentials of a seed.
    pub fn of(seed: u64) -> Self {
        Self {
            app_id: digits(seed, "app", 20),
            app_secret: digits(seed, "secret", 32),
            code: format!("code-{}", digits(seed, "code", 32)),
            app_key: digits(seed, "key", 16),
            v1_secret: digits(seed, "v1 secret", 32),
            seller_id: digits(seed, "seller", 24),
        }
    }
}

/// How faults look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// How late a slow answer is.
    pub slow: Duration,
    /// How long an answer that never comes is not given.
    pub hold: Duration,
    /// What an answer of too many calls asks for; nothing leaves it to the caller.
    pub retry_after: Option<u64>,
    /// How far the platform's clock is ahead when it is wrong.
    pub skew: SignedDuration,
}

impl Manner {
    /// How long an answer of too many calls asks to wait.
    pub(super) fn wait(&self) -> Duration {
        Duration::from_secs(self.retry_after.unwrap_or_default())
    }
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            slow: Duration::from_secs(2),
            // Longer than any client waits.
            hold: Duration::from_secs(120),
            retry_after: Some(1),
            skew: SignedDuration::from_mins(20),
        }
    }
}

/// Where push messages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The callback's address; it may have parameters.
    pub url: String,
    /// How long after a failure it is tried once more; the platform waits five minutes.
    pub again_after: Duration,
    /// How late a late message is.
    pub late: Duration,
}

impl Push {
    /// Messages to an address, in the platform's manner.
    pub fn to(url: impl Into<String>) -> Self {
        Self { url: url.into(), again_after: Duration::from_secs(300), late: Duration::from_secs(20) }
    }
}

/// A sandbox's settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which scenarios the orders have, and the seed of everything.
    pub plan: Plan,
    /// What goes wrong, and how often.
    pub faults: Rates,
    /// How it then looks.
    pub manner: Manner,
    /// Call limits.
    pub limits: Limits,
    /// Tokens.
    pub lifetimes: Lifetimes,
    /// Who may call.
    pub credentials: Credentials,
    /// How many personal fields are decrypted in all; any number when nothing is said.
    pub decrypt_quota: Option<u64>,
    /// How long an order may take to show up in the list after it changed.
    pub list_lag: SignedDuration,
    /// Where push messages go, if anywhere.
    pub push: Option<Push>,
}

impl Settings {
    /// The platform as it is documented, without a fault.
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            faults: Rates::default(),
            manner: Manner::default(),
            limits: Limits::default(),
            lifetimes: Lifetimes::default(),
            credentials: Credentials::of(plan.seed),
            decrypt_quota: None,
            list_lag: SignedDuration::from_secs(20),
            push: None,
        }
    }
}
