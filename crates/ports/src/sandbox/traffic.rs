//! What was called, and what broke a limit.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::settings::Limits;

/// The span of the limits, unless another is said.
const SPAN: Duration = Duration::from_secs(1);

/// The calls of the last span.
#[derive(Default)]
struct Window(VecDeque<Instant>);

impl Window {
    /// Counts a call; says how many there are in the span that ends with it.
    fn count(&mut self, now: Instant, span: Duration) -> usize {
        while self.0.front().is_some_and(|first| now.saturating_duration_since(*first) >= span) {
            self.0.pop_front();
        }
        self.0.push_back(now);
        self.0.len()
    }
}

/// What a sandbox has seen of its callers.
pub(super) struct Traffic {
    span: Duration,
    calls: BTreeMap<String, u64>,
    faults: BTreeMap<&'static str, u64>,
    breaches: BTreeMap<&'static str, u64>,
    refused: BTreeMap<&'static str, u64>,
    most_by_app: usize,
    most_of_a_method: usize,
    app: Window,
    methods: BTreeMap<String, Window>,
}

impl Default for Traffic {
    fn default() -> Self {
        Self::over(SPAN)
    }
}

impl Traffic {
    /// Counts calls against limits of such a span.
    pub(super) fn over(span: Duration) -> Self {
        Self {
            span,
            calls: BTreeMap::new(),
            faults: BTreeMap::new(),
            breaches: BTreeMap::new(),
            refused: BTreeMap::new(),
            most_by_app: 0,
            most_of_a_method: 0,
            app: Window::default(),
            methods: BTreeMap::new(),
        }
    }

    /// Counts a call: its number among those of its method, and whether it is one too many.
    pub(super) fn call(&mut self, method: &str, limits: &Limits, now: Instant) -> (u64, bool) {
        let calls = self.calls.entry(method.to_owned()).or_default();
        *calls += 1;
        let number = *calls;
        let by_app = self.app.count(now, self.span);
        self.most_by_app = self.most_by_app.max(by_app);
        let by_method = self.methods.entry(method.to_owned()).or_default().count(now, self.span);
        self.most_of_a_method = self.most_of_a_method.max(by_method);
        let (app, of_method) = (by_app > limits.per_app, by_method > limits.per_method);
        if app {
            self.breach("calls_per_app");
        }
        if of_method {
            self.breach("calls_per_method");
        }
        (number, app || of_method)
    }

    /// How long until the oldest call of a method leaves the span.
    pub(super) fn frees_in(&self, method: &str, now: Instant) -> Duration {
        let oldest = self.methods.get(method).and_then(|window| window.0.front());
        oldest
            .map_or(Duration::ZERO, |oldest| self.span.saturating_sub(now.saturating_duration_since(*oldest)))
    }

    /// The most calls of one method in any span.
    pub(super) fn most_of_a_method(&self) -> usize {
        self.most_of_a_method
    }

    /// Counts something that the platform's documentation forbids.
    pub(super) fn breach(&mut self, what: &'static str) {
        *self.breaches.entry(what).or_default() += 1;
    }

    /// Counts a fault on demand.
    pub(super) fn fault(&mut self, kind: &'static str) {
        *self.faults.entry(kind).or_default() += 1;
    }

    /// Counts a call that was not let in, by what was wrong with it.
    pub(super) fn refuse(&mut self, why: &'static str) {
        *self.refused.entry(why).or_default() += 1;
    }

    pub(super) fn state(&self) -> [(&'static str, Value); 5] {
        [
            ("calls", json!(self.calls)),
            ("most_calls_in_a_second", json!(self.most_by_app)),
            ("breaches", json!(self.breaches)),
            ("refused", json!(self.refused)),
            ("faults", json!(self.faults)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_too_many_in_any_second_is_a_breach() {
        let start = Instant::now();
        let limits = Limits { per_app: 3, per_method: 2 };
        let mut traffic = Traffic::default();
        let mut call =
            |method: &str, ms: u64| traffic.call(method, &limits, start + Duration::from_millis(ms));
        assert_eq!(call("a", 0), (1, false));
        assert_eq!(call("a", 900), (2, false));
        assert_eq!(call("a", 950), (3, true));
        assert_eq!(call("b", 1_000), (1, false), "the first one is a second ago");
        assert_eq!(call("b", 1_100), (2, true));
        assert_eq!(traffic.state()[2].1, json!({"calls_per_app": 1, "calls_per_method": 1}));
    }
}
