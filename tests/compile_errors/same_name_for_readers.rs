// `peer_id` and `peerId` have the same name for readers

#[derive(tracepoints::Event)]
#[event(provider = "net")]
struct Sent {
    peer_id: u64,
    #[allow(non_snake_case)]
    peerId: u64,
}

fn main() {}
