//! Fields and their types.

use std::fmt;
use std::sync::Arc;

use tracepoint_core::ElementSize;

use super::{EnumInfo, StructInfo};

/// A field of an event, or of a struct within.
///
/// ```
/// fn heading(field: &tracepoint_ipc::schema::FieldInfo) -> String {
///     format!("{}: {}", field.name, field.ty)
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FieldInfo {
    /// As in `peer_id`.
    pub name: String,
    /// The Cap'n Proto name, as in `peerId`.
    pub member_name: String,
    /// The doc comment in the traced program, without markers.
    pub doc: String,
    /// What it holds.
    pub ty: FieldType,
    /// Its number in the struct, from 0. One that may be missing takes two: this one says that it is missing, the
    /// next one has the value.
    pub ordinal: u16,
    /// Place in the struct: in units of the size of the field, or the index of its pointer.
    pub offset: u32,
    /// Of a field that may be missing: place of the 16 bits that say whether it is there, in units of these.
    pub tag: u32,
    /// What the stored bits are XORed with.
    pub(crate) default: u64,
}

/// What a field holds. Displays as people write it: `u64`, `text`, `ConnectionType`, `[OutPoint]`, `f64?`.
///
/// ```
/// use std::sync::Arc;
/// use tracepoint_ipc::schema::FieldType;
///
/// assert_eq!(format!("{:>5}", FieldType::UInt64), "  u64");
/// let sizes = FieldType::List(Arc::new(FieldType::UInt32));
/// assert_eq!(FieldType::Option(Arc::new(sizes)).to_string(), "[u32]?");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names say it")]
pub enum FieldType {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float32,
    Float64,
    Text,
    Data,
    Enum(Arc<EnumInfo>),
    /// Nanoseconds.
    Duration,
    /// Nanoseconds since the Unix epoch.
    Time,
    IpAddr,
    /// Any number of values. Never directly of values that may be missing.
    List(Arc<FieldType>),
    Struct(Arc<StructInfo>),
    /// A value that may be missing.
    Option(Arc<FieldType>),
    /// A kind of field that this version cannot read; its neighbours are not affected.
    Unsupported,
}

impl FieldType {
    /// What is left without lists and options: the type of the elements of the elements.
    #[must_use]
    pub fn leaf(&self) -> &FieldType {
        match self {
            Self::List(of) | Self::Option(of) => of.leaf(),
            leaf => leaf,
        }
    }

    /// The room that it takes in a list.
    pub(crate) fn element_size(&self) -> Option<ElementSize> {
        Some(match self {
            Self::Bool => ElementSize::Bit,
            Self::Int8 | Self::UInt8 => ElementSize::Byte,
            Self::Int16 | Self::UInt16 | Self::Enum(_) => ElementSize::TwoBytes,
            Self::Int32 | Self::UInt32 | Self::Float32 => ElementSize::FourBytes,
            Self::Int64 | Self::UInt64 | Self::Float64 | Self::Duration | Self::Time => {
                ElementSize::EightBytes
            }
            Self::Text | Self::Data | Self::IpAddr | Self::List(_) => ElementSize::Pointer,
            Self::Struct(_) => ElementSize::Struct,
            Self::Option(_) | Self::Unsupported => return None,
        })
    }

    /// Size of a field in its section.
    pub(super) fn bits(&self) -> u64 {
        match self {
            Self::Option(of) => of.bits(),
            ty => match ty.element_size() {
                Some(ElementSize::Bit) => 1,
                Some(ElementSize::Byte) => 8,
                Some(ElementSize::TwoBytes) => 16,
                Some(ElementSize::FourBytes) => 32,
                _ => 64,
            },
        }
    }

    /// Whether it lies behind a pointer.
    pub(crate) fn is_pointer(&self) -> bool {
        match self {
            Self::Option(of) => of.is_pointer(),
            ty => matches!(ty.element_size(), Some(ElementSize::Pointer | ElementSize::Struct)),
        }
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Bool => "bool",
            Self::Int8 => "i8",
            Self::Int16 => "i16",
            Self::Int32 => "i32",
            Self::Int64 => "i64",
            Self::UInt8 => "u8",
            Self::UInt16 => "u16",
            Self::UInt32 => "u32",
            Self::UInt64 => "u64",
            Self::Float32 => "f32",
            Self::Float64 => "f64",
            Self::Text => "text",
            Self::Data => "bytes",
            Self::Enum(info) => &info.name,
            Self::Struct(info) => &info.name,
            Self::Duration => "duration",
            Self::Time => "time",
            Self::IpAddr => "ip",
            Self::List(of) => return f.pad(&format!("[{of}]")),
            Self::Option(of) => return f.pad(&format!("{of}?")),
            Self::Unsupported => "?",
        })
    }
}
