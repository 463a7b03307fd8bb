//! Values that may be missing.

use super::{Stable, Value};
use crate::event::{DecodeError, Field, FromWire, Optional, Placed, Slot, StructReader, StructType, Type};

/// A struct for a value that may be missing, where it has no place of its own.
struct Alone<T>(T);

impl<T: Value> Alone<T> {
    const FIELDS: Placed<1> =
        Placed::new([Field { name: "value", doc: "", ty: Type::Option(&T::ELEMENT), slot: Slot::UNPLACED }]);
    const TYPE: StructType =
        StructType::generic("Optional", &const { [T::ELEMENT] }, "", module_path!(), &const { Self::FIELDS });
}

impl<T: Value> Value for Option<T> {
    const TYPE: Type = Type::Option(&T::ELEMENT);
    const ELEMENT: Type = Type::Struct(&Alone::<T>::TYPE);
    const STABLE: Stable<Self> = Stable::when(T::STABLE.holds());
    type Lowered<'v>
        = Optional<T::Lowered<'v>>
    where
        T: 'v;
    #[inline(always)]
    fn lower(&self) -> Self::Lowered<'_> {
        Optional(self.as_ref().map(|value| value.lower()))
    }
    #[inline(always)]
    fn lower_copied(&self) -> Self::Lowered<'_> {
        Optional(self.as_ref().map(|value| value.lower_copied()))
    }
}

impl<'a, T: FromWire<'a> + Value> FromWire<'a> for Option<T> {
    #[inline]
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        match payload.u16(slot.tag) {
            0 => Ok(None),
            1 => T::element(slot.offset, payload).map(Some),
            unknown => Err(DecodeError::UnknownVariant(unknown)),
        }
    }

    #[inline]
    fn element(index: u32, list: StructReader<'a>) -> Result<Self, DecodeError> {
        Self::from_wire(const { Alone::<T>::FIELDS.fields[0].slot }, list.structure(index)?)
    }
}
