// does not say what

struct Seconds;

impl tracepoints::ValueWith<std::time::Instant> for Seconds {
    const TYPE: tracepoints::Type = tracepoints::Type::UInt64;
    type Lowered<'v> = u64;
    fn lower(_: &std::time::Instant) -> u64 {
        0
    }
}

#[derive(tracepoints::Event)]
#[event(provider = "net")]
struct Sent {
    #[value(with = Seconds)]
    at: String,
}

fn main() {}
