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

    /// The turns of one of so many callers, who keep to the limit together.
    pub(super) fn limiter(self, among: NonZeroU32) -> Limiter {
        RateLimiter::direct(self.quota(among))
    }

    fn quota(self, among: NonZeroU32) -> Quota {
        let steady = (u64::from(self.calls.get()) * STEADY_PERCENT / 100).max(1);
        let apart = u64::try_from(self.span.as_nanos()).unwrap_or(u64::MAX) / steady;
        let apart = apart.saturating_mul(u64::from(among.get()));
        let at_once = self.calls.get() / (100 / AT_ONCE_PERCENT) / among;
        let at_once = NonZeroU32::new(at_once).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(Duration::from_nanos(apart.max(1)));
        // A period of at least a nanosecond is always a quota.
        quota.unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(at_once)
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn callers_who_share_a_limit_keep_to_it_together() {
        for (rate, among) in
            [(Rate::per_second(100), 4), (Rate::per_minute(70), 7), (Rate::per_second(200), 3)]
        {
            let clock = FakeRelativeClock::default();
            let quota = rate.quota(NonZeroU32::new(among).unwrap());
            let limiters: Vec<_> =
                (0..among).map(|_| RateLimiter::direct_with_clock(quota, clock.clone())).collect();
            let mut sent = 0;
            for _ in 0..1000 {
                sent += limiters
                    .iter()
                    .map(|limiter| {
                        std::iter::repeat_with(|| limiter.check()).take_while(Result::is_ok).count()
                    })
                    .sum::<usize>();
                clock.advance(rate.span / 1000);
            }
            let calls = rate.calls.get() as usize;
            assert!(sent <= calls && sent >= calls * 7 / 10, "{rate:?} among {among}: {sent}");
        }
    }

    #[test]
    fn no_span_holds_more_calls_than_documented() {
        for rate in [Rate::per_second(100), Rate::per_minute(70), Rate::per_second(1), Rate::per_minute(3)] {
            let clock = FakeRelativeClock::default();
            let limiter = RateLimiter::direct_with_clock(rate.quota(NonZeroU32::MIN), clock.clone());
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
