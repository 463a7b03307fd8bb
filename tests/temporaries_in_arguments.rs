//! Arguments may borrow what they make on the way.

use tracepoints::{Event, capture, tracepoint};

#[derive(Event, Debug, PartialEq)]
#[event(provider = "temporaries")]
struct Connected<'a> {
    addr: &'a str,
    bytes: &'a [u8],
}

fn fire(port: Option<u16>) -> Option<()> {
    tracepoint!(Connected { addr: &format!("[::1]:{}", port?), bytes: &port?.to_be_bytes() });
    tracepoint!(temporaries::inline, addr: &str = &port?.to_string());
    Some(())
}

#[test]
fn temporaries_live_until_the_event_is_written() {
    let mut seen = capture("temporaries:*");
    assert_eq!(fire(Some(8333)), Some(()));
    let events = seen.take();
    assert_eq!(events[0].get::<Connected>(), Ok(Connected { addr: "[::1]:8333", bytes: &[32, 141] }));
    assert_eq!(events[1].raw().payload.text(0), Ok("8333"));
}
