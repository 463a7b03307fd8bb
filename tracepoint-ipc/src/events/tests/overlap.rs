//! Messages whose parts overlap, so that little says much.

use tracepoint_core::{DecodeError, StructReader, Type};

use crate::events::Value;
use crate::events::budget::Budget;
use crate::schema::tests::any;
use crate::schema::{EventType, Schema};

fn event(types: &[Type]) -> EventType {
    Schema::of_descriptors(&[any::event("overlap", types)]).events().next().unwrap().clone()
}

fn list_pointer(offset: i32, size: u64, count: u64) -> u64 {
    u64::from((offset << 2) as u32 | 1) | size << 32 | count << 35
}

fn bytes(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A root with one pointer, which is the last word.
fn root(pointer: u64) -> Vec<u64> {
    vec![1 << 48, pointer]
}

fn read<'a>(event: &'a EventType, bytes: &'a [u8]) -> Vec<Result<Value<'a>, DecodeError>> {
    let payload = StructReader::root(bytes).unwrap();
    let mut budget = Budget::of(payload);
    event.fields.iter().map(|field| budget.read(field, payload)).collect()
}

#[test]
fn a_text_that_is_there_a_thousand_times_is_refused() {
    let event = event(&[Type::List(&Type::Text)]);
    let message = |texts: u64| {
        let mut words = root(list_pointer(0, 6, texts));
        // All of them lead to the 800 bytes behind the last one.
        words.extend((0..texts).map(|at| list_pointer((texts - at - 1) as i32, 2, 800)));
        words.extend([u64::from_le_bytes(*b"textings"); 99]);
        words.push(u64::from_le_bytes(*b"texting\0"));
        bytes(&words)
    };
    assert!(matches!(read(&event, &message(1))[..], [Ok(Value::List(_))]));
    assert_eq!(read(&event, &message(1000)), [Err(DecodeError::Overlap)]);
}

#[test]
fn lists_that_hold_each_other_over_and_over_are_refused() {
    const LISTS: Type = Type::List(&Type::List(&Type::List(&Type::List(&Type::UInt64))));
    let event = event(&[LISTS]);
    // 200 to the power of 4, in a few hundred words.
    let mut words = root(list_pointer(0, 6, 200));
    for level in 1..4 {
        let size = if level < 3 { 6 } else { 5 };
        words.extend((0..200).map(|at| list_pointer(200 - at - 1, size, 200)));
    }
    words.extend([0; 200]);
    assert_eq!(read(&event, &bytes(&words)), [Err(DecodeError::Overlap)]);
}

#[test]
fn the_budget_is_that_of_the_whole_event() {
    // Each field by itself would be sound.
    let event = event(&[Type::Data; 16]);
    let mut words = vec![16 << 48];
    words.extend((0..16).map(|at| list_pointer(16 - at - 1, 2, 2000 * 8)));
    words.extend([7; 2000]);
    let bytes = bytes(&words);
    let values = read(&event, &bytes);
    assert!(values[0].is_ok());
    assert_eq!(values[15], Err(DecodeError::Overlap));
}

#[test]
fn structs_that_are_not_there_cost_too() {
    // Structs in structs, all of them missing but in the schema, for each element of a list.
    let inner = any::structure(vec![Type::UInt8; 2], Vec::new());
    let pairs = any::structure(vec![inner; 16], Vec::new());
    let outer = any::structure(vec![pairs; 16], Vec::new());
    let event = event(&[Type::List(Box::leak(Box::new(outer)))]);
    // Of one word each, without any pointer.
    let message = |elements: u64| {
        let mut words = root(list_pointer(0, 7, elements));
        words.push(elements << 2 | 1 << 32);
        words.extend(vec![0; elements as usize]);
        bytes(&words)
    };
    assert!(matches!(read(&event, &message(2))[..], [Ok(Value::List(_))]));
    assert_eq!(read(&event, &message(2000)), [Err(DecodeError::Overlap)]);
}
