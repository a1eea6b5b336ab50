//! What people and programs see: language, colours, stdout and stderr.

use std::io::{self, IsTerminal, Write};

use ports::fault::{Fault, Lang, Severity, Text};
use serde::Serialize;

use super::args::{ColorArg, Global, LangArg};

/// Where and how a command speaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    pub(super) lang: Lang,
    pub(super) json: bool,
    quiet: bool,
    colors: bool,
    progress: bool,
}

const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

impl Output {
    pub(super) fn new(global: &Global) -> Self {
        let terminal = io::stderr().is_terminal();
        let colors = match global.color {
            ColorArg::Always => true,
            ColorArg::Never => false,
            // https://no-color.org: present and not empty.
            ColorArg::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        let lang = match global.lang {
            Some(LangArg::Zh) => Lang::Zh,
            Some(LangArg::En) => Lang::En,
            None => lang_of_environment(),
        };
        Self { lang, json: global.json, quiet: global.quiet, colors, progress: terminal && !global.quiet }
    }

    /// Data: a line on stdout.
    pub(super) fn data(&self, line: &str) {
        write_line(&mut io::stdout().lock(), line);
    }

    /// Data: the one JSON document.
    pub(super) fn json(&self, value: &impl Serialize) {
        match serde_json::to_string_pretty(value) {
            Ok(text) => self.data(&text),
            Err(error) => self.problem(&error.to_string()),
        }
    }

    /// A remark on stderr; not said when quiet.
    pub(super) fn say(&self, line: &str) {
        if !self.quiet {
            write_line(&mut io::stderr().lock(), line);
        }
    }

    /// What went wrong, on stderr.
    pub(super) fn problem(&self, line: &str) {
        let line = self.paint(RED, line);
        write_line(&mut io::stderr().lock(), &line);
    }

    /// A fault, on stderr: what, where, and what to do.
    pub(super) fn fault(&self, fault: &Fault) {
        let color = if fault.kind.severity == Severity::Error { RED } else { YELLOW };
        let place = fault.at.to_string();
        let head = self.paint(color, fault.code());
        let place = if place.is_empty() { place } else { format!(" {}", self.paint(BOLD, &place)) };
        let remedy = self.paint(DIM, &format!("→ {}", fault.remedy(self.lang)));
        let line = format!("{head}{place}: {} {remedy}", fault.message(self.lang));
        write_line(&mut io::stderr().lock(), &line);
    }

    /// A text of the program in the chosen language.
    pub(super) fn text(&self, text: &Text, args: &[(&'static str, String)]) -> String {
        text.fill(self.lang, args)
    }

    /// Shows how far long work has come; on a terminal only, on one line that the next words replace.
    pub(super) fn progress(&self, line: &str) {
        if self.progress {
            let mut stderr = io::stderr().lock();
            // A progress line that cannot be shown is no reason to stop.
            let _ = write!(stderr, "\r\x1b[K{line}");
            let _ = stderr.flush();
        }
    }

    /// Clears the progress line.
    pub(super) fn progress_done(&self) {
        if self.progress {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }

    pub(super) fn bold(&self, text: &str) -> String {
        self.paint(BOLD, text)
    }

    fn paint(&self, color: &str, text: &str) -> String {
        if self.colors { format!("{color}{text}{PLAIN}") } else { text.to_owned() }
    }
}

/// Writes a line; a reader that has gone away is its own affair.
fn write_line(to: &mut impl Write, line: &str) {
    let _ = writeln!(to, "{line}");
}

/// Chinese when the locale is, else English.
fn lang_of_environment() -> Lang {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG")).unwrap_or_default();
    if locale.to_ascii_lowercase().starts_with("zh") { Lang::Zh } else { Lang::En }
}
