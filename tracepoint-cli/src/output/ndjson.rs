//! Events for programs: a JSON object on each line.
//!
//! Written piece by piece: an event is not turned into a tree of JSON values first.

use std::io::{self, Write};

use serde::Serialize;
use tracepoint_ipc::{Event, Gap, Lost, ThreadInfo, Value};

use super::sink::Sink;
use super::time::{Clock, Utc};
use super::{Out, hex};
use crate::exit::Failure;

/// Prints events as JSON.
pub struct Ndjson {
    out: Out,
    clock: Clock,
}

impl Ndjson {
    /// Prints to `out`, with the times of `clock`.
    pub fn new(out: Out, clock: Clock) -> Self {
        Self { out, clock }
    }
}

impl Sink for Ndjson {
    fn event(&mut self, event: Event<'_>, thread: Option<&ThreadInfo>) -> Result<(), Failure> {
        let out = &mut self.out;
        let Utc { date, time, nanos } = self.clock.utc(event.time());
        write!(out, r#"{{"time":"{date}T{time}.{nanos:09}Z","mono_ns":"#)?;
        json(out, &event.time())?;
        out.write_all(br#","seq":"#)?;
        json(out, &event.sequence())?;
        out.write_all(br#","thread":"#)?;
        json(out, &event.thread())?;
        out.write_all(br#","thread_name":"#)?;
        json(out, thread.map_or("", |thread| thread.name.as_str()))?;
        out.write_all(br#","event":"#)?;
        json(out, event.tracepoint().full_name())?;
        out.write_all(br#","fields":{"#)?;
        for (number, value) in event.fields().enumerate() {
            let (info, value) = value?;
            if number > 0 {
                out.write_all(b",")?;
            }
            json(out, info.name.as_str())?;
            out.write_all(b":")?;
            write_value(out, value)?;
        }
        out.write_all(b"}}\n")?;
        Ok(())
    }

    fn gap(&mut self, gap: &Gap, name: &str) -> Result<(), Failure> {
        let out = &mut self.out;
        out.write_all(br#"{"gap":{"event":"#)?;
        json(out, name)?;
        out.write_all(br#","lost":"#)?;
        json(out, &Causes::from(gap.lost))?;
        out.write_all(b"}}\n")?;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }
}

/// Losses by cause.
#[derive(Debug, Serialize)]
pub struct Causes {
    ring_full: u64,
    too_large: u64,
    nested: u64,
    thread_gone: u64,
    queue_full: u64,
}

impl From<Lost> for Causes {
    fn from(lost: Lost) -> Self {
        let Lost { ring_full, too_large, nested, thread_gone, queue_full, .. } = lost;
        Self { ring_full, too_large, nested, thread_gone, queue_full }
    }
}

/// Writes anything as JSON.
pub fn json<T: Serialize + ?Sized>(out: &mut impl Write, value: &T) -> io::Result<()> {
    serde_json::to_writer(out, value).map_err(io::Error::from)
}

/// Writes the value of a field as JSON.
pub fn write_value(out: &mut impl Write, value: Value<'_>) -> io::Result<()> {
    match value {
        Value::Bool(value) => json(out, &value),
        Value::Int(value) => json(out, &value),
        Value::UInt(value) => json(out, &value),
        Value::Float(value) if value.is_finite() => json(out, &value),
        // JSON has no such numbers.
        Value::Float(value) => json(out, &value.to_string()),
        Value::Text(value) => json(out, value),
        Value::Data(value) => {
            out.write_all(b"\"")?;
            hex::write(out, value)?;
            out.write_all(b"\"")
        }
        Value::Enum { name: Some(name), .. } => json(out, name),
        Value::Enum { ordinal, name: None } => json(out, &ordinal),
        Value::Duration(value) => json(out, &u64::try_from(value.as_nanos()).unwrap_or(u64::MAX)),
        Value::Time(nanos) => json(out, &nanos),
        Value::IpAddr(value) => json(out, &value),
        Value::List(list) => {
            out.write_all(b"[")?;
            for (number, value) in list.iter().enumerate() {
                out.write_all(if number == 0 { b"" } else { b"," })?;
                write_value(out, value)?;
            }
            out.write_all(b"]")
        }
        Value::Struct(structure) => {
            out.write_all(b"{")?;
            for (number, (info, value)) in structure.fields().enumerate() {
                out.write_all(if number == 0 { b"" } else { b"," })?;
                json(out, info.name.as_str())?;
                out.write_all(b":")?;
                write_value(out, value)?;
            }
            out.write_all(b"}")
        }
        _ => out.write_all(b"null"),
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::time::Duration;

    use super::*;

    #[test]
    fn values_are_json() {
        let cases = [
            (Value::Bool(true), "true"),
            (Value::Int(-1), "-1"),
            (Value::UInt(u64::MAX), "18446744073709551615"),
            (Value::Float(0.5), "0.5"),
            (Value::Float(f64::NAN), r#""NaN""#),
            (Value::Float(f64::NEG_INFINITY), r#""-inf""#),
            (Value::Text("a\"\n"), r#""a\"\n""#),
            (Value::Data(&[0, 0xab]), r#""00ab""#),
            (Value::Enum { ordinal: 1, name: Some("inbound") }, r#""inbound""#),
            (Value::Enum { ordinal: 9, name: None }, "9"),
            (Value::Duration(Duration::new(1, 5)), "1000000005"),
            (Value::Duration(Duration::from_nanos(u64::MAX)), "18446744073709551615"),
            (Value::Time(i64::MIN), "-9223372036854775808"),
            (Value::IpAddr([127, 0, 0, 1].into()), r#""127.0.0.1""#),
            (Value::IpAddr(IpAddr::from([0; 16])), r#""::""#),
            (Value::Null, "null"),
            (Value::Unsupported, "null"),
        ];
        for (value, expected) in cases {
            let mut written = Vec::new();
            write_value(&mut written, value).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), expected);
        }
    }
}
