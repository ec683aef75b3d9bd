//! Command patterns: a name in which `*` stands for any run of name characters; nothing else is special.

use super::PatternError;
use crate::name::{CommandName, NameError, is_word_character};

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
    },
}

impl std::str::FromStr for CommandPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text == "*" {
            return Ok(Self::Star);
        }
        if !text.contains('*') {
            return text.parse().map(Self::Literal).map_err(|error| malformed(text, error));
        }
        // With a letter in place of each star, the rest must be a name.
        let filled = text.replace('*', "x");
        filled.parse::<CommandName>().map_err(|error| malformed(text, error))?;
        let prefix = text.split('*').next().unwrap_or_default().to_owned();
        Ok(Self::Glob { text: text.to_owned(), prefix })
    }
}

fn malformed(text: &str, error: NameError) -> PatternError {
    if let Some(name) = crate::name::unquoted(text) {
        return PatternError::new("quotes of this kind are letters to YAML").meant(name);
    }
    match error {
        NameError::Empty => PatternError::new("a command pattern cannot be empty"),
        NameError::Character { character, grammar } => {
            let found =
                PatternError::new(format!("`{}` may not stand in it", character.escape_debug()));
            found.help(identifier(text).unwrap_or_else(|| {
                format!("a command's name is made of {grammar}; `*` stands for any run of them")
            }))
        }
        NameError::PluginForm => plugin_form(text),
        NameError::TooLong => PatternError::new(error.to_string()),
    }
}

/// `plugin:fs:read` and `plugin:fs`, which lack the bar.
fn plugin_form(text: &str) -> PatternError {
    let found = PatternError::new(NameError::PluginForm.to_string());
    let rest = text.strip_prefix("plugin:").unwrap_or(text);
    let is_name = |name: &str| !name.is_empty() && name.chars().all(is_word_character);
    match rest.split_once([':', '/', '.']) {
        Some((plugin, name)) if is_name(plugin) && is_name(name) => {
            found.meant(format!("plugin:{plugin}|{name}"))
        }
        None if is_name(rest) => {
            let all = format!("plugin:{rest}|*");
            let help = format!("write `{all}` for all its commands");
            found.meant(all).help(help)
        }
        _ => found.help("for example `plugin:fs|read_text_file`"),
    }
}

/// What Tauri's permission identifiers are called here.
fn identifier(text: &str) -> Option<String> {
    let (plugin, name) = text.split_once(':')?;
    let is_identifier = |c: char| is_word_character(c) || c == ':';
    if plugin.is_empty() || plugin == "plugin" || !text.chars().all(is_identifier) {
        return None;
    }
    let command = name.rsplit(':').next().unwrap_or(name);
    let command = command.strip_prefix("allow-").or(command.strip_prefix("deny-"));
    Some(match (plugin, command) {
        (_, Some(command)) => {
            let plugin = name.rsplit_once(':').map_or(plugin, |(inner, _)| inner);
            format!("a plugin's command is written `plugin:{plugin}|{}`", command.replace('-', "_"))
        }
        ("core", None) => "what pages need of the core is the group `@core`, in quotes".to_owned(),
        (_, None) => format!(
            "a plugin's command is written `plugin:{plugin}|name`; `@{plugin}` is a built-in plugin's group"
        ),
    })
}

/// Whether a pattern stands for a name, part by part: namespaces are held against namespaces.
fn is_match(pattern: &str, name: &str) -> bool {
    let parts = |text| str::strip_prefix(text, "plugin:").and_then(|rest| rest.split_once('|'));
    match (parts(pattern), parts(name)) {
        (None, None) => is_run(pattern, name),
        (Some((namespace, pattern)), Some((plugin, name))) => {
            is_run(namespace, plugin) && is_run(pattern, name)
        }
        _ => false,
    }
}

/// Whether a text in which each star stands for any run of characters is this one; cost grows with the lengths.
pub(super) fn is_run(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(first) else { return false };
    let (between, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut text) = text.strip_suffix(last) else { return false };
    // Where a piece stands first, most is left for those behind it.
    for piece in between.split('*') {
        let Some((_, behind)) = text.split_once(piece) else { return false };
        text = behind;
    }
    true
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
            Self::Glob { text, .. } => is_match(text, name.as_str()),
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
    use proptest::prelude::*;

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
        assert!(!allows("plugin*", "plugin:fs|read"));
    }

    #[test]
    fn stars_share_a_name_in_any_way_that_fits() {
        assert!(allows("a*b*c", "abc"));
        assert!(allows("a*b*c", "a-b-b-c"));
        assert!(allows("*aba*", "ababa"));
        assert!(allows("*ab*ab", "abab"));
        assert!(!allows("*ab*ab", "ab"));
        assert!(!allows("ab*ba", "aba"));
        assert!(!allows("a*b*c", "acb"));
        assert!(allows("a**", "a"));
        assert!(allows("plugin:*s|*_f*e", "plugin:fs|read_file"));
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

    proptest! {
        #![proptest_config(crate::property::config(256))]

        #[test]
        fn a_star_is_the_run_of_a_regular_expression(
            pattern in "(plugin:[ab*]{1,4}\\|)?[ab*]{1,8}",
            name in "(plugin:[ab]{1,4}\\|)?[ab]{1,10}",
        ) {
            let source = format!("^{}$", regex::escape(&pattern).replace(r"\*", "[A-Za-z0-9_-]*"));
            let regex = regex::Regex::new(&source).unwrap();
            prop_assert_eq!(allows(&pattern, &name), regex.is_match(&name));
        }
    }
}
