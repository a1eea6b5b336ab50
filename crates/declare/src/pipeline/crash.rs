//! A test aid: places where the process can be made to end at once, as by a power cut.
//!
//! With `CUSTOMS_CRASH_AT=<point>` in its environment the process aborts when it first comes to that point, with
//! `<point>:<n>` when it comes there for the n-th time. Every point lies between two things that last: a restart has to
//! repair whatever is half done there. Without the variable nothing happens; nobody needs it in production.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// The variable.
pub const VARIABLE: &str = "CUSTOMS_CRASH_AT";

/// Every point, in the order in which an order passes them.
pub const POINTS: [&str; 20] = [
    "notices-kept",
    "bundle-read",
    "bundle-kept",
    "documents-made",
    "archive-written",
    "archive-synced",
    "declaration-kept",
    "outgoing-claimed",
    "before-submit",
    "after-submit",
    "outcome-kept",
    "receipts-taken",
    "receipts-kept",
    "receipt-acknowledged",
    "receipts-claimed",
    "receipts-folded",
    "before-repush",
    "after-repush",
    "before-ship",
    "after-ship",
];

/// Where to crash, and at which time of coming there.
struct Plan {
    point: String,
    time: u64,
    passed: Mutex<HashMap<&'static str, u64>>,
}

/// Comes to a point.
pub(super) fn point(name: &'static str) {
    static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
    debug_assert!(POINTS.contains(&name), "{name} is not in the list");
    let plan = PLAN.get_or_init(|| std::env::var(VARIABLE).ok().map(|text| Plan::read(&text)));
    let Some(plan) = plan.as_ref().filter(|plan| plan.point == name) else { return };
    let mut passed = plan.passed.lock().unwrap_or_else(PoisonError::into_inner);
    let times = passed.entry(name).or_default();
    *times += 1;
    if *times >= plan.time {
        // No destructor runs and nothing is flushed.
        std::process::abort();
    }
}

impl Plan {
    fn read(text: &str) -> Self {
        let (point, time) = match text.split_once(':') {
            Some((point, time)) => (point, time.parse().unwrap_or(1)),
            None => (text, 1),
        };
        Self { point: point.to_owned(), time, passed: Mutex::default() }
    }
}
