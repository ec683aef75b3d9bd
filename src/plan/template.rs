//! Placeholders: `{name}` fills one slot or a part of one, `{name...}` one slot an item, `{{` and `}}` are braces.

use super::Bindings;
use crate::name::Word;
use serde_json::Value;
use std::{borrow::Cow, fmt};
use thiserror::Error;

/// Why a text is not a template. Offsets are bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// A `{` or `}` that is neither doubled nor part of a placeholder.
    #[error("`{0}` stands alone")]
    LoneBrace(char),
    /// The text between braces is not an argument's name.
    #[error("`{{{0}}}` is not a placeholder")]
    Malformed(String),
    /// `{name...}` with other text in its slot, or where no list can go.
    #[error("`{{name...}}` must be the whole of an item under `args`")]
    Spread,
}

/// Why a template cannot be filled with a call's arguments.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RenderError {
    /// The argument was not given and has no default.
    #[error("`{0}` is missing")]
    Missing(Word),
    /// A list or an object stands where text is needed.
    #[error("`{name}` is {found}, and only text, numbers and booleans can be put into text")]
    NotText {
        /// The argument.
        name: Word,
        /// What it is, with its article.
        found: &'static str,
    },
    /// `{name...}` stands for something that is not a list.
    #[error("`{0}` is not a list")]
    NotList(Word),
    /// The slot would begin with `-`, which a program reads as an option.
    #[error("`{0}` begins with `-`, which the program could read as an option")]
    OptionLike(Word),
    /// A capture or a secret that is not known where the template is filled.
    #[error("`{{{0}}}` is not known here")]
    Unbound(Reference),
    /// Programs cannot be given a NUL byte.
    #[error("`{0}` holds a NUL character")]
    Nul(Word),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Argument(Word),
    Reference(Reference),
}

/// A placeholder that is no argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// `{origin:name}`: what a capture of the caller's origin stands for.
    Capture(Word),
    /// `{secret:name}`: a password or token.
    Secret(Word),
}

/// A text with placeholders in it.
///
/// ```
/// use portcullis::plan::Template;
/// let template: Template = "--author={author} {{x}}".parse().unwrap();
/// let arguments = serde_json::json!({ "author": "ada" });
/// assert_eq!(template.render(arguments.as_object().unwrap()).unwrap(), "--author=ada {x}");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

/// Splits a text into parts; the flag says that it is one `{name...}`.
fn parse(text: &str) -> Result<(Vec<Part>, bool), TemplateError> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    let mut is_spread = false;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, tail) = rest.split_at(at);
        literal.push_str(before);
        if let Some(after) = tail.strip_prefix("{{") {
            literal.push('{');
            rest = after;
        } else if let Some(after) = tail.strip_prefix("}}") {
            literal.push('}');
            rest = after;
        } else if let Some(after) = tail.strip_prefix('{') {
            let (inner, after) = after.split_once('}').ok_or(TemplateError::LoneBrace('{'))?;
            let name = inner.strip_suffix("...");
            is_spread |= name.is_some();
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(
                placeholder(name.unwrap_or(inner), name.is_some())
                    .ok_or_else(|| TemplateError::Malformed(inner.to_owned()))?,
            );
            rest = after;
        } else {
            return Err(TemplateError::LoneBrace('}'));
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() || parts.is_empty() {
        parts.push(Part::Text(literal));
    }
    Ok((parts, is_spread))
}

/// What stands between two braces; only an argument can be spread.
fn placeholder(text: &str, is_spread: bool) -> Option<Part> {
    let Some((kind, name)) = text.split_once(':') else {
        return text.parse().ok().map(Part::Argument);
    };
    let name = name.parse().ok().filter(|_| !is_spread)?;
    match kind {
        "origin" => Some(Part::Reference(Reference::Capture(name))),
        "secret" => Some(Part::Reference(Reference::Secret(name))),
        _ => None,
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capture(name) => write!(f, "origin:{name}"),
            Self::Secret(name) => write!(f, "secret:{name}"),
        }
    }
}

impl std::str::FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let (parts, is_spread) = parse(text)?;
        if is_spread {
            return Err(TemplateError::Spread);
        }
        Ok(Self { parts })
    }
}

fn is_unsafe_start(text: &str) -> bool {
    text.starts_with('-')
}

/// What a value is in a text.
fn text<'v>(name: &Word, value: &'v Value) -> Result<Cow<'v, str>, RenderError> {
    let found = match value {
        Value::String(text) => return Ok(Cow::Borrowed(text)),
        Value::Number(_) | Value::Bool(_) => return Ok(Cow::Owned(value.to_string())),
        Value::Null => "null",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Err(RenderError::NotText { name: name.clone(), found })
}

impl Template {
    /// The arguments that the template names.
    pub fn arguments(&self) -> impl Iterator<Item = &Word> {
        self.parts.iter().filter_map(|part| match part {
            Part::Argument(word) => Some(word),
            Part::Text(_) | Part::Reference(_) => None,
        })
    }

    /// The captures and secrets that the template names.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.parts.iter().filter_map(|part| match part {
            Part::Reference(reference) => Some(reference),
            Part::Text(_) | Part::Argument(_) => None,
        })
    }

    /// The argument, if the template is one placeholder and nothing else.
    pub fn whole(&self) -> Option<&Word> {
        match self.parts.as_slice() {
            [Part::Argument(word)] => Some(word),
            _ => None,
        }
    }

    /// The argument that the text's first character comes from, if it does not come from the template.
    pub fn leading_argument(&self) -> Option<&Word> {
        match self.parts.first() {
            Some(Part::Argument(word)) => Some(word),
            _ => None,
        }
    }

    /// The text, if the template has no placeholders.
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether a secret is part of the text.
    pub fn is_secret(&self) -> bool {
        self.references().any(|reference| matches!(reference, Reference::Secret(_)))
    }

    /// The text with the arguments in place, and captures and secrets where they are bound.
    pub fn render<'a>(&self, bindings: impl Into<Bindings<'a>>) -> Result<String, RenderError> {
        self.render_with(bindings, |out, _, text| {
            out.push_str(text);
            Ok(())
        })
    }

    /// The same, where `push` says how each value is written; it is told what the value comes from.
    pub fn render_with<'a>(
        &self,
        bindings: impl Into<Bindings<'a>>,
        mut push: impl FnMut(&mut String, &Word, &str) -> Result<(), RenderError>,
    ) -> Result<String, RenderError> {
        let bindings = bindings.into();
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Reference(reference) => {
                    let (name, text) = match reference {
                        Reference::Capture(name) => (name, bindings.capture(name)),
                        Reference::Secret(name) => (name, bindings.secret(name)),
                    };
                    let text = text.ok_or_else(|| RenderError::Unbound(reference.clone()))?;
                    push(&mut out, name, text)?;
                }
                Part::Argument(name) => {
                    let value = bindings
                        .argument(name)
                        .ok_or_else(|| RenderError::Missing(name.clone()))?;
                    push(&mut out, name, &text(name, value)?)?;
                }
            }
        }
        Ok(out)
    }

    /// The argument or capture that the text's first character comes from.
    fn leading(&self) -> Option<&Word> {
        match self.parts.first() {
            Some(Part::Argument(name) | Part::Reference(Reference::Capture(name))) => Some(name),
            _ => None,
        }
    }

    /// The first argument or capture in the text.
    fn first(&self) -> Option<&Word> {
        self.parts.iter().find_map(|part| match part {
            Part::Argument(name) | Part::Reference(Reference::Capture(name)) => Some(name),
            _ => None,
        })
    }
}

/// One item of a program's arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What it becomes.
    pub kind: SlotKind,
    /// Whether a value may begin with `-`: after a literal `--`, or where the manifest says `options: allow`.
    pub may_be_option: bool,
}

/// What a [`Slot`] becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotKind {
    /// Exactly one argument of the program.
    One(Template),
    /// One for each item of a list.
    Each(Word),
    /// These, if the argument was given.
    When(Word, Vec<Slot>),
}

impl Slot {
    /// Reads a string item: a template, or `{name...}`.
    pub fn parse(text: &str, may_be_option: bool) -> Result<Self, TemplateError> {
        let (parts, is_spread) = parse(text)?;
        let kind = match (is_spread, parts.as_slice()) {
            (true, [Part::Argument(word)]) => SlotKind::Each(word.clone()),
            (true, _) => return Err(TemplateError::Spread),
            (false, _) => SlotKind::One(Template { parts }),
        };
        Ok(Self { kind, may_be_option })
    }

    /// Whether it is `--` itself, behind which programs read no options.
    pub fn is_double_dash(&self) -> bool {
        matches!(&self.kind, SlotKind::One(template) if template.literal() == Some("--"))
    }

    /// The arguments that the slot itself names; those of the slots in a `when` are theirs.
    pub fn arguments(&self) -> Vec<&Word> {
        match &self.kind {
            SlotKind::One(template) => template.arguments().collect(),
            SlotKind::Each(word) | SlotKind::When(word, _) => vec![word],
        }
    }

    /// Appends what the slot becomes to a program's arguments.
    pub fn render<'a>(
        &self,
        bindings: impl Into<Bindings<'a>>,
        argv: &mut Vec<String>,
    ) -> Result<(), RenderError> {
        let bindings = bindings.into();
        match &self.kind {
            SlotKind::One(template) => {
                let text = template.render(bindings)?;
                argv.push(self.checked(text, template.leading(), template.first())?);
            }
            SlotKind::Each(name) => {
                let value =
                    bindings.argument(name).ok_or_else(|| RenderError::Missing(name.clone()))?;
                let items = value.as_array().ok_or_else(|| RenderError::NotList(name.clone()))?;
                for item in items {
                    let text = text(name, item)?.into_owned();
                    argv.push(self.checked(text, Some(name), Some(name))?);
                }
            }
            SlotKind::When(name, slots) => {
                if bindings.has_argument(name) {
                    for slot in slots {
                        slot.render(bindings, argv)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Refuses what a program could take for something else than a value.
    fn checked(
        &self,
        text: String,
        leading: Option<&Word>,
        any: Option<&Word>,
    ) -> Result<String, RenderError> {
        if let Some(name) = any
            && text.contains('\0')
        {
            return Err(RenderError::Nul(name.clone()));
        }
        match leading {
            Some(name) if !self.may_be_option && is_unsafe_start(&text) => {
                Err(RenderError::OptionLike(name.clone()))
            }
            _ => Ok(text),
        }
    }
}

#[cfg(test)]
mod tests;
