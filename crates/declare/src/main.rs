//! The program `customs`: reads its arguments and hands over to [`declare::cli`].

use std::process::ExitCode;

/// The work is many small texts on several cores at once; this allocator keeps them from waiting for each other.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if declare::memory::runs_long(std::env::args_os().skip(1)) {
        declare::memory::keep_what_is_freed();
    }
    declare::cli::main(std::env::args_os())
}
