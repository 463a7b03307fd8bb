//! The chunk pool of the process, its bounds, and who is called when it runs low.

mod patience;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossbeam_utils::CachePadded;
use once_cell::race::OnceBox;
use parking_lot::RwLock;

use crate::ring::chunk::{CHUNK_BYTES, CHUNK_WORDS};
use crate::ring::record::MAX_WORDS;
use crate::ring::{Lost, Pool};
use crate::world::{self, world};

pub use patience::WhenFull;
pub(crate) use patience::{may_wait, wait};

/// Bounds of the memory that all rings together take.
///
/// ```
/// use tracepoint_core::pool::Limits;
///
/// let limits = Limits { pool_bytes: 16 << 20, ..Limits::default() };
/// assert_eq!(limits.event_bytes, 16 << 20);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of all rings. Reserved at the first subscription, when the first 4 MiB are made ready, an eighth at most;
    /// otherwise the system gives pages as they are used.
    pub pool_bytes: usize,
    /// What one thread may hold of it, so that a flood from one does not silence the others.
    pub thread_bytes: usize,
    /// The largest event, all its fields together. Never more than a thread may hold.
    pub event_bytes: usize,
    /// What events may keep alive outside of the rings, until the drain has taken them: the bytes that they
    /// refer to instead of holding a copy. An event that would go beyond it is lost as
    /// [`ring_full`](crate::Lost::ring_full); one that could never fit, as
    /// [`too_large`](crate::Lost::too_large).
    pub referenced_bytes: usize,
    /// What a probe does when there is no room for its event. Only the program itself can choose that.
    pub when_full: WhenFull,
}

impl Limits {
    const DEFAULT: Limits = Limits {
        pool_bytes: 64 << 20,
        thread_bytes: 48 << 20,
        event_bytes: 16 << 20,
        referenced_bytes: 64 << 20,
        when_full: WhenFull::Drop,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The limits were set too late.
///
/// ```
/// let late = tracepoint_core::pool::LimitsInUse;
/// assert!(late.to_string().contains("before the first subscription"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitsInUse;

impl fmt::Display for LimitsInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the limits are in use already: set them once, before the first subscription")
    }
}

impl std::error::Error for LimitsInUse {}

/// Sets the limits of this process; only once, and before the first subscription.
///
/// # Errors
///
/// They are in use already.
///
/// ```
/// use tracepoint_core::pool::{self, Limits};
///
/// pool::set_limits(Limits { pool_bytes: 8 << 20, ..Limits::default() })?;
/// assert_eq!(pool::stats().bytes, 8 << 20);
/// # Ok::<(), pool::LimitsInUse>(())
/// ```
pub fn set_limits(limits: Limits) -> Result<(), LimitsInUse> {
    LIMITS.set(Box::new(limits)).map_err(|_| LimitsInUse)
}

/// How much of the pool is in use.
///
/// ```
/// let stats = tracepoint_core::pool::stats();
/// assert!(stats.used_bytes <= stats.bytes);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStats {
    /// The bound of all rings together.
    pub bytes: usize,
    /// In rings now.
    pub used_bytes: usize,
    /// Threads that have a ring.
    pub rings: usize,
    /// The bound of what all events in rings together refer to.
    pub referenced_bytes: usize,
    /// What they refer to now.
    pub used_referenced_bytes: usize,
}

/// The bound of the pool, and how much of it is in use.
///
/// ```
/// println!("{} of {} bytes", tracepoint_core::pool::stats().used_bytes, tracepoint_core::pool::stats().bytes);
/// ```
pub fn stats() -> PoolStats {
    let world = world();
    let rings = world.rings.load(Ordering::Relaxed);
    match world.pool.get() {
        Some(Shared { pool, references, .. }) => PoolStats {
            bytes: pool.count() * CHUNK_BYTES,
            used_bytes: pool.count().saturating_sub(pool.free()) * CHUNK_BYTES,
            rings,
            referenced_bytes: references.bound,
            used_referenced_bytes: references.bytes.load(Ordering::Relaxed).min(references.bound),
        },
        // Looking at the limits does not settle them.
        None => {
            let limits = LIMITS.get().copied().unwrap_or_default();
            PoolStats {
                bytes: chunks(limits) * CHUNK_BYTES,
                used_bytes: 0,
                rings,
                referenced_bytes: limits.referenced_bytes,
                used_referenced_bytes: 0,
            }
        }
    }
}

/// Chunks whose pages are there before they are needed: for a burst of some ten thousand events. At most an
/// eighth of the pool.
pub(crate) const WARM_CHUNKS: usize = 64;

static LIMITS: OnceBox<Limits> = OnceBox::new();

fn limits() -> Limits {
    *LIMITS.get_or_init(Box::default)
}

fn chunks(limits: Limits) -> usize {
    (limits.pool_bytes / CHUNK_BYTES).max(1)
}

/// The pool and what follows from the limits.
pub(crate) struct Shared {
    pub(crate) pool: Pool,
    /// Chunks that one thread may hold.
    pub(crate) thread_chunks: u32,
    event_words: usize,
    references: References,
}

/// What the records in all rings refer to.
struct References {
    bound: usize,
    /// Only a count: it orders nothing and is relaxed. Above the bound for the moment in which an event
    /// finds out that it does not fit. On a line of its own, as all threads write it.
    bytes: CachePadded<AtomicUsize>,
}

impl Shared {
    fn new(limits: Limits) -> Self {
        let chunks = chunks(limits);
        let thread_chunks = (limits.thread_bytes / CHUNK_BYTES).clamp(1, chunks);
        // A thread always holds the chunk that it wrote last: an event that spans goes into the others.
        let largest = (thread_chunks - 1).max(1) * CHUNK_WORDS;
        let event_words = (limits.event_bytes / 8).min(largest).min(MAX_WORDS);
        let references =
            References { bound: limits.referenced_bytes, bytes: CachePadded::new(AtomicUsize::new(0)) };
        Shared { pool: Pool::new(chunks), thread_chunks: thread_chunks as u32, event_words, references }
    }

    /// As [`refer`](Self::refer), if that takes neither a wait nor a look by the drain.
    #[inline]
    pub(crate) fn refer_easily(&self, words: usize, bytes: usize) -> bool {
        let References { bound, bytes: count } = &self.references;
        if words > self.event_words || bytes > *bound / 2 {
            return false;
        }
        let is_easy = count.fetch_add(bytes, Ordering::Relaxed) + bytes <= *bound / 2;
        if !is_easy {
            self.release(bytes);
        }
        is_easy
    }

    /// A record of `words` words is about to refer to `bytes` of them. To be released, unless it fails.
    #[inline]
    pub(crate) fn refer(&self, words: usize, bytes: usize) -> Result<(), Lost> {
        let References { bound, bytes: count } = &self.references;
        if words > self.event_words || bytes > *bound {
            return Err(Lost::TooLarge);
        }
        let refer = || {
            let before = count.fetch_add(bytes, Ordering::Relaxed);
            if before + bytes > *bound / 2 {
                wake_drain();
            }
            if before + bytes > *bound {
                self.release(bytes);
                return None;
            }
            Some(())
        };
        refer().or_else(|| wait(refer)).ok_or(Lost::RingFull)
    }

    /// Bytes that a record referred to are not kept any more.
    #[inline]
    pub(crate) fn release(&self, bytes: usize) {
        self.references.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The pool, made if need be. Before a gate is opened.
pub(crate) fn make() -> &'static Pool {
    &world().pool.get_or_init(|| Box::new(Shared::new(limits()))).pool
}

/// The pool, if anybody ever listened.
#[inline]
pub(crate) fn get() -> Option<&'static Shared> {
    world::get()?.pool.get()
}

/// Words of the largest record.
pub(crate) fn event_words() -> usize {
    get().map_or(0, |shared| shared.event_words)
}

/// Wakes whoever drives the drain.
///
/// ```
/// use tracepoint_core::pool::Wake;
///
/// struct Unpark(std::thread::Thread);
///
/// impl Wake for Unpark {
///     fn wake(&self) { self.0.unpark() }
/// }
/// ```
pub trait Wake: Send + Sync {
    /// Called in a probe, when the pool runs low. Must not block.
    fn wake(&self);
}

/// Whom to wake when the pool runs low.
#[derive(Default)]
pub(crate) struct Alarm {
    /// Locked for writing by `set_waker` alone; a probe only ever tries.
    waker: RwLock<Option<Arc<dyn Wake>>>,
    /// Whether the drain has not been woken since its last pass.
    asleep: AtomicBool,
}

/// Sets who is to be woken when the pool runs low; `None` for nobody.
///
/// ```
/// tracepoint_core::pool::set_waker(None);
/// ```
pub fn set_waker(waker: Option<Arc<dyn Wake>>) {
    *world().alarm.waker.write() = waker;
}

/// The drain made a pass: it may be woken again.
pub(crate) fn rest() {
    patience::passed();
    world().alarm.asleep.store(true, Ordering::Relaxed);
}

/// A thread that holds `held` chunks took one more: wakes the drain if that, or all that wait for it, come to half of
/// what there is. Each thread keeps a chunk, however quick the drain is.
#[cold]
pub(crate) fn taken(pool: &Pool, held: u32, share: u32) {
    let rings = world::get().map_or(0, |world| world.rings.load(Ordering::Relaxed));
    let shared = pool.count().saturating_sub(rings);
    if held > share / 2 || shared.saturating_sub(pool.free()) >= shared / 2 {
        wake_drain();
    }
}

/// Wakes the drain, at most once for each pass.
#[cold]
fn wake_drain() {
    let Some(alarm) = world::get().map(|world| &world.alarm) else { return };
    if alarm.asleep.load(Ordering::Relaxed) && alarm.asleep.swap(false, Ordering::Relaxed) {
        if let Some(waker) = alarm.waker.try_read() {
            if let Some(waker) = &*waker {
                waker.wake();
            }
        }
    }
}
