//! What several modules of tests need.

pub(crate) mod cli;
pub(crate) mod gateway;
pub(crate) mod lsp;
pub(crate) mod manifest;
pub(crate) mod markdown;
pub(crate) mod page;
pub(crate) mod property;
