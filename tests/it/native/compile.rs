//! Mistakes in a `#[command]`, and what the compiler says of them; the texts are those of the stable compiler.
//!
//! Only without windows: the crates behind those would be compiled once more for nothing.

#[test]
fn mistakes_are_said_in_words_that_help() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("macros/tests/ui/fail/*.rs");
}
