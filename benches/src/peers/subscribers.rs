//! `tracing`, with subscribers that do as little as can be.

use std::fmt::Debug;
use std::hint::black_box;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::workload::{ADDR, CONNECTION, KIND, MESSAGE};

/// Takes every event and does nothing with it.
pub struct Nothing;

/// Looks at each field of every event.
pub struct Visits;

struct Look;

impl Visit for Look {
    fn record_i64(&mut self, _: &Field, value: i64) {
        black_box(value);
    }

    fn record_u64(&mut self, _: &Field, value: u64) {
        black_box(value);
    }

    fn record_str(&mut self, _: &Field, value: &str) {
        black_box(value);
    }

    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        black_box(value);
    }
}

macro_rules! subscriber {
    ($name:ident, $event:ident => $body:expr) => {
        impl Subscriber for $name {
            fn enabled(&self, _: &Metadata<'_>) -> bool {
                true
            }

            fn new_span(&self, _: &Attributes<'_>) -> Id {
                Id::from_u64(1)
            }

            fn record(&self, _: &Id, _: &Record<'_>) {}
            fn record_follows_from(&self, _: &Id, _: &Id) {}

            fn event(&self, $event: &Event<'_>) {
                $body
            }

            fn enter(&self, _: &Id) {}
            fn exit(&self, _: &Id) {}
        }
    };
}
subscriber!(Nothing, event => {
    black_box(event);
});
subscriber!(Visits, event => event.record(&mut Look));

/// Makes it the subscriber of this process.
///
/// # Panics
///
/// There is one already.
pub fn install(subscriber: impl Subscriber + Send + Sync + 'static) {
    tracing::subscriber::set_global_default(subscriber).expect("the only subscriber of this process");
}

/// Fires S.
#[inline(always)]
pub fn fire_small(id: u64, name: &str) {
    tracing::info!(id, amount = -(id as i64), kind = KIND, name);
}

/// Fires P; bytes only go through `Debug`.
#[inline(always)]
pub fn fire_message(id: u64, payload: &[u8]) {
    tracing::info!(
        peer_id = id as i64,
        addr = ADDR,
        connection_type = CONNECTION,
        message_type = MESSAGE,
        ?payload
    );
}
