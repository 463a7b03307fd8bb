//! `tracepoint ps`.

use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use tracepoint_ipc::ProcessInfo;
use tracepoint_ipc::blocking::Client;
use tracepoint_ipc::socket::{self, Found, State};

use crate::exit::{Failure, Outcome};
use crate::output::style::{self, STRONG, Styled};
use crate::output::table::{Side, Table};
use crate::output::text::Plain;
use crate::output::{self, Out};

pub const EXAMPLES: &str = "\
Processes of other users, and sockets left behind by processes that were
killed, are shown as what they are.

Example:
  $ tracepoint ps
  NAME      PID  STATE  TRACEPOINTS  WATCHED BY  EXECUTABLE
  my-node  4242  live            20           0  /usr/local/bin/my-node";

/// How long the processes have time to answer, all together.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a process says about itself.
enum Answer {
    /// It answered.
    Info(ProcessInfo),
    /// It refused.
    Refused(String),
    /// It did not answer in time, or was not asked.
    None,
}

/// Lists the processes.
pub fn run() -> Result<Outcome, Failure> {
    let found = socket::discover();
    if found.is_empty() {
        style::tell_person("no process has an exporter. `tracepoint demo` shows what that looks like");
    }
    let asked: Vec<_> = found.into_iter().map(|found| (ask(&found), found)).collect();
    let deadline = Instant::now() + PATIENCE;
    let mut table = Table::new(&[
        ("NAME", Side::Left),
        ("PID", Side::Right),
        ("STATE", Side::Left),
        ("TRACEPOINTS", Side::Right),
        ("WATCHED BY", Side::Right),
        ("EXECUTABLE", Side::Left),
    ]);
    for (answer, found) in &asked {
        let answer = answer.as_ref().map_or(Answer::None, |answer| wait(answer, deadline));
        table.row(describe(found, &answer));
    }
    if !table.is_empty() {
        print(&mut output::stdout(), &table)?;
    }
    Ok(Outcome::Done)
}

/// Asks a process without waiting for the answer: one that hangs must not hold up the others.
fn ask(found: &Found) -> Option<Receiver<Answer>> {
    if found.state != State::Live {
        return None;
    }
    let (sender, receiver) = mpsc::sync_channel(1);
    let path = found.path.clone();
    thread::spawn(move || {
        // Nobody waits any more if this fails.
        let _ = sender.send(info(&path).unwrap_or_else(|failure| Answer::Refused(failure.to_string())));
    });
    Some(receiver)
}

fn info(path: &Path) -> Result<Answer, Failure> {
    Ok(Answer::Info(Client::connect_path(path)?.info()?))
}

fn wait(answer: &Receiver<Answer>, deadline: Instant) -> Answer {
    answer.recv_timeout(deadline.saturating_duration_since(Instant::now())).unwrap_or(Answer::None)
}

fn describe(found: &Found, answer: &Answer) -> [String; 6] {
    let name = Plain(&found.name).to_string();
    let pid = found.pid.to_string();
    match answer {
        Answer::Info(info) => [
            name,
            pid,
            found.state.to_string(),
            info.tracepoints.to_string(),
            info.subscriptions.to_string(),
            Plain(&info.executable).to_string(),
        ],
        Answer::Refused(reason) => {
            [name, pid, "refuses".to_owned(), String::new(), String::new(), Plain(reason).to_string()]
        }
        Answer::None => {
            let state = match found.state {
                State::Live => "no answer".to_owned(),
                state => state.to_string(),
            };
            [name, pid, state, String::new(), String::new(), found.path.display().to_string()]
        }
    }
}

fn print(out: &mut Out, table: &Table) -> Result<(), Failure> {
    let head = style::when(style::on_stdout(), STRONG);
    for (number, line) in table.lines().iter().enumerate() {
        if number == 0 { writeln!(out, "{}", Styled(head, line)) } else { writeln!(out, "{line}") }?;
    }
    out.flush()?;
    Ok(())
}
