//! What goes wrong on the other side: seeded, so that a measurement can be made again.

use std::sync::atomic::{AtomicU64, Ordering};

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strike {
    /// Before anything was done.
    Before,
    /// It was done, and the answer was lost.
    After,
}

/// Strikes so many calls of a thousand.
#[derive(Default)]
pub(crate) struct Trouble {
    of_thousand: u64,
    seed: u64,
    calls: AtomicU64,
}

impl Trouble {
    pub(crate) fn new(of_thousand: u64, seed: u64) -> Self {
        Self { of_thousand, seed, calls: AtomicU64::default() }
    }

    /// What befalls the next call.
    pub(crate) fn strike(&self) -> Option<Strike> {
        if self.of_thousand == 0 {
            return None;
        }
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        // SplitMix64.
        let mut chance = (self.seed ^ call).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(call << 32);
        chance = (chance ^ (chance >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        chance = (chance ^ (chance >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        chance ^= chance >> 31;
        (chance % 1_000 < self.of_thousand).then_some(if chance >> 63 == 0 {
            Strike::Before
        } else {
            Strike::After
        })
    }
}

/// Processor time of this thread so far, in microseconds.
pub(crate) fn own_time_us() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec * 1_000_000 + time.tv_nsec / 1_000).unwrap_or_default()
}
