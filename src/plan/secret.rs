//! Passwords and tokens on their way to where they are used: they are never printed.

use crate::name::Word;
use std::{collections::BTreeMap, fmt};

/// Shorter ones would take pieces out of texts that have nothing to do with them.
const SHORTEST_REDACTED: usize = 4;

/// What stands in the place of a secret.
const HIDDEN: &str = "••";

/// A text that nothing shows: only [`expose`](Self::expose) hands it out.
///
/// ```
/// use portcullis::plan::SecretText;
/// let secret = SecretText::new("hunter2");
/// assert_eq!(format!("{secret:?}"), "••");
/// assert_eq!(secret.expose(), "hunter2");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the header or the environment that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// The secrets of one generation that this machine has, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretStore(BTreeMap<Word, SecretText>);

impl SecretStore {
    /// The secret with this name.
    pub fn find(&self, name: &Word) -> Option<&SecretText> {
        self.0.get(name)
    }

    /// The text without any of the secrets, for logs.
    pub fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.0.values().filter(|secret| secret.0.len() >= SHORTEST_REDACTED) {
            if text.contains(&secret.0) {
                text = text.replace(&secret.0, HIDDEN);
            }
        }
        text
    }
}

impl FromIterator<(Word, SecretText)> for SecretStore {
    fn from_iter<I: IntoIterator<Item = (Word, SecretText)>>(secrets: I) -> Self {
        Self(secrets.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_shows_names_and_never_what_they_stand_for() {
        let secrets = [("ops", "hunter2"), ("short", "a")];
        let store: SecretStore = secrets
            .into_iter()
            .map(|(name, text)| (name.parse().unwrap(), SecretText::new(text)))
            .collect();
        let shown = format!("{store:?} {store:#?}");
        assert!(shown.contains("ops") && shown.contains("••") && !shown.contains("hunter2"));
        assert_eq!(store.redact("a Bearer hunter2."), "a Bearer ••.");
        assert_eq!(store.find(&"ops".parse().unwrap()).unwrap().expose(), "hunter2");
        assert_eq!(store.find(&"other".parse().unwrap()), None);
    }
}
