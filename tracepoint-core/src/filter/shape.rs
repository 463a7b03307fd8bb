//! What a predicate has to know of the types of fields: of events that this program declares, or that it received.

use std::fmt;

use crate::Type;

/// The type of a field. Displays as its name.
#[doc(hidden)]
pub trait Shape: fmt::Display + Sized {
    /// What can be tested of it.
    fn kind(&self) -> Kind<'_, Self>;
}

/// What can be tested of a type.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub enum Kind<'a, S> {
    Bool,
    /// Signed, of so many bits.
    Int(u32),
    /// Unsigned, of so many bits.
    UInt(u32),
    Float,
    Duration,
    Time,
    Text,
    Data,
    IpAddr,
    /// Its variants.
    Enum(Vec<&'a str>),
    List,
    /// Its fields.
    Struct(Vec<(&'a str, &'a S)>),
    Option(&'a S),
    /// Of a kind that is not known: nothing can be.
    Unknown,
}

impl Shape for Type {
    fn kind(&self) -> Kind<'_, Self> {
        match self {
            Type::Bool => Kind::Bool,
            Type::Int8 => Kind::Int(8),
            Type::Int16 => Kind::Int(16),
            Type::Int32 => Kind::Int(32),
            Type::Int64 => Kind::Int(64),
            Type::UInt8 => Kind::UInt(8),
            Type::UInt16 => Kind::UInt(16),
            Type::UInt32 => Kind::UInt(32),
            Type::UInt64 => Kind::UInt(64),
            Type::Float32 | Type::Float64 => Kind::Float,
            Type::Duration => Kind::Duration,
            Type::Time => Kind::Time,
            Type::Text => Kind::Text,
            Type::Data => Kind::Data,
            Type::IpAddr => Kind::IpAddr,
            Type::Enum(of) => Kind::Enum(of.variants.iter().map(|variant| variant.name).collect()),
            Type::List(_) => Kind::List,
            Type::Struct(of) => Kind::Struct(of.fields.iter().map(|field| (field.name, &field.ty)).collect()),
            Type::Option(of) => Kind::Option(of),
        }
    }
}
