//! Lists of values.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use tracepoint_core::{DecodeError, ListReader};

use super::Value;
use super::value::Inner;
use crate::schema::FieldType;

/// A list, in place in the bytes of its event. Displays as in `[1, 2, 3]`.
///
/// ```
/// use tracepoint_ipc::{ListValue, Value};
///
/// fn sum(sizes: ListValue<'_>) -> u64 {
///     sizes.iter().map(|size| if let Value::UInt(size) = size { size } else { 0 }).sum()
/// }
/// ```
#[derive(Clone, Copy)]
pub struct ListValue<'a> {
    list: ListReader<'a>,
    /// Of the elements.
    ty: &'a FieldType,
}

impl<'a> ListValue<'a> {
    pub(super) fn new(list: ListReader<'a>, ty: &'a FieldType) -> Self {
        Self { list, ty }
    }

    /// Number of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The type of the elements.
    #[must_use]
    pub fn element_type(&self) -> &'a FieldType {
        self.ty
    }

    /// The element at a position, counted from 0.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<Value<'a>> {
        if at >= self.len() {
            return None;
        }
        // Lists that were handed out have been checked.
        Some(self.read(at).unwrap_or(Value::Unsupported))
    }

    /// The elements in their order.
    #[must_use]
    pub fn iter(&self) -> Elements<'a> {
        Elements { list: *self, left: 0..self.len() }
    }

    /// Words that the list takes, without what its elements point to.
    pub(super) fn words(&self) -> usize {
        self.list.words()
    }

    /// The element at a position within the list.
    pub(super) fn read(&self, at: usize) -> Result<Value<'a>, DecodeError> {
        let at = u32::try_from(at).map_err(|_| DecodeError::OutOfBounds)?;
        Value::read(self.ty, self.list.elements(), at, 0)
    }
}

impl<'a> IntoIterator for ListValue<'a> {
    type Item = Value<'a>;
    type IntoIter = Elements<'a>;

    fn into_iter(self) -> Elements<'a> {
        self.iter()
    }
}

impl PartialEq for ListValue<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for ListValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Display for ListValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (at, value) in self.iter().enumerate() {
            write!(f, "{}{}", if at == 0 { "" } else { ", " }, Inner(value))?;
        }
        f.write_str("]")
    }
}

/// The elements of a list; made by [`ListValue::iter`].
///
/// ```
/// fn first_and_last(list: tracepoint_ipc::ListValue<'_>) -> Option<String> {
///     let mut elements = list.iter();
///     Some(format!("{} .. {}", elements.next()?, elements.next_back()?))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    list: ListValue<'a>,
    left: Range<usize>,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        self.list.get(self.left.next()?)
    }

    fn nth(&mut self, n: usize) -> Option<Value<'a>> {
        self.list.get(self.left.nth(n)?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl DoubleEndedIterator for Elements<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.list.get(self.left.next_back()?)
    }
}

impl ExactSizeIterator for Elements<'_> {}
impl FusedIterator for Elements<'_> {}
