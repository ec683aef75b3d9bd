//! The wording of every hazard: YAML that a manifest may not use, or that means something else.

use super::token;
use crate::{
    diagnostic::{Code, Diagnostic, Fix},
    source::Span,
};

/// Mappings and sequences inside each other, the outermost included.
pub(super) const MAX_DEPTH: usize = 32;

/// A file without content.
pub(super) fn empty(message: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::EmptyFile, span, message).help("start with `version: 1`")
}

/// Content behind the first document.
pub(super) fn second_document(span: Span) -> Diagnostic {
    Diagnostic::new(Code::MultipleDocuments, span, "a second YAML document starts here")
        .help("keep one document in a file, and move this one to a file of its own")
}

/// A tab where spaces belong.
pub(super) fn tab_indentation(span: Span) -> Diagnostic {
    Diagnostic::new(Code::TabIndentation, span, "a tab is used for indentation")
        .help("indent with spaces")
}

/// The start of a collection that is too far inside.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    let message = format!("the nesting is deeper than {MAX_DEPTH} levels");
    Diagnostic::new(Code::TooDeep, span, message).help("write it with fewer levels")
}

/// `&name`
pub(super) fn anchor(text: &str, span: Span) -> Diagnostic {
    let message = format!("`{}` is an anchor, which a manifest may not use", token::excerpt(text));
    Diagnostic::new(Code::YamlAnchor, span, message)
        .help("remove it, and write the value out wherever it is used")
}

/// `*name`, with the anchor of that name.
pub(super) fn alias(text: &str, span: Span, anchor: Option<Span>) -> Diagnostic {
    let message = format!("`{}` is an alias, which a manifest may not use", token::excerpt(text));
    let diagnostic =
        Diagnostic::new(Code::YamlAlias, span, message).help("write the value out here");
    match anchor {
        Some(anchor) => diagnostic.related(anchor, "the value is defined here"),
        None => diagnostic,
    }
}

/// `<<`
pub(super) fn merge_key(span: Span) -> Diagnostic {
    let message = "`<<` is a merge key, which a manifest may not use";
    Diagnostic::new(Code::YamlMergeKey, span, message).help("write the keys out in this mapping")
}

/// `!name`
pub(super) fn tag(text: &str, span: Span) -> Diagnostic {
    let message = format!("`{}` is a tag, which a manifest may not use", token::excerpt(text));
    Diagnostic::new(Code::YamlTag, span, message)
        .help("remove it, or quote the value if it starts with `!`")
}

/// A value that YAML takes for a tag and cannot read.
pub(super) fn unquoted_tag(text: &str, span: Span) -> Diagnostic {
    let message = format!("`{}` without quotes is a tag in YAML", token::excerpt(text));
    Diagnostic::new(Code::YamlTag, span, message).help(quote_it(text))
}

/// A `*` that YAML takes for an alias.
pub(super) fn unquoted_glob(text: &str, span: Span) -> Diagnostic {
    let message = format!("`{}` without quotes is an alias in YAML", token::excerpt(text));
    quotable(Diagnostic::new(Code::UnquotedGlob, span, message).help(quote_it(text)), text)
}

/// A `{name}` that YAML takes for a mapping.
pub(super) fn unquoted_placeholder(text: &str, span: Span) -> Diagnostic {
    let message = format!("`{}` without quotes is a mapping in YAML", token::excerpt(text));
    let is_whole = token::placeholder(text, 0) == Some(text.len());
    // `{type:string}` may be a placeholder, or a mapping that lacks a space.
    let spaced = if is_whole && text.contains(':') { ", or put a space after the `:`" } else { "" };
    let found = Diagnostic::new(Code::UnquotedPlaceholder, span, message)
        .help(format!("{}{spaced}", quote_it(text)));
    if spaced.is_empty() { quotable(found, text) } else { found }
}

/// A value that starts with a character that YAML keeps for itself.
pub(super) fn reserved(text: &str, span: Span) -> Diagnostic {
    let first = match text.chars().next() {
        Some('`') | None => "a backtick".to_owned(),
        Some(first) => format!("`{first}`"),
    };
    let message = format!("a value without quotes cannot start with {first}");
    quotable(Diagnostic::new(Code::YamlSyntax, span, message).help(quote_it(text)), text)
}

/// A null key, with its text.
pub(super) fn null_key(text: &str, span: Span) -> Diagnostic {
    if text.is_empty() {
        complex_key("a key is missing here", span)
    } else {
        complex_key(&format!("`{text}` cannot be a key"), span)
    }
}

/// A mapping or sequence in a key's place.
pub(super) fn collection_key(span: Span) -> Diagnostic {
    complex_key("a mapping or list cannot be a key", span)
}

fn complex_key(message: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::ComplexKey, span, message)
        .help("use a word as the key, in quotes if it must be this text")
}

/// The second of two equal keys.
pub(super) fn duplicate_key(text: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("the key `{}` stands twice in one mapping", token::excerpt(text));
    Diagnostic::new(Code::DuplicateKey, span, message)
        .help("remove one of the two, or give it another name")
        .related(first, "first defined here")
}

/// The finding with quotes as its fix; a control character, which is none between quotes, has to be looked at first.
fn quotable(found: Diagnostic, text: &str) -> Diagnostic {
    let fix = Fix::replace("put it in quotes", found.span, token::quoted(text));
    found.maybe_fix(Some(fix).filter(|_| !text.contains(char::is_control)))
}

/// The advice to quote a value, with the text to type while it fits a line.
fn quote_it(text: &str) -> String {
    if token::excerpt(text) == text {
        format!("quote it: {}", token::quoted(text))
    } else {
        "quote the value".to_owned()
    }
}
