//! `log`: what pages write into the gateway's log, one line a message whatever is in it.

use crate::{
    command::{Commands, State, Webview},
    ipc::{Rejection, RejectionCode},
    plugin::Plugin,
};
use std::{collections::BTreeMap, fmt, fmt::Write as _};

/// One message of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// Label of the webview whose page wrote it.
    pub webview: String,
    /// How much it matters.
    pub level: LogLevel,
    /// One line without control characters, at most [`LogRecord::LONGEST`] characters long; the page chose what it says.
    pub text: String,
}

/// How much a message matters, by the words that people know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Every step.
    Trace,
    /// For who looks for a fault.
    Debug,
    /// What happens.
    Info,
    /// What should not have happened.
    Warn,
    /// What failed.
    Error,
}

impl LogLevel {
    /// The numbers of the frontend's package.
    fn of(number: u8) -> Option<Self> {
        let levels = [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error];
        levels.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl LogRecord {
    /// The longest text, in characters; what is longer is cut, with `…` in its place.
    pub const LONGEST: usize = 4096;
}

/// The plugin, with the log that it writes to.
pub(super) struct Log(pub(super) Box<dyn Fn(LogRecord) + Send + Sync>);

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

impl Plugin for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    fn commands(&self) -> Commands {
        portcullis::commands![log]
    }
}

#[crate::command(rename_all = "camelCase")]
#[expect(clippy::too_many_arguments, reason = "the package sends them")]
fn log(
    log: State<Log>,
    webview: Webview,
    level: u8,
    message: String,
    location: Option<String>,
    file: Option<String>,
    line: Option<u32>,
    key_values: Option<BTreeMap<String, Option<String>>>,
) -> Result<(), Rejection> {
    let unknown =
        || Rejection::new(RejectionCode::InvalidArgument, "`level` is not between 1 and 5");
    let level = LogLevel::of(level).ok_or_else(unknown)?;
    let mut text = Line::default();
    text.add(&message);
    for (key, value) in key_values.iter().flatten() {
        text.add(&format!(" {key}={}", value.as_deref().unwrap_or_default()));
    }
    match (&file, line, &location) {
        (Some(file), Some(line), _) => text.add(&format!(" ({file}:{line})")),
        (Some(place), None, _) | (None, _, Some(place)) => text.add(&format!(" ({place})")),
        (None, _, None) => {}
    }
    (log.0)(LogRecord { webview: webview.label().to_owned(), level, text: text.end() });
    Ok(())
}

/// A text that becomes one line.
#[derive(Default)]
struct Line {
    text: String,
    length: usize,
}

impl Line {
    fn add(&mut self, text: &str) {
        for character in text.chars() {
            if self.length >= LogRecord::LONGEST {
                // One more is what tells that something is missing.
                self.length += 1;
                return;
            }
            self.length += 1;
            if is_unsafe(character) {
                let _ = write!(self.text, "{}", character.escape_default());
            } else {
                self.text.push(character);
            }
        }
    }

    fn end(mut self) -> String {
        if self.length > LogRecord::LONGEST {
            self.text.push('…');
        }
        self.text
    }
}

/// Characters that would begin another line, steer a terminal or turn a text around.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_line_of_a_bounded_length() {
        let line = |text: &str| {
            let mut line = Line::default();
            line.add(text);
            line.end()
        };
        assert_eq!(line("a\nb\u{1b}[2J\u{202e}ä\t\\"), "a\\nb\\u{1b}[2J\\u{202e}ä\\t\\");
        let exact = "x".repeat(LogRecord::LONGEST);
        assert_eq!(line(&exact), exact);
        assert_eq!(line(&format!("{exact}y")), format!("{exact}…"));
    }

    #[test]
    fn levels_have_the_numbers_of_the_package() {
        let words: Vec<_> =
            (0..7).map(|number| LogLevel::of(number).map(LogLevel::as_str)).collect();
        let known = ["trace", "debug", "info", "warn", "error"].map(Some);
        assert_eq!(words, [&[None], &known[..], &[None]].concat());
    }
}
