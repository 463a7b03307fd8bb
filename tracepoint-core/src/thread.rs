//! What a thread has of its own: its ring, made at its first enabled hit.

use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering, compiler_fence};

use crate::clock;
use crate::loss::Cause;
use crate::ring::place::{Place, Room};
use crate::ring::{Lost, Producer, Ring};
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
#[repr(C)]
pub(crate) struct Local {
    /// [`BUSY`] while a record is written, so that code that interrupts this thread (a signal handler, an allocator)
    /// and fires a tracepoint itself finds out. All else is only touched by who has made it busy.
    state: AtomicU8,
    id: u32,
    /// Where a probe can write a record by itself, if [`FREE`].
    place: Cell<Option<Place<'static>>>,
    /// For all else that it takes. Initialised, except in [`UNAVAILABLE`] and [`NONE_YET`].
    producer: UnsafeCell<MaybeUninit<Producer<'static>>>,
}

/// A probe can write to the place.
const FREE: u8 = 0;
/// There is no place: a probe has to take its [turn](Turn).
const NO_PLACE: u8 = 1;
/// Somebody writes, or there is no ring.
const BUSY: u8 = 2;

/// A new ring, on its way to the drain.
pub(crate) struct NewRing {
    pub(crate) ring: Arc<Ring>,
    pub(crate) thread: ThreadInfo,
}

static LAST_ID: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// [`NONE_YET`] before the first event, [`UNAVAILABLE`] while the ring is made and after it is gone.
    /// Without a destructor, so that it can be read at any time in the life of a thread.
    static LOCAL: Cell<*const Local> = const { Cell::new(&raw const NONE_YET) };
    /// Whether [`UNAVAILABLE`] means "gone".
    static GONE: Cell<bool> = const { Cell::new(false) };
    /// Its destructor gives the ring up.
    static OWNER: Cell<Option<Owner>> = const { Cell::new(None) };
}

static NONE_YET: Local = Local::without_ring();
static UNAVAILABLE: Local = Local::without_ring();

// SAFETY: only the statics are shared, and they are never written: they are always busy.
unsafe impl Sync for Local {}

impl Local {
    const fn without_ring() -> Self {
        Local {
            state: AtomicU8::new(BUSY),
            id: 0,
            place: Cell::new(None),
            producer: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }

    /// Keeps out whatever interrupts this thread, unless its state is beyond `last`. No fence for the CPU is needed.
    #[inline(always)]
    fn begin(&self, last: u8) -> bool {
        if self.state.load(Ordering::Relaxed) > last {
            return false;
        }
        self.state.store(BUSY, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        true
    }

    #[inline(always)]
    fn end(&self, state: u8) {
        compiler_fence(Ordering::SeqCst);
        self.state.store(state, Ordering::Relaxed);
    }
}

/// Room in the ring of this thread, which is busy until it is written.
pub(crate) struct Reserved {
    local: &'static Local,
    room: Room<'static>,
}

/// Reserves `words` words, if they are there without further ado, and time can be told by
/// [`clock::direct_ticks`].
#[inline(always)]
pub(crate) fn reserve(words: usize) -> Option<Reserved> {
    // SAFETY: a static, or the thread's own box, which lives until `Owner` is dropped; that replaces
    // the pointer first.
    let local = unsafe { &*LOCAL.get() };
    if !local.begin(FREE) {
        return None;
    }
    // SAFETY: if it is free, there is a place.
    match unsafe { local.place.get().unwrap_unchecked() }.reserve(words) {
        Some(room) => Some(Reserved { local, room }),
        None => {
            local.end(FREE);
            None
        }
    }
}

impl Reserved {
    /// The first of the words.
    #[inline(always)]
    pub(crate) fn start(&self) -> *mut u64 {
        self.room.start()
    }

    /// Leaves them to the next one.
    pub(crate) fn leave(self) {
        self.local.end(FREE);
    }

    /// Shows them to the drain.
    ///
    /// # Safety
    ///
    /// All words are written.
    #[inline(always)]
    pub(crate) unsafe fn commit(self) {
        // SAFETY: by the caller.
        unsafe { self.room.commit() };
        self.local.end(FREE);
    }
}

/// Whether there is no room for `words` words, as there was none for the last event, and nothing has changed since:
/// what a flood finds out at little cost. Not if it might have to be waited for.
#[inline]
pub(crate) fn is_stuck(words: usize) -> bool {
    // SAFETY: as in `reserve`.
    let local = unsafe { &*LOCAL.get() };
    if !local.begin(FREE) {
        return false;
    }
    // SAFETY: it was free, so it is initialised; and now it is ours.
    let is_stuck = unsafe { (*local.producer.get()).assume_init_ref() }.is_stuck(words);
    local.end(FREE);
    is_stuck
}

/// Runs `write` with the ring of this thread, unless the thread is in the middle of that already. `write` may
/// panic.
#[inline]
pub(crate) fn with(write: impl FnOnce(&mut Producer<'static>) -> Result<(), Lost>) -> Result<(), Cause> {
    let mut local = LOCAL.get();
    if ptr::eq(local, &raw const NONE_YET) {
        local = first_hit();
    }
    // SAFETY: as in `reserve`.
    let local = unsafe { &*local };
    let turn = Turn::take(local).ok_or_else(unavailable)?;
    // SAFETY: nobody has another turn.
    let producer = unsafe { turn.producer() };
    Ok(write(producer)?)
}

/// The right to the producer of this thread.
struct Turn(&'static Local);

impl Turn {
    #[inline]
    fn take(local: &'static Local) -> Option<Self> {
        local.begin(NO_PLACE).then(|| Turn(local))
    }

    /// # Safety
    ///
    /// Nobody has a reference to it.
    #[inline]
    #[expect(clippy::mut_from_ref, reason = "it belongs to who has the turn")]
    unsafe fn producer(&self) -> &mut Producer<'static> {
        // SAFETY: who is always busy has no turn, so it is initialised; else by the caller.
        unsafe { (*self.0.producer.get()).assume_init_mut() }
    }
}

impl Drop for Turn {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: `write` has returned, or panicked.
        let place = unsafe { self.producer() }.place();
        self.0.place.set(place);
        // A probe by itself does not ask where time comes from.
        let is_free = place.is_some() && clock::is_direct();
        self.0.end(if is_free { FREE } else { NO_PLACE });
    }
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
    // SAFETY: as in `reserve`.
    Some(unsafe { &*LOCAL.get() }.id).filter(|id| *id != 0)
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
            Box::from_raw(self.local).producer.get_mut().assume_init_drop();
        }
        self.world.rings.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Makes the ring of this thread. The only part of a probe that allocates; once for each thread.
#[cold]
#[inline(never)]
fn first_hit() -> *const Local {
    let local = LOCAL.get();
    if !ptr::eq(local, &raw const NONE_YET) {
        // A signal handler came first.
        return local;
    }
    // Should making it fire tracepoints (an allocator may), they find the thread unavailable.
    LOCAL.set(&raw const UNAVAILABLE);
    let Some((world, shared)) = world::get().and_then(|world| Some((world, world.pool.get()?))) else {
        LOCAL.set(&raw const NONE_YET);
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
    let local = Box::into_raw(Box::new(Local {
        state: AtomicU8::new(NO_PLACE),
        id,
        place: Cell::new(None),
        producer: UnsafeCell::new(MaybeUninit::new(producer)),
    }));
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
    LOCAL.set(&raw const NONE_YET);
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
