//! From descriptors to `schema.capnp` nodes.
//!
//! The nodes say what a schema file with the same types would compile to, so that any loader of Cap'n Proto
//! schemas takes them. None has a parent: there is no file.

use std::collections::{HashMap, HashSet};

use capnp::message::{Builder, HeapAllocator};
use capnp::schema_capnp::{ElementSize, annotation, field, node, type_, value};
use capnp::struct_list;
use tracepoint_core::{Descriptor, EnumType, Field, Type};

use super::EVENT_ID;
use super::naming::Scope;
use crate::tracing_capnp;

/// The data section of `Event`: time, sequence, then thread and discriminant.
const EVENT_DATA_WORDS: u16 = 3;

/// Where the discriminant of `Event` lies, in units of 16 bits.
const EVENT_DISCRIMINANT: u32 = 10;

/// Marks a field outside of any union.
const NO_DISCRIMINANT: u16 = field::NO_DISCRIMINANT;

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
    let mut emitter = Emitter::default();
    emitter.types.type_name(&["Event"]);
    let mut seen = HashSet::new();
    for descriptor in descriptors {
        for field in descriptor.fields {
            if let Type::Enum(info) = field.ty {
                if seen.insert(info.type_id) {
                    emitter.enumeration(info);
                }
            }
        }
    }
    for descriptor in descriptors {
        if seen.insert(descriptor.type_id) {
            emitter.payload(descriptor);
        }
    }
    emitter.event(descriptors);
    Emitted { event_id: EVENT_ID, nodes: emitter.nodes }
}

#[derive(Default)]
struct Emitter {
    types: Scope,
    names: HashMap<u64, String>,
    nodes: Vec<Vec<u8>>,
}

impl Emitter {
    fn enumeration(&mut self, info: &EnumType) {
        let type_name = self.types.type_name(&[info.name]);
        self.node(info.type_id, &type_name, |mut node| {
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

    fn payload(&mut self, descriptor: &Descriptor) {
        let type_name = self.types.type_name(&[descriptor.provider, descriptor.name]);
        self.names.insert(descriptor.type_id, type_name.clone());
        self.node(descriptor.type_id, &type_name, |mut node| {
            annotate(node.reborrow().init_annotations(2), &descriptor.to_string(), descriptor.doc);
            let mut payload = node.init_struct();
            payload.set_data_word_count(descriptor.layout.data_words);
            payload.set_pointer_count(descriptor.layout.pointers);
            payload.set_preferred_list_encoding(ElementSize::InlineComposite);
            let mut members = Members::new(payload.init_fields(count(descriptor.fields.len())));
            for field in descriptor.fields {
                members.add(field);
            }
        });
    }

    fn event(&mut self, descriptors: &[&'static Descriptor]) {
        let names = std::mem::take(&mut self.names);
        self.node(EVENT_ID, "Event", |node| {
            let mut event = node.init_struct();
            event.set_data_word_count(EVENT_DATA_WORDS);
            event.set_pointer_count(1);
            event.set_preferred_list_encoding(ElementSize::InlineComposite);
            // A union has two members or more. Without any tracepoint there is none.
            let members = if descriptors.is_empty() { 0 } else { descriptors.len() + 1 };
            event.set_discriminant_count(small(members));
            event.set_discriminant_offset(if members == 0 { 0 } else { EVENT_DISCRIMINANT });
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
            if members > 0 {
                fields.unknown();
                for (at, descriptor) in descriptors.iter().enumerate() {
                    let type_name = names.get(&descriptor.type_id).map_or("event", String::as_str);
                    fields.event(small(at + 1), descriptor.type_id, type_name);
                }
            }
        });
    }

    fn node(&mut self, id: u64, type_name: &str, fill: impl FnOnce(node::Builder<'_>)) {
        let mut message = Builder::new(HeapAllocator::new());
        let mut node = message.init_root::<node::Builder<'_>>();
        node.set_id(id);
        node.set_display_name(format!("{DISPLAY_PREFIX}{type_name}"));
        node.set_display_name_prefix_length(count(DISPLAY_PREFIX.len()));
        fill(node);
        self.nodes.push(capnp::serialize::write_message_to_words(&message));
    }
}

/// The members of one struct, in the order of their ordinals.
struct Members<'a> {
    list: struct_list::Builder<'a, field::Owned>,
    scope: Scope,
    next: u32,
}

impl<'a> Members<'a> {
    fn new(list: struct_list::Builder<'a, field::Owned>) -> Self {
        Self { list, scope: Scope::default(), next: 0 }
    }

    fn next(&mut self, parts: &[&str]) -> field::Builder<'_> {
        let at = self.next;
        self.next += 1;
        let name = self.scope.member_name(parts);
        let mut member = self.list.reborrow().get(at);
        member.set_name(name);
        member.set_code_order(small(at as usize));
        member.set_discriminant_value(NO_DISCRIMINANT);
        member.reborrow().init_ordinal().set_explicit(small(at as usize));
        member
    }

    fn add(&mut self, field: &Field) {
        let mut member = self.next(&[field.name]);
        annotate(member.reborrow().init_annotations(2), field.name, field.doc);
        let mut slot = member.init_slot();
        slot.set_offset(field.slot.offset);
        set_type(field.ty, slot.reborrow().init_type());
        set_default(field.ty, slot.init_default_value());
    }

    fn header(&mut self, name: &str, offset: u32, fill: impl FnOnce(field::slot::Builder<'_>)) {
        let mut slot = self.next(&[name]).init_slot();
        slot.set_offset(offset);
        fill(slot);
    }

    fn unknown(&mut self) {
        let mut member = self.next(&["unknown"]);
        member.set_discriminant_value(0);
        let mut slot = member.init_slot();
        slot.reborrow().init_type().set_void(());
        slot.init_default_value().set_void(());
    }

    fn event(&mut self, tag: u16, type_id: u64, type_name: &str) {
        let mut member = self.next(&[type_name]);
        member.set_discriminant_value(tag);
        let mut slot = member.init_slot();
        slot.reborrow().init_type().init_struct().set_type_id(type_id);
        slot.init_default_value().init_struct();
    }
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

fn set_type(ty: Type, mut to: type_::Builder<'_>) {
    match ty {
        Type::Bool => to.set_bool(()),
        Type::Int8 => to.set_int8(()),
        Type::Int16 => to.set_int16(()),
        Type::Int32 => to.set_int32(()),
        Type::Int64 => to.set_int64(()),
        Type::UInt8 => to.set_uint8(()),
        Type::UInt16 => to.set_uint16(()),
        Type::UInt32 => to.set_uint32(()),
        Type::UInt64 => to.set_uint64(()),
        Type::Float32 => to.set_float32(()),
        Type::Float64 => to.set_float64(()),
        Type::Text => to.set_text(()),
        Type::Data => to.set_data(()),
        Type::Enum(info) => to.init_enum().set_type_id(info.type_id),
        // A kind of field that was added to the event model alone takes no room in the schema.
        _ => to.set_void(()),
    }
}

/// Every slot names its default, of the same kind as its type.
fn set_default(ty: Type, mut to: value::Builder<'_>) {
    match ty {
        Type::Bool => to.set_bool(false),
        Type::Int8 => to.set_int8(0),
        Type::Int16 => to.set_int16(0),
        Type::Int32 => to.set_int32(0),
        Type::Int64 => to.set_int64(0),
        Type::UInt8 => to.set_uint8(0),
        Type::UInt16 => to.set_uint16(0),
        Type::UInt32 => to.set_uint32(0),
        Type::UInt64 => to.set_uint64(0),
        Type::Float32 => to.set_float32(0.0),
        Type::Float64 => to.set_float64(0.0),
        Type::Text => drop(to.init_text(0)),
        Type::Data => drop(to.init_data(0)),
        Type::Enum(_) => to.set_enum(0),
        _ => to.set_void(()),
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
