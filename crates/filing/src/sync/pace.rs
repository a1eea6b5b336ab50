//! Calls at the platform's pace, again when it was not its day.

use std::time::Duration;

use jiff::Timestamp;
use ports::clock::Clock;
use ports::platform::Answer;

/// Attempts at one call before the whole run stops: with the waits between them half a minute.
const ATTEMPTS: u32 = 5;
/// The first wait; it doubles with every attempt.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest wait, also when the platform asks for more.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What became of a call.
pub(super) enum Called<T> {
    Accepted(T),
    Refused {
        code: String,
        message: String,
    },
    /// The platform did not get to it in any attempt.
    Stopped {
        reason: String,
    },
}

/// Keeps the calls apart.
pub(super) struct Pace<'p> {
    clock: &'p dyn Clock,
    sleep: &'p dyn Fn(Duration),
    apart: Duration,
    last: Option<Timestamp>,
}

impl<'p> Pace<'p> {
    pub(super) fn new(clock: &'p dyn Clock, sleep: &'p dyn Fn(Duration), per_second: u32) -> Self {
        let apart = Duration::from_secs(1).checked_div(per_second).unwrap_or_default();
        Self { clock, sleep, apart, last: None }
    }

    pub(super) fn call<T>(&mut self, call: impl Fn() -> Answer<T>) -> Called<T> {
        let mut wait = FIRST_WAIT;
        let mut attempt = 1;
        loop {
            self.take_turn();
            match call() {
                Answer::Accepted(value) => return Called::Accepted(value),
                Answer::Refused { code, message } => return Called::Refused { code, message },
                Answer::Temporary { reason, .. } if attempt >= ATTEMPTS => return Called::Stopped { reason },
                Answer::Temporary { retry_after, .. } => {
                    (self.sleep)(retry_after.unwrap_or(wait).min(LONGEST_WAIT));
                    wait = wait.saturating_mul(2);
                    attempt += 1;
                }
            }
        }
    }

    /// Waits until the last call is long enough ago.
    fn take_turn(&mut self) {
        if let Some(last) = self.last {
            let passed = Duration::try_from(self.clock.now().duration_since(last)).unwrap_or_default();
            if let Some(left) = self.apart.checked_sub(passed).filter(|left| !left.is_zero()) {
                (self.sleep)(left);
            }
        }
        self.last = Some(self.clock.now());
    }
}
