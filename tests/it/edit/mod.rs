//! Editing text: canonical layout, single changes, and a tree that says where its parts come from.

mod changes;
mod generate;
mod layout;
mod properties;
