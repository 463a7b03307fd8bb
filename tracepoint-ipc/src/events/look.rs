//! An event as a predicate sees it.

use std::cell::Cell;

use tracepoint_core::__filter::{Look, Seen};
use tracepoint_core::StructReader;

use super::Value;
use crate::schema::{EventType, FieldInfo};

/// The fields of an event, to be looked at in its bytes.
pub(crate) struct Looked<'a> {
    fields: &'a [FieldInfo],
    payload: StructReader<'a>,
    is_damaged: Cell<bool>,
}

impl<'a> Looked<'a> {
    pub(crate) fn new(ty: &'a EventType, payload: StructReader<'a>) -> Self {
        Self { fields: &ty.fields, payload, is_damaged: Cell::new(false) }
    }

    /// Whether something that was looked at could not be read.
    pub(crate) fn is_damaged(&self) -> bool {
        self.is_damaged.get()
    }

    fn seen(&self, fields: &'a [FieldInfo], from: StructReader<'a>, path: &[u8]) -> Seen<'a> {
        let Some((index, path)) = path.split_first() else { return Seen::Struct };
        let Some(field) = fields.get(usize::from(*index)) else { return Seen::Nothing };
        let bytes = || from.data(field.offset).map_or(Seen::Nothing, Seen::Bytes);
        match Value::of_field(field, from) {
            Ok(Value::Bool(value)) => Seen::UInt(value.into()),
            Ok(Value::Int(value) | Value::Time(value)) => Seen::Int(value),
            Ok(Value::UInt(value)) => Seen::UInt(value),
            Ok(Value::Float(value)) => Seen::Float(value),
            Ok(Value::Text(value)) => Seen::Bytes(value.as_bytes()),
            Ok(Value::Data(value)) => Seen::Bytes(value),
            Ok(Value::Enum { ordinal, .. }) => Seen::UInt(ordinal.into()),
            Ok(Value::Duration(value)) => Seen::UInt(u64::try_from(value.as_nanos()).unwrap_or(u64::MAX)),
            Ok(Value::IpAddr(_)) => bytes(),
            Ok(Value::List(value)) => Seen::List(value.len()),
            Ok(Value::Struct(value)) => self.seen(&value.info().fields, value.reader(), path),
            Ok(Value::Null | Value::Unsupported) => Seen::Nothing,
            Err(_) => {
                self.is_damaged.set(true);
                Seen::Nothing
            }
        }
    }
}

impl Look for Looked<'_> {
    fn look(&self, path: &[u8]) -> Seen<'_> {
        self.seen(self.fields, self.payload, path)
    }
}
