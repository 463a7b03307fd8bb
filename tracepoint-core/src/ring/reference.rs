//! A reference to bytes outside of the ring, as a record holds it in their place.
//!
//! ```text
//!  ┌──────────────────────────┐
//!  │  header, which says so    │
//!  ├──────────────────────────┤
//!  │  references, 8 words each│
//!  ├──────────────────────────┤
//!  │  payload without the     │
//!  │  bytes referred to ..    │
//! ```
//!
//! The pointers of the payload are those of the whole: the drain puts the bytes back to their places when it
//! copies the payload, so nobody behind it can tell the difference.
//!
//! A reference is moved, bit by bit: from the probe into the record, and from there to the drain, once, as
//! it consumes the record. What lies in the record before and after is memory without an owner: a record
//! that nobody consumes, as in a forked child, leaks it.

use std::mem::MaybeUninit;

/// Words of a reference in a record: one line of a cache.
pub(crate) const REFERENCE_WORDS: usize = size_of::<Reference>().div_ceil(8);

/// Bytes that a record refers to, and the owner that keeps them.
#[repr(C, align(8))]
pub struct Reference {
    /// Where the bytes belong, in words from the start of the payload.
    pub(crate) place: u32,
    /// How many references follow in the same record.
    pub(crate) behind: u16,
    /// Whether a NUL follows the bytes.
    is_text: bool,
    bytes: *const [u8],
    owner: Owner,
    /// Drops the owner.
    release: unsafe fn(&mut Owner),
}

/// Room for an `Arc`, or for a `Bytes`.
type Owner = MaybeUninit<[usize; 4]>;

// SAFETY: `new` takes only owners that can be sent and shared.
unsafe impl Send for Reference {}
// SAFETY: as above.
unsafe impl Sync for Reference {}

impl Reference {
    /// A reference to bytes, or to those of a text.
    ///
    /// # Safety
    ///
    /// As long as `owner` lives, wherever it is moved, the bytes stay where they are and as they are.
    #[inline(always)]
    pub(crate) unsafe fn new<O: Send + Sync + 'static>(owner: O, bytes: *const [u8], is_text: bool) -> Self {
        const {
            assert!(size_of::<O>() <= size_of::<Owner>() && align_of::<O>() <= align_of::<Owner>());
        }
        let mut place = Owner::uninit();
        // SAFETY: there is room, as the assertion says.
        unsafe { place.as_mut_ptr().cast::<O>().write(owner) };
        Reference { place: 0, behind: 0, is_text, bytes, owner: place, release: release::<O> }
    }

    /// The bytes, without a NUL.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: the owner lives as long as `self`.
        unsafe { &*self.bytes }
    }

    /// Bytes of the list on the wire: one more for a text.
    #[inline]
    pub(crate) fn count(&self) -> usize {
        self.bytes.len() + usize::from(self.is_text)
    }

    /// Words of the payload that it stands for.
    #[inline]
    pub(crate) fn words(&self) -> usize {
        self.count().div_ceil(8)
    }
}

/// # Safety
///
/// `owner` holds an `O`, which nobody uses again.
unsafe fn release<O>(owner: &mut Owner) {
    // SAFETY: by the caller.
    unsafe { owner.as_mut_ptr().cast::<O>().drop_in_place() }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // SAFETY: `release` is the one for this owner, who is not used again.
        unsafe { (self.release)(&mut self.owner) }
    }
}
