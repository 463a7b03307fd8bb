//! What a predicate has to know of the types of a recording.

use tracepoint_core::__filter::{Kind, Shape};

use super::FieldType;

impl Shape for FieldType {
    fn kind(&self) -> Kind<'_, Self> {
        match self {
            Self::Bool => Kind::Bool,
            Self::Int8 => Kind::Int(8),
            Self::Int16 => Kind::Int(16),
            Self::Int32 => Kind::Int(32),
            Self::Int64 => Kind::Int(64),
            Self::UInt8 => Kind::UInt(8),
            Self::UInt16 => Kind::UInt(16),
            Self::UInt32 => Kind::UInt(32),
            Self::UInt64 => Kind::UInt(64),
            Self::Float32 | Self::Float64 => Kind::Float,
            Self::Duration => Kind::Duration,
            Self::Time => Kind::Time,
            Self::Text => Kind::Text,
            Self::Data => Kind::Data,
            Self::IpAddr => Kind::IpAddr,
            Self::Enum(of) => Kind::Enum(of.variants.iter().map(|variant| variant.name.as_str()).collect()),
            Self::List(_) => Kind::List,
            Self::Struct(of) => {
                Kind::Struct(of.fields.iter().map(|field| (field.name.as_str(), &field.ty)).collect())
            }
            Self::Option(of) => Kind::Option(of),
            Self::Unsupported => Kind::Unknown,
        }
    }
}
