//! Fixes of values that have the wrong type and can be meant in one way alone.

use super::{
    Findings,
    advice::{glued_key, takes_any_text, words},
    parent,
    unknown::space_behind,
};
use crate::{
    diagnostic::{Edit, Fix},
    document::{Kind, to_flow_yaml},
};
use jsonschema::{
    JsonType,
    error::{TypeKind, ValidationError},
};
use serde_json::Value;

impl Findings<'_> {
    /// What the advice about a type says, where a program can do it.
    pub(super) fn type_fix(
        &self,
        error: &ValidationError<'_>,
        pointer: &str,
        kind: &TypeKind,
    ) -> Option<Fix> {
        let TypeKind::Single(kind) = kind else { return None };
        let node = self.root.pointer(pointer)?;
        let schema = self.schema.pointer(&parent(error.schema_path().as_str()))?;
        let write = |text: &str| Some(Fix::replace(format!("write `{text}`"), node.span, text));
        match (kind, &node.kind) {
            // A text of several words may be one item or several.
            (JsonType::Array, Kind::String(text)) => match words(schema, text)?.as_slice() {
                [word] => write(&to_flow_yaml(&Value::from(vec![*word]))),
                _ => None,
            },
            (JsonType::Object, Kind::String(text)) => {
                space_behind(node.span, text, glued_key(schema, text)?)
            }
            (JsonType::Boolean, Kind::String(text)) => write(boolean(text)?),
            // A quoted number is no size, duration or rate either.
            (JsonType::String, _) => takes_any_text(schema).then(|| self.quotes(pointer)).flatten(),
            // And a number in quotes is one without them.
            (JsonType::Integer | JsonType::Number, Kind::String(text)) => {
                let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                is_number.then(|| write(text)).flatten()
            }
            _ => None,
        }
    }

    /// Quotes around a number or a boolean.
    pub(super) fn quotes(&self, pointer: &str) -> Option<Fix> {
        let node = self.root.pointer(pointer)?;
        let is_scalar = matches!(node.kind, Kind::Bool(_) | Kind::Number(_));
        is_scalar.then(|| Fix::new("put it in quotes", Edit::quotes(node.span)))
    }
}

/// The boolean that other languages write so.
pub(super) fn boolean(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "on" | "y" => Some("true"),
        "no" | "off" | "n" => Some("false"),
        _ => None,
    }
}
