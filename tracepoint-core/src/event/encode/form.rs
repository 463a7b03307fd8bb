//! What lowered values take in a struct, as far as it must agree with the description of the event.

use super::{Fields, MAX_REFERENCES};
use crate::event::layout::Room;
use crate::event::{ElementSize, Event, Field, Type};

/// What a lowered value takes in the struct.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// 2^n bits of data.
    Bits(u8),
    /// A pointer to a text.
    Text,
    /// A pointer to bytes.
    Bytes,
    /// A pointer to a list.
    List(&'static Form),
    /// A pointer to the struct with this id.
    Struct(u64),
    /// Bits that say whether it is there, and what it takes.
    Option(&'static Form),
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
    /// Whether a value of this form can be written to a field of this type.
    const fn fits(&self, ty: &Type) -> bool {
        match (self, ty) {
            (Form::Text, Type::Text) | (Form::Bytes, Type::Data | Type::IpAddr) => true,
            // A list of bytes is a list like any other.
            (Form::List(form), Type::Data | Type::IpAddr) => matches!(form, Form::Bits(3)),
            (Form::List(form), Type::List(ty)) | (Form::Option(form), Type::Option(ty)) => {
                form.fits_element(ty)
            }
            (Form::Struct(id), Type::Struct(of)) => *id == of.type_id,
            (Form::Bits(bits), ty) => match (ty, ty.room()) {
                (Type::Option(_), _) | (_, Room::Pointer) => false,
                (_, Room::Data(size)) => *bits == size,
            },
            _ => false,
        }
    }

    /// The same where a value that may be missing lies in a struct of its own.
    const fn fits_element(&self, ty: &Type) -> bool {
        match (self, ty) {
            (Form::Option(_), Type::Struct(of)) => of.fields.len() == 1 && self.fits(&of.fields[0].ty),
            _ => self.fits(ty),
        }
    }

    /// What it takes in a struct, without the bits that say whether it is there.
    pub(super) const fn room(&self) -> Room {
        match self {
            Form::Bits(bits) => Room::Data(*bits),
            Form::Option(Form::Option(_)) => Room::Pointer,
            Form::Option(form) => form.room(),
            Form::Text | Form::Bytes | Form::List(_) | Form::Struct(_) => Room::Pointer,
        }
    }

    /// What it takes in a list.
    pub(super) const fn element(&self) -> ElementSize {
        match self {
            Form::Bits(0) => ElementSize::Bit,
            Form::Bits(3) => ElementSize::Byte,
            Form::Bits(4) => ElementSize::TwoBytes,
            Form::Bits(5) => ElementSize::FourBytes,
            Form::Bits(_) => ElementSize::EightBytes,
            Form::Text | Form::Bytes | Form::List(_) => ElementSize::Pointer,
            Form::Struct(_) | Form::Option(_) => ElementSize::Struct,
        }
    }

    /// Whether its bytes may be handed over by reference.
    pub(in crate::event) const fn is_bytes(&self) -> bool {
        matches!(self, Form::Text | Form::Bytes | Form::List(Form::Bits(3)))
    }
}

impl Forms {
    /// Whether values of these forms can be written to these fields.
    pub(super) const fn fit(&self, fields: &[Field]) -> bool {
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
