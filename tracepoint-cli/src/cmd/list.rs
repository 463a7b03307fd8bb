//! `tracepoint list`.

use std::collections::HashSet;
use std::io::{self, Write};

use anstyle::Style;
use clap::Args;
use tracepoint_ipc::schema::{EnumInfo, FieldInfo, FieldType, Schema};
use tracepoint_ipc::{Registration, TracepointInfo};

use crate::cli;
use crate::exit::{Failure, Outcome};
use crate::output::style::{self, FAINT, FIELD, NAME, when};
use crate::output::text::Plain;
use crate::output::{self, Out};
use crate::session::{self, Target};

/// List the tracepoints of a process, and with -v their fields
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct List {
    /// The process.
    #[command(flatten)]
    target: cli::Target,
    /// Only tracepoints that match one of these: a full name, or with `*` for any text
    #[arg(value_name = "PATTERN")]
    patterns: Vec<String>,
    /// Show fields with their types, all documentation, and where the tracepoint is in the source
    #[arg(short, long)]
    verbose: bool,
}

const EXAMPLES: &str = "\
Listing switches nothing on. A tracepoint is on while somebody watches it.

Examples:
  tracepoint list my-node              all, with a line about each
  tracepoint list my-node 'net:*' -v   of one provider, with fields and types
  tracepoint list 4242                 of the process with this id
  tracepoint list ./my-node.4242.sock  through this socket
  tracepoint list node.rec -v          of the process that was recorded";

/// How far fields are from the margin,
const FIELDS: usize = 6;
/// and what they are made of from them.
const NESTED: usize = 4;

/// Lists tracepoints.
pub fn run(arguments: &List) -> Result<Outcome, Failure> {
    let mut target = Target::open(&arguments.target.target)?;
    let tracepoints = choose(target.tracepoints()?, &arguments.patterns)?;
    let mut printer = Printer::new();
    if tracepoints.is_empty() {
        style::tell_person("the process has no tracepoints");
    } else if arguments.verbose {
        let schema = target.schema()?;
        tracepoints.iter().try_for_each(|it| printer.details(it, &schema, state(&target, it)))?;
    } else {
        let width = tracepoints.iter().map(|tracepoint| tracepoint.full_name().len()).max();
        tracepoints.iter().try_for_each(|tracepoint| printer.line(tracepoint, width.unwrap_or(0)))?;
    }
    printer.out.flush()?;
    Ok(Outcome::Done)
}

/// Those that match one of the patterns, by name. Each pattern has to match something.
pub(super) fn choose(
    mut all: Vec<TracepointInfo>,
    patterns: &[String],
) -> Result<Vec<TracepointInfo>, Failure> {
    session::check_names(patterns, all.iter())?;
    all.sort_by(|a, b| a.full_name().cmp(b.full_name()));
    if !patterns.is_empty() {
        all.retain(|it| session::matches(patterns, it));
    }
    Ok(all)
}

struct Printer {
    out: Out,
    name: Style,
    field: Style,
    faint: Style,
    /// Width of the terminal, if it is one.
    columns: Option<usize>,
}

impl Printer {
    fn new() -> Self {
        let colours = style::on_stdout();
        Self {
            out: output::stdout(),
            name: when(colours, NAME),
            field: when(colours, FIELD),
            faint: when(colours, FAINT),
            columns: terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0)),
        }
    }

    /// Name and purpose.
    fn line(&mut self, tracepoint: &TracepointInfo, width: usize) -> Result<(), Failure> {
        let name = self.name;
        let summary = Plain(&summary(&tracepoint.doc)).to_string();
        write!(self.out, "{name}{:<width$}{name:#}", Plain(tracepoint.full_name()))?;
        match self.columns.map(|columns| columns.saturating_sub(width + 2)) {
            _ if summary.is_empty() => writeln!(self.out)?,
            Some(room) if summary.chars().count() > room => {
                let start: String = summary.chars().take(room.saturating_sub(3)).collect();
                writeln!(self.out, "  {}...", start.trim_end())?;
            }
            _ => writeln!(self.out, "  {summary}")?,
        }
        Ok(())
    }

    /// All there is to know.
    fn details(&mut self, tracepoint: &TracepointInfo, schema: &Schema, state: &str) -> Result<(), Failure> {
        let Self { name, faint, .. } = *self;
        writeln!(self.out, "{name}{}{name:#}", Plain(tracepoint.full_name()))?;
        self.doc("    ", &tracepoint.doc)?;
        match schema.event(tracepoint.type_id) {
            Some(event) => self.fields(&event.fields, FIELDS, &mut HashSet::new())?,
            None => writeln!(self.out, "    (its fields are not known)")?,
        }
        let TracepointInfo { file, line, registered, .. } = tracepoint;
        let origin = origin(*registered);
        writeln!(self.out, "    {faint}{}:{line}, {origin}, {state}{faint:#}\n", Plain(file))?;
        Ok(())
    }

    /// Fields, and what those are made of below them, unless it was `shown` before.
    fn fields(
        &mut self,
        fields: &[FieldInfo],
        indent: usize,
        shown: &mut HashSet<u64>,
    ) -> Result<(), Failure> {
        let heads: Vec<_> =
            fields.iter().map(|field| (Plain(&field.name).to_string(), field.ty.to_string())).collect();
        let len = |(name, ty): &(String, String)| name.chars().count() + ty.chars().count() + ": ".len();
        let width = heads.iter().map(len).max().unwrap_or(0);
        for (field, head) in fields.iter().zip(&heads) {
            self.field(&field.doc, head, width - len(head), indent)?;
            match field.ty.leaf() {
                FieldType::Enum(info) if shown.insert(info.type_id) => {
                    self.variants(info, indent + NESTED)?
                }
                FieldType::Struct(info) if shown.insert(info.type_id) => {
                    self.fields(&info.fields, indent + NESTED, shown)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A field, with `pad` blanks to where its documentation starts.
    fn field(
        &mut self,
        doc: &str,
        (name, ty): &(String, String),
        pad: usize,
        indent: usize,
    ) -> Result<(), Failure> {
        let style = self.field;
        let mut lines = doc.lines();
        let first = lines.next().unwrap_or_default();
        let doc = format!("{:pad$}  {}", "", Plain(first));
        writeln!(self.out, "{:indent$}{style}{name}{style:#}: {}{}", "", Plain(ty), doc.trim_end())?;
        let column = indent + name.chars().count() + ": ".len() + ty.chars().count() + pad;
        for line in lines {
            writeln!(self.out, "{:column$}  {}", "", Plain(line))?;
        }
        Ok(())
    }

    fn variants(&mut self, info: &EnumInfo, indent: usize) -> Result<(), Failure> {
        let width = info.variants.iter().map(|variant| variant.name.len()).max().unwrap_or(0);
        for variant in &info.variants {
            let (name, doc) = (Plain(&variant.name), summary(&variant.doc));
            let line = format!("{:indent$}{name:<width$}  {}", "", Plain(&doc));
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    fn doc(&mut self, indent: &str, doc: &str) -> Result<(), Failure> {
        for line in doc.lines() {
            writeln!(self.out, "{}", format!("{indent}{}", Plain(line)).trim_end())?;
        }
        Ok(())
    }
}

/// The first paragraph of a doc comment.
fn summary(doc: &str) -> String {
    let lines = doc.lines().map(str::trim).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// Whether somebody has, or had, its events.
fn state(target: &Target, tracepoint: &TracepointInfo) -> &'static str {
    match target {
        Target::Live(_) if tracepoint.enabled => "watched now",
        Target::Live(_) => "not watched",
        Target::Recording(recording) if recording.has(tracepoint) => "recorded",
        Target::Recording(_) => "not recorded",
    }
}

fn origin(registered: Registration) -> &'static str {
    match registered {
        Registration::Startup => "known from the start",
        Registration::FirstHit => "known since it was first passed",
        Registration::RunTime => "registered at run time",
    }
}
