//! Generated documents that know where their tokens stand.

use super::read;
use crate::document::{Kind, Node};
use crate::property::config;
use proptest::prelude::*;
use std::ops::Range;

#[derive(Debug, Clone)]
enum Tree {
    Scalar(&'static str),
    /// Header and lines.
    Block(&'static str, Vec<&'static str>),
    Seq(bool, Vec<Tree>),
    Map(bool, Vec<(&'static str, Tree)>),
}

/// A document under construction, with the places of its tokens in reading order.
struct Page {
    text: String,
    places: Vec<Range<usize>>,
    line: &'static str,
    tail: &'static str,
}

impl Page {
    fn token(&mut self, text: &str) -> usize {
        let start = self.text.len();
        self.text.push_str(text);
        self.places.push(start..self.text.len());
        self.text.len()
    }

    fn end_line(&mut self) {
        self.text.push_str(self.tail);
        self.text.push_str(self.line);
    }

    fn flow(&mut self, tree: &Tree) -> usize {
        let (open, close) = match tree {
            Tree::Scalar("") => return self.token("~"),
            Tree::Scalar(text) => return self.token(text),
            Tree::Block(..) => return self.token("\"|\""),
            Tree::Seq(..) => ("[ ", " ]"),
            Tree::Map(..) => ("{", "}"),
        };
        let place = self.places.len();
        self.places.push(self.text.len()..0);
        self.text.push_str(open);
        match tree {
            Tree::Seq(_, items) => {
                for item in items {
                    self.flow(item);
                    self.text.push_str(" ,");
                    self.text.push(' ');
                }
            }
            Tree::Map(_, entries) => {
                for (number, (key, value)) in entries.iter().enumerate() {
                    self.token(&numbered(key, number));
                    self.text.push_str(": ");
                    self.flow(value);
                    self.text.push_str(", ");
                }
            }
            Tree::Scalar(_) | Tree::Block(..) => {}
        }
        self.text.push_str(close);
        self.places[place].end = self.text.len();
        self.text.len()
    }

    /// Writes a value behind its indicator and returns where it ends.
    fn value(&mut self, tree: &Tree, indent: usize) -> usize {
        let is_empty = match tree {
            Tree::Seq(_, items) => items.is_empty(),
            Tree::Map(_, entries) => entries.is_empty(),
            Tree::Scalar(_) | Tree::Block(..) => false,
        };
        match tree {
            Tree::Block(header, lines) => {
                self.text.push(' ');
                let start = self.text.len();
                self.text.push_str(header);
                self.end_line();
                let mut end = start + header.len();
                for line in lines {
                    self.text.push_str(&" ".repeat(indent + 1));
                    self.text.push_str(line);
                    end = self.text.len();
                    self.text.push_str(self.line);
                }
                self.places.push(start..end);
                self.text.push_str(self.line);
                end
            }
            Tree::Seq(false, _) | Tree::Map(false, _) if !is_empty => {
                self.end_line();
                self.block(tree, indent)
            }
            Tree::Scalar("") => {
                let at = self.text.len();
                self.places.push(at..at);
                self.end_line();
                at
            }
            _ => {
                self.text.push(' ');
                let end = self.flow(tree);
                self.end_line();
                end
            }
        }
    }

    fn block(&mut self, tree: &Tree, indent: usize) -> usize {
        let lead = " ".repeat(indent);
        let place = self.places.len();
        self.places.push(self.text.len() + indent..0);
        let mut end = 0;
        match tree {
            Tree::Seq(_, items) => {
                for item in items {
                    self.text.push_str(&lead);
                    self.text.push('-');
                    end = self.value(item, indent + 2);
                }
            }
            Tree::Map(_, entries) => {
                for (number, (key, value)) in entries.iter().enumerate() {
                    self.text.push_str(&lead);
                    self.token(&numbered(key, number));
                    self.text.push(':');
                    end = self.value(value, indent + 2);
                }
            }
            Tree::Scalar(_) | Tree::Block(..) => {}
        }
        self.places[place].end = end;
        end
    }
}

/// The key with a number inside its quotes, so that no key stands twice.
fn numbered(key: &str, number: usize) -> String {
    match key.strip_suffix(['"', '\'']) {
        Some(open) => format!("{open}{number}{}", &key[open.len()..]),
        None => format!("{key}{number}"),
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let scalars = prop::sample::select(vec![
        "x",
        "größe",
        "日本語",
        "🦀",
        "a b",
        "a\tb",
        "x#y",
        "http://a:1/?b=c",
        "-5",
        "1.5e3",
        "true",
        "~",
        "null",
        "\"\"",
        "''",
        "\"a\tb: {x} # no\"",
        "'it''s *.x'",
        "\"🦀\\n\\\"\"",
        "\"日本\"",
        "-x",
        "?x",
        ":x",
        "a:b",
        "0777",
    ]);
    let lines = prop::collection::vec(
        prop::sample::select(vec!["x", "日本\tx", "# no comment", "a: b", "🦀  y", "- z", "|"]),
        0..4,
    );
    let headers = prop::sample::select(vec!["|", ">", "|-", ">+"]);
    let keys =
        prop::sample::select(vec!["k", "\"k\"", "'schlüssel '", "ключ", "🦀", "a b", "a-\tb"]);
    let leaf = prop_oneof![
        4 => scalars.prop_map(Tree::Scalar),
        1 => Just(Tree::Scalar("")),
        1 => (headers, lines).prop_map(|(header, lines)| Tree::Block(header, lines)),
    ];
    leaf.prop_recursive(4, 30, 5, move |inner| {
        prop_oneof![
            (any::<bool>(), prop::collection::vec(inner.clone(), 0..5))
                .prop_map(|(is_flow, items)| Tree::Seq(is_flow, items)),
            (any::<bool>(), prop::collection::vec((keys.clone(), inner), 0..5))
                .prop_map(|(is_flow, entries)| Tree::Map(is_flow, entries)),
        ]
    })
}

fn walk(node: &Node, places: &mut Vec<Range<usize>>) {
    places.push(node.span.range());
    match &node.kind {
        Kind::Seq(items) => items.iter().for_each(|item| walk(item, places)),
        Kind::Map(entries) => entries.values().for_each(|entry| {
            places.push(entry.key.range());
            walk(&entry.value, places);
        }),
        _ => {}
    }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn every_span_is_its_token(
        entries in prop::collection::vec((Just("key"), tree()), 1..5),
        is_crlf in any::<bool>(),
        tail in prop::sample::select(vec!["", "  ", " # {comment}: *x", "\t", " # ends with |"]),
        has_bom in any::<bool>(),
    ) {
        let line = if is_crlf { "\r\n" } else { "\n" };
        let mut page = Page { text: String::new(), places: Vec::new(), line, tail };
        page.block(&Tree::Map(false, entries), 0);
        let bom = if has_bom { "\u{feff}" } else { "" };
        let (source, root, diagnostics) = read(&format!("{bom}{}", page.text));
        prop_assert_eq!(&diagnostics, &[], "{}", page.text);
        let mut places = Vec::new();
        walk(&root.expect("a tree"), &mut places);
        for (found, expected) in places.iter().zip(&page.places) {
            let text = |range: &Range<usize>| source.text().get(range.clone());
            prop_assert_eq!(text(found), text(expected), "{}", page.text);
        }
        prop_assert_eq!(places, page.places, "{}", page.text);
    }
}
