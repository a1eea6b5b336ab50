//! Time comes from outside: whoever needs "now" is given a [`Clock`].

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// China has had one time zone and no daylight saving time since 1992: UTC+8.
const BEIJING_OFFSET_HOURS: i8 = 8;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

impl std::fmt::Debug for dyn Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// The computer's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still, for tests and for repeating a run.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Beijing's time zone, in which customs writes every date.
pub fn beijing() -> TimeZone {
    TimeZone::fixed(Offset::constant(BEIJING_OFFSET_HOURS))
}
