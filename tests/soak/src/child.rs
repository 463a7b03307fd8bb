//! Processes of the soak: this program, started again in a role.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{ChildStdout, Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Says a line to whoever started this process.
pub fn say(line: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    // Who listened may have gone; then the end of the input tells.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// A process in a role. Killed when it is dropped.
pub struct Child {
    process: std::process::Child,
    lines: Lines<BufReader<ChildStdout>>,
    role: &'static str,
}

impl Child {
    /// Starts a process that does what `soak ROLE SOCKET` does.
    ///
    /// # Errors
    /// The system has none to give.
    pub fn start(role: &'static str, socket: &Path) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("--role")
            .arg(role)
            .arg("--socket")
            .arg(socket)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start the client that is to {role}"))?;
        let stdout = process.stdout.take().context("its output is not piped")?;
        Ok(Child { process, lines: BufReader::new(stdout).lines(), role })
    }

    /// Waits until it says that it is ready.
    ///
    /// # Errors
    /// It has gone instead.
    pub fn wait_until_ready(&mut self) -> Result<()> {
        match self.lines.next() {
            Some(Ok(line)) if line == "ready" => Ok(()),
            said => anyhow::bail!("the client that is to {} said {said:?}", self.role),
        }
    }

    pub fn signal(&self, signal: Signal) -> Result<()> {
        let pid = Pid::from_raw(i32::try_from(self.process.id())?);
        kill(pid, signal)
            .with_context(|| format!("cannot send {signal} to the client that is to {}", self.role))
    }

    /// Whether it ended by itself.
    pub fn has_ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.process.try_wait()?)
    }

    /// Tells it that there is no more, and returns what it had to say to that.
    ///
    /// # Errors
    /// It failed.
    pub fn finish(mut self) -> Result<Vec<String>> {
        drop(self.process.stdin.take());
        let mut said = Vec::new();
        for line in self.lines.by_ref() {
            said.push(line?);
        }
        let status = self.process.wait()?;
        ensure!(status.success(), "the client that is to {} ended with {status}", self.role);
        Ok(said)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
