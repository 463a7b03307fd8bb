//! Arguments of `tracepoint demo`.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::{duration, size};

/// See it work: a node on real data in one process, a client in another
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Demo {
    /// How long to run: 5s, 1m
    #[arg(long = "for", value_name = "TIME", value_parser = duration, default_value = "5s")]
    pub time: Duration,
    /// Memory that the node may use for events that wait for the client: 64MiB, 1g. Try 100k to see losses
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "256MiB")]
    pub queue: usize,
    /// What to print: a live table, or a single JSON object at the end
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ReportFormat,
    /// Exit with status 3 if events were lost
    #[arg(long)]
    pub fail_on_loss: bool,
}

/// How to print what comes at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ReportFormat {
    /// For people
    #[default]
    Text,
    /// For programs: one JSON object
    Json,
}

const EXAMPLES: &str = "\
Starts a small node that replays mainnet block 702861 as fast as it can,
17,000 events each time, and watches all of its tracepoints from this process,
over a local socket. At the end the counts of the node, of its exporter and of
this process are compared; if they differ, the exit status is 1.

Examples:
  tracepoint demo                five seconds, with a live table
  tracepoint demo --for 1m
  tracepoint demo --queue 100k   too small: events are lost, and counted
  tracepoint demo --format json  one JSON object, for programs";
