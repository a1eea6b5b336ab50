//! Signatures per minute.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);

/// Counts signatures, and those of the last minute: what a device's limit is given in.
///
/// The minute is kept second by second, so that the meter takes the same room at any speed.
#[derive(Debug, Default)]
pub struct Meter {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// The second, since the first signature, and how many fell into it.
    seconds: VecDeque<(u64, u64)>,
    begun: Option<Instant>,
    total: u64,
}

impl Meter {
    /// A signature was made.
    pub fn tick(&self, at: Instant) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let second = at.duration_since(*counts.begun.get_or_insert(at)).as_secs();
        counts.total += 1;
        match counts.seconds.back_mut() {
            Some((last, count)) if *last >= second => *count += 1,
            _ => counts.seconds.push_back((second, 1)),
        }
        counts.forget(second);
    }

    /// How many there were since the start.
    pub fn total(&self) -> u64 {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).total
    }

    /// How many there were in the minute before `at`.
    pub fn last_minute(&self, at: Instant) -> u64 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(begun) = counts.begun else { return 0 };
        let second = at.duration_since(begun).as_secs();
        counts.forget(second);
        counts.seconds.iter().map(|(_, count)| count).sum()
    }
}

impl Counts {
    fn forget(&mut self, now: u64) {
        while self.seconds.front().is_some_and(|(second, _)| second + MINUTE.as_secs() <= now) {
            self.seconds.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_passes() {
        let meter = Meter::default();
        let begun = Instant::now();
        assert_eq!(meter.last_minute(begun), 0);
        for seconds in [0, 0, 30, 59, 61] {
            meter.tick(begun + Duration::from_secs(seconds));
        }
        assert_eq!(meter.total(), 5);
        assert_eq!(meter.last_minute(begun + Duration::from_secs(61)), 3);
        assert_eq!(meter.last_minute(begun + Duration::from_secs(200)), 0);
    }
}
