// a variant with data cannot travel

#[derive(tracepoints::Value)]
enum Reason {
    Timeout,
    Misbehaviour(String),
}

fn main() {}
