//! What events are wanted, and of whom: the arguments that several commands have.

use std::time::Duration;

use clap::Args;

use super::quantity::{duration, rate, size};
use crate::session::Moment;

/// A process to attach to, or a recording.
#[derive(Debug, Args)]
pub struct Target {
    /// Process id, name as `tracepoint ps` shows it, NAME.PID, path of a socket, or a recording
    #[arg(value_name = "TARGET")]
    pub target: String,
}

/// Which events, and for how long.
#[derive(Debug, Args)]
pub struct Selection {
    /// Which tracepoints: a full name; `*` stands for any text: 'net:*', 'net:{inbound,outbound}_message', '*'
    #[arg(value_name = "PATTERN", required = true)]
    pub patterns: Vec<String>,
    /// Stop after this time: 10s, 250ms, 1h30m. Of a recording, only events of so long a time
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub time: Option<Duration>,
    /// A part of a recording.
    #[command(flatten)]
    pub range: Range,
    /// Some of the events.
    #[command(flatten)]
    pub choice: Choice,
    /// Memory that the traced process may use for events that wait for us: 8MiB, 512k, 1000000
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub queue: Option<usize>,
    /// Exit with status 3 if events were lost
    #[arg(long)]
    pub fail_on_loss: bool,
}

/// Some of the events. A process looks at that itself; of a recording, we do.
#[derive(Debug, Default, Clone, Args)]
pub struct Choice {
    /// Only events whose fields are like this: 'size > 1000 && message_type == "block"'
    #[arg(long = "where", value_name = "PREDICATE")]
    pub filter: Option<String>,
    /// One of so many events of each tracepoint
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub sample: Option<u32>,
    /// At most so many events of each tracepoint in a second: 100/s
    #[arg(long, value_name = "N/s", value_parser = rate)]
    pub rate: Option<u32>,
    /// When the queue of a process is full, lose the events that have waited longest, not those that come
    #[arg(long)]
    pub keep_newest: bool,
}

/// A part of a recording.
#[derive(Debug, Default, Args)]
pub struct Range {
    /// Of a recording, only events from this time on: 10s after its beginning, or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    pub from: Option<Moment>,
    /// Of a recording, only events up to this time
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    pub to: Option<Moment>,
}

impl Range {
    /// Whether nothing is left out.
    pub fn is_all(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// Both ends on the clock of the events.
    pub fn on_clock(&self, began: u64, utc_offset: i64) -> (Option<u64>, Option<u64>) {
        let on_clock = |moment: Moment| moment.on_clock(began, utc_offset);
        (self.from.map(on_clock), self.to.map(on_clock))
    }
}

/// What a predicate can be.
const PREDICATES: &str = "\
Predicates, for --where. A process looks at them before it copies anything; of a
recording, they choose the same events:
  size > 1000, peer.id != 7       numbers, also in structs within the event
  ping < 150ms                    durations: ns, us, ms, s, m, h
  message_type == \"block\"         text; also addr starts_with \"10.\"
  hash == 0x00ff                  data; also hash starts_with 0xdead
  network == ipv6, inbound        enums by name, truth values
  size in 10..20, size in [1, 2]  ranges and lists
  len(payload) > 1000             length of texts, data in bytes, and lists
  fee is none                     whether a value is missing
  a && b, a || b, !a, (a)         or with and, or, not
Each tracepoint that is watched has to have the fields: name those that do.";

/// The help of a command that takes a predicate.
pub fn with_predicates(examples: &str) -> String {
    format!("{PREDICATES}\n\n{examples}")
}
