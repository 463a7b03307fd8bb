//! The core of [tracepoints](https://docs.rs/tracepoints): events and their layout, the gate, the rings,
//! the drain and subscriptions. Use it through the facade crate `tracepoints`.
//!
//! | where | what |
//! |---|---|
//! | [`event`](Event) | what an event is; layout at compile time; encoding and decoding |
//! | `gate`, `probe`, `thread` | what happens in the traced thread |
//! | `ring` | the way out of the thread: lock-free, bounded |
//! | [`drain`], [`subscription`](Subscription) | from the rings to the readers, merged and counted |
//! | [`wire`] | the form in which events leave the process |

// The models cover the lock-free parts; the rest is not compiled for them.
#![cfg_attr(loom, allow(dead_code, unused_imports))]

mod event;
mod filter;
mod gate;
mod loss;
mod opaque;
mod pages;
mod ring;
mod sync;

#[cfg(not(loom))]
mod capture;
#[cfg(not(loom))]
pub mod clock;
#[cfg(not(loom))]
mod control;
#[cfg(not(loom))]
pub mod drain;
#[cfg(not(loom))]
mod fork;
#[cfg(not(loom))]
mod macros;
#[cfg(not(loom))]
mod pin;
#[cfg(not(loom))]
pub mod pool;
#[cfg(not(loom))]
mod probe;
#[cfg(not(loom))]
mod registry;
#[cfg(not(loom))]
mod subscription;
#[cfg(not(loom))]
mod thread;
mod tracepoint;
#[cfg(not(loom))]
pub mod wire;
#[cfg(not(loom))]
mod world;

#[cfg(all(test, loom))]
mod tests;

pub use event::{
    Decode, DecodeError, Descriptor, Each, ElementSize, EnumType, Event, Field, FromWire, FromWireWith,
    ListReader, Placed, Slot, StructLayout, StructReader, StructType, Type, Value, ValueWith, Variant,
    stable_id,
};
pub use gate::Gate;
pub use loss::Lost;
/// Derives, beside the traits of the same names.
pub use tracepoint_macros::{Event, Value};

pub use tracepoint::{Registration, Tracepoint};

#[cfg(not(loom))]
pub use self::{
    capture::{Capture, Captured, capture},
    filter::{Filter, FilterError},
    probe::{fire, is_enabled},
    registry::{Conflict, conflicts, register, tracepoints},
    subscription::{
        Batch, EventBytes, Gap, Policy, SubscribeError, Subscription, SubscriptionBuilder, SubscriptionStats,
        TracepointStats,
    },
    thread::{ThreadInfo, current_thread},
};

/// For readers of recordings in `tracepoint-ipc`: not a stable interface.
#[doc(hidden)]
#[cfg(not(loom))]
pub mod __filter {
    pub use crate::filter::{Choice, Kind, Look, Seen, Shape, Sieve};
}

/// For our macros and our other crates only: not a stable interface.
#[doc(hidden)]
#[cfg(not(loom))]
pub mod __macro {
    pub use crate::event::{
        EnumOrdinal, Fields, FieldsFromWire, List, Lowered, Nested, Optional, Shared, Stable, Struct, With,
        check,
    };
    pub use crate::loss::Losses;
    pub use crate::pin::keep_loaded;
    pub use crate::probe::{Probe, rejoin};
    pub use crate::tracepoint::Known;
    pub use crate::{__announce as announce, __gate as gate, __glance as glance};
    pub use inventory;
    pub use tracepoint_macros::inline_event;
}
