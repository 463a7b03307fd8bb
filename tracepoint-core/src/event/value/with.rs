//! Types of other crates.

use std::marker::PhantomData;

use crate::event::{
    DecodeError, ElementSize, FromWire, List, ListReader, Lowered, Optional, Sequence, Slot, StructReader,
    Type, weigh,
};

/// What a type of another crate travels as, for fields with `#[value(with = ..)]`.
///
/// It is implemented for a type of yours, which stands for the conversion.
///
/// ```
/// # mod bitcoin { pub struct Txid(pub [u8; 32]); }
/// use tracepoints::{Event, Type, ValueWith};
///
/// struct TxidBytes;
///
/// impl ValueWith<bitcoin::Txid> for TxidBytes {
///     const TYPE: Type = Type::Data;
///     type Lowered<'v> = &'v [u8];
///     fn lower(txid: &bitcoin::Txid) -> &[u8] { &txid.0 }
/// }
///
/// #[derive(Event)]
/// #[event(provider = "mempool")]
/// struct Replaced {
///     #[value(with = TxidBytes)]
///     txid: bitcoin::Txid,
///     #[value(with = tracepoints::Each<TxidBytes>)]
///     conflicts: Vec<bitcoin::Txid>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what `{T}` travels as",
    note = "implement `ValueWith<{T}>` for it; for lists and options of a type that it knows, use `Each<{Self}>`"
)]
pub trait ValueWith<T: ?Sized>: 'static {
    /// The type on the wire.
    const TYPE: Type;

    /// The form in which it is copied.
    type Lowered<'v>: Lowered
    where
        T: 'v;

    /// Gets at the value; see [`Value::lower`](super::Value::lower).
    fn lower(value: &T) -> Self::Lowered<'_>;
}

/// How a type of another crate is read back, for fields with `#[value(with = ..)]`.
///
/// ```
/// # mod bitcoin { pub struct Txid(pub [u8; 32]); }
/// use tracepoints::{DecodeError, FromWire, FromWireWith, Slot, StructReader};
///
/// struct TxidBytes;
///
/// impl<'a> FromWireWith<'a, bitcoin::Txid> for TxidBytes {
///     fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<bitcoin::Txid, DecodeError> {
///         <[u8; 32]>::from_wire(slot, payload).map(bitcoin::Txid)
///     }
/// }
/// ```
pub trait FromWireWith<'a, T> {
    /// Reads the value at `slot`.
    ///
    /// # Errors
    ///
    /// The bytes are damaged, or the value does not fit the type.
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<T, DecodeError>;
}

/// A field that is read back by another type.
#[doc(hidden)]
#[derive(Debug)]
pub struct With<A, T>(pub T, PhantomData<fn() -> A>);

impl<'a, A: FromWireWith<'a, T>, T> FromWire<'a> for With<A, T> {
    #[inline]
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
        A::from_wire(slot, payload).map(|value| With(value, PhantomData))
    }
}

/// Converts each element of a slice, an array or a `Vec`, and what an `Option` may hold, as `A` does.
#[derive(Debug)]
pub struct Each<A>(PhantomData<fn() -> A>);

/// A slice whose elements `A` converts.
#[doc(hidden)]
#[derive(Debug)]
#[repr(transparent)]
pub struct Converted<A, T>(PhantomData<fn() -> A>, [T]);

impl<A, T> Converted<A, T> {
    #[inline(always)]
    fn of(slice: &[T]) -> &Self {
        // SAFETY: a slice and nothing else, as it is transparent.
        unsafe { &*(slice as *const [T] as *const Self) }
    }
}

// SAFETY: a slice has its elements in order.
unsafe impl<A: ValueWith<T>, T> Sequence for Converted<A, T> {
    type Lowered<'v>
        = A::Lowered<'v>
    where
        Self: 'v;
    const STABLE: bool = false;

    #[inline(always)]
    fn len(&self) -> usize {
        self.1.len()
    }

    #[inline(always)]
    fn lowered(&self) -> impl Iterator<Item = A::Lowered<'_>> {
        self.1.iter().map(|element| A::lower(element))
    }
}

/// The type of a list of these.
const fn list_of<A: ValueWith<T>, T>() -> Type {
    match A::TYPE {
        Type::UInt8 => Type::Data,
        Type::Option(_) => panic!("a list of what may be missing: use a type with `#[derive(Value)]`"),
        _ => Type::List(&A::TYPE),
    }
}

macro_rules! lists {
    ($([$($generics:tt)*] $rust:ty;)*) => {$(
        impl<A: ValueWith<T>, T $($generics)*> ValueWith<$rust> for Each<A> {
            const TYPE: Type = list_of::<A, T>();
            type Lowered<'v>
                = List<'v, Converted<A, T>>
            where
                $rust: 'v;
            #[inline(always)]
            fn lower(value: &$rust) -> Self::Lowered<'_> {
                List(Converted::of(value))
            }
        }
    )*};
}
lists! {
    [] [T];
    [] Vec<T>;
    [, const N: usize] [T; N];
}

impl<A: ValueWith<T>, T> ValueWith<Option<T>> for Each<A> {
    const TYPE: Type = match A::TYPE {
        Type::Option(_) => panic!("an option of what may be missing: use a type with `#[derive(Value)]`"),
        _ => Type::Option(&A::TYPE),
    };
    type Lowered<'v>
        = Optional<A::Lowered<'v>>
    where
        T: 'v;
    #[inline(always)]
    fn lower(value: &Option<T>) -> Self::Lowered<'_> {
        Optional(value.as_ref().map(|value| A::lower(value)))
    }
}

impl<A> Each<A> {
    /// The list at a slot, once it is known that it can be read.
    fn list<'a, T>(slot: Slot, payload: StructReader<'a>) -> Result<ListReader<'a>, DecodeError>
    where
        A: ValueWith<T>,
    {
        let list = payload.list(slot.offset, const { ElementSize::of(&A::TYPE) })?;
        weigh::list(const { &A::TYPE }, &list)?;
        Ok(list)
    }
}

impl<'a, A: FromWireWith<'a, T> + ValueWith<T>, T> FromWireWith<'a, Vec<T>> for Each<A> {
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Vec<T>, DecodeError> {
        let list = Self::list::<T>(slot, payload)?;
        (0..list.len() as u32).map(|at| A::from_wire(Slot::at(at), list.elements())).collect()
    }
}

impl<'a, A: FromWireWith<'a, T> + ValueWith<T>, T, const N: usize> FromWireWith<'a, [T; N]> for Each<A> {
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<[T; N], DecodeError> {
        let elements: Vec<T> = Self::from_wire(slot, payload)?;
        elements.try_into().map_err(|_| DecodeError::WrongLength)
    }
}

impl<'a, A: FromWireWith<'a, T> + ValueWith<T>, T> FromWireWith<'a, Option<T>> for Each<A> {
    fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Option<T>, DecodeError> {
        match payload.u16(slot.tag) {
            0 => Ok(None),
            1 => A::from_wire(Slot::at(slot.offset), payload).map(Some),
            unknown => Err(DecodeError::UnknownVariant(unknown)),
        }
    }
}
