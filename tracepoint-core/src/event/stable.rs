//! Ids that are the same in every process and version.

use super::Type;

/// A stable 64-bit id for a name given in parts, with the top bit set as Cap'n Proto demands (FNV-1a).
///
/// Collisions between tracepoints are found when they register.
///
/// ```
/// use tracepoint_core::stable_id;
///
/// assert_eq!(stable_id(&["net", ":", "ping"]), stable_id(&["net:ping"]));
/// assert_ne!(stable_id(&["net:ping"]), stable_id(&["net:pong"]));
/// ```
pub const fn stable_id(parts: &[&str]) -> u64 {
    let mut hash = Fnv::new();
    let mut part = 0;
    while part < parts.len() {
        hash = hash.text(parts[part]);
        part += 1;
    }
    hash.id()
}

/// The hash on its way.
#[derive(Clone, Copy)]
pub(super) struct Fnv(u64);

impl Fnv {
    pub(super) const fn new() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    const fn byte(self, byte: u8) -> Self {
        Fnv((self.0 ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3))
    }

    pub(super) const fn text(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            self = self.byte(bytes[i]);
            i += 1;
        }
        self
    }

    const fn number(mut self, number: u64) -> Self {
        let bytes = number.to_le_bytes();
        let mut i = 0;
        while i < bytes.len() {
            self = self.byte(bytes[i]);
            i += 1;
        }
        self
    }

    /// A type, by what tells it from others.
    pub(super) const fn ty(self, ty: &Type) -> Self {
        match ty {
            Type::Bool => self.text("b"),
            Type::Int8 => self.text("i8"),
            Type::Int16 => self.text("i16"),
            Type::Int32 => self.text("i32"),
            Type::Int64 => self.text("i64"),
            Type::UInt8 => self.text("u8"),
            Type::UInt16 => self.text("u16"),
            Type::UInt32 => self.text("u32"),
            Type::UInt64 => self.text("u64"),
            Type::Float32 => self.text("f32"),
            Type::Float64 => self.text("f64"),
            Type::Text => self.text("text"),
            Type::Data => self.text("data"),
            Type::Duration => self.text("duration"),
            Type::Time => self.text("time"),
            Type::IpAddr => self.text("ip"),
            Type::Enum(of) => self.text("enum").number(of.type_id),
            Type::Struct(of) => self.text("struct").number(of.type_id),
            Type::List(of) => self.text("[").ty(of),
            Type::Option(of) => self.text("?").ty(of),
        }
    }

    pub(super) const fn id(self) -> u64 {
        self.0 | 1 << 63
    }
}
