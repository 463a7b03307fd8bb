//! Which Rust types can be fields, and what they are on the wire.

mod address;
mod list;
mod map;
mod number;
mod option;
mod pointer;
mod shared;
mod stable;
mod text;
mod time;
mod tuple;
mod with;

use std::sync::Arc;

pub use shared::Shared;
pub use stable::Stable;
pub use with::{Each, FromWireWith, ValueWith, With};

use super::{Lowered, Type};
use crate::ring::reference::Reference;

/// A type that can be a field of an event.
///
/// Derive it for structs, C-like enums and newtypes. For other types, write what they travel as:
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
///
/// Where both the type and the event are of others, see [`ValueWith`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of an event",
    label = "not a value that can travel",
    note = "fields can be: bool, integers of up to 64 bits, floats, text (`&str`, `String`), bytes (`&[u8]`, `Vec<u8>`, `[u8; N]`, `Arc<[u8]>`, and `bytes::Bytes` with the feature `bytes`), `Duration`, `SystemTime`, IP and socket addresses, `Option`, lists (slices, arrays, `Vec`, sets), maps and tuples of these, and structs, C-like enums and newtypes with `#[derive(Value)]`",
    note = "for a type of yours, add `#[derive(Value)]`; for another crate's, say what it travels as with `#[value(with = ..)]`"
)]
pub trait Value {
    /// The type on the wire.
    const TYPE: Type;

    /// The form in which it is copied.
    type Lowered<'v>: Lowered
    where
        Self: 'v;

    /// Gets at the value. Runs before anything is written to a ring, and only when somebody listens.
    ///
    /// For elements of lists it runs twice: to measure them, and when the list is written. Then, tracepoints
    /// that it fires are lost (and counted as nested), and if the lengths differ, so is the event.
    fn lower(&self) -> Self::Lowered<'_>;

    /// The type in a list, or in an `Option`.
    #[doc(hidden)]
    const ELEMENT: Type = Self::TYPE;

    /// Whether `lower` is code of ours, and always gives the same.
    #[doc(hidden)]
    const STABLE: Stable<Self> = Stable::NO;

    /// As `lower`, but with nothing that is handed over by reference.
    #[doc(hidden)]
    #[inline(always)]
    fn lower_copied(&self) -> Self::Lowered<'_> {
        self.lower()
    }

    /// The elements of a list as they travel, if they lie in memory like that.
    #[doc(hidden)]
    #[inline(always)]
    fn plain(_: &[Self]) -> Option<&[u8]>
    where
        Self: Sized,
    {
        None
    }

    /// A reference to the bytes of a value in an `Arc`, if they are to travel by reference.
    #[doc(hidden)]
    #[inline(always)]
    fn share(_: &Arc<Self>) -> Option<Reference> {
        None
    }

    /// The same for many.
    #[doc(hidden)]
    #[inline(always)]
    fn share_slice(_: &Arc<[Self]>) -> Option<Reference>
    where
        Self: Sized,
    {
        None
    }

    /// The same for many in a `Vec`.
    #[doc(hidden)]
    #[inline(always)]
    fn share_vec(_: &Arc<Vec<Self>>) -> Option<Reference>
    where
        Self: Sized,
    {
        None
    }
}
