// Display + 'a)` cannot be a field of an event

#[derive(tracepoints::Event)]
#[event(provider = "net")]
struct Failed<'a> {
    error: &'a dyn std::fmt::Display,
}

fn main() {}
