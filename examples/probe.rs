//! Functions that do nothing but fire a tracepoint, for a look at what a probe compiles to: `ci/asm.sh`
//! fails if that is more than a compare and a branch while nobody listens.
//!
//! ```sh
//! cargo run --release --example probe
//! ```

use tracepoints::{Event, capture, tracepoint};

/// A block was connected to the chain.
#[derive(Event)]
#[event(provider = "probe")]
struct BlockConnected<'a> {
    height: i32,
    transactions: u64,
    inputs: i32,
    hash: &'a [u8; 32],
    miner: &'a str,
}

/// A probe with an event of its own type.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn probe_site(height: i32, transactions: u64, hash: &[u8; 32], miner: &str) {
    tracepoint!(BlockConnected { height, transactions, inputs: height / 2, hash, miner });
}

/// A probe whose event is declared in the same place, with arguments that loop and call a function.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn probe_inline(sizes: &[u64]) {
    tracepoint!(probe::sizes, sum: u64 = sizes.iter().sum(), kind: &str = kind(sizes));
}

#[inline(never)]
fn kind(sizes: &[u64]) -> &'static str {
    if sizes.is_sorted() { "sorted" } else { "mixed" }
}

fn main() {
    probe_site(840_000, 3_050, &[0; 32], "nobody listens");
    probe_inline(&[1]);

    let mut seen = capture("probe:*");
    probe_site(840_001, 3_051, &[1; 32], "somebody");
    probe_inline(&[1, 2, 3]);
    for event in seen.take() {
        let payload = event.raw().payload;
        match event.get::<BlockConnected>() {
            Ok(block) => {
                println!("{}: {} with {} transactions", event.name(), block.height, block.transactions)
            }
            Err(_) => println!("{}: {} in all, {:?}", event.name(), payload.u64(0), payload.text(0)),
        }
    }
}
