//! The static description of an event.

use std::fmt;

use super::{Slot, StructLayout, Type, Value, ValueWith, layout, stable_id};

/// Everything that is known of an event at compile time.
///
/// ```
/// use tracepoints::{Event, Type};
///
/// #[derive(Event)]
/// #[event(provider = "mempool")]
/// struct Added<'a> { txid: &'a [u8; 32], vsize: i32, fee: i64 }
///
/// let added = Added::DESCRIPTOR;
/// assert_eq!(added.to_string(), "mempool:added");
/// assert_eq!(added.fields[1].ty, Type::Int32);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Descriptor {
    /// The part of the program that fires it: `net`.
    pub provider: &'static str,
    /// Its name within the provider: `inbound_message`.
    pub name: &'static str,
    /// The doc comment of the struct.
    pub doc: &'static str,
    /// In the order of their ordinals.
    pub fields: &'static [Field],
    /// Size of the Cap'n Proto struct.
    pub layout: StructLayout,
    /// Identity over processes and versions: a hash of `provider:name` with the top bit set.
    pub type_id: u64,
    /// Source file of the declaration.
    pub file: &'static str,
    /// Line of the declaration.
    pub line: u32,
}

impl Descriptor {
    /// Describes an event. [`#[derive(Event)]`](crate::Event) does this at compile time.
    ///
    /// ```
    /// use tracepoint_core::{Descriptor, Field, Placed};
    ///
    /// static FIELDS: Placed<1> = Placed::new([Field::of::<u64>("nonce", "")]);
    /// static PING: Descriptor = Descriptor::new("net", "ping", "", &FIELDS, file!(), line!());
    /// assert_eq!(PING.to_string(), "net:ping");
    /// ```
    pub const fn new<const N: usize>(
        provider: &'static str,
        name: &'static str,
        doc: &'static str,
        placed: &'static Placed<N>,
        file: &'static str,
        line: u32,
    ) -> Self {
        let type_id = stable_id(&[provider, ":", name]);
        Descriptor { provider, name, doc, fields: &placed.fields, layout: placed.layout, type_id, file, line }
    }

    /// Whether two declarations of one name describe the same event.
    pub(crate) fn same_shape(&self, other: &Descriptor) -> bool {
        let shape = |field: &Field| (field.name, field.ty);
        self.fields.iter().map(shape).eq(other.fields.iter().map(shape))
    }
}

impl fmt::Display for Descriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider, self.name)
    }
}

/// A field of an event.
///
/// ```
/// use tracepoint_core::{Field, Type};
///
/// let field = Field::of::<u32>("size", "Bytes on the wire.");
/// assert_eq!(field.ty, Type::UInt32);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// As in the source: `peer_id`.
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
    /// Its type on the wire.
    pub ty: Type,
    /// Its place in the struct.
    pub slot: Slot,
}

impl Field {
    /// A field of type `T` that has no place yet.
    pub const fn of<T: Value + ?Sized>(name: &'static str, doc: &'static str) -> Field {
        Field { name, doc, ty: T::TYPE, slot: Slot::UNPLACED }
    }

    /// A field of type `T`, which travels as `A` says, and has no place yet.
    pub const fn with<A: ValueWith<T>, T: ?Sized>(name: &'static str, doc: &'static str) -> Field {
        Field { name, doc, ty: A::TYPE, slot: Slot::UNPLACED }
    }
}

/// Fields that have their places, and the size of the struct that they make.
///
/// ```
/// use tracepoint_core::{Field, Placed};
///
/// let placed = Placed::new([Field::of::<u8>("a", ""), Field::of::<u32>("b", ""), Field::of::<u8>("c", "")]);
/// assert_eq!(placed.fields.map(|field| field.slot.offset), [0, 1, 1]);
/// assert_eq!(placed.layout.data_words, 1);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Placed<const N: usize> {
    /// In the order of their ordinals.
    pub fields: [Field; N],
    /// The size of the struct.
    pub layout: StructLayout,
}

impl<const N: usize> Placed<N> {
    /// Gives each field its place.
    ///
    /// # Panics
    ///
    /// If the struct is larger than a tracepoint may be: 4096 words, without texts and data.
    pub const fn new(mut fields: [Field; N]) -> Self {
        let layout = layout::place(&mut fields);
        Placed { fields, layout }
    }
}
