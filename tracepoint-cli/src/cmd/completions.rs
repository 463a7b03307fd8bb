//! `tracepoint completions`.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::Arguments;
use crate::exit::{Failure, Outcome};
use crate::output;

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  tracepoint completions bash > ~/.local/share/bash-completion/completions/tracepoint
  tracepoint completions zsh > ~/.zfunc/_tracepoint
  tracepoint completions fish > ~/.config/fish/completions/tracepoint.fish";

/// Prints a completion script.
pub fn run(arguments: &Completions) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "tracepoint", &mut script);
    let mut out = output::stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Outcome::Done)
}
