//! Values whose bytes are handed over by reference count: the calling thread gives the drain a reference
//! to them, where it copies others.

use std::sync::Arc;

use super::encode::{Form, Lowered, Referred, Sealed, Tail, Writer};
use super::{Slot, Value};
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
            Some(reference) if matches!(L::FORM, Form::Text | Form::Bytes) => {
                Shared(Source::Referred(reference))
            }
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
    const REFERENCES: usize = matches!(L::FORM, Form::Text | Form::Bytes) as usize;

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
    unsafe fn put<T: Tail>(self, slot: Slot, writer: &mut Writer<T>) {
        // SAFETY: by the caller; a reference has the place of a pointer, as `new` looks at the form.
        unsafe {
            match self.0 {
                Source::Copied(value) => value.put(slot, writer),
                Source::Referred(reference) => writer.refer(slot, reference),
            }
        }
    }
}

/// What lies in an `Arc` travels as it does elsewhere; its bytes by reference, if they are many.
impl<T: Value + ?Sized> Value for Arc<T> {
    const TYPE: super::Type = T::TYPE;
    type Lowered<'v>
        = Shared<T::Lowered<'v>>
    where
        Self: 'v;
    #[inline(always)]
    fn lower(&self) -> Self::Lowered<'_> {
        Shared::new(T::share(self), || T::lower(self))
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
    const TYPE: super::Type = super::Type::Data;
    type Lowered<'v> = Shared<&'v [u8]>;
    #[inline(always)]
    fn lower(&self) -> Shared<&[u8]> {
        // SAFETY: the bytes of a `Bytes` are immutable, and lie outside of it.
        let share = || unsafe { Reference::new(self.clone(), &raw const **self, false) };
        Shared::new((self.len() >= LEAST).then(share), || self.as_ref())
    }
}
