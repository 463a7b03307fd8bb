//! Ctrl-C and SIGTERM as a request to come to an end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::exit::Failure;

/// How long a command may wait for something else before it looks for a request again.
pub const PATIENCE: Duration = Duration::from_millis(50);

/// The usual status of a program that was ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From now on, the first Ctrl-C is a request that [`requested`] tells of. The second one ends the program.
pub fn listen() -> Result<(), Failure> {
    ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
    })
    .map_err(|error| Failure::other(format!("cannot listen for Ctrl-C: {error}")))
}

/// Whether somebody pressed Ctrl-C.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}
