// cannot be a field of an event

struct Peer;

#[derive(tracepoints::Event)]
#[event(provider = "net")]
struct Peers {
    peers: Vec<Peer>,
}

fn main() {}
