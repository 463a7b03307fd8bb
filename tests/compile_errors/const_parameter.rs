// an event cannot have a const parameter

#[derive(tracepoints::Event)]
#[event(provider = "net")]
struct Sent<const N: usize> {
    message: [u8; N],
}

fn main() {}
