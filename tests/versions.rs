//! Readers and writers of different versions of an event: fields may be appended.

use tracepoints::{Decode, DecodeError, Event, Value, capture, tracepoint};

#[derive(Value, Debug, PartialEq, Clone, Copy)]
enum OldKind {
    Inbound,
    Manual,
}

#[derive(Value, Debug, PartialEq, Clone, Copy)]
enum NewKind {
    Inbound,
    Manual,
    Feeler,
}

#[derive(Event, Debug, PartialEq, Clone, Copy)]
#[event(provider = "versions", name = "old")]
struct Old<'a> {
    id: i64,
    up: bool,
    addr: &'a str,
    kind: OldKind,
}

/// The same with fields appended: some in holes of the data section, some that make it longer.
#[derive(Event, Debug, PartialEq, Clone, Copy)]
#[event(provider = "versions", name = "new")]
struct New<'a> {
    id: i64,
    up: bool,
    addr: &'a str,
    kind: NewKind,
    flag: bool,
    port: u16,
    bytes: u64,
    load: f32,
    agent: &'a str,
    payload: &'a [u8],
    next: NewKind,
}

const NEW: New<'static> = New {
    id: -1,
    up: true,
    addr: "[::1]:8333",
    kind: NewKind::Manual,
    flag: true,
    port: 8333,
    bytes: u64::MAX,
    load: 0.5,
    agent: "/Satoshi:30.0.0/",
    payload: &[1, 2, 3],
    next: NewKind::Feeler,
};

#[test]
fn a_newer_reader_sees_defaults_in_fields_that_the_writer_did_not_know() {
    let mut seen = capture("versions:old");
    tracepoint!(Old { id: 7, up: true, addr: "127.0.0.1:8333", kind: OldKind::Manual });
    let events = seen.take();
    assert_eq!(
        New::decode(events[0].raw().payload),
        Ok(New {
            id: 7,
            up: true,
            addr: "127.0.0.1:8333",
            kind: NewKind::Manual,
            flag: false,
            port: 0,
            bytes: 0,
            load: 0.0,
            agent: "",
            payload: &[],
            next: NewKind::Inbound,
        })
    );
}

#[test]
fn an_older_reader_sees_the_fields_that_it_knows() {
    let mut seen = capture("versions:new");
    tracepoint!(NEW);
    let events = seen.take();
    assert_eq!(New::decode(events[0].raw().payload), Ok(NEW));
    assert_eq!(
        Old::decode(events[0].raw().payload),
        Ok(Old { id: -1, up: true, addr: "[::1]:8333", kind: OldKind::Manual })
    );
}

#[test]
fn a_variant_that_the_reader_does_not_know_is_an_error_that_names_it() {
    let mut seen = capture("versions:kinds");
    tracepoint!(versions::kinds, kind: NewKind = NewKind::Feeler);
    let events = seen.take();

    #[derive(Event, Debug, PartialEq)]
    #[event(provider = "versions", name = "old_kinds")]
    struct OldKinds {
        kind: OldKind,
    }
    assert_eq!(OldKinds::decode(events[0].raw().payload), Err(DecodeError::UnknownVariant(2)));
}

#[test]
fn an_array_of_another_length_is_an_error() {
    let mut seen = capture("versions:hash");
    tracepoint!(versions::hash, hash: [u8; 32] = [7; 32]);
    let events = seen.take();

    #[derive(Event, Debug, PartialEq)]
    #[event(provider = "versions", name = "short_hash")]
    struct ShortHash {
        hash: [u8; 20],
    }
    assert_eq!(ShortHash::decode(events[0].raw().payload), Err(DecodeError::WrongLength));
}
