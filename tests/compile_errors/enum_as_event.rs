// an enum cannot be an event

#[derive(tracepoints::Event)]
#[event(provider = "net")]
enum Message {
    Ping,
    Pong,
}

fn main() {}
