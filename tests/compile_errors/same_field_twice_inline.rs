// is already declared

pub fn fire() {
    tracepoints::tracepoint!(net::sent, size: u64 = 1, size: u64 = 2);
}

fn main() {}
