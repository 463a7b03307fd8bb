//! `tracepoint`: watches the tracepoints of running processes.
//!
//! The commands are in [`cmd`], their arguments in [`cli`]; [`exit`] says what the exit status means.

#![forbid(unsafe_code)]

mod cli;
mod cmd;
mod exit;
mod interrupt;
mod output;
mod session;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    exit::report(cmd::run(arguments.command))
}
