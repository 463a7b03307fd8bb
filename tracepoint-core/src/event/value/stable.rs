//! The promise that a value is lowered without code of the user.

/// Whether a type is always lowered to the same, by code of ours.
///
/// A list is lowered twice, element by element, and the second time a record is being written: without the
/// promise, that is guarded.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Stable(bool);

impl Stable {
    /// Nobody promised anything.
    pub const NO: Self = Stable(false);

    /// The promise.
    ///
    /// # Safety
    ///
    /// While it is borrowed, a value of the type is always lowered to the same.
    pub const unsafe fn promise() -> Self {
        Stable(true)
    }

    /// What holds for a type that is lowered by lowering values of these.
    pub const fn all<const N: usize>(of: [Self; N]) -> Self {
        let (mut all, mut i) = (true, 0);
        while i < N {
            all &= of[i].0;
            i += 1;
        }
        Stable(all)
    }

    #[inline(always)]
    pub(crate) const fn holds(self) -> bool {
        self.0
    }
}
