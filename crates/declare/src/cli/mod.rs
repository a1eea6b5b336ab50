//! The command line, one file a command family.
//!
//! Data goes to stdout, everything else to stderr. With `--json`, stdout is exactly one JSON document.

mod args;
mod audit;
mod build;
mod callbacks;
mod check;
mod clap_words;
mod completions;
mod decide;
mod demo;
mod doctor;
mod ends;
mod explain;
mod filing;
mod gateway;
mod logging;
mod network;
mod output;
mod platform;
mod ports;
mod purge;
mod run;
mod sandbox;
mod serve;
mod signer;
mod status;
mod store;
mod tax;
mod tax_table;
mod teller;
mod vault;
mod waybills;
mod workers;
mod workplace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, DeclareCommand, VaultCommand};
use output::Output;

/// How a command ended; the process's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Done, but some rows, orders or files were refused or held.
    Partly,
    /// Wrong use or configuration.
    Usage,
    /// Could not finish; nothing is lost, and it is safe to run again.
    Unfinished,
    /// Nobody knows whether the gateway took a message.
    Unknown,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Partly => 1,
            Exit::Usage => 2,
            Exit::Unfinished => 3,
            Exit::Unknown => 4,
        })
    }
}

/// The fault kind of a code, of whatever part of the program it is.
pub fn fault_kind(code: &str) -> Option<&'static ::ports::fault::Kind> {
    explain::kind(code)
}

/// Runs a command line; the first argument is the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    match Cli::try_parse_from(&args) {
        Ok(cli) => run(cli).into(),
        Err(error) => clap_words::tell(&error, &args).into(),
    }
}

fn run(cli: Cli) -> Exit {
    let out = Output::new(&cli.global);
    logging::start(&cli.global);
    let exit = match cli.command {
        Command::Filing(command) => filing::run(command, &cli.global, &out),
        Command::Declare(DeclareCommand::Build(args)) => build::run(&args, &cli.global, &out),
        Command::Declare(DeclareCommand::Run(args)) => run::run(&args, &cli.global, &out),
        Command::Declare(DeclareCommand::Waybills(args)) => waybills::run(&args, &cli.global, &out),
        Command::Declare(DeclareCommand::Check(args)) => check::run(&args, &cli.global, &out),
        Command::Declare(DeclareCommand::Tax(args)) => tax::run(&args, &cli.global, &out),
        Command::Ports(command) => ports::run(&command, &cli.global, &out),
        Command::Declare(DeclareCommand::Status(args)) => status::run(&args, &cli.global, &out),
        Command::Declare(DeclareCommand::Workers) => workers::run(&cli.global, &out),
        Command::Declare(DeclareCommand::Audit) => audit::run(&cli.global, &out),
        Command::Declare(DeclareCommand::Release(args)) => decide::release(&args, &cli.global, &out),
        Command::Declare(DeclareCommand::Withdraw(args)) => decide::withdraw(&args, &cli.global, &out),
        Command::Declare(DeclareCommand::Return(args)) => decide::give_back(&args, &cli.global, &out),
        Command::Declare(DeclareCommand::Delivered(args)) => decide::delivered(&args, &cli.global, &out),
        Command::Declare(DeclareCommand::Purge(args)) => purge::run(&args, &cli.global, &out),
        Command::Vault(VaultCommand::Rotate) => vault::rotate(&cli.global, &out),
        Command::Demo(args) => demo::run(&args, &cli.global, &out),
        Command::Sandbox(args) => sandbox::run(&args, &out),
        Command::Serve(args) => serve::start(&args, &cli.global, &out),
        Command::Store(command) => store::run(&command, &cli.global, &out),
        Command::Doctor => doctor::run(&cli.global, &out),
        Command::Explain(args) => explain::run(&args, &out),
        Command::Completions(args) => completions::run(&args, &out),
    };
    out.end(exit)
}
