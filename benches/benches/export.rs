//! From process to process. The limit row needs Unix sockets.

#[cfg(unix)]
#[path = "export/unix.rs"]
mod unix;

fn main() {
    #[cfg(unix)]
    unix::main();
}
