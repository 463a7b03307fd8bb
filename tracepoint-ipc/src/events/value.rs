//! The value of one field.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tracepoint_core::{DecodeError, StructReader};

use super::{ListValue, StructValue};
use crate::schema::{FieldInfo, FieldType};

/// The value of a field, in place in the bytes of its batch.
///
/// Displays as people write it: text as it is, bytes in hexadecimal, variants of enums by name, times as in RFC
/// 3339. Text within lists and structs is quoted.
///
/// Lists and structs are read as they are walked through. They were checked as a whole before they were handed
/// out, so that nothing in them can fail, and all of them together hold no more than the bytes of their event.
///
/// ```
/// use std::time::Duration;
/// use tracepoint_ipc::Value;
///
/// assert_eq!(Value::Data(&[0xf9, 0xbe, 0xb4, 0xd9]).to_string(), "f9beb4d9");
/// assert_eq!(Value::Enum { ordinal: 2, name: None }.to_string(), "2");
/// assert_eq!(Value::Duration(Duration::from_micros(1500)).to_string(), "1.5ms");
/// assert_eq!(Value::Time(-1_000_000).to_string(), "1969-12-31T23:59:59.999Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// True or false.
    Bool(bool),
    /// A signed integer of any size.
    Int(i64),
    /// An unsigned integer of any size.
    UInt(u64),
    /// A floating point number of any size.
    Float(f64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Data(&'a [u8]),
    /// A variant of an enum.
    Enum {
        /// Its position.
        ordinal: u16,
        /// Its name, unless the schema does not have so many.
        name: Option<&'a str>,
    },
    /// A span of time.
    Duration(Duration),
    /// A point in time: nanoseconds since the Unix epoch.
    Time(i64),
    /// The address of a host.
    IpAddr(IpAddr),
    /// Any number of values of one type.
    List(ListValue<'a>),
    /// Values with names.
    Struct(StructValue<'a>),
    /// A value that is missing.
    Null,
    /// A kind of field that this version cannot read.
    Unsupported,
}

impl<'a> Value<'a> {
    /// What a path leads to, from this value on: names of fields and positions in lists, from 0, with dots in
    /// between, as in `inputs.0.outpoint.txid`. An empty path leads to the value itself. `None` if there is no such
    /// field or element.
    ///
    /// What would be in a value that is missing is missing too: [`Value::Null`].
    ///
    /// ```
    /// # fn f(event: tracepoint_ipc::Event<'_>) -> Option<()> {
    /// let inputs = event.field("inputs")?.ok()?;
    /// let txid = inputs.at("0.outpoint.txid")?;
    /// # Some(()) }
    /// ```
    #[must_use]
    pub fn at(self, path: &str) -> Option<Value<'a>> {
        if path.is_empty() {
            return Some(self);
        }
        let (step, rest) = path.split_once('.').unwrap_or((path, ""));
        let next = match self {
            Self::Null => return Some(Self::Null),
            Self::Struct(fields) => fields.field(step)?,
            Self::List(list) => list.get(step.parse().ok()?)?,
            _ => return None,
        };
        next.at(rest)
    }

    /// Reads a field of an event or a struct.
    pub(super) fn of_field(field: &'a FieldInfo, from: StructReader<'a>) -> Result<Self, DecodeError> {
        match &field.ty {
            FieldType::Option(some) => match from.u16(field.tag) {
                0 => Ok(Self::Null),
                1 => Self::read(some, from, field.offset, field.default),
                // A member that was added to the union later.
                _ => Ok(Self::Unsupported),
            },
            ty => Self::read(ty, from, field.offset, field.default),
        }
    }

    /// Reads what lies at an offset, or at a position in the elements of a list.
    pub(super) fn read(
        ty: &'a FieldType,
        from: StructReader<'a>,
        at: u32,
        default: u64,
    ) -> Result<Self, DecodeError> {
        Ok(match ty {
            FieldType::Bool => Self::Bool(from.bool(at) ^ (default != 0)),
            FieldType::Int8 => Self::Int((from.i8(at) ^ default as i8).into()),
            FieldType::Int16 => Self::Int((from.i16(at) ^ default as i16).into()),
            FieldType::Int32 => Self::Int((from.i32(at) ^ default as i32).into()),
            FieldType::Int64 => Self::Int(from.i64(at) ^ default as i64),
            FieldType::UInt8 => Self::UInt((from.u8(at) ^ default as u8).into()),
            FieldType::UInt16 => Self::UInt((from.u16(at) ^ default as u16).into()),
            FieldType::UInt32 => Self::UInt((from.u32(at) ^ default as u32).into()),
            FieldType::UInt64 => Self::UInt(from.u64(at) ^ default),
            FieldType::Float32 => Self::Float(f32::from_bits(from.u32(at) ^ default as u32).into()),
            FieldType::Float64 => Self::Float(f64::from_bits(from.u64(at) ^ default)),
            FieldType::Text => Self::Text(from.text(at)?),
            FieldType::Data => Self::Data(from.data(at)?),
            FieldType::Enum(info) => {
                let ordinal = from.u16(at) ^ default as u16;
                let name = info.variants.get(usize::from(ordinal)).map(|variant| variant.name.as_str());
                Self::Enum { ordinal, name }
            }
            FieldType::Duration => Self::Duration(Duration::from_nanos(from.u64(at) ^ default)),
            FieldType::Time => Self::Time(from.i64(at) ^ default as i64),
            FieldType::IpAddr => Self::IpAddr(ip_addr(from.data(at)?)?),
            FieldType::List(of) => match of.element_size() {
                Some(size) => Self::List(ListValue::new(from.list(at, size)?, of)),
                None => Self::Unsupported,
            },
            FieldType::Struct(info) => Self::Struct(StructValue::new(from.structure(at)?, info)),
            // It has no place of its own.
            FieldType::Option(_) | FieldType::Unsupported => Self::Unsupported,
        })
    }
}

/// A field that the writer did not know is empty, which stands for zero.
fn ip_addr(bytes: &[u8]) -> Result<IpAddr, DecodeError> {
    match bytes.len() {
        0 => Ok(Ipv4Addr::UNSPECIFIED.into()),
        4 => <[u8; 4]>::try_from(bytes).map(IpAddr::from).map_err(|_| DecodeError::WrongLength),
        _ => <[u8; 16]>::try_from(bytes).map(IpAddr::from).map_err(|_| DecodeError::WrongLength),
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::UInt(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Text(value) => f.pad(value),
            Self::Data(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::Enum { name: Some(name), .. } => f.pad(name),
            Self::Enum { ordinal, name: None } => ordinal.fmt(f),
            Self::Duration(value) => write!(f, "{value:?}"),
            Self::Time(nanos) => {
                let time = OffsetDateTime::from_unix_timestamp_nanos((*nanos).into());
                f.pad(&time.unwrap_or(OffsetDateTime::UNIX_EPOCH).format(&Rfc3339).unwrap_or_default())
            }
            Self::IpAddr(value) => value.fmt(f),
            Self::List(value) => value.fmt(f),
            Self::Struct(value) => value.fmt(f),
            Self::Null => f.pad("null"),
            Self::Unsupported => f.pad("?"),
        }
    }
}

/// A value within another one: text is quoted.
pub(super) struct Inner<'a>(pub(super) Value<'a>);

impl fmt::Display for Inner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Text(text) => write!(f, "{text:?}"),
            value => value.fmt(f),
        }
    }
}
