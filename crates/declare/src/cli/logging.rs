//! Logs on stderr: what this program itself does, as text or as one JSON object a line.
//!
//! Logs hold numbers, codes and names of methods. What other crates have to say is never let through, not even when it is
//! asked for: they do not know what is personal. This program's own types show nothing personal by themselves.

use std::fmt;
use std::io;

use ports::clock::{Clock, SystemClock, beijing};
use tracing::Metadata;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use super::args::{Global, LogFormat};
use super::workplace;
use crate::configuration::{Configuration, Logging};

/// What is logged, in the words of `RUST_LOG`: `debug`, or `ports::http=debug,declare=info`.
const VARIABLE: &str = "CUSTOMS_LOG";
/// This program's crates.
const OURS: [&str; 4] = ["customs", "declare", "filing", "ports"];

/// Moments as people here write them: Beijing's time.
struct BeijingTime;

impl FormatTime for BeijingTime {
    fn format_time(&self, to: &mut Writer<'_>) -> fmt::Result {
        write!(to, "{}", SystemClock.now().to_zoned(beijing()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z"))
    }
}

/// Begins to log. A process does so once; whatever comes second changes nothing.
pub(super) fn start(global: &Global) {
    // A configuration that cannot be read is told by the command that needs it.
    let configured = workplace::configuration_path(global)
        .and_then(|path| Configuration::read(&path).ok())
        .map(|configuration| configuration.logging)
        .unwrap_or_default();
    let json = match global.log_format {
        Some(format) => format == LogFormat::Json,
        None => configured.format.as_deref() == Some("json"),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_timer(BeijingTime);
    let ours = tracing_subscriber::filter::filter_fn(is_ours);
    let levels = levels(global, &configured);
    let registry = tracing_subscriber::registry();
    let begun = if json {
        registry.with(lines.json().flatten_event(true).with_filter(ours).with_filter(levels)).try_init()
    } else {
        registry.with(lines.with_ansi(false).with_filter(ours).with_filter(levels)).try_init()
    };
    // It fails when somebody logs already: then it is said there.
    drop(begun);
}

fn is_ours(of: &Metadata<'_>) -> bool {
    let root = of.target().split("::").next().unwrap_or_default();
    OURS.contains(&root)
}

/// The variable, else the flags, else the configuration, else warnings.
fn levels(global: &Global, configured: &Logging) -> EnvFilter {
    let level = match (global.quiet, global.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => match configured.level.as_deref() {
            Some(level) => level.parse().unwrap_or(LevelFilter::WARN),
            None => LevelFilter::WARN,
        },
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    let builder = EnvFilter::builder().with_default_directive(level.into());
    match std::env::var(VARIABLE) {
        Ok(words) if !words.trim().is_empty() => builder.parse_lossy(words),
        _ => builder.parse_lossy(""),
    }
}
