//! Reading an event back, in place and without trust: every offset is checked against the bytes at hand.

mod error;
mod list;
mod reader;

use std::borrow::Cow;
use std::sync::Arc;

pub use error::DecodeError;
pub use list::{ElementSize, ListReader};
pub use reader::StructReader;

use super::{Event, Field};

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
    fn from_wire(slot: super::Slot, payload: StructReader<'a>) -> Result<Self, DecodeError>;
}

macro_rules! from_data_section {
    ($($rust:ident)*) => {$(
        impl<'a> FromWire<'a> for $rust {
            #[inline]
            fn from_wire(slot: super::Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
                Ok(payload.$rust(slot.offset))
            }
        }
    )*};
}
from_data_section!(bool u8 u16 u32 u64 i8 i16 i32 i64 f32 f64);

macro_rules! from_wide {
    ($($rust:ident $wire:ident)*) => {$(
        impl<'a> FromWire<'a> for $rust {
            #[inline]
            fn from_wire(slot: super::Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
                payload.$wire(slot.offset).try_into().map_err(|_| DecodeError::WrongLength)
            }
        }
    )*};
}
from_wide!(usize u64 isize i64);

macro_rules! from_pointer {
    ($([$($lifetimes:tt)*] $rust:ty = $get:ident $(, $convert:expr)?;)*) => {$(
        impl<$($lifetimes)*> FromWire<'a> for $rust {
            #[inline]
            fn from_wire(slot: super::Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
                payload.$get(slot.offset)$(.and_then($convert))?
            }
        }
    )*};
}
from_pointer! {
    ['a: 'v, 'v] &'v str = text;
    ['a] String = text, |text| Ok(text.to_owned());
    ['a] Box<str> = text, |text| Ok(text.into());
    ['a] Arc<str> = text, |text| Ok(text.into());
    ['a: 'v, 'v] Cow<'v, str> = text, |text| Ok(Cow::Borrowed(text));
    ['a: 'v, 'v] &'v [u8] = data;
    ['a] Vec<u8> = data, |data| Ok(data.to_owned());
    ['a] Box<[u8]> = data, |data| Ok(data.into());
    ['a] Arc<[u8]> = data, |data| Ok(data.into());
    ['a: 'v, 'v] Cow<'v, [u8]> = data, |data| Ok(Cow::Borrowed(data));
}

#[cfg(feature = "bytes")]
from_pointer! {
    ['a] bytes::Bytes = data, |data| Ok(bytes::Bytes::copy_from_slice(data));
}

impl<'a: 'v, 'v, const N: usize> FromWire<'a> for &'v [u8; N] {
    #[inline]
    fn from_wire(slot: super::Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        if payload.is_null(slot.offset)? {
            return Ok(const { &[0; N] });
        }
        payload.data(slot.offset)?.try_into().map_err(|_| DecodeError::WrongLength)
    }
}

impl<'a, const N: usize> FromWire<'a> for [u8; N] {
    #[inline]
    fn from_wire(slot: super::Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        <&[u8; N]>::from_wire(slot, payload).copied()
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
