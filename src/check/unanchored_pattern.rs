//! `unanchored-pattern`: a regular expression that any text fulfils which has a fitting piece in it.

use crate::{
    diagnostic::{Code, Diagnostic, Fix},
    manifest::Manifest,
    source::{Span, Spanned},
};
use regex_syntax::hir::Look;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for argument in manifest.arguments() {
        for pattern in argument.patterns.iter().filter(|pattern| !is_anchored(&pattern.value)) {
            let whole = anchored(&pattern.value).filter(|whole| is_anchored(whole));
            let message = format!("`{}` need only fit a part of the text", pattern.value);
            diagnostics.push(
                Diagnostic::new(Code::UnanchoredPattern, pattern.span, message)
                    .help(match &whole {
                        Some(whole) => format!("write `{whole}`"),
                        None => {
                            "begin it with `^` and end it with `$`, outside of any alternatives"
                                .to_owned()
                        }
                    })
                    .maybe_fix(whole.and_then(|whole| fix(pattern, &whole))),
            );
        }
    }
}

/// Whether every match begins where the text does and ends where it does.
pub(super) fn is_anchored(pattern: &str) -> bool {
    let Ok(parsed) = regex_syntax::parse(pattern) else {
        // Look-around is beyond this parser; then only what is plain to see counts.
        return pattern.starts_with('^')
            && without_end(pattern) != pattern
            && !has_open_alternative(pattern);
    };
    let properties = parsed.properties();
    properties.look_set_prefix().contains(Look::Start)
        && properties.look_set_suffix().contains(Look::End)
}

/// The pattern without the `$` at its end, if there is one that is an anchor.
fn without_end(pattern: &str) -> &str {
    match pattern.strip_suffix('$') {
        Some(rest) if rest.chars().rev().take_while(|c| *c == '\\').count() % 2 == 0 => rest,
        _ => pattern,
    }
}

/// Whether a `|` stands outside of parentheses.
fn has_open_alternative(pattern: &str) -> bool {
    let mut depth = 0_usize;
    let mut is_class = false;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '[' => is_class = true,
            ']' => is_class = false,
            _ if is_class => {}
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

/// The pattern for whole texts, if putting anchors around it makes one.
fn anchored(pattern: &str) -> Option<String> {
    // Behind a flag such as `(?m)` an anchor is not what it looks like.
    if pattern.contains("(?") {
        let whole = format!("^(?:{pattern})$");
        // A comment would swallow what is put behind it.
        let is_read = regex_syntax::parse(pattern).is_ok();
        return (!is_read || regex_syntax::parse(&whole).is_ok()).then_some(whole);
    }
    let inner = without_end(pattern.strip_prefix('^').unwrap_or(pattern));
    Some(if inner.contains('|') { format!("^(?:{inner})$") } else { format!("^{inner}$") })
}

/// The fix, if what stands in the file is the pattern itself, with or without quotes around it.
///
/// Only a fold over several lines, or an escape for a blank, may be as long as what it stands for.
fn fix(pattern: &Spanned<String>, whole: &str) -> Option<Fix> {
    if pattern.value.contains(char::is_whitespace) {
        return None;
    }
    let range = pattern.span.range();
    let quote = match range.len().checked_sub(pattern.value.len())? {
        0 => 0,
        2 => 1,
        _ => return None,
    };
    let inner = Span::new(pattern.span.file, range.start + quote, range.end - quote);
    Some(Fix::replace("anchor the pattern at both ends", inner, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_is_where_matches_begin_and_end() {
        for pattern in ["^a$", "^(a|b)$", "^a$|^b$", "(^a$|^b$)", "^a(b$)", "^$", "^(?!-).*$"] {
            assert!(is_anchored(pattern), "{pattern}");
        }
        for pattern in [
            "a",
            "^a",
            "a$",
            "^a|b$",
            r"^a\$",
            "^[$]",
            "",
            ".*",
            "(?!-)a$",
            "(?m)^a$",
            "^(?!-)[a-z]+|.*$",
        ] {
            assert!(!is_anchored(pattern), "{pattern}");
            let whole = anchored(pattern).unwrap();
            assert!(is_anchored(&whole), "{pattern}: {whole}");
        }
        for pattern in [r"^(?!-)[|a]\|(b|c)$", "^(?!-)(a|b)$"] {
            assert!(is_anchored(pattern), "{pattern}");
        }
        assert!(!is_anchored("(?x)a #c"));
        assert_eq!(anchored("(?x)a #c"), None);
    }
}
