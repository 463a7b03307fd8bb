// an event cannot have a type parameter

#[derive(tracepoints::Event)]
#[event(provider = "net")]
struct Sent<T> {
    message: T,
}

fn main() {}
