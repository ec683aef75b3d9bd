//! JSON Schemas in a manifest (2020-12): compiled once for the generation that uses them.

use super::{Lowering, expressions};
use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    document::Node,
    manifest::Contract,
    source::{Span, Spanned},
};
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Keywords whose value is one schema, or a list of them.
const SCHEMAS: [&str; 16] = [
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "oneOf",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "additionalItems",
];

/// Keywords whose value maps names to schemas.
const TABLES: [&str; 5] =
    ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

/// Keywords without a schema in them (JSON Schema 2020-12, core and validation).
const PLAIN: [&str; 41] = [
    "$anchor",
    "$comment",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$ref",
    "$schema",
    "$vocabulary",
    "const",
    "contentEncoding",
    "contentMediaType",
    "default",
    "dependentRequired",
    "deprecated",
    "description",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
    "nullable",
    "example",
    "discriminator",
];

/// Keys of an argument that are not part of its schema.
const OWN_KEYS: [&str; 6] = ["channel", "default", "optional", "overflow", "path", "within"];

/// What a compiled schema takes is about fifty times its text.
const MOST_VALUES: usize = 10_000;

impl Lowering<'_> {
    /// Compiles a schema that stands at `node`; `what` is what it describes, in words.
    pub(super) fn contract(
        &mut self,
        node: &Node,
        keywords: Map<String, Value>,
        what: &str,
    ) -> Option<Contract> {
        if keywords.is_empty() {
            return None;
        }
        let before = self.diagnostics.count();
        self.keywords(node, true);
        let is_sound = self.diagnostics.count() == before;
        let schema = Value::Object(keywords);
        let text: Arc<str> = schema.to_string().into();
        if is_sound && let Some(known) = self.contracts.get(&text) {
            return Some(known.clone());
        }
        let told = self.diagnostics.count();
        if values(node) > MOST_VALUES {
            let message = format!("a schema has at most {MOST_VALUES} keywords and values");
            self.report(
                Diagnostic::new(Code::FileTooLarge, node.first_character(), message)
                    .help("check what is larger in the command itself"),
            );
        }
        self.expressions_of(node);
        // Compiling it would take what was just refused, or tell what nobody reads.
        if self.diagnostics.count() > told || self.has_enough() {
            return None;
        }
        let options = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .with_pattern_cache(self.expressions.clone());
        match options.build(&schema) {
            Ok(_) if !is_sound => None,
            Ok(validator) => {
                let contract = Contract { text: text.clone(), validator: Arc::new(validator) };
                self.contracts.insert(text, contract.clone());
                Some(contract)
            }
            Err(error) => {
                let pointer = error.instance_path().as_str();
                let span = node.pointer(pointer).map_or(node.span, |node| node.span);
                let (message, help) = schema_fault(&error, pointer.ends_with("/type"), what);
                self.report(Diagnostic::new(Code::SchemaInvalid, span, message).help(help));
                None
            }
        }
    }

    /// Refuses regular expressions that are small to write and large to compile.
    fn expressions_of(&mut self, node: &Node) {
        for (key, entry) in node.entries() {
            if key == "pattern"
                && let Some(text) = entry.value.as_str()
            {
                self.expression(text, entry.value.span);
            } else if key == "patternProperties" {
                entry.value.entries().for_each(|(text, entry)| self.expression(text, entry.key));
            }
            // What stands under these is data.
            if !matches!(key, "const" | "default" | "enum" | "examples") {
                self.expressions_of(&entry.value);
            }
        }
        node.items().iter().for_each(|item| self.expressions_of(item));
    }

    fn expression(&mut self, text: &str, span: Span) {
        let weight = expressions::weight(text);
        let before = self.expression_weight;
        self.expression_weight = before.saturating_add(weight);
        if weight > expressions::MOST {
            let message = "the regular expression becomes too large";
            self.report(
                Diagnostic::new(Code::SchemaInvalid, span, message)
                    .help("repeat less in it, or check the length with `maxLength`"),
            );
        } else if self.expression_weight > expressions::MOST_IN_ALL {
            let message = "the regular expressions of the manifest become too large in all";
            self.report(
                Diagnostic::new(Code::FileTooLarge, span, message)
                    .help("use the same expression in more places, or repeat less in it"),
            );
        }
    }

    /// A misspelt keyword would check nothing, which JSON Schema allows and nobody means.
    fn keywords(&mut self, node: &Node, is_outermost: bool) {
        for (key, entry) in node.entries() {
            if is_outermost && OWN_KEYS.contains(&key) {
                continue;
            }
            if SCHEMAS.contains(&key) {
                self.keywords(&entry.value, false);
                entry.value.items().iter().for_each(|item| self.keywords(item, false));
            } else if TABLES.contains(&key) {
                entry.value.entries().for_each(|(_, entry)| self.keywords(&entry.value, false));
            } else if !PLAIN.contains(&key) && !key.starts_with("x-") {
                let own = if is_outermost { &OWN_KEYS[..] } else { &[] };
                let known =
                    PLAIN.into_iter().chain(SCHEMAS).chain(TABLES).chain(own.iter().copied());
                let near = nearest(key, known);
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "write a keyword of JSON Schema 2020-12; your own begin with `x-`"
                        .to_owned(),
                };
                let message = format!("`{}` is not a keyword of JSON Schema", key.escape_debug());
                self.report(
                    Diagnostic::new(Code::SchemaInvalid, entry.key, message)
                        .help(help)
                        .did_you_mean(entry.key, key, near),
                );
            }
        }
    }
}

/// How many values there are in a value.
fn values(node: &Node) -> usize {
    let entries = node.entries().map(|(_, entry)| values(&entry.value));
    1 + entries.sum::<usize>() + node.items().iter().map(values).sum::<usize>()
}

/// The regular expressions in a schema that a text must fit. What stands under `not` or `if` refuses texts.
pub(super) fn patterns(node: &Node) -> Vec<Spanned<String>> {
    let mut found = Vec::new();
    for (key, entry) in node.entries() {
        let value = &entry.value;
        match (key, value.as_str()) {
            ("pattern", Some(text)) => found.push(Spanned::new(text.to_owned(), value.span)),
            ("not" | "if" | "contains", _) => {}
            _ if SCHEMAS.contains(&key) => {
                found.extend(patterns(value));
                found.extend(value.items().iter().flat_map(patterns));
            }
            _ if TABLES.contains(&key) => {
                found.extend(value.entries().flat_map(|(_, entry)| patterns(&entry.value)));
            }
            _ => {}
        }
    }
    found
}

/// What is wrong with a schema, without the schema of schemas in the words.
fn schema_fault(error: &ValidationError<'_>, is_type: bool, what: &str) -> (String, String) {
    match error.kind() {
        _ if is_type && error.instance().as_str() == Some("path") => (
            "`path` is not a type".to_owned(),
            "a path is declared with `path: file` or `path: dir`, in the place of `type`"
                .to_owned(),
        ),
        _ if is_type => (
            format!("{} is not a type", quoted(error.instance())),
            "types are `string`, `integer`, `number`, `boolean`, `array`, `object` and `null`"
                .to_owned(),
        ),
        ValidationErrorKind::Format { format } if format == "regex" => (
            format!("{} is not a regular expression", quoted(error.instance())),
            "put a backslash before each character that stands for itself".to_owned(),
        ),
        _ => (
            format!("this is not a JSON Schema: {error}"),
            format!("{what} is written as JSON Schema 2020-12, such as `{{ type: string }}`"),
        ),
    }
}

fn quoted(value: &Value) -> String {
    match value.as_str() {
        Some(text) => format!("`{}`", text.escape_debug()),
        None => format!("`{value}`"),
    }
}
