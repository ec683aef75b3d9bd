//! Command patterns: a name in which `*` stands for any run of name characters; nothing else is special.

use super::PatternError;
use crate::name::{CommandName, NameError, is_word_character};
use regex::Regex;

/// Which commands an entry of `allow` or `deny` stands for.
#[derive(Debug, Clone)]
pub enum CommandPattern {
    /// `*` alone: every app command in `allow`, every command in `deny`.
    Star,
    /// One command.
    Literal(CommandName),
    /// A name with `*` in it; it never crosses `:` or `|`.
    Glob {
        /// The pattern as it was written.
        text: String,
        /// What stands before the first `*`; names that match begin with it.
        prefix: String,
        /// The pattern, anchored at both ends.
        regex: Regex,
    },
}

impl std::str::FromStr for CommandPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text == "*" {
            return Ok(Self::Star);
        }
        if !text.contains('*') {
            return text.parse().map(Self::Literal).map_err(malformed);
        }
        // With a letter in place of each star, the rest must be a name.
        text.replace('*', "x").parse::<CommandName>().map_err(malformed)?;
        let source = format!("^{}$", regex::escape(text).replace(r"\*", "[A-Za-z0-9_-]*"));
        let regex = Regex::new(&source).map_err(|error| PatternError::new(error.to_string()))?;
        let prefix = text.split('*').next().unwrap_or_default().to_owned();
        Ok(Self::Glob { text: text.to_owned(), prefix, regex })
    }
}

fn malformed(error: NameError) -> PatternError {
    match error {
        NameError::Empty => PatternError::new("a command pattern cannot be empty"),
        NameError::Character { character, grammar } => {
            PatternError::new(format!("`{}` may not stand in it", character.escape_debug())).help(
                format!("a command's name is made of {grammar}; `*` stands for any run of them"),
            )
        }
        error => PatternError::new(error.to_string()),
    }
}

impl CommandPattern {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Star => "*",
            Self::Literal(name) => name.as_str(),
            Self::Glob { text, .. } => text,
        }
    }

    /// Whether the pattern, as an entry of `allow`, stands for the command.
    pub fn allows(&self, name: &CommandName) -> bool {
        match self {
            Self::Star => name.is_app(),
            _ => self.denies(name),
        }
    }

    /// Whether the pattern, as an entry of `deny`, stands for the command.
    pub fn denies(&self, name: &CommandName) -> bool {
        match self {
            Self::Star => true,
            Self::Literal(literal) => literal == name,
            Self::Glob { regex, .. } => regex.is_match(name.as_str()),
        }
    }

    /// The namespace that the pattern names without a wildcard.
    pub fn plugin(&self) -> Option<&str> {
        let (namespace, _) = self.as_str().strip_prefix("plugin:")?.split_once('|')?;
        namespace.chars().all(is_word_character).then_some(namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(pattern: &str, name: &str) -> bool {
        pattern.parse::<CommandPattern>().unwrap().allows(&name.parse().unwrap())
    }

    #[test]
    fn a_star_never_crosses_a_colon_or_a_bar() {
        assert!(allows("read_*", "read_all"));
        assert!(allows("*_all", "read_all"));
        assert!(!allows("*", "plugin:fs|read"));
        assert!(!allows("p*", "plugin:fs|read"));
        assert!(allows("plugin:fs|*", "plugin:fs|read"));
        assert!(!allows("plugin:f*|write", "plugin:fs|read"));
    }

    #[test]
    fn a_star_alone_denies_everything() {
        let star: CommandPattern = "*".parse().unwrap();
        assert!(star.denies(&"plugin:fs|read".parse().unwrap()));
    }

    #[test]
    fn other_glob_syntax_is_refused() {
        for bad in ["", "a?", "{a,b}", "[a]", "plugin:*", "plugin:|*", "@group", "a b*"] {
            assert!(bad.parse::<CommandPattern>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_dot_is_not_any_character() {
        assert!("a.*".parse::<CommandPattern>().is_err());
    }
}
