//! What differs between operating systems about local sockets. Both variants have the same functions.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::*;

#[cfg(not(unix))]
mod pipes;
#[cfg(not(unix))]
pub(crate) use pipes::*;
