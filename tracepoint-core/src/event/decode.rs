//! Reading an event back, in place and without trust: every offset is checked against the bytes at hand.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

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

/// Why an event could not be read.
///
/// ```
/// use tracepoint_core::DecodeError;
/// assert_eq!(DecodeError::OutOfBounds.to_string(), "a pointer leads out of the message");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end within a message.
    Truncated,
    /// A message has more than one segment, or a segment of no words.
    Framing,
    /// A pointer leads out of the message.
    OutOfBounds,
    /// A pointer is not of the kind that the schema says.
    WrongPointer,
    /// A text is not UTF-8, or has no NUL at its end.
    BadText,
    /// Bytes of another length than the array that they should fill.
    WrongLength,
    /// An enum variant that the reader does not know, by ordinal.
    UnknownVariant(u16),
    /// The event is of another type than the one asked for.
    WrongEvent,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DecodeError::Truncated => "the bytes end within a message",
            DecodeError::Framing => "not a message of one segment",
            DecodeError::OutOfBounds => "a pointer leads out of the message",
            DecodeError::WrongPointer => "a pointer is not of the kind that the schema says",
            DecodeError::BadText => "a text is not UTF-8 with a NUL at its end",
            DecodeError::WrongLength => "bytes of another length than the field's",
            DecodeError::UnknownVariant(ordinal) => {
                return write!(f, "enum variant {ordinal} is not known here: the writer is newer");
            }
            DecodeError::WrongEvent => "the event is of another type than the one asked for",
        })
    }
}

impl std::error::Error for DecodeError {}

/// A struct within a message of one segment.
///
/// Offsets are those of the schema. What lies behind the end of a section reads as zero, as Cap'n Proto
/// has it, so that a reader may know more fields than the writer.
///
/// ```
/// use tracepoint_core::StructReader;
///
/// // A root pointer to a struct of one data word.
/// let mut message = [0u8; 16];
/// message[4] = 1;
/// message[8..].copy_from_slice(&42u64.to_le_bytes());
/// let root = StructReader::root(&message).unwrap();
/// assert_eq!(root.u64(0), 42);
/// assert_eq!(root.u64(1), 0);
/// ```
#[derive(Clone, Copy)]
pub struct StructReader<'a> {
    segment: &'a [u8],
    data: &'a [u8],
    /// Byte offset of the pointer section in the segment.
    pointers_at: usize,
    pointers: usize,
}

impl fmt::Debug for StructReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StructReader({} data words, {} pointers)", self.data.len() / 8, self.pointers)
    }
}

macro_rules! numbers {
    ($($number:ident)*) => {$(
        #[doc = concat!("The `", stringify!($number), "` at `offset`, in units of its size.")]
        #[inline]
        pub fn $number(&self, offset: u32) -> $number {
            const SIZE: usize = size_of::<$number>();
            let at = offset as usize * SIZE;
            match self.data.get(at..at + SIZE) {
                Some(bytes) => $number::from_le_bytes(bytes.try_into().unwrap_or_default()),
                None => Default::default(),
            }
        }
    )*};
}

impl<'a> StructReader<'a> {
    /// The root struct of a message, given as its segment without the segment table.
    ///
    /// # Errors
    ///
    /// The root pointer is not a struct pointer within `segment`.
    #[inline]
    pub fn root(segment: &'a [u8]) -> Result<Self, DecodeError> {
        let root = StructReader { segment, data: &[], pointers_at: 0, pointers: 1 };
        root.structure(0)
    }

    /// The bit at `offset`.
    #[inline]
    pub fn bool(&self, offset: u32) -> bool {
        self.data.get(offset as usize / 8).is_some_and(|byte| byte >> (offset % 8) & 1 == 1)
    }

    numbers!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64);

    /// The pointer with an index, as a word; null behind the end.
    #[inline]
    fn pointer(&self, index: u32) -> Result<(u64, usize), DecodeError> {
        if index as usize >= self.pointers {
            return Ok((0, 0));
        }
        let at = self.pointers_at + index as usize * 8;
        let bytes = self.segment.get(at..at + 8).ok_or(DecodeError::OutOfBounds)?;
        let word = u64::from_le_bytes(bytes.try_into().map_err(|_| DecodeError::OutOfBounds)?);
        Ok((word, at + 8))
    }

    /// Where a pointer that ends at byte `from` leads to.
    #[inline]
    fn target(word: u64, from: usize) -> Result<usize, DecodeError> {
        let offset = i64::from(word as u32 as i32 >> 2) * 8;
        usize::try_from(from as i64 + offset).map_err(|_| DecodeError::OutOfBounds)
    }

    /// The struct behind a pointer; an empty one if the pointer is null.
    ///
    /// # Errors
    ///
    /// Not a struct pointer, or it leads out of the message.
    #[inline]
    pub fn structure(&self, index: u32) -> Result<StructReader<'a>, DecodeError> {
        let (word, from) = self.pointer(index)?;
        if word == 0 {
            return Ok(StructReader { segment: self.segment, data: &[], pointers_at: 0, pointers: 0 });
        }
        if word & 3 != 0 {
            return Err(DecodeError::WrongPointer);
        }
        let at = Self::target(word, from)?;
        let data_len = (word >> 32) as u16 as usize * 8;
        let pointers = (word >> 48) as usize;
        let pointers_at = at + data_len;
        if pointers_at + pointers * 8 > self.segment.len() {
            return Err(DecodeError::OutOfBounds);
        }
        Ok(StructReader {
            segment: self.segment,
            data: &self.segment[at..pointers_at],
            pointers_at,
            pointers,
        })
    }

    /// Whether a pointer is null, as one that the writer did not know.
    #[inline]
    fn is_null(&self, index: u32) -> Result<bool, DecodeError> {
        Ok(self.pointer(index)?.0 == 0)
    }

    /// The bytes behind a pointer; none if it is null.
    ///
    /// # Errors
    ///
    /// Not a list of bytes, or it leads out of the message.
    #[inline]
    pub fn data(&self, index: u32) -> Result<&'a [u8], DecodeError> {
        let (word, from) = self.pointer(index)?;
        if word == 0 {
            return Ok(&[]);
        }
        if word & 3 != 1 || word >> 32 & 7 != 2 {
            return Err(DecodeError::WrongPointer);
        }
        let at = Self::target(word, from)?;
        let len = (word >> 35) as usize;
        self.segment.get(at..at + len).ok_or(DecodeError::OutOfBounds)
    }

    /// The text behind a pointer; empty if it is null.
    ///
    /// # Errors
    ///
    /// As [`data`](Self::data), or not UTF-8 with a NUL at its end.
    #[inline]
    pub fn text(&self, index: u32) -> Result<&'a str, DecodeError> {
        match self.data(index)? {
            [] => Ok(""),
            [text @ .., 0] => std::str::from_utf8(text).map_err(|_| DecodeError::BadText),
            _ => Err(DecodeError::BadText),
        }
    }
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
