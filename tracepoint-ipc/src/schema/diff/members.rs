//! Fields and variants: lists in which each has its place for ever.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::SchemaDiff;
use crate::schema::dump::{DumpedField, DumpedVariant, Id};

/// A field or a variant.
pub(super) struct Member<'a> {
    name: &'a str,
    doc: &'a str,
    /// Of a field.
    shape: Option<Shape<'a>>,
}

/// What a field holds, and where it lies.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shape<'a> {
    ty: &'a str,
    type_id: Option<Id>,
    place: (u32, Option<u32>),
}

impl<'a> From<&'a DumpedField> for Member<'a> {
    fn from(field: &'a DumpedField) -> Self {
        let shape = Shape { ty: &field.ty, type_id: field.type_id, place: (field.offset, field.tag) };
        Self { name: &field.name, doc: &field.doc, shape: Some(shape) }
    }
}

impl<'a> From<&'a DumpedVariant> for Member<'a> {
    fn from(variant: &'a DumpedVariant) -> Self {
        Self { name: &variant.name, doc: &variant.doc, shape: None }
    }
}

/// What members are called.
#[derive(Clone, Copy)]
pub(super) enum Noun {
    Field,
    Variant,
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Field => "field",
            Self::Variant => "variant",
        })
    }
}

/// Members of the old list with what they are in the new one, by position, in the order of the old one.
struct Pairs(Vec<(usize, usize)>);

impl Pairs {
    /// By name; and those whose name alone has changed by their place.
    fn of(old: &[Member<'_>], new: &[Member<'_>]) -> Self {
        let old_names: HashSet<_> = old.iter().map(|member| member.name).collect();
        let new_places: HashMap<_, _> =
            new.iter().enumerate().map(|(at, member)| (member.name, at)).collect();
        let is_renamed = |at: usize, old: &Member<'_>| {
            new.get(at).is_some_and(|new| !old_names.contains(new.name) && new.shape == old.shape)
        };
        let place = |(at, member): (usize, &Member<'_>)| match new_places.get(member.name) {
            Some(&new) => Some((at, new)),
            None if is_renamed(at, member) => Some((at, at)),
            None => None,
        };
        Self(old.iter().enumerate().filter_map(place).collect())
    }

    fn are_in_order(&self) -> bool {
        self.0.is_sorted_by_key(|&(_, new)| new)
    }

    /// The new members that were there before.
    fn kept_of_new(&self) -> HashSet<usize> {
        self.0.iter().map(|&(_, new)| new).collect()
    }

    /// The old members that are still there.
    fn kept_of_old(&self) -> HashSet<usize> {
        self.0.iter().map(|&(old, _)| old).collect()
    }
}

impl SchemaDiff {
    pub(super) fn members(&mut self, subject: &str, noun: Noun, old: &[Member<'_>], new: &[Member<'_>]) {
        let before = self.changes.len();
        let pairs = Pairs::of(old, new);
        let kept = pairs.kept_of_old();
        for (_, member) in old.iter().enumerate().filter(|(at, _)| !kept.contains(at)) {
            self.breaks(subject, format!("{noun} {} was removed", member.name));
        }
        if !pairs.are_in_order() {
            self.breaks(subject, format!("the order of its {noun}s changed: {}", order(&pairs, new)));
        }
        self.added(subject, noun, &pairs, new);
        for &(old_at, new_at) in &pairs.0 {
            self.member(subject, noun, &old[old_at], &new[new_at]);
        }
        // Of files that were written by hand, as all else that moves a field was told.
        let is_moved = |&(old_at, new_at): &(usize, usize)| {
            let place = |member: &Member<'_>| member.shape.map(|shape| shape.place);
            place(&old[old_at]) != place(&new[new_at])
        };
        if self.changes[before..].iter().all(|change| change.is_compatible) {
            for (_, at) in pairs.0.iter().filter(|pair| is_moved(pair)) {
                self.breaks(subject, format!("{noun} {} lies elsewhere", new[*at].name));
            }
        }
    }

    fn added(&mut self, subject: &str, noun: Noun, pairs: &Pairs, new: &[Member<'_>]) {
        let known = pairs.kept_of_new();
        let end = known.iter().max().map_or(0, |last| last + 1);
        for (at, member) in new.iter().enumerate().filter(|(at, _)| !known.contains(at)) {
            let name = match member.shape {
                Some(shape) => format!("{} ({})", member.name, shape.ty),
                None => member.name.to_owned(),
            };
            if at >= end {
                self.extends(subject, format!("{noun} {name} was added at the end"));
            } else {
                let next = new[at..].iter().zip(at..).find(|(_, at)| known.contains(at));
                let next = next.map_or("", |(next, _)| next.name);
                self.breaks(
                    subject,
                    format!("{noun} {name} was inserted before {next}: its place is the end"),
                );
            }
        }
    }

    /// The same member in both.
    fn member(&mut self, subject: &str, noun: Noun, old: &Member<'_>, new: &Member<'_>) {
        let name = old.name;
        if name != new.name {
            self.breaks(subject, format!("{noun} {name} was renamed to {}", new.name));
        }
        if let (Some(old), Some(new)) = (old.shape, new.shape) {
            if old.ty != new.ty {
                self.breaks(subject, format!("{noun} {name} was {}, is {}", old.ty, new.ty));
            } else if let (Some(old_id), Some(new_id)) = (old.type_id, new.type_id) {
                if old_id != new_id {
                    let ty = old.ty;
                    self.breaks(
                        subject,
                        format!("{noun} {name} is another {ty}: its type id was {old_id}, is {new_id}"),
                    );
                }
            }
        }
        if old.doc != new.doc {
            self.extends(subject, format!("the documentation of {noun} {name} changed"));
        }
    }
}

/// The members that were there before, in their new order.
fn order(pairs: &Pairs, new: &[Member<'_>]) -> String {
    let mut places: Vec<_> = pairs.0.iter().map(|&(_, new)| new).collect();
    places.sort_unstable();
    let names: Vec<_> = places.into_iter().map(|at| new[at].name).collect();
    names.join(", ")
}
