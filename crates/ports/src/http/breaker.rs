//! Leaving a platform alone that is down.

use std::time::{Duration, Instant};

use super::LONGEST_REST;

/// Counts failures in a row. Time is given from outside.
#[derive(Debug)]
pub(super) struct Breaker {
    limit: u32,
    first_rest: Duration,
    failures: u32,
    rest: Duration,
    rests_until: Option<Instant>,
}

impl Breaker {
    pub(super) fn new(limit: u32, first_rest: Duration) -> Self {
        Self { limit: limit.max(1), first_rest, failures: 0, rest: first_rest, rests_until: None }
    }

    /// Whether a call may be made now; if not, how long not. After a rest one call may try, and the others wait for it.
    pub(super) fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        if let Some(until) = self.rests_until {
            if until > now {
                return Err(until - now);
            }
            self.rests_until = Some(now + self.rest);
        }
        Ok(())
    }

    /// The platform answered as one that is up.
    pub(super) fn answered(&mut self) {
        *self = Self::new(self.limit, self.first_rest);
    }

    /// It did not. Says whether it counts as down from now on.
    pub(super) fn failed(&mut self, now: Instant) -> bool {
        self.failures = self.failures.saturating_add(1);
        if self.failures < self.limit {
            return false;
        }
        let tried = self.failures > self.limit;
        if tried && self.rests_until.is_none_or(|until| until > now + self.rest) {
            return false;
        }
        if tried {
            self.rest = (self.rest * 2).min(LONGEST_REST);
        }
        self.rests_until = Some(now + self.rest);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(5);

    #[test]
    fn it_rests_after_failures_in_a_row_and_tries_with_one_call() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut breaker = Breaker::new(3, REST);
        for _ in 0..2 {
            assert!(!breaker.failed(start));
        }
        breaker.answered();
        for _ in 0..2 {
            assert!(!breaker.failed(start));
        }
        assert_eq!(breaker.admit(start), Ok(()));
        assert!(breaker.failed(start));
        assert_eq!(breaker.admit(at(2)), Err(Duration::from_secs(3)));
        assert_eq!(breaker.admit(at(5)), Ok(()), "one tries");
        assert_eq!(breaker.admit(at(5)), Err(REST), "the others wait for it");
        assert!(breaker.failed(at(6)));
        assert_eq!(breaker.admit(at(6)), Err(2 * REST), "and longer each time");
        assert_eq!(breaker.admit(at(16)), Ok(()));
        breaker.answered();
        assert_eq!(breaker.admit(at(16)), Ok(()));
    }
}
