//! What placeholders stand for in one call.

use super::SecretStore;
use crate::name::Word;
use serde_json::{Map, Value};

/// The arguments of a call, and what else its templates may name.
///
/// Arguments alone are enough where nothing else can stand; a capture or secret is then not known.
#[derive(Debug, Clone, Copy)]
pub struct Bindings<'a> {
    arguments: &'a Map<String, Value>,
    captures: &'a [(String, String)],
    secrets: Option<&'a SecretStore>,
}

impl<'a> From<&'a Map<String, Value>> for Bindings<'a> {
    fn from(arguments: &'a Map<String, Value>) -> Self {
        Self { arguments, captures: &[], secrets: None }
    }
}

impl<'a> Bindings<'a> {
    /// The same, with what the captures of the caller's origin stand for.
    #[must_use]
    pub fn captures(self, captures: &'a [(String, String)]) -> Self {
        Self { captures, ..self }
    }

    /// The same, for a place where secrets may stand.
    #[must_use]
    pub fn secrets(self, secrets: &'a SecretStore) -> Self {
        Self { secrets: Some(secrets), ..self }
    }

    pub(super) fn argument(&self, name: &Word) -> Option<&'a Value> {
        self.arguments.get(name.as_str())
    }

    /// Whether an argument was given, as `when` and `query` ask it.
    pub fn has_argument(&self, name: &Word) -> bool {
        self.argument(name).is_some_and(|value| !value.is_null())
    }

    pub(super) fn capture(&self, name: &Word) -> Option<&'a str> {
        let found = self.captures.iter().find(|(capture, _)| capture == name.as_str());
        found.map(|(_, text)| text.as_str())
    }

    pub(super) fn secret(&self, name: &Word) -> Option<&'a str> {
        self.secrets?.find(name).map(super::SecretText::expose)
    }
}
