// for another crate's, say what it travels as with `#[value(with = ..)]`

#[derive(tracepoints::Event)]
#[event(provider = "net")]
struct Opened {
    path: std::path::PathBuf,
}

fn main() {}
