//! Events for spreadsheets: a table with a column for each field.
//!
//! Fields of the same name share a column, whichever event they belong to: whoever watches two kinds of messages
//! wants to sort them by size together. The columns are those of the types that are known at the beginning.

use std::collections::HashMap;
use std::io::Write;

use csv::{ErrorKind, Writer, WriterBuilder};
use tracepoint_ipc::schema::EventType;
use tracepoint_ipc::{Event, Gap, ThreadInfo, Value};

use super::ndjson::write_value;
use super::sink::Sink;
use super::time::{Clock, Utc};
use super::{Out, hex, style};
use crate::exit::Failure;

/// The columns that every event fills.
const FIXED: [&str; 6] = ["time", "utc", "sequence", "thread", "thread_name", "tracepoint"];

/// Prints events as rows.
pub struct Csv {
    out: Writer<Out>,
    clock: Clock,
    columns: Columns,
    /// The cells of one row, to be used again.
    row: Vec<Vec<u8>>,
}

impl Csv {
    /// Prints to `out`, with the times of `clock` and columns for the fields of `types`.
    pub fn new(out: Out, clock: Clock, mut types: Vec<&EventType>) -> Self {
        types.sort_by(|a, b| a.full_name.cmp(&b.full_name));
        let columns = Columns::new(&types);
        let row = vec![Vec::new(); columns.names.len()];
        Self { out: WriterBuilder::new().from_writer(out), clock, columns, row }
    }
}

impl Sink for Csv {
    fn begin(&mut self) -> Result<(), Failure> {
        self.out.write_record(&self.columns.names).map_err(failure)
    }

    fn event(&mut self, event: Event<'_>, thread: Option<&ThreadInfo>) -> Result<(), Failure> {
        self.row.iter_mut().for_each(Vec::clear);
        let [time, utc, sequence, number, name, tracepoint, ..] = self.row.as_mut_slice() else {
            unreachable!("there are the fixed columns at least");
        };
        let Utc { date, time: second, nanos } = self.clock.utc(event.time());
        write!(time, "{}", event.time())?;
        write!(utc, "{date}T{second}.{nanos:09}Z")?;
        write!(sequence, "{}", event.sequence())?;
        write!(number, "{}", event.thread())?;
        name.extend_from_slice(thread.map_or("", |thread| thread.name.as_str()).as_bytes());
        tracepoint.extend_from_slice(event.tracepoint().full_name().as_bytes());
        let columns = event.event_type().map_or(&[][..], |ty| self.columns.of(ty));
        for (place, field) in event.fields().enumerate() {
            let (_, value) = field?;
            if let Some(&Some(column)) = columns.get(place) {
                write_cell(&mut self.row[column], value)?;
            }
        }
        self.out.write_record(&self.row).map_err(failure)
    }

    fn gap(&mut self, _gap: &Gap, _name: &str) -> Result<(), Failure> {
        // A table has no place for it; the sequence numbers and the sum at the end tell.
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }
}

/// The library wraps errors of the output, and what kind they are must not get lost.
fn failure(error: csv::Error) -> Failure {
    match error.into_kind() {
        ErrorKind::Io(error) => error.into(),
        other => Failure::other(format!("a row cannot be written: {other:?}")),
    }
}

/// What is where.
struct Columns {
    names: Vec<String>,
    /// By name of a field.
    by_field: HashMap<String, usize>,
    /// By id of a type: the columns of its fields, in order.
    by_type: HashMap<u64, Vec<Option<usize>>>,
}

impl Columns {
    fn new(types: &[&EventType]) -> Self {
        let names = FIXED.map(str::to_owned).to_vec();
        let mut columns = Self { names, by_field: HashMap::new(), by_type: HashMap::new() };
        for ty in types {
            let places = ty.fields.iter().map(|field| Some(columns.add(ty, &field.name))).collect();
            columns.by_type.insert(ty.type_id, places);
        }
        columns
    }

    fn add(&mut self, ty: &EventType, field: &str) -> usize {
        let name = name(ty, field);
        *self.by_field.entry(name).or_insert_with_key(|name| {
            self.names.push(name.clone());
            self.names.len() - 1
        })
    }

    /// The columns of the fields of an event. It is too late to add any.
    fn of(&mut self, ty: &EventType) -> &[Option<usize>] {
        self.by_type.entry(ty.type_id).or_insert_with(|| {
            let fields = ty.fields.iter().map(|field| field.name.as_str());
            let places: Vec<_> = fields.map(|field| self.by_field.get(&name(ty, field)).copied()).collect();
            let fields = ty.fields.iter().zip(&places);
            let left_out: Vec<_> =
                fields.filter(|(_, place)| place.is_none()).map(|(field, _)| field.name.as_str()).collect();
            if !left_out.is_empty() {
                style::tell(&format!(
                    "{} became known after the columns were written; left out of it: {}",
                    ty.full_name,
                    left_out.join(", ")
                ));
            }
            places
        })
    }
}

/// What the column of a field is called.
fn name(ty: &EventType, field: &str) -> String {
    if FIXED.contains(&field) { format!("{}.{field}", ty.full_name) } else { field.to_owned() }
}

/// As JSON, but text and data without quotes: the cell gets its own if it needs any.
fn write_cell(cell: &mut Vec<u8>, value: Value<'_>) -> Result<(), Failure> {
    match value {
        Value::Text(text) => cell.extend_from_slice(text.as_bytes()),
        Value::Enum { name: Some(name), .. } => cell.extend_from_slice(name.as_bytes()),
        Value::Data(data) => hex::write(cell, data)?,
        Value::Float(number) => write!(cell, "{number}")?,
        Value::IpAddr(address) => write!(cell, "{address}")?,
        Value::Null | Value::Unsupported => {}
        value => write_value(cell, value)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use tracepoints::{Event, Value, tracepoint};

    use super::*;
    use crate::output::sample::{Sample, Written};

    #[derive(Value)]
    enum Direction {
        In,
    }

    #[derive(Event)]
    #[event(provider = "csv")]
    struct Message<'a> {
        peer: i64,
        kind: &'a str,
        direction: Direction,
        payload: &'a [u8],
        time: u32,
    }

    #[derive(Event)]
    #[event(provider = "csv")]
    struct Ping {
        fee: f64,
        peer: u8,
        seen: bool,
    }

    #[derive(Value)]
    struct Coin {
        vout: u32,
        fee: Option<u64>,
    }

    #[derive(Event)]
    #[event(provider = "nested_csv")]
    struct Nested<'a> {
        coins: &'a [Coin],
        address: IpAddr,
        fee: Option<u64>,
        label: Option<&'a str>,
    }

    fn sample() -> Sample {
        Sample::of("csv:*", || {
            let kind = "with \"quotes\", a comma\nand a line";
            tracepoint!(Message { peer: -7, kind, direction: Direction::In, payload: &[0, 0xab], time: 9 });
            tracepoint!(Ping { fee: 0.25, peer: 1, seen: true });
        })
    }

    fn rows(written: &Written) -> Vec<Vec<String>> {
        let bytes = written.bytes();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn fields_of_one_name_share_a_column() {
        let sample = sample();
        let written = Written::default();
        let mut csv = Csv::new(written.out(), Clock::new(0), sample.types());
        sample.write_to(&mut csv);
        let rows = rows(&written);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0][..6], FIXED);
        // Those that are called as a column that is there already have a longer name.
        assert_eq!(rows[0][6..], ["peer", "kind", "direction", "payload", "csv:message.time", "fee", "seen"]);
        let kind = "with \"quotes\", a comma\nand a line";
        assert_eq!(rows[1][5..], ["csv:message", "-7", kind, "in", "00ab", "9", "", ""]);
        assert_eq!(rows[2][5..], ["csv:ping", "1", "", "", "", "", "0.25", "true"]);
        let event = sample.batches()[0].events().next().unwrap().unwrap();
        assert_eq!(rows[1][0], event.time().to_string());
        assert_eq!(rows[1][2], event.sequence().to_string());
        assert_eq!(rows[1][3], event.thread().to_string());
        assert_eq!(Some(rows[1][4].as_str()), std::thread::current().name());
    }

    #[test]
    fn lists_are_json_and_missing_values_are_empty() {
        let coins = [Coin { vout: 1, fee: Some(2) }, Coin { vout: 3, fee: None }];
        let sample = Sample::of("nested_csv:*", || {
            let address = IpAddr::from([127, 0, 0, 1]);
            tracepoint!(Nested { coins: &coins, address, fee: Some(1), label: Some("a") });
            tracepoint!(Nested { coins: &[], address, fee: None, label: None });
        });
        let written = Written::default();
        let mut csv = Csv::new(written.out(), Clock::new(0), sample.types());
        sample.write_to(&mut csv);
        let rows = rows(&written);
        let json = r#"[{"vout":1,"fee":2},{"vout":3,"fee":null}]"#;
        assert_eq!(rows[1][6..], [json, "127.0.0.1", "1", "a"]);
        assert_eq!(rows[2][6..], ["[]", "127.0.0.1", "", ""]);
    }

    #[test]
    fn fields_of_a_late_type_have_the_columns_that_are_there() {
        let sample = sample();
        let written = Written::default();
        let early = sample.types().into_iter().filter(|ty| ty.full_name == "csv:message").collect();
        let mut csv = Csv::new(written.out(), Clock::new(0), early);
        sample.write_to(&mut csv);
        let rows = rows(&written);
        assert_eq!(rows[0][6..], ["peer", "kind", "direction", "payload", "csv:message.time"]);
        assert_eq!(rows[2][5..], ["csv:ping", "1", "", "", "", ""]);
    }
}
