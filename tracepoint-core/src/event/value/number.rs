//! Numbers and truth values.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Stable, Value};
use crate::event::{DecodeError, FromWire, ListReader, Slot, StructReader, Type};
use crate::opaque::alone;
use crate::ring::reference::Reference;

impl Value for bool {
    const TYPE: Type = Type::Bool;
    // SAFETY: of a primitive value, copied.
    const STABLE: Stable<Self> = unsafe { Stable::promise() };
    type Lowered<'v> = bool;
    #[inline(always)]
    fn lower(&self) -> bool {
        *self
    }
}

/// The bytes of numbers.
macro_rules! plain {
    () => {
        #[inline(always)]
        fn plain(slice: &[Self]) -> Option<&[u8]> {
            if cfg!(target_endian = "big") {
                return None;
            }
            // SAFETY: all bytes of a number are initialised.
            Some(unsafe { std::slice::from_raw_parts(slice.as_ptr().cast(), size_of_val(slice)) })
        }
    };
}

macro_rules! numbers {
    ($($rust:ty as $bits:ty => $wire:ident),* $(,)?) => {$(
        impl Value for $rust {
            const TYPE: Type = Type::$wire;
            // SAFETY: of a primitive value, copied.
            const STABLE: Stable<Self> = unsafe { Stable::promise() };
            type Lowered<'v> = $rust;
            #[inline(always)]
            fn lower(&self) -> $rust {
                let bits = <$bits>::from_ne_bytes(self.to_ne_bytes());
                <$rust>::from_ne_bytes((alone(bits.into()) as $bits).to_ne_bytes())
            }
            plain!();
        }
    )*};
}
numbers! {
    i8 as u8 => Int8, i16 as u16 => Int16, i32 as u32 => Int32, i64 as u64 => Int64,
    u16 as u16 => UInt16, u32 as u32 => UInt32, u64 as u64 => UInt64,
    f32 as u32 => Float32, f64 as u64 => Float64,
}

/// Many of them are bytes, which can be shared.
impl Value for u8 {
    const TYPE: Type = Type::UInt8;
    // SAFETY: of a primitive value, copied.
    const STABLE: Stable<Self> = unsafe { Stable::promise() };
    type Lowered<'v> = u8;
    #[inline(always)]
    fn lower(&self) -> u8 {
        *self
    }
    #[inline(always)]
    fn plain(slice: &[Self]) -> Option<&[u8]> {
        Some(slice)
    }
    #[inline(always)]
    fn share_slice(this: &Arc<[Self]>) -> Option<Reference> {
        // SAFETY: nobody has a mutable reference into an `Arc` that is shared.
        unsafe { super::shared::share(this, this, false) }
    }
    #[inline(always)]
    fn share_vec(this: &Arc<Vec<Self>>) -> Option<Reference> {
        // SAFETY: nobody has a mutable reference into an `Arc` that is shared.
        unsafe { super::shared::share(this, this, false) }
    }
}

macro_rules! wide {
    ($($rust:ty => $wire:ident $lowered:ident),* $(,)?) => {$(
        impl Value for $rust {
            const TYPE: Type = Type::$wire;
            // SAFETY: of a primitive value, copied.
            const STABLE: Stable<Self> = unsafe { Stable::promise() };
            type Lowered<'v> = $lowered;
            #[inline(always)]
            fn lower(&self) -> $lowered {
                *self as $lowered
            }
        }

        impl<'a> FromWire<'a> for $rust {
            #[inline]
            fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
                payload.$lowered(slot.offset).try_into().map_err(|_| DecodeError::WrongLength)
            }
        }
    )*};
}
// 64 bits on every platform, so that a recording of one can be read on another.
wide! { usize => UInt64 u64, isize => Int64 i64 }

macro_rules! from_data_section {
    ($($rust:ident)*) => {$(
        impl<'a> FromWire<'a> for $rust {
            #[inline]
            fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
                Ok(payload.$rust(slot.offset))
            }
        }
    )*};
}
from_data_section!(bool u16 u32 u64 i8 i16 i32 i64 f32 f64);

/// Many of them are bytes, which are copied as a whole, or not at all.
impl<'a> FromWire<'a> for u8 {
    #[inline]
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        Ok(payload.u8(slot.offset))
    }

    fn many(list: ListReader<'a>) -> Result<Vec<Self>, DecodeError> {
        Ok(list.bytes().to_owned())
    }

    fn many_borrowed<'v>(list: ListReader<'a>) -> Result<Cow<'v, [Self]>, DecodeError>
    where
        'a: 'v,
    {
        Ok(list.bytes().into())
    }
}
