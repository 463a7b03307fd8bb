// is already declared

#[derive(tracepoints::Event)]
#[event(provider = "net")]
struct Sent {
    size: u64,
    size: u32,
}

fn main() {}
