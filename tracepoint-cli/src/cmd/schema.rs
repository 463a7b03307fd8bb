//! `tracepoint schema`.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use clap::{Args, Subcommand};
use tracepoint_ipc::recording;
use tracepoint_ipc::schema::{Change, SchemaDiff as Difference, SchemaDump};

use super::list;
use crate::cli;
use crate::exit::{Failure, Outcome};
use crate::output::style::{self, LOSS, STRONG, Styled};
use crate::output::text::Plain;
use crate::output::{self, Out, number};
use crate::session::Target;

/// Write down what events are made of, and compare it with earlier versions
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum Schema {
    Capnp(Capnp),
    /// Print the schema as JSON, to be kept under version control
    #[command(after_help = DUMP_EXAMPLES)]
    Dump(cli::Target),
    Diff(Diff),
}

/// Print a schema file for the tools of Cap'n Proto
#[derive(Debug, Args)]
#[command(after_help = CAPNP_EXAMPLES)]
pub struct Capnp {
    /// The process.
    #[command(flatten)]
    target: cli::Target,
    /// Only the fields of events that match one of these: a full name, or with `*` for any text
    #[arg(value_name = "PATTERN")]
    patterns: Vec<String>,
}

/// Tell what changed, and fail if readers of the old events cannot read the new ones
#[derive(Debug, Args)]
#[command(after_help = DIFF_EXAMPLES)]
pub struct Diff {
    /// A file that `tracepoint schema dump` has written, or a process
    #[arg(value_name = "OLD")]
    old: String,
    /// The same of the version to be compared with it
    #[arg(value_name = "NEW")]
    new: String,
}

const EXAMPLES: &str = "\
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

/// Writes down what events are made of, or compares it.
pub fn run(command: &Schema) -> Result<Outcome, Failure> {
    match command {
        Schema::Capnp(arguments) => capnp(arguments),
        Schema::Dump(arguments) => dump(&arguments.target),
        Schema::Diff(arguments) => diff(arguments),
    }
}

fn capnp(arguments: &Capnp) -> Result<Outcome, Failure> {
    let mut target = Target::open(&arguments.target.target)?;
    let tracepoints = list::choose(target.tracepoints()?, &arguments.patterns)?;
    let wanted: HashSet<_> = tracepoints.iter().map(|tracepoint| tracepoint.type_id).collect();
    print(&target.schema()?.to_capnp_of(|event| wanted.contains(&event.type_id)))
}

fn dump(target: &str) -> Result<Outcome, Failure> {
    print(&of_process(target)?.to_json())
}

fn print(text: &str) -> Result<Outcome, Failure> {
    let mut out = output::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Outcome::Done)
}

fn diff(arguments: &Diff) -> Result<Outcome, Failure> {
    let diff =
        Difference::between(&of_file_or_process(&arguments.old)?, &of_file_or_process(&arguments.new)?);
    let (compatible, incompatible): (Vec<_>, Vec<_>) =
        diff.changes().iter().partition(|change| change.is_compatible);
    let mut out = output::stdout();
    section(&mut out, "incompatible", &incompatible)?;
    section(&mut out, "compatible", &compatible)?;
    out.flush()?;
    let changes = |changes: &[&Change]| number::counted(changes.len() as u64, "change", "changes");
    if !diff.is_compatible() {
        let told = changes(&incompatible);
        style::tell(&format!("{told} that readers of the old events cannot cope with"));
        return Ok(Outcome::Incompatible);
    }
    if compatible.is_empty() {
        style::tell("no changes");
    } else {
        style::tell(&format!("{}, all of them compatible", changes(&compatible)));
    }
    Ok(Outcome::Done)
}

fn section(out: &mut Out, title: &str, changes: &[&Change]) -> Result<(), Failure> {
    if changes.is_empty() {
        return Ok(());
    }
    let colours = style::on_stdout();
    let style = style::when(colours, if changes[0].is_compatible { STRONG } else { LOSS });
    writeln!(out, "{}", Styled(style, format!("{title}:")))?;
    for change in changes {
        writeln!(out, "  {}", Plain(&change.to_string()))?;
    }
    Ok(())
}

/// What a file says that `tracepoint schema dump` has written, or else a process or a recording.
fn of_file_or_process(target: &str) -> Result<SchemaDump, Failure> {
    if !Path::new(target).is_file() {
        return of_process(target);
    }
    let wrong = |why: &dyn std::fmt::Display| Failure::other(format!("cannot read {target}: {why}"));
    if recording::is_recording(&start(target).map_err(|error| wrong(&error))?) {
        return of_process(target);
    }
    let bytes = fs::read(target).map_err(|error| wrong(&error))?;
    SchemaDump::from_json(&String::from_utf8_lossy(&bytes)).map_err(|error| wrong(&error))
}

/// The beginning of a file: a recording may be too large to be read as a whole.
fn start(path: &str) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(64).read_to_end(&mut start)?;
    Ok(start)
}

fn of_process(target: &str) -> Result<SchemaDump, Failure> {
    let mut target = Target::open(target)?;
    // Of a recording, what became known while it was made is known now.
    target.tracepoints()?;
    Ok(target.schema()?.dump())
}
