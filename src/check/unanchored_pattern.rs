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
            let whole = anchored(&pattern.value);
            let message = format!("`{}` need only fit a part of the text", pattern.value);
            diagnostics.push(
                Diagnostic::new(Code::UnanchoredPattern, pattern.span, message)
                    .help(format!("write `{whole}`"))
                    .maybe_fix(fix(pattern, &whole)),
            );
        }
    }
}

/// Whether every match begins where the text does and ends where it does.
fn is_anchored(pattern: &str) -> bool {
    let Ok(parsed) = regex_syntax::parse(pattern) else {
        // Look-around is beyond this parser; then only what is plain to see counts.
        return pattern.starts_with('^') && without_end(pattern) != pattern;
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

/// The pattern for whole texts.
fn anchored(pattern: &str) -> String {
    let inner = without_end(pattern.strip_prefix('^').unwrap_or(pattern));
    if inner.contains('|') { format!("^(?:{inner})$") } else { format!("^{inner}$") }
}

/// The fix, if what stands in the file is the pattern itself, with or without quotes around it.
fn fix(pattern: &Spanned<String>, whole: &str) -> Option<Fix> {
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
        for pattern in ["a", "^a", "a$", "^a|b$", r"^a\$", "^[$]", "", ".*", "(?!-)a$"] {
            assert!(!is_anchored(pattern), "{pattern}");
            assert!(is_anchored(&anchored(pattern)), "{pattern}: {}", anchored(pattern));
        }
    }
}
