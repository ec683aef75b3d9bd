//! Literal labels and labels with a star at the end, as a tree of characters: nearly all patterns are of these
//! forms, and need no automaton.

use std::collections::BTreeMap;

/// Patterns of the two simple forms, by what stands before the end or the star. The first node is the root.
#[derive(Debug)]
pub(super) struct Trie(Vec<Node>);

#[derive(Debug, Default)]
struct Node {
    parent: Option<usize>,
    children: BTreeMap<u8, usize>,
    /// Patterns that end here.
    literals: Vec<usize>,
    /// Patterns whose star begins here.
    prefixes: Vec<usize>,
}

/// Where a label that is read has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum At {
    /// The label so far leads to this node.
    Node(usize),
    /// It has left the tree; this is the last node on its way where a star begins, if there is one.
    Beyond(Option<usize>),
}

impl Trie {
    pub(super) fn new() -> Self {
        Self(vec![Node::default()])
    }

    pub(super) fn root() -> At {
        At::Node(0)
    }

    pub(super) fn add_literal(&mut self, text: &str, pattern: usize) {
        if let Some(node) = self.grow(text) {
            node.literals.push(pattern);
        }
    }

    pub(super) fn add_prefix(&mut self, text: &str, pattern: usize) {
        if let Some(node) = self.grow(text) {
            node.prefixes.push(pattern);
        }
    }

    fn grow(&mut self, text: &str) -> Option<&mut Node> {
        let mut at = 0;
        for byte in text.bytes() {
            let next = self.0.len();
            let child = *self.0.get_mut(at)?.children.entry(byte).or_insert(next);
            if child == next {
                self.0.push(Node { parent: Some(at), ..Node::default() });
            }
            at = child;
        }
        self.0.get_mut(at)
    }

    /// Where the next character leads, and whether it is the only one that leads there.
    pub(super) fn step(&self, at: At, byte: u8) -> (At, bool) {
        let At::Node(node) = at else { return (at, false) };
        if let Some(child) = self.0.get(node).and_then(|node| node.children.get(&byte)) {
            return (At::Node(*child), true);
        }
        let star = self.way_up(node).find(|(_, up)| !up.prefixes.is_empty());
        (At::Beyond(star.map(|(at, _)| at)), false)
    }

    /// The node and all above it.
    fn way_up(&self, node: usize) -> impl Iterator<Item = (usize, &Node)> {
        let look = |at: usize| Some((at, self.0.get(at)?));
        std::iter::successors(look(node), move |(_, last)| look(last.parent?))
    }

    /// Adds the patterns that match a label which ends here.
    pub(super) fn collect(&self, at: At, members: &mut Vec<usize>) {
        let (node, ends) = match at {
            At::Node(node) => (Some(node), true),
            At::Beyond(node) => (node, false),
        };
        let Some(node) = node else { return };
        if let Some(last) = self.0.get(node).filter(|_| ends) {
            members.extend(last.literals.iter().copied());
        }
        members.extend(self.way_up(node).flat_map(|(_, node)| node.prefixes.iter().copied()));
    }
}
