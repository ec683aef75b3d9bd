//! How many cases a property is tried with, and from which seed.

use proptest::test_runner::{Config, RngSeed};

/// The same cases in every run, so that a change of the code is all that can make a run fail.
///
/// `PROPTEST_RNG_SEED` is another seed, and `PROPTEST_FACTOR` how many times as many cases: `./dev fuzz` sets both.
pub(crate) fn config(cases: u32) -> Config {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let factor = number("PROPTEST_FACTOR").and_then(|factor| u32::try_from(factor).ok());
    Config {
        cases: cases.saturating_mul(factor.unwrap_or(1)),
        rng_seed: RngSeed::Fixed(number("PROPTEST_RNG_SEED").unwrap_or(1)),
        failure_persistence: None,
        ..Config::default()
    }
}
