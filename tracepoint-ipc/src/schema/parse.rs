//! From `schema.capnp` nodes, which may come from a hostile process, to types.

use std::collections::HashMap;
use std::sync::Arc;

use capnp::message::ReaderOptions;
use capnp::schema_capnp::{annotation, field, node, type_, value};
use capnp::struct_list;

use super::types::{EnumInfo, EventType, FieldInfo, FieldType, VariantInfo};
use super::{EVENT_ID, SchemaError, limits};
use crate::tracing_capnp;

type Enums = HashMap<u64, Arc<EnumInfo>>;

/// The types of all events, in the order of their tags.
pub(super) fn events(nodes: &[Vec<u8>]) -> Result<Vec<EventType>, SchemaError> {
    if nodes.len() > limits::NODES {
        return Err(SchemaError::TooLarge);
    }
    let mut enums = Enums::new();
    visit(nodes, |node| {
        if let node::Enum(list) = node.which()? {
            let info = enumeration(node, list.get_enumerants()?)?;
            enums.insert(info.type_id, Arc::new(info));
        }
        Ok(())
    })?;
    let mut structs = HashMap::new();
    let mut root = None;
    visit(nodes, |node| {
        if let node::Struct(payload) = node.which()? {
            if node.get_id() == EVENT_ID {
                root = Some(union_members(payload.get_fields()?)?);
            } else {
                let event = event_type(node, payload.get_fields()?, &enums)?;
                structs.insert(event.type_id, event);
            }
        }
        Ok(())
    })?;
    let root = root.ok_or(SchemaError::NoEvent)?;
    Ok(root.into_iter().filter_map(|(_, type_id)| structs.remove(&type_id)).collect())
}

fn visit(
    nodes: &[Vec<u8>],
    mut f: impl FnMut(node::Reader<'_>) -> Result<(), SchemaError>,
) -> Result<(), SchemaError> {
    for bytes in nodes {
        let mut options = ReaderOptions::new();
        options.traversal_limit_in_words(Some(limits::words(bytes.len()))).nesting_limit(limits::NESTING);
        let message = capnp::serialize::read_message(bytes.as_slice(), options)?;
        f(message.get_root()?)?;
    }
    Ok(())
}

/// Tag and type of each event, by tag.
fn union_members(fields: struct_list::Reader<'_, field::Owned>) -> Result<Vec<(u16, u64)>, SchemaError> {
    check_len(fields.len())?;
    let mut members = Vec::new();
    for member in fields {
        let tag = member.get_discriminant_value();
        if tag == field::NO_DISCRIMINANT {
            continue;
        }
        if let field::Slot(slot) = member.which()? {
            if let type_::Struct(of) = slot.get_type()?.which()? {
                members.push((tag, of.get_type_id()));
            }
        }
    }
    members.sort_unstable();
    Ok(members)
}

fn event_type(
    node: node::Reader<'_>,
    fields: struct_list::Reader<'_, field::Owned>,
    enums: &Enums,
) -> Result<EventType, SchemaError> {
    check_len(fields.len())?;
    let mut members = Vec::new();
    for member in fields {
        if let field::Slot(slot) = member.which()? {
            let ordinal = match member.get_ordinal().which()? {
                field::ordinal::Explicit(ordinal) => ordinal,
                field::ordinal::Implicit(()) => member.get_code_order(),
            };
            members.push((ordinal, field_info(member, slot, enums)?));
        }
    }
    members.sort_by_key(|&(ordinal, _)| ordinal);
    let type_name = short_name(node)?;
    let (full_name, doc) = notes(node.get_annotations()?, &type_name)?;
    let fields = members.into_iter().map(|(_, field)| field).collect();
    Ok(EventType { type_id: node.get_id(), full_name, type_name, doc, fields })
}

fn field_info(
    member: field::Reader<'_>,
    slot: field::slot::Reader<'_>,
    enums: &Enums,
) -> Result<FieldInfo, SchemaError> {
    let member_name = member.get_name()?.to_str()?.to_owned();
    let (name, doc) = notes(member.get_annotations()?, &member_name)?;
    let ty = field_type(slot.get_type()?, enums);
    let offset = slot.get_offset();
    if u64::from(offset) * bits(&ty) >= limits::DATA_BITS {
        return Err(SchemaError::BadOffset);
    }
    let default = if slot.has_default_value() { default_bits(slot.get_default_value()?) } else { 0 };
    Ok(FieldInfo { name, member_name, doc, ty, offset, default })
}

fn field_type(ty: type_::Reader<'_>, enums: &Enums) -> FieldType {
    match ty.which() {
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
        Ok(type_::Enum(of)) => match enums.get(&of.get_type_id()) {
            Some(info) => FieldType::Enum(info.clone()),
            None => FieldType::Unsupported,
        },
        _ => FieldType::Unsupported,
    }
}

/// Size of a field in its section.
fn bits(ty: &FieldType) -> u64 {
    match ty {
        FieldType::Bool => 1,
        FieldType::Int8 | FieldType::UInt8 => 8,
        FieldType::Int16 | FieldType::UInt16 | FieldType::Enum(_) => 16,
        FieldType::Int32 | FieldType::UInt32 | FieldType::Float32 => 32,
        _ => 64,
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

fn enumeration(
    node: node::Reader<'_>,
    list: struct_list::Reader<'_, capnp::schema_capnp::enumerant::Owned>,
) -> Result<EnumInfo, SchemaError> {
    check_len(list.len())?;
    let type_name = short_name(node)?;
    let (name, doc) = notes(node.get_annotations()?, &type_name)?;
    let mut variants = Vec::new();
    for enumerant in list {
        let member_name = enumerant.get_name()?.to_str()?.to_owned();
        let (name, doc) = notes(enumerant.get_annotations()?, &member_name)?;
        variants.push(VariantInfo { name, member_name, doc });
    }
    Ok(EnumInfo { type_id: node.get_id(), name, type_name, doc, variants })
}

/// The display name without the part that names the file.
fn short_name(node: node::Reader<'_>) -> Result<String, SchemaError> {
    let display_name = node.get_display_name()?.to_str()?;
    let prefix = usize::try_from(node.get_display_name_prefix_length()).unwrap_or(usize::MAX);
    Ok(display_name.get(prefix..).unwrap_or(display_name).to_owned())
}

/// The name and the doc comment of the traced program, which annotations carry.
fn notes(
    annotations: struct_list::Reader<'_, annotation::Owned>,
    fallback: &str,
) -> Result<(String, String), SchemaError> {
    check_len(annotations.len())?;
    let (mut name, mut doc) = (fallback.to_owned(), String::new());
    for annotation in annotations {
        let target = match annotation.get_id() {
            tracing_capnp::name::ID => &mut name,
            tracing_capnp::doc::ID => &mut doc,
            _ => continue,
        };
        if let value::Text(text) = annotation.get_value()?.which()? {
            text?.to_str()?.clone_into(target);
        }
    }
    Ok((name, doc))
}

fn check_len(members: u32) -> Result<(), SchemaError> {
    if members > limits::MEMBERS { Err(SchemaError::TooLarge) } else { Ok(()) }
}
