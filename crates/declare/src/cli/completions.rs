//! `customs completions`.

use std::io;

use clap::CommandFactory;

use super::Exit;
use super::args::{Cli, CompletionsArgs};
use super::output::Output;

pub(super) fn run(args: &CompletionsArgs, _out: &Output) -> Exit {
    clap_complete::generate(args.shell, &mut Cli::command(), "customs", &mut io::stdout().lock());
    Exit::Done
}
