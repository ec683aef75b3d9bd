//! A tree as canonical YAML in which every part says which file and line it comes from.

use super::format::{WIDTH, format};
use crate::{
    document::{Kind, Node, to_flow_yaml},
    source::{FileId, Source, Sources, Span},
};
use serde_json::{Map, Value};

/// Down to this depth every entry names its place: sections, and what is declared in them.
const NAMED: usize = 2;

/// A manifest's tree with `# FILE:LINE` behind every section, everything declared in one, and whatever comes from
/// another file than what it is in.
pub fn show(root: &Node, sources: &Sources) -> String {
    let mut printer = Printer { sources, out: String::new() };
    if root.entries().next().is_some() {
        printer.entries(root, root.span.file, 0, 0);
    } else {
        printer.line(0, &to_flow_yaml(&root.to_json()), None);
    }
    let text = printer.out;
    let source = Source::new("", &text);
    let file = Sources::default().add(source.clone());
    format(&source, file).unwrap_or(text)
}

/// The places of all entries and items, `FILE:LINE` by JSON pointer.
pub fn places(root: &Node, sources: &Sources) -> Map<String, Value> {
    let mut found = Map::new();
    collect(root, "", sources, &mut found);
    found
}

fn collect(node: &Node, pointer: &str, sources: &Sources, found: &mut Map<String, Value>) {
    let mut add = |token: &str, span: Span, value: &Node| {
        let token = token.replace('~', "~0").replace('/', "~1");
        let pointer = format!("{pointer}/{token}");
        found.insert(pointer.clone(), place(span, sources).into());
        collect(value, &pointer, sources, found);
    };
    match &node.kind {
        Kind::Map(entries) => {
            entries.iter().for_each(|(key, entry)| add(key, entry.key, &entry.value));
        }
        Kind::Seq(items) => items
            .iter()
            .enumerate()
            .for_each(|(number, item)| add(&number.to_string(), item.span, item)),
        _ => {}
    }
}

fn place(span: Span, sources: &Sources) -> String {
    let place = sources.place(span);
    format!("{}:{}", place.file.display(), place.position.line)
}

struct Printer<'a> {
    sources: &'a Sources,
    out: String,
}

impl Printer<'_> {
    fn line(&mut self, indent: usize, text: &str, comment: Option<Span>) {
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.out.push_str(text);
        if let Some(span) = comment {
            self.out.push_str("  # ");
            self.out.push_str(&place(span, self.sources));
        }
        self.out.push('\n');
    }

    fn entries(&mut self, node: &Node, file: FileId, depth: usize, indent: usize) {
        for (key, entry) in node.entries() {
            let head = to_flow_yaml(&Value::from(key)) + ":";
            let comment = (depth < NAMED || entry.key.file != file).then_some(entry.key);
            self.value(indent, &head, &entry.value, entry.key.file, depth + 1, comment);
        }
    }

    /// A value behind `head`, which is a key with its colon, or a dash.
    fn value(
        &mut self,
        indent: usize,
        head: &str,
        node: &Node,
        file: FileId,
        depth: usize,
        comment: Option<Span>,
    ) {
        let flow = format!("{head} {}", to_flow_yaml(&node.to_json()));
        let fits = indent + flow.chars().count() <= WIDTH;
        let is_declared = depth <= NAMED && matches!(node.kind, Kind::Map(_));
        let is_empty = node.items().is_empty() && node.entries().next().is_none();
        if is_empty || (fits && !is_declared && is_of(node, file)) {
            return self.line(indent, &flow, comment);
        }
        self.line(indent, head, comment);
        self.entries(node, file, depth, indent + 2);
        for item in node.items() {
            let comment = (item.span.file != file).then_some(item.span);
            self.value(indent + 2, "-", item, item.span.file, depth + 1, comment);
        }
    }
}

/// Whether a value comes from this file with everything in it.
fn is_of(node: &Node, file: FileId) -> bool {
    node.span.file == file
        && node.items().iter().all(|item| is_of(item, file))
        && node.entries().all(|(_, entry)| entry.key.file == file && is_of(&entry.value, file))
}
