//! One change of a file's tree as edits of its text, with proof: what was not meant to change has not changed.

use super::{format::is_same, insert, remove};
use crate::{
    diagnostic::{Diagnostic, Edit, apply},
    document::{Node, parse},
    source::{FileId, Source, Sources},
};
use serde_json::{Map, Value};
use thiserror::Error;

/// A change of a tree. Places are JSON pointers (RFC 6901).
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A value at the end of a list; the list, and mappings on the way to it, are made if they are missing.
    Append {
        /// The list.
        list: String,
        /// What to add.
        item: Value,
    },
    /// A key at the end of a mapping; the mapping, and others on the way to it, are made if they are missing.
    Insert {
        /// The mapping.
        mapping: String,
        /// A key that it does not have.
        key: String,
        /// What the key is set to.
        value: Value,
    },
    /// A key with its value, or an item, goes, and with it the comments in it and behind it on its line.
    Remove {
        /// The entry or item.
        place: String,
    },
    /// Another value for a key or an item.
    Replace {
        /// The entry or item.
        place: String,
        /// What is there then.
        value: Value,
    },
}

/// Why a change cannot be made.
#[derive(Debug, Error)]
pub enum EditError {
    /// The text is no sound YAML.
    #[error("the file has faults")]
    Faults(Vec<Diagnostic>),
    /// Nothing is there, or nothing that can be changed so.
    #[error("`{0}` is not there, or holds something else")]
    Place(String),
    /// The mapping has the key.
    #[error("`{0}` is there already")]
    Exists(String),
    /// The text is written so that the change would change more.
    #[error("the file is written in a way that this change cannot be made in")]
    Unfaithful,
}

/// The edits of one file that make a change in it.
///
/// The tree of the edited text is checked: it is the old tree with this change and no other.
pub fn edits(source: &Source, file: FileId, change: &Change) -> Result<Vec<Edit>, EditError> {
    let root = tree(source, file)?;
    let before = root.to_json();
    let (change, expected) = plan(change, &before)?;
    let edits = match &change {
        Change::Append { list, item } => insert::item(source, &root, list, item),
        Change::Insert { mapping, key, value } => insert::entry(source, &root, mapping, key, value),
        Change::Remove { place } => remove::remove(source, &root, place),
        Change::Replace { place, value } => remove::replace(&root, place, value),
    };
    let edits = edits.ok_or(EditError::Unfaithful)?;
    let after = Source::new(source.path(), &apply(source.text(), &edits));
    let file = Sources::default().add(after.clone());
    match tree(&after, file) {
        Ok(after) if is_same(&after.to_json(), &expected) => Ok(edits),
        _ => Err(EditError::Unfaithful),
    }
}

fn tree(source: &Source, file: FileId) -> Result<Node, EditError> {
    let mut diagnostics = Vec::new();
    let root = parse(source, file, &mut diagnostics);
    root.filter(|_| diagnostics.is_empty()).ok_or(EditError::Faults(diagnostics))
}

/// The change at a place that is there, and the tree that it leads to.
fn plan(change: &Change, before: &Value) -> Result<(Change, Value), EditError> {
    let place = |pointer: &str| EditError::Place(pointer.to_owned());
    let mut after = before.clone();
    let change = match change {
        Change::Append { list, item } => {
            if matches!(before.pointer(list), None | Some(Value::Null)) {
                let (mapping, key) = split(list).ok_or_else(|| place(list))?;
                let value = Value::Array(vec![item.clone()]);
                if before.pointer(list).is_none() {
                    return plan(&Change::Insert { mapping, key, value }, before);
                }
                *after.pointer_mut(list).ok_or_else(|| place(list))? = value;
            } else {
                let items = after.pointer_mut(list).and_then(Value::as_array_mut);
                items.ok_or_else(|| place(list))?.push(item.clone());
            }
            change.clone()
        }
        Change::Insert { mapping, key, value } => {
            if before.pointer(mapping).is_none() {
                let (outer, name) = split(mapping).ok_or_else(|| place(mapping))?;
                let value = Value::Object(Map::from_iter([(key.clone(), value.clone())]));
                return plan(&Change::Insert { mapping: outer, key: name, value }, before);
            }
            let node = after.pointer_mut(mapping).ok_or_else(|| place(mapping))?;
            if node.is_null() {
                *node = Value::Object(Map::new());
            }
            let entries = node.as_object_mut().ok_or_else(|| place(mapping))?;
            if entries.insert(key.clone(), value.clone()).is_some() {
                return Err(EditError::Exists(key.clone()));
            }
            change.clone()
        }
        Change::Remove { place: pointer } => {
            let (outer, key) = split(pointer).ok_or_else(|| place(pointer))?;
            let gone = match after.pointer_mut(&outer) {
                Some(Value::Object(entries)) => entries.shift_remove(&key).is_some(),
                Some(Value::Array(items)) => {
                    let at = key.parse().ok().filter(|at| *at < items.len());
                    at.map(|at: usize| items.remove(at)).is_some()
                }
                _ => false,
            };
            if !gone {
                return Err(place(pointer));
            }
            change.clone()
        }
        Change::Replace { place: pointer, value } => {
            *after.pointer_mut(pointer).ok_or_else(|| place(pointer))? = value.clone();
            change.clone()
        }
    };
    Ok((change, after))
}

/// A pointer's parent, and its last part as a key.
pub(super) fn split(pointer: &str) -> Option<(String, String)> {
    let (outer, last) = pointer.rsplit_once('/')?;
    Some((outer.to_owned(), last.replace("~1", "/").replace("~0", "~")))
}
