// tracepoint! takes an event

pub fn fire() {
    tracepoints::tracepoint!(net::ping nonce);
}

fn main() {}
