//! Fields lie where the official Cap'n Proto compiler puts them.
//!
//! `data/layouts.txt` is what two versions of the compiler say of 5,040 random structs; `ci/layout.sh` proves that it
//! is.

use std::collections::HashSet;

use tracepoint_core::{EnumType, Field, Placed, Slot, StructLayout, StructType, Type, Variant};

const LAYOUTS: &str = include_str!("data/layouts.txt");

/// The longest struct in the file.
const MOST: usize = 60;

const LETTERS: &str = "bcCsSiIlLfdeDTtxpo";

static VARIANTS: [Variant; 2] = [Variant { name: "first", doc: "" }, Variant { name: "second", doc: "" }];
static KIND: EnumType = EnumType { name: "Kind", doc: "", type_id: 1 << 63, variants: &VARIANTS };

static INNER_FIELDS: Placed<1> = Placed::new([Field::of::<u8>("number", "")]);
static INNER: StructType = StructType::new("Inner", "", "layout", &INNER_FIELDS);

/// A type as the file writes it: `l`, `*t`, `**o`, `?d`, `?*l`.
fn parse(text: &str) -> Type {
    let rest = || -> &'static Type { Box::leak(Box::new(parse(&text[1..]))) };
    match text.as_bytes()[0] {
        b'*' => Type::List(rest()),
        b'?' => Type::Option(rest()),
        b'b' => Type::Bool,
        b'c' => Type::Int8,
        b'C' => Type::UInt8,
        b's' => Type::Int16,
        b'S' => Type::UInt16,
        b'i' => Type::Int32,
        b'I' => Type::UInt32,
        b'l' => Type::Int64,
        b'L' => Type::UInt64,
        b'f' => Type::Float32,
        b'd' => Type::Float64,
        b'e' => Type::Enum(&KIND),
        b'D' => Type::Duration,
        b'T' => Type::Time,
        b't' => Type::Text,
        b'x' => Type::Data,
        b'p' => Type::IpAddr,
        b'o' => Type::Struct(&INNER),
        other => panic!("the file has a type that this test does not know: {}", char::from(other)),
    }
}

/// A struct as the file describes it.
#[derive(Debug, PartialEq)]
struct Laid {
    types: Vec<&'static str>,
    layout: StructLayout,
    slots: Vec<Slot>,
}

impl Laid {
    fn read(line: &'static str) -> Self {
        let columns: Vec<_> = line.split(' ').map(|column| if column == "-" { "" } else { column }).collect();
        let [types, data_words, pointers, slots] = columns[..] else { panic!("not four columns: {line}") };
        let layout =
            StructLayout { data_words: data_words.parse().unwrap(), pointers: pointers.parse().unwrap() };
        let slots = slots.split_terminator(',').map(|slot| {
            let (tag, offset) = slot.split_once(':').unwrap_or(("0", slot));
            Slot { offset: offset.parse().unwrap(), tag: tag.parse().unwrap() }
        });
        Laid { types: types.split_inclusive(char::is_alphabetic).collect(), layout, slots: slots.collect() }
    }

    /// The same fields as the core places them.
    fn placed(&self) -> Self {
        let field = |ty: &&str| Field { name: "", doc: "", ty: parse(ty), slot: Slot::at(0) };
        let fields: Vec<_> = self.types.iter().map(field).collect();
        let (layout, slots) = place(&fields);
        Laid { types: self.types.clone(), layout, slots }
    }
}

fn placed<const N: usize>(fields: &[Field]) -> (StructLayout, Vec<Slot>) {
    let placed = Placed::<N>::new(fields.try_into().expect("N fields"));
    (placed.layout, placed.fields.iter().map(|field| field.slot).collect())
}

/// `Placed` wants the number of fields at compile time: one instance for each number.
fn place(fields: &[Field]) -> (StructLayout, Vec<Slot>) {
    macro_rules! by_tens {
        ($($tens:literal)*) => { by_number!($($tens 0 $tens 1 $tens 2 $tens 3 $tens 4 $tens 5 $tens 6 $tens 7 $tens 8 $tens 9)*) };
    }
    macro_rules! by_number {
        ($($tens:literal $ones:literal)*) => {
            [$(placed::<{ $tens * 10 + $ones }> as fn(&[Field]) -> _,)* placed::<MOST>]
        };
    }
    by_tens!(0 1 2 3 4 5)[fields.len()](fields)
}

fn structs() -> Vec<Laid> {
    LAYOUTS.lines().filter(|line| !line.starts_with('#')).map(Laid::read).collect()
}

#[test]
fn every_field_lies_where_the_compilers_put_it() {
    for laid in &structs() {
        assert_eq!(*laid, laid.placed());
    }
}

#[test]
fn the_file_covers_all_types_and_numbers_of_fields() {
    let structs = structs();
    let distinct: HashSet<_> = structs.iter().map(|laid| &laid.types).collect();
    assert!(distinct.len() >= 5000, "only {} structs", distinct.len());
    let having =
        |is: &dyn Fn(&str) -> bool| structs.iter().filter(|laid| laid.types.iter().any(|ty| is(ty))).count();
    for letter in LETTERS.chars() {
        let plain = having(&|ty| ty.len() == 1 && ty.starts_with(letter));
        assert!(plain >= 100, "{letter} is in {plain} structs only");
        let optional = having(&|ty| ty.len() == 2 && ty.starts_with('?') && ty.ends_with(letter));
        assert!(optional >= 40, "{letter} may be missing in {optional} structs only");
        // A list of bytes is data.
        let listed = having(&|ty| ty.contains('*') && ty.ends_with(letter));
        assert!(listed >= 40 || letter == 'C', "lists of {letter} are in {listed} structs only");
    }
    assert!(having(&|ty| ty.contains("**")) >= 100, "too few lists of lists");
    assert!(having(&|ty| ty.starts_with("?*")) >= 100, "too few lists that may be missing");
    for number in 1..=MOST {
        let having = structs.iter().filter(|laid| laid.types.len() == number).count();
        assert!(having >= 15, "{having} structs of {number} fields only");
    }
}
