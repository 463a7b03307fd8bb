//! Nodes that no program of ours sends: there is an error, or a field that cannot be read, and an end to it.

use capnp::message::{Builder, HeapAllocator, ReaderOptions};
use capnp::schema_capnp::{field, node, type_};
use proptest::prelude::*;

use super::any;
use crate::schema::{EVENT_ID, EventType, FieldType, Schema, SchemaError};

/// The node of a struct whose members are slots of these types.
fn structure(id: u64, types: &[&dyn Fn(type_::Builder<'_>)]) -> Vec<u8> {
    node(id, |node| {
        let mut of = node.init_struct();
        of.set_pointer_count(types.len() as u16);
        let mut fields = of.init_fields(types.len() as u32);
        for (at, ty) in (0..).zip(types) {
            let mut member = fields.reborrow().get(at);
            member.set_name(format!("field{at}"));
            member.set_discriminant_value(field::NO_DISCRIMINANT);
            member.reborrow().init_ordinal().set_explicit(at as u16);
            let mut slot = member.init_slot();
            slot.set_offset(at);
            ty(slot.init_type());
        }
    })
}

fn node(id: u64, fill: impl FnOnce(node::Builder<'_>)) -> Vec<u8> {
    let mut message = Builder::new(HeapAllocator::new());
    let mut node = message.init_root::<node::Builder<'_>>();
    node.set_id(id);
    node.set_display_name(format!("T{id}"));
    fill(node);
    capnp::serialize::write_message_to_words(&message)
}

/// The root, with one event.
fn root(event: u64) -> Vec<u8> {
    node(EVENT_ID, |node| {
        let mut member = node.init_struct().init_fields(1).get(0);
        member.set_discriminant_value(1);
        member.init_slot().init_type().init_struct().set_type_id(event);
    })
}

fn of(id: u64) -> impl Fn(type_::Builder<'_>) {
    move |ty| ty.init_struct().set_type_id(id)
}

fn list_of(id: u64) -> impl Fn(type_::Builder<'_>) {
    move |ty| ty.init_list().init_element_type().init_struct().set_type_id(id)
}

fn number(mut ty: type_::Builder<'_>) {
    ty.set_uint64(());
}

fn event(mut nodes: Vec<Vec<u8>>) -> EventType {
    nodes.push(root(1));
    let schema = Schema::from_nodes(nodes).unwrap();
    schema.events().next().unwrap().clone()
}

/// How many structs lie within each other, on the way through the first field of each.
fn depth(ty: &FieldType) -> usize {
    match ty.leaf() {
        FieldType::Struct(info) => 1 + info.fields.first().map_or(0, |field| depth(&field.ty)),
        _ => 0,
    }
}

#[test]
fn structs_that_hold_themselves_are_not_read() {
    // An event in itself, directly and in a list; and two structs that hold each other, beside a number.
    let event = event(vec![
        structure(1, &[&of(1), &list_of(1), &of(2), &number]),
        structure(2, &[&list_of(3), &number]),
        structure(3, &[&of(2), &number]),
    ]);
    let types: Vec<_> = event.fields.iter().map(|field| field.ty.to_string()).collect();
    assert_eq!(types, ["?", "?", "T2", "u64"]);
    let FieldType::Struct(second) = &event.fields[2].ty else { panic!() };
    let FieldType::Struct(third) = second.fields[0].ty.leaf() else { panic!() };
    let types: Vec<_> = third.fields.iter().map(|field| field.ty.to_string()).collect();
    assert_eq!(types, ["?", "u64"]);
}

#[test]
fn structs_may_lie_in_each_other_but_not_for_ever() {
    let chain = |len| {
        let mut nodes: Vec<_> = (1..len).map(|id| structure(id, &[&of(id + 1)])).collect();
        nodes.push(structure(len, &[&number]));
        event(nodes)
    };
    assert_eq!(depth(&chain(20).fields[0].ty), 19);
    let deep = depth(&chain(50_000).fields[0].ty);
    assert!((20..100).contains(&deep), "{deep}");
}

#[test]
fn structs_that_double_have_an_end() {
    // Each holds the next one twice: 2^30 fields, if one counts them all.
    let mut nodes: Vec<_> = (1..30).map(|id| structure(id, &[&of(id + 1), &list_of(id + 1)])).collect();
    nodes.push(structure(30, &[&number]));
    fn count(ty: &FieldType) -> usize {
        match ty.leaf() {
            FieldType::Struct(info) => info.fields.iter().map(|field| 1 + count(&field.ty)).sum(),
            _ => 0,
        }
    }
    let event = event(nodes);
    let all: usize = event.fields.iter().map(|field| 1 + count(&field.ty)).sum();
    assert!(all <= 1 << 16, "{all}");
}

#[test]
fn lists_of_lists_have_an_end() {
    let lists = |depth| {
        move |ty: type_::Builder<'_>| {
            let mut ty = ty;
            for _ in 0..depth {
                ty = ty.init_list().init_element_type();
            }
            ty.set_text(());
        }
    };
    let event = event(vec![structure(1, &[&lists(3), &lists(20), &number])]);
    let types: Vec<_> = event.fields.iter().map(|field| field.ty.to_string()).collect();
    assert_eq!(types, ["[[[text]]]", "?", "u64"]);
}

/// A group with a union of as many members as there are types, the first one void.
fn group(id: u64, discriminants: &[u16], fill: impl Fn(field::Builder<'_>)) -> Vec<u8> {
    node(id, |node| {
        let mut of = node.init_struct();
        of.set_is_group(true);
        of.set_discriminant_count(discriminants.len() as u16);
        let mut fields = of.init_fields(discriminants.len() as u32);
        for (at, &discriminant) in (0..).zip(discriminants) {
            let mut member = fields.reborrow().get(at);
            member.set_discriminant_value(discriminant);
            member.reborrow().init_ordinal().set_explicit(at as u16);
            match at {
                0 => member.init_slot().init_type().set_void(()),
                _ => fill(member),
            }
        }
    })
}

fn with_group(id: u64) -> Vec<u8> {
    node(1, |node| {
        let mut fields = node.init_struct().init_fields(2);
        let mut member = fields.reborrow().get(0);
        member.set_discriminant_value(field::NO_DISCRIMINANT);
        member.init_group().set_type_id(id);
        let mut member = fields.get(1);
        member.set_discriminant_value(field::NO_DISCRIMINANT);
        member.reborrow().init_ordinal().set_explicit(9);
        member.init_slot().init_type().set_uint64(());
    })
}

#[test]
fn groups_of_other_kinds_do_not_hurt_their_neighbours() {
    let number = |member: field::Builder<'_>| member.init_slot().init_type().set_uint64(());
    let cases: [(&str, Vec<Vec<u8>>); 6] = [
        ("u64?", vec![with_group(2), group(2, &[0, 1], number)]),
        // A newer one: the third member is not known here.
        ("u64?", vec![with_group(2), group(2, &[0, 1, 2], number)]),
        ("?", vec![with_group(2), group(2, &[0, 0], number)]),
        ("?", vec![with_group(2)]),
        ("?", vec![with_group(1)]),
        // Groups that refer to each other.
        (
            "?",
            vec![
                with_group(2),
                group(2, &[0, 1], |member| member.init_group().set_type_id(3)),
                group(3, &[0, 1], |member| member.init_group().set_type_id(2)),
            ],
        ),
    ];
    for (number, (expected, nodes)) in cases.into_iter().enumerate() {
        let event = event(nodes);
        let types: Vec<_> = event.fields.iter().map(|field| field.ty.to_string()).collect();
        assert_eq!(types, [expected, "u64"], "case {number}");
    }
}

#[test]
fn members_without_end_are_refused() {
    // Members of no size: the message is a few words, and what it says would take gigabytes.
    let claims = |members: u32| {
        let mut bytes = structure(1, &[]);
        let message = capnp::serialize::read_message(&mut &bytes[..], ReaderOptions::new()).unwrap();
        let mut builder = Builder::new(HeapAllocator::new());
        builder.set_root(message.get_root::<node::Reader<'_>>().unwrap()).unwrap();
        let node = builder.get_root::<node::Builder<'_>>().unwrap();
        node.init_struct().init_fields(members);
        bytes = capnp::serialize::write_message_to_words(&builder);
        bytes
    };
    let error = Schema::from_nodes(vec![claims(70_000), root(1)]).unwrap_err();
    assert!(matches!(error, SchemaError::TooLarge), "{error}");
    let many: Vec<_> = (0..20).map(|_| claims(60_000)).chain([root(1)]).collect();
    let error = Schema::from_nodes(many).unwrap_err();
    assert!(matches!(error, SchemaError::TooLarge), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is damaged: what is read can be shown and written.
    #[test]
    fn damaged_nodes_are_refused_or_read(
        types in prop::collection::vec(any::types(), 1..8),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let nodes = Schema::of_descriptors(&[any::event("damaged", &types)]).nodes().to_vec();
        for (node, byte, value) in damage {
            let mut nodes = nodes.clone();
            let node = node.index(nodes.len());
            let byte = byte.index(nodes[node].len());
            nodes[node][byte] ^= value;
            if let Ok(schema) = Schema::from_nodes(nodes) {
                prop_assert!(!schema.to_capnp().is_empty());
                let shown: usize = schema.events().map(|event| format!("{event:?}").len()).sum();
                prop_assert!(shown < 1 << 24);
            }
        }
    }
}
