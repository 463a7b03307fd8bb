//! How much there may be to read in one event.
//!
//! In a message, many pointers can lead to the same bytes, each to many pointers more: a few hundred bytes could
//! keep a reader busy for ever. No writer of ours makes such messages. So before a value is handed out it is walked
//! through once, and what is found is paid for out of the words of the message. Where no two pointers lead to the
//! same place, that is always enough.

use tracepoint_core::{DecodeError, StructReader};

use super::{ListValue, StructValue, Value};
use crate::schema::{FieldInfo, FieldType, StructInfo};

/// For what is not in the message at all: structs that the writer did not know, which read as empty.
const SLACK: usize = 1024;

/// Bools in a word: as many fields as a struct can have for each of its words.
const FIELDS_PER_WORD: usize = 64;

/// What may still be read, in words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget(usize);

impl Budget {
    /// For all fields of one event.
    pub(super) fn of(payload: StructReader<'_>) -> Self {
        Self(payload.message_words() + SLACK)
    }

    /// Reads a field, if the budget allows for it.
    #[inline]
    pub(super) fn read<'a>(
        &mut self,
        field: &'a FieldInfo,
        payload: StructReader<'a>,
    ) -> Result<Value<'a>, DecodeError> {
        let value = Value::of_field(field, payload)?;
        self.weigh(value)?;
        Ok(value)
    }

    #[inline]
    fn weigh(&mut self, value: Value<'_>) -> Result<(), DecodeError> {
        match value {
            Value::Text(text) => self.spend(text.len().div_ceil(8)),
            Value::Data(data) => self.spend(data.len().div_ceil(8)),
            Value::List(list) => self.list(list),
            Value::Struct(structure) => self.structure(structure),
            _ => Ok(()),
        }
    }

    fn list(&mut self, list: ListValue<'_>) -> Result<(), DecodeError> {
        let FieldType::Struct(info) = list.element_type() else {
            self.spend(list.words())?;
            if list.element_type().is_pointer() {
                (0..list.len()).try_for_each(|at| self.weigh(list.read(at)?))?;
            }
            return Ok(());
        };
        self.spend(list.words().max(list.len().saturating_mul(cost(info))))?;
        if !info.is_flat {
            for at in 0..list.len() {
                if let Value::Struct(structure) = list.read(at)? {
                    self.fields(structure)?;
                }
            }
        }
        Ok(())
    }

    fn structure(&mut self, structure: StructValue<'_>) -> Result<(), DecodeError> {
        self.spend(cost(structure.info()))?;
        if structure.info().is_flat { Ok(()) } else { self.fields(structure) }
    }

    fn fields(&mut self, structure: StructValue<'_>) -> Result<(), DecodeError> {
        let behind_pointers = structure.info().fields.iter().filter(|field| field.ty.is_pointer());
        for field in behind_pointers {
            self.weigh(Value::of_field(field, structure.reader())?)?;
        }
        Ok(())
    }

    #[inline]
    fn spend(&mut self, words: usize) -> Result<(), DecodeError> {
        self.0 = self.0.checked_sub(words).ok_or(DecodeError::Overlap)?;
        Ok(())
    }
}

/// The least that a struct takes, without what its pointers lead to. Those in messages may be larger, or smaller if
/// the writer knew fewer fields.
fn cost(info: &StructInfo) -> usize {
    info.fields.len().div_ceil(FIELDS_PER_WORD)
}
