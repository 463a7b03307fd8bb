//! From `schema.capnp` nodes, which may come from a hostile process, to types.
//!
//! First each node is read by itself, then the types that use others are put together, from the events on. Work
//! and memory are bounded by [`limits`]; what exceeds those of a single type cannot be read, but all else can.

mod raw;
mod resolve;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use capnp::message::ReaderOptions;
use capnp::schema_capnp::{annotation, field, node, type_, value};
use capnp::struct_list;

use super::kind::Kind;
use super::types::EventType;
use super::{EVENT_ID, EnumInfo, SchemaError, VariantInfo, limits, text};
use crate::tracing_capnp;
use raw::RawStruct;
use resolve::Resolver;

/// The member of `Event` that is no event.
const CONTROL: u16 = 0;

type Enums = HashMap<u64, Arc<EnumInfo>>;

/// The types of all events, in the order of their tags.
pub(super) fn events(nodes: &[Vec<u8>]) -> Result<Vec<EventType>, SchemaError> {
    if nodes.len() > limits::NODES {
        return Err(SchemaError::TooLarge);
    }
    let mut enums = Enums::new();
    let mut structs = HashMap::new();
    let mut root = None;
    let mut members = 0;
    visit(nodes, |node| {
        match node.which() {
            Ok(node::Enum(list)) => {
                let info = enumeration(node, list.get_enumerants()?)?;
                members += info.variants.len();
                enums.insert(info.type_id, Arc::new(info));
            }
            Ok(node::Struct(of)) if node.get_id() == EVENT_ID => {
                root = Some(union_members(of.get_fields()?)?)
            }
            Ok(node::Struct(of)) => {
                let raw = RawStruct::read(node, of)?;
                members += raw.members.len();
                structs.insert(node.get_id(), raw);
            }
            // A type of a kind that is not known here. What has fields of this type tells that it cannot be read.
            _ => {}
        }
        if members > limits::ALL_MEMBERS { Err(SchemaError::TooLarge) } else { Ok(()) }
    })?;
    let mut resolver = Resolver::new(&structs, &enums);
    let mut events = Vec::new();
    let mut seen = HashSet::new();
    for (_, type_id) in root.ok_or(SchemaError::NoEvent)? {
        if seen.insert(type_id) {
            events.extend(resolver.event(type_id)?);
        }
    }
    Ok(events)
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
        if tag == field::NO_DISCRIMINANT || tag == CONTROL {
            continue;
        }
        if let Ok(field::Slot(slot)) = member.which() {
            if let Ok(type_::Struct(of)) = slot.get_type()?.which() {
                members.push((tag, of.get_type_id()));
            }
        }
    }
    members.sort_unstable();
    Ok(members)
}

fn enumeration(
    node: node::Reader<'_>,
    list: struct_list::Reader<'_, capnp::schema_capnp::enumerant::Owned>,
) -> Result<EnumInfo, SchemaError> {
    check_len(list.len())?;
    let type_name = short_name(node)?;
    let Notes { name, doc, .. } = notes(node.get_annotations()?, &type_name)?;
    let mut variants = Vec::new();
    for enumerant in list {
        let member_name = enumerant.get_name()?.to_str()?.to_owned();
        let Notes { name, doc, .. } = notes(enumerant.get_annotations()?, &member_name)?;
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

/// What annotations carry.
struct Notes {
    /// The name in the traced program.
    name: String,
    /// The doc comment there.
    doc: String,
    kind: Option<Kind>,
}

fn notes(
    annotations: struct_list::Reader<'_, annotation::Owned>,
    fallback: &str,
) -> Result<Notes, SchemaError> {
    check_len(annotations.len())?;
    let mut notes = Notes { name: fallback.to_owned(), doc: String::new(), kind: None };
    for annotation in annotations {
        let Ok(value::Text(text)) = annotation.get_value()?.which() else { continue };
        match annotation.get_id() {
            tracing_capnp::name::ID => text?.to_str()?.clone_into(&mut notes.name),
            tracing_capnp::doc::ID => text?.to_str()?.clone_into(&mut notes.doc),
            tracing_capnp::kind::ID | text::KIND_ID => notes.kind = Kind::named(text?.to_str()?),
            _ => {}
        }
    }
    Ok(notes)
}

fn check_len(members: u32) -> Result<(), SchemaError> {
    if members > limits::MEMBERS { Err(SchemaError::TooLarge) } else { Ok(()) }
}
