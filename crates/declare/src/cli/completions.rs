//! `customs completions`.

use clap::CommandFactory;

use super::Exit;
use super::args::{Cli, CompletionsArgs};
use super::output::{Output, print};

pub(super) fn run(args: &CompletionsArgs, out: &Output) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "customs", &mut script);
    let script = String::from_utf8_lossy(&script);
    if out.json {
        out.json(&serde_json::json!({ "shell": args.shell.to_string(), "script": script }));
    } else {
        print(&script);
    }
    Exit::Done
}
