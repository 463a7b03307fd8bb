//! Numbers, bits, texts and bytes.

use super::form::Form;
use super::{Lowered, Sealed, Section, Tail};
use crate::event::{ElementSize, Slot};
use crate::filter::Seen;

/// The ordinal of a variant of a C-like enum, as it travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnumOrdinal(pub u16);

impl Sealed for EnumOrdinal {}
// SAFETY: writes two bytes.
unsafe impl Lowered for EnumOrdinal {
    const FORM: Form = Form::Bits(4);

    #[inline(always)]
    unsafe fn head(&self, slot: Slot, section: &mut Section) {
        // SAFETY: by the caller.
        unsafe { section.bytes(slot, self.0.to_le_bytes()) }
    }

    #[inline]
    fn look(&self, _: &[u8]) -> Seen<'_> {
        Seen::UInt(self.0.into())
    }
}

impl Sealed for bool {}
// SAFETY: writes one bit.
unsafe impl Lowered for bool {
    const FORM: Form = Form::Bits(0);

    #[inline(always)]
    unsafe fn head(&self, slot: Slot, section: &mut Section) {
        // SAFETY: by the caller; sections begin as zeros.
        unsafe { section.bit(slot, *self) }
    }

    #[inline]
    fn look(&self, _: &[u8]) -> Seen<'_> {
        Seen::UInt((*self).into())
    }
}

macro_rules! numbers {
    ($($number:ty => $seen:ident),* $(,)?) => {$(
        impl Sealed for $number {}
        // SAFETY: writes its own size.
        unsafe impl Lowered for $number {
            const FORM: Form = Form::Bits((size_of::<$number>() * 8).ilog2() as u8);

            #[inline(always)]
            unsafe fn head(&self, slot: Slot, section: &mut Section) {
                // SAFETY: by the caller.
                unsafe { section.bytes(slot, self.to_le_bytes()) }
            }

            #[inline]
            fn look(&self, _: &[u8]) -> Seen<'_> {
                Seen::$seen((*self).into())
            }
        }
    )*};
}
numbers! {
    i8 => Int, i16 => Int, i32 => Int, i64 => Int,
    u8 => UInt, u16 => UInt, u32 => UInt, u64 => UInt,
    f32 => Float, f64 => Float,
}

impl Sealed for &str {}
// SAFETY: one pointer; length and a NUL, rounded up, in the tail.
unsafe impl Lowered for &str {
    const FORM: Form = Form::Text;

    #[inline(always)]
    fn tail_words(&self) -> usize {
        // With the NUL, rounded up.
        self.len() / 8 + 1
    }

    #[inline(always)]
    unsafe fn head(&self, slot: Slot, section: &mut Section) {
        // SAFETY: by the caller.
        unsafe { section.point_to_list(slot, ElementSize::Byte, self.len() + 1, self.tail_words()) }
    }

    #[inline(always)]
    unsafe fn body<T: Tail>(self, tail: &mut T) {
        // SAFETY: by the caller.
        unsafe { tail.append(self.as_bytes(), self.tail_words()) }
    }

    #[inline]
    fn look(&self, _: &[u8]) -> Seen<'_> {
        Seen::Bytes(self.as_bytes())
    }
}

impl Sealed for &[u8] {}
// SAFETY: one pointer; the length, rounded up, in the tail.
unsafe impl Lowered for &[u8] {
    const FORM: Form = Form::Bytes;

    #[inline(always)]
    fn tail_words(&self) -> usize {
        // No slice is so long that this overflows.
        (self.len() + 7) >> 3
    }

    #[inline(always)]
    unsafe fn head(&self, slot: Slot, section: &mut Section) {
        // SAFETY: by the caller.
        unsafe { section.point_to_list(slot, ElementSize::Byte, self.len(), self.tail_words()) }
    }

    #[inline(always)]
    unsafe fn body<T: Tail>(self, tail: &mut T) {
        // SAFETY: by the caller.
        unsafe { tail.append(self, self.tail_words()) }
    }

    #[inline]
    fn look(&self, _: &[u8]) -> Seen<'_> {
        Seen::Bytes(self)
    }
}

/// A few bytes that are made on the way, as those of an address.
#[derive(Debug, Clone, Copy)]
pub struct Octets {
    bytes: [u8; 16],
    len: u8,
}

impl Octets {
    #[inline(always)]
    pub(in crate::event) fn new<const N: usize>(octets: [u8; N]) -> Self {
        const { assert!(N <= 16) }
        let mut bytes = [0; 16];
        bytes[..N].copy_from_slice(&octets);
        Octets { bytes, len: N as u8 }
    }

    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl Sealed for Octets {}
// SAFETY: as the bytes.
unsafe impl Lowered for Octets {
    const FORM: Form = Form::Bytes;

    #[inline(always)]
    fn tail_words(&self) -> usize {
        self.bytes().tail_words()
    }

    #[inline(always)]
    unsafe fn head(&self, slot: Slot, section: &mut Section) {
        // SAFETY: by the caller.
        unsafe { self.bytes().head(slot, section) }
    }

    #[inline(always)]
    unsafe fn body<T: Tail>(self, tail: &mut T) {
        // SAFETY: by the caller.
        unsafe { self.bytes().body(tail) }
    }

    #[inline]
    fn look(&self, _: &[u8]) -> Seen<'_> {
        Seen::Bytes(self.bytes())
    }
}
