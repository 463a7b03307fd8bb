//! Slices, arrays and other collections, which travel as lists; those of `u8` as data.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use super::{Stable, Value};
use crate::event::{
    DecodeError, ElementSize, FromWire, List, ListReader, Sequence, Slot, StructReader, Type,
};
use crate::ring::reference::Reference;

/// The type of a list of these.
pub(super) const fn list_of<T: Value>() -> Type {
    match T::ELEMENT {
        Type::UInt8 => Type::Data,
        Type::Option(_) => panic!("a list of what may be missing: derive the `Value` of its elements"),
        _ => Type::List(&T::ELEMENT),
    }
}

/// The list at a slot.
#[inline]
pub(super) fn read<'a, T: Value>(
    slot: Slot,
    payload: StructReader<'a>,
) -> Result<ListReader<'a>, DecodeError> {
    payload.list(slot.offset, const { ElementSize::of(&T::ELEMENT) })
}

// SAFETY: a slice has its elements in order.
unsafe impl<T: Value> Sequence for [T] {
    type Lowered<'v>
        = T::Lowered<'v>
    where
        T: 'v;
    const STABLE: bool = T::STABLE.holds();

    #[inline(always)]
    fn len(&self) -> usize {
        self.len()
    }

    #[inline(always)]
    fn lowered(&self) -> impl Iterator<Item = T::Lowered<'_>> {
        self.iter().map(|element| element.lower_copied())
    }

    #[inline(always)]
    fn plain(&self) -> Option<&[u8]> {
        T::plain(self)
    }
}

impl<T: Value> Value for [T] {
    const TYPE: Type = list_of::<T>();
    const STABLE: Stable<Self> = Stable::when(T::STABLE.holds());
    type Lowered<'v>
        = List<'v, [T]>
    where
        T: 'v;
    #[inline(always)]
    fn lower(&self) -> List<'_, [T]> {
        List(self)
    }
    #[inline(always)]
    fn share(this: &Arc<Self>) -> Option<Reference> {
        T::share_slice(this)
    }
}

impl<T: Value, const N: usize> Value for [T; N] {
    const TYPE: Type = list_of::<T>();
    const STABLE: Stable<Self> = Stable::when(T::STABLE.holds());
    type Lowered<'v>
        = List<'v, [T]>
    where
        T: 'v;
    #[inline(always)]
    fn lower(&self) -> List<'_, [T]> {
        List(self)
    }
}

impl<T: Value> Value for Vec<T> {
    const TYPE: Type = list_of::<T>();
    const STABLE: Stable<Self> = Stable::when(T::STABLE.holds());
    type Lowered<'v>
        = List<'v, [T]>
    where
        T: 'v;
    #[inline(always)]
    fn lower(&self) -> List<'_, [T]> {
        List(self)
    }
    #[inline(always)]
    fn share(this: &Arc<Self>) -> Option<Reference> {
        T::share_vec(this)
    }
}

macro_rules! collections {
    ($($(#[$doc:meta])* [$($generics:tt)*] $rust:ty;)*) => {$(
        // SAFETY: its order is that of its iterator, which only a mutable borrow could change.
        unsafe impl<T: Value, $($generics)*> Sequence for $rust {
            type Lowered<'v>
                = T::Lowered<'v>
            where
                Self: 'v;
            const STABLE: bool = T::STABLE.holds();

            #[inline]
            fn len(&self) -> usize {
                self.len()
            }

            #[inline]
            fn lowered(&self) -> impl Iterator<Item = T::Lowered<'_>> {
                self.iter().map(|element| element.lower_copied())
            }
        }

        impl<T: Value, $($generics)*> Value for $rust {
            const TYPE: Type = list_of::<T>();
            const STABLE: Stable<Self> = Stable::when(T::STABLE.holds());
            type Lowered<'v>
                = List<'v, $rust>
            where
                Self: 'v;
            #[inline]
            fn lower(&self) -> List<'_, $rust> {
                List(self)
            }
        }
    )*};
}
collections! {
    [] VecDeque<T>;
    [] BTreeSet<T>;
    [H] HashSet<T, H>;
}

macro_rules! from_vec {
    ($([$($generics:tt)*] $rust:ty;)*) => {$(
        impl<'a, T: FromWire<'a> + Value $($generics)*> FromWire<'a> for $rust {
            #[inline]
            fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
                Ok(T::many(read::<T>(slot, payload)?)?.into_iter().collect())
            }
        }
    )*};
}
from_vec! {
    [] Box<[T]>;
    [] Arc<[T]>;
    [] VecDeque<T>;
    [+ Ord] BTreeSet<T>;
    [+ Eq + Hash, H: BuildHasher + Default] HashSet<T, H>;
}

impl<'a, T: FromWire<'a> + Value> FromWire<'a> for Vec<T> {
    #[inline]
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        T::many(read::<T>(slot, payload)?)
    }
}

impl<'a: 'v, 'v, T: FromWire<'a> + Value + Clone> FromWire<'a> for Cow<'v, [T]> {
    #[inline]
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        T::many_borrowed(read::<T>(slot, payload)?)
    }
}

/// Only bytes can be read in place.
impl<'a: 'v, 'v> FromWire<'a> for &'v [u8] {
    #[inline]
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        payload.data(slot.offset)
    }
}

impl<'a: 'v, 'v, const N: usize> FromWire<'a> for &'v [u8; N] {
    #[inline]
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        if payload.is_null(slot.offset)? {
            return Ok(const { &[0; N] });
        }
        payload.data(slot.offset)?.try_into().map_err(|_| DecodeError::WrongLength)
    }
}

/// An array that the writer did not know has the defaults of its elements.
impl<'a, T: FromWire<'a> + Value, const N: usize> FromWire<'a> for [T; N] {
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        let list = read::<T>(slot, payload)?;
        if list.len() != N && !payload.is_null(slot.offset)? {
            return Err(DecodeError::WrongLength);
        }
        let elements = list.elements();
        let mut error = None;
        let mut read = |at| T::element(at as u32, elements).map_err(|e| error = Some(e)).ok();
        let array: [Option<T>; N] = std::array::from_fn(&mut read);
        match error {
            Some(error) => Err(error),
            None => Ok(array.map(|element| element.expect("no error, so all were read"))),
        }
    }
}

#[cfg(feature = "bytes")]
impl<'a> FromWire<'a> for bytes::Bytes {
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        Ok(bytes::Bytes::copy_from_slice(payload.data(slot.offset)?))
    }
}
