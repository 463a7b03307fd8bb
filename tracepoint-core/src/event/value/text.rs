//! Texts.

use std::borrow::Cow;
use std::sync::Arc;

use super::shared::share;
use super::{Stable, Value};
use crate::event::{DecodeError, FromWire, Slot, StructReader, Type};
use crate::ring::reference::Reference;

impl Value for str {
    const TYPE: Type = Type::Text;
    // SAFETY: of what is borrowed.
    const STABLE: Stable<Self> = unsafe { Stable::promise() };
    type Lowered<'v> = &'v str;
    #[inline(always)]
    fn lower(&self) -> &str {
        self
    }
    #[inline(always)]
    fn share(this: &Arc<Self>) -> Option<Reference> {
        // SAFETY: nobody has a mutable reference into an `Arc` that is shared.
        unsafe { share(this, this.as_bytes(), true) }
    }
}

impl Value for String {
    const TYPE: Type = Type::Text;
    const STABLE: Stable<Self> = Stable::when(str::STABLE.holds());
    type Lowered<'v> = &'v str;
    #[inline(always)]
    fn lower(&self) -> &str {
        self
    }
    #[inline(always)]
    fn share(this: &Arc<Self>) -> Option<Reference> {
        // SAFETY: nobody has a mutable reference into an `Arc` that is shared.
        unsafe { share(this, this.as_bytes(), true) }
    }
}

macro_rules! from_text {
    ($([$($lifetimes:tt)*] $rust:ty = $convert:expr;)*) => {$(
        impl<$($lifetimes)*> FromWire<'a> for $rust {
            #[inline]
            fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
                payload.text(slot.offset).map($convert)
            }
        }
    )*};
}
from_text! {
    ['a: 'v, 'v] &'v str = |text| text;
    ['a] String = str::to_owned;
    ['a] Box<str> = Into::into;
    ['a] Arc<str> = Into::into;
    ['a: 'v, 'v] Cow<'v, str> = Cow::Borrowed;
}
