//! Why a call failed, and what is known of it.

use std::time::Duration;

use crate::metrics::CallOutcome;

/// Whether the platform did what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Certainly not.
    NotDone,
    /// Perhaps.
    Unknown,
}

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{platform} {method}: {failure}")]
pub struct CallError {
    /// The platform's name.
    pub platform: &'static str,
    /// The method's name.
    pub method: &'static str,
    /// What happened.
    pub failure: Failure,
}

/// What happened to a call. No variant holds an address, a parameter or personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The settings do not make a client: an address that is none, no secret, or one that the platform does not take.
    #[error("it is not set up: {0}")]
    NotSetUp(&'static str),
    /// Nothing was sent, as the platform counts as down.
    #[error("it does not answer properly and is left alone for a while")]
    Resting {
        /// For how long.
        retry_after: Duration,
    },
    /// No connection came about.
    #[error("it cannot be reached")]
    Unreachable,
    /// No answer came in time.
    #[error("no answer in time")]
    TimedOut,
    /// The connection broke before the answer was complete.
    #[error("the connection broke")]
    Cut,
    /// The answer was longer than any should be.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    /// It pointed to another address, where no signed request goes.
    #[error("it points elsewhere (HTTP {0})")]
    Redirected(u16),
    /// It answered with a status of refusal or trouble.
    #[error("HTTP {status}")]
    Status {
        /// The status.
        status: u16,
        /// How long it wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// A page for people instead of data.
    #[error("a page instead of data")]
    Html,
    /// Data that breaks off or is no JSON.
    #[error("the answer is no JSON (line {line}, column {column})")]
    BadJson {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// JSON of another shape.
    #[error("the answer has another shape: {0}")]
    Shape(String),
    /// Too many calls.
    #[error("too many calls ({code})")]
    Throttled {
        /// The platform's code.
        code: String,
        /// How long it wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// The platform says that something broke on its side.
    #[error("trouble on its side: {message} ({code})")]
    Trouble {
        /// The platform's code.
        code: String,
        /// Its words.
        message: String,
    },
    /// The platform finds the time of the request wrong.
    #[error("it finds the time of the request wrong: {message} ({code})")]
    WrongTime {
        /// The platform's code.
        code: String,
        /// Its words.
        message: String,
    },
    /// The token is not valid, or not any more.
    #[error("it does not take the token: {message} ({code})")]
    Token {
        /// The platform's code.
        code: String,
        /// Its words.
        message: String,
    },
    /// The platform does not let this program in: another key or secret, an address it does not know, a method it may not call.
    #[error("it does not let this program in: {message} ({code})")]
    Barred {
        /// The platform's code.
        code: String,
        /// Its words.
        message: String,
    },
    /// The platform will not.
    #[error("refused: {message} ({code})")]
    Refused {
        /// The platform's code.
        code: String,
        /// Its words.
        message: String,
    },
    /// What has to be kept or looked up here could not be.
    #[error("the store failed: {0}")]
    Store(String),
}

/// Statuses after which the same call may succeed: time-out, too early, too many, and trouble on the server's side.
fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

impl Failure {
    /// Whether the same call may succeed later.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Resting { .. }
            | Self::Unreachable
            | Self::TimedOut
            | Self::Cut
            | Self::Html
            | Self::BadJson { .. }
            | Self::Throttled { .. }
            | Self::Trouble { .. }
            | Self::WrongTime { .. } => true,
            Self::Status { status, .. } => may_pass(*status),
            Self::NotSetUp(_)
            | Self::TooLong(_)
            | Self::Redirected(_)
            | Self::Shape(_)
            | Self::Token { .. }
            | Self::Barred { .. }
            | Self::Refused { .. }
            | Self::Store(_) => false,
        }
    }

    /// Whether the platform may have done what it was asked all the same.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::NotSetUp(_)
            | Self::Resting { .. }
            | Self::Unreachable
            | Self::Redirected(_)
            | Self::Throttled { .. }
            | Self::WrongTime { .. }
            | Self::Token { .. }
            | Self::Barred { .. }
            | Self::Refused { .. } => Outcome::NotDone,
            Self::Status { status, .. } if *status < 500 && *status != 408 => Outcome::NotDone,
            Self::TimedOut
            | Self::Cut
            | Self::TooLong(_)
            | Self::Status { .. }
            | Self::Html
            | Self::BadJson { .. }
            | Self::Shape(_)
            | Self::Trouble { .. }
            | Self::Store(_) => Outcome::Unknown,
        }
    }

    /// How long the platform wants to be left alone, when that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Resting { retry_after } => Some(*retry_after),
            Self::Status { retry_after, .. } | Self::Throttled { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether it is a sign of a platform that is down.
    pub(super) fn is_down(&self) -> bool {
        match self {
            Self::Unreachable | Self::TimedOut | Self::Cut | Self::Html | Self::BadJson { .. } => true,
            Self::Status { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// What it counts as in the figures.
    pub(super) fn call_outcome(&self) -> CallOutcome {
        match self {
            failure if failure.is_throttled() => CallOutcome::Throttled,
            Self::Refused { .. } | Self::Token { .. } => CallOutcome::Refused,
            Self::Status { status, .. } if (400..500).contains(status) => CallOutcome::Refused,
            _ => CallOutcome::Failed,
        }
    }

    /// Whether too many calls were made.
    pub(super) fn is_throttled(&self) -> bool {
        matches!(self, Self::Throttled { .. } | Self::Status { status: 429, .. })
    }
}

impl CallError {
    /// Whether the same call may succeed later.
    pub fn is_temporary(&self) -> bool {
        self.failure.is_temporary()
    }

    /// Whether the platform may have done what it was asked all the same.
    pub fn outcome(&self) -> Outcome {
        self.failure.outcome()
    }

    /// How long the platform wants to be left alone, when that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.failure.retry_after()
    }
}
