//! The arguments. The help texts here are the manual.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::session::Moment;

/// Watch the tracepoints of running processes.
///
/// A process that has tracepoints and an exporter listens on a local socket that only its user can open. This
/// program attaches to it, sees which tracepoints there are, and receives their events, typed. Tracepoints that
/// nobody watches cost the process next to nothing; nobody needs to be root; and a reader that is too slow
/// loses events, which are counted, but never slows the process down.
#[derive(Debug, Parser)]
#[command(name = "tracepoint", version, max_term_width = 100, after_help = EXAMPLES, after_long_help = MANUAL)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the processes that can be attached to
    #[command(after_help = PS_EXAMPLES)]
    Ps,
    /// List the tracepoints of a process, and with -v their fields
    #[command(after_help = LIST_EXAMPLES)]
    List(List),
    /// Print the events of a process as they happen
    #[command(after_help = WATCH_EXAMPLES, after_long_help = with_predicates(WATCH_EXAMPLES))]
    Watch(Watch),
    /// Count the events of a process
    #[command(after_help = STAT_EXAMPLES, after_long_help = with_predicates(STAT_EXAMPLES))]
    Stat(Stat),
    /// Write down what events are made of, and compare it with earlier versions
    #[command(subcommand, after_help = SCHEMA_EXAMPLES)]
    Schema(Schema),
    /// Write events as JSON, as a table, or as a trace for ui.perfetto.dev
    #[command(after_help = CONVERT_EXAMPLES)]
    Convert(Convert),
    /// Write the events of a process into a file, which all commands take in place of a process
    #[command(after_help = RECORD_EXAMPLES, after_long_help = with_predicates(RECORD_EXAMPLES))]
    Record(Record),
    /// See it work: a node on real data in one process, a client in another
    #[command(after_help = DEMO_EXAMPLES)]
    Demo(Demo),
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(Completions),
    /// The node of the demo: started by `tracepoint demo`
    #[command(hide = true)]
    DemoNode,
}

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
    /// Some of the events of a process.
    #[command(flatten)]
    pub choice: Choice,
    /// Memory that the traced process may use for events that wait for us: 8MiB, 512k, 1000000
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub queue: Option<usize>,
    /// Exit with status 3 if events were lost
    #[arg(long)]
    pub fail_on_loss: bool,
}

/// Some of the events of a process, which looks at that itself.
#[derive(Debug, Default, Args)]
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
    /// When the queue is full, lose the events that have waited longest, not those that come
    #[arg(long)]
    pub keep_newest: bool,
}

impl Choice {
    /// The option that leaves events out, if there is one.
    pub fn option(&self) -> Option<&'static str> {
        let options = [
            ("--where", self.filter.is_some()),
            ("--sample", self.sample.is_some()),
            ("--rate", self.rate.is_some()),
        ];
        options.into_iter().find(|(_, is_given)| *is_given).map(|(option, _)| option)
    }
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

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// The process.
    #[command(flatten)]
    pub target: Target,
    /// Only tracepoints that match one of these: a full name, or with `*` for any text
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// Show fields with their types, all documentation, and where the tracepoint is in the source
    #[arg(short, long)]
    pub verbose: bool,
}

/// Arguments of `watch`.
#[derive(Debug, Args)]
pub struct Watch {
    /// The process.
    #[command(flatten)]
    pub target: Target,
    /// The events.
    #[command(flatten)]
    pub selection: Selection,
    /// Stop after this many events
    #[arg(short = 'n', long = "count", value_name = "N")]
    pub count: Option<u64>,
    /// How to print the events
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: EventFormat,
    /// Print data and lists in full, however long (text only; the others always do)
    #[arg(long)]
    pub full: bool,
}

/// Arguments of `stat`.
#[derive(Debug, Args)]
pub struct Stat {
    /// The process.
    #[command(flatten)]
    pub target: Target,
    /// The events.
    #[command(flatten)]
    pub selection: Selection,
    /// Time between two tables: 1s, 500ms [default: 1s; of a recording, only the last table]
    #[arg(long, value_name = "TIME", value_parser = interval)]
    pub interval: Option<Duration>,
    /// How to print the counts
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: StreamFormat,
}

/// What to do with a schema.
#[derive(Debug, Subcommand)]
pub enum Schema {
    /// Print a schema file for the tools of Cap'n Proto
    #[command(after_help = CAPNP_EXAMPLES)]
    Capnp(SchemaCapnp),
    /// Print the schema as JSON, to be kept under version control
    #[command(after_help = DUMP_EXAMPLES)]
    Dump(Target),
    /// Tell what changed, and fail if readers of the old events cannot read the new ones
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(SchemaDiff),
}

/// Arguments of `schema capnp`.
#[derive(Debug, Args)]
pub struct SchemaCapnp {
    /// The process.
    #[command(flatten)]
    pub target: Target,
    /// Only the fields of events that match one of these: a full name, or with `*` for any text
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
}

/// Arguments of `schema diff`.
#[derive(Debug, Args)]
pub struct SchemaDiff {
    /// A file that `tracepoint schema dump` has written, or a process
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The same of the version to be compared with it
    #[arg(value_name = "NEW")]
    pub new: String,
}

/// Arguments of `convert`.
#[derive(Debug, Args)]
pub struct Convert {
    /// The process.
    #[command(flatten)]
    pub target: Target,
    /// Only events of tracepoints that match one of these: a full name, or with `*` for any text
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// What to write
    #[arg(long = "to", value_enum, value_name = "FORMAT")]
    pub format: FileFormat,
    /// The file to write, or - for standard output
    #[arg(short = 'o', long, value_name = "OUT")]
    pub output: PathBuf,
    /// Stop after this many events
    #[arg(short = 'n', long = "count", value_name = "N")]
    pub count: Option<u64>,
    /// Overwrite the file if there is one
    #[arg(long)]
    pub force: bool,
    /// Show a field that is a number as a counter too (perfetto only): net:inbound_message.size
    #[arg(long = "counter", value_name = "TRACEPOINT.FIELD")]
    pub counters: Vec<String>,
    /// Stop after this time: 10s, 250ms, 1h30m. Of a recording, only events of so long a time
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub time: Option<Duration>,
    /// Of a recording, only events from this time on: 10s after its beginning, or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    pub from: Option<Moment>,
    /// Memory that the traced process may use for events that wait for us: 8MiB, 512k, 1000000
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub queue: Option<usize>,
    /// Exit with status 3 if events were lost
    #[arg(long)]
    pub fail_on_loss: bool,
}

/// Arguments of `record`.
#[derive(Debug, Args)]
pub struct Record {
    /// The process.
    #[command(flatten)]
    pub target: Target,
    /// The events.
    #[command(flatten)]
    pub selection: Selection,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Begin another file when one would get larger than this: 1GiB, 500m
    #[arg(long, value_name = "SIZE", value_parser = size, group = "rotation")]
    pub rotate_size: Option<usize>,
    /// Begin another file when one has events of so long a time: 1h, 10m
    #[arg(long, value_name = "TIME", value_parser = rotation, group = "rotation")]
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

/// Arguments of `demo`.
#[derive(Debug, Args)]
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

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// How to print events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum EventFormat {
    /// For people
    #[default]
    Text,
    /// For programs: a JSON object on each line
    Ndjson,
    /// For spreadsheets: a table with a column for each field
    Csv,
}

/// What to convert events to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FileFormat {
    /// A JSON object on each line
    Ndjson,
    /// For spreadsheets: a table with a column for each field
    Csv,
    /// For ui.perfetto.dev and its trace processor
    Perfetto,
}

/// How to print what never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum StreamFormat {
    /// For people
    #[default]
    Text,
    /// For programs: a JSON object on each line
    Ndjson,
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

fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| format!("{error}; write it as 10s, 250ms or 1h30m"))
}

fn rate(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    match number.parse() {
        Ok(0) => Err("at least 1/s".to_owned()),
        Ok(rate) => Ok(rate),
        Err(error) => Err(format!("{error}; write it as 100/s")),
    }
}

fn interval(text: &str) -> Result<Duration, String> {
    const SHORTEST: Duration = Duration::from_millis(10);
    match duration(text)? {
        time if time < SHORTEST => Err("at least 10ms".to_owned()),
        time => Ok(time),
    }
}

fn rotation(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        time if time.is_zero() => Err("more than nothing".to_owned()),
        time => Ok(time),
    }
}

fn size(text: &str) -> Result<usize, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err("write it as a number of bytes, or as 512k, 8MiB, 1g".to_owned()),
    };
    let number: usize = number.parse().map_err(|error| format!("{error}; write it as 512k, 8MiB, 1g"))?;
    number.checked_mul(factor).filter(|&size| size > 0).ok_or_else(|| "out of range".to_owned())
}

const EXAMPLES: &str = "\
Examples:
  tracepoint demo                         see it work
  tracepoint ps                           what can be attached to
  tracepoint list my-node -v              what there is to be seen
  tracepoint watch my-node 'net:*' -n 10  the next ten events
  tracepoint stat my-node '*' --for 10s   how many there are
  tracepoint record my-node '*' -o FILE   for later: FILE is a target as well

`tracepoint --help` tells about losses, exit status and environment,
`tracepoint COMMAND --help` about a command.";

const MANUAL: &str = "\
Examples:
  tracepoint demo                         see it work
  tracepoint ps                           what can be attached to
  tracepoint list my-node -v              what there is to be seen
  tracepoint watch my-node 'net:*' -n 10  the next ten events
  tracepoint stat my-node '*' --for 10s   how many there are
  tracepoint record my-node '*' -o FILE   for later: FILE is a target as well

Losses:
  Events wait in the traced process, in memory of bounded size, until they are
  fetched. What does not fit is dropped there and counted, by tracepoint and
  by cause:
    queue full   this program, or what reads its output, was too slow
    ring full    a thread fired faster than the process could collect
    too large    one event exceeded the limit for a single event
    nested       fired by a signal handler or an allocator inside of another
    thread gone  fired while a thread was being torn down
  Gaps are shown where they happened, and summed up on standard error at the
  end.

Exit status:
  0  done; also if Ctrl-C ended it, or if the reader of the output went away
  1  something went wrong, as told on standard error; or `schema diff` found
     changes that are not compatible
  2  the arguments make no sense
  3  events were lost and --fail-on-loss was given
  4  the traced process ended, or closed its exporter, while it was watched

Environment:
  TRACEPOINT_DIR  directory of the sockets; else $XDG_RUNTIME_DIR/tracepoint
                  and tracepoint-UID in the directory for temporary files
  NO_COLOR        if set, no colours; there are none anyway unless the output
                  is a terminal";

const PS_EXAMPLES: &str = "\
Processes of other users, and sockets left behind by processes that were
killed, are shown as what they are.

Example:
  $ tracepoint ps
  NAME      PID  STATE  TRACEPOINTS  WATCHED BY  EXECUTABLE
  my-node  4242  live            20           0  /usr/local/bin/my-node";

const LIST_EXAMPLES: &str = "\
Listing switches nothing on. A tracepoint is on while somebody watches it.

Examples:
  tracepoint list my-node              all, with a line about each
  tracepoint list my-node 'net:*' -v   of one provider, with fields and types
  tracepoint list 4242                 of the process with this id
  tracepoint list ./my-node.4242.sock  through this socket
  tracepoint list node.rec -v          of the process that was recorded";

const WATCH_EXAMPLES: &str = "\
Each line has the time in UTC, the thread, the name of the tracepoint, and its
fields. Long data and lists are shortened and their length is given; --full
prints all of them.

With --format ndjson each line is one of these, but without the spaces:
  {\"time\": .., \"mono_ns\": .., \"seq\": .., \"thread\": .., \"thread_name\": ..,
   \"event\": \"net:ping\", \"fields\": {..}}
  {\"gap\": {\"event\": \"net:ping\", \"lost\": {\"queue_full\": 12, ..}}}
Data is in hexadecimal digits, enums are names, durations are in nanoseconds and
times in nanoseconds since 1970, what is missing is null, and numbers that JSON
cannot express (NaN, inf) are strings. `seq` counts all events, lost ones too.

With --format csv the first line names the columns: time (in nanoseconds, as
mono_ns above), utc, sequence, thread, thread_name, tracepoint, and then the
fields of all events that are watched, by tracepoint in the order of names.
Fields of the same name share a column, and stay empty where an event has no
such field. One that is called as a column that is there already, say `time`,
gets the name of its tracepoint in front: `net:ping.time`. Missing values are
empty, data is in hexadecimal digits, lists and structs are JSON. Gaps are not
shown, but `sequence` jumps. The columns stay as they are: a field that none
of them is named after, of a tracepoint that became known later, is left out,
as told on standard error.

Examples:
  tracepoint watch my-node 'net:*'                  until Ctrl-C
  tracepoint watch my-node net:ping '*:added' -n 9  nine events of two kinds
  tracepoint watch my-node '*' --for 10s --format ndjson > events.ndjson
  tracepoint watch my-node net:ping --format csv > pings.csv
  tracepoint watch my-node '*:added' --format ndjson | jq .fields.fee
  tracepoint watch my-node net:inbound_message --where 'size > 1000 && message_type == \"block\"'
  tracepoint watch my-node 'utxocache:*' --rate 10/s     some, whatever there are
  tracepoint watch node.rec 'net:*' --from 1h --for 5s   of a recording";

/// What a predicate can be.
const PREDICATES: &str = "\
Predicates, for --where. The process looks at them before it copies anything:
  size > 1000, peer.id != 7       numbers, also in structs within the event
  ping < 150ms                    durations: ns, us, ms, s, m, h
  message_type == \"block\"         text; also addr starts_with \"10.\"
  hash == 0x00ff                  data; also hash starts_with 0xdead
  network == ipv6, inbound        enums by name, truth values
  size in 10..20, size in [1, 2]  ranges and lists
  len(payload) > 1000             length of texts, data in bytes, and lists
  fee is none                     whether a value is missing
  a && b, a || b, !a, (a)         or with and, or, not";

/// The help of a command that takes a predicate.
fn with_predicates(examples: &str) -> String {
    format!("{PREDICATES}\n\n{examples}")
}

const STAT_EXAMPLES: &str = "\
Tracepoints that never fired are left out. The size is that of the events as
they are sent.

With --format ndjson each line is
  {\"time\": .., \"seconds\": .., \"final\": false, \"events\": {\"net:ping\": {
   \"events\": .., \"events_per_second\": .., \"bytes\": ..,
   \"bytes_per_second\": .., \"lost\": .., \"total\": ..}, ..}}
and the last one, with \"final\": true, is about the whole time.

Examples:
  tracepoint stat my-node '*'              every second until Ctrl-C
  tracepoint stat my-node 'net:*' --interval 5s --for 1m
  tracepoint stat my-node '*' --for 10s --fail-on-loss
  tracepoint stat node.rec '*' --interval 1m   of a recording, by the minute";

const RECORD_EXAMPLES: &str = "\
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
  tracepoint record my-node '*' -o node.rec --sync 1s --fail-on-loss";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  tracepoint schema capnp my-node > events.capnp
  tracepoint schema dump my-node > schema.json
  tracepoint schema diff schema.json my-node";

const CAPNP_EXAMPLES: &str = "\
The types have the ids, and the fields the places, that they have in the events
of the process, so that `capnp` and the code that it generates read these. With
patterns, the fields of other events are left out.

Examples:
  tracepoint schema capnp my-node > events.capnp
  tracepoint schema capnp my-node 'net:*'    only what is in events of net";

const DUMP_EXAMPLES: &str = "\
The same types make the same file, whatever the process and the build: events,
structs and enums by name, with ids, fields, types, places and documentation.

Example:
  tracepoint schema dump my-node > schema.json";

const DIFF_EXAMPLES: &str = "\
Events may be added, and fields and variants at the end; documentation may
change. Anything else breaks those who read the events: what was removed,
renamed, moved or got another type. All changes are listed. The exit status is
0 if they are compatible, 1 if they are not.

Examples:
  tracepoint schema diff schema.json my-node     what the new version changes
  tracepoint schema diff old.json new.json
In a project's tests, with schema.json under version control:
  tracepoint schema diff schema.json my-node || exit 1
  tracepoint schema dump my-node > schema.json";

const CONVERT_EXAMPLES: &str = "\
ndjson and csv are what `tracepoint watch` prints with --format ndjson and
--format csv: see its help.

perfetto is a trace to be opened at https://ui.perfetto.dev, or queried with
its trace processor. It has a track for each thread of the process. Each event
is an instant on that of its thread, called as its tracepoint, in the category
of its provider, with all of its fields as arguments. Data is in hexadecimal
digits, enums are names, lists and structs are lists and structs. Events that
were lost are instants on a track of their own, with how many and why. Times
are those of CLOCK_MONOTONIC, and the trace says what that is in UTC.

Examples:
  tracepoint convert my-node --for 5s --to perfetto -o node.pftrace
  tracepoint convert node.rec --from 10s --for 1s --to perfetto -o node.pftrace
  tracepoint convert my-node 'net:*' --for 5s --to csv -o messages.csv
  tracepoint convert my-node --for 5s --to perfetto -o node.pftrace \\
      --counter net:inbound_message.size --counter mempool:added.fee
  tracepoint convert my-node --for 5s --to ndjson -o - | jq .fields";

const DEMO_EXAMPLES: &str = "\
Starts a small node that replays mainnet block 702861 as fast as it can,
17,000 events each time, and watches all of its tracepoints from this process,
over a local socket. At the end the counts of the node, of its exporter and of
this process are compared; if they differ, the exit status is 1.

Examples:
  tracepoint demo                five seconds, with a live table
  tracepoint demo --for 1m
  tracepoint demo --queue 100k   too small: events are lost, and counted
  tracepoint demo --format json  one JSON object, for programs";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  tracepoint completions bash > ~/.local/share/bash-completion/completions/tracepoint
  tracepoint completions zsh > ~/.zfunc/_tracepoint
  tracepoint completions fish > ~/.config/fish/completions/tracepoint.fish";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn sizes_have_units() {
        let cases = [("1", 1), ("512k", 512 << 10), ("8MiB", 8 << 20), ("8 mb", 8 << 20), ("1g", 1 << 30)];
        for (text, number) in cases {
            assert_eq!(size(text), Ok(number), "{text}");
        }
        for text in ["", "0", "k", "-1", "1x", "99999999999g", "1.5m"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert!(duration("10").unwrap_err().contains("10s"));
        assert!(interval("1ms").is_err());
    }
}
