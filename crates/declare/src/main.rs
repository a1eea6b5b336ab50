//! The program `customs`: reads its arguments and hands over to [`declare::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    declare::cli::main(std::env::args_os())
}
