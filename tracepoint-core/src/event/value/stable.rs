//! The promise that a value is lowered without code of the user.

use std::marker::PhantomData;

/// Whether `T` is always lowered to the same, by code of ours.
///
/// An event that is so is lowered twice: to measure it, and when its record is written, without another look at its
/// length. So are the elements of lists. Without the promise, that is guarded.
///
/// It is about one type, so that nobody can use that of another one.
#[doc(hidden)]
#[derive(Debug)]
pub struct Stable<T: ?Sized>(bool, PhantomData<fn(&T)>);

impl<T: ?Sized> Stable<T> {
    /// Nobody promised anything.
    pub const NO: Self = Self::when(false);

    /// The promise.
    ///
    /// # Safety
    ///
    /// While it is borrowed, a `T` is always lowered to the same.
    pub const unsafe fn promise() -> Self {
        Self::when(true)
    }

    /// The promise, if these hold that it depends on.
    ///
    /// # Safety
    ///
    /// As for [`promise`](Self::promise), if they do.
    pub const unsafe fn promise_if(holds: bool) -> Self {
        Self::when(holds)
    }

    /// What we know of our own types: the promise, if those hold of the values that such a one consists of.
    pub(super) const fn when(holds: bool) -> Self {
        Stable(holds, PhantomData)
    }

    /// Whether it was promised.
    #[inline(always)]
    pub const fn holds(self) -> bool {
        self.0
    }
}

impl<T: ?Sized> Clone for Stable<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Stable<T> {}
