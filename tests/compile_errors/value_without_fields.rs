// a struct without fields has nothing to travel

#[derive(tracepoints::Value)]
struct Nothing {}

fn main() {}
