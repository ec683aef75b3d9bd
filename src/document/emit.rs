//! JSON values as YAML, for the suggestions that users may copy into their manifest.

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
