//! Reading an event back, in place and without trust: every offset is checked against the bytes at hand.

mod error;
mod list;
mod reader;

use std::borrow::Cow;

pub use error::DecodeError;
pub use list::{ElementSize, ListReader};
pub use reader::StructReader;

use super::{Event, Field, Slot, Value, weigh};

/// An event that can be read back into its own type; part of `#[derive(Event)]`.
///
/// ```
/// use tracepoints::{Event, capture, tracepoint};
///
/// #[derive(Event, Debug, PartialEq)]
/// #[event(provider = "net")]
/// struct Version<'a> { peer_id: i64, user_agent: &'a str }
///
/// let mut seen = capture("net:version");
/// tracepoint!(Version { peer_id: 7, user_agent: "/Satoshi:30.0.0/" });
/// let events = seen.take();
/// assert_eq!(events[0].get::<Version>().unwrap(), Version { peer_id: 7, user_agent: "/Satoshi:30.0.0/" });
/// ```
pub trait Decode<'a>: Event + Sized {
    /// Reads the fields. Those that the writer did not know have their default: zero, or empty.
    ///
    /// # Errors
    ///
    /// The bytes are damaged, or hold an enum variant that this type does not have.
    fn decode(payload: StructReader<'a>) -> Result<Self, DecodeError>;
}

/// A field that can be read back.
///
/// ```
/// use tracepoint_core::{DecodeError, FromWire, Slot, StructReader};
///
/// struct Height(u32);
///
/// impl<'a> FromWire<'a> for Height {
///     fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
///         u32::from_wire(slot, payload).map(Height)
///     }
/// }
/// ```
pub trait FromWire<'a>: Sized {
    /// Reads the value at `slot`.
    ///
    /// # Errors
    ///
    /// The bytes are damaged, or the value does not fit the type.
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError>;

    /// Reads the element of a list.
    #[doc(hidden)]
    #[inline]
    fn element(index: u32, list: StructReader<'a>) -> Result<Self, DecodeError> {
        Self::from_wire(Slot::at(index), list)
    }

    /// Reads all elements of a list.
    #[doc(hidden)]
    fn many(list: ListReader<'a>) -> Result<Vec<Self>, DecodeError>
    where
        Self: Value,
    {
        weigh::list(const { &Self::ELEMENT }, &list)?;
        (0..list.len() as u32).map(|at| Self::element(at, list.elements())).collect()
    }

    /// The same in place, if they can be read in place.
    #[doc(hidden)]
    fn many_borrowed<'v>(list: ListReader<'a>) -> Result<Cow<'v, [Self]>, DecodeError>
    where
        'a: 'v,
        Self: Value + Clone + 'v,
    {
        Self::many(list).map(Cow::Owned)
    }
}

/// All fields of an event, `(first, (second, (.., ())))`, in their order. One bound for all of them: several
/// that differ in their lifetimes alone would be ambiguous.
#[doc(hidden)]
pub trait FieldsFromWire<'a>: Sized {
    /// Reads each field at its slot.
    fn read(fields: &[Field], payload: StructReader<'a>) -> Result<Self, DecodeError>;
}

impl<'a> FieldsFromWire<'a> for () {
    #[inline]
    fn read(_: &[Field], _: StructReader<'a>) -> Result<Self, DecodeError> {
        Ok(())
    }
}

impl<'a, First: FromWire<'a>, Rest: FieldsFromWire<'a>> FieldsFromWire<'a> for (First, Rest) {
    #[inline]
    fn read(fields: &[Field], payload: StructReader<'a>) -> Result<Self, DecodeError> {
        Ok((First::from_wire(fields[0].slot, payload)?, Rest::read(&fields[1..], payload)?))
    }
}
