//! From a document to a typed manifest: every name and pattern in it is parsed here, and nowhere else.

mod assemble;
mod broken;
mod builtin;
mod file;
mod lower;
mod schema;
mod structure;
mod typed;
mod units;

pub use assemble::{
    Include, add_guardrails, add_include, apply_profile, includes, may_be_included, profiles,
};
pub use broken::{Broken, BrokenNames};
pub use builtin::{Builtin, builtin, builtin_groups, builtins};
pub use file::{Create, Downloads, Links, PathKind, Popups, Runs, Unlisted, Widen};
pub use lower::lower;
pub use schema::{guardrail_schema, include_schema, project_schema, schema};
pub use typed::*;
pub use units::Rate;
