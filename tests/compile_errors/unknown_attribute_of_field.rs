// a field knows `#[value(with = Type)]`

#[derive(tracepoints::Event)]
#[event(provider = "net")]
struct Sent {
    #[value(skip)]
    size: u64,
}

fn main() {}
