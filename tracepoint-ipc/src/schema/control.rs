//! The types of control messages, by which recordings tell about the events in them.
//!
//! Every schema has them, so that whoever reads events with it can read recordings too.

use std::collections::HashSet;

use capnp::introspect::{Introspect, Type, TypeVariant};
use capnp::schema::{EnumSchema, StructSchema};
use capnp::schema_capnp::node;
use capnp::traits::HasTypeId;

use crate::recording_capnp::control;

/// What the types are compiled from.
const SOURCES: [&str; 2] =
    [include_str!("../../schema/tracing.capnp"), include_str!("../../schema/recording.capnp")];

/// The id of the struct `Control`.
pub(super) fn id() -> u64 {
    control::Reader::TYPE_ID
}

/// The nodes of all types that a control message is made of. Types come before the types that use them.
pub(super) fn nodes() -> Vec<node::Reader<'static>> {
    let mut nodes = Vec::new();
    collect(control::Owned::introspect(), &mut HashSet::new(), &mut nodes);
    nodes
}

fn collect(ty: Type, seen: &mut HashSet<u64>, nodes: &mut Vec<node::Reader<'static>>) {
    match ty.which() {
        TypeVariant::Struct(raw) => {
            let schema = StructSchema::new(raw);
            if seen.insert(schema.get_proto().get_id()) {
                // Generated code knows its own fields.
                let fields = schema.get_fields().into_iter().flatten();
                fields.for_each(|field| collect(field.get_type(), seen, nodes));
                nodes.push(schema.get_proto());
            }
        }
        TypeVariant::Enum(raw) => {
            let node = EnumSchema::new(raw).get_proto();
            if seen.insert(node.get_id()) {
                nodes.push(node);
            }
        }
        TypeVariant::List(of) => collect(of, seen, nodes),
        _ => {}
    }
}

/// The name of a type.
pub(super) fn name(node: node::Reader<'_>) -> &str {
    let name = node.get_display_name().ok().and_then(|name| name.to_str().ok()).unwrap_or_default();
    name.get(node.get_display_name_prefix_length() as usize..).unwrap_or(name)
}

/// The declarations of all these types, with their comments and ids, the last ones first.
pub(super) fn text() -> String {
    let mut text = String::new();
    for node in nodes().into_iter().rev() {
        let (name, id) = (name(node), node.get_id());
        let keyword = if matches!(node.which(), Ok(node::Enum(_))) { "enum" } else { "struct" };
        let head = format!("\n{keyword} {name} {{\n");
        let body = SOURCES.iter().find_map(|source| source.split_once(&head)?.1.split_once("\n}\n"));
        if let Some((body, _)) = body {
            text.push_str(&format!("\n{keyword} {name} @{id:#018x} {{\n{body}\n}}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_declared_before_its_use_and_has_a_text() {
        let nodes = nodes();
        let names: Vec<_> = nodes.iter().map(|node| name(*node)).collect();
        let place = |name| names.iter().position(|other| *other == name).unwrap();
        assert!(place("Lost") < place("Gap") && place("Gap") < place("RecordedBatch"));
        assert_eq!(place("Control") + 1, names.len());
        let text = text();
        for node in &nodes {
            let declared = format!(" {} @{:#018x} {{\n", name(*node), node.get_id());
            assert!(text.contains(&declared), "{declared} is missing in {text}");
        }
    }
}
