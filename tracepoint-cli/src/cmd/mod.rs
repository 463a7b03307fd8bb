//! The commands.

mod completions;
mod convert;
mod demo;
mod list;
mod ps;
mod record;
mod schema;
mod stat;
mod watch;

use crate::cli::Command;
use crate::exit::{Failure, Outcome};

/// Does what the arguments say.
pub fn run(command: Command) -> Result<Outcome, Failure> {
    match command {
        Command::Ps => ps::run(),
        Command::List(arguments) => list::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Stat(arguments) => stat::run(&arguments),
        Command::Record(arguments) => record::run(&arguments),
        Command::Schema(command) => schema::run(&command),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::DemoNode => demo::run_node(),
    }
}
