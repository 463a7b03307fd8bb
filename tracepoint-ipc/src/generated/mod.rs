//! Code that `ci/schema.sh --write` generates from the files in `schema/`.

#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, missing_docs, dead_code, unused_qualifications, unreachable_pub)]
pub(crate) mod recording_capnp;

#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, missing_docs, dead_code, unused_qualifications, unreachable_pub)]
pub(crate) mod tracing_capnp;
