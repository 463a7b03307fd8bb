//! What a thread has of its own: its ring, made at its first enabled hit.

use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering, compiler_fence};

use crate::loss::Cause;
use crate::ring::{Producer, Ring};
use crate::world::{self, World};

/// A thread that fired events.
///
/// ```
/// use tracepoint_core::ThreadInfo;
/// let info = ThreadInfo { id: 1, os_id: 4711, name: "msghand".into() };
/// assert_eq!(info.name, "msghand");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadInfo {
    /// As in the events. Counted up from 1; never used again within a process.
    pub id: u32,
    /// The system's number for it, or 0 where there is none.
    pub os_id: u64,
    /// The name of the thread, or nothing.
    pub name: String,
}

/// The side of a ring that belongs to its thread.
pub(crate) struct Local {
    /// Set while a record is written, so that a signal handler or allocator that fires a tracepoint in
    /// between finds out.
    busy: AtomicBool,
    id: u32,
    /// Initialised, except in [`UNAVAILABLE`].
    state: UnsafeCell<MaybeUninit<State>>,
}

pub(crate) struct State {
    pub(crate) producer: Producer<'static>,
    /// Counts the events of this thread, lost ones too.
    pub(crate) number: u32,
}

/// A new ring, on its way to the drain.
pub(crate) struct NewRing {
    pub(crate) ring: Arc<Ring>,
    pub(crate) thread: ThreadInfo,
}

static LAST_ID: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// Null before the first event, [`UNAVAILABLE`] while the ring is made and after it is gone. Without
    /// a destructor, so that it can be read at any time in the life of a thread.
    static LOCAL: Cell<*const Local> = const { Cell::new(ptr::null()) };
    /// Whether [`UNAVAILABLE`] means "gone".
    static GONE: Cell<bool> = const { Cell::new(false) };
    /// Its destructor gives the ring up.
    static OWNER: Cell<Option<Owner>> = const { Cell::new(None) };
}

static UNAVAILABLE: Local =
    Local { busy: AtomicBool::new(true), id: 0, state: UnsafeCell::new(MaybeUninit::uninit()) };

// SAFETY: only `UNAVAILABLE` is shared, and it is never written: it is always busy.
unsafe impl Sync for Local {}

/// Runs `write` with the ring of this thread, unless the thread is in the middle of that already.
#[inline(always)]
pub(crate) fn with<R>(write: impl FnOnce(&mut State) -> R) -> Result<R, Cause> {
    let mut local = LOCAL.get();
    if local.is_null() {
        local = first_hit();
    }
    // SAFETY: the static, or the thread's own box, which lives until `Owner` is dropped; that replaces
    // the pointer first.
    let local = unsafe { &*local };
    if local.busy.load(Ordering::Relaxed) {
        return Err(unavailable());
    }
    local.busy.store(true, Ordering::Relaxed);
    // The flag is only for code that interrupts this thread: no fence for the CPU is needed.
    compiler_fence(Ordering::SeqCst);
    // SAFETY: `UNAVAILABLE` is always busy, so this is initialised; `busy` makes it the only reference.
    let result = write(unsafe { (*local.state.get()).assume_init_mut() });
    compiler_fence(Ordering::SeqCst);
    local.busy.store(false, Ordering::Relaxed);
    Ok(result)
}

/// As [`with`], for a `write` that runs code of the user, and so may panic.
#[inline]
pub(crate) fn with_user_code<R>(write: impl FnOnce(&mut State) -> R) -> Result<R, Cause> {
    /// Makes the thread available again.
    struct Busy(*const Local);
    impl Drop for Busy {
        fn drop(&mut self) {
            if std::thread::panicking() {
                // SAFETY: as in `with`; the thread is in it.
                unsafe { &*self.0 }.busy.store(false, Ordering::Relaxed);
            }
        }
    }
    with(|state| {
        let _busy = Busy(LOCAL.get());
        write(state)
    })
}

#[cold]
fn unavailable() -> Cause {
    if GONE.get() { Cause::ThreadGone } else { Cause::Nested }
}

/// The id of the calling thread as events carry it; `None` if it has fired none yet.
///
/// ```
/// // Nobody listens, so nothing was fired.
/// assert_eq!(tracepoint_core::current_thread(), None);
/// ```
pub fn current_thread() -> Option<u32> {
    // SAFETY: as in `with`.
    unsafe { LOCAL.get().as_ref() }.map(|local| local.id).filter(|id| *id != 0)
}

/// Gives the ring up when the thread ends.
struct Owner {
    local: *mut Local,
    world: &'static World,
}

impl Drop for Owner {
    fn drop(&mut self) {
        GONE.set(true);
        LOCAL.set(&raw const UNAVAILABLE);
        // SAFETY: made by `first_hit`; nobody else has the pointers now.
        unsafe {
            Box::from_raw(self.local).state.get_mut().assume_init_drop();
        }
        self.world.rings.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Makes the ring of this thread. The only part of a probe that allocates; once for each thread.
#[cold]
#[inline(never)]
fn first_hit() -> *const Local {
    // Should making it fire tracepoints (an allocator may), they find the thread unavailable.
    LOCAL.set(&raw const UNAVAILABLE);
    let Some((world, shared)) = world::get().and_then(|world| Some((world, world.pool.get()?))) else {
        LOCAL.set(ptr::null());
        return &raw const UNAVAILABLE;
    };
    // A thread may fire its first event when its destructors run already: then it gets no ring.
    if OWNER.try_with(|_| ()).is_err() {
        GONE.set(true);
        return &raw const UNAVAILABLE;
    }
    let ring = Arc::new(Ring::new());
    let id = LAST_ID.fetch_add(1, Ordering::Relaxed) + 1;
    let producer = Producer::new(ring.clone(), &shared.pool, shared.thread_chunks);
    let state = UnsafeCell::new(MaybeUninit::new(State { producer, number: 0 }));
    let local = Box::into_raw(Box::new(Local { busy: AtomicBool::new(false), id, state }));
    world.rings.fetch_add(1, Ordering::Relaxed);
    // The owner from before a fork is left behind, with all that it owns.
    std::mem::forget(OWNER.replace(Some(Owner { local, world })));
    world.new_rings.push(NewRing { ring, thread: describe(id) });
    LOCAL.set(local);
    local
}

/// Forgets the ring of this thread, as it belongs to a world that was left.
#[cfg(all(unix, not(miri)))]
pub(crate) fn leave() {
    LOCAL.set(ptr::null());
}

fn describe(id: u32) -> ThreadInfo {
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    ThreadInfo { id, os_id: os_id(), name }
}

/// The system's number for the calling thread.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn os_id() -> u64 {
    // SAFETY: cannot fail.
    (unsafe { libc::gettid() }) as u64
}

#[cfg(target_vendor = "apple")]
fn os_id() -> u64 {
    let mut id = 0;
    // SAFETY: null means the calling thread.
    unsafe { libc::pthread_threadid_np(0, &mut id) };
    id
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn os_id() -> u64 {
    0
}
