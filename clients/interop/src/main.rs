//! The program `interop`: fires a known number of events, and reads them as the clients in other languages do.
//! `ci/interop.sh` compares what they all receive.

#![forbid(unsafe_code)]

mod checksum;
mod events;
mod late;
mod receive;
mod source;

use std::num::NonZero;

use clap::{Parser, Subcommand};

/// Compares the clients of different languages.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Wait for subscribers, fire events, and wait until the subscribers have gone
    Source {
        /// How many events to fire
        #[arg(long, value_name = "N", default_value_t = 1_000_000)]
        events: u64,
        /// How many subscribers to wait for
        #[arg(long, value_name = "N", default_value = "1")]
        subscribers: NonZero<usize>,
    },
    /// Receive events, and print how many there were, how many were lost, and their checksum
    Receive {
        /// Name, process id, or path of the socket
        target: String,
        /// How many events to wait for
        #[arg(long, value_name = "N", default_value_t = 1_000_000)]
        count: u64,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Source { events, subscribers } => source::run(events, subscribers.get()),
        Command::Receive { target, count } => receive::run(&target, count),
    }
}
