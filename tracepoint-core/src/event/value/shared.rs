//! Values whose bytes are handed over by reference count: the calling thread gives the drain a reference
//! to them, where it copies others.

use std::sync::Arc;

use super::{Stable, Value};
use crate::event::encode::{Form, Lowered, Referred, Sealed, Section, Tail};
use crate::event::{ElementSize, Slot, StructLayout, Type};
use crate::filter::Seen;
use crate::ring::reference::Reference;

/// The least bytes that are worth a reference; fewer are copied.
///
/// Measured, a reference costs the calling thread 45 ns however much it refers to, and the drain as much
/// again, as both count in memory that the other one wrote last. A copy costs 45 ns at 1 KiB, 70 ns at 2 KiB,
/// and 140 ns at 4 KiB.
const LEAST: usize = 2048;

/// A lowered text, or lowered bytes, or a reference to them.
#[derive(Debug)]
pub struct Shared<L>(Source<L>);

enum Source<L> {
    Copied(L),
    Referred(Reference),
}

impl<L: Lowered> Shared<L> {
    /// `copied` is what travels if there is no reference.
    #[inline(always)]
    fn new(reference: Option<Reference>, copied: impl FnOnce() -> L) -> Self {
        match reference {
            Some(reference) if const { L::FORM.is_bytes() } => Shared(Source::Referred(reference)),
            _ => Shared(Source::Copied(copied())),
        }
    }
}

impl<L> std::fmt::Debug for Source<L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Source::Copied(_) => "Copied",
            Source::Referred(_) => "Referred",
        })
    }
}

impl<L: Lowered> Sealed for Shared<L> {}
// SAFETY: as the value that is copied, or one pointer and the words of the reference.
unsafe impl<L: Lowered> Lowered for Shared<L> {
    const FORM: Form = L::FORM;
    const REFERENCES: usize = L::FORM.is_bytes() as usize;
    const STABLE: bool = L::STABLE;
    const STRUCT: StructLayout = L::STRUCT;

    #[inline(always)]
    fn tail_words(&self) -> usize {
        match &self.0 {
            Source::Copied(value) => value.tail_words(),
            Source::Referred(reference) => reference.words(),
        }
    }

    #[inline(always)]
    fn referred(&self) -> Referred {
        match &self.0 {
            Source::Copied(_) => Referred::NOTHING,
            Source::Referred(reference) => {
                Referred { count: 1, words: reference.words(), bytes: reference.bytes().len() }
            }
        }
    }

    #[inline(always)]
    unsafe fn head(&self, slot: Slot, section: &mut Section) {
        // SAFETY: by the caller; a reference has the place of a pointer, as `new` looks at the form.
        unsafe {
            match &self.0 {
                Source::Copied(value) => value.head(slot, section),
                Source::Referred(reference) => {
                    section.point_to_list(slot, ElementSize::Byte, reference.count(), reference.words())
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn body<T: Tail>(self, tail: &mut T) {
        // SAFETY: by the caller.
        unsafe {
            match self.0 {
                Source::Copied(value) => value.body(tail),
                Source::Referred(reference) => tail.refer(reference),
            }
        }
    }

    #[inline]
    fn look(&self, path: &[u8]) -> Seen<'_> {
        match &self.0 {
            Source::Copied(value) => value.look(path),
            Source::Referred(reference) => Seen::Bytes(reference.bytes()),
        }
    }

    #[inline]
    fn tail_words_of_struct(&self) -> usize {
        match &self.0 {
            Source::Copied(value) => value.tail_words_of_struct(),
            Source::Referred(_) => 0,
        }
    }

    #[inline]
    unsafe fn head_of_struct(&self, section: &mut Section) {
        if let Source::Copied(value) = &self.0 {
            // SAFETY: by the caller.
            unsafe { value.head_of_struct(section) }
        }
    }

    #[inline]
    unsafe fn body_of_struct<T: Tail>(self, tail: &mut T) {
        if let Source::Copied(value) = self.0 {
            // SAFETY: by the caller.
            unsafe { value.body_of_struct(tail) }
        }
    }
}

/// What lies in an `Arc` travels as it does elsewhere; its bytes by reference, if they are many.
impl<T: Value + ?Sized> Value for Arc<T> {
    const TYPE: Type = T::TYPE;
    const ELEMENT: Type = T::ELEMENT;
    const STABLE: Stable<Self> = Stable::when(T::STABLE.holds());
    type Lowered<'v>
        = Shared<T::Lowered<'v>>
    where
        Self: 'v;
    #[inline(always)]
    fn lower(&self) -> Self::Lowered<'_> {
        Shared::new(T::share(self), || T::lower(self))
    }
    #[inline(always)]
    fn lower_copied(&self) -> Self::Lowered<'_> {
        Shared::new(None, || T::lower_copied(self))
    }
}

/// Shares bytes that lie in an `Arc`.
///
/// # Safety
///
/// `bytes` belong to `arc`: they stay where they are and as they are while it is shared.
#[inline(always)]
pub(super) unsafe fn share<T>(arc: &Arc<T>, bytes: &[u8], is_text: bool) -> Option<Reference>
where
    T: ?Sized + Send + Sync + 'static,
{
    // SAFETY: by the caller; the clone shares.
    (bytes.len() >= LEAST).then(|| unsafe { Reference::new(arc.clone(), bytes, is_text) })
}

#[cfg(feature = "bytes")]
impl Value for bytes::Bytes {
    const TYPE: Type = Type::Data;
    // SAFETY: of bytes that never change.
    const STABLE: Stable<Self> = unsafe { Stable::promise() };
    type Lowered<'v> = Shared<&'v [u8]>;
    #[inline(always)]
    fn lower(&self) -> Shared<&[u8]> {
        // SAFETY: the bytes of a `Bytes` are immutable, and lie outside of it.
        let share = || unsafe { Reference::new(self.clone(), &raw const **self, false) };
        Shared::new((self.len() >= LEAST).then(share), || self.as_ref())
    }
    #[inline(always)]
    fn lower_copied(&self) -> Shared<&[u8]> {
        Shared::new(None, || self.as_ref())
    }
}
