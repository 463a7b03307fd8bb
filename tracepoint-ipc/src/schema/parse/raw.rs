//! A struct as its node has it: other types are only named.

use capnp::schema_capnp::{field, node, type_, value};
use tracepoint_core::StructLayout;

use super::{Notes, check_len, notes, short_name};
use crate::schema::kind::Kind;
use crate::schema::{FieldType, SchemaError, limits};

/// A struct, or a group in one.
pub(super) struct RawStruct {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) doc: String,
    pub(super) layout: StructLayout,
    pub(super) is_group: bool,
    /// Place of the discriminant, if there is a union.
    pub(super) union: Option<u32>,
    pub(super) members: Vec<RawMember>,
}

/// A member of a struct.
pub(super) struct RawMember {
    /// Groups have none.
    pub(super) ordinal: Option<u16>,
    pub(super) name: String,
    pub(super) member_name: String,
    pub(super) doc: String,
    pub(super) kind: Option<Kind>,
    /// Of a member of a union.
    pub(super) discriminant: Option<u16>,
    pub(super) body: Body,
}

/// What a member is.
pub(super) enum Body {
    Slot { ty: RawType, offset: u32, default: u64 },
    Group(u64),
    Unknown,
}

/// A type that may use others by their ids.
pub(super) enum RawType {
    Void,
    Plain(FieldType),
    Enum(u64),
    Struct(u64),
    List(Box<RawType>),
    Unknown,
}

impl RawStruct {
    pub(super) fn read(node: node::Reader<'_>, of: node::struct_::Reader<'_>) -> Result<Self, SchemaError> {
        let fields = of.get_fields()?;
        check_len(fields.len())?;
        let type_name = short_name(node)?;
        let Notes { name, doc, .. } = notes(node.get_annotations()?, &type_name)?;
        let offset = of.get_discriminant_offset();
        let union = (of.get_discriminant_count() > 0).then_some(offset);
        if union.is_some_and(|offset| u64::from(offset) * 16 >= limits::DATA_BITS) {
            return Err(SchemaError::BadOffset);
        }
        Ok(Self {
            name,
            type_name,
            doc,
            layout: StructLayout { data_words: of.get_data_word_count(), pointers: of.get_pointer_count() },
            is_group: of.get_is_group(),
            union,
            members: fields.iter().map(RawMember::read).collect::<Result<_, _>>()?,
        })
    }
}

impl RawMember {
    fn read(member: field::Reader<'_>) -> Result<Self, SchemaError> {
        let member_name = member.get_name()?.to_str()?.to_owned();
        let Notes { name, doc, kind } = notes(member.get_annotations()?, &member_name)?;
        let ordinal = match member.get_ordinal().which() {
            Ok(field::ordinal::Explicit(ordinal)) => Some(ordinal),
            _ => None,
        };
        let discriminant = Some(member.get_discriminant_value()).filter(|&it| it != field::NO_DISCRIMINANT);
        let body = match member.which() {
            Ok(field::Slot(slot)) => Body::Slot {
                ty: RawType::read(slot.get_type()?, limits::LISTS)?,
                offset: slot.get_offset(),
                default: default_bits(slot.get_default_value()?),
            },
            Ok(field::Group(group)) => Body::Group(group.get_type_id()),
            Err(_) => Body::Unknown,
        };
        Ok(Self { ordinal, name, member_name, doc, kind, discriminant, body })
    }
}

impl RawType {
    /// A type with no more than so many lists within each other.
    fn read(ty: type_::Reader<'_>, lists: u32) -> Result<Self, SchemaError> {
        Ok(Self::Plain(match ty.which() {
            Ok(type_::Void(())) => return Ok(Self::Void),
            Ok(type_::Bool(())) => FieldType::Bool,
            Ok(type_::Int8(())) => FieldType::Int8,
            Ok(type_::Int16(())) => FieldType::Int16,
            Ok(type_::Int32(())) => FieldType::Int32,
            Ok(type_::Int64(())) => FieldType::Int64,
            Ok(type_::Uint8(())) => FieldType::UInt8,
            Ok(type_::Uint16(())) => FieldType::UInt16,
            Ok(type_::Uint32(())) => FieldType::UInt32,
            Ok(type_::Uint64(())) => FieldType::UInt64,
            Ok(type_::Float32(())) => FieldType::Float32,
            Ok(type_::Float64(())) => FieldType::Float64,
            Ok(type_::Text(())) => FieldType::Text,
            Ok(type_::Data(())) => FieldType::Data,
            Ok(type_::Enum(of)) => return Ok(Self::Enum(of.get_type_id())),
            Ok(type_::Struct(of)) => return Ok(Self::Struct(of.get_type_id())),
            Ok(type_::List(of)) if lists > 0 => {
                return Ok(Self::List(Box::new(Self::read(of.get_element_type()?, lists - 1)?)));
            }
            _ => return Ok(Self::Unknown),
        }))
    }
}

/// The bits that a stored number is XORed with.
fn default_bits(value: value::Reader<'_>) -> u64 {
    match value.which() {
        Ok(value::Bool(v)) => v.into(),
        Ok(value::Int8(v)) => v as u64,
        Ok(value::Int16(v)) => v as u64,
        Ok(value::Int32(v)) => v as u64,
        Ok(value::Int64(v)) => v as u64,
        Ok(value::Uint8(v)) => v.into(),
        Ok(value::Uint16(v) | value::Enum(v)) => v.into(),
        Ok(value::Uint32(v)) => v.into(),
        Ok(value::Uint64(v)) => v,
        Ok(value::Float32(v)) => v.to_bits().into(),
        Ok(value::Float64(v)) => v.to_bits(),
        _ => 0,
    }
}
