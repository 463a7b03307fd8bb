//! Values that may be missing.

use super::form::Form;
use super::nested::struct_body;
use super::{Lowered, Referred, Sealed, Section, Tail};
use crate::event::layout;
use crate::event::{Slot, StructLayout};
use crate::filter::Seen;

/// A lowered value that may be missing: bits that say whether it is there, and its place.
///
/// Where it has no bits of its own, in a list or in another one, it lies in a struct.
#[derive(Debug)]
pub struct Optional<L>(pub(in crate::event) Option<L>);

impl<L: Lowered> Optional<L> {
    /// Its place in a struct of its own, and that.
    const ALONE: (Slot, StructLayout) = layout::alone(Self::FORM.room());
    /// Whether what may be missing may itself be without a value.
    const NESTED: bool = matches!(L::FORM, Form::Option(_));
}

impl<L: Lowered> Sealed for Optional<L> {}
// SAFETY: the bits, and what the value writes to its place, or to the struct that it lies in.
unsafe impl<L: Lowered> Lowered for Optional<L> {
    const FORM: Form = Form::Option(&L::FORM);
    const REFERENCES: usize = L::REFERENCES;
    const STABLE: bool = L::STABLE;
    const STRUCT: StructLayout = Self::ALONE.1;

    #[inline(always)]
    fn tail_words(&self) -> usize {
        match &self.0 {
            None => 0,
            Some(value) if Self::NESTED => L::STRUCT.words() + value.tail_words_of_struct(),
            Some(value) => value.tail_words(),
        }
    }

    #[inline(always)]
    fn referred(&self) -> Referred {
        self.0.as_ref().map_or(Referred::NOTHING, L::referred)
    }

    #[inline(always)]
    unsafe fn head(&self, slot: Slot, section: &mut Section) {
        let Some(value) = &self.0 else { return };
        let place = Slot::at(slot.offset);
        // SAFETY: by the caller: the tag has two bytes, and the value its place.
        unsafe {
            section.bytes(Slot::at(slot.tag), 1u16.to_le_bytes());
            if Self::NESTED {
                section.point_to_struct(place, L::STRUCT, self.tail_words());
            } else {
                value.head(place, section);
            }
        }
    }

    #[inline(always)]
    unsafe fn body<T: Tail>(self, tail: &mut T) {
        let Some(value) = self.0 else { return };
        // SAFETY: by the caller.
        unsafe { if Self::NESTED { struct_body(value, tail) } else { value.body(tail) } }
    }

    #[inline]
    fn look(&self, path: &[u8]) -> Seen<'_> {
        self.0.as_ref().map_or(Seen::Nothing, |value| value.look(path))
    }

    #[inline]
    fn tail_words_of_struct(&self) -> usize {
        self.tail_words()
    }

    #[inline]
    unsafe fn head_of_struct(&self, section: &mut Section) {
        // SAFETY: by the caller; this is the place in such a struct.
        unsafe { self.head(Self::ALONE.0, section) }
    }

    #[inline]
    unsafe fn body_of_struct<T: Tail>(self, tail: &mut T) {
        // SAFETY: by the caller.
        unsafe { self.body(tail) }
    }
}
