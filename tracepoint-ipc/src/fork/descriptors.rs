//! The descriptors that a child must not keep.

use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering};

/// A descriptor that a forked child must not keep. To be dropped before the descriptor is closed.
pub(crate) struct Ours(&'static AtomicI32);

impl Ours {
    pub(crate) fn new(descriptor: &impl AsFd) -> Self {
        prepare();
        Self(ALL.put(descriptor.as_fd().as_raw_fd()))
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        self.0.store(NONE, Ordering::Release);
    }
}

/// All descriptors that are ours; as long as there ever were at a time.
static ALL: Block = Block::new();

const NONE: RawFd = -1;
const SLOTS: usize = 64;

struct Block {
    slots: [AtomicI32; SLOTS],
    /// Made when it is needed, and never freed.
    next: AtomicPtr<Block>,
}

impl Block {
    const fn new() -> Self {
        Self { slots: [const { AtomicI32::new(NONE) }; SLOTS], next: AtomicPtr::new(ptr::null_mut()) }
    }

    fn put(&'static self, descriptor: RawFd) -> &'static AtomicI32 {
        let mut block = self;
        loop {
            let is_free = |slot: &&AtomicI32| {
                slot.compare_exchange(NONE, descriptor, Ordering::AcqRel, Ordering::Relaxed).is_ok()
            };
            match block.slots.iter().find(is_free) {
                Some(slot) => return slot,
                None => block = block.next().unwrap_or_else(|| block.grow()),
            }
        }
    }

    fn next(&self) -> Option<&'static Self> {
        // SAFETY: null, or made by `grow` and never freed.
        unsafe { self.next.load(Ordering::Acquire).as_ref() }
    }

    fn grow(&self) -> &'static Self {
        let made = Box::into_raw(Box::new(Self::new()));
        match self.next.compare_exchange(ptr::null_mut(), made, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: never freed.
            Ok(_) => unsafe { &*made },
            Err(other) => {
                // SAFETY: ours, and nobody saw it.
                drop(unsafe { Box::from_raw(made) });
                // SAFETY: as in `next`.
                unsafe { &*other }
            }
        }
    }

    fn each(&'static self) -> impl Iterator<Item = RawFd> {
        let blocks = std::iter::successors(Some(self), |block| block.next());
        let slots = blocks.flat_map(|block| &block.slots);
        slots.map(|slot| slot.load(Ordering::Acquire)).filter(|&descriptor| descriptor != NONE)
    }
}

/// Installs the handler, once.
pub(super) fn prepare() {
    static DONE: AtomicBool = AtomicBool::new(false);
    if !DONE.swap(true, Ordering::AcqRel) {
        // SAFETY: the handler is a function of this program, and does what a forked child may do. Where it cannot
        // be installed (no memory), forking works as in any program that has sockets and locks.
        let _ = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    }
}

/// Allocates nothing and takes no lock.
extern "C" fn in_child() {
    crate::socket::leave_claims();
    crate::exporter::leave_signals();
    // SAFETY: a new descriptor, closed below.
    let nowhere = unsafe { libc::socket(libc::AF_UNIX, libc::SOCK_STREAM, 0) };
    for descriptor in ALL.each() {
        // SAFETY: they are open, and their owners are ours: they do not rely on what they lead to. Without
        // `nowhere` (no descriptor is left) this fails, and the child keeps them.
        unsafe {
            libc::dup2(nowhere, descriptor);
            libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC);
        }
    }
    // SAFETY: nobody else has it.
    unsafe { libc::close(nowhere) };
}
