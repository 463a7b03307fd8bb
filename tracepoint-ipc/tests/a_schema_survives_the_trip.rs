//! The schema that a process sends says of its events what their descriptors say.

mod common;

use std::collections::HashSet;

use common::{Sockets, connect};
use tracepoint_core::{Descriptor, Event, Type};
use tracepoint_ipc::schema::{EVENT_ID, FieldType, Schema, SchemaError};

/// Kinds of networks.
#[derive(tracepoint_core::Value, Clone, Copy)]
#[value(crate = tracepoint_core)]
enum Network {
    Unroutable,
    /// The old one.
    Ipv4,
    Ipv6,
}

/// All kinds of fields, in an order that leaves holes.
#[derive(Event)]
#[event(provider = "doc", crate = tracepoint_core)]
struct Everything<'a> {
    /// Says yes.
    flag: bool,
    a: u64,
    b: i8,
    c: u16,
    d: i32,
    other_flag: bool,
    text: &'a str,
    network: Network,
    e: f32,
    f: f64,
    g: u8,
    data: &'a [u8],
    h: i16,
    i: u32,
    j: i64,
    hash: &'a [u8; 32],
    r#union: u8,
    peer_id: u8,
    peer_id_of_proxy: u8,
}

/// Nothing but its name.
#[derive(Event)]
#[event(provider = "doc", crate = tracepoint_core)]
struct Empty {}

#[test]
fn a_schema_survives_the_trip() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let schema = connect(&exporter).schema().unwrap();
    assert_eq!(schema.events().len(), 2);
    for descriptor in [&Everything::DESCRIPTOR, &Empty::DESCRIPTOR] {
        is_described(&schema, descriptor);
    }
    let everything = schema.find("doc:everything").unwrap();
    assert_eq!(everything.doc, "All kinds of fields, in an order that leaves holes.");
    assert_eq!(everything.field("flag").unwrap().doc, "Says yes.");
    let FieldType::Enum(network) = &everything.field("network").unwrap().ty else { panic!() };
    let names: Vec<_> = network.variants.iter().map(|variant| variant.name.as_str()).collect();
    assert_eq!(names, ["unroutable", "ipv4", "ipv6"]);
    assert_eq!(
        (network.doc.as_str(), network.variants[1].doc.as_str()),
        ("Kinds of networks.", "The old one.")
    );
    let members: HashSet<_> = everything.fields.iter().map(|field| &field.member_name).collect();
    assert_eq!(members.len(), everything.fields.len(), "members have names of their own");
    assert!(!members.contains(&"union".to_owned()), "no member is called like a declaration");

    let text = schema.to_capnp();
    assert!(text.contains(&format!("struct Event @{EVENT_ID:#x}")), "{text}");
    assert!(text.contains("docEverything @"), "{text}");
    if let Some(path) = std::env::var_os("TRACEPOINT_SCHEMA_OUT") {
        write_for_other_tools(path.as_ref(), &schema);
    }
}

fn is_described(schema: &Schema, descriptor: &Descriptor) {
    let ty = schema.event(descriptor.type_id).unwrap();
    assert_eq!(ty.full_name, descriptor.to_string());
    assert_eq!(ty.fields.len(), descriptor.fields.len());
    for (field, expected) in ty.fields.iter().zip(descriptor.fields) {
        assert_eq!((field.name.as_str(), field.doc.as_str()), (expected.name, expected.doc));
        assert_eq!(field.offset, expected.slot.offset, "{}", field.name);
        assert!(is_same(&field.ty, expected.ty), "{}: {}", field.name, field.ty);
    }
}

fn is_same(ty: &FieldType, expected: Type) -> bool {
    match (ty, expected) {
        (FieldType::Enum(info), Type::Enum(expected)) => {
            info.type_id == expected.type_id && info.name == expected.name
        }
        (ty, expected) => format!("{ty:?}") == format!("{expected:?}"),
    }
}

/// Each node in a file of its own, and the schema as text, for checks by hand with other implementations.
fn write_for_other_tools(path: &std::path::Path, schema: &Schema) {
    for (at, node) in schema.nodes().iter().enumerate() {
        std::fs::write(path.join(format!("{at:03}.node")), node).unwrap();
    }
    std::fs::write(path.join("events.capnp"), schema.to_capnp()).unwrap();
}

/// Any byte of any node may be wrong: there is an error or another schema, and no panic.
#[test]
fn damaged_nodes_are_refused_or_read() {
    let sound = Schema::of_process().nodes().to_vec();
    let mut refused = 0;
    // The types of control messages come first; they are the same everywhere.
    let ours = sound.len() - ["Network", "Everything", "Empty", "Event"].len();
    for node in ours..sound.len() {
        for byte in 0..sound[node].len() {
            for damage in [0x01, 0x80, 0xff] {
                let mut nodes = sound.clone();
                nodes[node][byte] ^= damage;
                refused += usize::from(Schema::from_nodes(nodes).is_err());
            }
        }
        for len in 0..sound[node].len() {
            let mut nodes = sound.clone();
            nodes[node].truncate(len);
            assert!(Schema::from_nodes(nodes).is_err(), "node {node} cut to {len}");
        }
    }
    assert!(refused > 0);
    assert!(matches!(Schema::from_nodes(Vec::new()), Err(SchemaError::NoEvent)));
}
