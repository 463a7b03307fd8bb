// names of tracepoints are of lower-case letters

#[derive(tracepoints::Event)]
#[event(provider = "Net:*")]
struct Sent {
    size: u64,
}

fn main() {}
