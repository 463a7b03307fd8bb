//! Descriptors of any kind, as programs could have them.

use proptest::collection::vec;
use proptest::prelude::*;
use tracepoint_core::{
    Descriptor, EnumType, Field, Placed, Slot, StructLayout, StructType, Type, Variant, stable_id,
};

/// Names that Cap'n Proto does not take as they are, and some that meet.
const NAMES: [&str; 10] =
    ["peer_id", "peerId", "union", "größe", "_", "list", "text", "size", "some", "very_long_name_of_a_field"];

fn leak<T>(it: T) -> &'static T {
    Box::leak(Box::new(it))
}

/// Fields with names of all kinds.
fn place(types: &[Type]) -> (&'static [Field], StructLayout) {
    let name = |at: usize| -> &'static str { leak(format!("{}{at}", NAMES[at % NAMES.len()])) };
    let doc = "A field.\nWith a doc comment.";
    let fields = types.iter().enumerate();
    place_fields(fields.map(|(at, &ty)| Field { name: name(at), doc, ty, slot: Slot::at(0) }).collect())
}

/// Gives fields their places; `Placed` wants their number at compile time.
fn place_fields(fields: Vec<Field>) -> (&'static [Field], StructLayout) {
    fn placed<const N: usize>(fields: &[Field]) -> (&'static [Field], StructLayout) {
        let placed = leak(Placed::<N>::new(fields.try_into().expect("N fields")));
        (&placed.fields, placed.layout)
    }
    macro_rules! by_number {
        ($($number:literal)*) => { match fields.len() { $($number => placed::<$number>(&fields),)* _ => unreachable!() } };
    }
    by_number!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
}

fn plain() -> impl Strategy<Value = Type> {
    use Type::*;
    prop::sample::select(vec![
        Bool, Bool, Bool, Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float32, Float64, Text,
        Data, Duration, Time, IpAddr,
    ])
}

fn enumeration() -> impl Strategy<Value = Type> {
    (0..3_usize, 0..4_usize).prop_map(|(name, variants)| {
        let name = ["Network", "Event", "List"][name];
        let variants: Vec<_> =
            (0..=variants).map(|at| Variant { name: NAMES[at], doc: "A variant." }).collect();
        // Of one path, but not of the same variants.
        let type_id = stable_id(&["doc::", name]);
        Type::Enum(leak(EnumType { name, doc: "An enum.", type_id, variants: variants.leak() }))
    })
}

pub(crate) fn structure(fields: Vec<Type>, arguments: Vec<Type>) -> Type {
    let (fields, layout) = place(&fields);
    let type_id = stable_id(&["doc::Entry", &format!("{arguments:?}{}", fields.len() % 3)]);
    let arguments = arguments.leak();
    Type::Struct(leak(StructType { name: "Entry", arguments, doc: "A struct.", type_id, fields, layout }))
}

fn is_listed(ty: &Type) -> bool {
    !matches!(ty, Type::UInt8 | Type::Option(_))
}

/// Any type that a field can have.
pub(crate) fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![6 => plain(), 1 => enumeration()];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let arguments = vec(inner.clone().prop_filter("no argument", is_listed), 0..2);
        prop_oneof![
            2 => inner.clone().prop_filter("no list", is_listed).prop_map(|of| Type::List(leak(of))),
            2 => inner.clone().prop_filter("no option", is_listed).prop_map(|of| Type::Option(leak(of))),
            2 => (vec(inner, 0..6), arguments).prop_map(|(fields, arguments)| structure(fields, arguments)),
        ]
    })
}

/// An event with fields of these types.
pub(crate) fn event(name: &'static str, types: &[Type]) -> &'static Descriptor {
    descriptor(name, "An event.", place(types))
}

/// An event with these fields.
pub(crate) fn event_with(name: &'static str, doc: &'static str, fields: &[Field]) -> &'static Descriptor {
    descriptor(name, doc, place_fields(fields.to_vec()))
}

/// A struct with these fields.
pub(crate) fn struct_with(name: &'static str, fields: &[Field]) -> Type {
    let (fields, layout) = place_fields(fields.to_vec());
    let type_id = stable_id(&["doc::", name]);
    Type::Struct(leak(StructType { name, arguments: &[], doc: "", type_id, fields, layout }))
}

fn descriptor(
    name: &'static str,
    doc: &'static str,
    (fields, layout): (&'static [Field], StructLayout),
) -> &'static Descriptor {
    let type_id = stable_id(&["doc:", name]);
    leak(Descriptor { provider: "doc", name, doc, fields, layout, type_id, file: "", line: 0 })
}

/// Any events.
pub(crate) fn events() -> impl Strategy<Value = Vec<&'static Descriptor>> {
    vec(vec(types(), 0..=16), 1..4).prop_map(|events| {
        let names = ["first", "second", "third"];
        events.iter().zip(names).map(|(types, name)| event(name, types)).collect()
    })
}
