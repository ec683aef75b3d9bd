//! The structure of a document against the manifest's JSON Schema: each fault at its place, in words for people.

mod advice;
mod alternatives;
mod fixes;
mod instance;
mod unknown;

pub(super) use instance::Tree;

use super::schema::{SCHEMA, Validated};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, nearest},
    document::{Kind, Node, to_flow_yaml},
    source::Span,
};
use advice::{Stray, takes_any_text};
use instance::{At, Faults};
use jsonschema::{
    JsonType,
    error::{TypeKind, ValidationError, ValidationErrorKind},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// Where typed reading must not trust the document, as JSON pointers.
#[derive(Debug, Default)]
pub(super) struct Structure {
    /// Values that typed reading would stumble over.
    pub(super) unreadable: BTreeSet<String>,
    /// Mappings with an unknown key: what seems to be missing in them may stand there under another name.
    pub(super) misspelt: BTreeSet<String>,
}

impl Structure {
    /// Whether something at a JSON pointer or below it cannot be read.
    pub(super) fn is_unreadable(&self, pointer: &str) -> bool {
        has_at(&self.unreadable, pointer)
    }

    /// Whether something at a JSON pointer or below it has a structural fault.
    pub(super) fn is_broken(&self, pointer: &str) -> bool {
        self.is_unreadable(pointer) || has_at(&self.misspelt, pointer)
    }
}

/// Whether a pointer or one below it is in the set.
fn has_at(pointers: &BTreeSet<String>, pointer: &str) -> bool {
    let below = || {
        let first = format!("{pointer}/");
        pointers.range(first.clone()..).next().is_some_and(|found| found.starts_with(&first))
    };
    !pointers.is_empty() && (pointers.contains(pointer) || below())
}

/// Reports every structural fault of a document, at the key or value that has it.
///
/// Patterns are left to lowering, which has better words for them. Cost grows with the size of the document.
pub(super) fn check_structure(root: &Node, diagnostics: &mut Diagnostics) -> Structure {
    let Validated { schema, validator: Some(validator) } = &*SCHEMA else {
        let message = "the built-in JSON Schema is broken";
        diagnostics.push(Diagnostic::new(Code::InvalidValue, root.span, message));
        return Structure { unreadable: [String::new()].into(), ..Structure::default() };
    };
    let mut findings = Findings { root, schema, diagnostics, structure: Structure::default() };
    let faults = Faults::default();
    let errors: Vec<_> = validator.iter_errors(At::new(root, &faults)).collect();
    findings.report_all(&errors);
    findings.structure
}

struct Findings<'a> {
    root: &'a Node,
    schema: &'a Value,
    diagnostics: &'a mut Diagnostics,
    structure: Structure,
}

impl Findings<'_> {
    fn report_all(&mut self, errors: &[ValidationError<'_>]) {
        let mistyped: BTreeSet<&str> = errors
            .iter()
            .filter(|error| matches!(error.kind(), ValidationErrorKind::Type { .. }))
            .map(|error| error.instance_path().as_str())
            .collect();
        let unquoted = self.unquoted();
        for error in errors {
            let pointer = error.instance_path().as_str();
            // A mapping without its spaces is read as the text that it may be as well.
            if unquoted.contains(&self.place(pointer)) && is_type_fault(error, pointer) {
                self.structure.unreadable.insert(pointer.to_owned());
                continue;
            }
            // What a value must be does not matter while it is of another type.
            let is_follow_up = !matches!(error.kind(), ValidationErrorKind::Type { .. })
                && mistyped.contains(error.instance_path().as_str());
            if !is_follow_up {
                self.report(error);
            }
        }
    }

    /// Where a placeholder or a mapping stands of which quotes or spaces are missing.
    fn unquoted(&self) -> BTreeSet<Span> {
        let found = self.diagnostics.iter();
        found
            .filter(|found| found.code == Code::UnquotedPlaceholder)
            .map(|found| found.span)
            .collect()
    }

    fn report(&mut self, error: &ValidationError<'_>) {
        let pointer = error.instance_path().as_str().to_owned();
        let found = match error.kind() {
            ValidationErrorKind::Required { property }
                if self.is_misspelt(&pointer, error.schema_path().as_str(), property) =>
            {
                self.structure.unreadable.insert(pointer);
                return;
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                self.unknown_keys(&pointer, error.schema_path().as_str(), unexpected);
                self.structure.misspelt.insert(pointer);
                return;
            }
            // Lowering reads the text and says what is wrong with it.
            ValidationErrorKind::Pattern { .. } | ValidationErrorKind::PropertyNames { .. } => {
                return;
            }
            ValidationErrorKind::AnyOf { .. }
            | ValidationErrorKind::OneOfNotValid { .. }
            | ValidationErrorKind::OneOfMultipleValid { .. }
                if self.alternatives(error).is_some() =>
            {
                let keys = self.alternatives(error).unwrap_or_default();
                let found = self.not_one_of(&pointer, error.schema_path().as_str(), &keys);
                self.diagnostics.extend(found);
                return;
            }
            ValidationErrorKind::AnyOf { context }
            | ValidationErrorKind::OneOfNotValid { context } => {
                match self.branch(error, &pointer, context) {
                    Ok(diagnostic) => diagnostic,
                    Err(meant) => return self.report_all(meant),
                }
            }
            ValidationErrorKind::Type { kind } => match self.stray(error, &pointer) {
                Some(Stray::First(diagnostic)) => diagnostic,
                Some(Stray::Known) => {
                    self.structure.unreadable.insert(pointer);
                    return;
                }
                None => self.wrong_type(error, &pointer, kind),
            },
            ValidationErrorKind::Enum { options } => {
                let options: Vec<&Value> = options.as_array().into_iter().flatten().collect();
                self.not_an_option(error, &pointer, &options)
            }
            ValidationErrorKind::Constant { expected_value } => {
                self.not_an_option(error, &pointer, &[expected_value])
            }
            _ => self.wrong_size(error, &pointer),
        };
        self.structure.unreadable.insert(pointer);
        self.diagnostics.push(found);
    }

    /// Which branch of a union the user meant: its faults, or one finding about all branches.
    fn branch<'e>(
        &self,
        error: &ValidationError<'_>,
        pointer: &str,
        branches: &'e [Vec<ValidationError<'static>>],
    ) -> Result<Diagnostic, &'e [ValidationError<'static>]> {
        // It is one that takes a value of this type at all.
        let is_meant = |branch: &&Vec<ValidationError<'_>>| {
            !branch.iter().any(|error| is_type_fault(error, pointer))
        };
        let meant: Vec<_> = branches.iter().filter(is_meant).collect();
        let options: Option<Vec<&Value>> = meant.iter().map(|branch| option(branch)).collect();
        if let Some(options) = options.filter(|options| !options.is_empty()) {
            return Ok(self.not_an_option(error, pointer, &options));
        }
        if let Some(branch) = meant.iter().min_by_key(|branch| distance(branch)) {
            return Err(branch);
        }
        let message = format!("expected {}, {}", expected(branches), self.found(pointer));
        let is_text = |error: &ValidationError<'_>| {
            let schema = self.schema.pointer(&parent(error.schema_path().as_str()));
            expects(error, JsonType::String) && schema.is_some_and(takes_any_text)
        };
        let takes_text = branches.iter().flatten().any(is_text);
        let quotes = takes_text.then(|| self.quotes(pointer)).flatten();
        let place = parent(error.schema_path().as_str());
        Ok(Diagnostic::new(Code::WrongType, self.place(pointer), message)
            .maybe_help(self.example(&place, pointer))
            .maybe_help(quotes.as_ref().map(|fix| fix.title.clone()))
            .maybe_fix(quotes))
    }

    fn wrong_type(
        &self,
        error: &ValidationError<'_>,
        pointer: &str,
        kind: &TypeKind,
    ) -> Diagnostic {
        let message = format!("expected {}, {}", type_words(kind), self.found(pointer));
        Diagnostic::new(Code::WrongType, self.place(pointer), message)
            .maybe_help(self.type_help(error, pointer, kind))
            .maybe_fix(self.type_fix(error, pointer, kind))
    }

    /// Missing keys, and values that are too many, too few, too large or too small.
    fn wrong_size(&self, error: &ValidationError<'_>, pointer: &str) -> Diagnostic {
        let (key, owner) = self.owner(pointer);
        let schema = parent(error.schema_path().as_str());
        let written = self.root.pointer(pointer).map_or(0, |node| node.items().len());
        let example = || self.example(&schema, pointer);
        let invalid =
            |message: String| Diagnostic::new(Code::InvalidValue, self.place(pointer), message);
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                Diagnostic::new(Code::MissingKey, key, format!("{owner} needs the key `{name}`"))
                    .maybe_help(
                        self.example(&format!("{schema}/properties/{name}"), &format!("/{name}")),
                    )
            }
            ValidationErrorKind::MinProperties { .. } => {
                invalid(format!("{owner} is empty")).maybe_help(example())
            }
            ValidationErrorKind::MinItems { .. } if written == 0 => {
                invalid("the list is empty".to_owned()).maybe_help(example())
            }
            ValidationErrorKind::MinItems { limit } | ValidationErrorKind::MaxItems { limit } => {
                invalid(format!("expected {limit} items, found {written}")).maybe_help(example())
            }
            _ => invalid(error.masked_with("the value").to_string()).maybe_help(example()),
        }
    }

    fn not_an_option(
        &self,
        error: &ValidationError<'_>,
        pointer: &str,
        options: &[&Value],
    ) -> Diagnostic {
        let place = parent(error.schema_path().as_str());
        let words: Vec<String> = options.iter().map(|option| to_flow_yaml(option)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let written = self.root.pointer(pointer).and_then(Node::as_str);
        let message = match (written, words.as_slice()) {
            (Some(text), [_, _, ..]) => {
                format!("`{}` is not one of {}", text.escape_debug(), list(&words, "and"))
            }
            _ => format!("the value must be {}", list(&words, "or")),
        };
        let near = match (written, words.as_slice()) {
            (Some(text), [_, _, ..]) => nearest(text, words.iter().copied()),
            _ => None,
        };
        Diagnostic::new(Code::InvalidValue, self.place(pointer), message)
            .maybe_help(self.example(&place, pointer))
            .maybe_help(near.map(|near| format!("did you mean `{near}`?")))
            .did_you_mean(self.place(pointer), written.unwrap_or_default(), near)
    }

    /// What to underline: the value or, where nothing is written, its key.
    fn place(&self, pointer: &str) -> Span {
        match self.root.pointer(pointer) {
            Some(node) if !node.span.range().is_empty() => node.span,
            _ => self.owner(pointer).0,
        }
    }

    /// The key that a value stands under, and its name in words.
    fn owner(&self, pointer: &str) -> (Span, String) {
        let Some((parent, token)) = pointer.rsplit_once('/') else {
            return (self.root.first_character(), "the manifest".to_owned());
        };
        let token = token.replace("~1", "/").replace("~0", "~");
        let parent = self.root.pointer(parent);
        if let Some(entry) = parent.and_then(|node| node.entry(&token)) {
            return (entry.key, format!("`{}`", token.escape_debug()));
        }
        let span = self.root.pointer(pointer).map_or(self.root.span, |node| node.span);
        (span, "the item".to_owned())
    }

    fn found(&self, pointer: &str) -> &'static str {
        self.root.pointer(pointer).map_or("found nothing", |node| match &node.kind {
            Kind::Null => "found nothing",
            Kind::Bool(_) => "found a boolean",
            Kind::Number(_) => "found a number",
            Kind::String(_) => "found a text",
            Kind::Seq(_) => "found a list",
            Kind::Map(_) => "found a mapping",
        })
    }
}

/// The keys that a mapping may have, by the place of one of its faults in the schema.
fn known_keys<'s>(schema: &'s Value, fault: &str) -> Vec<&'s str> {
    let properties = schema.pointer(&format!("{}/properties", parent(fault)));
    let keys = properties.and_then(Value::as_object).into_iter();
    keys.flat_map(|keys| keys.keys().map(String::as_str)).collect()
}

/// The JSON pointer without its last token.
fn parent(pointer: &str) -> String {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned()
}

/// The last token of a JSON pointer, if it is a plain key.
fn parent_key(pointer: &str) -> Option<&str> {
    let key = pointer.rsplit_once('/')?.1;
    key.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(key)
}

/// The one value that a branch takes, if that is all that it asks for.
fn option<'e>(branch: &'e [ValidationError<'_>]) -> Option<&'e Value> {
    match branch {
        [error] => match error.kind() {
            ValidationErrorKind::Constant { expected_value } => Some(expected_value.as_ref()),
            _ => None,
        },
        _ => None,
    }
}

fn expects(error: &ValidationError<'_>, wanted: JsonType) -> bool {
    matches!(error.kind(), ValidationErrorKind::Type { kind: TypeKind::Single(kind) } if *kind == wanted)
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

fn expected(branches: &[Vec<ValidationError<'_>>]) -> String {
    let mut words: Vec<String> = Vec::new();
    for error in branches.iter().flatten() {
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
        TypeKind::Multiple(kinds) => kinds.iter().map(word).collect::<Vec<_>>().join(" or "),
    }
}

/// `a`, `b` and `c`, each in backticks.
fn list(words: &[&str], conjunction: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {conjunction} {last}", rest.join(", ")),
    }
}
