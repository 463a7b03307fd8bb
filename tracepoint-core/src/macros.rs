//! `tracepoint!` and `enabled!`.

/// Fires an event, if anybody listens.
///
/// If nobody does, this is one load, one compare, and a branch that is not taken: the arguments are *not
/// evaluated*, so do not rely on what they do besides. Otherwise they are evaluated first, and then
/// copied into this thread's ring without a lock, an allocation or a system call.
///
/// The event is given as a value:
///
/// ```
/// use tracepoints::{Event, tracepoint};
///
/// /// A transaction was added to the mempool.
/// #[derive(Event)]
/// #[event(provider = "mempool")]
/// struct Added<'a> { txid: &'a [u8; 32], vsize: i32, fee: i64 }
///
/// # let (txid, vsize, fee) = ([0; 32], 141, 1410);
/// tracepoint!(Added { txid: &txid, vsize, fee });
/// ```
///
/// or declared and fired in one place:
///
/// ```
/// use tracepoints::tracepoint;
///
/// # struct Peer { id: i64 } impl Peer { fn addr(&self) -> &str { "" } }
/// # let (peer, nonce) = (Peer { id: 7 }, 42);
/// tracepoint!(net::ping, peer_id: i64 = peer.id, addr: &str = peer.addr(), nonce: u64 = nonce);
/// ```
///
/// An inline event without fields is written with a comma: `tracepoint!(net::started,)`.
#[macro_export]
macro_rules! tracepoint {
    ($provider:ident :: $name:ident, $($fields:tt)*) => {
        $crate::__macro::inline_event! { $crate; $provider::$name, $($fields)* }
    };
    ($event:expr $(,)?) => {
        // Not a closure: what the arguments make on the way lives until the event is written.
        {
            let probe = $crate::__macro::Probe::new();
            if probe.glance() {
                if probe.is_open() {
                    probe.emit(&$event)
                }
                $crate::__macro::rejoin();
            }
        }
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "tracepoint! takes an event, `tracepoint!(Ping { nonce })`, or declares one, `tracepoint!(net::ping, nonce: u64 = nonce)`"
        )
    };
}

/// Whether anybody listens to an event: for work that only its arguments need.
///
/// ```
/// use tracepoints::{Event, enabled, tracepoint};
///
/// #[derive(Event)]
/// #[event(provider = "net")]
/// struct Block<'a> { bytes: &'a [u8] }
///
/// # fn serialize() -> Vec<u8> { unreachable!() }
/// if enabled!(Block) {
///     let bytes = serialize();
///     tracepoint!(Block { bytes: &bytes });
/// }
/// ```
#[macro_export]
macro_rules! enabled {
    ($event:ty) => {
        $crate::is_enabled::<$event>()
    };
}

/// Declares a gate, in a section where all gates lie together.
#[doc(hidden)]
#[macro_export]
macro_rules! __gate {
    ($gate:ident) => {
        #[cfg_attr(
            any(
                target_os = "linux",
                target_os = "android",
                target_os = "freebsd",
                target_os = "netbsd",
                target_os = "openbsd",
                target_os = "dragonfly"
            ),
            unsafe(link_section = "tracepoint_gates")
        )]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,tp_gates"))]
        #[cfg_attr(windows, unsafe(link_section = ".tpgates"))]
        static $gate: $crate::Gate = $crate::Gate::unregistered();
    };
}

/// Makes a tracepoint known before its first hit.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "off"))]
macro_rules! __announce {
    ($tracepoint:expr) => {
        $crate::__macro::inventory::submit! { $crate::__macro::Known($tracepoint) }
    };
}

/// Probes compile to nothing: nothing is to be known of them.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "off")]
macro_rules! __announce {
    ($tracepoint:expr) => {};
}
