//! Path patterns: where an argument that is a path may lead, and what a file scope covers.

use super::PatternError;
use globset::GlobBuilder;

/// Names of the folders that a pattern can begin with, as `$NAME`.
const ROOTS: [&str; 18] = [
    "APP",
    "AUDIO",
    "CACHE",
    "CONFIG",
    "DATA",
    "DESKTOP",
    "DOCUMENT",
    "DOWNLOAD",
    "EXE",
    "HOME",
    "LOCALDATA",
    "LOG",
    "PICTURE",
    "PUBLIC",
    "RESOURCE",
    "TEMP",
    "TEMPLATE",
    "VIDEO",
];

/// A glob over paths. `*` does not cross `/`, `**` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern {
    text: String,
}

impl std::str::FromStr for PathPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text.is_empty() {
            return Err(PatternError::new("a path pattern cannot be empty"));
        }
        if text.contains(['\0', '\\']) {
            return Err(PatternError::new("a path is written with `/`"));
        }
        if text.starts_with('~') {
            return Err(PatternError::new("`~` has no meaning here").help("write `$HOME`"));
        }
        if text.split('/').any(|part| part == "..") {
            return Err(PatternError::new("`..` would lead out of the folder"));
        }
        if let Some(rest) = text.strip_prefix('$') {
            let name = rest.split('/').next().unwrap_or_default();
            if !ROOTS.contains(&name) {
                return Err(PatternError::new(format!("`${name}` is no folder that is known"))
                    .help(format!("the folders are `${}`", ROOTS.join("`, `$"))));
            }
        }
        GlobBuilder::new(text)
            .literal_separator(true)
            .build()
            .map_err(|error| PatternError::new(error.kind().to_string()))?;
        Ok(Self { text: text.to_owned() })
    }
}

impl PathPattern {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}
