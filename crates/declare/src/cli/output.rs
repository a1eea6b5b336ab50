//! What people and programs see: language, colours, stdout and stderr.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ports::fault::{Fault, Lang, Report, Severity, Text};
use serde::Serialize;

use super::Exit;
use super::args::{ColorArg, Global, LangArg};

/// What has been said so far; a process has one stdout.
static SAID: Mutex<Said> =
    Mutex::new(Said { answered: false, broken: None, problems: Vec::new(), faults: Vec::new() });

struct Said {
    /// Whether anything went to stdout.
    answered: bool,
    /// Why stdout took no more.
    broken: Option<String>,
    /// What went wrong, for the JSON document of a command that could not do its work.
    problems: Vec<String>,
    faults: Vec<Report>,
}

fn said() -> MutexGuard<'static, Said> {
    SAID.lock().unwrap_or_else(PoisonError::into_inner)
}

const NO_OUTPUT: Text = Text {
    zh: "标准输出写不下去：{reason}；输出不完整",
    en: "stdout cannot be written: {reason}; what came out is not complete",
};

/// What a command says under `--json` that could not do its work.
#[derive(Serialize)]
pub(super) struct Failure {
    error: Reason,
    faults: Vec<Report>,
}

#[derive(Serialize)]
struct Reason {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    message: String,
}

impl Failure {
    /// One that has nothing but words.
    pub(super) fn of(message: String) -> Self {
        Self { error: Reason { code: None, message }, faults: Vec::new() }
    }

    /// What went wrong so far.
    pub(super) fn so_far() -> Self {
        let mut said = said();
        let faults = std::mem::take(&mut said.faults);
        let problems = std::mem::take(&mut said.problems).join("; ");
        let error = match faults.first() {
            Some(first) if problems.is_empty() => {
                Reason { code: Some(first.code), message: first.message.clone() }
            }
            _ => Reason { code: None, message: problems },
        };
        Self { error, faults }
    }
}

/// Writes to stdout. A reader that has gone away is its own affair; anything else is told at the end.
pub(super) fn print(text: &str) {
    let written = io::stdout().lock().write_all(text.as_bytes());
    let mut said = said();
    said.answered = true;
    said.keep(written);
}

impl Said {
    fn keep(&mut self, written: io::Result<()>) {
        if let Err(error) = written
            && error.kind() != io::ErrorKind::BrokenPipe
            && self.broken.is_none()
        {
            self.broken = Some(error.to_string());
        }
    }
}

/// Where and how a command speaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    pub(super) lang: Lang,
    pub(super) json: bool,
    quiet: bool,
    verbose: bool,
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
        Self {
            lang,
            json: global.json,
            quiet: global.quiet,
            verbose: global.verbose > 0,
            colors,
            progress: terminal && !global.quiet,
        }
    }

    /// Data: a line on stdout.
    pub(super) fn data(&self, line: &str) {
        print(&format!("{line}\n"));
    }

    /// Data: the one JSON document.
    pub(super) fn json(&self, value: &impl Serialize) {
        // Written as it is made: the faults of a million rows need not be held as one text.
        let mut stdout = io::BufWriter::new(io::stdout().lock());
        let written = serde_json::to_writer_pretty(&mut stdout, value);
        let ended = stdout.write_all(b"\n").and_then(|()| stdout.flush());
        drop(stdout);
        said().answered = true;
        match written {
            Err(error) if !error.is_io() => self.problem(&error.to_string()),
            Err(error) => said().keep(Err(error.into())),
            Ok(()) => said().keep(ended),
        }
    }

    /// A remark on stderr; not said when quiet.
    pub(super) fn say(&self, line: &str) {
        if !self.quiet {
            write_line(&mut io::stderr().lock(), line);
        }
    }

    /// A remark for those who want to know more.
    pub(super) fn detail(&self, line: &str) {
        if self.verbose {
            write_line(&mut io::stderr().lock(), line);
        }
    }

    /// Ends a command: with `--json` there is a document in any case, and a stdout that took no more is no success.
    pub(super) fn end(&self, exit: Exit) -> Exit {
        if self.json && exit != Exit::Done && !said().answered {
            self.json(&Failure::so_far());
        }
        let flushed = io::stdout().lock().flush();
        said().keep(flushed);
        let broken = said().broken.take();
        match broken {
            Some(reason) => {
                self.problem(&self.text(&NO_OUTPUT, &[("reason", reason)]));
                Exit::Unfinished
            }
            None => exit,
        }
    }

    /// What went wrong, on stderr.
    pub(super) fn problem(&self, line: &str) {
        if self.json {
            said().problems.push(line.to_owned());
        }
        let line = self.paint(RED, line);
        write_line(&mut io::stderr().lock(), &line);
    }

    /// A fault, on stderr: what, where, and what to do.
    pub(super) fn fault(&self, fault: &Fault) {
        if self.json {
            said().faults.push(fault.report(self.lang));
        }
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

/// Writes a line to stderr; when nobody hears it there is nobody to tell.
fn write_line(to: &mut impl Write, line: &str) {
    let _ = writeln!(to, "{line}");
}

/// Chinese when the locale is, else English.
pub(super) fn lang_of_environment() -> Lang {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG")).unwrap_or_default();
    if locale.to_ascii_lowercase().starts_with("zh") { Lang::Zh } else { Lang::En }
}
