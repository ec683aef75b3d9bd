//! Integration tests that need no window: one module a stage, data files beside it in `tests/`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod cli;
mod decisions;
mod edit;
mod lsp;
mod manifests;
mod native;
mod patterns;
mod pictures;
mod readme;
mod rules;
mod space;
mod support;
mod wire;
