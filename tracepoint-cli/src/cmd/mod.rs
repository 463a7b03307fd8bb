//! The commands, each with its arguments and its help.

pub mod completions;
pub mod convert;
pub mod demo;
pub mod list;
pub mod ps;
pub mod record;
pub mod schema;
pub mod stat;
pub mod watch;

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
