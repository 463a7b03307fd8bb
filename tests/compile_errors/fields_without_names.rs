// the fields of an event need names

#[derive(tracepoints::Event)]
#[event(provider = "net")]
struct Sent(u64);

fn main() {}
