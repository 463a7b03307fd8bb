//! Code that `ci/schema.sh --write` generates from `schema/tracing.capnp`.

#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, missing_docs, dead_code, unused_qualifications, unreachable_pub)]
pub(crate) mod tracing_capnp;
