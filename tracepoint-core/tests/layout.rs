//! Fields lie where the official Cap'n Proto compiler puts them.
//!
//! `data/layouts.txt` is what the compiler says of 2440 random structs; `ci/layout.sh` proves that it is.

use tracepoint_core::{Field, Placed, StructLayout, Value};

const LAYOUTS: &str = include_str!("data/layouts.txt");

/// The longest struct in the file.
const MOST: usize = 60;

#[derive(Value)]
#[value(crate = tracepoint_core)]
enum Kind {
    First,
    Second,
}

fn field(letter: char) -> Field {
    match letter {
        'b' => Field::of::<bool>("", ""),
        'c' => Field::of::<i8>("", ""),
        'C' => Field::of::<u8>("", ""),
        's' => Field::of::<i16>("", ""),
        'S' => Field::of::<u16>("", ""),
        'i' => Field::of::<i32>("", ""),
        'I' => Field::of::<u32>("", ""),
        'l' => Field::of::<i64>("", ""),
        'L' => Field::of::<u64>("", ""),
        'f' => Field::of::<f32>("", ""),
        'd' => Field::of::<f64>("", ""),
        't' => Field::of::<&str>("", ""),
        'x' => Field::of::<&[u8]>("", ""),
        'e' => Field::of::<Kind>("", ""),
        other => panic!("the file has a type that this test does not know: {other}"),
    }
}

/// A struct as the file describes it.
#[derive(Debug, PartialEq)]
struct Laid {
    types: String,
    layout: StructLayout,
    offsets: Vec<u32>,
}

impl Laid {
    fn read(line: &'static str) -> Self {
        let columns: Vec<_> = line.split(' ').map(|column| if column == "-" { "" } else { column }).collect();
        let [types, data_words, pointers, offsets] = columns[..] else { panic!("not four columns: {line}") };
        let layout =
            StructLayout { data_words: data_words.parse().unwrap(), pointers: pointers.parse().unwrap() };
        let offsets = offsets.split_terminator(',').map(|offset| offset.parse().unwrap()).collect();
        Laid { types: types.to_owned(), layout, offsets }
    }

    /// The same fields as the core places them.
    fn placed(&self) -> Self {
        let fields: Vec<_> = self.types.chars().map(field).collect();
        let (layout, offsets) = place(&fields);
        Laid { types: self.types.clone(), layout, offsets }
    }
}

fn placed<const N: usize>(fields: &[Field]) -> (StructLayout, Vec<u32>) {
    let placed = Placed::<N>::new(fields.try_into().expect("N fields"));
    (placed.layout, placed.fields.iter().map(|field| field.slot.offset).collect())
}

/// `Placed` wants the number of fields at compile time: one instance for each number.
fn place(fields: &[Field]) -> (StructLayout, Vec<u32>) {
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
fn every_field_lies_where_the_compiler_puts_it() {
    let structs = structs();
    assert!(structs.len() >= 2000, "only {} structs", structs.len());
    for laid in &structs {
        assert_eq!(*laid, laid.placed());
    }
}

#[test]
fn the_file_covers_all_types_and_numbers_of_fields() {
    let structs = structs();
    for letter in "bcCsSiIlLfdtxe".chars() {
        let having = structs.iter().filter(|laid| laid.types.contains(letter)).count();
        assert!(having >= 100, "{letter} is in {having} structs only");
    }
    for number in 0..=MOST {
        let having = structs.iter().filter(|laid| laid.types.len() == number).count();
        assert!(having >= 10, "{having} structs of {number} fields only");
    }
}
