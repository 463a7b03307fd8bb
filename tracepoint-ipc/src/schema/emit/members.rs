//! The members of one struct.

use capnp::schema_capnp::field;
use capnp::struct_list;
use tracepoint_core::{Field, Type, stable_id};

use super::known::Known;
use super::slot::{annotate_kind, set_default, set_type};
use super::{annotate, small};
use crate::schema::kind::Kind;
use crate::schema::naming::Scope;

/// Marks a field outside of any union.
const NO_DISCRIMINANT: u16 = field::NO_DISCRIMINANT;

/// The members of one struct, in the order of their ordinals.
pub(super) struct Members<'a> {
    list: struct_list::Builder<'a, field::Owned>,
    scope: Scope,
    /// Position of the next member.
    next: u32,
    /// Its ordinal.
    ordinal: u16,
}

/// The group that a field lies in if it may be missing: a union of `none` and `some`.
pub(super) struct Group {
    pub(super) id: u64,
    /// As a member of the struct.
    pub(super) name: String,
    pub(super) field: &'static Field,
    /// What is there if the value is.
    some: &'static Type,
    /// Of `none`. That of `some` is the next one.
    ordinal: u16,
}

impl<'a> Members<'a> {
    pub(super) fn new(list: struct_list::Builder<'a, field::Owned>) -> Self {
        Self { list, scope: Scope::default(), next: 0, ordinal: 0 }
    }

    fn next(&mut self, parts: &[&str]) -> (field::Builder<'_>, String) {
        let at = self.next;
        self.next += 1;
        let name = self.scope.member_name(parts);
        let mut member = self.list.reborrow().get(at);
        member.set_name(&name);
        member.set_code_order(small(at as usize));
        member.set_discriminant_value(NO_DISCRIMINANT);
        (member, name)
    }

    pub(super) fn next_slot(&mut self, parts: &[&str]) -> field::Builder<'_> {
        let ordinal = self.ordinal;
        self.ordinal = ordinal.saturating_add(1);
        let (mut member, _) = self.next(parts);
        member.reborrow().init_ordinal().set_explicit(ordinal);
        member
    }

    /// Adds a field of the struct with this id. If it may be missing, returns the group that it lies in.
    pub(super) fn add(&mut self, field: &'static Field, parent: u64, known: &Known) -> Option<Group> {
        if let Type::Option(some) = field.ty {
            return Some(self.group(field, some, parent));
        }
        let mut member = self.next_slot(&[field.name]);
        let notes = 2 + u32::from(Kind::of(&field.ty).is_some());
        let mut annotations = member.reborrow().init_annotations(notes);
        if let Some(kind) = Kind::of(&field.ty) {
            annotate_kind(annotations.reborrow().get(2), kind);
        }
        annotate(annotations, field.name, field.doc);
        slot(member.init_slot(), &field.ty, field.slot.offset, known);
        None
    }

    fn group(&mut self, field: &'static Field, some: &'static Type, parent: u64) -> Group {
        let ordinal = self.ordinal;
        self.ordinal = ordinal.saturating_add(2);
        // The same in every version, as ordinals are.
        let id = stable_id(&[&format!("{parent:016x}.{ordinal}")]);
        let (mut member, name) = self.next(&[field.name]);
        annotate(member.reborrow().init_annotations(2), field.name, field.doc);
        member.init_group().set_type_id(id);
        Group { id, name, field, some, ordinal }
    }

    /// Adds the two members of a group.
    pub(super) fn none_or_some(&mut self, group: &Group, known: &Known) {
        self.ordinal = group.ordinal;
        self.void(0, "none");
        let mut member = self.next_slot(&["some"]);
        member.set_discriminant_value(1);
        if let Some(kind) = Kind::of(group.some) {
            annotate_kind(member.reborrow().init_annotations(1).get(0), kind);
        }
        slot(member.init_slot(), group.some, group.field.slot.offset, known);
    }
    /// Adds a member of a union that has no value.
    pub(super) fn void(&mut self, discriminant: u16, name: &str) {
        let mut member = self.next_slot(&[name]);
        member.set_discriminant_value(discriminant);
        let mut slot = member.init_slot();
        slot.reborrow().init_type().set_void(());
        slot.init_default_value().set_void(());
    }
}

/// The type, the place and the default of a member.
fn slot(mut slot: field::slot::Builder<'_>, ty: &Type, offset: u32, known: &Known) {
    slot.set_offset(offset);
    set_type(ty, slot.reborrow().init_type(), known);
    set_default(ty, slot.init_default_value());
}
