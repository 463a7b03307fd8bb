//! A client in a process of its own, and the exporter that it is attached to.

use std::hint::black_box;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracepoints::ipc::{Batch, Exporter, ExporterBuilder, Request, blocking};

use crate::child::{Child, say};
use crate::platform;
use crate::workload::{Message, Small, Tally};

/// The role of a process that reads and checks everything.
pub const CLIENT: &str = "client";

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Is a client of the exporter at `socket`: reads all events and decodes each. For every number in its input it
/// says how many there were and what they come to, as soon as there were that many. Ends with the exporter.
pub fn run(socket: &str) {
    if let Err(error) = read_all(socket) {
        eprintln!("client: {error}");
        std::process::exit(1);
    }
}

fn read_all(socket: &str) -> Outcome {
    let client = blocking::Client::connect_path(Path::new(socket))?;
    let request = Request::new().pattern("bench:*").queue_bytes(256 << 20).without_schema();
    let stream = client.subscribe(request)?;
    let progress = Arc::<Progress>::default();
    // It is attached.
    tell(&Tally::default());
    let asked = progress.clone();
    thread::spawn(move || {
        let numbers = std::io::stdin().lines().map_while(Result::ok).filter_map(|line| line.parse().ok());
        numbers.for_each(|events| asked.ask(events));
    });
    let mut tally = Tally::default();
    for batch in stream {
        // The bench is done.
        let Ok(batch) = batch else { return Ok(()) };
        take(&batch, &mut tally)?;
        progress.made(tally);
    }
    Ok(())
}

/// What was read so far, and how much somebody waits for.
#[derive(Default)]
struct Progress(Mutex<(Tally, Option<u64>)>);

impl Progress {
    fn lock(&self) -> MutexGuard<'_, (Tally, Option<u64>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, events: u64) {
        let mut state = self.lock();
        state.1 = Some(events);
        answer(&mut state);
    }

    fn made(&self, tally: Tally) {
        let mut state = self.lock();
        state.0 = tally;
        answer(&mut state);
    }
}

fn answer((tally, asked): &mut (Tally, Option<u64>)) {
    if asked.is_some_and(|events| tally.events >= events) {
        *asked = None;
        tell(tally);
    }
}

fn take(batch: &Batch, tally: &mut Tally) -> Outcome {
    if let Some(gap) = batch.gaps().first() {
        return Err(format!("{} events were lost", gap.lost.total()).into());
    }
    for event in batch.events() {
        let event = event?;
        if event.is::<Small>() {
            let it = event.get::<Small>()?;
            tally.small(it.id, it.amount, it.kind, it.name.as_bytes());
        } else {
            let it = event.get::<Message>()?;
            let texts = [it.addr, it.connection_type, it.message_type].map(str::as_bytes);
            tally.message(it.peer_id, texts, it.payload);
        }
    }
    black_box(&tally);
    Ok(())
}

fn tell(tally: &Tally) {
    let cpu = platform::process_cpu().unwrap_or_default().as_nanos();
    say(format_args!("{} {} {cpu}", tally.events, tally.sum));
}

/// An exporter of this process and clients that are attached to it.
pub struct Attached {
    clients: Vec<Seen>,
    stopped: Vec<Child>,
    fired: u64,
    // After the clients, which are told by its end that there is no more.
    exporter: Option<Exporter>,
}

struct Seen {
    child: Child,
    tally: Tally,
    cpu: Duration,
}

impl Attached {
    /// Starts an exporter with default settings and one client; returns when the probes are on.
    pub fn start() -> Self {
        Self::start_with(1, |builder| builder)
    }

    /// Starts an exporter and as many clients.
    pub fn start_with(clients: usize, settings: impl FnOnce(ExporterBuilder) -> ExporterBuilder) -> Self {
        let exporter = settings(Exporter::builder("bench")).start().expect("an exporter");
        let socket = exporter.socket_path().display().to_string();
        let mut attached =
            Attached { clients: Vec::new(), stopped: Vec::new(), fired: 0, exporter: Some(exporter) };
        for _ in 0..clients {
            let mut seen =
                Seen { child: Child::start(CLIENT, &socket), tally: Tally::default(), cpu: Duration::ZERO };
            // It says that there was nothing so far.
            seen.hear();
            attached.clients.push(seen);
        }
        attached
    }

    /// Counts events that were fired, and waits until all but `behind` of them were decoded by each client.
    pub fn fired(&mut self, events: u64, behind: u64) {
        self.fired += events;
        let wanted = self.fired.saturating_sub(behind);
        let late = |client: &&mut Seen| client.tally.events < wanted;
        self.clients.iter_mut().filter(late).for_each(|client| client.child.tell(wanted));
        self.clients.iter_mut().filter(late).for_each(Seen::hear);
    }

    /// Stops the process of the last client, and counts for the others alone from now on.
    pub fn stop_last(&mut self) {
        if let Some(client) = self.clients.pop() {
            client.child.stop();
            self.stopped.push(client.child);
        }
    }

    /// What the clients have seen so far, which must be what each of them was sent.
    pub fn tally(&self) -> Tally {
        let tally = self.clients.first().map_or(Tally::default(), |client| client.tally);
        assert!(self.clients.iter().all(|client| client.tally == tally), "clients saw different events");
        tally
    }

    /// CPU time of the first client, when it last said something.
    pub fn client_cpu(&self) -> Duration {
        self.clients.first().map_or(Duration::ZERO, |client| client.cpu)
    }
}

impl Seen {
    fn hear(&mut self) {
        let line = self.child.hear();
        let mut numbers = line.split(' ').map(|number| number.parse::<u64>().expect("a number"));
        let mut next = || numbers.next().expect("three numbers");
        self.tally = Tally { events: next(), sum: next() };
        self.cpu = Duration::from_nanos(next());
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        drop(self.exporter.take());
    }
}
