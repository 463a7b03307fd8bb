//! A checksum over everything that a client can tell about events: [`Checksum`].

use std::net::IpAddr;

use tracepoints::ipc::schema::{FieldInfo, FieldType};
use tracepoints::ipc::{Event, EventError, ThreadInfo, Value};

/// CRC-32 of all events in their order, each as the list
/// `[time, sequence, number of thread, name of thread, name of tracepoint, fields]`.
///
/// Fields and variants have their names in Cap'n Proto, as the schema is all that other languages have. Numbers,
/// and lengths of 4 bytes, are little-endian:
///
/// | value | bytes |
/// |---|---|
/// | nothing | `n` |
/// | truth | `b`, 1 byte |
/// | integer | `i`, 8 bytes; a smaller one is extended, by its sign if it has one |
/// | floating point | `f`, 8 bytes as a double; any NaN is 7ff8000000000000 |
/// | text, variant of an enum | `t`, length, UTF-8 |
/// | bytes | `d`, length, bytes |
/// | list | `[`, length, values |
/// | struct | `{`, number of fields, for each the name as text, and the value |
/// | value that may be missing | as a struct of one field, `none` or `some` |
#[derive(Debug, Default)]
pub struct Checksum {
    crc: crc32fast::Hasher,
    bytes: Vec<u8>,
}

impl Checksum {
    /// Adds an event.
    pub fn add(&mut self, event: Event<'_>, thread: Option<&ThreadInfo>) -> Result<(), EventError> {
        self.bytes.clear();
        self.start(b'[', 6);
        self.number(event.time());
        self.number(event.sequence());
        self.number(event.thread().into());
        self.text(thread.map_or("", |thread| &thread.name));
        self.text(event.tracepoint().full_name());
        let fields = event.fields();
        self.start(b'{', fields.len());
        for field in fields {
            let (info, value) = field?;
            self.field(info, value);
        }
        self.crc.update(&self.bytes);
        Ok(())
    }

    /// The checksum of all events so far.
    pub fn finish(self) -> u32 {
        self.crc.finalize()
    }

    fn field(&mut self, info: &FieldInfo, value: Value<'_>) {
        self.text(&info.member_name);
        match (&info.ty, value) {
            // A union of its own.
            (FieldType::Option(_), Value::Null) => {
                self.start(b'{', 1);
                self.text("none");
                self.bytes.push(b'n');
            }
            (FieldType::Option(ty), value) => {
                self.start(b'{', 1);
                self.text("some");
                self.value(ty, value);
            }
            (ty, value) => self.value(ty, value),
        }
    }

    fn value(&mut self, ty: &FieldType, value: Value<'_>) {
        match value {
            Value::Bool(value) => self.bytes.extend([b'b', value.into()]),
            Value::Int(value) | Value::Time(value) => self.number(value as u64),
            Value::UInt(value) => self.number(value),
            // It came in 64 bits.
            Value::Duration(value) => self.number(value.as_nanos() as u64),
            Value::Float(value) => {
                let value = if value.is_nan() { f64::NAN } else { value };
                self.bytes.push(b'f');
                self.bytes.extend(value.to_le_bytes());
            }
            Value::Text(value) => self.text(value),
            Value::Data(value) => self.data(value),
            Value::IpAddr(IpAddr::V4(value)) => self.data(&value.octets()),
            Value::IpAddr(IpAddr::V6(value)) => self.data(&value.octets()),
            Value::Enum { ordinal, .. } => self.variant(ty, ordinal),
            Value::List(list) => {
                self.start(b'[', list.len());
                list.iter().for_each(|value| self.value(list.element_type(), value));
            }
            Value::Struct(of) => {
                self.start(b'{', of.fields().len());
                of.fields().for_each(|(info, value)| self.field(info, value));
            }
            _ => self.bytes.push(b'n'),
        }
    }

    fn variant(&mut self, ty: &FieldType, ordinal: u16) {
        let FieldType::Enum(info) = ty else { return self.number(ordinal.into()) };
        match info.variants.get(usize::from(ordinal)) {
            Some(variant) => self.text(&variant.member_name),
            None => self.number(ordinal.into()),
        }
    }

    fn number(&mut self, value: u64) {
        self.bytes.push(b'i');
        self.bytes.extend(value.to_le_bytes());
    }

    fn text(&mut self, value: &str) {
        self.start(b't', value.len());
        self.bytes.extend(value.as_bytes());
    }

    fn data(&mut self, value: &[u8]) {
        self.start(b'd', value.len());
        self.bytes.extend(value);
    }

    fn start(&mut self, kind: u8, len: usize) {
        self.bytes.push(kind);
        // Nothing in an event can be as large as 4 GiB.
        self.bytes.extend((len as u32).to_le_bytes());
    }
}
