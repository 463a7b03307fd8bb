//! A client in a process of its own: the bench's own program, started again.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use tracepoints::ipc::{Exporter, Request, blocking};

use crate::workload::{Message, Small};

const ROLE: &str = "TRACEPOINT_BENCH_CLIENT";

/// To be called first thing in `main`: if this process was started as a client, it is one, and ends here.
pub fn be_client_if_asked() {
    if let Ok(socket) = std::env::var(ROLE) {
        match run(&socket) {
            Ok(()) => std::process::exit(0),
            Err(error) => {
                eprintln!("bench client: {error}");
                std::process::exit(1);
            }
        }
    }
}

/// Reads all events, decodes each, and says how many there were whenever it has caught up.
fn run(socket: &str) -> Result<(), Box<dyn std::error::Error>> {
    let client = blocking::Client::connect(socket)?;
    let request = Request::new().pattern("bench:*").queue_bytes(256 << 20).without_schema();
    let mut stream = client.subscribe(request)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "0")?;
    out.flush()?;
    let mut seen = 0u64;
    let mut said = 0;
    let mut sum = 0u64;
    let mut idle;
    loop {
        match stream.next_timeout(Duration::from_millis(2)) {
            Ok(Some(batch)) => {
                idle = false;
                if let Some(gap) = batch.gaps().first() {
                    return Err(format!("{} events were lost", gap.lost.total()).into());
                }
                for event in batch.events() {
                    let event = event?;
                    if event.is::<Small>() {
                        let small = event.get::<Small>()?;
                        sum = sum.wrapping_add(small.id ^ small.amount as u64 ^ u64::from(small.kind));
                        sum = sum.wrapping_add(small.name.len() as u64);
                    } else {
                        let message = event.get::<Message>()?;
                        sum = sum.wrapping_add(message.peer_id as u64 + message.payload.len() as u64);
                    }
                    seen += 1;
                }
            }
            Ok(None) => idle = true,
            // The bench is done.
            Err(_) => return Ok(()),
        }
        if seen > said + 200_000 || (seen > said && idle) {
            said = seen;
            writeln!(out, "{seen}")?;
            out.flush()?;
        }
        std::hint::black_box(sum);
    }
}

/// An exporter of this process and a client that is attached to it.
pub struct Attached {
    child: Child,
    // Kept open: the client ends when the exporter does.
    _stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
    seen: u64,
    fired: u64,
    _exporter: Exporter,
}

impl Attached {
    /// Starts both, and returns when the probes are on.
    pub fn start() -> Result<Self, Box<dyn std::error::Error>> {
        let exporter = Exporter::builder("bench").start()?;
        let mut child = Command::new(std::env::current_exe()?)
            .env(ROLE, exporter.socket_path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().ok_or("the client has no output")?;
        let mut attached = Attached {
            child,
            _stdin: stdin,
            lines: BufReader::new(stdout).lines(),
            seen: 0,
            fired: 0,
            _exporter: exporter,
        };
        attached.hear()?;
        Ok(attached)
    }

    /// Reads one more count from the client.
    fn hear(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let line = self.lines.next().ok_or("the client has gone")??;
        self.seen = line.parse()?;
        Ok(())
    }

    /// Counts events that were fired, and waits until all but `behind` of them were decoded by the client.
    pub fn fired(&mut self, events: u64, behind: u64) {
        self.fired += events;
        while self.seen + behind < self.fired {
            if let Err(error) = self.hear() {
                panic!("{error}");
            }
        }
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
