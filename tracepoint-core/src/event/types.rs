//! The types that fields can have.

use std::fmt;

use super::stable::Fnv;
use super::{Field, Placed, StructLayout};

/// The type of a field on the wire, named as in Cap'n Proto.
///
/// ```
/// use tracepoint_core::{Type, Value};
///
/// type PeerId = i64;
/// assert_eq!(<PeerId as Value>::TYPE, Type::Int64);
/// assert_eq!(<[u8; 32] as Value>::TYPE, Type::Data);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names say it")]
pub enum Type {
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
    Enum(&'static EnumType),
    /// A `UInt64` of nanoseconds.
    Duration,
    /// An `Int64`: nanoseconds since the Unix epoch.
    Time,
    /// `Data` of 4 bytes (IPv4) or 16 (IPv6), in network order.
    IpAddr,
    /// Of any type but `UInt8`, which makes `Data`, and `Option`, which has no place of its own.
    List(&'static Type),
    /// Behind a pointer.
    Struct(&'static StructType),
    /// A value that may be missing: a group with a union of `none` and `some`. Of any type but `Option`.
    Option(&'static Type),
}

/// A struct within events.
///
/// ```
/// use tracepoint_core::{Field, Placed, StructType, Type};
///
/// static FIELDS: Placed<2> = Placed::new([Field::of::<&[u8; 32]>("txid", ""), Field::of::<u32>("vout", "")]);
/// static OUTPOINT: StructType = StructType::new("OutPoint", "", module_path!(), &FIELDS);
/// const SPENT: Type = Type::List(&Type::Struct(&OUTPOINT));
/// assert_eq!(SPENT.to_string(), "[OutPoint]");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct StructType {
    /// As in the source: `OutPoint`.
    pub name: &'static str,
    /// What it is made of, if it is generic; readers see these behind its name.
    pub arguments: &'static [Type],
    /// Its doc comment.
    pub doc: &'static str,
    /// Identity: a hash of module, name and arguments with the top bit set.
    pub type_id: u64,
    /// In the order of their ordinals.
    pub fields: &'static [Field],
    /// Size of the Cap'n Proto struct.
    pub layout: StructLayout,
}

impl StructType {
    /// Describes a struct. [`#[derive(Value)]`](crate::Value) does this at compile time.
    pub const fn new<const N: usize>(
        name: &'static str,
        doc: &'static str,
        module: &'static str,
        placed: &'static Placed<N>,
    ) -> Self {
        Self::generic(name, &[], doc, module, placed)
    }

    /// Describes a struct that there is for more than one set of types.
    pub const fn generic<const N: usize>(
        name: &'static str,
        arguments: &'static [Type],
        doc: &'static str,
        module: &'static str,
        placed: &'static Placed<N>,
    ) -> Self {
        let mut id = Fnv::new().text(module).text("::").text(name);
        let mut i = 0;
        while i < arguments.len() {
            id = id.text("<").ty(&arguments[i]);
            i += 1;
        }
        StructType { name, arguments, doc, type_id: id.id(), fields: &placed.fields, layout: placed.layout }
    }
}

impl PartialEq for StructType {
    fn eq(&self, other: &Self) -> bool {
        self.type_id == other.type_id
    }
}

impl Eq for StructType {}

/// As people write it: `u64`, `text`, `[OutPoint]`, `f64?`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Type::Bool => "bool",
            Type::Int8 => "i8",
            Type::Int16 => "i16",
            Type::Int32 => "i32",
            Type::Int64 => "i64",
            Type::UInt8 => "u8",
            Type::UInt16 => "u16",
            Type::UInt32 => "u32",
            Type::UInt64 => "u64",
            Type::Float32 => "f32",
            Type::Float64 => "f64",
            Type::Text => "text",
            Type::Data => "bytes",
            Type::Enum(info) => info.name,
            Type::Duration => "duration",
            Type::Time => "time",
            Type::IpAddr => "ip",
            Type::List(of) => return write!(f, "[{of}]"),
            Type::Option(of) => return write!(f, "{of}?"),
            Type::Struct(of) => {
                f.write_str(of.name)?;
                for (at, argument) in of.arguments.iter().enumerate() {
                    write!(f, "{}{argument}", if at == 0 { "<" } else { ", " })?;
                }
                if of.arguments.is_empty() { "" } else { ">" }
            }
        };
        f.write_str(name)
    }
}

/// A C-like enum.
///
/// ```
/// use tracepoints::{Type, Value};
///
/// #[derive(Value, Clone, Copy)]
/// enum Network { Unroutable, Ipv4, Ipv6 }
///
/// let Type::Enum(network) = Network::TYPE else { panic!() };
/// assert_eq!(network.variants[1].name, "ipv4");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct EnumType {
    /// As in the source: `ConnectionType`.
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
    /// Identity: a hash of module and name with the top bit set.
    pub type_id: u64,
    /// The ordinal of a variant is its position here.
    pub variants: &'static [Variant],
}

impl PartialEq for EnumType {
    fn eq(&self, other: &Self) -> bool {
        self.type_id == other.type_id
    }
}

impl Eq for EnumType {}

/// A variant of a C-like enum.
///
/// ```
/// use tracepoint_core::Variant;
///
/// let variant = Variant { name: "outbound_full_relay", doc: "" };
/// assert!(variant.doc.is_empty());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// In snake case: `outbound_full_relay`.
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
}
