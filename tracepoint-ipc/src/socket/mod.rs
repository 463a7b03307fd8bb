//! Local sockets: where they are, who may use them, and how to find those of running processes.
//!
//! The socket of an exporter is `NAME.PID.sock` in a directory that only its user can enter. The directory is
//! the first of these: the one given to the builder of the exporter, the value of the environment variable
//! `TRACEPOINT_DIR`, `$XDG_RUNTIME_DIR/tracepoint`, and `tracepoint-UID` in the directory for temporary files.

mod bind;
mod claim;
mod directory;
mod discover;
mod name;
pub(crate) mod platform;
mod probe;
mod resolve;

pub(crate) use bind::{BindError, BoundSocket};
#[cfg(unix)]
pub(crate) use claim::leave as leave_claims;
pub use directory::DirectoryError;
pub(crate) use directory::VARIABLE;
pub use discover::{Found, State, discover};
pub use name::NameError;
pub(crate) use name::SocketName;
pub use resolve::{ResolveError, resolve};
