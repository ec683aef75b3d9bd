//! Random trees, and random ways to write each: indentation, styles, quotes, blank lines and comments.

use proptest::{collection::vec, option, prelude::*, sample::select};

/// A value with the way it is written.
#[derive(Debug, Clone)]
pub(super) enum Written {
    Plain(&'static str),
    Block { header: &'static str, lines: Vec<&'static str> },
    Seq { style: Style, items: Vec<(Notes, Written)> },
    Map { style: Style, entries: Vec<(Notes, Written)> },
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Style {
    Block { step: usize },
    Flow { is_long: bool },
}

/// What stands before a part, and behind its first line.
#[derive(Debug, Clone)]
pub(super) struct Notes {
    blanks: usize,
    own: Vec<usize>,
    trailing: Option<usize>,
}

const SCALARS: [&str; 22] = [
    "a",
    "1",
    "-1.5",
    "true",
    "~",
    "null",
    "\"\"",
    "''",
    "\"a # b\"",
    "'it''s # no'",
    "a#b",
    "\"{x}\"",
    "'*'",
    "http://x/y?z",
    "\"two  \\\n        lines\"",
    "'two\n\n        lines'",
    "two\n        lines",
    "-x",
    "a b c",
    "é☃",
    "'a: b'",
    "a-rather-long-word-that-makes-lines-too-long-for-braces-very-soon",
];

fn notes() -> impl Strategy<Value = Notes> {
    (
        prop_oneof![4 => Just(0), 1 => 1..4usize],
        vec(0..9usize, 0..2),
        option::weighted(0.2, 1..5usize),
    )
        .prop_map(|(blanks, own, trailing)| Notes { blanks, own, trailing })
}

fn style() -> impl Strategy<Value = Style> {
    prop_oneof![
        3 => (0..4usize).prop_map(|step| Style::Block { step }),
        1 => Just(Style::Flow { is_long: false }),
        1 => Just(Style::Flow { is_long: true }),
    ]
}

fn value() -> impl Strategy<Value = Written> {
    let block = (
        select(&["|", "|-", "|+", ">", ">-", ">+", "|2", ">2-", "|2+", "| # header"][..]),
        vec(select(&["x", "# no comment", "  y", "", "- z", "a: b", "   ", "t  "][..]), 1..4),
    );
    // A block of nothing but blanks is refused: nothing in it says how far it is indented.
    let block = block.prop_filter("blank", |(_, lines)| lines.iter().any(|l| !l.trim().is_empty()));
    let leaf = prop_oneof![
        8 => select(&SCALARS[..]).prop_map(Written::Plain),
        1 => block.prop_map(|(header, lines)| Written::Block { header, lines }),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            (style(), vec((notes(), inner.clone()), 0..4))
                .prop_map(|(style, items)| Written::Seq { style, items }),
            (style(), vec((notes(), inner), 0..4))
                .prop_map(|(style, entries)| Written::Map { style, entries }),
        ]
    })
}

/// The text of a file.
pub(super) fn file() -> impl Strategy<Value = String> {
    let start = select(&["", "", "# yaml-language-server: $schema=x.json\n", "---\n", "\n\n"][..]);
    let end = select(&["\n", "", "\n\n\n", "\n# the end", "\n  # the end\n", "\n...\n"][..]);
    (start, style(), vec((notes(), value()), 1..5), end, any::<bool>()).prop_map(
        |(start, style, entries, end, has_returns)| {
            let mut out = start.to_owned();
            let mut writer = Writer { count: 0 };
            writer.value(&mut out, &Written::Map { style, entries }, 0, false);
            out.truncate(out.trim_end_matches(['\n', ' ']).len());
            out.push_str(end);
            if has_returns { out.replace('\n', "\r\n") } else { out }
        },
    )
}

struct Writer {
    count: usize,
}

impl Writer {
    fn comment(&mut self, out: &mut String) {
        self.count += 1;
        out.push_str(["# ", "#", "#! ", "#:"][self.count % 4]);
        out.push_str(&self.count.to_string());
        out.push_str(["", " 'a", "  ", " [{"][self.count / 2 % 4]);
    }

    /// Blank lines and comments before a part that begins at `indent`.
    fn before(&mut self, out: &mut String, notes: &Notes) {
        for _ in 0..notes.blanks {
            out.push('\n');
        }
        for own in &notes.own {
            out.push_str(&" ".repeat(*own));
            self.comment(out);
            out.push('\n');
        }
    }

    fn value(&mut self, out: &mut String, value: &Written, indent: usize, is_flow: bool) {
        match value {
            Written::Plain(text) => out.push_str(text),
            // In brackets there is no block.
            Written::Block { lines, .. } if is_flow => {
                out.push_str(&serde_json::Value::from(lines.join("\n")).to_string());
            }
            Written::Block { header, lines } => {
                out.push_str(header);
                for line in lines {
                    out.push('\n');
                    if !line.is_empty() {
                        out.push_str(&" ".repeat(indent.max(1)));
                        out.push_str(line);
                    }
                }
            }
            Written::Seq { items, .. } if items.is_empty() => out.push_str("[]"),
            Written::Map { entries, .. } if entries.is_empty() => out.push_str("{ }"),
            Written::Seq { style, items } => match style {
                Style::Block { .. } if !is_flow => {
                    for (number, (notes, item)) in items.iter().enumerate() {
                        self.begin(out, number, notes, indent);
                        out.push('-');
                        self.child(out, notes, item, indent, 2, true);
                    }
                }
                _ => self.flow(out, ('[', ']'), *style, items, indent, |_| String::new()),
            },
            Written::Map { style, entries } => match style {
                Style::Block { step } if !is_flow => {
                    for (number, (notes, entry)) in entries.iter().enumerate() {
                        self.begin(out, number, notes, indent);
                        out.push_str(["k", "\"q ", "'s "][number % 3]);
                        out.push_str(&number.to_string());
                        out.push_str(["", "\"", "'"][number % 3]);
                        out.push(':');
                        self.child(out, notes, entry, indent, step + 1, false);
                    }
                }
                _ => self.flow(out, ('{', '}'), *style, entries, indent, |n| format!("k{n}: ")),
            },
        }
    }

    fn begin(&mut self, out: &mut String, number: usize, notes: &Notes, indent: usize) {
        if number > 0 {
            out.push('\n');
            self.before(out, notes);
            out.push_str(&" ".repeat(indent));
        }
    }

    /// What stands behind a key or a dash.
    fn child(
        &mut self,
        out: &mut String,
        notes: &Notes,
        child: &Written,
        indent: usize,
        step: usize,
        is_item: bool,
    ) {
        let is_block = matches!(
            child,
            Written::Seq { style: Style::Block { .. }, items: parts }
            | Written::Map { style: Style::Block { .. }, entries: parts } if !parts.is_empty()
        );
        if let Some(gap) = notes.trailing.filter(|_| !matches!(child, Written::Block { .. })) {
            out.push_str(&" ".repeat(gap));
            self.comment(out);
        } else if is_item || !is_block {
            out.push(' ');
            let text = match child {
                Written::Block { header, .. } if header.contains('2') => indent + 2,
                _ => indent + step,
            };
            return self.value(out, child, text, false);
        }
        out.push('\n');
        self.before(out, notes);
        out.push_str(&" ".repeat(indent + step));
        self.value(out, child, indent + step, false);
    }

    fn flow(
        &mut self,
        out: &mut String,
        brackets: (char, char),
        style: Style,
        parts: &[(Notes, Written)],
        indent: usize,
        key: impl Fn(usize) -> String,
    ) {
        let is_long = matches!(style, Style::Flow { is_long: true });
        out.push(brackets.0);
        for (number, (notes, part)) in parts.iter().enumerate() {
            if is_long {
                out.push('\n');
                self.before(out, notes);
                out.push_str(&" ".repeat(indent + 1 + notes.blanks));
            }
            out.push_str(&key(number));
            self.value(out, part, indent + 4, true);
            if number + 1 < parts.len() || notes.blanks > 1 {
                out.push(',');
            }
            if let Some(gap) = notes.trailing.filter(|_| is_long) {
                out.push_str(&" ".repeat(gap));
                self.comment(out);
            }
        }
        if is_long {
            out.push('\n');
            out.push_str(&" ".repeat(indent + 1));
        }
        out.push(brackets.1);
    }
}
