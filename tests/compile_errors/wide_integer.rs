// `u128` cannot be a field of an event

#[derive(tracepoints::Event)]
#[event(provider = "net")]
struct Work {
    chain: u128,
}

fn main() {}
