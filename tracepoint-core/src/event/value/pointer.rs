//! What points to a value travels as that.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use super::{Stable, Value};
use crate::event::{DecodeError, FromWire, Slot, StructReader, Type};

macro_rules! through {
    ($($pointer:ty),*) => {$(
        impl<T: Value + ?Sized> Value for $pointer {
            const TYPE: Type = T::TYPE;
            const ELEMENT: Type = T::ELEMENT;
            const STABLE: Stable<Self> = Stable::when(T::STABLE.holds());
            type Lowered<'v> = T::Lowered<'v> where Self: 'v;
            #[inline(always)]
            fn lower(&self) -> T::Lowered<'_> {
                T::lower(self)
            }
            #[inline(always)]
            fn lower_copied(&self) -> T::Lowered<'_> {
                T::lower_copied(self)
            }
        }
    )*};
}
through!(&T, &mut T, Box<T>, Rc<T>);

impl<T: Value + ToOwned + ?Sized> Value for Cow<'_, T> {
    const TYPE: Type = T::TYPE;
    const ELEMENT: Type = T::ELEMENT;
    // What is owned gives what is borrowed by code of the type's author.
    const STABLE: Stable<Self> = Stable::NO;
    type Lowered<'v>
        = T::Lowered<'v>
    where
        Self: 'v;
    #[inline(always)]
    fn lower(&self) -> T::Lowered<'_> {
        T::lower(self)
    }
    #[inline(always)]
    fn lower_copied(&self) -> T::Lowered<'_> {
        T::lower_copied(self)
    }
}

macro_rules! from_inside {
    ($($pointer:ident)*) => {$(
        impl<'a, T: FromWire<'a>> FromWire<'a> for $pointer<T> {
            #[inline]
            fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
                T::from_wire(slot, payload).map($pointer::new)
            }

            #[inline]
            fn element(index: u32, list: StructReader<'a>) -> Result<Self, DecodeError> {
                T::element(index, list).map($pointer::new)
            }
        }
    )*};
}
from_inside!(Box Rc Arc);
