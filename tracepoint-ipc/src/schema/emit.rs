//! From descriptors to `schema.capnp` nodes.
//!
//! The nodes say what a schema file with the same types would compile to, so that any loader of Cap'n Proto
//! schemas takes them. None has a parent: there is no file.

mod known;
mod members;
mod slot;

use std::collections::HashMap;

use capnp::message::{Builder, HeapAllocator};
use capnp::schema_capnp::{ElementSize, annotation, field, node};
use capnp::struct_list;
use tracepoint_core::{Descriptor, EnumType, Field, StructLayout, Type};

use super::naming::Scope;
use super::{EVENT_ID, control};
use crate::tracing_capnp;
use known::Known;
use members::{Group, Members};

/// The data section of `Event`: time, sequence, then thread and discriminant.
const EVENT_DATA_WORDS: u16 = 3;

/// Where the discriminant of `Event` lies, in units of 16 bits.
const EVENT_DISCRIMINANT: u32 = 10;

/// A display name starts with the name of a file, even if there is none.
const DISPLAY_PREFIX: &str = "tracepoints.capnp:";

/// A schema ready to be sent.
pub(crate) struct Emitted {
    /// The id of the root struct `Event`.
    pub(crate) event_id: u64,
    /// Each a message. Types come before the types that use them.
    pub(crate) nodes: Vec<Vec<u8>>,
}

/// Describes events. Their tags are their positions, counted from 1.
pub(crate) fn emit(descriptors: &[&'static Descriptor]) -> Emitted {
    let mut emitter = Emitter::new(descriptors);
    emitter.control();
    for field in descriptors.iter().flat_map(|descriptor| descriptor.fields) {
        emitter.declare(&field.ty);
    }
    for descriptor in descriptors {
        emitter.payload(descriptor);
    }
    emitter.event(descriptors);
    Emitted { event_id: EVENT_ID, nodes: emitter.nodes }
}

struct Emitter {
    scope: Scope,
    /// The types within events.
    known: Known,
    /// The name of each event's struct, by id.
    payloads: HashMap<u64, String>,
    nodes: Vec<Vec<u8>>,
}

impl Emitter {
    fn new(descriptors: &[&'static Descriptor]) -> Self {
        let mut scope = Scope::of_types();
        scope.type_name(&["Event"]);
        let ids = descriptors.iter().map(|descriptor| descriptor.type_id).chain([EVENT_ID]);
        let ids = ids.chain(control::nodes().into_iter().map(|node| node.get_id()));
        Self { scope, known: Known::new(ids), payloads: HashMap::new(), nodes: Vec::new() }
    }

    /// The types of control messages, which are ready made.
    fn control(&mut self) {
        for node in control::nodes() {
            let mut message = Builder::new(HeapAllocator::new());
            // Copying from memory to memory cannot fail but for the limits of readers, which such nodes lack.
            if message.set_root(node).is_ok() {
                if let Ok(mut node) = message.get_root::<node::Builder<'_>>() {
                    node.set_scope_id(0);
                }
                self.nodes.push(capnp::serialize::write_message_to_words(&message));
            }
        }
    }

    /// Describes what a type is made of, and then the type, unless that was done before.
    fn declare(&mut self, ty: &'static Type) {
        match ty {
            Type::List(of) | Type::Option(of) => self.declare(of),
            Type::Enum(info) => {
                if let Some(id) = self.known.add(ty) {
                    let type_name = self.scope.type_name(&[info.name]);
                    self.enumeration(id, &type_name, info);
                }
            }
            Type::Struct(info) => {
                if self.known.id(ty).is_some() {
                    return;
                }
                for field in info.fields {
                    self.declare(&field.ty);
                }
                if let Some(id) = self.known.add(ty) {
                    let type_name = self.scope.type_name(&[&known::spelled(ty)]);
                    self.structure(id, &type_name, &ty.to_string(), info.doc, info.fields, info.layout);
                }
            }
            _ => {}
        }
    }

    fn enumeration(&mut self, id: u64, type_name: &str, info: &EnumType) {
        self.node(id, type_name, |mut node| {
            annotate(node.reborrow().init_annotations(2), info.name, info.doc);
            let mut list = node.init_enum().init_enumerants(count(info.variants.len()));
            let mut scope = Scope::default();
            for (at, variant) in info.variants.iter().enumerate() {
                let mut enumerant = list.reborrow().get(count(at));
                enumerant.set_name(scope.member_name(&[variant.name]));
                enumerant.set_code_order(small(at));
                annotate(enumerant.init_annotations(2), variant.name, variant.doc);
            }
        });
    }

    fn payload(&mut self, descriptor: &'static Descriptor) {
        if self.payloads.contains_key(&descriptor.type_id) {
            return;
        }
        let type_name = self.scope.type_name(&[descriptor.provider, descriptor.name]);
        let Descriptor { type_id, doc, fields, layout, .. } = *descriptor;
        self.structure(type_id, &type_name, &descriptor.to_string(), doc, fields, layout);
        self.payloads.insert(type_id, type_name);
    }

    /// A struct, with a group for each field that may be missing.
    fn structure(
        &mut self,
        id: u64,
        type_name: &str,
        name: &str,
        doc: &str,
        fields: &'static [Field],
        layout: StructLayout,
    ) {
        let known = std::mem::take(&mut self.known);
        let mut groups = Vec::new();
        let fill = |mut node: node::Builder<'_>| {
            annotate(node.reborrow().init_annotations(2), name, doc);
            let list = sized(node.init_struct(), layout).init_fields(count(fields.len()));
            let mut members = Members::new(list);
            fields.iter().for_each(|field| groups.extend(members.add(field, id, &known)));
        };
        let structure = message(id, type_name, fill);
        for group in &groups {
            self.group(group, id, type_name, layout, &known);
        }
        self.nodes.push(structure);
        self.known = known;
    }

    fn group(&mut self, group: &Group, parent: u64, parent_name: &str, layout: StructLayout, known: &Known) {
        let type_name = format!("{parent_name}.{}", group.name);
        self.node(group.id, &type_name, |mut node| {
            node.set_scope_id(parent);
            let prefix = DISPLAY_PREFIX.len() + parent_name.len() + ".".len();
            node.set_display_name_prefix_length(count(prefix));
            let mut union = sized(node.init_struct(), layout);
            union.set_is_group(true);
            union.set_discriminant_count(2);
            union.set_discriminant_offset(group.field.slot.tag);
            Members::new(union.init_fields(2)).none_or_some(group, known);
        });
    }

    fn event(&mut self, descriptors: &[&'static Descriptor]) {
        let names = std::mem::take(&mut self.payloads);
        self.node(EVENT_ID, "Event", |node| {
            let mut event = node.init_struct();
            event.set_data_word_count(EVENT_DATA_WORDS);
            event.set_pointer_count(1);
            event.set_preferred_list_encoding(ElementSize::InlineComposite);
            // A union has two members or more. Without any tracepoint there is none.
            let has_union = !descriptors.is_empty();
            let members = descriptors.len() + 1;
            event.set_discriminant_count(if has_union { small(members) } else { 0 });
            event.set_discriminant_offset(if has_union { EVENT_DISCRIMINANT } else { 0 });
            let mut fields = Members::new(event.init_fields(count(3 + members)));
            fields.header("time", 0, |mut slot| {
                slot.reborrow().init_type().set_uint64(());
                slot.init_default_value().set_uint64(0);
            });
            fields.header("sequence", 1, |mut slot| {
                slot.reborrow().init_type().set_uint64(());
                slot.init_default_value().set_uint64(0);
            });
            fields.header("thread", 4, |mut slot| {
                slot.reborrow().init_type().set_uint32(());
                slot.init_default_value().set_uint32(0);
            });
            fields.event(if has_union { 0 } else { field::NO_DISCRIMINANT }, control::id(), "control");
            for (at, descriptor) in descriptors.iter().enumerate() {
                let type_name = names.get(&descriptor.type_id).map_or("event", String::as_str);
                fields.event(small(at + 1), descriptor.type_id, type_name);
            }
        });
    }

    fn node(&mut self, id: u64, type_name: &str, fill: impl FnOnce(node::Builder<'_>)) {
        self.nodes.push(message(id, type_name, fill));
    }
}

/// The members of `Event`.
impl Members<'_> {
    fn header(&mut self, name: &str, offset: u32, fill: impl FnOnce(field::slot::Builder<'_>)) {
        let mut slot = self.next_slot(&[name]).init_slot();
        slot.set_offset(offset);
        fill(slot);
    }

    fn event(&mut self, tag: u16, type_id: u64, type_name: &str) {
        let mut member = self.next_slot(&[type_name]);
        member.set_discriminant_value(tag);
        let mut slot = member.init_slot();
        slot.reborrow().init_type().init_struct().set_type_id(type_id);
        slot.init_default_value().init_struct();
    }
}

/// A node as a message.
fn message(id: u64, type_name: &str, fill: impl FnOnce(node::Builder<'_>)) -> Vec<u8> {
    let mut message = Builder::new(HeapAllocator::new());
    let mut node = message.init_root::<node::Builder<'_>>();
    node.set_id(id);
    node.set_display_name(format!("{DISPLAY_PREFIX}{type_name}"));
    node.set_display_name_prefix_length(count(DISPLAY_PREFIX.len()));
    fill(node);
    capnp::serialize::write_message_to_words(&message)
}

fn sized(mut node: node::struct_::Builder<'_>, layout: StructLayout) -> node::struct_::Builder<'_> {
    node.set_data_word_count(layout.data_words);
    node.set_pointer_count(layout.pointers);
    node.set_preferred_list_encoding(ElementSize::InlineComposite);
    node
}

/// Keeps the name and the doc comment of the traced program.
fn annotate(mut list: struct_list::Builder<'_, annotation::Owned>, name: &str, doc: &str) {
    let values = [(tracing_capnp::name::ID, name), (tracing_capnp::doc::ID, doc)];
    for (at, (id, text)) in values.into_iter().enumerate() {
        let mut annotation = list.reborrow().get(count(at));
        annotation.set_id(id);
        annotation.init_value().set_text(text);
    }
}

/// Lengths of lists in descriptors, which are far below the limit.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Ordinals and tags, which the registry keeps below the limit.
fn small(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
