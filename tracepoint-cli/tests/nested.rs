//! Events with lists, structs and values that may be missing, as they are listed, watched and written down.

mod common;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, SystemTime};

use common::{Finished, finish, in_time};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tracepoint_ipc::Exporter;
use tracepoints::{Event, Value, enabled, tracepoint};

/// How a peer is reached.
#[derive(Value, Clone, Copy)]
enum Network {
    Ipv4,
    /// Through Tor.
    Onion,
}

/// A reference to an output.
#[derive(Value)]
struct OutPoint {
    /// The transaction.
    txid: [u8; 4],
    vout: u32,
}

#[derive(Value)]
struct Input {
    previous: OutPoint,
    witness: Vec<Vec<u8>>,
    label: Option<String>,
}

/// A transaction was seen.
#[derive(Event)]
#[event(provider = "cli")]
struct Transaction {
    inputs: Vec<Input>,
    /// Where it was spent.
    spent: Option<OutPoint>,
    fee: Option<u64>,
    sizes: Vec<u32>,
    flags: Vec<bool>,
    counts: BTreeMap<String, u64>,
    age: Duration,
    seen: SystemTime,
    from: IpAddr,
    networks: Vec<Network>,
    rates: Vec<f64>,
    note: Option<&'static str>,
}

fn transaction() -> Transaction {
    let outpoint = |vout| OutPoint { txid: [0xf9, 0xbe, 0xb4, 0xd9], vout };
    Transaction {
        inputs: vec![
            Input { previous: outpoint(1), witness: vec![vec![1, 2], vec![]], label: None },
            Input { previous: outpoint(2), witness: vec![], label: Some("a, b".to_owned()) },
        ],
        spent: None,
        fee: Some(7),
        sizes: (0..100).collect(),
        flags: vec![true, false, true],
        counts: BTreeMap::from([("addr".to_owned(), 1), ("inv".to_owned(), u64::MAX)]),
        age: Duration::from_micros(1500),
        seen: SystemTime::UNIX_EPOCH + Duration::new(1_769_817_600, 5_000_000),
        from: [127, 0, 0, 1].into(),
        networks: vec![Network::Onion, Network::Ipv4],
        rates: vec![0.5, f64::NAN],
        note: Some("null"),
    }
}

/// This process, to be attached to.
struct Traced {
    _exporter: Exporter,
    directory: TempDir,
}

impl Traced {
    fn start() -> Self {
        let directory = TempDir::new().unwrap();
        let exporter =
            Exporter::builder("traced").directory(directory.path().join("sockets")).start().unwrap();
        Self { _exporter: exporter, directory }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn spawn(&self, arguments: &[&str]) -> Child {
        common::tracepoint(&self.path().join("sockets")).args(arguments).spawn().unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Finished {
        finish(self.spawn(arguments))
    }

    /// Watches one event.
    fn watch(&self, arguments: &[&str]) -> String {
        let child = self.spawn(&[&["watch", "traced", "cli:transaction", "-n", "1"], arguments].concat());
        in_time(|| {
            while !enabled!(Transaction) {
                std::thread::yield_now();
            }
        });
        tracepoint!(transaction());
        finish(child).expect(0, &["1 event delivered"]).stdout.clone()
    }
}

#[test]
fn nested_values_are_watched_listed_and_written_down() {
    let traced = Traced::start();

    let line = traced.watch(&[]);
    for words in [
        " inputs=[{previous={txid=f9beb4d9 vout=1} witness=[0102, (0 B)] label=null}, \
         {previous={txid=f9beb4d9 vout=2} witness=[] label=\"a, b\"}] ",
        " spent=null fee=7 ",
        " sizes=[0, 1, 2, 3, 4, 5, .., 98, 99] (100 elements) ",
        " flags=[true, false, true] ",
        " counts=[{key=addr value=1}, {key=inv value=18446744073709551615}] ",
        " age=1.5ms seen=2026-01-31T00:00:00.005Z from=127.0.0.1 ",
        " networks=[onion, ipv4] rates=[0.5, NaN] note=\"null\"\n",
    ] {
        assert!(line.contains(words), "{words:?} is missing in {line}");
    }
    let full = traced.watch(&["--full"]);
    assert!(full.contains(", 49, 50, 51, "), "{full}");

    let event: Json = serde_json::from_str(&traced.watch(&["--format", "ndjson"])).unwrap();
    let fields = &event["fields"];
    assert_eq!(
        fields["inputs"],
        json!([
            {"previous": {"txid": "f9beb4d9", "vout": 1}, "witness": ["0102", ""], "label": null},
            {"previous": {"txid": "f9beb4d9", "vout": 2}, "witness": [], "label": "a, b"},
        ])
    );
    assert_eq!(fields["spent"], json!(null));
    assert_eq!(fields["sizes"].as_array().map(Vec::len), Some(100));
    assert_eq!(fields["counts"][1], json!({"key": "inv", "value": u64::MAX}));
    assert_eq!((&fields["age"], &fields["seen"]), (&json!(1_500_000), &json!(1_769_817_600_005_000_000_u64)));
    assert_eq!((&fields["from"], &fields["rates"]), (&json!("127.0.0.1"), &json!([0.5, "NaN"])));

    let list = traced.run(&["list", "traced", "cli:*", "-v"]);
    list.expect(0, &[]);
    for words in [
        "      inputs: [Input]\n          previous: OutPoint\n              txid: bytes  The transaction.\n",
        "      spent: OutPoint?            Where it was spent.\n      fee: u64?\n",
        "      counts: [Entry<text, u64>]\n          key: text\n",
        "      age: duration\n      seen: time\n      from: ip\n",
        "      networks: [Network]\n          ipv4\n          onion  Through Tor.\n",
    ] {
        assert!(list.stdout.contains(words), "{words:?} is missing in {}", list.stdout);
    }

    schema_files(&traced);
    schema_differences(&traced);
}

fn schema_files(traced: &Traced) {
    let capnp = traced.run(&["schema", "capnp", "traced"]);
    capnp.expect(0, &[]);
    for words in [
        "\nstruct CliTransaction @0x",
        "  inputs @0 :List(Input);\n",
        "  spent :union {\n    # Where it was spent.\n    none @1 :Void;\n    some @2 :OutPoint;\n  }\n",
        "  counts @7 :List(EntryTextUInt64);\n",
        "  age @8 :UInt64 $kind(\"duration\");\n",
        "\nannotation kind @0x",
        "\nstruct OutPoint @0x",
        "\nenum Network @0x",
    ] {
        assert!(capnp.stdout.contains(words), "{words:?} is missing in {}", capnp.stdout);
    }
    traced.run(&["schema", "capnp", "traced", "nothing:*"]).expect(1, &["no tracepoint matches 'nothing:*'"]);
}

fn schema_differences(traced: &Traced) {
    let dump = traced.run(&["schema", "dump", "traced"]);
    dump.expect(0, &[]);
    assert_eq!(dump.stdout, traced.run(&["schema", "dump", "traced"]).stdout);
    assert!(!dump.stdout.contains(env!("CARGO_MANIFEST_DIR")) && !dump.stdout.contains("nested.rs"));

    let file = |name: &str, text: &str| {
        let path = traced.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let same = file("same.json", &dump.stdout);
    traced.run(&["schema", "diff", &same, "traced"]).expect(0, &["no changes"]);

    let mut json: Json = serde_json::from_str(&dump.stdout).unwrap();
    let event = json["events"].as_array_mut().unwrap().iter_mut().find(|it| it["name"] == "cli:transaction");
    event.unwrap()["fields"].as_array_mut().unwrap().pop();
    let shorter = file("shorter.json", &json.to_string());
    let grown = traced.run(&["schema", "diff", &shorter, "traced"]);
    grown.expect(0, &["1 change, all of them compatible"]);
    assert_eq!(grown.stdout, "compatible:\n  cli:transaction: field note (text?) was added at the end\n");
    let shrunk = traced.run(&["schema", "diff", &same, &shorter]);
    shrunk.expect(1, &["1 change that readers of the old events cannot cope with"]);
    assert_eq!(shrunk.stdout, "incompatible:\n  cli:transaction: field note was removed\n");

    let other = file("other.json", "{\"name\": 1}");
    traced.run(&["schema", "diff", &other, &same]).expect(1, &[&other, "`tracepoint schema dump`"]);
    let binary = file("binary", "\u{0}\u{1}\u{2}");
    traced.run(&["schema", "diff", &same, &binary]).expect(1, &[&binary, "no JSON"]);
    let missing = format!("{same}.missing");
    traced.run(&["schema", "diff", &same, &missing]).expect(1, &[&missing, "no such file"]);
    traced.run(&["schema", "diff", &same, "nobody"]).expect(1, &["nobody", "`tracepoint ps`"]);
}
