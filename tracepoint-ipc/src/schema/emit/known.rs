//! Which nodes describe which types of the program.

use std::collections::{HashMap, HashSet};

use tracepoint_core::{EnumType, Field, StructType, Type, stable_id};

/// The types that have a node.
///
/// The id of a type is a hash of its path. Two types of one path, as in two functions of a module, are told apart
/// by what they are made of; the second one gets an id of its own.
#[derive(Default)]
pub(super) struct Known {
    by_type_id: HashMap<u64, Vec<(&'static Type, u64)>>,
    taken: HashSet<u64>,
}

impl Known {
    /// No type, but ids that no type may have.
    pub(super) fn new(taken: impl Iterator<Item = u64>) -> Self {
        Self { by_type_id: HashMap::new(), taken: taken.collect() }
    }

    /// The id of the node of an enum or a struct, if it has one.
    pub(super) fn id(&self, ty: &Type) -> Option<u64> {
        let alike = self.by_type_id.get(&type_id(ty)?)?;
        alike.iter().find(|(known, _)| is_same(known, ty)).map(|&(_, id)| id)
    }

    /// The id for a node, unless there is one already.
    pub(super) fn add(&mut self, ty: &'static Type) -> Option<u64> {
        let type_id = type_id(ty)?;
        if self.id(ty).is_some() {
            return None;
        }
        let mut id = type_id;
        while !self.taken.insert(id) {
            id = stable_id(&[&format!("{id:016x} again")]);
        }
        self.by_type_id.entry(type_id).or_default().push((ty, id));
        Some(id)
    }
}

/// The id of an enum or a struct.
fn type_id(ty: &Type) -> Option<u64> {
    match ty {
        Type::Enum(info) => Some(info.type_id),
        Type::Struct(info) => Some(info.type_id),
        _ => None,
    }
}

/// Whether one node does for both.
fn is_same(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Enum(a), Type::Enum(b)) => is_same_enum(a, b),
        (Type::Struct(a), Type::Struct(b)) => is_same_struct(a, b),
        (Type::List(a), Type::List(b)) | (Type::Option(a), Type::Option(b)) => is_same(a, b),
        (a, b) => a == b,
    }
}

fn is_same_enum(a: &EnumType, b: &EnumType) -> bool {
    let names = |info: &EnumType| info.variants.iter().map(|variant| variant.name);
    a.type_id == b.type_id && names(a).eq(names(b))
}

fn is_same_struct(a: &StructType, b: &StructType) -> bool {
    let is_same_field =
        |(a, b): (&Field, &Field)| a.name == b.name && a.slot == b.slot && is_same(&a.ty, &b.ty);
    std::ptr::eq(a, b)
        || a.type_id == b.type_id
            && a.fields.len() == b.fields.len()
            && a.fields.iter().zip(b.fields).all(is_same_field)
}

/// A type as part of a name: `EntryTextUInt64`.
pub(super) fn spelled(ty: &Type) -> String {
    match ty {
        Type::List(of) => format!("ListOf{}", spelled(of)),
        Type::Option(of) => format!("Optional{}", spelled(of)),
        Type::Enum(info) => info.name.to_owned(),
        // Parts are set apart, so that each starts with a capital letter in the end.
        Type::Struct(info) => info
            .arguments
            .iter()
            .fold(info.name.to_owned(), |name, argument| format!("{name} {}", spelled(argument))),
        // `UInt64`
        plain => format!("{plain:?}"),
    }
}
