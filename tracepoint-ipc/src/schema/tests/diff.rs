//! What is compatible, what is not, and how that is told.

use proptest::prelude::*;
use tracepoint_core::{EnumType, Field, Slot, Type, Variant, stable_id};

use super::any;
use crate::schema::{DumpError, Schema, SchemaDiff, SchemaDump};

fn field(name: &'static str, ty: Type) -> Field {
    Field { name, doc: "", ty, slot: Slot::at(0) }
}

/// The schema of one event, `doc:sent`.
fn sent(fields: &[Field]) -> SchemaDump {
    Schema::of_descriptors(&[any::event_with("sent", "Sent.", fields)]).dump()
}

/// All changes, marked if they are incompatible.
fn changes(old: &SchemaDump, new: &SchemaDump) -> Vec<String> {
    let diff = SchemaDiff::between(old, new);
    let changes: Vec<_> = diff.changes().iter().collect();
    assert_eq!(diff.is_compatible(), changes.iter().all(|change| change.is_compatible));
    changes.iter().map(|it| format!("{}{it}", if it.is_compatible { "" } else { "! " })).collect()
}

#[test]
fn fields_have_their_places_for_ever() {
    use Type::*;
    let [a, b, c] = [field("a", UInt32), field("b", Text), field("c", Bool)];
    let old = sent(&[a, b, c]);
    let cases: [(&[Field], &[&str]); 10] = [
        (&[a, b, c], &[]),
        (&[a, b, c, field("d", Type::Option(&Text))], &["doc:sent: field d (text?) was added at the end"]),
        (&[a, b], &["! doc:sent: field c was removed"]),
        (&[b, c], &["! doc:sent: field a was removed"]),
        (&[a, c, b], &["! doc:sent: the order of its fields changed: a, c, b"]),
        (&[a, field("text", Text), c], &["! doc:sent: field b was renamed to text"]),
        (&[a, field("b", Data), c], &["! doc:sent: field b was text, is bytes"]),
        (&[a, field("b", Type::Option(&Text)), c], &["! doc:sent: field b was text, is text?"]),
        (
            &[a, field("d", UInt8), b, c],
            &["! doc:sent: field d (u8) was inserted before b: its place is the end"],
        ),
        (
            &[field("a", UInt64), c, field("e", Text)],
            &[
                "! doc:sent: field b was removed",
                "doc:sent: field e (text) was added at the end",
                "! doc:sent: field a was u32, is u64",
            ],
        ),
    ];
    for (fields, expected) in cases {
        assert_eq!(changes(&old, &sent(fields)), expected);
    }
}

#[test]
fn events_come_but_do_not_go() {
    let event = |name, doc| any::event_with(name, doc, &[field("a", Type::UInt8)]);
    let old = Schema::of_descriptors(&[event("first", ""), event("second", "")]).dump();
    let new = Schema::of_descriptors(&[event("third", ""), event("first", "Documented.")]).dump();
    let expected = [
        "doc:first: its documentation changed",
        "! doc:second: the event was removed",
        "doc:third: the event was added",
    ];
    assert_eq!(changes(&old, &new), expected);
}

fn network(module: &str, variants: &[&'static str]) -> Type {
    let variants: Vec<_> = variants.iter().map(|name| Variant { name, doc: "" }).collect();
    let type_id = stable_id(&[module, "::Network"]);
    Type::Enum(Box::leak(Box::new(EnumType { name: "Network", doc: "", type_id, variants: variants.leak() })))
}

#[test]
fn variants_have_their_places_for_ever() {
    let schema = |module, variants| sent(&[field("network", network(module, variants))]);
    let old = schema("net", &["ipv4", "ipv6"]);
    let cases: [(&[&str], &[&str]); 5] = [
        (&["ipv4", "ipv6", "onion"], &["enum Network: variant onion was added at the end"]),
        (&["ipv4"], &["! enum Network: variant ipv6 was removed"]),
        (&["ipv6", "ipv4"], &["! enum Network: the order of its variants changed: ipv6, ipv4"]),
        (&["ipv4", "six"], &["! enum Network: variant ipv6 was renamed to six"]),
        (
            &["none", "ipv4", "ipv6"],
            &["! enum Network: variant none was inserted before ipv4: its place is the end"],
        ),
    ];
    for (variants, expected) in cases {
        assert_eq!(changes(&old, &schema("net", variants)), expected);
    }
    let moved = changes(&old, &schema("p2p", &["ipv4", "ipv6"]));
    assert_eq!(moved.len(), 1);
    assert!(
        moved[0].starts_with("! doc:sent: field network is another Network: its type id was 0x"),
        "{moved:?}"
    );
}

#[test]
fn what_is_in_a_struct_counts_once() {
    let outpoint = |fields: &[Field]| {
        let outpoint: &'static Type = Box::leak(Box::new(any::struct_with("OutPoint", fields)));
        sent(&[
            field("spent", *outpoint),
            field("all", Type::List(outpoint)),
            field("last", Type::Option(outpoint)),
        ])
    };
    let [txid, vout] = [field("txid", Type::Data), field("vout", Type::UInt32)];
    let old = outpoint(&[txid, vout]);
    let more = outpoint(&[txid, vout, field("amount", Type::UInt64)]);
    assert_eq!(changes(&old, &more), ["struct OutPoint: field amount (u64) was added at the end"]);
    assert_eq!(changes(&more, &old), ["! struct OutPoint: field amount was removed"]);
}

#[test]
fn the_order_of_registration_makes_no_difference() {
    let events = [
        any::event("first", &[Type::List(&Type::UInt32), network("net", &["ipv4"])]),
        any::event("second", &[any::struct_with("B", &[]), any::struct_with("A", &[])]),
        any::event("third", &[Type::Time]),
    ];
    let json = |events: &[_]| Schema::of_descriptors(events).dump().to_json();
    let reversed: Vec<_> = events.iter().rev().copied().collect();
    assert_eq!(json(&events), json(&reversed));
}

#[test]
fn a_wrong_file_is_told_from_a_damaged_one() {
    let error = |json: &str| SchemaDump::from_json(json).unwrap_err();
    assert!(matches!(error(""), DumpError::NotJson(_)));
    assert!(matches!(error("\u{0}\u{1}"), DumpError::NotJson(_)));
    for json in ["[]", "7", "{}", r#"{"format":"something else","version":1}"#] {
        assert!(matches!(error(json), DumpError::NotASchema), "{json}");
    }
    let sound = sent(&[field("a", Type::UInt8)]).to_json();
    let replaced = |from: &str, to: &str| {
        assert!(sound.contains(from), "{from}: {sound}");
        sound.replace(from, to)
    };
    assert!(matches!(error(&replaced(r#""version": 1"#, r#""version": 2"#)), DumpError::Newer(2)));
    assert!(matches!(error(&replaced(r#""name": "a","#, "")), DumpError::Malformed(_)));
    let error = error(&replaced("\"0x", "\"x"));
    assert!(matches!(error, DumpError::Malformed(_)) && error.to_string().contains("is no id"), "{error}");
}

proptest! {
    #[test]
    fn a_dump_is_read_as_it_was_written(events in any::events()) {
        let dump = Schema::of_descriptors(&events).dump();
        let read = SchemaDump::from_json(&dump.to_json()).unwrap();
        prop_assert_eq!(&read, &dump);
        prop_assert!(SchemaDiff::between(&read, &dump).changes().is_empty());
    }

    /// Readers of the old events are told of every field that they would misread.
    #[test]
    fn fields_at_the_end_are_all_that_is_compatible(
        types in prop::collection::vec(any::types(), 1..8),
        more in prop::collection::vec(any::types(), 1..8),
        at in any::<prop::sample::Index>(),
    ) {
        let old = Schema::of_descriptors(&[any::event("grown", &types)]).dump();
        let grown: Vec<_> = types.iter().chain(&more).copied().collect();
        let grown = Schema::of_descriptors(&[any::event("grown", &grown)]).dump();
        let diff = SchemaDiff::between(&old, &grown);
        prop_assert!(diff.is_compatible(), "{:?}", diff);
        prop_assert_eq!(diff.changes().len(), more.len());
        prop_assert!(!SchemaDiff::between(&grown, &old).is_compatible());

        let mut cut = types.clone();
        cut.remove(at.index(types.len()));
        let cut = Schema::of_descriptors(&[any::event("grown", &cut)]).dump();
        prop_assert!(!SchemaDiff::between(&old, &cut).is_compatible());
    }
}
