//! The limits: batches of ready records, back to back, on a Unix socket.

use std::hint::black_box;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::Instant;

use tracepoint_benches::child::Child;
use tracepoint_benches::harness::Run;
use tracepoint_benches::limit::ticks;
use tracepoint_benches::workload::{ADDR, CONNECTION, KIND, MESSAGE, NAME, Tally};

use super::workload::Workload;

/// The role of the process that reads.
pub const SINK: &str = "batches";

/// Bytes of a batch; the last record may go beyond.
const BATCH: usize = 64 * 1024;

/// Whether the reader looks at what it reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Decoded {
    Yes,
    No,
}

/// What stands before each batch: its bytes, and its events.
type Head = [u64; 2];

/// A batch of ready records.
struct Batch {
    bytes: Vec<u8>,
    events: u64,
}

impl Batch {
    /// As many as fit a batch, or as are left.
    fn new(workload: Workload, ids: std::ops::Range<u64>) -> Self {
        let payload = workload.payload();
        let mut batch = Batch { bytes: Vec::with_capacity(BATCH + 2_000), events: 0 };
        for id in ids {
            if batch.bytes.len() >= BATCH {
                break;
            }
            match &payload {
                None => batch.record(id, -(id as i64), &[NAME.as_bytes()]),
                Some(payload) => batch.record(
                    id,
                    0,
                    &[ADDR.as_bytes(), CONNECTION.as_bytes(), MESSAGE.as_bytes(), payload],
                ),
            }
        }
        batch
    }

    /// Words of the record, clock, id, amount, kind and number of fields, and each field with its length.
    fn record(&mut self, id: u64, amount: i64, fields: &[&[u8]]) {
        let words: usize = 5 + fields.iter().map(|field| 1 + field.len().div_ceil(8)).sum::<usize>();
        let kind = u64::from(KIND) << 32 | fields.len() as u64;
        for word in [words as u64, ticks(), id, amount as u64, kind] {
            self.bytes.extend(word.to_le_bytes());
        }
        for field in fields {
            self.bytes.extend((field.len() as u64).to_le_bytes());
            self.bytes.extend(*field);
            self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        }
        self.events += 1;
    }
}

/// Starts a reader, and sends it so many events.
pub fn start(workload: Workload, decoded: Decoded) -> Run {
    let path = std::env::temp_dir().join(format!("tracepoint-bench-{}.sock", std::process::id()));
    let listener = UnixListener::bind(&path).expect("a socket");
    let child = Child::start(SINK, &format!("{}{}", u8::from(decoded == Decoded::Yes), path.display()));
    let (mut socket, _) = listener.accept().expect("the reader comes");
    std::fs::remove_file(&path).expect("ours");
    let full = Batch::new(workload, 0..u64::MAX);
    Box::new(move |calls| {
        let _keep = &child;
        let rest = Batch::new(workload, 0..calls % full.events);
        // The numbers begin anew in each batch.
        let mut expected = Tally::default();
        let start = Instant::now();
        let whole = std::iter::repeat_n(&full, (calls / full.events) as usize);
        for batch in whole.chain((rest.events > 0).then_some(&rest)) {
            send(&mut socket, [batch.bytes.len() as u64, batch.events]);
            socket.write_all(black_box(&batch.bytes)).expect("the reader reads");
        }
        send(&mut socket, [0, 0]);
        let seen = Tally { events: receive(&mut socket), sum: receive(&mut socket) };
        let time = start.elapsed();
        let (whole, part) = (workload.expected(full.events), workload.expected(rest.events));
        expected.events = calls;
        expected.sum = whole.sum.wrapping_mul(calls / full.events).wrapping_add(part.sum);
        assert_eq!(seen.events, calls);
        assert!(decoded == Decoded::No || seen == expected, "{seen:?} came, not {expected:?}");
        time
    })
}

fn send(socket: &mut UnixStream, head: Head) {
    let bytes: Vec<u8> = head.into_iter().flat_map(u64::to_le_bytes).collect();
    socket.write_all(&bytes).expect("the other end is there");
}

fn receive(socket: &mut UnixStream) -> u64 {
    let mut bytes = [0; 8];
    socket.read_exact(&mut bytes).expect("the other end is there");
    u64::from_le_bytes(bytes)
}

/// Is the reader.
pub fn sink(argument: &str) {
    let (decoded, path) = argument.split_at(1);
    let mut socket = UnixStream::connect(path).expect("the bench listens");
    let mut batch = vec![0; BATCH + 2_000];
    let mut tally = Tally::default();
    let mut head = [0; 16];
    while socket.read_exact(&mut head).is_ok() {
        let [bytes, events] =
            [0, 8].map(|at| u64::from_le_bytes(head[at..at + 8].try_into().expect("eight bytes")));
        if events == 0 && bytes == 0 {
            send(&mut socket, [tally.events, tally.sum]);
            tally = Tally::default();
            continue;
        }
        let batch = &mut batch[..bytes as usize];
        socket.read_exact(batch).expect("a whole batch");
        if decoded == "1" {
            decode(batch, &mut tally);
        } else {
            black_box(&batch);
            tally.events += events;
        }
    }
}

fn decode(batch: &[u8], tally: &mut Tally) {
    let word = |at: usize| u64::from_le_bytes(batch[at..at + 8].try_into().expect("eight bytes"));
    let mut at = 0;
    while at < batch.len() {
        let (words, id, amount, kind) = (word(at), word(at + 16), word(at + 24), word(at + 32));
        let mut field_at = at + 40;
        let mut field = || {
            let length = word(field_at) as usize;
            let field = &batch[field_at + 8..field_at + 8 + length];
            field_at += 8 + length.next_multiple_of(8);
            field
        };
        if kind as u32 == 1 {
            tally.small(id, amount as i64, (kind >> 32) as u32, field());
        } else {
            let texts = [field(), field(), field()];
            tally.message(id as i64, texts, field());
        }
        at += words as usize * 8;
    }
}
