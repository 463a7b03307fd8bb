//! What an event is: its fields, their types, and where each lies in the Cap'n Proto struct.
//!
//! Everything here is computed at compile time from the *types* of the fields, so type aliases work and
//! the derive only has to list the fields.

mod decode;
mod descriptor;
mod encode;
mod layout;
mod stable;
mod types;
mod value;
mod weigh;

pub use decode::{Decode, DecodeError, ElementSize, FieldsFromWire, FromWire, ListReader, StructReader};
pub use descriptor::{Descriptor, Field, Placed};
pub(crate) use encode::{
    Checked, Contiguous, MAX_REFERENCES, PIECE_WORDS, Referred, SHORT_WORDS, Short, copy_padded,
};
pub use encode::{
    EnumOrdinal, Fields, List, Lowered, Nested, Octets, Optional, Section, Sequence, Struct, Tail, check,
};
pub(crate) use layout::MAX_WORDS;
pub use layout::{Slot, StructLayout};
pub use stable::stable_id;
pub use types::{EnumType, StructType, Type, Variant};
pub use value::{Each, FromWireWith, Shared, Stable, Value, ValueWith, With};

use crate::{Gate, Tracepoint};

/// A typed event: a struct whose fields travel from a [`tracepoint!`](crate::tracepoint!) to whoever
/// listens.
///
/// Implement it with `#[derive(Event)]`; the methods are for the derive and may change.
///
/// ```
/// use tracepoints::Event;
///
/// /// A P2P message was received from a peer.
/// #[derive(Event)]
/// #[event(provider = "net")]
/// struct InboundMessage<'a> {
///     /// Node-local id of the peer.
///     peer_id: i64,
///     message_type: &'a str,
///     payload: &'a [u8],
/// }
///
/// assert_eq!(InboundMessage::DESCRIPTOR.to_string(), "net:inbound_message");
/// assert_eq!(InboundMessage::DESCRIPTOR.fields[0].doc, "Node-local id of the peer.");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    note = "add `#[derive(Event)]` and `#[event(provider = \"..\")]` to the struct, or declare the event inline: `tracepoint!(provider::name, field: Type = value)`"
)]
///
/// # Safety
///
/// `DESCRIPTOR` describes exactly the values of `Lowered`, each in a place of its own, in a struct that has
/// room for them. If `STABLE`, an event is always lowered to the same while it is borrowed.
pub unsafe trait Event {
    /// Names, types, layout and documentation.
    const DESCRIPTOR: Descriptor;

    /// Whether the fields are always lowered to the same, by code of ours.
    #[doc(hidden)]
    const STABLE: bool = false;

    /// The values of the fields, ready to be copied.
    #[doc(hidden)]
    type Lowered<'e>: Fields
    where
        Self: 'e;

    /// The one "is anybody listening" mask of this tracepoint.
    #[doc(hidden)]
    fn gate() -> &'static Gate;

    /// Whether it is worth a closer look at the gate: all that a probe does while nobody listens.
    #[doc(hidden)]
    #[inline(always)]
    fn glance() -> bool {
        Self::gate().glance() != 0
    }

    /// The registered tracepoint.
    #[doc(hidden)]
    fn tracepoint() -> &'static Tracepoint;

    /// All code of the user that it takes to get at the values runs here, before a ring is touched. If
    /// [`STABLE`](Self::STABLE), there is none.
    #[doc(hidden)]
    fn lower(&self) -> Self::Lowered<'_>;
}
