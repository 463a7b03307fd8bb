//! Lists.

use super::form::Form;
use super::{Lowered, PIECE_WORDS, Sealed, Section, Tail};
use crate::event::{ElementSize, Slot};
use crate::filter::Seen;

/// A collection that travels as a list. Implemented for those of the standard library only.
///
/// # Safety
///
/// While it is borrowed, `lowered` gives `len` elements, always in the same order.
pub unsafe trait Sequence {
    /// An element in the form in which it is copied.
    type Lowered<'v>: Lowered
    where
        Self: 'v;

    /// Whether its elements are always lowered to the same, without code of the user.
    const STABLE: bool;

    /// Number of elements.
    fn len(&self) -> usize;

    /// The elements.
    fn lowered(&self) -> impl Iterator<Item = Self::Lowered<'_>>;

    /// The elements as they travel, if they lie in memory like that.
    #[inline(always)]
    fn plain(&self) -> Option<&[u8]> {
        None
    }
}

/// A lowered list.
#[expect(missing_debug_implementations, reason = "what it lowers to has none")]
pub struct List<'v, S: ?Sized>(pub(in crate::event) &'v S);

impl<'v, S: Sequence + ?Sized> List<'v, S> {
    const ELEMENT: Form = <S::Lowered<'v> as Lowered>::FORM;
    const SIZE: ElementSize = Self::ELEMENT.element();

    /// Words that one element takes in the list.
    const STRUCT_WORDS: usize = <S::Lowered<'v> as Lowered>::STRUCT.words();

    /// Elements that are no structs, in a piece.
    const PER_PIECE: usize = match Self::ELEMENT {
        Form::Bits(bits) => (PIECE_WORDS / 8) << (6 - bits),
        _ => PIECE_WORDS / 8,
    };

    /// Words of so many elements that are no structs.
    #[inline(always)]
    const fn words(count: usize) -> usize {
        match Self::ELEMENT {
            Form::Bits(bits) => {
                let per_word = 6 - bits as u32;
                (count >> per_word) + (count & ((1 << per_word) - 1) != 0) as usize
            }
            _ => count,
        }
    }

    /// Words of the structs.
    #[inline(always)]
    fn struct_words(&self) -> usize {
        self.0.len().saturating_mul(Self::STRUCT_WORDS)
    }

    /// Elements that are no structs, piece by piece.
    ///
    /// # Safety
    ///
    /// There is room for them.
    #[inline]
    unsafe fn elements<T: Tail>(&self, tail: &mut T) {
        let mut left = self.0.len();
        let mut elements = self.0.lowered();
        // Words from the first element that is left to the end of the tail.
        let mut behind = left;
        while left > 0 {
            let count = left.min(Self::PER_PIECE);
            let words = Self::words(count);
            // SAFETY: by the caller; zeros are written to all words, and elements to their places in them.
            unsafe {
                tail.piece(words, |start| {
                    std::ptr::write_bytes(start, 0, words);
                    let mut section = Section::elements(start, behind);
                    for (at, element) in (0..).zip(elements.by_ref().take(count)) {
                        element.head(Slot::at(at), &mut section);
                    }
                    behind = section.behind_elements();
                });
            }
            behind -= if matches!(Self::SIZE, ElementSize::Pointer) { count } else { 0 };
            left -= count;
        }
    }

    /// Elements that are structs, behind a word that tells their number and size.
    ///
    /// # Safety
    ///
    /// There is room for them.
    #[inline]
    unsafe fn structs<T: Tail>(&self, tail: &mut T) {
        let layout = <S::Lowered<'v> as Lowered>::STRUCT;
        let count = self.0.len();
        let sizes = (layout.data_words as u64) << 32 | (layout.pointers as u64) << 48;
        let tag = (count as u64) << 2 | sizes;
        // Words from the next struct to the end of the tail.
        let mut behind = self.struct_words();
        // SAFETY: by the caller; a section begins as zeros in all of its struct.
        unsafe {
            tail.append(&tag.to_le_bytes(), 1);
            for element in self.0.lowered() {
                tail.piece(layout.words(), |start| {
                    let mut section = Section::new(start, layout, behind);
                    element.head_of_struct(&mut section);
                    behind = section.behind(layout) - layout.words();
                });
            }
        }
    }
}

impl<S: ?Sized> Sealed for List<'_, S> {}
// SAFETY: one pointer; in the tail the elements, and then what these have in theirs.
unsafe impl<'v, S: Sequence + ?Sized> Lowered for List<'v, S> {
    const FORM: Form = Form::List(&Self::ELEMENT);
    const STABLE: bool = S::STABLE && <S::Lowered<'v> as Lowered>::STABLE;

    #[inline(always)]
    fn tail_words(&self) -> usize {
        if let Some(bytes) = self.0.plain() {
            // No slice is so long that this overflows.
            return (bytes.len() + 7) >> 3;
        }
        match Self::SIZE {
            ElementSize::Struct => {
                let tails = self.0.lowered().map(|element| element.tail_words_of_struct());
                tails.fold(self.struct_words().saturating_add(1), usize::saturating_add)
            }
            ElementSize::Pointer => {
                let tails = self.0.lowered().map(|element| element.tail_words());
                tails.fold(self.0.len(), usize::saturating_add)
            }
            _ => Self::words(self.0.len()),
        }
    }

    #[inline(always)]
    unsafe fn head(&self, slot: Slot, section: &mut Section) {
        let count = match Self::SIZE {
            ElementSize::Struct => self.struct_words(),
            _ => self.0.len(),
        };
        // SAFETY: by the caller.
        unsafe { section.point_to_list(slot, Self::SIZE, count, self.tail_words()) }
    }

    #[inline(always)]
    unsafe fn body<T: Tail>(self, tail: &mut T) {
        // SAFETY: by the caller.
        unsafe {
            if let Some(bytes) = self.0.plain() {
                return tail.append(bytes, (bytes.len() + 7) >> 3);
            }
            match Self::SIZE {
                ElementSize::Struct => {
                    self.structs(tail);
                    for element in self.0.lowered() {
                        element.body_of_struct(tail);
                    }
                }
                ElementSize::Pointer => {
                    self.elements(tail);
                    for element in self.0.lowered() {
                        element.body(tail);
                    }
                }
                _ => self.elements(tail),
            }
        }
    }

    #[inline]
    fn look(&self, _: &[u8]) -> Seen<'_> {
        match (Self::SIZE, self.0.plain()) {
            (ElementSize::Byte, Some(bytes)) => Seen::Bytes(bytes),
            _ => Seen::List(self.0.len()),
        }
    }
}
