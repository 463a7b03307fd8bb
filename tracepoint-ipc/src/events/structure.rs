//! Structs within events.

use std::fmt;
use std::iter::FusedIterator;

use tracepoint_core::StructReader;

use super::Value;
use super::value::Inner;
use crate::schema::{FieldInfo, StructInfo};

/// A struct within an event, in place in its bytes. Displays as in `{txid: f9beb4d9, vout: 1}`.
///
/// ```
/// fn names(outpoint: tracepoint_ipc::StructValue<'_>) -> Vec<String> {
///     outpoint.fields().map(|(info, value)| format!("{}: {} = {value}", info.name, info.ty)).collect()
/// }
/// ```
#[derive(Clone, Copy)]
pub struct StructValue<'a> {
    reader: StructReader<'a>,
    info: &'a StructInfo,
}

impl<'a> StructValue<'a> {
    pub(super) fn new(reader: StructReader<'a>, info: &'a StructInfo) -> Self {
        Self { reader, info }
    }

    /// Its type.
    #[must_use]
    pub fn info(&self) -> &'a StructInfo {
        self.info
    }

    /// Its fields with their values, in the order of their declaration. Those that the writer did not know have
    /// their defaults: zero, or empty.
    #[must_use]
    pub fn fields(&self) -> StructFields<'a> {
        StructFields { reader: self.reader, left: self.info.fields.iter() }
    }

    /// The value of one field; `None` if there is no such field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Value<'a>> {
        Some(value(self.info.field(name)?, self.reader))
    }

    /// Where its fields lie.
    pub(super) fn reader(&self) -> StructReader<'a> {
        self.reader
    }
}

/// Structs that were handed out have been checked.
fn value<'a>(field: &'a FieldInfo, reader: StructReader<'a>) -> Value<'a> {
    Value::of_field(field, reader).unwrap_or(Value::Unsupported)
}

impl PartialEq for StructValue<'_> {
    fn eq(&self, other: &Self) -> bool {
        let named = |(info, value): (&FieldInfo, _)| (info.name.clone(), value);
        self.fields().map(named).eq(other.fields().map(named))
    }
}

impl fmt::Debug for StructValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = f.debug_struct(&self.info.name);
        for (info, value) in self.fields() {
            all.field(&info.name, &value);
        }
        all.finish()
    }
}

impl fmt::Display for StructValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, (info, value)) in self.fields().enumerate() {
            write!(f, "{}{}: {}", if at == 0 { "" } else { ", " }, info.name, Inner(value))?;
        }
        f.write_str("}")
    }
}

/// The fields of a struct with their values; made by [`StructValue::fields`].
///
/// ```
/// fn is_empty(structure: tracepoint_ipc::StructValue<'_>) -> bool {
///     structure.fields().len() == 0
/// }
/// ```
#[derive(Clone, Debug)]
pub struct StructFields<'a> {
    reader: StructReader<'a>,
    left: std::slice::Iter<'a, FieldInfo>,
}

impl<'a> Iterator for StructFields<'a> {
    type Item = (&'a FieldInfo, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let field = self.left.next()?;
        Some((field, value(field, self.reader)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl ExactSizeIterator for StructFields<'_> {}
impl FusedIterator for StructFields<'_> {}
