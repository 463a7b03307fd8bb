// `TimedOut` and `Timed_Out` have the same name for readers

#[derive(tracepoints::Value)]
#[allow(non_camel_case_types)]
enum Reason {
    TimedOut,
    Timed_Out,
}

fn main() {}
