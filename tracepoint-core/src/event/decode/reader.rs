//! Reading structs and lists in place, and without trust: every offset is checked against the bytes at hand.

use std::fmt;

use super::{DecodeError, ElementSize, ListReader};
use crate::event::StructLayout;

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
    /// Byte offset of the pointer section in the segment. In a view of a list of structs, of the first one.
    pointers_at: usize,
    pointers: usize,
    /// In a view of a list of structs: their number and size.
    structs: u32,
    layout: StructLayout,
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
            // Out of the address space of 32 bits is behind the end too.
            let bytes = (offset as usize)
                .checked_mul(size_of::<$number>())
                .and_then(|at| self.data.get(at..)?.first_chunk());
            bytes.map_or_else(Default::default, |bytes| $number::from_le_bytes(*bytes))
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
        let root = StructReader { segment, data: &[], pointers_at: 0, pointers: 1, ..StructReader::NOTHING };
        root.structure(0)
    }

    /// The struct that lies at a byte of a message, of the sizes that its pointer has; none if it is not all there.
    #[inline]
    pub(crate) fn at(segment: &'a [u8], at: usize, pointer: u64) -> Option<Self> {
        StructReader { segment, ..StructReader::NOTHING }.struct_at(at, layout(pointer)).ok()
    }

    const NOTHING: StructReader<'static> = StructReader {
        segment: &[],
        data: &[],
        pointers_at: 0,
        pointers: 0,
        structs: 0,
        layout: StructLayout { data_words: 0, pointers: 0 },
    };

    /// A struct of no size in the same message.
    #[inline]
    pub(super) fn empty(&self) -> Self {
        StructReader { segment: self.segment, ..Self::NOTHING }
    }

    /// Words of the message that it lies in: no more can be read of it, unless parts of it overlap.
    #[inline]
    pub fn message_words(&self) -> usize {
        self.segment.len() / 8
    }

    /// Words that it takes, without what its pointers lead to.
    #[inline]
    pub fn words(&self) -> usize {
        self.data.len() / 8 + self.pointers
    }

    /// The data section.
    #[inline]
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.data
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

    /// Where a pointer that ends at byte `from` leads to: within the message or to its end, so that the size of a
    /// struct can be added to it in 32 bits too.
    #[inline]
    fn target(&self, word: u64, from: usize) -> Result<usize, DecodeError> {
        let offset = i64::from(word as u32 as i32 >> 2) * 8;
        let at = usize::try_from(from as i64 + offset).map_err(|_| DecodeError::OutOfBounds)?;
        if at > self.segment.len() { Err(DecodeError::OutOfBounds) } else { Ok(at) }
    }

    /// Bytes of the message, from one that is within.
    #[inline]
    fn part(&self, at: usize, len: usize) -> Result<&'a [u8], DecodeError> {
        self.segment.get(at..).and_then(|rest| rest.get(..len)).ok_or(DecodeError::OutOfBounds)
    }

    /// The struct behind a pointer; an empty one if the pointer is null.
    ///
    /// # Errors
    ///
    /// Not a struct pointer, or it leads out of the message.
    #[inline]
    pub fn structure(&self, index: u32) -> Result<StructReader<'a>, DecodeError> {
        if self.structs > 0 {
            return self.element(index);
        }
        let (word, from) = self.pointer(index)?;
        if word == 0 {
            return Ok(self.empty());
        }
        if word & 3 != 0 {
            return Err(DecodeError::WrongPointer);
        }
        self.struct_at(self.target(word, from)?, layout(word))
    }

    /// The struct that lies at a byte.
    #[inline]
    fn struct_at(&self, at: usize, layout: StructLayout) -> Result<StructReader<'a>, DecodeError> {
        let pointers = usize::from(layout.pointers);
        let pointers_at = at + usize::from(layout.data_words) * 8;
        if pointers_at + pointers * 8 > self.segment.len() {
            return Err(DecodeError::OutOfBounds);
        }
        Ok(StructReader { data: &self.segment[at..pointers_at], pointers_at, pointers, ..self.empty() })
    }

    /// A struct of a list of structs.
    fn element(&self, index: u32) -> Result<StructReader<'a>, DecodeError> {
        if index >= self.structs {
            return Ok(self.empty());
        }
        self.struct_at(self.pointers_at + index as usize * self.layout.words() * 8, self.layout)
    }

    /// The list behind a pointer; an empty one if the pointer is null.
    ///
    /// # Errors
    ///
    /// Not a list of elements of this size, or it leads out of the message.
    pub fn list(&self, index: u32, size: ElementSize) -> Result<ListReader<'a>, DecodeError> {
        let (word, from) = self.pointer(index)?;
        if word == 0 {
            return Ok(ListReader::empty(self));
        }
        if word & 3 != 1 || word >> 32 & 7 != size as u64 {
            return Err(DecodeError::WrongPointer);
        }
        ListReader::new(self, self.target(word, from)?, size, (word >> 35) as usize)
    }

    /// A view of `len` bytes as a data section.
    pub(super) fn data_view(&self, at: usize, len: usize) -> Result<Self, DecodeError> {
        Ok(StructReader { data: self.part(at, len)?, ..self.empty() })
    }

    /// A view of `len` words as a pointer section.
    pub(super) fn pointers_view(&self, at: usize, len: usize) -> Result<Self, DecodeError> {
        self.part(at, len * 8)?;
        Ok(StructReader { pointers_at: at, pointers: len, ..self.empty() })
    }

    /// Number and view of the structs in `words` words, behind a word that tells number and size.
    pub(super) fn structs_view(&self, at: usize, words: usize) -> Result<(u32, Self), DecodeError> {
        let tag = self.part(at, 8)?;
        self.part(at + 8, words * 8)?;
        let tag = tag.first_chunk().map_or(0, |tag| u64::from_le_bytes(*tag));
        if tag & 3 != 0 {
            return Err(DecodeError::WrongPointer);
        }
        let (structs, layout) = (tag as u32 >> 2, layout(tag));
        // Structs of no size would be a list of any length for nothing.
        let taken = (structs as usize).checked_mul(layout.words().max(1));
        if taken.is_none_or(|taken| taken > words) {
            return Err(DecodeError::OutOfBounds);
        }
        Ok((structs, StructReader { pointers_at: at + 8, structs, layout, ..self.empty() }))
    }

    /// Whether a pointer is null, as one that the writer did not know.
    #[inline]
    pub(in crate::event) fn is_null(&self, index: u32) -> Result<bool, DecodeError> {
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
        self.part(self.target(word, from)?, (word >> 35) as usize)
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
            [text @ .., 0] => utf8(text),
            _ => Err(DecodeError::BadText),
        }
    }
}

/// Bytes as a text. Most are ASCII, and short: too short for the standard library to look at eight at a time.
#[inline]
fn utf8(bytes: &[u8]) -> Result<&str, DecodeError> {
    if is_ascii(bytes) {
        // SAFETY: ASCII is UTF-8.
        return Ok(unsafe { std::str::from_utf8_unchecked(bytes) });
    }
    std::str::from_utf8(bytes).map_err(|_| DecodeError::BadText)
}

#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk::<8>() else {
        return bytes.iter().fold(0, |all, byte| all | byte) < 0x80;
    };
    let word = |bytes: &[u8]| u64::from_ne_bytes(std::array::from_fn(|at| bytes[at]));
    let all = bytes.chunks_exact(8).fold(word(last), |all, bytes| all | word(bytes));
    all & 0x8080_8080_8080_8080 == 0
}

/// The sizes in a struct pointer.
#[inline]
fn layout(word: u64) -> StructLayout {
    StructLayout { data_words: (word >> 32) as u16, pointers: (word >> 48) as u16 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_looked_at_as_a_whole() {
        for len in 0..40 {
            let ascii = vec![b'a'; len];
            assert_eq!(utf8(&ascii).unwrap().as_bytes(), ascii);
            for at in 0..len {
                let mut bytes = ascii.clone();
                bytes[at] = 0xff;
                assert_eq!(utf8(&bytes), Err(DecodeError::BadText), "{at} of {len}");
                if at > 0 {
                    bytes[at - 1..=at].copy_from_slice("\u{e9}".as_bytes());
                    assert_eq!(utf8(&bytes).unwrap().chars().count(), len - 1, "{at} of {len}");
                }
            }
        }
    }
}
