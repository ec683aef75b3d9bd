//! Placeholders: `{name}` fills one slot or a part of one, `{name...}` one slot an item, `{{` and `}}` are braces.

use crate::name::Word;
use serde_json::{Map, Value};
use std::fmt::{self, Write as _};
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

fn push_text(out: &mut String, name: &Word, value: &Value) -> Result<(), RenderError> {
    let found = match value {
        Value::String(text) => {
            out.push_str(text);
            return Ok(());
        }
        Value::Number(_) | Value::Bool(_) => {
            // Writing into a String cannot fail.
            let _ = write!(out, "{value}");
            return Ok(());
        }
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

    /// The text with the arguments in place.
    pub fn render(&self, arguments: &Map<String, Value>) -> Result<String, RenderError> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Reference(reference) => {
                    return Err(RenderError::Unbound(reference.clone()));
                }
                Part::Argument(name) => {
                    let value = arguments
                        .get(name.as_str())
                        .ok_or_else(|| RenderError::Missing(name.clone()))?;
                    push_text(&mut out, name, value)?;
                }
            }
        }
        Ok(out)
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
    pub fn render(
        &self,
        arguments: &Map<String, Value>,
        argv: &mut Vec<String>,
    ) -> Result<(), RenderError> {
        match &self.kind {
            SlotKind::One(template) => {
                let text = template.render(arguments)?;
                let name = template.leading_argument();
                argv.push(self.checked(text, name, template.arguments().next())?);
            }
            SlotKind::Each(name) => {
                let value = arguments
                    .get(name.as_str())
                    .ok_or_else(|| RenderError::Missing(name.clone()))?;
                let items = value.as_array().ok_or_else(|| RenderError::NotList(name.clone()))?;
                for item in items {
                    let mut text = String::new();
                    push_text(&mut text, name, item)?;
                    argv.push(self.checked(text, Some(name), Some(name))?);
                }
            }
            SlotKind::When(name, slots) => {
                if arguments.get(name.as_str()).is_some_and(|value| !value.is_null()) {
                    for slot in slots {
                        slot.render(arguments, argv)?;
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

/// A JSON value in whose texts placeholders stand; one that is the whole text keeps its argument's JSON type.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonTemplate {
    /// A value without placeholders.
    Literal(Value),
    /// A text with placeholders.
    Text(Template),
    /// A list.
    List(Vec<JsonTemplate>),
    /// An object; keys are literal.
    Object(Vec<(String, JsonTemplate)>),
}

impl JsonTemplate {
    /// Reads a JSON value; the error comes with the JSON pointer of the text that it is in.
    pub fn parse(value: &Value) -> Result<Self, (String, TemplateError)> {
        Ok(match value {
            Value::String(text) => {
                let template: Template = text.parse().map_err(|error| (String::new(), error))?;
                match template.literal() {
                    Some(literal) => Self::Literal(literal.into()),
                    None => Self::Text(template),
                }
            }
            Value::Array(items) => {
                let items = items.iter().enumerate().map(|(index, item)| {
                    Self::parse(item).map_err(|(at, error)| (format!("/{index}{at}"), error))
                });
                let items = items.collect::<Result<Vec<_>, _>>()?;
                Self::List(items).simplified()
            }
            Value::Object(members) => {
                let members = members.iter().map(|(key, member)| {
                    let escaped = key.replace('~', "~0").replace('/', "~1");
                    Self::parse(member)
                        .map(|template| (key.clone(), template))
                        .map_err(|(at, error)| (format!("/{escaped}{at}"), error))
                });
                Self::Object(members.collect::<Result<Vec<_>, _>>()?).simplified()
            }
            other => Self::Literal(other.clone()),
        })
    }

    /// A list or object without placeholders becomes one literal, so that a call need not build it anew.
    fn simplified(self) -> Self {
        match self.is_constant().then(|| self.render(&Map::new())) {
            Some(Ok(value)) => Self::Literal(value),
            _ => self,
        }
    }

    /// Whether the value names no arguments.
    pub fn is_constant(&self) -> bool {
        match self {
            Self::Literal(_) => true,
            Self::Text(_) => false,
            Self::List(items) => items.iter().all(Self::is_constant),
            Self::Object(members) => members.iter().all(|(_, member)| member.is_constant()),
        }
    }

    /// The value with the arguments in place.
    pub fn render(&self, arguments: &Map<String, Value>) -> Result<Value, RenderError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Text(template) => match template.whole() {
                Some(name) => Ok(arguments.get(name.as_str()).cloned().unwrap_or(Value::Null)),
                None => template.render(arguments).map(Value::String),
            },
            Self::List(items) => items
                .iter()
                .map(|item| item.render(arguments))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            Self::Object(members) => members
                .iter()
                .map(|(key, member)| Ok((key.clone(), member.render(arguments)?)))
                .collect::<Result<_, _>>()
                .map(Value::Object),
        }
    }
}

#[cfg(test)]
mod tests;
