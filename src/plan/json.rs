//! JSON values with placeholders in their texts.

use super::{Bindings, RenderError, Template, TemplateError};
use serde_json::{Map, Value};

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
    pub fn render<'a>(&self, bindings: impl Into<Bindings<'a>>) -> Result<Value, RenderError> {
        let bindings = bindings.into();
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Text(template) => match template.whole() {
                Some(name) => Ok(bindings.argument(name).cloned().unwrap_or(Value::Null)),
                None => template.render(bindings).map(Value::String),
            },
            Self::List(items) => items
                .iter()
                .map(|item| item.render(bindings))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            Self::Object(members) => members
                .iter()
                .map(|(key, member)| Ok((key.clone(), member.render(bindings)?)))
                .collect::<Result<_, _>>()
                .map(Value::Object),
        }
    }
}
