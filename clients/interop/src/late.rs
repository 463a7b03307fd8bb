//! A tracepoint that comes while others are watched: readers have to ask for the schema again.

use tracepoints::__macro::Losses;
use tracepoints::{Descriptor, Field, Gate, Placed, Tracepoint};

static FIELDS: Placed<1> = Placed::new([Field::of::<u64>("number", "")]);
static DESCRIPTOR: Descriptor = Descriptor::new("interop", "late", "", &FIELDS, file!(), line!());
static GATE: Gate = Gate::unregistered();
static LOSSES: Losses = Losses::new();
static LATE: Tracepoint = Tracepoint::new(&DESCRIPTOR, &GATE, &LOSSES);

/// Makes it known.
pub fn register() {
    tracepoints::register(&LATE);
}
