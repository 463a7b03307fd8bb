//! Events that are declared where they are fired.

use std::borrow::Cow;

use tracepoints::{Type, capture, tracepoint, tracepoints};

#[test]
fn elided_lifetimes_are_named() {
    let mut seen = capture("inline:elided");
    let (owned, bytes) = (String::from("owned"), vec![1, 2, 3]);
    let maybe: Cow<'_, str> = Cow::Borrowed("maybe");
    tracepoint!(
        inline::elided,
        text: &str = &owned,
        data: &[u8] = &bytes,
        array: &[u8; 2] = &[4, 5],
        cow: Cow<'_, str> = maybe,
        number: u64 = bytes.len() as u64,
    );
    let events = seen.take();
    let payload = events[0].raw().payload;
    assert_eq!((payload.text(0), payload.text(3)), (Ok("owned"), Ok("maybe")));
    assert_eq!(payload.data(1), Ok(&[1, 2, 3][..]));
    assert_eq!(payload.data(2), Ok(&[4, 5][..]));
    assert_eq!(payload.u64(0), 3);
}

fn first_site(number: u32) {
    tracepoint!(inline::shared, number: u32 = number, at: &str = "first");
}

fn second_site(number: u32) {
    tracepoint!(inline::shared, number: u32 = number, at: &str = "second");
}

#[test]
fn one_event_at_two_sites_is_one_tracepoint() {
    let mut seen = capture("inline:shared");
    first_site(1);
    second_site(2);
    first_site(3);
    let events = seen.take();
    let tags: Vec<_> = events.iter().map(|event| event.raw().tag).collect();
    assert_eq!(tags, [tags[0]; 3]);
    let payloads: Vec<_> = events
        .iter()
        .map(|event| (event.raw().payload.u32(0), event.raw().payload.text(0).unwrap()))
        .collect();
    assert_eq!(payloads, [(1, "first"), (2, "second"), (3, "first")]);
    let listed = tracepoints().iter().filter(|it| it.descriptor().name == "shared").count();
    assert_eq!(listed, 1);
    let stats = seen.stats();
    assert_eq!(stats.tracepoints.len(), 1);
    assert_eq!(stats.tracepoints[0].delivered, 3);

    drop(seen);
    let evaluated = std::cell::Cell::new(false);
    tracepoint!(inline::shared, number: u32 = evaluated.replace(true).into(), at: &str = "third");
    assert!(!evaluated.get());
}

#[test]
fn documentation_and_types_are_those_of_the_declaration() {
    let _seen = capture("inline:documented");
    tracepoint!(
        inline::documented,
        /// Node-local id
        /// of the peer.
        peer_id: i64 = 7,
        flag: bool = true,
    );
    let all = tracepoints();
    let documented = all.iter().find(|it| it.descriptor().name == "documented").unwrap().descriptor();
    assert_eq!(documented.to_string(), "inline:documented");
    assert_eq!(documented.fields[0].doc, "Node-local id\nof the peer.");
    let types: Vec<_> = documented.fields.iter().map(|field| (field.name, field.ty)).collect();
    assert_eq!(types, [("peer_id", Type::Int64), ("flag", Type::Bool)]);
    assert!(documented.file.ends_with("inline_events.rs"));
}

#[test]
fn an_event_without_fields_is_written_with_a_comma() {
    let mut seen = capture("inline:started");
    tracepoint!(inline::started,);
    assert_eq!(seen.take().len(), 1);
}

struct Peer {
    id: i64,
}

impl Peer {
    fn fire(&mut self) {
        tracepoint!(inline::method, id: i64 = self.id, next: i64 = {
            self.id += 1;
            self.id
        });
    }
}

#[test]
fn values_are_expressions_of_the_place_where_they_stand() {
    let mut seen = capture("inline:method");
    let mut peer = Peer { id: 7 };
    peer.fire();
    let payload = seen.take()[0].raw().payload.i64(1);
    assert_eq!((payload, peer.id), (8, 8));
}
