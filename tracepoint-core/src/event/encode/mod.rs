//! Writing the fields of an event straight into their final Cap'n Proto place.
//!
//! A struct is its data section, its pointer section, and behind them the *tail*: the contents of its
//! texts, lists and structs, in the order of its fields, each in whole words, and each with its own tail
//! behind it. Ring memory holds stale bytes, so every byte of the record is written, padding included.
//!
//! What is to be written is *lowered* first, which is the last code of the user; the exception are
//! [elements of lists](Lowered::STABLE) whose type has a `Value` of the user.

mod checked;
mod form;
mod list;
mod nested;
mod option;
mod scalar;
mod section;
mod tail;

pub(crate) use checked::Checked;
pub use form::{Form, Forms, check};
pub use list::{List, Sequence};
pub use nested::{Nested, Struct};
pub use option::Optional;
pub use scalar::{EnumOrdinal, Octets};
pub use section::Section;
pub use tail::Tail;
pub(crate) use tail::{Contiguous, PIECE_WORDS, SHORT_WORDS, Short, copy_padded};

use super::{Field, Slot, StructLayout};
use crate::filter::{Look, Seen};

mod sealed {
    pub trait Sealed {}
}
pub(super) use sealed::Sealed;

/// A value in the form in which it is copied, or handed over.
///
/// Implemented here only, for the primitive types, `&str`, `&[u8]`, [`EnumOrdinal`], and what lists, structs
/// and others lower to.
///
/// # Safety
///
/// `head` writes only to its place in the section, and says there that the tail will grow by `tail_words`
/// words if it points to some; `body` then appends exactly these, of which exactly those that `referred`
/// tells are references. If not [`STABLE`](Self::STABLE), the number of words may differ.
pub unsafe trait Lowered: Sealed {
    /// What it takes in the struct.
    #[doc(hidden)]
    const FORM: Form;

    /// References that it may be.
    #[doc(hidden)]
    const REFERENCES: usize = 0;

    /// Whether it stays what it is. What does not runs code of the user each time that one looks at it: a
    /// list whose elements have a `Value` of the user.
    #[doc(hidden)]
    const STABLE: bool = true;

    /// Words that this value appends to the tail.
    #[doc(hidden)]
    #[inline(always)]
    fn tail_words(&self) -> usize {
        0
    }

    /// What of that it refers to.
    #[doc(hidden)]
    #[inline(always)]
    fn referred(&self) -> Referred {
        Referred::NOTHING
    }

    /// Writes the value to its place, or a pointer to what will be at the end of the tail.
    ///
    /// # Safety
    ///
    /// `slot` is the place of a field of this type in the section.
    #[doc(hidden)]
    unsafe fn head(&self, slot: Slot, section: &mut Section);

    /// Appends what `head` points to.
    ///
    /// # Safety
    ///
    /// There is room for `tail_words` words.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn body<T: Tail>(self, _: &mut T)
    where
        Self: Sized,
    {
    }

    /// The value as a predicate sees it: of a struct, the one at the end of a path.
    #[doc(hidden)]
    #[inline]
    fn look(&self, _: &[u8]) -> Seen<'_> {
        Seen::Nothing
    }

    /// Size of the struct that it is in a list; none if it is no struct there, and then nobody calls what
    /// follows.
    #[doc(hidden)]
    const STRUCT: StructLayout = StructLayout { data_words: 0, pointers: 0 };

    /// Words of the tail, without the struct.
    #[doc(hidden)]
    #[inline(always)]
    fn tail_words_of_struct(&self) -> usize {
        0
    }

    /// Writes the struct.
    ///
    /// # Safety
    ///
    /// The section is one for this struct.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn head_of_struct(&self, _: &mut Section) {}

    /// Appends what the struct points to.
    ///
    /// # Safety
    ///
    /// There is room for `tail_words_of_struct` words.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn body_of_struct<T: Tail>(self, _: &mut T)
    where
        Self: Sized,
    {
    }
}

/// What values hand over by reference.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Referred {
    /// How many do.
    pub count: usize,
    /// Words of the tail that are not copied.
    pub words: usize,
    /// Bytes that the references keep.
    pub bytes: usize,
}

impl Referred {
    /// All is copied.
    pub const NOTHING: Self = Referred { count: 0, words: 0, bytes: 0 };

    fn and(self, other: Self) -> Self {
        Referred {
            count: self.count + other.count,
            words: self.words + other.words,
            bytes: self.bytes + other.bytes,
        }
    }
}

/// Fields of an event that may travel by reference, so that references and struct fit one chunk of a ring.
pub(crate) const MAX_REFERENCES: usize = 256;

/// All lowered values of a struct: `(first, (second, (.., ())))`, in the order of the fields.
///
/// # Safety
///
/// As for [`Lowered`], for all values together.
pub unsafe trait Fields {
    /// What each takes in the struct.
    #[doc(hidden)]
    const FORMS: Forms;

    /// How many may be references.
    #[doc(hidden)]
    const REFERENCES: usize;

    /// Whether all of them stay what they are.
    #[doc(hidden)]
    const STABLE: bool;

    /// Words of the tail.
    #[doc(hidden)]
    fn tail_words(&self) -> usize;

    /// What of that they refer to.
    #[doc(hidden)]
    fn referred(&self) -> Referred;

    /// Writes all values to their places.
    ///
    /// # Safety
    ///
    /// `fields` describes exactly these values in the struct that `section` was made for.
    #[doc(hidden)]
    unsafe fn head(&self, fields: &'static [Field], section: &mut Section);

    /// Appends what they point to.
    ///
    /// # Safety
    ///
    /// There is room for `tail_words` words.
    #[doc(hidden)]
    unsafe fn body<T: Tail>(self, tail: &mut T);

    /// A value as a predicate sees it.
    #[doc(hidden)]
    fn look_at(&self, index: u8, path: &[u8]) -> Seen<'_>;
}

impl<F: Fields> Look for F {
    fn look(&self, path: &[u8]) -> Seen<'_> {
        path.split_first().map_or(Seen::Struct, |(index, path)| self.look_at(*index, path))
    }
}

// SAFETY: writes nothing.
unsafe impl Fields for () {
    const FORMS: Forms = Forms::End;
    const REFERENCES: usize = 0;
    const STABLE: bool = true;

    #[inline(always)]
    fn tail_words(&self) -> usize {
        0
    }

    #[inline(always)]
    fn referred(&self) -> Referred {
        Referred::NOTHING
    }

    #[inline(always)]
    unsafe fn head(&self, _: &'static [Field], _: &mut Section) {}

    #[inline(always)]
    unsafe fn body<T: Tail>(self, _: &mut T) {}

    #[inline(always)]
    fn look_at(&self, _: u8, _: &[u8]) -> Seen<'_> {
        Seen::Nothing
    }
}

// SAFETY: both halves keep the contract.
unsafe impl<First: Lowered, Rest: Fields> Fields for (First, Rest) {
    const FORMS: Forms = Forms::Then(First::FORM, &Rest::FORMS);
    const REFERENCES: usize = First::REFERENCES + Rest::REFERENCES;
    const STABLE: bool = First::STABLE && Rest::STABLE;

    #[inline(always)]
    fn tail_words(&self) -> usize {
        self.0.tail_words().saturating_add(self.1.tail_words())
    }

    #[inline(always)]
    fn referred(&self) -> Referred {
        self.0.referred().and(self.1.referred())
    }

    #[inline(always)]
    unsafe fn head(&self, fields: &'static [Field], section: &mut Section) {
        // SAFETY: the first description belongs to the first value, the others to the rest.
        unsafe {
            self.0.head(fields[0].slot, section);
            self.1.head(&fields[1..], section);
        }
    }

    #[inline(always)]
    unsafe fn body<T: Tail>(self, tail: &mut T) {
        // SAFETY: by the caller.
        unsafe {
            self.0.body(tail);
            self.1.body(tail);
        }
    }

    #[inline(always)]
    fn look_at(&self, index: u8, path: &[u8]) -> Seen<'_> {
        match index.checked_sub(1) {
            None => self.0.look(path),
            Some(index) => self.1.look_at(index, path),
        }
    }
}
