//! `customs completions`.

use clap::CommandFactory;

use super::Exit;
use super::args::{Cli, CompletionsArgs};
use super::output::{Output, print};

pub(super) fn run(args: &CompletionsArgs, _out: &Output) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "customs", &mut script);
    print(&String::from_utf8_lossy(&script));
    Exit::Done
}
