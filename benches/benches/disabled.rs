//! What a probe costs when nobody listens: eight probes in a loop, beside eight gates written by hand.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tracepoint_benches::limit::HandGate;
use tracepoints::{Event, tracepoint};

macro_rules! eight {
    ($($event:ident $gate:ident)*) => {
        $(
            #[derive(Event)]
            #[event(provider = "disabled")]
            struct $event {
                id: u64,
            }
            static $gate: HandGate = HandGate::new();
        )*

        #[inline(never)]
        fn ours(id: u64) {
            $(tracepoint!($event { id });)*
        }

        fn perhaps_open() {
            $($gate.perhaps_open();)*
        }

        #[inline(never)]
        fn by_hand(id: u64) {
            $($gate.check(|| { black_box(id); });)*
        }
    };
}
eight! { A GA B GB C GC D GD E GE F GF G GG H GH }

#[inline(never)]
fn nothing(id: u64) {
    black_box(id);
}

/// Eight nanoseconds or so of other work.
#[inline(always)]
fn work(mut id: u64) -> u64 {
    for _ in 0..8 {
        id = id.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(7);
    }
    id
}

fn disabled(criterion: &mut Criterion) {
    // Registered, as in any process that has an exporter.
    tracepoints::tracepoints();
    perhaps_open();
    let mut group = criterion.benchmark_group("disabled/8 probes");
    group.throughput(Throughput::Elements(8));
    group.bench_function("no probe", |bencher| bencher.iter(|| nothing(black_box(7))));
    group.bench_function("limit: relaxed load and branch", |bencher| bencher.iter(|| by_hand(black_box(7))));
    group.bench_function("tracepoint!", |bencher| bencher.iter(|| ours(black_box(7))));
    group.finish();

    let mut group = criterion.benchmark_group("disabled/with work");
    group.bench_function("no probe", |bencher| bencher.iter(|| black_box(work(black_box(7)))));
    group.bench_function("limit: relaxed load and branch", |bencher| {
        bencher.iter(|| {
            GA.check(|| {
                black_box(7);
            });
            black_box(work(black_box(7)))
        });
    });
    group.bench_function("tracepoint!", |bencher| {
        bencher.iter(|| {
            tracepoint!(A { id: 7 });
            black_box(work(black_box(7)))
        });
    });
    group.finish();
}

criterion_group!(benches, disabled);
criterion_main!(benches);
