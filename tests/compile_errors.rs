//! What cannot be an event, or a field of one, is refused by the compiler with a sentence that helps.
//!
//! Each program in `compile_errors/` begins with the key phrase of its error. The rest of the message is
//! rustc's, and another one in each version.

use std::path::Path;
use std::{env, fs};

#[test]
fn what_cannot_travel_is_refused_with_a_reason() {
    // A copy, as the messages are written beside the programs.
    let copies = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile_errors");
    let _ = fs::remove_dir_all(&copies);
    fs::create_dir_all(&copies).unwrap();
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_errors");
    let mut phrases = Vec::new();
    for program in fs::read_dir(programs).unwrap() {
        let program = program.unwrap();
        let copy = copies.join(program.file_name());
        fs::copy(program.path(), &copy).unwrap();
        let source = fs::read_to_string(&copy).unwrap();
        let phrase = source.lines().next().and_then(|line| line.strip_prefix("// ")).map(str::to_owned);
        phrases.push((copy.with_extension("stderr"), phrase.expect("the first line is the phrase")));
    }
    assert!(phrases.len() >= 20, "{} programs only", phrases.len());

    // SAFETY: this is the only test of this program, so no other thread reads the environment.
    unsafe { env::set_var("TRYBUILD", "overwrite") };
    let cases = trybuild::TestCases::new();
    cases.compile_fail(copies.join("*.rs"));
    // Runs them, and panics if one of them compiles.
    drop(cases);

    let missing = phrases.iter().filter_map(|(message, phrase)| {
        let text = fs::read_to_string(message).unwrap_or_else(|e| panic!("{}: {e}", message.display()));
        (!text.contains(phrase)).then(|| format!("not in the message: {phrase}\n\n{text}\n"))
    });
    assert_eq!(missing.collect::<String>(), "");
}
