//! JSON values as YAML, for the suggestions that users may copy into their manifest.

use super::{Kind, scalar};
use serde_json::Value;

/// The value as block YAML with a line break at its end.
///
/// ```
/// let value = serde_json::json!({ "allow": ["greet", "*"] });
/// assert_eq!(portcullis::document::to_yaml(&value), "allow:\n- greet\n- '*'\n");
/// ```
pub fn to_yaml(value: &Value) -> String {
    // Every JSON value has a YAML form; should a writer ever disagree, JSON is YAML as well.
    serde_yaml::to_string(value).unwrap_or_else(|_| format!("{value}\n"))
}

/// The value on one line, for a place inside of a sentence.
///
/// ```
/// let value = serde_json::json!({ "allow": ["greet", "*"] });
/// assert_eq!(portcullis::document::to_flow_yaml(&value), r#"{ allow: [greet, "*"] }"#);
/// ```
pub fn to_flow_yaml(value: &Value) -> String {
    match value {
        Value::String(text) => flow_text(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(to_flow_yaml).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(key, member)| format!("{}: {}", flow_text(key), to_flow_yaml(member)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// A text without quotes where everybody can see that it is one; else as JSON, which is YAML.
fn flow_text(text: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "_-./=".contains(c);
    let is_word = text.chars().all(is_safe) && text.contains(|c: char| c.is_ascii_alphanumeric());
    if is_word && matches!(scalar::resolve(text), Kind::String(_)) {
        text.to_owned()
    } else {
        Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Source, Sources};
    use serde_json::json;

    #[test]
    fn one_line_reads_back_as_the_same_value() {
        let texts = [
            "",
            "a",
            "--max={n}",
            "-",
            "--",
            "-x",
            "1",
            "1.5",
            "true",
            "~",
            "a b",
            "a: b",
            "=",
            "é\n",
            "..",
            "---",
        ];
        let value = json!({ "texts": texts, "a key": { "deep": [[], {}, null, 1, false] } });
        let text = to_flow_yaml(&value);
        let source = Source::new("gateway.yaml", &text);
        let file = Sources::default().add(source.clone());
        let mut diagnostics = Vec::new();
        let read = super::super::parse(&source, file, &mut diagnostics);
        assert_eq!((read.map(|node| node.to_json()), diagnostics), (Some(value), vec![]), "{text}");
    }
}
