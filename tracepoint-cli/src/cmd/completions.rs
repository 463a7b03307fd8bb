//! `tracepoint completions`.

use std::io::Write;

use clap::CommandFactory;

use crate::cli::{Arguments, Completions};
use crate::exit::{Failure, Outcome};
use crate::output;

/// Prints a completion script.
pub fn run(arguments: &Completions) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "tracepoint", &mut script);
    let mut out = output::stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Outcome::Done)
}
