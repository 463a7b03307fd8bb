//! Which Rust types can be fields, and what they are on the wire.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use super::{Lowered, Type, shared};
use crate::ring::reference::Reference;

/// A type that can be a field of an event.
///
/// Derive it for C-like enums and for newtypes. For other types, write what they travel as:
///
/// ```
/// use tracepoints::{Type, Value};
///
/// struct Txid { bytes: [u8; 32] }
///
/// impl Value for Txid {
///     const TYPE: Type = Type::Data;
///     type Lowered<'v> = &'v [u8];
///     fn lower(&self) -> &[u8] { &self.bytes }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of an event",
    label = "not a value that can travel",
    note = "fields can be: bool, integers of up to 64 bits, floats, text (`&str`, `String`), bytes (`&[u8]`, `Vec<u8>`, `[u8; N]`, `Arc<[u8]>`, and `bytes::Bytes` with the feature `bytes`), and enums and newtypes with `#[derive(Value)]`",
    note = "for a type of yours, add `#[derive(Value)]`; for another crate's, wrap it in a newtype and implement `Value` for that"
)]
pub trait Value {
    /// The type on the wire.
    const TYPE: Type;

    /// The form in which it is copied.
    type Lowered<'v>: Lowered
    where
        Self: 'v;

    /// Gets at the value. Runs before anything is reserved in a ring, and only when somebody listens.
    fn lower(&self) -> Self::Lowered<'_>;

    /// A reference to the bytes of a value in an `Arc`, if they are to travel by reference.
    #[doc(hidden)]
    #[inline(always)]
    fn share(_: &Arc<Self>) -> Option<Reference> {
        None
    }
}

macro_rules! plain {
    ($($rust:ty => $wire:ident),* $(,)?) => {$(
        impl Value for $rust {
            const TYPE: Type = Type::$wire;
            type Lowered<'v> = $rust;
            #[inline(always)]
            fn lower(&self) -> $rust {
                *self
            }
        }
    )*};
}
plain! {
    bool => Bool,
    i8 => Int8, i16 => Int16, i32 => Int32, i64 => Int64,
    u8 => UInt8, u16 => UInt16, u32 => UInt32, u64 => UInt64,
    f32 => Float32, f64 => Float64,
}

macro_rules! wide {
    ($($rust:ty => $wire:ident $lowered:ty),* $(,)?) => {$(
        impl Value for $rust {
            const TYPE: Type = Type::$wire;
            type Lowered<'v> = $lowered;
            #[inline(always)]
            fn lower(&self) -> $lowered {
                *self as $lowered
            }
        }
    )*};
}
// 64 bits on every platform, so that a recording of one can be read on another.
wide! { usize => UInt64 u64, isize => Int64 i64 }

impl Value for str {
    const TYPE: Type = Type::Text;
    type Lowered<'v> = &'v str;
    #[inline(always)]
    fn lower(&self) -> &str {
        self
    }
    #[inline(always)]
    fn share(this: &Arc<Self>) -> Option<Reference> {
        // SAFETY: nobody has a mutable reference into an `Arc` that is shared.
        unsafe { shared::share(this, this.as_bytes(), true) }
    }
}

impl Value for [u8] {
    const TYPE: Type = Type::Data;
    type Lowered<'v> = &'v [u8];
    #[inline(always)]
    fn lower(&self) -> &[u8] {
        self
    }
    #[inline(always)]
    fn share(this: &Arc<Self>) -> Option<Reference> {
        // SAFETY: nobody has a mutable reference into an `Arc` that is shared.
        unsafe { shared::share(this, this, false) }
    }
}

impl<const N: usize> Value for [u8; N] {
    const TYPE: Type = Type::Data;
    type Lowered<'v> = &'v [u8];
    #[inline(always)]
    fn lower(&self) -> &[u8] {
        self
    }
}

impl Value for String {
    const TYPE: Type = Type::Text;
    type Lowered<'v> = &'v str;
    #[inline(always)]
    fn lower(&self) -> &str {
        self
    }
    #[inline(always)]
    fn share(this: &Arc<Self>) -> Option<Reference> {
        // SAFETY: nobody has a mutable reference into an `Arc` that is shared.
        unsafe { shared::share(this, this.as_bytes(), true) }
    }
}

impl Value for Vec<u8> {
    const TYPE: Type = Type::Data;
    type Lowered<'v> = &'v [u8];
    #[inline(always)]
    fn lower(&self) -> &[u8] {
        self
    }
    #[inline(always)]
    fn share(this: &Arc<Self>) -> Option<Reference> {
        // SAFETY: nobody has a mutable reference into an `Arc` that is shared.
        unsafe { shared::share(this, this, false) }
    }
}

macro_rules! through {
    ($($pointer:ty),*) => {$(
        impl<T: Value + ?Sized> Value for $pointer {
            const TYPE: Type = T::TYPE;
            type Lowered<'v> = T::Lowered<'v> where Self: 'v;
            #[inline(always)]
            fn lower(&self) -> T::Lowered<'_> {
                T::lower(self)
            }
        }
    )*};
}
through!(&T, &mut T, Box<T>, Rc<T>);

impl<T: Value + ToOwned + ?Sized> Value for Cow<'_, T> {
    const TYPE: Type = T::TYPE;
    type Lowered<'v>
        = T::Lowered<'v>
    where
        Self: 'v;
    #[inline(always)]
    fn lower(&self) -> T::Lowered<'_> {
        T::lower(self)
    }
}
