//! Our nodes are what the official compiler makes of our schema files. `ci/nodes.sh` runs this.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use capnp::message::{Reader, ReaderOptions};
use capnp::schema_capnp::{code_generator_request, field, node, type_};
use capnp::serialize::{self, OwnedSegments};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::any;
use crate::schema::{EVENT_ID, Schema};

/// Schemas that are compared.
const COUNT: usize = 300;

/// What matters of a struct or an enum, groups by what they are made of.
type Nodes = HashMap<u64, String>;

fn describe<'a>(nodes: impl Iterator<Item = node::Reader<'a>>) -> Nodes {
    let nodes: HashMap<_, _> = nodes.map(|node| (node.get_id(), node)).collect();
    let is_group =
        |node: &node::Reader<'_>| matches!(node.which(), Ok(node::Struct(of)) if of.get_is_group());
    let described = nodes.iter().filter(|(_, node)| !is_group(node));
    described.filter_map(|(&id, &node)| Some((id, body(node, &nodes)?))).collect()
}

/// `None` for files and annotations.
fn body(node: node::Reader<'_>, by_id: &HashMap<u64, node::Reader<'_>>) -> Option<String> {
    Some(match node.which().unwrap() {
        node::Enum(of) => {
            let names =
                of.get_enumerants().unwrap().iter().map(|it| it.get_name().unwrap().to_string().unwrap());
            format!("enum {:?}", names.collect::<Vec<_>>())
        }
        node::Struct(of) => {
            let mut text = format!(
                "struct {} {} {:?} group {} union {} at {}\n",
                of.get_data_word_count(),
                of.get_pointer_count(),
                of.get_preferred_list_encoding().unwrap(),
                of.get_is_group(),
                of.get_discriminant_count(),
                of.get_discriminant_offset(),
            );
            for member in of.get_fields().unwrap() {
                text += &self::member(member, by_id);
            }
            text
        }
        _ => return None,
    })
}

fn member(member: field::Reader<'_>, by_id: &HashMap<u64, node::Reader<'_>>) -> String {
    let name = member.get_name().unwrap().to_str().unwrap();
    let ordinal = match member.get_ordinal().which().unwrap() {
        field::ordinal::Explicit(ordinal) => Some(ordinal),
        field::ordinal::Implicit(()) => None,
    };
    let head = format!("{name} {} {} {ordinal:?}", member.get_code_order(), member.get_discriminant_value());
    match member.which().unwrap() {
        field::Group(group) => {
            let group = by_id[&group.get_type_id()];
            format!("{head} group {}", body(group, by_id).unwrap())
        }
        field::Slot(slot) => {
            format!("{head} {} {}\n", slot.get_offset(), ty(slot.get_type().unwrap()))
        }
    }
}

fn ty(ty: type_::Reader<'_>) -> String {
    match ty.which().unwrap() {
        type_::List(of) => format!("[{}]", self::ty(of.get_element_type().unwrap())),
        type_::Enum(of) => format!("enum {:#x}", of.get_type_id()),
        type_::Struct(of) => format!("struct {:#x}", of.get_type_id()),
        _ => format!("{ty:?}"),
    }
}

fn ours(schema: &Schema) -> Nodes {
    let messages: Vec<_> = schema.nodes().iter().map(|bytes| read(bytes)).collect();
    describe(messages.iter().map(|message| message.get_root().unwrap()))
}

fn read(mut bytes: &[u8]) -> Reader<OwnedSegments> {
    serialize::read_message(&mut bytes, ReaderOptions::new()).unwrap()
}

fn theirs(compiler: &str, file: &Path) -> Nodes {
    let output = Command::new(compiler).args(["compile", "-o-"]).arg(file).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{compiler} does not take {}: {complaint}", file.display());
    let message = read(&output.stdout);
    let request: code_generator_request::Reader<'_> = message.get_root().unwrap();
    describe(request.get_nodes().unwrap().iter())
}

/// Needs `TRACEPOINT_CAPNP`, paths of compilers with colons in between, and `TRACEPOINT_SCHEMA_OUT`, a folder for
/// all schemas and their nodes.
#[test]
#[ignore = "needs the official compiler; ci/nodes.sh brings it"]
fn our_nodes_are_those_of_the_official_compiler() {
    let compilers = std::env::var("TRACEPOINT_CAPNP").expect("paths of compilers");
    let out = PathBuf::from(std::env::var_os("TRACEPOINT_SCHEMA_OUT").expect("a folder"));
    let mut runner = TestRunner::deterministic();
    let mut structs = 0;
    for number in 0..COUNT {
        let descriptors = any::events().new_tree(&mut runner).unwrap().current();
        let schema = Schema::of_descriptors(&descriptors);
        let folder = out.join(format!("{number:03}"));
        std::fs::create_dir_all(&folder).unwrap();
        for (at, node) in schema.nodes().iter().enumerate() {
            std::fs::write(folder.join(format!("{at:03}.node")), node).unwrap();
        }
        let file = folder.join("events.capnp");
        std::fs::write(&file, schema.to_capnp()).unwrap();
        let ours = ours(&schema);
        assert!(ours.contains_key(&EVENT_ID));
        structs += ours.len();
        for compiler in compilers.split(':') {
            let theirs = theirs(compiler, &file);
            assert_eq!(ours.len(), theirs.len(), "{}", file.display());
            for (id, body) in &ours {
                assert_eq!(Some(body), theirs.get(id), "{} {id:#x} {compiler}", file.display());
            }
        }
    }
    println!("{structs} structs and enums of {COUNT} schemas");
}
