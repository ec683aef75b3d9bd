//! What a program says about its native commands, in a file, so that another program can check a manifest for it.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};
use thiserror::Error;

/// A place in a program's code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodePlace {
    /// The file, as the compiler was told of it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl fmt::Display for CodePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One native command, without the function itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// The name that a manifest's `native` says; `plugin|command` for a plugin's command.
    pub name: String,
    /// What it does, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The names of its arguments; `None` if the program does not know them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Vec<String>>,
    /// Whether it heeds a scope.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub takes_scope: bool,
    /// The Rust types of state that it asks for and the program does not manage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmanaged: Vec<String>,
    /// The `#[command]` above it; functions that were registered by hand have none.
    #[serde(default, skip_serializing_if = "Option::is_none", flatten)]
    pub place: Option<CodePlace>,
}

/// The native commands of a program, in the order of their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declarations {
    /// The commands.
    pub commands: Vec<Declaration>,
    /// The names of the program's plugins.
    pub plugins: BTreeSet<String>,
    /// The first `commands![…]` of the program.
    pub list: Option<CodePlace>,
}

/// The file's form; a member that is added later does not change the number.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    list: Option<CodePlace>,
    commands: Vec<Declaration>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    plugins: BTreeSet<String>,
}

/// A text that is no list of native commands.
#[derive(Debug, Error)]
pub enum DeclarationError {
    /// It is something else.
    #[error("it is not a list of native commands: {0}")]
    Json(#[from] serde_json::Error),
    /// A later version of this crate wrote it.
    #[error("it has version {0}, and this program reads version {VERSION}")]
    Version(u32),
}

impl Declarations {
    /// The command of a name.
    pub fn find(&self, name: &str) -> Option<&Declaration> {
        self.commands
            .binary_search_by(|known| known.name.as_str().cmp(name))
            .ok()
            .and_then(|at| self.commands.get(at))
    }

    /// The text of the file.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let Self { commands, plugins, list } = self.clone();
        let text =
            serde_json::to_string_pretty(&File { version: VERSION, list, commands, plugins })?;
        Ok(text + "\n")
    }

    /// Reads such a file.
    pub fn from_json(text: &str) -> Result<Self, DeclarationError> {
        /// Read first: another version may look different in everything else.
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let Head { version } = serde_json::from_str(text)?;
        if version != VERSION {
            return Err(DeclarationError::Version(version));
        }
        let File { mut commands, plugins, list, .. } = serde_json::from_str(text)?;
        commands.sort_by(|a, b| a.name.cmp(&b.name));
        commands.dedup_by(|a, b| a.name == b.name);
        Ok(Self { commands, plugins, list })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let place = CodePlace { file: "src/main.rs".into(), line: 3 };
        let by_macro = Declaration {
            name: "greet".into(),
            description: "Greets.".into(),
            arguments: Some(vec!["name".into()]),
            takes_scope: true,
            unmanaged: vec!["u8".into()],
            place: Some(place.clone()),
        };
        let by_hand = Declaration {
            name: "echo".into(),
            description: String::new(),
            arguments: None,
            takes_scope: false,
            unmanaged: Vec::new(),
            place: None,
        };
        let (commands, plugins) = (vec![by_hand, by_macro], ["counter".to_owned()].into());
        let all = Declarations { commands, plugins, list: Some(place) };
        let text = all.to_json().unwrap();
        assert_eq!(Declarations::from_json(&text).unwrap(), all);
        assert_eq!(all.find("greet").unwrap().name, "greet");
        assert_eq!(all.find("great"), None);
    }

    #[test]
    fn another_version_is_said_to_be_one() {
        let read = |text| Declarations::from_json(text).unwrap_err().to_string();
        assert_eq!(read("{\"version\": 2}"), "it has version 2, and this program reads version 1");
        assert!(read("[]").starts_with("it is not a list of native commands: "));
    }
}
