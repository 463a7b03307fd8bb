//! Tuples, which travel as structs.

use super::{Stable, Value};
use crate::event::{
    DecodeError, Field, FieldsFromWire, FromWire, Nested, Placed, Slot, Struct, StructReader, StructType,
    Type,
};

/// `(first, (second, (.., ())))`.
macro_rules! chain {
    () => { () };
    ($first:expr $(, $rest:expr)*) => { ($first, chain!($($rest),*)) };
}

macro_rules! chained {
    ([$($with:tt)*]) => { () };
    ([$($with:tt)*] $first:ty $(, $rest:ty)*) => {
        (chained!(@ [$($with)*] $first), chained!([$($with)*] $($rest),*))
    };
    (@ [lowered $life:lifetime] $ty:ty) => { <$ty as Value>::Lowered<$life> };
    (@ [plain] $ty:ty) => { $ty };
}

macro_rules! chained_pattern {
    () => { () };
    ($first:ident $(, $rest:ident)*) => { ($first, chained_pattern!($($rest),*)) };
}

macro_rules! tuples {
    ($([$($ty:ident $name:ident $index:tt),*])*) => {$(
        // SAFETY: these fields, in this order.
        unsafe impl<$($ty: Value),*> Struct for ($($ty,)*) {
            const STRUCT: StructType = StructType::generic(
                "Tuple",
                &const { [$($ty::TYPE),*] },
                "",
                module_path!(),
                &const { Placed::new([$(Field::of::<$ty>(stringify!($name), "")),*]) },
            );
            type Fields<'v> = chained!([lowered 'v] $($ty),*) where Self: 'v;
        }

        impl<$($ty: Value),*> Value for ($($ty,)*) {
            const TYPE: Type = Type::Struct(&<Self as Struct>::STRUCT);
            const STABLE: Stable<Self> = Stable::when(true $(&& $ty::STABLE.holds())*);
            type Lowered<'v> = Nested<'v, Self> where Self: 'v;
            #[inline]
            fn lower(&self) -> Nested<'_, Self> {
                Nested::new(chain!($(self.$index.lower_copied()),*))
            }
        }

        impl<'a, $($ty: FromWire<'a> + Value),*> FromWire<'a> for ($($ty,)*) {
            fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
                let fields = const { <Self as Struct>::STRUCT.fields };
                let chained_pattern!($($name),*): chained!([plain] $($ty),*) =
                    FieldsFromWire::read(fields, payload.structure(slot.offset)?)?;
                Ok(($($name,)*))
            }
        }
    )*};
}
tuples! {
    [A first 0]
    [A first 0, B second 1]
    [A first 0, B second 1, C third 2]
    [A first 0, B second 1, C third 2, D fourth 3]
    [A first 0, B second 1, C third 2, D fourth 3, E fifth 4]
    [A first 0, B second 1, C third 2, D fourth 3, E fifth 4, F sixth 5]
}
