//! Call limits.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::QuantaClock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

/// What takes turns.
pub(super) type Limiter = RateLimiter<NotKeyed, InMemoryState, QuantaClock, NoOpMiddleware>;

/// Of the documented limit so many percent are used as a steady stream, and …
const STEADY_PERCENT: u64 = 80;
/// … so many may come at once. In any span of the limit's length no more than both together are sent; the rest is for calls
/// that take different times on their way and so arrive closer together than they left.
const AT_ONCE_PERCENT: u32 = 10;

/// A limit as a platform documents it: so many calls in any span of some length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    calls: NonZeroU32,
    span: Duration,
}

impl Rate {
    /// A limit. Less than one call counts as one.
    pub const fn new(calls: u32, span: Duration) -> Self {
        let calls = match NonZeroU32::new(calls) {
            Some(calls) => calls,
            None => NonZeroU32::MIN,
        };
        Self { calls, span }
    }

    /// So many calls a second.
    pub const fn per_second(calls: u32) -> Self {
        Self::new(calls, Duration::from_secs(1))
    }

    /// So many calls a minute.
    pub const fn per_minute(calls: u32) -> Self {
        Self::new(calls, Duration::from_secs(60))
    }

    pub(super) fn limiter(self) -> Limiter {
        let steady = (u64::from(self.calls.get()) * STEADY_PERCENT / 100).max(1);
        let apart = u64::try_from(self.span.as_nanos()).unwrap_or(u64::MAX) / steady;
        let at_once = NonZeroU32::new(self.calls.get() / (100 / AT_ONCE_PERCENT)).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(Duration::from_nanos(apart.max(1)));
        // A period of at least a nanosecond is always a quota.
        RateLimiter::direct(quota.unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(at_once))
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn no_span_holds_more_calls_than_documented() {
        for rate in [Rate::per_second(100), Rate::per_minute(70), Rate::per_second(1), Rate::per_minute(3)] {
            let clock = FakeRelativeClock::default();
            let quota = {
                let steady = (u64::from(rate.calls.get()) * STEADY_PERCENT / 100).max(1);
                let apart = Duration::from_nanos(rate.span.as_nanos() as u64 / steady);
                let at_once = NonZeroU32::new(rate.calls.get() / 10).unwrap_or(NonZeroU32::MIN);
                Quota::with_period(apart).unwrap().allow_burst(at_once)
            };
            let limiter = RateLimiter::direct_with_clock(quota, clock.clone());
            let step = rate.span / 1000;
            let mut sent = Vec::new();
            for tick in 0..3000_u32 {
                while limiter.check().is_ok() {
                    sent.push(tick);
                }
                clock.advance(step);
            }
            let most = sent
                .iter()
                .map(|first| sent.iter().filter(|at| (*first..*first + 1000).contains(*at)).count())
                .max()
                .unwrap();
            assert!(
                most <= rate.calls.get() as usize + usize::from(rate.calls.get() == 1),
                "{rate:?}: {most}"
            );
            assert!(sent.len() >= 2 * rate.calls.get() as usize * 6 / 10, "{rate:?}: {}", sent.len());
        }
    }
}
