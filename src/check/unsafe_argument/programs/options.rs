//! What an option is to a program, and where its value stands.

use super::table::{Dialect, Program};

/// What an option is to a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Code,
    Start,
    Setting,
    Script,
    Value,
}

/// Where the value of an option stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Next,
    Here,
}

/// Whether it is an option of a shell that takes something back.
pub(super) fn is_plus(known: &Program, text: &str) -> bool {
    known.dialect == Dialect::Shell && text.starts_with('+')
}

/// What an option means to a program, and where its value stands; nothing if it is not known.
pub(super) fn option(known: &Program, text: &str) -> Option<(Meaning, Place)> {
    let (name, place) = match text.split_once('=') {
        Some((name, _)) => (name, Place::Here),
        None => (text, Place::Next),
    };
    let is_word = |words: &[&str]| {
        // Options may be cut short.
        words.iter().any(|word| {
            *word == name || (name.len() > 4 && name.starts_with("--") && word.starts_with(name))
        })
    };
    for (words, meaning) in [
        (known.code.1, Meaning::Code),
        (known.starts.1, Meaning::Start),
        (known.valued.1, Meaning::Value),
    ] {
        if is_word(words) {
            return Some((meaning, place));
        }
    }
    let cluster = text.strip_prefix('-').filter(|rest| !rest.starts_with('-'))?;
    for (at, letter) in cluster.char_indices() {
        if !letter.is_ascii_alphanumeric() {
            return None;
        }
        let rest = cluster.get(at + letter.len_utf8()..).unwrap_or_default();
        let is_last = rest.is_empty();
        let place = if is_last { Place::Next } else { Place::Here };
        if known.code.0.contains(letter) {
            // `-pe` is both, and shells read all letters of `-ce` as options.
            let is_more = rest.chars().all(|c| known.code.0.contains(c));
            let place = if is_more { Place::Next } else { Place::Here };
            return Some((Meaning::Code, place));
        }
        for (letters, meaning) in [
            (known.starts.0, Meaning::Start),
            (known.settings, Meaning::Setting),
            (known.script, Meaning::Script),
            (known.valued.0, Meaning::Value),
        ] {
            if letters.contains(letter) {
                return Some((meaning, place));
            }
        }
    }
    None
}
