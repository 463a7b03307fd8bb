//! Code that `ci/schema.sh --write` generates from `schema/peers.capnp`.

#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, missing_docs, dead_code, unused_qualifications, unreachable_pub)]
pub(crate) mod peers_capnp;
