//! The types of events, owned by a client.

use std::collections::HashMap;
use std::fmt;

use tracepoint_core::{Descriptor, StructLayout};

use super::{FieldInfo, SchemaDump, SchemaError, emit, parse};

/// All types that the events of a process can be made of.
///
/// ```
/// let schema = tracepoint_ipc::schema::Schema::of_process();
/// for event in schema.events() {
///     println!("{event}");
///     for field in &event.fields {
///         println!("    {}: {}  {}", field.name, field.ty, field.doc);
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Schema {
    nodes: Vec<Vec<u8>>,
    events: Vec<EventType>,
    by_id: HashMap<u64, usize>,
}

impl Schema {
    /// The schema of the tracepoints that are registered in this process by now.
    #[must_use]
    pub fn of_process() -> Self {
        let descriptors: Vec<&'static Descriptor> =
            tracepoint_core::tracepoints().into_iter().map(|tracepoint| tracepoint.descriptor()).collect();
        Self::of_descriptors(&descriptors)
    }

    pub(crate) fn of_descriptors(descriptors: &[&'static Descriptor]) -> Self {
        Self::from_nodes(emit(descriptors).nodes).expect("our own nodes follow the rules")
    }

    /// Reads `schema.capnp` nodes, each a message of its own, as an exporter sends them.
    ///
    /// # Errors
    /// Nodes that contradict themselves or exceed every sensible size. Types and members of kinds that this
    /// version does not know are not errors: see
    /// [`FieldType::Unsupported`](super::FieldType::Unsupported).
    pub fn from_nodes(nodes: Vec<Vec<u8>>) -> Result<Self, SchemaError> {
        let events = parse::events(&nodes)?;
        let by_id = events.iter().enumerate().map(|(at, event)| (event.type_id, at)).collect();
        Ok(Self { nodes, events, by_id })
    }

    /// The types of all events, in the order of their tags.
    pub fn events(&self) -> impl ExactSizeIterator<Item = &EventType> {
        self.events.iter()
    }

    /// The type of an event, by its stable id.
    #[must_use]
    pub fn event(&self, type_id: u64) -> Option<&EventType> {
        self.by_id.get(&type_id).map(|&at| &self.events[at])
    }

    /// The type of an event, by its full name as in `net:inbound_message`.
    #[must_use]
    pub fn find(&self, full_name: &str) -> Option<&EventType> {
        self.events.iter().find(|event| event.full_name == full_name)
    }

    /// The schema as `schema.capnp` nodes, each a Cap'n Proto message of its own. Types come before the types
    /// that use them.
    #[must_use]
    pub fn nodes(&self) -> &[Vec<u8>] {
        &self.nodes
    }

    /// The id of the root struct `Event`.
    #[must_use]
    pub fn event_id(&self) -> u64 {
        super::EVENT_ID
    }

    /// The schema in a form to be kept, and to be compared with that of another version of the program.
    #[must_use]
    pub fn dump(&self) -> SchemaDump {
        SchemaDump::new(&self.events)
    }

    /// The schema as a file that the `capnp` tool accepts, with the same ids and the same offsets.
    #[must_use]
    pub fn to_capnp(&self) -> String {
        super::text::file(&self.events, |_| true)
    }

    /// The same with the fields of some events only. All events keep their numbers, so that the file does for any
    /// stream.
    #[must_use]
    pub fn to_capnp_of(&self, wanted: impl Fn(&EventType) -> bool) -> String {
        super::text::file(&self.events, wanted)
    }
}

/// The type of an event. Displays as its full name.
///
/// ```
/// use tracepoint_ipc::schema::{EventType, Schema};
///
/// fn has_payload(event: &EventType) -> bool {
///     event.field("payload").is_some()
/// }
/// println!("{}", Schema::of_process().events().filter(|event| has_payload(event)).count());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EventType {
    /// Identity, the same in every process and version.
    pub type_id: u64,
    /// As in `net:inbound_message`.
    pub full_name: String,
    /// The Cap'n Proto name, as in `NetInboundMessage`.
    pub type_name: String,
    /// The doc comment in the traced program, without markers.
    pub doc: String,
    /// In the order of their declaration.
    pub fields: Vec<FieldInfo>,
    /// Size of the Cap'n Proto struct.
    pub layout: StructLayout,
}

impl EventType {
    /// A field, by its name as in `peer_id`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldInfo> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.full_name)
    }
}
