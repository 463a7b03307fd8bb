//! `tracepoint schema`.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use tracepoint_ipc::recording;
use tracepoint_ipc::schema::{Change, SchemaDiff, SchemaDump};

use super::list;
use crate::cli::{Schema, SchemaCapnp, SchemaDiff as Diff};
use crate::exit::{Failure, Outcome};
use crate::output::style::{self, LOSS, STRONG, Styled};
use crate::output::text::Plain;
use crate::output::{self, Out, number};
use crate::session::Target;

/// Writes down what events are made of, or compares it.
pub fn run(command: &Schema) -> Result<Outcome, Failure> {
    match command {
        Schema::Capnp(arguments) => capnp(arguments),
        Schema::Dump(arguments) => dump(&arguments.target),
        Schema::Diff(arguments) => diff(arguments),
    }
}

fn capnp(arguments: &SchemaCapnp) -> Result<Outcome, Failure> {
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
        SchemaDiff::between(&of_file_or_process(&arguments.old)?, &of_file_or_process(&arguments.new)?);
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
