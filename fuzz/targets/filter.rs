//! Text as the predicate of a subscription, which is looked at in probes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tracepoint_core::Subscription;
use tracepoints_fuzz::{events, memory, show};

fuzz_target!(|text: &str| {
    memory::bounded(6 << 20, || {
        for pattern in ["fuzz:numbers", "fuzz:texts", "fuzz:nested", "fuzz:*"] {
            let mut subscription = match Subscription::builder().pattern(pattern).filter(text).start() {
                Ok(subscription) => subscription,
                Err(error) => {
                    show::display(error);
                    continue;
                }
            };
            events::fire(1, 10);
            events::fire(u64::MAX, 0);
            let counts = subscription.close();
            let all =
                counts.tracepoints.iter().map(|counts| (counts.offered, counts.delivered + counts.filtered));
            assert!(all.clone().all(|(offered, told)| offered == told), "{counts:?}");
        }
    });
});
