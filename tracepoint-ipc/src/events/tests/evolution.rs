//! Readers and writers of different ages.

use tracepoint_core::{StructLayout, Type};

use super::model::{Message, Model, root};
use crate::events::Value;
use crate::events::budget::Budget;
use crate::schema::tests::any;
use crate::schema::{EventType, Schema};

/// An event with one field, of a struct with fields of these types, or of a list of such structs.
fn event(types: &[Type], listed: bool) -> EventType {
    let structure = any::structure(types.to_vec(), Vec::new());
    let ty = if listed { Type::List(Box::leak(Box::new(structure))) } else { structure };
    Schema::of_descriptors(&[any::event("evolution", &[ty])]).events().next().unwrap().clone()
}

const OLD: [Type; 2] = [Type::UInt32, Type::Text];
const NEW: [Type; 6] = [
    Type::UInt32,
    Type::Text,
    Type::UInt64,
    Type::Option(&Type::Text),
    Type::List(&Type::Bool),
    Type::IpAddr,
];

fn read(writer: &EventType, reader: &EventType, value: Model) -> String {
    let bytes = Message::of(writer.layout, &writer.fields, &[value]).bytes();
    Budget::of(root(&bytes)).read(&reader.fields[0], root(&bytes)).unwrap().to_string()
}

fn old() -> Model {
    Model::Struct(vec![Model::Bits(7), Model::Text("seven".to_owned())])
}

fn new() -> Model {
    let more = [Model::Bits(9), Model::Text("nine".to_owned()), Model::List(vec![]), Model::Data(vec![1; 4])];
    let Model::Struct(mut values) = old() else { unreachable!() };
    values.extend(more);
    Model::Struct(values)
}

#[test]
fn what_the_writer_did_not_know_has_its_default() {
    let expected = r#"{peer_id0: 7, peerId1: "seven", union2: 0, größe3: null, _4: [], list5: 0.0.0.0}"#;
    assert_eq!(read(&event(&OLD, false), &event(&NEW, false), old()), expected);
    let list = || Model::List(vec![old(), old()]);
    assert_eq!(read(&event(&OLD, true), &event(&NEW, true), list()), format!("[{expected}, {expected}]"));
}

#[test]
fn what_the_reader_does_not_know_is_left_out() {
    let expected = r#"{peer_id0: 7, peerId1: "seven"}"#;
    assert_eq!(read(&event(&NEW, false), &event(&OLD, false), new()), expected);
    let list = || Model::List(vec![new(), new(), new()]);
    let expected = format!("[{expected}, {expected}, {expected}]");
    assert_eq!(read(&event(&NEW, true), &event(&OLD, true), list()), expected);
}

#[test]
fn a_new_kind_of_missing_is_no_value() {
    let descriptor = any::event("tags", &[Type::Option(&Type::UInt16), Type::UInt32]);
    let event = Schema::of_descriptors(&[descriptor]).events().next().unwrap().clone();
    let mut bytes = Message::of(event.layout, &event.fields, &[Model::Bits(5), Model::Bits(6)]).bytes();
    // Behind the root pointer.
    let tag = 8 + event.fields[0].tag as usize * 2;
    for (written, expected) in [(0, "null"), (1, "5"), (2, "?"), (255, "?")] {
        bytes[tag] = written;
        let values = [0, 1].map(|at| Value::of_field(&event.fields[at], root(&bytes)).unwrap().to_string());
        assert_eq!(values, [expected, "6"]);
    }
}

#[test]
fn an_event_of_no_size_has_only_defaults() {
    let event = event(&NEW, false);
    let bytes = Message::of(StructLayout { data_words: 0, pointers: 0 }, &[], &[]).bytes();
    let value = Budget::of(root(&bytes)).read(&event.fields[0], root(&bytes)).unwrap();
    assert_eq!(value.at("union2"), Some(Value::UInt(0)));
    assert_eq!(value.at("größe3.0.anything"), Some(Value::Null));
    assert_eq!(value.at("nothing"), None);
    assert_eq!(value.at("_4.0"), None);
}
