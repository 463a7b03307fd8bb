//! Structs within events.

use super::form::Form;
use super::{Fields, Lowered, PIECE_WORDS, Sealed, Section, Tail};
use crate::event::{Slot, StructLayout, StructType};
use crate::filter::{Look, Seen};

/// A type that travels as a struct.
///
/// # Safety
///
/// `STRUCT` describes exactly the values of `Fields`, each in a place of its own.
pub unsafe trait Struct {
    /// Names, types and layout.
    const STRUCT: StructType;

    /// The values of the fields.
    type Fields<'v>: Fields
    where
        Self: 'v;
}

/// A lowered struct.
#[expect(missing_debug_implementations, reason = "its fields have none")]
pub struct Nested<'v, S: Struct + 'v>(S::Fields<'v>);

impl<'v, S: Struct + 'v> Nested<'v, S> {
    /// A struct of these fields.
    #[inline(always)]
    pub fn new(fields: S::Fields<'v>) -> Self {
        const {
            assert!(
                <S::Fields<'v> as Fields>::FORMS.fit(S::STRUCT.fields),
                "the `Value` of a field has a `TYPE` that its `Lowered` does not travel as"
            );
            assert!(S::STRUCT.layout.words() > 0, "a struct without fields has nothing to travel");
            assert!(
                S::STRUCT.layout.words() <= PIECE_WORDS,
                "the struct has too many fields to be one of an event"
            );
        }
        Nested(fields)
    }
}

impl<'v, S: Struct + 'v> Sealed for Nested<'v, S> {}
// SAFETY: one pointer; the struct and its own tail in the tail.
unsafe impl<'v, S: Struct + 'v> Lowered for Nested<'v, S> {
    const FORM: Form = Form::Struct(S::STRUCT.type_id);
    const STABLE: bool = <S::Fields<'v> as Fields>::STABLE;
    const STRUCT: StructLayout = S::STRUCT.layout;

    #[inline]
    fn tail_words(&self) -> usize {
        Self::STRUCT.words() + self.0.tail_words()
    }

    #[inline]
    unsafe fn head(&self, slot: Slot, section: &mut Section) {
        // SAFETY: by the caller.
        unsafe { section.point_to_struct(slot, Self::STRUCT, self.tail_words()) }
    }

    #[inline]
    unsafe fn body<T: Tail>(self, tail: &mut T) {
        // SAFETY: by the caller.
        unsafe { struct_body(self, tail) }
    }

    #[inline]
    fn look(&self, path: &[u8]) -> Seen<'_> {
        Look::look(&self.0, path)
    }

    #[inline]
    fn tail_words_of_struct(&self) -> usize {
        self.0.tail_words()
    }

    #[inline]
    unsafe fn head_of_struct(&self, section: &mut Section) {
        // SAFETY: by the caller; `new` checked that the fields are those of the description.
        unsafe { self.0.head(S::STRUCT.fields, section) }
    }

    #[inline]
    unsafe fn body_of_struct<T: Tail>(self, tail: &mut T) {
        // SAFETY: by the caller.
        unsafe { self.0.body(tail) }
    }
}

/// Writes a value as a struct, and what belongs to it.
///
/// # Safety
///
/// There is room for it.
#[inline]
pub(super) unsafe fn struct_body<L: Lowered, T: Tail>(value: L, tail: &mut T) {
    // SAFETY: by the caller; a section begins as zeros in all of the struct.
    unsafe {
        tail.piece(L::STRUCT.words(), |start| {
            let mut section = Section::new(start, L::STRUCT, L::STRUCT.words());
            value.head_of_struct(&mut section);
        });
        value.body_of_struct(tail);
    }
}
