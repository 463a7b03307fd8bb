//! capnp-rpc alone: events as calls, to a process that decodes and adds them up.

use std::cell::Cell;
use std::os::unix::net::{UnixListener, UnixStream};
use std::rc::Rc;
use std::time::{Duration, Instant};

use capnp_rpc::rpc_twoparty_capnp::Side;
use capnp_rpc::twoparty::VatNetwork;
use capnp_rpc::{RpcSystem, new_client};
use futures_util::io::{AsyncRead, BufReader, BufWriter};
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;
use tokio_util::compat::{TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt};

use crate::child::Child;
use crate::peers_capnp::{event, sink};
use crate::workload::{ADDR, CONNECTION, KIND, MESSAGE, NAME, Tally};

/// The role of the process that reads.
pub const SINK: &str = "calls";

/// How events are sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One event a call, each awaited.
    Each,
    /// One event a call, as many under way as flow control allows.
    Stream,
    /// 100 events a call, likewise.
    List,
}

/// Who sends.
pub struct Caller {
    sink: sink::Client,
    payload: Option<Box<[u8]>>,
    // Before the runtime: its tasks hold sockets of it.
    tasks: LocalSet,
    runtime: Runtime,
    _child: Child,
}

impl Caller {
    /// Starts a process that reads, and connects to it.
    pub fn start(payload: Option<Box<[u8]>>) -> Self {
        let path = std::env::temp_dir().join(format!("tracepoint-bench-rpc-{}.sock", std::process::id()));
        let listener = UnixListener::bind(&path).expect("a socket");
        let child = Child::start(SINK, &path.display().to_string());
        let (socket, _) = listener.accept().expect("the reader comes");
        std::fs::remove_file(&path).expect("ours");
        let (runtime, tasks) = event_loop();
        let sink = tasks.block_on(&runtime, async {
            let mut system = RpcSystem::new(Box::new(network(socket, Side::Client)), None);
            let sink = system.bootstrap(Side::Server);
            tokio::task::spawn_local(system);
            sink
        });
        Caller { sink, payload, tasks, runtime, _child: child }
    }

    /// Sends so many events, numbered from 0. Returns how long it took until all were taken, and what the
    /// reader says that they came to.
    ///
    /// # Panics
    ///
    /// The reader has gone.
    pub fn send(&mut self, form: Form, events: u64) -> (Duration, Tally) {
        const LIST: u64 = 100;
        let (sink, payload) = (&self.sink, self.payload.as_deref());
        self.tasks.block_on(&self.runtime, async {
            let start = Instant::now();
            match form {
                Form::Each => {
                    for id in 0..events {
                        let mut request = sink.each_request();
                        write(request.get().init_event(), id, payload);
                        request.send().promise.await.expect("an answer");
                    }
                }
                Form::Stream => {
                    for id in 0..events {
                        let mut request = sink.stream_request();
                        write(request.get().init_event(), id, payload);
                        request.send().await.expect("room");
                    }
                }
                Form::List => {
                    for first in (0..events).step_by(LIST as usize) {
                        let count = LIST.min(events - first);
                        let mut request = sink.list_request();
                        let mut list = request.get().init_events(count as u32);
                        for at in 0..count {
                            write(list.reborrow().get(at as u32), first + at, payload);
                        }
                        request.send().await.expect("room");
                    }
                }
            }
            let answer = sink.done_request().send().promise.await.expect("an answer");
            let done = answer.get().expect("a struct");
            (start.elapsed(), Tally { events: done.get_events(), sum: done.get_sum() })
        })
    }
}

fn event_loop() -> (Runtime, LocalSet) {
    (Builder::new_current_thread().enable_io().build().expect("an event loop"), LocalSet::new())
}

/// To be called within an event loop.
fn network(socket: UnixStream, side: Side) -> VatNetwork<impl AsyncRead + Unpin> {
    socket.set_nonblocking(true).expect("a socket of ours");
    let socket = tokio::net::UnixStream::from_std(socket).expect("within an event loop");
    let (reads, writes) = socket.into_split();
    let (reads, writes) = (BufReader::new(reads.compat()), BufWriter::new(writes.compat_write()));
    VatNetwork::new(reads, writes, side, Default::default())
}

fn write(event: event::Builder<'_>, id: u64, payload: Option<&[u8]>) {
    match payload {
        None => {
            let mut small = event.init_small();
            small.set_id(id);
            small.set_amount(-(id as i64));
            small.set_kind(KIND);
            small.set_name(NAME);
        }
        Some(payload) => {
            let mut message = event.init_message();
            message.set_peer_id(id as i64);
            message.set_addr(ADDR);
            message.set_connection_type(CONNECTION);
            message.set_message_type(MESSAGE);
            message.set_payload(payload);
        }
    }
}

/// Is the process that reads.
pub fn sink(path: &str) {
    let socket = UnixStream::connect(path).expect("the bench listens");
    let (runtime, tasks) = event_loop();
    tasks.block_on(&runtime, async {
        let network = network(socket, Side::Server);
        let service: sink::Client = new_client(Service::default());
        // Ends with the bench, and how makes no difference.
        let _ = RpcSystem::new(Box::new(network), Some(service.client)).await;
    });
}

#[derive(Default)]
struct Service {
    tally: Cell<Tally>,
}

impl Service {
    fn take<'e>(&self, events: impl Iterator<Item = event::Reader<'e>>) -> capnp::Result<()> {
        let mut tally = self.tally.get();
        for event in events {
            match event.which()? {
                event::Small(small) => {
                    let it = small?;
                    tally.small(it.get_id(), it.get_amount(), it.get_kind(), it.get_name()?.as_bytes());
                }
                event::Message(message) => {
                    let it = message?;
                    let texts = [it.get_addr()?, it.get_connection_type()?, it.get_message_type()?];
                    tally.message(it.get_peer_id(), texts.map(|text| text.as_bytes()), it.get_payload()?);
                }
            }
        }
        self.tally.set(tally);
        Ok(())
    }
}

impl sink::Server for Service {
    async fn each(self: Rc<Self>, params: sink::EachParams, _: sink::EachResults) -> capnp::Result<()> {
        self.take(std::iter::once(params.get()?.get_event()?))
    }

    async fn stream(self: Rc<Self>, params: sink::StreamParams) -> capnp::Result<()> {
        self.take(std::iter::once(params.get()?.get_event()?))
    }

    async fn list(self: Rc<Self>, params: sink::ListParams) -> capnp::Result<()> {
        self.take(params.get()?.get_events()?.iter())
    }

    async fn done(self: Rc<Self>, _: sink::DoneParams, mut results: sink::DoneResults) -> capnp::Result<()> {
        let tally = self.tally.take();
        results.get().set_events(tally.events);
        results.get().set_sum(tally.sum);
        Ok(())
    }
}
