//! The names that a manifest gives: parsed once, at the border, so that no raw string names remain behind it.

use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};
use thiserror::Error;

/// No name is longer than this many bytes; the wire refuses longer ones before it looks at them.
pub const MAX_NAME_BYTES: usize = 256;

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NameError {
    /// No characters.
    #[error("a name cannot be empty")]
    Empty,
    /// More than [`MAX_NAME_BYTES`].
    #[error("a name has at most {MAX_NAME_BYTES} bytes")]
    TooLong,
    /// A character outside the grammar, and the grammar.
    #[error("`{}` may not stand in it; it is made of {grammar}", .character.escape_debug())]
    Character {
        /// The first character that may not stand there.
        character: char,
        /// The characters that may, in words.
        grammar: &'static str,
    },
    /// `plugin:` without a bar, or with an empty part.
    #[error("a plugin's command is written `plugin:<namespace>|<name>`")]
    PluginForm,
}

fn check(
    text: &str,
    grammar: &'static str,
    is_allowed: impl Fn(char) -> bool,
) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.len() > MAX_NAME_BYTES {
        return Err(NameError::TooLong);
    }
    match text.chars().find(|character| !is_allowed(*character)) {
        Some(character) => Err(NameError::Character { character, grammar }),
        None => Ok(()),
    }
}

const LABEL_GRAMMAR: &str = "ASCII letters, digits and `_`, `/`, `:`, `-`";
const WORD_GRAMMAR: &str = "ASCII letters, digits and `_`, `-`";

/// Whether a character may stand in a window's or webview's label.
pub fn is_label_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '/' | ':' | '-')
}

/// Whether a character may stand in a command's, plugin's, argument's or permission's name.
pub fn is_word_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as it was written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}

/// The text without the typographic quotes around it, which mean nothing to YAML.
pub(crate) fn unquoted(text: &str) -> Option<&str> {
    let is_quote = |character: char| "“”„‟‘’‚‛«»".contains(character);
    let inner = text.strip_prefix(is_quote)?.strip_suffix(is_quote)?;
    (!inner.is_empty() && !inner.contains(is_quote)).then_some(inner)
}

text_type! {
    /// The label of a window or webview: `[A-Za-z0-9_/:-]+`.
    Label
}

impl FromStr for Label {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check(text, LABEL_GRAMMAR, is_label_character).map(|()| Self(text.into()))
    }
}

text_type! {
    /// A word that the manifest's author chose: of a permission, an origin, a plugin or an argument.
    Word
}

impl FromStr for Word {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check(text, WORD_GRAMMAR, is_word_character).map(|()| Self(text.into()))
    }
}

text_type! {
    /// The name of an event: `[A-Za-z0-9_/:-]+`.
    EventName
}

impl FromStr for EventName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check(text, LABEL_GRAMMAR, is_label_character).map(|()| Self(text.into()))
    }
}

text_type! {
    /// What a page invokes: `greet`, or `plugin:fs|read_text_file` in a plugin's namespace.
    CommandName
}

impl FromStr for CommandName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match text.strip_prefix("plugin:") {
            None => check(text, WORD_GRAMMAR, is_word_character)?,
            Some(rest) => {
                // The wire splits at the first bar; a second one is then refused as a character.
                let (namespace, name) = rest.split_once('|').ok_or(NameError::PluginForm)?;
                if namespace.is_empty() || name.is_empty() {
                    return Err(NameError::PluginForm);
                }
                check(namespace, WORD_GRAMMAR, is_word_character)?;
                check(name, WORD_GRAMMAR, is_word_character)?;
                if text.len() > MAX_NAME_BYTES {
                    return Err(NameError::TooLong);
                }
            }
        }
        Ok(Self(text.into()))
    }
}

impl CommandName {
    /// The command `name` in the namespace `plugin`.
    pub fn in_plugin(plugin: &Word, name: &Word) -> Self {
        Self(format!("plugin:{plugin}|{name}").into())
    }

    /// The plugin's namespace, if the command belongs to one.
    pub fn plugin(&self) -> Option<&str> {
        self.0.strip_prefix("plugin:")?.split_once('|').map(|(namespace, _)| namespace)
    }

    /// Whether the command belongs to the app itself rather than to a plugin.
    pub fn is_app(&self) -> bool {
        self.plugin().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_follow_the_grammar() {
        for good in ["greet", "read_text-file2", "plugin:fs|read_text_file"] {
            assert!(good.parse::<CommandName>().is_ok(), "{good}");
        }
        let long = "x".repeat(MAX_NAME_BYTES + 1);
        for bad in [
            "",
            "a b",
            "a.b",
            "..",
            "a\0",
            "plugin:fs",
            "plugin:|x",
            "plugin:fs|",
            "plugin:a|b|c",
            "a:b",
            &long,
        ] {
            assert!(bad.parse::<CommandName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_plugin_command_knows_its_namespace() {
        let name: CommandName = "plugin:fs|read".parse().unwrap();
        assert_eq!(name.plugin(), Some("fs"));
        assert!(!name.is_app());
    }
}
