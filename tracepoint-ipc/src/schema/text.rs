//! The schema as a file for the `capnp` tool.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::EVENT_ID;
use super::naming::Scope;
use super::types::{EnumInfo, EventType, FieldInfo, FieldType};

/// The id of the file.
const FILE_ID: u64 = 0xb8e6_41f9_05ad_7c23;

/// The members of `Event` that are there whatever the events.
const HEADER: [&str; 4] = ["time", "sequence", "thread", "unknown"];

/// Writes a schema file. Ids, ordinals and so all offsets are those of the nodes.
pub(super) fn file(events: &[EventType]) -> String {
    let mut out = format!("@{FILE_ID:#018x};\n");
    header(&mut out, events);
    for event in events {
        payload(&mut out, event);
    }
    let mut seen = HashSet::new();
    for field in events.iter().flat_map(|event| &event.fields) {
        if let FieldType::Enum(info) = &field.ty {
            if seen.insert(info.type_id) {
                enumeration(&mut out, info);
            }
        }
    }
    out
}

fn header(out: &mut String, events: &[EventType]) {
    let _ = writeln!(out, "\nstruct Event @{EVENT_ID:#018x} {{");
    out.push_str("  time @0 :UInt64;\n  sequence @1 :UInt64;\n  thread @2 :UInt32;\n");
    if !events.is_empty() {
        out.push_str("  union {\n    unknown @3 :Void;\n");
        let mut scope = Scope::default();
        // The names of the header, as in the nodes.
        for name in HEADER {
            scope.member_name(&[name]);
        }
        for (at, event) in events.iter().enumerate() {
            let member = scope.member_name(&[&event.type_name]);
            let _ = writeln!(out, "    {member} @{} :{};", at + 4, event.type_name);
        }
        out.push_str("  }\n");
    }
    out.push_str("}\n");
}

fn payload(out: &mut String, event: &EventType) {
    let _ = writeln!(out, "\nstruct {} @{:#018x} {{", event.type_name, event.type_id);
    comment(out, &event.full_name);
    comment(out, &event.doc);
    for (ordinal, field) in event.fields.iter().enumerate() {
        let _ = writeln!(out, "  {} @{ordinal} :{};", field.member_name, type_name(field));
        comment(out, &field.doc);
    }
    out.push_str("}\n");
}

fn enumeration(out: &mut String, info: &EnumInfo) {
    let _ = writeln!(out, "\nenum {} @{:#018x} {{", info.type_name, info.type_id);
    comment(out, &info.doc);
    for (ordinal, variant) in info.variants.iter().enumerate() {
        let _ = writeln!(out, "  {} @{ordinal};", variant.member_name);
        comment(out, &variant.doc);
    }
    out.push_str("}\n");
}

/// A comment stands behind what it describes.
fn comment(out: &mut String, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "{}", format!("  # {line}").trim_end());
    }
}

fn type_name(field: &FieldInfo) -> &str {
    match &field.ty {
        FieldType::Bool => "Bool",
        FieldType::Int8 => "Int8",
        FieldType::Int16 => "Int16",
        FieldType::Int32 => "Int32",
        FieldType::Int64 => "Int64",
        FieldType::UInt8 => "UInt8",
        FieldType::UInt16 => "UInt16",
        FieldType::UInt32 => "UInt32",
        FieldType::UInt64 => "UInt64",
        FieldType::Float32 => "Float32",
        FieldType::Float64 => "Float64",
        FieldType::Text => "Text",
        FieldType::Data => "Data",
        FieldType::Enum(info) => &info.type_name,
        FieldType::Unsupported => "AnyPointer",
    }
}
