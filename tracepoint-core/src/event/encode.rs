//! Writing the fields of an event straight into their final Cap'n Proto place.
//!
//! A struct is its data section, its pointer section, and behind them the *tail*: the contents of texts
//! and data, in the order of their fields, each padded with zeros to a whole word. Ring memory holds
//! stale bytes, so every byte of the record is written, padding included.

use super::layout::Room;
use super::{Event, Field, Slot, Type};
use crate::ring::reference::Reference;

mod sealed {
    pub trait Sealed {}
}
pub(super) use sealed::Sealed;

/// A value in the form in which it is copied, or handed over: no code of the user is left in it.
///
/// Implemented for the primitive types, `&str`, `&[u8]`, [`EnumOrdinal`] and [`Shared`](super::Shared) only.
///
/// # Safety
///
/// `put` writes only within the struct that `writer` was made for, and appends exactly `tail_words`
/// words to its tail, of which exactly those that `referred` tells are references.
pub unsafe trait Lowered: Sealed {
    /// What it takes in the struct.
    #[doc(hidden)]
    const FORM: Form;

    /// References that it may be.
    #[doc(hidden)]
    const REFERENCES: usize = 0;

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

    /// Writes the value to its place.
    ///
    /// # Safety
    ///
    /// `slot` is the place of a field of this type in the struct that `writer` was made for.
    #[doc(hidden)]
    unsafe fn put<T: Tail>(self, slot: Slot, writer: &mut Writer<T>);
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

/// What a lowered value takes in the struct.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// 2^n bits of data.
    Bits(u8),
    /// A pointer to a text.
    Text,
    /// A pointer to bytes.
    Bytes,
}

/// The forms of all values of an event.
#[doc(hidden)]
#[derive(Debug)]
pub enum Forms {
    /// No more.
    End,
    /// One, and the others.
    Then(Form, &'static Forms),
}

impl Form {
    const fn fits(self, ty: &Type) -> bool {
        match (self, ty, ty.room()) {
            (Form::Bits(bits), _, Room::Data(size)) => bits == size,
            (Form::Text, Type::Text, _) | (Form::Bytes, Type::Data, _) => true,
            _ => false,
        }
    }
}

impl Forms {
    /// Whether values of these forms can be written to these fields.
    const fn fit(&self, fields: &[Field]) -> bool {
        match (self, fields) {
            (Forms::End, []) => true,
            (Forms::Then(form, forms), [field, fields @ ..]) => form.fits(&field.ty) && forms.fit(fields),
            _ => false,
        }
    }
}

/// Checks at compile time that the values of an event are what its description says.
#[doc(hidden)]
pub const fn check<E: Event + 'static>() {
    assert!(
        <E::Lowered<'static> as Fields>::FORMS.fit(E::DESCRIPTOR.fields),
        "the `Value` of a field has a `TYPE` that its `Lowered` does not travel as"
    );
    assert!(
        <E::Lowered<'static> as Fields>::REFERENCES <= MAX_REFERENCES,
        "the event has too many fields that travel by reference"
    );
}

/// Fields of an event that may travel by reference, so that references and struct fit one chunk of a ring.
pub(crate) const MAX_REFERENCES: usize = 256;

/// All lowered values of an event: `(first, (second, (.., ())))`, in the order of the fields.
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

    /// Words of the tail.
    #[doc(hidden)]
    fn tail_words(&self) -> usize;

    /// What of that they refer to.
    #[doc(hidden)]
    fn referred(&self) -> Referred;

    /// Writes all values.
    ///
    /// # Safety
    ///
    /// `fields` describes exactly these values in the struct that `writer` was made for.
    #[doc(hidden)]
    unsafe fn put<T: Tail>(self, fields: &'static [Field], writer: &mut Writer<T>);
}

// SAFETY: writes nothing.
unsafe impl Fields for () {
    const FORMS: Forms = Forms::End;
    const REFERENCES: usize = 0;

    #[inline(always)]
    fn tail_words(&self) -> usize {
        0
    }

    #[inline(always)]
    fn referred(&self) -> Referred {
        Referred::NOTHING
    }

    #[inline(always)]
    unsafe fn put<T: Tail>(self, _: &'static [Field], _: &mut Writer<T>) {}
}

// SAFETY: both halves keep the contract.
unsafe impl<First: Lowered, Rest: Fields> Fields for (First, Rest) {
    const FORMS: Forms = Forms::Then(First::FORM, &Rest::FORMS);
    const REFERENCES: usize = First::REFERENCES + Rest::REFERENCES;

    #[inline(always)]
    fn tail_words(&self) -> usize {
        self.0.tail_words() + self.1.tail_words()
    }

    #[inline(always)]
    fn referred(&self) -> Referred {
        self.0.referred().and(self.1.referred())
    }

    #[inline(always)]
    unsafe fn put<T: Tail>(self, fields: &'static [Field], writer: &mut Writer<T>) {
        // SAFETY: the first description belongs to the first value, the others to the rest.
        unsafe {
            self.0.put(fields[0].slot, writer);
            self.1.put(&fields[1..], writer);
        }
    }
}

/// Where the tail of a record goes: behind the struct, or from chunk to chunk.
///
/// # Safety
///
/// `append` advances by exactly `words` words and writes each byte of them.
pub unsafe trait Tail {
    /// Appends `bytes` and zeros up to `words` words.
    ///
    /// # Safety
    ///
    /// There is room for `words` words, and `words * 8 >= bytes.len()`.
    #[doc(hidden)]
    unsafe fn append(&mut self, bytes: &[u8], words: usize);

    /// Keeps a reference to what belongs there, or appends a copy of it.
    ///
    /// # Safety
    ///
    /// As for [`append`](Self::append), if it keeps no references.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn refer(&mut self, reference: Reference) {
        // SAFETY: by the caller.
        unsafe { self.append(reference.bytes(), reference.words()) }
    }
}

/// The struct of one record while it is written.
pub struct Writer<T> {
    /// Data section.
    data: *mut u64,
    /// Pointer section.
    pointers: *mut u64,
    /// Words from the start of the pointer section to the end of the tail.
    end: usize,
    tail: T,
}

impl<T: Tail> Writer<T> {
    /// Starts a struct: zeros in all of its data and pointers.
    ///
    /// # Safety
    ///
    /// `start` is valid for writes of `data_words + pointers` words until the writer is gone.
    #[doc(hidden)]
    #[inline(always)]
    pub unsafe fn new(start: *mut u64, data_words: usize, pointers: usize, tail: T) -> Self {
        let mut word = 0;
        while word < data_words + pointers {
            // SAFETY: within the struct.
            unsafe { start.add(word).write(0) };
            word += 1;
        }
        // SAFETY: within the struct or just behind it.
        Writer { data: start, pointers: unsafe { start.add(data_words) }, end: pointers, tail }
    }

    /// Writes a value of `SIZE` bytes at `slot`.
    ///
    /// # Safety
    ///
    /// `slot` is the place of a field of `SIZE` bytes.
    #[inline(always)]
    unsafe fn bytes<const SIZE: usize>(&mut self, slot: Slot, value: [u8; SIZE]) {
        // SAFETY: within the data section, and aligned to the size: offsets count in it.
        unsafe { self.data.cast::<[u8; SIZE]>().add(slot.offset as usize).write(value) }
    }

    /// Appends a list of bytes and points to it. `count` may be one more than `bytes` has: the NUL.
    ///
    /// # Safety
    ///
    /// `slot` is a pointer's place, and the tail has room.
    #[inline(always)]
    unsafe fn byte_list(&mut self, slot: Slot, bytes: &[u8], count: usize) {
        // No slice is so long that this overflows.
        let words = (count + 7) >> 3;
        // SAFETY: by the caller.
        unsafe {
            self.point(slot, count);
            self.tail.append(bytes, words);
        }
        self.end += words;
    }

    /// As [`byte_list`](Self::byte_list), with a reference to the bytes.
    ///
    /// # Safety
    ///
    /// `slot` is a pointer's place, and the tail has room, for a reference or for what it refers to.
    #[inline(always)]
    pub(super) unsafe fn refer(&mut self, slot: Slot, mut reference: Reference) {
        let words = reference.words();
        // SAFETY: both lie in the struct; the rest is the caller's promise.
        unsafe {
            self.point(slot, reference.count());
            reference.place = self.pointers.offset_from(self.data) as u32 + self.end as u32;
            self.tail.refer(reference);
        }
        self.end += words;
    }

    /// Writes a pointer to a list of `count` bytes at the end of the tail.
    ///
    /// # Safety
    ///
    /// `slot` is a pointer's place.
    #[inline(always)]
    unsafe fn point(&mut self, slot: Slot, count: usize) {
        const LIST: u64 = 1;
        const OF_BYTES: u64 = 2;
        let offset = (self.end - slot.offset as usize - 1) as u64;
        let pointer = LIST | offset << 2 | OF_BYTES << 32 | (count as u64) << 35;
        // SAFETY: it lies in the pointer section.
        unsafe { self.pointers.add(slot.offset as usize).write(pointer.to_le()) }
    }
}

/// The tail of a record that lies in one piece.
pub(crate) struct Contiguous {
    at: *mut u64,
}

impl Contiguous {
    /// # Safety
    ///
    /// `at` is valid for writes of as many words as will be appended.
    #[inline(always)]
    pub(crate) unsafe fn new(at: *mut u64) -> Self {
        Contiguous { at }
    }
}

// SAFETY: `copy_padded` writes exactly `words` words.
unsafe impl Tail for Contiguous {
    #[inline(always)]
    unsafe fn append(&mut self, bytes: &[u8], words: usize) {
        // SAFETY: the caller promises the room.
        unsafe {
            copy_padded(self.at, bytes, words);
            self.at = self.at.add(words);
        }
    }
}

/// Copies `bytes` to `to` and fills up with zeros to `words` words.
///
/// # Safety
///
/// `to` is valid for writes of `words` words, and `words * 8 >= bytes.len()`.
#[inline(always)]
pub(crate) unsafe fn copy_padded(to: *mut u64, bytes: &[u8], words: usize) {
    let len = bytes.len();
    let from = bytes.as_ptr();
    // SAFETY: reads stay within `bytes`, writes within `words` words, which hold all of `bytes`.
    unsafe {
        if !(8..=16).contains(&len) {
            if words > 0 {
                // Also where a NUL falls into a word of its own.
                to.add(words - 1).write(0);
            }
            std::ptr::copy_nonoverlapping(from, to.cast::<u8>(), len);
        } else {
            // Most texts: two words that overlap, without a call.
            to.add(words - 1).write(0);
            let (first, last) = (from.cast::<u64>(), from.add(len - 8).cast::<u64>());
            let (first, last) = (first.read_unaligned(), last.read_unaligned());
            to.write(first);
            to.cast::<u8>().add(len - 8).cast::<u64>().write_unaligned(last);
        }
    }
}

/// The ordinal of a variant of a C-like enum, as it travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnumOrdinal(pub u16);

impl Sealed for EnumOrdinal {}
// SAFETY: writes one field of two bytes.
unsafe impl Lowered for EnumOrdinal {
    const FORM: Form = Form::Bits(4);

    #[inline(always)]
    unsafe fn put<T: Tail>(self, slot: Slot, writer: &mut Writer<T>) {
        // SAFETY: by the caller.
        unsafe { writer.bytes(slot, self.0.to_le_bytes()) }
    }
}

impl Sealed for bool {}
// SAFETY: writes one bit of the data section.
unsafe impl Lowered for bool {
    const FORM: Form = Form::Bits(0);

    #[inline(always)]
    unsafe fn put<T: Tail>(self, slot: Slot, writer: &mut Writer<T>) {
        // SAFETY: by the caller; the byte was zeroed by `Writer::new`.
        unsafe {
            *writer.data.cast::<u8>().add(slot.offset as usize / 8) |= (self as u8) << (slot.offset % 8)
        }
    }
}

macro_rules! lowered_number {
    ($($number:ty),*) => {$(
        impl Sealed for $number {}
        // SAFETY: writes one field of its own size.
        unsafe impl Lowered for $number {
            const FORM: Form = Form::Bits((size_of::<$number>() * 8).ilog2() as u8);

            #[inline(always)]
            unsafe fn put<T: Tail>(self, slot: Slot, writer: &mut Writer<T>) {
                // SAFETY: by the caller.
                unsafe { writer.bytes(slot, self.to_le_bytes()) }
            }
        }
    )*};
}
lowered_number!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);

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
    unsafe fn put<T: Tail>(self, slot: Slot, writer: &mut Writer<T>) {
        // SAFETY: by the caller.
        unsafe { writer.byte_list(slot, self.as_bytes(), self.len() + 1) }
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
    unsafe fn put<T: Tail>(self, slot: Slot, writer: &mut Writer<T>) {
        // SAFETY: by the caller.
        unsafe { writer.byte_list(slot, self, self.len()) }
    }
}
