//! How tracepoints become known: at startup, at run time, at their first hit; and what cannot be known
//! together.

use tracepoints::__macro::Losses;
use tracepoints::{
    Capture, Descriptor, Event, Field, Gate, Placed, Registration, Subscription, Tracepoint, capture,
    conflicts, enabled, register, tracepoint, tracepoints,
};

fn names(provider: &str) -> Vec<String> {
    let all = tracepoints();
    let own = all.iter().filter(|it| it.descriptor().provider == provider);
    own.map(|it| it.descriptor().to_string()).collect()
}

/// An event as a binding to another language makes it: nothing announces its tracepoint at startup.
macro_rules! unannounced {
    ($event:ident, $provider:literal, $name:literal) => {
        struct $event(u64);

        impl $event {
            fn fire(number: u64) {
                tracepoint!($event(number));
            }
        }

        const _: () = {
            static FIELDS: Placed<1> = Placed::new([Field::of::<u64>("number", "")]);
            static GATE: Gate = Gate::unregistered();
            static LOSSES: Losses = Losses::new();
            static DESCRIBED: Descriptor = $event::DESCRIPTOR;
            static TRACEPOINT: Tracepoint = Tracepoint::new(&DESCRIBED, &GATE, &LOSSES);

            // SAFETY: one u64, as `FIELDS` says.
            unsafe impl Event for $event {
                const DESCRIPTOR: Descriptor =
                    Descriptor::new($provider, $name, "", &FIELDS, file!(), line!());
                type Lowered<'e> = (u64, ());
                fn gate() -> &'static Gate {
                    &GATE
                }
                fn tracepoint() -> &'static Tracepoint {
                    &TRACEPOINT
                }
                fn lower(&self) -> (u64, ()) {
                    (self.0, ())
                }
            }
        };
    };
}

unannounced!(Plugin, "late", "plugin");
unannounced!(Hit, "hit", "first");
unannounced!(Waited, "waited", "for");

#[test]
fn a_tracepoint_registered_at_run_time_is_like_any_other() {
    assert!(names("late").is_empty());
    assert!(Capture::new(&["late:*"]).is_err());

    register(Plugin::tracepoint());
    register(Plugin::tracepoint());
    assert_eq!(names("late"), ["late:plugin"]);
    assert_eq!(Plugin::tracepoint().registration(), Registration::RunTime);
    assert!(!enabled!(Plugin));

    let mut seen = capture("late:*");
    assert!(enabled!(Plugin) && Plugin::tracepoint().is_enabled());
    Plugin::fire(7);
    let events = seen.take();
    assert_eq!(events[0].name(), "late:plugin");
    assert_eq!(events[0].raw().payload.u64(0), 7);
    assert_eq!(Some(events[0].raw().tag - 1), Plugin::tracepoint().index());
}

#[test]
fn a_tracepoint_that_nobody_announced_is_known_from_its_first_hit() {
    assert!(names("hit").is_empty());
    Hit::fire(1);
    assert_eq!(names("hit"), ["hit:first"]);
    assert_eq!(Hit::tracepoint().registration(), Registration::FirstHit);
    let mut seen = capture("hit:first");
    Hit::fire(2);
    assert_eq!(seen.take()[0].raw().payload.u64(0), 2);
}

#[test]
fn a_subscription_may_wait_for_tracepoints_that_are_not_known_yet() {
    let mut waiting = Subscription::builder().pattern("waited:*").allow_empty(true).start().unwrap();
    assert!(waiting.tracepoints().is_empty());
    register(Waited::tracepoint());
    // Taken in when somebody looks, at the latest by the next pass of the drain.
    tracepoints::drain::pass();
    assert!(enabled!(Waited));
    Waited::fire(3);
    assert_eq!(waiting.tracepoints().len(), 1);
    let stats = waiting.close();
    assert_eq!((stats.tracepoints[0].offered, stats.tracepoints[0].delivered), (1, 1));
}

mod same_name {
    #[derive(tracepoints::Event)]
    #[event(provider = "conflict", name = "size")]
    pub struct Narrow {
        pub size: u32,
    }

    #[derive(tracepoints::Event)]
    #[event(provider = "conflict", name = "size")]
    pub struct Wide {
        pub size: u64,
    }

    #[derive(tracepoints::Event)]
    #[event(provider = "conflict", name = "size")]
    pub struct Renamed {
        pub length: u32,
    }
}

#[test]
fn events_of_one_name_and_different_fields_are_a_conflict_and_only_one_is_on() {
    use same_name::{Narrow, Renamed, Wide};
    assert_eq!(names("conflict"), ["conflict:size"]);
    let known = conflicts();
    let refused: Vec<_> = known.iter().filter(|it| it.refused.provider == "conflict").collect();
    assert_eq!(refused.len(), 2);
    for conflict in &refused {
        assert_eq!(conflict.registered.type_id, conflict.refused.type_id);
        assert_ne!(conflict.registered.line, conflict.refused.line);
    }

    let mut seen = capture("conflict:size");
    let on = [enabled!(Narrow), enabled!(Wide), enabled!(Renamed)];
    assert_eq!(on.iter().filter(|on| **on).count(), 1);
    for _ in 0..2 {
        tracepoint!(Narrow { size: 1 });
        tracepoint!(Wide { size: 1 });
        tracepoint!(Renamed { length: 1 });
    }
    assert_eq!(seen.take().len(), 2);
    assert_eq!(conflicts().iter().filter(|it| it.refused.provider == "conflict").count(), 2);
}

#[test]
fn all_declarations_of_the_program_are_known_before_their_first_hit_in_a_stable_order() {
    fn never_called() {
        tracepoint!(startup::b,);
        tracepoint!(startup::a, number: u32 = 1);
    }
    let _ = never_called as fn();
    assert_eq!(names("startup"), ["startup:a", "startup:b"]);
    let all = tracepoints();
    for (index, tracepoint) in all.iter().enumerate() {
        assert_eq!(tracepoint.index().map(usize::from), Some(index));
        assert_ne!(tracepoint.descriptor().type_id >> 63, 0, "the top bit");
    }
}
