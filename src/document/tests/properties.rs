//! What holds for any text and any value.

use super::read;
use crate::property::config;
use crate::{
    diagnostic::{Code, Diagnostic},
    document::{Kind, Node, to_yaml},
    source::{Source, Span},
};
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn two_mebibytes_are_read_in_good_time() {
    let size = 2 * 1024 * 1024;
    let texts = [
        format!("a: \"{}\"", "x".repeat(size)),
        "- *\n".repeat(size / 4),
        "\t".repeat(size),
        "*".repeat(size),
        "{".repeat(size),
        // Many findings in one line; the text is shorter because tests run without optimisation.
        format!("[{}]", "*x, {x}, ".repeat(size / 100)),
    ];
    for text in texts {
        let begin = std::time::Instant::now();
        let (_, _, diagnostics) = read(&text);
        assert!(!diagnostics.is_empty() || text.starts_with("a:"));
        assert!(begin.elapsed().as_secs() < 60, "{}", text.get(..20).unwrap_or(""));
    }
}

/// JSON with text that is awkward in YAML. Numbers are finite: JSON has no others. `<<` is no key: the
/// writer leaves it without quotes, and so it is a merge key, which a manifest may not use.
fn value() -> impl Strategy<Value = Value> {
    let awkward = prop::sample::select(vec![
        "",
        "~",
        "null",
        "true",
        "no",
        "0777",
        "1_000",
        "0x1f",
        "1e3",
        "+1",
        ".5",
        "1.",
        "-",
        "- a",
        "a: b",
        "a #b",
        "#",
        "*",
        "&a",
        "!t",
        "{a}",
        "[",
        "@x",
        "`",
        "%",
        "|",
        ">",
        "?",
        ":",
        "<<",
        "---",
        "...",
        "a\nb",
        "a\n",
        "\n",
        " a",
        "a ",
        "\t",
        "\"",
        "'",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\r\n",
        "\u{1b}",
        "2024-01-02",
        ".inf",
        ".nan",
        "0o7",
        "-0",
        "1:30",
        "=",
        "y",
        "日本",
        "🦀",
    ]);
    let text = prop_oneof![
        awkward.clone().prop_map(str::to_owned),
        any::<String>(),
        prop::collection::vec(prop_oneof![awkward, Just("a"), Just(" ")], 0..6)
            .prop_map(|parts| parts.concat()),
    ];
    // The writer follows YAML 1.1, where these three break lines, and folds them; in YAML 1.2 they are text.
    let text = text.prop_map(|text| text.replace(['\u{85}', '\u{2028}', '\u{2029}'], " "));
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(
                (text.clone().prop_filter("no merge key", |key| key != "<<"), inner),
                0..6
            )
            .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn what_is_emitted_is_read_back(value in value()) {
        let text = to_yaml(&value);
        let (_, root, diagnostics) = read(&text);
        if value.is_null() {
            prop_assert_eq!(diagnostics[0].code, Code::EmptyFile);
        } else {
            prop_assert!(diagnostics.is_empty(), "{:?}\n{}", diagnostics, text);
            prop_assert_eq!(root.map(|root| root.to_json()), Some(value), "{}", text);
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic_and_with_spans_inside_it(
        parts in prop::collection::vec(prop::sample::select(vec![
            "a", "b", ": ", ":", "- ", "\n", "\r\n", "\r", "  ", " ", "\t", "{", "}", "[", "]", ", ", "*", "&a ",
            "*a ", "!t ", "!", "<<", "'", "\"", "\\", "|\n", ">-\n", "# c", "---\n", "...\n", "? ", "%", "@", "`",
            "ä", "🦀", "\u{feff}", "\u{0}", "{a}", "{b...}", "1", "~", "?", "-",
        ]), 0..40),
    ) {
        let text = parts.concat();
        let (source, root, diagnostics) = read(&text);
        prop_assert!(root.is_some() || diagnostics.iter().any(Diagnostic::is_error), "{:?}", text);
        for diagnostic in &diagnostics {
            let spans = diagnostic.related.iter().map(|(span, _)| *span).chain([diagnostic.span]);
            for span in spans {
                prop_assert!(source.text().get(span.range()).is_some(), "{:?} {:?}", text, diagnostic);
            }
            prop_assert!(diagnostic.help.is_some());
            prop_assert!(diagnostic.code == Code::EmptyFile || !diagnostic.span.range().is_empty()
                || source.text().get(..diagnostic.span.start as usize).is_some_and(|t| t.trim().is_empty()),
                "{:?} {:?}", text, diagnostic);
        }
        if let Some(root) = root {
            inside(&root, &source);
        }
    }
}

/// Children lie inside their parents, one after the other.
fn inside(node: &Node, source: &Source) {
    assert!(source.text().get(node.span.range()).is_some(), "{node:?}");
    let mut at = node.span.start;
    let spans: Vec<Span> = match &node.kind {
        Kind::Seq(items) => items.iter().map(|item| item.span).collect(),
        Kind::Map(entries) => {
            entries.values().flat_map(|entry| [entry.key, entry.value.span]).collect()
        }
        _ => Vec::new(),
    };
    for span in spans {
        assert!(at <= span.start && span.end <= node.span.end, "{node:?} {:?}", source.text());
        at = span.end;
    }
    node.items().iter().for_each(|item| inside(item, source));
    node.entries().for_each(|(_, entry)| inside(&entry.value, source));
}
