//! A client that never sends anything sensible.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::child::say;

/// A message of one segment that announces so many words.
fn message(words: u32, bytes: &[u8]) -> Vec<u8> {
    [&[0; 4], &words.to_le_bytes()[..], bytes].concat()
}

fn noise(seed: u32) -> Vec<u8> {
    (0..4096u32).map(|at| (at.wrapping_add(seed).wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

/// One attempt after the other, until it is killed or the process is gone.
///
/// # Errors
/// Nobody is there from the beginning.
pub fn run(socket: &Path) -> Result<()> {
    drop(UnixStream::connect(socket)?);
    say("ready");
    for attempt in 0u32.. {
        let bytes = match attempt % 8 {
            0 => noise(attempt),
            1 => vec![0; 4096],
            2 => vec![0xff; 64 << 10],
            3 => message(8 << 20, &[]),
            4 => message(u32::MAX / 2, &noise(attempt)),
            5 => message(4, &[0; 8]),
            6 => message(512, &noise(attempt)),
            _ => [&u32::MAX.to_le_bytes()[..], &[1; 64]].concat(),
        };
        let Ok(mut socket) = UnixStream::connect(socket) else { return Ok(()) };
        // It hangs up when it likes. Half of the time it is left alone with a half message for a moment.
        let _ = socket.write_all(&bytes);
        if attempt % 16 < 8 {
            let _ = socket.set_read_timeout(Some(Duration::from_millis(50)));
            let _ = socket.read(&mut [0; 1024]);
        }
    }
    Ok(())
}
