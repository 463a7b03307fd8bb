// say which part of the program fires this event

#[derive(tracepoints::Event)]
struct Sent {
    size: u64,
}

fn main() {}
