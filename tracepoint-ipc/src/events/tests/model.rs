//! Values of any type, and a plain writer of Cap'n Proto messages that holds them.

use std::net::IpAddr;
use std::time::Duration;

use tracepoint_core::{ElementSize, StructLayout, StructReader};

use crate::schema::{FieldInfo, FieldType};

/// A value, without its type.
#[derive(Clone, Debug)]
pub enum Model {
    /// Of a number.
    Bits(u64),
    Text(String),
    Data(Vec<u8>),
    List(Vec<Model>),
    Struct(Vec<Model>),
    Missing,
}

/// Numbers that a seed decides.
pub struct Dice(pub u64);

impl Dice {
    pub fn bits(&mut self) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.bits() >> 32) as usize % end
    }
}

/// Any value of a type.
pub fn roll(ty: &FieldType, dice: &mut Dice) -> Model {
    const TEXTS: [&str; 5] = ["", "inv", "two words", "größe\0", "a longer text, which takes some words"];
    match ty {
        FieldType::Text => Model::Text(TEXTS[dice.below(TEXTS.len())].to_owned()),
        FieldType::Data => Model::Data((0..dice.below(20)).map(|at| at as u8).collect()),
        FieldType::IpAddr => Model::Data([&[127, 0, 0, 1][..], &[7; 16]][dice.below(2)].to_vec()),
        FieldType::List(of) => Model::List((0..dice.below(6)).map(|_| roll(of, dice)).collect()),
        FieldType::Struct(info) => Model::Struct(roll_all(&info.fields, dice)),
        FieldType::Option(_) if dice.below(3) == 0 => Model::Missing,
        FieldType::Option(of) => roll(of, dice),
        FieldType::Enum(info) => Model::Bits(dice.below(info.variants.len() + 1) as u64),
        // Some are extreme.
        _ => Model::Bits([dice.bits(), dice.below(3) as u64, u64::MAX, 1 << 63][dice.below(4)]),
    }
}

pub fn roll_all(fields: &[FieldInfo], dice: &mut Dice) -> Vec<Model> {
    fields.iter().map(|field| roll(&field.ty, dice)).collect()
}

/// How a value of a type displays.
pub fn shown(ty: &FieldType, model: &Model, is_inner: bool) -> String {
    let all = |parts: Vec<String>| parts.join(", ");
    match (ty, model) {
        (_, Model::Missing) => "null".to_owned(),
        (FieldType::Option(of), some) => shown(of, some, is_inner),
        (FieldType::IpAddr, Model::Data(bytes)) => match bytes.len() {
            4 => IpAddr::from(<[u8; 4]>::try_from(&bytes[..]).unwrap()).to_string(),
            _ => IpAddr::from(<[u8; 16]>::try_from(&bytes[..]).unwrap()).to_string(),
        },
        (_, Model::Text(text)) if is_inner => format!("{text:?}"),
        (_, Model::Text(text)) => text.clone(),
        (_, Model::Data(bytes)) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        (FieldType::List(of), Model::List(list)) => {
            format!("[{}]", all(list.iter().map(|it| shown(of, it, true)).collect()))
        }
        (FieldType::Struct(info), Model::Struct(values)) => {
            let named = info.fields.iter().zip(values);
            let part = |(field, value): (&FieldInfo, _)| {
                format!("{}: {}", field.name, shown(&field.ty, value, true))
            };
            format!("{{{}}}", all(named.map(part).collect()))
        }
        (FieldType::Enum(info), Model::Bits(bits)) => match info.variants.get(*bits as usize) {
            Some(variant) => variant.name.clone(),
            None => bits.to_string(),
        },
        (ty, Model::Bits(bits)) => number(ty, *bits),
        (ty, model) => panic!("{model:?} is no {ty}"),
    }
}

fn number(ty: &FieldType, bits: u64) -> String {
    match ty {
        FieldType::Bool => (bits & 1 == 1).to_string(),
        FieldType::Int8 => (bits as i8).to_string(),
        FieldType::Int16 => (bits as i16).to_string(),
        FieldType::Int32 => (bits as i32).to_string(),
        FieldType::Int64 => (bits as i64).to_string(),
        FieldType::UInt8 => (bits as u8).to_string(),
        FieldType::UInt16 => (bits as u16).to_string(),
        FieldType::UInt32 => (bits as u32).to_string(),
        FieldType::UInt64 => bits.to_string(),
        FieldType::Float32 => f64::from(f32::from_bits(bits as u32)).to_string(),
        FieldType::Float64 => f64::from_bits(bits).to_string(),
        FieldType::Duration => format!("{:?}", Duration::from_nanos(bits)),
        FieldType::Time => {
            let time = time::OffsetDateTime::from_unix_timestamp_nanos((bits as i64).into()).unwrap();
            time.format(&time::format_description::well_known::Rfc3339).unwrap()
        }
        ty => panic!("{ty} is no number"),
    }
}

/// A message of one segment that is being written.
pub struct Message {
    words: Vec<u64>,
}

impl Message {
    /// A message with these values in its root.
    pub fn of(layout: StructLayout, fields: &[FieldInfo], values: &[Model]) -> Self {
        let mut message = Message { words: vec![0] };
        let root = message.take(layout.words());
        message.point_to_struct(0, root, layout);
        message.fields(root, layout, fields, values);
        message
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    fn take(&mut self, words: usize) -> usize {
        let at = self.words.len();
        self.words.resize(at + words, 0);
        at
    }

    fn point_to_struct(&mut self, from: usize, to: usize, layout: StructLayout) {
        // One of no size points at itself.
        let offset = if layout.words() == 0 { -1 } else { to as i64 - from as i64 - 1 };
        let sizes = u64::from(layout.data_words) << 32 | u64::from(layout.pointers) << 48;
        self.words[from] = u64::from((offset as u32) << 2) | sizes;
    }

    fn point_to_list(&mut self, from: usize, to: usize, size: ElementSize, count: usize) {
        let offset = ((to - from - 1) as u32) << 2 | 1;
        self.words[from] = u64::from(offset) | (size as u64) << 32 | (count as u64) << 35;
    }

    fn fields(&mut self, at: usize, layout: StructLayout, fields: &[FieldInfo], values: &[Model]) {
        let pointers_at = at + usize::from(layout.data_words);
        for (field, value) in fields.iter().zip(values) {
            if let FieldType::Option(of) = &field.ty {
                if !matches!(value, Model::Missing) {
                    self.number(at, 16, field.tag as usize, 1);
                    self.value(at, pointers_at, of, field.offset as usize, value);
                }
            } else {
                self.value(at, pointers_at, &field.ty, field.offset as usize, value);
            }
        }
    }

    fn number(&mut self, at: usize, size: usize, offset: usize, bits: u64) {
        let bit = offset * size;
        let mask = u64::MAX >> (64 - size);
        self.words[at + bit / 64] |= (bits & mask) << (bit % 64);
    }

    /// Writes a value among numbers that start at word `at`, or among pointers that start at `pointers_at`.
    fn value(&mut self, at: usize, pointers_at: usize, ty: &FieldType, offset: usize, value: &Model) {
        let from = pointers_at + offset;
        match (ty, value) {
            (_, Model::Bits(bits)) => self.number(at, bits_of(ty), offset, *bits),
            (_, Model::Text(text)) if text.is_empty() => {}
            (_, Model::Text(text)) => self.bytes_at(from, &[text.as_bytes(), &[0]].concat()),
            (_, Model::Data(data)) => self.bytes_at(from, data),
            (FieldType::List(of), Model::List(list)) => self.list(from, of, list),
            (FieldType::Struct(info), Model::Struct(values)) => {
                let to = self.take(info.layout.words());
                self.point_to_struct(from, to, info.layout);
                self.fields(to, info.layout, &info.fields, values);
            }
            (ty, model) => panic!("{model:?} is no {ty}"),
        }
    }

    fn bytes_at(&mut self, from: usize, bytes: &[u8]) {
        let to = self.take(bytes.len().div_ceil(8));
        self.point_to_list(from, to, ElementSize::Byte, bytes.len());
        for (at, byte) in bytes.iter().enumerate() {
            self.number(to, 8, at, (*byte).into());
        }
    }

    fn list(&mut self, from: usize, of: &FieldType, list: &[Model]) {
        let size = of.element_size().expect("a list of what can be in a list");
        let FieldType::Struct(info) = of else {
            let bits = if size == ElementSize::Bit { 1 } else { bits_of(of) };
            let to = self.take((list.len() * bits).div_ceil(64));
            self.point_to_list(from, to, size, list.len());
            for (at, value) in list.iter().enumerate() {
                self.value(to, to, of, at, value);
            }
            return;
        };
        // Even a struct without fields takes a word in a list.
        let layout = StructLayout { data_words: info.layout.data_words.max(1), ..info.layout };
        let tag = self.take(1 + list.len() * layout.words());
        self.point_to_list(from, tag, size, list.len() * layout.words());
        let sizes = u64::from(layout.data_words) << 32 | u64::from(layout.pointers) << 48;
        self.words[tag] = (list.len() as u64) << 2 | sizes;
        for (number, value) in list.iter().enumerate() {
            let Model::Struct(values) = value else { panic!("{value:?} is no struct") };
            self.fields(tag + 1 + number * layout.words(), layout, &info.fields, values);
        }
    }
}

fn bits_of(ty: &FieldType) -> usize {
    match ty.element_size() {
        Some(ElementSize::Bit) => 1,
        Some(ElementSize::Byte) => 8,
        Some(ElementSize::TwoBytes) => 16,
        Some(ElementSize::FourBytes) => 32,
        _ => 64,
    }
}

/// The root of a message.
pub fn root(bytes: &[u8]) -> StructReader<'_> {
    StructReader::root(bytes).expect("a message")
}
