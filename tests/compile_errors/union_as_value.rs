// a union cannot be a value

#[derive(tracepoints::Value)]
union Bits {
    float: f32,
    number: u32,
}

fn main() {}
