//! Processes of the bench: its own program, started again in a role.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

const ROLE: &str = "TRACEPOINT_BENCH_ROLE";
const ARGUMENT: &str = "TRACEPOINT_BENCH_ARGUMENT";

/// A role, and what a process in it does with its argument.
pub type Role = (&'static str, fn(&str));

/// The role of this process, and the argument that came with it.
pub fn role() -> Option<(String, String)> {
    Some((std::env::var(ROLE).ok()?, std::env::var(ARGUMENT).unwrap_or_default()))
}

/// Says a line to whoever started this process.
pub fn say(line: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    // It may have gone already; then the end of its input tells.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// A process that was started in a role. It ends with its input.
pub struct Child {
    process: std::process::Child,
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
    role: String,
}

impl Child {
    /// Starts one.
    pub fn start(role: &str, argument: &str) -> Self {
        let program = std::env::current_exe().expect("the program has a path");
        let mut process = Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(ROLE, role)
            .env(ARGUMENT, argument)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program can be started again");
        let stdin = process.stdin.take();
        let stdout = process.stdout.take().expect("it is piped");
        Child { process, stdin, lines: BufReader::new(stdout).lines(), role: role.to_owned() }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Stops it, as the key Ctrl-Z does, where there is such a thing.
    pub fn stop(&self) {
        #[cfg(unix)]
        // SAFETY: sends a signal to a process that was not waited for, so the id is its own.
        unsafe {
            libc::kill(self.id() as i32, libc::SIGSTOP);
        }
    }

    /// Where it reads from.
    pub fn input(&mut self) -> &mut ChildStdin {
        self.stdin.as_mut().expect("taken only by drop")
    }

    /// Tells it something.
    pub fn tell(&mut self, line: impl std::fmt::Display) {
        writeln!(self.input(), "{line}").unwrap_or_else(|error| panic!("'{}': {error}", self.role));
    }

    /// What it says next.
    ///
    /// # Panics
    ///
    /// It has gone: what it wrote to the terminal says why.
    pub fn hear(&mut self) -> String {
        match self.lines.next() {
            Some(Ok(line)) => line,
            _ => panic!("the process '{}' has gone", self.role),
        }
    }

    /// Tells it that there is no more.
    pub fn close_input(&mut self) {
        drop(self.stdin.take());
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        const PATIENCE: Duration = Duration::from_secs(3);
        self.close_input();
        #[cfg(unix)]
        // SAFETY: as in `stop`. It may have been stopped.
        unsafe {
            libc::kill(self.id() as i32, libc::SIGCONT);
        }
        let start = Instant::now();
        while let Ok(None) = self.process.try_wait() {
            if start.elapsed() > PATIENCE {
                let _ = self.process.kill();
                let _ = self.process.wait();
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
