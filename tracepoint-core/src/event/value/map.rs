//! Maps, which travel as lists of pairs.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use super::{Stable, Value};
use crate::event::{
    DecodeError, ElementSize, Field, FieldsFromWire, FromWire, List, Nested, Placed, Sequence, Slot, Struct,
    StructReader, StructType, Type, weigh,
};

/// A key and what it leads to.
#[doc(hidden)]
#[derive(Debug)]
pub struct Entry<K, V>(PhantomData<(K, V)>);

// SAFETY: these fields, in this order.
unsafe impl<K: Value, V: Value> Struct for Entry<K, V> {
    const STRUCT: StructType = StructType::generic(
        "Entry",
        &const { [K::TYPE, V::TYPE] },
        "",
        module_path!(),
        &const { Placed::new([Field::of::<K>("key", ""), Field::of::<V>("value", "")]) },
    );
    type Fields<'v>
        = (K::Lowered<'v>, (V::Lowered<'v>, ()))
    where
        Self: 'v;
}

impl<K: Value, V: Value> Entry<K, V> {
    const TYPE: Type = Type::Struct(&<Self as Struct>::STRUCT);
    const LIST: Type = Type::List(&Self::TYPE);
    const STABLE: bool = K::STABLE.holds() && V::STABLE.holds();
}

impl<'a, K: FromWire<'a> + Value, V: FromWire<'a> + Value> Entry<K, V> {
    /// All entries of a list.
    fn read<M: FromIterator<(K, V)>>(slot: Slot, payload: StructReader<'a>) -> Result<M, DecodeError> {
        let list = payload.list(slot.offset, ElementSize::Struct)?;
        weigh::list(const { &Self::TYPE }, &list)?;
        let entries = (0..list.len() as u32).map(|at| {
            let fields = const { <Self as Struct>::STRUCT.fields };
            let (key, (value, ())) = FieldsFromWire::read(fields, list.elements().structure(at)?)?;
            Ok((key, value))
        });
        entries.collect()
    }
}

macro_rules! maps {
    ($([$($generics:tt)*] $rust:ty, [$($reading:tt)*];)*) => {$(
        // SAFETY: its order is that of its iterator, which only a mutable borrow could change.
        unsafe impl<K: Value, V: Value, $($generics)*> Sequence for $rust {
            type Lowered<'v>
                = Nested<'v, Entry<K, V>>
            where
                Self: 'v;
            const STABLE: bool = Entry::<K, V>::STABLE;

            #[inline]
            fn len(&self) -> usize {
                self.len()
            }

            #[inline]
            fn lowered(&self) -> impl Iterator<Item = Nested<'_, Entry<K, V>>> {
                self.iter().map(|(key, value)| Nested::new((key.lower_copied(), (value.lower_copied(), ()))))
            }
        }

        impl<K: Value, V: Value, $($generics)*> Value for $rust {
            const TYPE: Type = Entry::<K, V>::LIST;
            const STABLE: Stable<Self> = Stable::when(Entry::<K, V>::STABLE);
            type Lowered<'v>
                = List<'v, $rust>
            where
                Self: 'v;
            #[inline]
            fn lower(&self) -> List<'_, $rust> {
                List(self)
            }
        }

        impl<'a, K: FromWire<'a> + Value + $($reading)*> FromWire<'a> for $rust
        where
            V: FromWire<'a> + Value,
        {
            fn from_wire(slot: Slot, payload: StructReader<'a>) -> Result<Self, DecodeError> {
                Entry::read(slot, payload)
            }
        }
    )*};
}
maps! {
    [] BTreeMap<K, V>, [Ord, V];
    [H] HashMap<K, V, H>, [Eq + Hash, V, H: BuildHasher + Default];
}
