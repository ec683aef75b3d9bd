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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;

    /// A tree whose parts come from two files, as if the second had been merged into the first.
    fn merged() -> (Node, Sources) {
        let mut sources = Sources::default();
        let mut read = |path: &str, text: &str| {
            let source = Source::new(path, text);
            let file = sources.add(source.clone());
            parse(&source, file, &mut Vec::new()).unwrap()
        };
        let mut root = read(
            "gateway.yaml",
            "version: 1\nlimits: {}\npermissions:\n  main: { windows: [main], allow: [a] }\n",
        );
        let other = read(
            "more.yaml",
            "\npermissions:\n  viewer: { windows: [viewer], allow: [\"*\"] }\n  main: { allow: [b] }\n",
        );
        let Kind::Map(sections) = &mut root.kind else { panic!("{root:?}") };
        let permissions = &mut sections.get_mut("permissions").unwrap().value;
        let Kind::Map(entries) = &mut permissions.kind else { panic!("{permissions:?}") };
        let from = |pointer: &str| other.pointer(pointer).unwrap().clone();
        let viewer = other.pointer("/permissions").unwrap().entry("viewer").unwrap().clone();
        let Kind::Map(main) = &mut entries.get_mut("main").unwrap().value.kind else { panic!() };
        let Kind::Seq(allow) = &mut main.get_mut("allow").unwrap().value.kind else { panic!() };
        allow.push(from("/permissions/main/allow/0"));
        entries.insert("viewer".into(), viewer);
        (root, sources)
    }

    #[test]
    fn parts_of_another_file_say_so() {
        let (root, sources) = merged();
        let expected = "\
version: 1  # gateway.yaml:1
limits: {}  # gateway.yaml:2
permissions:  # gateway.yaml:3
  main:  # gateway.yaml:4
    windows: [main]
    allow:
      - a
      - b  # more.yaml:4
  viewer:  # more.yaml:3
    windows: [viewer]
    allow: [\"*\"]
";
        assert_eq!(show(&root, &sources), expected);
    }

    #[test]
    fn every_entry_and_item_has_a_place() {
        let (root, sources) = merged();
        let places = places(&root, &sources);
        assert_eq!(places.len(), 14);
        assert_eq!(places["/permissions/main/allow/0"], "gateway.yaml:4");
        assert_eq!(places["/permissions/main/allow/1"], "more.yaml:4");
        assert_eq!(places["/permissions/viewer"], "more.yaml:3");
    }

    #[test]
    fn what_is_shown_is_in_canonical_layout_and_reads_back() {
        let text = "a: { b: { c: [{ d: \"e f\" }, 1, ~], \"x y\": { long: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, { cccccccccc: 1 }] } } }\n";
        let source = Source::new("gateway.yaml", text);
        let mut sources = Sources::default();
        let file = sources.add(source.clone());
        let root = parse(&source, file, &mut Vec::new()).unwrap();
        let shown = show(&root, &sources);
        let again = Source::new("gateway.yaml", &shown);
        let file = Sources::default().add(again.clone());
        assert_eq!(format(&again, file).unwrap(), shown);
        assert_eq!(parse(&again, file, &mut Vec::new()).unwrap().to_json(), root.to_json());
    }
}
