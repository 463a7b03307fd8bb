//! A client that has never heard of an event reads all that is in it, down to the last field.

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use common::{Sockets, connect, read_events};
use tracepoint_core::{Event, tracepoint};
use tracepoint_ipc::schema::FieldType;
use tracepoint_ipc::{Request, Value};

#[derive(tracepoint_core::Value)]
#[value(crate = tracepoint_core)]
struct OutPoint {
    txid: [u8; 3],
    vout: u32,
}

#[derive(tracepoint_core::Value)]
#[value(crate = tracepoint_core)]
struct Input {
    previous: OutPoint,
    witness: Vec<Vec<u8>>,
    amount: Option<i64>,
}

/// A transaction was seen.
#[derive(Event)]
#[event(provider = "nested", crate = tracepoint_core)]
struct Transaction<'a> {
    inputs: Vec<Input>,
    names: &'a [&'a str],
    spent: Option<OutPoint>,
    lost: Option<OutPoint>,
    peers: Vec<Option<SocketAddr>>,
    ages: Vec<Duration>,
    words: [[u16; 2]; 2],
}

#[test]
fn nested_values_are_read_without_code() {
    let sockets = Sockets::new();
    let exporter = sockets.start("node");
    let mut stream = connect(&exporter).subscribe(Request::new().pattern("nested:*")).unwrap();
    let input = |vout| Input {
        previous: OutPoint { txid: [0xab; 3], vout },
        witness: vec![vec![1], vec![], vec![2, 3]],
        amount: (vout > 1).then_some(-5),
    };
    tracepoint!(Transaction {
        inputs: (0..3).map(input).collect(),
        names: &["one", "", "größe"],
        spent: Some(OutPoint { txid: [1, 2, 3], vout: 9 }),
        lost: None,
        peers: vec![Some(([127, 0, 0, 1], 8333).into()), None],
        ages: vec![Duration::from_millis(2), Duration::ZERO],
        words: [[1, 2], [3, 4]],
    });
    let batches = read_events(&mut stream, 1);
    let event = batches[0].events().next().unwrap().unwrap();

    let shown: Vec<_> = event
        .fields()
        .map(|field| field.map(|(info, value)| format!("{}: {} = {value}", info.name, info.ty)).unwrap())
        .collect();
    let input = |vout, amount| {
        format!("{{previous: {{txid: ababab, vout: {vout}}}, witness: [01, , 0203], amount: {amount}}}")
    };
    assert_eq!(
        shown,
        [
            format!("inputs: [Input] = [{}, {}, {}]", input(0, "null"), input(1, "null"), input(2, "-5")),
            r#"names: [text] = ["one", "", "größe"]"#.to_owned(),
            "spent: OutPoint? = {txid: 010203, vout: 9}".to_owned(),
            "lost: OutPoint? = null".to_owned(),
            "peers: [Optional<SocketAddr>] = \
             [{value: {ip: 127.0.0.1, port: 8333, flow_info: 0, scope_id: 0}}, {value: null}]"
                .to_owned(),
            "ages: [duration] = [2ms, 0ns]".to_owned(),
            "words: [[u16]] = [[1, 2], [3, 4]]".to_owned(),
        ]
    );

    let at = |path: &str| event.field(path).map(Result::unwrap);
    assert_eq!(at("inputs.2.previous.vout"), Some(Value::UInt(2)));
    assert_eq!(at("inputs.2.witness.2"), Some(Value::Data(&[2, 3])));
    assert_eq!(at("inputs.0.amount"), Some(Value::Null));
    assert_eq!(at("spent.vout"), Some(Value::UInt(9)));
    assert_eq!(at("lost.vout"), Some(Value::Null));
    assert_eq!(at("words.1.0"), Some(Value::UInt(3)));
    for nowhere in ["inputs.3", "inputs.first", "spent.vout.0", "nothing", "words.-1", ""] {
        assert_eq!(at(nowhere), None, "{nowhere}");
    }

    let Some(Value::List(inputs)) = at("inputs") else { panic!() };
    assert_eq!(inputs.len(), 3);
    assert!(matches!(inputs.element_type(), FieldType::Struct(info) if info.name == "Input"));
    let Some(Value::Struct(last)) = inputs.iter().next_back() else { panic!() };
    assert_eq!(last.field("amount"), Some(Value::Int(-5)));
    assert_eq!(last.field("nothing"), None);
}
