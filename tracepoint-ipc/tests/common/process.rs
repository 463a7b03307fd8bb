//! Other processes that a scenario needs: the test itself again, in another role.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use super::DEADLINE;

const ROLE: &str = "TRACEPOINT_TEST_ROLE";
const PLACE: &str = "TRACEPOINT_TEST_PLACE";

/// In front of what a process says: the harness writes to the same output.
const MARK: &str = "> ";

/// The role of this process, and a path that it was given; nothing in the process that is the test.
pub fn role() -> Option<(OsString, PathBuf)> {
    Some((std::env::var_os(ROLE)?, std::env::var_os(PLACE)?.into()))
}

/// Tells the test something, in one line.
pub fn say(what: impl std::fmt::Display) {
    println!("{MARK}{what}");
}

/// Waits until the test is done with this process: its standard input ends.
pub fn wait_for_dismissal() {
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).ok();
}

/// A process that ends with the test.
pub struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    said: Receiver<String>,
}

impl Process {
    /// Starts the test of this name in another process, where [`role`] is what is given here.
    pub fn start(test: &str, role: &str, place: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(ROLE, role)
            .env(PLACE, place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().unwrap());
        let (sender, said) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some((_, said)) = line.split_once(MARK) {
                    let _ = sender.send(said.to_owned());
                }
            }
        });
        Self { child, stdin, said }
    }

    /// What it says next.
    #[track_caller]
    pub fn hear(&self) -> String {
        self.said.recv_timeout(DEADLINE).expect("the process says something")
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    #[cfg(unix)]
    pub fn signal(&self, signal: libc::c_int) {
        // SAFETY: a child that was not waited for yet, so the id is its own.
        assert_eq!(unsafe { libc::kill(self.child.id() as libc::pid_t, signal) }, 0);
    }

    /// Tells it something, in one line of its standard input.
    pub fn tell(&mut self, what: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{what}").unwrap();
    }

    /// Ends its standard input.
    pub fn dismiss(&mut self) {
        self.stdin = None;
    }

    /// Kills it.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    pub fn wait(mut self) -> ExitStatus {
        self.dismiss();
        let start = Instant::now();
        loop {
            match self.ended() {
                Some(status) => return status,
                None => assert!(start.elapsed() < DEADLINE, "the process does not end"),
            }
            std::thread::yield_now();
        }
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
