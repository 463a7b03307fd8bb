// has a `TYPE` that its `Lowered` does not travel as

struct Txid(u64);

impl tracepoints::Value for Txid {
    const TYPE: tracepoints::Type = tracepoints::Type::Text;
    type Lowered<'v> = u64;
    fn lower(&self) -> u64 {
        self.0
    }
}

#[derive(tracepoints::Event)]
#[event(provider = "net")]
struct Sent {
    txid: Txid,
}

fn main() {}
