//! Types and defaults of members.

use capnp::schema_capnp::{annotation, type_, value};
use tracepoint_core::Type;

use super::known::Known;
use crate::schema::kind::Kind;
use crate::tracing_capnp;

pub(super) fn set_type(ty: &Type, mut to: type_::Builder<'_>, known: &Known) {
    match ty {
        Type::Bool => to.set_bool(()),
        Type::Int8 => to.set_int8(()),
        Type::Int16 => to.set_int16(()),
        Type::Int32 => to.set_int32(()),
        Type::Int64 | Type::Time => to.set_int64(()),
        Type::UInt8 => to.set_uint8(()),
        Type::UInt16 => to.set_uint16(()),
        Type::UInt32 => to.set_uint32(()),
        Type::UInt64 | Type::Duration => to.set_uint64(()),
        Type::Float32 => to.set_float32(()),
        Type::Float64 => to.set_float64(()),
        Type::Text => to.set_text(()),
        Type::Data | Type::IpAddr => to.set_data(()),
        Type::Enum(_) => to.init_enum().set_type_id(known.id(ty).unwrap_or_default()),
        Type::Struct(_) => to.init_struct().set_type_id(known.id(ty).unwrap_or_default()),
        Type::List(of) => set_type(of, to.init_list().init_element_type(), known),
        // A kind of field that was added to the event model alone takes no room in the schema.
        _ => to.set_void(()),
    }
}

/// Every slot names its default, of the same kind as its type.
pub(super) fn set_default(ty: &Type, mut to: value::Builder<'_>) {
    match ty {
        Type::Bool => to.set_bool(false),
        Type::Int8 => to.set_int8(0),
        Type::Int16 => to.set_int16(0),
        Type::Int32 => to.set_int32(0),
        Type::Int64 | Type::Time => to.set_int64(0),
        Type::UInt8 => to.set_uint8(0),
        Type::UInt16 => to.set_uint16(0),
        Type::UInt32 => to.set_uint32(0),
        Type::UInt64 | Type::Duration => to.set_uint64(0),
        Type::Float32 => to.set_float32(0.0),
        Type::Float64 => to.set_float64(0.0),
        Type::Text => drop(to.init_text(0)),
        Type::Data | Type::IpAddr => drop(to.init_data(0)),
        Type::Enum(_) => to.set_enum(0),
        Type::Struct(_) => drop(to.init_struct()),
        Type::List(_) => drop(to.init_list()),
        _ => to.set_void(()),
    }
}

/// Tells what the values stand for.
pub(super) fn annotate_kind(mut annotation: annotation::Builder<'_>, kind: Kind) {
    annotation.set_id(tracing_capnp::kind::ID);
    annotation.init_value().set_text(kind.name());
}
