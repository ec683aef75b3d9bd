//! Manifests from text to verdict: what users are told about each fault, and that the JSON Schema says the same.

mod agreement;
mod embedding;
mod explanations;
mod files;
mod fixes;
mod fixtures;
mod fuzzed;
mod includes;
mod limits;
mod mutations;
mod positions;
mod project;
mod schema;
mod snippets;
