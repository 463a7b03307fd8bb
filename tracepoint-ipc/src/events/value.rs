//! The value of one field.

use std::fmt;

use tracepoint_core::{DecodeError, StructReader};

use crate::schema::{FieldInfo, FieldType};

/// The value of a field, in place in the bytes of its batch.
///
/// Displays as people write it: text as it is, bytes in hexadecimal, variants of enums by name.
///
/// ```
/// use tracepoint_ipc::Value;
///
/// assert_eq!(Value::Data(&[0xf9, 0xbe, 0xb4, 0xd9]).to_string(), "f9beb4d9");
/// assert_eq!(Value::Enum { ordinal: 2, name: None }.to_string(), "2");
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
    /// A kind of field that this version cannot read.
    Unsupported,
}

impl<'a> Value<'a> {
    /// Reads a field of a payload.
    pub(super) fn read(field: &'a FieldInfo, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        let (at, default) = (field.offset, field.default);
        Ok(match &field.ty {
            FieldType::Bool => Self::Bool(payload.bool(at) ^ (default != 0)),
            FieldType::Int8 => Self::Int((payload.i8(at) ^ default as i8).into()),
            FieldType::Int16 => Self::Int((payload.i16(at) ^ default as i16).into()),
            FieldType::Int32 => Self::Int((payload.i32(at) ^ default as i32).into()),
            FieldType::Int64 => Self::Int(payload.i64(at) ^ default as i64),
            FieldType::UInt8 => Self::UInt((payload.u8(at) ^ default as u8).into()),
            FieldType::UInt16 => Self::UInt((payload.u16(at) ^ default as u16).into()),
            FieldType::UInt32 => Self::UInt((payload.u32(at) ^ default as u32).into()),
            FieldType::UInt64 => Self::UInt(payload.u64(at) ^ default),
            FieldType::Float32 => Self::Float(f32::from_bits(payload.u32(at) ^ default as u32).into()),
            FieldType::Float64 => Self::Float(f64::from_bits(payload.u64(at) ^ default)),
            FieldType::Text => Self::Text(payload.text(at)?),
            FieldType::Data => Self::Data(payload.data(at)?),
            FieldType::Enum(info) => {
                let ordinal = payload.u16(at) ^ default as u16;
                let name = info.variants.get(usize::from(ordinal)).map(|variant| variant.name.as_str());
                Self::Enum { ordinal, name }
            }
            FieldType::Unsupported => Self::Unsupported,
        })
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
            Self::Unsupported => f.pad("?"),
        }
    }
}
