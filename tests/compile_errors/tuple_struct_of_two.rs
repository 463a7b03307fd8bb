// name the fields

#[derive(tracepoints::Value)]
struct OutPoint([u8; 32], u32);

fn main() {}
