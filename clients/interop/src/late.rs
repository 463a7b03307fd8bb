//! An event whose tracepoint nothing announces: it is registered while others are watched, so that readers have to
//! ask for its type before they can read it.

use tracepoints::{Event, tracepoint};

/// What the derive refers to, but nothing is known of a tracepoint before the program says so.
mod unannounced {
    pub use tracepoints::*;

    pub mod __macro {
        pub use tracepoints::__macro::*;

        macro_rules! keep_quiet {
            ($tracepoint:expr) => {};
        }
        pub(crate) use keep_quiet as announce;
    }
}

/// Comes late.
#[derive(Event)]
#[event(provider = "interop", crate = crate::late::unannounced)]
struct Late {
    number: u64,
}

/// Makes the tracepoint known, and opens it to those who listen already.
pub fn register() {
    tracepoints::register(Late::tracepoint());
    // It is taken in when somebody looks.
    tracepoints::tracepoints();
}

/// Fires one, once it is registered.
pub fn fire(number: u64) {
    tracepoint!(Late { number });
}
