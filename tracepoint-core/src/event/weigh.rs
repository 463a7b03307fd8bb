//! A guard against messages whose parts overlap, so that reading all of them would never end.
//!
//! Lists of pointers can lead to the same bytes over and over again. No writer does that, so what is read
//! of a message can take no more words than it has. Before elements that lead further are read, one walk
//! through all that they lead to makes sure of that.

use super::{DecodeError, ElementSize, Field, ListReader, Slot, StructReader, Type};

/// Checks all that the elements of a list lead to.
pub(super) fn list(element: &Type, list: &ListReader<'_>) -> Result<(), DecodeError> {
    match ElementSize::of(element) {
        ElementSize::Pointer | ElementSize::Struct => {
            Weigh { words_left: list.elements().message_words() }.elements(element, list)
        }
        _ => Ok(()),
    }
}

struct Weigh {
    words_left: usize,
}

impl Weigh {
    fn take(&mut self, words: usize) -> Result<(), DecodeError> {
        self.words_left = self.words_left.checked_sub(words).ok_or(DecodeError::Overlap)?;
        Ok(())
    }

    fn elements(&mut self, ty: &Type, list: &ListReader<'_>) -> Result<(), DecodeError> {
        self.take(list.words())?;
        let elements = list.elements();
        let mut all = 0..list.len() as u32;
        match (ElementSize::of(ty), ty) {
            (ElementSize::Struct, Type::Struct(of)) => {
                all.try_for_each(|at| self.fields(of.fields, elements.structure(at)?))
            }
            (ElementSize::Pointer, _) => all.try_for_each(|at| self.value(ty, Slot::at(at), elements)),
            _ => Ok(()),
        }
    }

    fn fields(&mut self, fields: &[Field], within: StructReader<'_>) -> Result<(), DecodeError> {
        fields.iter().try_for_each(|field| self.value(&field.ty, field.slot, within))
    }

    fn value(&mut self, ty: &Type, slot: Slot, within: StructReader<'_>) -> Result<(), DecodeError> {
        match ty {
            Type::Text | Type::Data | Type::IpAddr => self.take(within.data(slot.offset)?.len().div_ceil(8)),
            Type::List(of) => self.elements(of, &within.list(slot.offset, ElementSize::of(of))?),
            Type::Struct(of) => {
                let inner = within.structure(slot.offset)?;
                self.take(inner.words())?;
                self.fields(of.fields, inner)
            }
            Type::Option(of) if within.u16(slot.tag) != 0 => self.value(of, Slot::at(slot.offset), within),
            _ => Ok(()),
        }
    }
}
