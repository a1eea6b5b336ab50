//! Memory of commands that run for long.

/// How long freed memory is kept before the system gets it back, in milliseconds, and the variable by which the allocator is told.
///
/// Its own ten milliseconds suit an import, which frees what it does not need again. A run frees the same megabytes in every turn
/// and asks for them in the next: with the pause between two turns covered, an order takes a quarter less processor time, for
/// some 150 MB (`cargo run --release -p declare --example pipeline -- 100000`, with the variable set to 10 and without it).
const KEPT_MILLIS: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "200");

/// Begins the program anew with the allocator told to be patient, unless somebody has told it something. The allocator reads
/// this before the program's first line, so that it can only be told from outside.
#[cfg(unix)]
pub fn keep_what_is_freed() {
    use std::os::unix::process::CommandExt as _;
    let (variable, value) = KEPT_MILLIS;
    if std::env::var_os(variable).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut given = std::env::args_os();
    let mut again = std::process::Command::new(program);
    if let Some(name) = given.next() {
        again.arg0(name);
    }
    // It returns only when it failed, and then all goes on, merely slower.
    let _ = again.args(given).env(variable, value).exec();
}

/// Nothing: a program that is begun anew would be another process here.
#[cfg(not(unix))]
pub const fn keep_what_is_freed() {}

/// Whether these arguments ask for a command that runs for long.
pub fn runs_long(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> bool {
    arguments.any(|argument| argument == "run" || argument == "serve")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_goes_on_for_long_is_begun_anew() {
        let runs = |line: &str| runs_long(line.split(' ').map(std::ffi::OsString::from));
        assert!(runs("--config customs.toml declare run --watch") && runs("serve --listen 127.0.0.1:0"));
        assert!(!runs("filing import filings.xlsx") && !runs("declare status P1") && !runs("demo"));
    }
}
