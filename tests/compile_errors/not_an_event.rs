// `Ping` is not an event

struct Ping {
    nonce: u64,
}

pub fn fire() {
    tracepoints::tracepoint!(Ping { nonce: 1 });
}

fn main() {}
