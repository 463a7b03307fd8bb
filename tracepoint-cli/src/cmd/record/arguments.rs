//! Arguments of `tracepoint record`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};

use crate::cli::{Selection, Target, duration, size, with_predicates};

/// Write the events of a process into a file, which all commands take in place of a process
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("rotation").args(["rotate_size", "rotate_time"]).multiple(true))]
#[command(after_help = EXAMPLES, after_long_help = with_predicates(EXAMPLES))]
pub struct Record {
    /// The process.
    #[command(flatten)]
    pub target: Target,
    /// The events.
    #[command(flatten)]
    pub selection: Selection,
    /// The file to write, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Begin another file when one would get larger than this: 1GiB, 500m
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub rotate_size: Option<usize>,
    /// Begin another file when one has events of so long a time: 1h, 10m
    #[arg(long, value_name = "TIME", value_parser = rotation)]
    pub rotate_time: Option<Duration>,
    /// Keep only so many files, the latest ones
    #[arg(long, value_name = "N", requires = "rotation")]
    pub keep: Option<NonZeroUsize>,
    /// When to wait until the disk has what was written: never, batch (after each), or as often as 1s, 500ms
    #[arg(long, value_name = "WHEN", value_parser = SyncWhen::parse, default_value = "never")]
    pub sync: SyncWhen,
    /// Overwrite the file if there is one
    #[arg(long)]
    pub force: bool,
}

/// When to wait until the disk has what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncWhen {
    /// The system writes it some time.
    Never,
    /// After each batch.
    Batch,
    /// So often.
    Every(Duration),
}

impl SyncWhen {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "never" => Ok(Self::Never),
            "batch" => Ok(Self::Batch),
            _ => match duration(text) {
                Ok(time) => Ok(Self::Every(time)),
                Err(_) => Err("write it as never, batch, or a time as in 1s or 500ms".to_owned()),
            },
        }
    }
}

fn rotation(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        time if time.is_zero() => Err("more than nothing".to_owned()),
        time => Ok(time),
    }
}

const EXAMPLES: &str = "\
A recording has all that it takes to read it, on any machine and at any time:
  tracepoint list FILE -v             what there was to be seen
  tracepoint watch FILE '*' --from 10s --to 20s
  tracepoint stat FILE '*'            how many there were
  tracepoint record FILE PATTERN.. -o OUT    copies a part of it
It is a stream of Cap'n Proto messages with the root Event.

If the disk gets full, or this program is killed, the file is read up to its
last whole batch. At most the last 100 ms are missing; --sync tells how much
may be if the machine crashes.

With --rotate-size or --rotate-time, a number is put into the name of each
file: node.rec becomes node.0001.rec, node.0002.rec and so on. Each is a whole
recording. Where there are both, whichever comes first begins the next file.

Examples:
  tracepoint record my-node '*' -o node.rec             until Ctrl-C
  tracepoint record my-node 'net:*' -o net.rec --for 1m --queue 256MiB
  tracepoint record my-node '*' -o node.rec --rotate-size 1GiB --keep 10
  tracepoint record my-node '*' -o node.rec --sync 1s --fail-on-loss
  tracepoint record my-node 'net:*' -o - | zstd > net.rec.zst";
