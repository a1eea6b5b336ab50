//! Figures of the running program, in the text form that Prometheus reads.
//!
//! [`Metrics`] is handed to whatever does the work and records what happens; [`Metrics::render`] shows it under `/metrics`,
//! and [`Metrics::write_textfile`] leaves it in a file for node_exporter's textfile collector. Labels are names of this
//! program, of platforms' methods and customs' codes: never an order, never a person.

mod textfile;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus::{
    CounterVec, GaugeVec, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Opts, Registry, TextEncoder,
};

/// The content type of what [`Metrics::render`] gives.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Upper bounds of the times that calls take, in seconds: from a service next door to the longest time-out.
const CALL_SECONDS: [f64; 9] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0, 30.0];
/// Upper bounds of what lies between a message and its receipt, in seconds: customs answers in seconds when it is quick and
/// in hours when a person looks at the parcel.
const LAG_SECONDS: [f64; 9] = [1.0, 5.0, 30.0, 60.0, 300.0, 1_800.0, 7_200.0, 21_600.0, 86_400.0];
/// Different refusal codes that are counted each by itself. Customs and the ports use some two hundred; what comes beyond
/// is counted together, so that nobody's nonsense makes the figures grow without end.
const MAX_CODES: usize = 400;
/// Letters of a code at the most.
const MAX_CODE_LETTERS: usize = 24;
const OTHER: &str = "other";

/// A stage of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Orders in.
    Fetch,
    /// Orders into messages.
    Declare,
    /// Messages out.
    Send,
    /// Receipts in.
    Receive,
    /// Receipts into states.
    Fold,
    /// Deadlines.
    Timers,
    /// Payment slips asked for again.
    Repush,
    /// Shipments told to the platform.
    Ship,
}

impl Stage {
    /// Its label.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Declare => "declare",
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Fold => "fold",
            Self::Timers => "timers",
            Self::Repush => "repush",
            Self::Ship => "ship",
        }
    }
}

/// What became of a message at the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SendOutcome {
    /// Taken.
    Accepted,
    /// Refused.
    Refused,
    /// Nobody knows.
    Unknown,
}

impl SendOutcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// How a call to a platform ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallOutcome {
    /// Answered.
    Answered,
    /// Refused for good.
    Refused,
    /// Too many calls.
    Throttled,
    /// No answer, or none of use; the call may have been carried out.
    Failed,
}

impl CallOutcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Throttled => "throttled",
            Self::Failed => "failed",
        }
    }
}

/// The figures. Clones record into the same ones.
#[derive(Clone)]
pub struct Metrics(Arc<Figures>);

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// The names of the figures do not fit together: a defect of this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the metrics cannot be set up: {0}")]
pub struct MetricsDefect(String);

impl From<prometheus::Error> for MetricsDefect {
    fn from(error: prometheus::Error) -> Self {
        Self(error.to_string())
    }
}

struct Figures {
    registry: Registry,
    waiting: IntGaugeVec,
    oldest: GaugeVec,
    orders: IntGaugeVec,
    messages: IntCounterVec,
    receipts: IntCounterVec,
    lag: HistogramVec,
    refusals: IntCounterVec,
    codes: Mutex<BTreeSet<String>>,
    signatures: IntCounter,
    signatures_last_minute: IntGauge,
    calls: IntCounterVec,
    call_seconds: HistogramVec,
    limit_waits: IntCounterVec,
    limit_wait_seconds: CounterVec,
}

impl Metrics {
    /// Figures that are all at nothing.
    ///
    /// # Errors
    /// [`MetricsDefect`], which no released program has.
    pub fn new() -> Result<Self, MetricsDefect> {
        let registry = Registry::new();
        let opts = |name: &str, help: &str| Opts::new(format!("customs_{name}"), help);
        let histogram = |name: &str, help: &str, buckets: &[f64]| {
            HistogramOpts::new(format!("customs_{name}"), help).buckets(buckets.to_vec())
        };
        let figures = Figures {
            waiting: IntGaugeVec::new(opts("queue_entries", "Entries that wait for a stage."), &["stage"])?,
            oldest: GaugeVec::new(
                opts("queue_age_seconds", "How long the oldest entry has waited for a stage."),
                &["stage"],
            )?,
            orders: IntGaugeVec::new(opts("orders", "Orders by state."), &["state"])?,
            messages: IntCounterVec::new(
                opts("messages_total", "Messages handed to the gateway, by kind and outcome."),
                &["kind", "outcome"],
            )?,
            receipts: IntCounterVec::new(opts("receipts_total", "Receipts taken, by kind."), &["kind"])?,
            lag: HistogramVec::new(
                histogram("receipt_lag_seconds", "From the message to its receipt.", &LAG_SECONDS),
                &["kind"],
            )?,
            refusals: IntCounterVec::new(
                opts("refusals_total", "Documents refused by customs, by code."),
                &["code"],
            )?,
            codes: Mutex::default(),
            signatures: IntCounter::with_opts(opts("signatures_total", "Signatures made."))?,
            signatures_last_minute: IntGauge::with_opts(opts(
                "signatures_last_minute",
                "Signatures made in the last minute.",
            ))?,
            calls: IntCounterVec::new(
                opts("platform_calls_total", "Attempts of calls to platforms, by method and outcome."),
                &["platform", "method", "outcome"],
            )?,
            call_seconds: HistogramVec::new(
                histogram(
                    "platform_call_seconds",
                    "How long attempts took, waits not counted.",
                    &CALL_SECONDS,
                ),
                &["platform"],
            )?,
            limit_waits: IntCounterVec::new(
                opts("rate_limit_waits_total", "Calls that waited for their turn."),
                &["platform", "method"],
            )?,
            limit_wait_seconds: CounterVec::new(
                opts("rate_limit_wait_seconds_total", "How long calls waited for their turn, together."),
                &["platform", "method"],
            )?,
            registry,
        };
        let all: [Box<dyn prometheus::core::Collector>; 13] = [
            Box::new(figures.waiting.clone()),
            Box::new(figures.oldest.clone()),
            Box::new(figures.orders.clone()),
            Box::new(figures.messages.clone()),
            Box::new(figures.receipts.clone()),
            Box::new(figures.lag.clone()),
            Box::new(figures.refusals.clone()),
            Box::new(figures.signatures.clone()),
            Box::new(figures.signatures_last_minute.clone()),
            Box::new(figures.calls.clone()),
            Box::new(figures.call_seconds.clone()),
            Box::new(figures.limit_waits.clone()),
            Box::new(figures.limit_wait_seconds.clone()),
        ];
        for one in all {
            figures.registry.register(one)?;
        }
        Ok(Self(Arc::new(figures)))
    }

    /// What waits for a stage: how much, and since when the oldest.
    pub fn queue(&self, stage: Stage, entries: u64, oldest: Option<Duration>) {
        let label = [stage.name()];
        self.0.waiting.with_label_values(&label).set(int(entries));
        self.0.oldest.with_label_values(&label).set(oldest.unwrap_or_default().as_secs_f64());
    }

    /// How many orders are in a state; `state` is a word of the command line (`held`, `released`, …).
    pub fn orders(&self, state: &'static str, count: u64) {
        self.0.orders.with_label_values(&[state]).set(int(count));
    }

    /// A message was handed to the gateway; `kind` is its type (`CEB621Message`).
    pub fn message(&self, kind: &'static str, outcome: SendOutcome) {
        self.0.messages.with_label_values(&[kind, outcome.name()]).inc();
    }

    /// A receipt was taken; `lag` is the time since its message was sent, when that is known.
    pub fn receipt(&self, kind: &'static str, lag: Option<Duration>) {
        self.0.receipts.with_label_values(&[kind]).inc();
        if let Some(lag) = lag {
            self.0.lag.with_label_values(&[kind]).observe(lag.as_secs_f64());
        }
    }

    /// Customs refused a document; `code` is what it answered.
    pub fn refusal(&self, code: &str) {
        self.0.refusals.with_label_values(&[self.label_of(code)]).inc();
    }

    /// A signature was made.
    pub fn signature(&self) {
        self.0.signatures.inc();
    }

    /// How many signatures the signer made in the last minute.
    pub fn signatures_last_minute(&self, count: u64) {
        self.0.signatures_last_minute.set(int(count));
    }

    /// An attempt of a call to a platform has ended.
    pub fn call(&self, platform: &'static str, method: &'static str, outcome: CallOutcome, took: Duration) {
        self.0.calls.with_label_values(&[platform, method, outcome.name()]).inc();
        self.0.call_seconds.with_label_values(&[platform]).observe(took.as_secs_f64());
    }

    /// A call waited for its turn.
    pub fn limit_wait(&self, platform: &'static str, method: &'static str, waited: Duration) {
        self.0.limit_waits.with_label_values(&[platform, method]).inc();
        self.0.limit_wait_seconds.with_label_values(&[platform, method]).inc_by(waited.as_secs_f64());
    }

    /// Everything, as Prometheus reads it.
    pub fn render(&self) -> String {
        // What was asked for at all cannot fail; a reader of a comment sees no figures rather than wrong ones.
        TextEncoder::new()
            .encode_to_string(&self.0.registry.gather())
            .unwrap_or_else(|error| format!("# {error}\n"))
    }

    /// A code as a label: itself while there are not too many, and while it looks like one.
    fn label_of<'c>(&self, code: &'c str) -> &'c str {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        if code.is_empty() || code.len() > MAX_CODE_LETTERS || !code.chars().all(plain) {
            return OTHER;
        }
        let mut codes = self.0.codes.lock().unwrap_or_else(PoisonError::into_inner);
        if codes.contains(code) {
            return code;
        }
        if codes.len() >= MAX_CODES {
            return OTHER;
        }
        codes.insert(code.to_owned());
        code
    }
}

fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_as_prometheus_reads_them() {
        let metrics = Metrics::new().unwrap();
        let shared = metrics.clone();
        shared.queue(Stage::Send, 7, Some(Duration::from_millis(1500)));
        shared.orders("held", 3);
        shared.message("CEB621Message", SendOutcome::Accepted);
        shared.message("CEB621Message", SendOutcome::Accepted);
        shared.message("CEB311Message", SendOutcome::Unknown);
        shared.receipt("CEB622Message", Some(Duration::from_secs(40)));
        shared.refusal("1332");
        shared.signature();
        shared.signatures_last_minute(240);
        shared.call("xiaohongshu", "order.getOrderDetail", CallOutcome::Throttled, Duration::from_millis(20));
        shared.limit_wait("xiaohongshu", "order.getOrderDetail", Duration::from_secs(2));
        insta::assert_snapshot!(metrics.render());
    }

    #[test]
    fn codes_from_outside_do_not_grow_without_end() {
        let metrics = Metrics::new().unwrap();
        for nonsense in ["", "鲸落甲", "a b", "x\"y", &"9".repeat(25)] {
            metrics.refusal(nonsense);
        }
        for code in 0..2 * MAX_CODES {
            metrics.refusal(&code.to_string());
        }
        let text = metrics.render();
        assert_eq!(
            text.lines().filter(|line| line.starts_with("customs_refusals_total{")).count(),
            MAX_CODES + 1
        );
        assert!(
            text.contains(&format!("customs_refusals_total{{code=\"other\"}} {}", MAX_CODES + 5)),
            "{text}"
        );
    }
}
