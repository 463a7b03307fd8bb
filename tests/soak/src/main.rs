//! A busy process and clients that behave badly, for as long as one likes.
//!
//! Eight threads fire events, two of which come and go. In other processes, one client counts all events, one
//! is stopped most of the time, one is killed and started again each second, and one sends garbage; within the
//! process, subscriptions come and go. At the end, each event is accounted for in each subscription, no memory
//! and no descriptor was kept, and no call of a probe took long by itself.

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("soak: looks at /proc, which only Linux has");
    std::process::exit(2);
}

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod child;
#[cfg(target_os = "linux")]
mod client;
#[cfg(target_os = "linux")]
mod crowd;
#[cfg(target_os = "linux")]
mod events;
#[cfg(target_os = "linux")]
mod garbage;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod producer;
#[cfg(target_os = "linux")]
mod soak;
#[cfg(target_os = "linux")]
mod stream;
#[cfg(target_os = "linux")]
mod visitor;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    soak::main()
}
