//! The JSON Schema of the manifest: out for editors and CI (draft-07), in for this program's own structural check.

use super::file::File;
use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    document::{Kind, Node},
    source::Span,
};
use jsonschema::{
    JsonType, Validator,
    error::{TypeKind, ValidationError, ValidationErrorKind},
};
use schemars::generate::SchemaSettings;
use serde_json::Value;
use std::sync::LazyLock;

/// The manifest's JSON Schema, draft-07, as it is committed in `schema/gateway.schema.json`.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| {
        // Without references, the place of a fault in the schema leads straight to the keys that it knows.
        settings.inline_subschemas = true;
    });
    settings.into_generator().into_root_schema_for::<File>().to_value()
}

static SCHEMA: LazyLock<(Value, Option<Validator>)> = LazyLock::new(|| {
    let schema = schema();
    let validator = jsonschema::draft7::new(&schema).ok();
    (schema, validator)
});

/// Reports every structural fault of a document, at the key or value that has it.
///
/// Patterns are left to lowering, which has better words for them. Cost grows with the size of the document.
pub(super) fn check_structure(
    root: &Node,
    json: &Value,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let (schema, Some(validator)) = &*SCHEMA else {
        diagnostics.push(Diagnostic::new(
            Code::InvalidValue,
            root.span,
            "the built-in JSON Schema is broken",
        ));
        return vec![String::new()];
    };
    let mut findings = Findings { root, schema, diagnostics, broken: Vec::new() };
    for error in validator.iter_errors(json) {
        findings.report(&error);
    }
    findings.broken
}

struct Findings<'a> {
    root: &'a Node,
    schema: &'a Value,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// JSON pointers of values that typed reading would stumble over.
    broken: Vec<String>,
}

impl Findings<'_> {
    fn report(&mut self, error: &ValidationError<'_>) {
        let pointer = error.instance_path().as_str().to_owned();
        let span = self.root.pointer(&pointer).map_or(self.root.span, |node| node.span);
        let found = match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                self.unknown_keys(&pointer, error.schema_path().as_str(), unexpected);
                return;
            }
            // Lowering reads the text and says what is wrong with it.
            ValidationErrorKind::Pattern { .. } | ValidationErrorKind::PropertyNames { .. } => {
                return;
            }
            ValidationErrorKind::AnyOf { context }
            | ValidationErrorKind::OneOfNotValid { context } => {
                // The branch that the user meant is the one that takes a value of this type at all.
                let is_meant = |branch: &&Vec<ValidationError<'_>>| {
                    !branch.iter().any(|error| is_type_fault(error, &pointer))
                };
                let meant: Vec<_> = context.iter().filter(is_meant).collect();
                if let Some(branch) = meant.iter().min_by_key(|branch| distance(branch)) {
                    branch.iter().for_each(|error| self.report(error));
                    return;
                }
                Diagnostic::new(Code::WrongType, span, format!("expected {}", expected(context)))
            }
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                let (span, owner) = self.owner(&pointer);
                Diagnostic::new(Code::MissingKey, span, format!("{owner} needs the key `{name}`"))
                    .maybe_help(self.example(error.schema_path().as_str(), name))
            }
            ValidationErrorKind::Type { kind } => Diagnostic::new(
                Code::WrongType,
                span,
                format!("expected {}, found {}", type_words(kind), self.found(&pointer)),
            ),
            ValidationErrorKind::Enum { options } => self.not_an_option(&pointer, span, options),
            ValidationErrorKind::Constant { expected_value } => Diagnostic::new(
                Code::InvalidValue,
                span,
                format!("the value must be `{expected_value}`"),
            ),
            ValidationErrorKind::MinProperties { .. } => {
                let (span, owner) = self.owner(&pointer);
                Diagnostic::new(Code::MissingKey, span, format!("{owner} says nothing to run"))
                    .help("give it one of `value`, `process` and `native`")
            }
            ValidationErrorKind::MaxProperties { .. } => {
                let (span, owner) = self.owner(&pointer);
                Diagnostic::new(
                    Code::InvalidValue,
                    span,
                    format!("{owner} says more than one thing to run"),
                )
                .help("keep one of `value`, `process` and `native`")
            }
            _ => Diagnostic::new(
                Code::InvalidValue,
                span,
                error.masked_with("the value").to_string(),
            ),
        };
        self.broken.push(pointer);
        self.diagnostics.push(found);
    }

    fn unknown_keys(&mut self, pointer: &str, schema_path: &str, unexpected: &[String]) {
        let owner = schema_path.rsplit_once('/').map_or("", |(owner, _)| owner);
        let known = self.schema.pointer(&format!("{owner}/properties")).and_then(Value::as_object);
        let known: Vec<&str> =
            known.into_iter().flat_map(|keys| keys.keys().map(String::as_str)).collect();
        let Some(node) = self.root.pointer(pointer) else { return };
        for key in unexpected {
            let span = node.entry(key).map_or(node.span, |entry| entry.key);
            let help = match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys here are {}", list(&known)),
            };
            self.diagnostics.push(
                Diagnostic::new(Code::UnknownKey, span, format!("unknown key `{key}`")).help(help),
            );
        }
    }

    /// The key that a value stands under, and its name in words.
    fn owner(&self, pointer: &str) -> (Span, String) {
        let Some((parent, token)) = pointer.rsplit_once('/') else {
            // The whole file: point at its first character, not at all of it.
            let start = self.root.span.start as usize;
            return (Span::new(self.root.span.file, start, start + 1), "the manifest".to_owned());
        };
        let token = token.replace("~1", "/").replace("~0", "~");
        let parent = self.root.pointer(parent);
        match parent.and_then(|node| node.entry(&token)) {
            Some(entry) => (entry.key, format!("`{token}`")),
            None => (
                self.root.pointer(pointer).map_or(self.root.span, |node| node.span),
                "the item".to_owned(),
            ),
        }
    }

    fn found(&self, pointer: &str) -> &'static str {
        self.root.pointer(pointer).map_or("nothing", |node| match &node.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a text",
            Kind::Seq(_) => "a list",
            Kind::Map(_) => "a mapping",
        })
    }

    /// The schema's own example of a missing key, as YAML.
    fn example(&self, schema_path: &str, key: &str) -> Option<String> {
        let owner = schema_path.rsplit_once('/')?.0;
        let property = self.schema.pointer(&format!("{owner}/properties/{key}"))?;
        let example = property.get("examples")?.get(0)?;
        Some(format!("for example `{key}: {example}`"))
    }

    fn not_an_option(&self, pointer: &str, span: Span, options: &Value) -> Diagnostic {
        let words: Vec<&str> =
            options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let written = self.root.pointer(pointer).and_then(Node::as_str);
        let message = match written {
            Some(text) => format!("`{text}` is not one of {}", list(&words)),
            None => format!("expected one of {}", list(&words)),
        };
        let near = written.and_then(|text| nearest(text, words.iter().copied()));
        Diagnostic::new(Code::InvalidValue, span, message)
            .maybe_help(near.map(|near| format!("did you mean `{near}`?")))
    }
}

fn is_type_fault(error: &ValidationError<'_>, pointer: &str) -> bool {
    error.instance_path().as_str() == pointer
        && matches!(error.kind(), ValidationErrorKind::Type { .. })
}

/// How far a branch is from what was written: keys that it lacks and keys that it does not know.
fn distance(branch: &[ValidationError<'_>]) -> usize {
    branch
        .iter()
        .map(|error| match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => unexpected.len() * 2,
            ValidationErrorKind::Required { .. } => 2,
            _ => 1,
        })
        .sum()
}

fn expected(context: &[Vec<ValidationError<'_>>]) -> String {
    let mut words: Vec<String> = Vec::new();
    for error in context.iter().flatten() {
        if let ValidationErrorKind::Type { kind } = error.kind() {
            let word = type_words(kind);
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    if words.is_empty() { "another value".to_owned() } else { words.join(" or ") }
}

fn type_words(kind: &TypeKind) -> String {
    let word = |kind: JsonType| match kind {
        JsonType::Null => "nothing",
        JsonType::Boolean => "`true` or `false`",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "a text",
        JsonType::Array => "a list",
        JsonType::Object => "a mapping",
    };
    match kind {
        TypeKind::Single(kind) => word(*kind).to_owned(),
        TypeKind::Multiple(kinds) => kinds
            .iter()
            .filter(|kind| *kind != JsonType::Null)
            .map(word)
            .collect::<Vec<_>>()
            .join(" or "),
    }
}

/// `a`, `b` and `c`, each in backticks.
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
