//! What there is to measure, in the order of the table: sections, their columns, their rows.

/// A part of the table.
#[derive(Debug)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// What one should know to read it.
    pub note: &'static str,
    /// Each with values of its own.
    pub columns: &'static [Column],
    /// The contenders.
    pub rows: &'static [Row],
}

/// A group of measurements.
#[derive(Debug)]
pub struct Column {
    /// As it is measured: criterion's group, or that of the figures.
    pub group: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What to make of the measured value.
    pub scale: Scale,
}

/// How a measured value becomes the one that is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Shown as it is: less is better.
    Plain,
    /// Nanoseconds that so many probes add to the row without any.
    Added(f64),
    /// Events in a second, from nanoseconds for each one: more is better.
    Rate,
    /// The same, with the MB/s that come to if an event has that many bytes.
    RateOf(f64),
}

/// A contender.
#[derive(Debug)]
pub struct Row {
    /// As it is measured, and shown.
    pub name: &'static str,
    /// Who it is.
    pub kind: Kind,
}

/// Who a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Not a contender: what is subtracted, or cannot be done without.
    Base,
    /// Written by hand: what can be reached. The first one of a section is what others are compared with.
    Limit,
    /// This library.
    Ours,
    /// Another one.
    Peer,
}

/// The row that [`Scale::Added`] subtracts.
pub const NO_PROBE: &str = "no probe";

const fn column(group: &'static str, title: &'static str, scale: Scale) -> Column {
    Column { group, title, scale }
}

const fn base(name: &'static str) -> Row {
    Row { name, kind: Kind::Base }
}

const fn limit(name: &'static str) -> Row {
    Row { name, kind: Kind::Limit }
}

const fn ours(name: &'static str) -> Row {
    Row { name, kind: Kind::Ours }
}

const fn peer(name: &'static str) -> Row {
    Row { name, kind: Kind::Peer }
}

/// All of it.
pub const SECTIONS: &[Section] = &[
    Section {
        title: "Off: what a probe adds that nobody listens to (ns)",
        note: "A loop without a probe is subtracted. What is below 0.05 ns cannot be told from nothing. \
               fastrace makes the strings of its properties whether anybody listens or not.",
        columns: &[
            column("disabled/tight loop", "tight loop", Scale::Added(1.0)),
            column("disabled/8 probes", "8 probes an iteration, each", Scale::Added(8.0)),
            column("disabled/with work", "loop with 8 ns of work", Scale::Added(1.0)),
        ],
        rows: &[
            limit("limit: relaxed load and branch"),
            ours("tracepoint!"),
            peer("log, max level off"),
            peer("tracing, no subscriber"),
            peer("fastrace, event with 4 properties, no parent"),
        ],
    },
    Section {
        title: "On: event S, to the calling thread (ns)",
        note: "In bursts of 10,000, after each of which the reader catches up; all events arrive, except in the row \
               'ring full', where all are dropped and counted. Subscribers and loggers that do nothing deliver nothing. \
               The writer of tracing is told not to drop lines, as it does by default, and fastrace gets a root span \
               for each 1,000 events, because it drops what its buffers do not hold.",
        columns: &[column("enabled/S", "ns", Scale::Plain)],
        rows: &[
            base("clock alone"),
            limit("limit: own ring and clock, drained each ms"),
            ours("tracepoint!, live client"),
            ours("tracepoint!, ring full"),
            peer("crossbeam ArrayQueue, emptied each ms"),
            peer("rtrb, emptied each ms"),
            peer("tracing, subscriber that does nothing"),
            peer("tracing, subscriber that visits the fields"),
            peer("tracing, text lines, non-blocking writer"),
            peer("log, logger that does nothing"),
            peer("fastrace, event with 4 properties"),
        ],
    },
    Section {
        title: "Rejected: an event that a predicate keeps from being copied, to the calling thread (ns)",
        note: "As above. What is rejected is counted, and reads no clock.",
        columns: &[column("filter", "ns", Scale::Plain)],
        rows: &[
            base("clock alone"),
            ours("S, wanted"),
            ours("S, rejected by kind == 8"),
            ours("S, rejected by name == \"another text\""),
            ours("P of 1 kB, rejected by message_type == \"block\""),
        ],
    },
    Section {
        title: "A client that takes nothing: event S, to the calling thread (ns)",
        note: "As above, with two clients.",
        columns: &[column("stalled", "ns", Scale::Plain)],
        rows: &[ours("two clients that read"), ours("one that reads, one that has stopped")],
    },
    Section {
        title: "On: event P with its payload, to the calling thread (ns)",
        note: "As above, in bursts of a megabyte; by reference in whole bursts of 300 and more, which is as much as may be on its way before the drain is woken. Less than 2 kB is copied, whatever it lies in. The text of tracing and fastrace is what `Debug` makes of the bytes.",
        columns: &[
            column("payload/1 kB", "1 kB", Scale::Plain),
            column("payload/100 kB", "100 kB", Scale::Plain),
        ],
        rows: &[
            base("memcpy of the fields into one hot buffer"),
            limit("limit: own ring and clock, drained each ms"),
            ours("tracepoint!, copied"),
            ours("tracepoint!, by reference: Arc<[u8]>"),
            peer("crossbeam ArrayQueue of Box<[u8]>"),
            peer("tracing, text lines, non-blocking writer"),
            peer("fastrace, event with 5 properties"),
        ],
    },
    Section {
        title: "Threads that fire S at once: CPU time of the firing thread for each event (ns)",
        note: "In bursts of 1,000, two million events a second all together, with one client attached. The first two bursts of each thread, which take memory for the first time, do not count.",
        columns: &[
            column("threads/1", "1", Scale::Plain),
            column("threads/2", "2", Scale::Plain),
            column("threads/8", "8", Scale::Plain),
            column("threads/64", "64", Scale::Plain),
            column("threads/512", "512", Scale::Plain),
        ],
        rows: &[limit("limit: a ring by hand for each thread"), ours("tracepoint!, a thread each")],
    },
    Section {
        title: "Clients that are attached: CPU time for each event S (ns)",
        note: "",
        columns: &[
            column("threads/clients 1", "1", Scale::Plain),
            column("threads/clients 2", "2", Scale::Plain),
            column("threads/clients 8", "8", Scale::Plain),
            column("threads/clients 31", "31", Scale::Plain),
        ],
        rows: &[ours("calling thread"), ours("exporter's thread")],
    },
    Section {
        title: "Tracepoints in the program, all of them on: CPU time for each event S (ns)",
        note: "",
        columns: &[
            column("threads/tracepoints 20", "20", Scale::Plain),
            column("threads/tracepoints 5000", "5,000", Scale::Plain),
        ],
        rows: &[ours("calling thread"), ours("exporter's thread"), ours("to start and attach a client, us")],
    },
    Section {
        title: "Memory when nobody reads and everything is full (MB)",
        note: "Predicted: pool, and the queue of the subscription with the batch that is being filled.",
        columns: &[
            column("memory/rings", "rings", Scale::Plain),
            column("memory/all", "the whole process has grown by", Scale::Plain),
        ],
        rows: &[limit("predicted from the settings"), ours("measured")],
    },
    Section {
        title: "Latency: from the probe to the client, which decodes it, at 10,000 events/s (us)",
        note: "The limit wakes a reader that is blocked, with a system call for each event.",
        columns: &[
            column("latency/p50", "p50", Scale::Plain),
            column("latency/p99", "p99", Scale::Plain),
            column("latency/max", "max", Scale::Plain),
        ],
        rows: &[
            limit("limit: a write to a pipe for each event"),
            ours("tracepoint!, poll interval 50 us"),
            ours("tracepoint!, poll interval 100 us"),
            ours("tracepoint!, default: 1 ms"),
        ],
    },
    Section {
        title: "End to end: from process to process, nothing lost (events/s)",
        note: "The peers only replay ready-made values; our row fires, drains, sends and decodes.",
        columns: &[
            column("export/S", "S", Scale::Rate),
            column("export/P 1 kB", "P, 1 kB", Scale::RateOf(1_000.0)),
        ],
        rows: &[
            limit("limit: ready 64 KiB batches on a Unix socket"),
            limit("the same, decoded by hand"),
            ours("tracepoint!, decoded and checked"),
            peer("capnp-rpc, list of 100 events a call"),
            peer("capnp-rpc, stream of one event a call"),
            peer("capnp-rpc, one event a call, awaited"),
        ],
    },
    Section {
        title: "Besides the calling thread: CPU time for each event S, at 500,000 events/s (ns)",
        note: "",
        columns: &[
            column("export/exporter cpu", "exporter's thread", Scale::Plain),
            column("export/client cpu", "client", Scale::Plain),
        ],
        rows: &[ours("tracepoint!, 500,000 events/s")],
    },
    Section {
        title: "A burst of 20,000 events S from one thread",
        note: "After 5 ms without an event, so with cold caches.",
        columns: &[
            column("export/burst ns", "ns for each event", Scale::Plain),
            column("export/burst lost", "events lost", Scale::Plain),
            column("export/burst wakes", "times that the caller woke the drain", Scale::Plain),
        ],
        rows: &[limit("limit: own ring and clock, burst of 20,000"), ours("tracepoint!, burst of 20,000")],
    },
    Section {
        title: "Idle: an exporter and nobody attached",
        note: "",
        columns: &[
            column("export/idle wakes", "wake-ups a second", Scale::Plain),
            column("export/idle cpu", "CPU, us a second", Scale::Plain),
        ],
        rows: &[ours("exporter, nobody attached")],
    },
];

/// Complains about a row that the table would not show.
///
/// # Panics
///
/// There is no such row.
pub fn expect(groups: Vec<&str>, row: &str) {
    for group in groups {
        let known = SECTIONS.iter().any(|section| {
            section.columns.iter().any(|column| column.group == group)
                && (row == NO_PROBE || section.rows.iter().any(|it| it.name == row))
        });
        assert!(known, "the catalogue of the report lacks the row '{row}' of '{group}'");
    }
}
