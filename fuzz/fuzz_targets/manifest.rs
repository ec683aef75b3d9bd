//! `./dev fuzz`: the laws of [`laws`], asked with bytes that the fuzzer makes up.

#![no_main]

#[path = "../laws.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::hold(bytes));
