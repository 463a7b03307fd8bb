//! Reading lists.

use super::{DecodeError, StructReader};

/// How much room an element of a list takes; the codes are Cap'n Proto's.
///
/// ```
/// use tracepoint_core::{ElementSize, Type};
///
/// assert_eq!(ElementSize::of(&Type::Float32), ElementSize::FourBytes);
/// assert_eq!(ElementSize::of(&Type::Text), ElementSize::Pointer);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ElementSize {
    Bit = 1,
    Byte = 2,
    TwoBytes = 3,
    FourBytes = 4,
    EightBytes = 5,
    Pointer = 6,
    /// A struct, which lies in the list itself.
    Struct = 7,
}

impl ElementSize {
    /// Bytes of a list of this many elements, which are no structs.
    const fn bytes(self, len: usize) -> usize {
        match self {
            ElementSize::Bit => len.div_ceil(8),
            ElementSize::Byte => len,
            ElementSize::TwoBytes => len * 2,
            ElementSize::FourBytes => len * 4,
            ElementSize::EightBytes | ElementSize::Pointer | ElementSize::Struct => len * 8,
        }
    }
}

/// A list within a message.
///
/// ```
/// use tracepoint_core::{ElementSize, StructReader};
///
/// # fn f(payload: StructReader<'_>) -> Result<u64, tracepoint_core::DecodeError> {
/// let sizes = payload.list(0, ElementSize::FourBytes)?;
/// let elements = sizes.elements();
/// Ok((0..sizes.len()).map(|at| u64::from(elements.u32(at as u32))).sum())
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ListReader<'a> {
    len: u32,
    /// Words that the list takes, without what its elements point to.
    words: usize,
    elements: StructReader<'a>,
}

impl<'a> ListReader<'a> {
    /// The list behind a pointer that was found at byte `at` to lead to `count` elements.
    pub(super) fn new(
        within: &StructReader<'a>,
        at: usize,
        size: ElementSize,
        count: usize,
    ) -> Result<Self, DecodeError> {
        let bytes = size.bytes(count);
        if size == ElementSize::Struct {
            return Self::of_structs(within, at, count);
        }
        let elements = match size {
            ElementSize::Pointer => within.pointers_view(at, count)?,
            _ => within.data_view(at, bytes)?,
        };
        Ok(ListReader { len: count as u32, words: bytes.div_ceil(8), elements })
    }

    pub(super) fn empty(within: &StructReader<'a>) -> Self {
        ListReader { len: 0, words: 0, elements: within.empty() }
    }

    /// `words` words of structs, behind a word that tells their number and size.
    fn of_structs(within: &StructReader<'a>, at: usize, words: usize) -> Result<Self, DecodeError> {
        let (len, elements) = within.structs_view(at, words)?;
        Ok(ListReader { len, words: words + 1, elements })
    }

    /// Number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are no elements.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes of the elements; none if these are pointers or structs.
    #[inline]
    pub fn bytes(&self) -> &'a [u8] {
        self.elements.bytes()
    }

    /// Words that the list takes in its message, without what its elements point to.
    #[inline]
    pub fn words(&self) -> usize {
        self.words
    }

    /// The elements, as if each were a field of a struct: number i is read at offset i. Structs too, though
    /// they lie in the list itself.
    #[inline]
    pub fn elements(&self) -> StructReader<'a> {
        self.elements
    }
}
