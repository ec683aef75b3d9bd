//! The spanned tree as what the JSON Schema is held against: a second tree of plain JSON would double the memory.

use crate::document::{Entry, Kind, Node};
use indexmap::{IndexMap, map};
use jsonschema::{
    JsonType,
    json::{self, Array, Json, NodeIdentity, Object, unique},
};
use serde_json::{Number, Value};
use std::{
    borrow::Cow,
    slice,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Faults after which the rest of a document is not looked at: a list of wrong values has one for every second byte.
const MOST_FAULTS: usize = 10_000;

/// Spanned trees as a representation of JSON.
pub(in crate::manifest) struct Tree;

/// How many faults were found so far.
#[derive(Debug, Default)]
pub(in crate::manifest) struct Faults(AtomicUsize);

impl Faults {
    /// Whether the rest of the document was not looked at.
    pub(super) fn are_too_many(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= MOST_FAULTS
    }
}

/// A value of the tree, or the name of a key.
#[derive(Clone, Copy)]
pub(in crate::manifest) enum At<'a> {
    Node(&'a Node, &'a Faults),
    Name(&'a str),
}

impl<'a> At<'a> {
    pub(super) fn new(node: &'a Node, faults: &'a Faults) -> Self {
        Self::Node(node, faults)
    }

    fn kind(self) -> Option<&'a Kind> {
        match self {
            Self::Node(node, _) => Some(&node.kind),
            Self::Name(_) => None,
        }
    }
}

impl Json for Tree {
    type Node<'a> = At<'a>;
    type PreparedKey = String;
    type StringBuffer = ();
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(At<'_>) -> T) -> T {
        f(At::Name(string))
    }
}

impl<'a> json::Node<'a, Tree> for At<'a> {
    type Object = Members<'a>;
    type Array = Items<'a>;
    type Number = &'a Number;

    fn as_object(&self) -> Option<Members<'a>> {
        match self {
            Self::Node(Node { kind: Kind::Map(entries), .. }, faults) => {
                Some(Members { entries, faults })
            }
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Items<'a>> {
        match self {
            Self::Node(Node { kind: Kind::Seq(items), .. }, faults) => {
                Some(Items { items, faults })
            }
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match *self {
            Self::Name(name) => Some(Cow::Borrowed(name)),
            Self::Node(node, _) => node.as_str().map(Cow::Borrowed),
        }
    }

    fn as_number(&self) -> Option<&'a Number> {
        match self.kind() {
            Some(Kind::Number(number)) => Some(number),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.kind() {
            Some(Kind::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self.kind(), Some(Kind::Null))
    }

    fn json_type(&self) -> JsonType {
        match self.kind() {
            None | Some(Kind::String(_)) => JsonType::String,
            Some(Kind::Null) => JsonType::Null,
            Some(Kind::Bool(_)) => JsonType::Boolean,
            Some(Kind::Number(_)) => JsonType::Number,
            Some(Kind::Seq(_)) => JsonType::Array,
            Some(Kind::Map(_)) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match self {
            Self::Name(name) => expected == *name,
            Self::Node(node, _) => json::cmp::equal(&node.to_json(), expected),
        }
    }

    /// Called for each fault. The words about it come from the tree, so that no fault copies a part of the document.
    fn to_value(&self) -> Cow<'a, Value> {
        if let Self::Node(_, faults) = self {
            faults.0.fetch_add(1, Ordering::Relaxed);
        }
        Cow::Owned(Value::Null)
    }

    /// The schema has no references that could go in a circle.
    fn identity(&self) -> Option<NodeIdentity> {
        None
    }
}

/// A mapping.
pub(in crate::manifest) struct Members<'a> {
    entries: &'a IndexMap<String, Entry>,
    faults: &'a Faults,
}

impl<'a> Object<'a, Tree> for Members<'a> {
    type Node = At<'a>;
    type MemberName = &'a str;
    type MembersIter = MembersIter<'a>;

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn get(&self, key: &String) -> Option<At<'a>> {
        self.entries.get(key).map(|entry| At::Node(&entry.value, self.faults))
    }

    fn members(&self) -> MembersIter<'a> {
        MembersIter { entries: self.entries.iter(), faults: self.faults }
    }
}

/// The members of a mapping, as far as they are looked at.
pub(in crate::manifest) struct MembersIter<'a> {
    entries: map::Iter<'a, String, Entry>,
    faults: &'a Faults,
}

impl<'a> Iterator for MembersIter<'a> {
    type Item = (&'a str, At<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, entry) = self.entries.next().filter(|_| !self.faults.are_too_many())?;
        Some((name, At::Node(&entry.value, self.faults)))
    }
}

/// A list.
pub(in crate::manifest) struct Items<'a> {
    items: &'a [Node],
    faults: &'a Faults,
}

impl<'a> Array<'a, Tree> for Items<'a> {
    type Node = At<'a>;
    type ElementsIter = ItemsIter<'a>;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn elements(&self) -> ItemsIter<'a> {
        ItemsIter { items: self.items.iter(), faults: self.faults }
    }

    fn is_unique(&self) -> bool {
        let values: Vec<Cow<'_, Value>> =
            self.items.iter().map(|item| Cow::Owned(item.to_json())).collect();
        unique::is_unique(&values)
    }
}

/// The items of a list, as far as they are looked at.
pub(in crate::manifest) struct ItemsIter<'a> {
    items: slice::Iter<'a, Node>,
    faults: &'a Faults,
}

impl<'a> Iterator for ItemsIter<'a> {
    type Item = At<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.items.next().filter(|_| !self.faults.are_too_many())?;
        Some(At::Node(item, self.faults))
    }
}
