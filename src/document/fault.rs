//! What stops the scanner, in plain words and with something to point at.

use super::{repair::Stop, token};
use crate::{
    diagnostic::{Code, Diagnostic},
    source::{FileId, Span},
};
use granit_parser::ErrorKind as Fault;
use std::ops::Range;

const INDENT: &str =
    "check the indentation of this line, and quote the value if this is part of it";
const INDENT_OR_ABOVE: &str =
    "check the indentation of this line, or quote the value above if this line is part of it";
const QUOTES: &str = "close the quotes at the end of the value";
const ESCAPE: &str = r"write `\\` for a backslash, or put the text in single quotes";
const TAG: &str = "remove the tag, or quote the value if it starts with `!`";

/// The finding for a stop of the scanner at byte `at`.
pub(super) fn report(text: &str, file: FileId, stop: &Stop) -> Diagnostic {
    let (fault, at) = (&stop.kind, stop.at);
    let (message, mut help) = wording(fault, text.get(at..).unwrap_or(""));
    let line = text.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
    let is_first_word = !line.trim().is_empty() && !line.trim().contains([' ', ':', '{', '[']);
    if matches!(fault, Fault::MappingValueNotAllowed) && is_first_word {
        // The line is a key like any other; it stands in the wrong column.
        help = Some(INDENT_OR_ABOVE);
    }
    let code = match fault {
        Fault::RecursionLimitExceeded => Code::TooDeep,
        fault if is_tag(fault) => Code::YamlTag,
        _ => Code::YamlSyntax,
    };
    let place = place(text, fault, at);
    let found = Diagnostic::new(code, Span::new(file, place.start, place.end), message)
        .maybe_help(help.map(str::to_owned));
    match stop.open.filter(|open| is_open(fault) && !place.contains(open)) {
        Some(open) => found.related(Span::new(file, open, open + 1), "opened here"),
        None => found,
    }
}

/// Whether a bracket that is not closed may be the cause.
fn is_open(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::ExpectedFlowMappingSeparator
            | Fault::UnexpectedEofFlowMapping
            | Fault::ExpectedFlowSequenceSeparator
            | Fault::UnexpectedEofFlowSequence
            | Fault::UnexpectedEofImplicitFlowMapping
            | Fault::ExpectedNodeContent
            | Fault::InvalidColonPlacement
            | Fault::UnclosedFlowCollection { .. }
            | Fault::MismatchedFlowCollectionEnd { .. }
            | Fault::InvalidIndentation
            | Fault::InvalidFlowScalarIndent
    )
}

/// What to underline: the offending character, or the last one before it where the text or the line ends.
fn place(text: &str, fault: &Fault, at: usize) -> Range<usize> {
    let at = at.min(text.len());
    let at = match fault {
        Fault::UnknownQuotedScalarEscape => at + unknown_escape(text.get(at..).unwrap_or("")),
        Fault::UnexpectedCharacter { character } => {
            at + text.get(at..).and_then(|tail| tail.find(*character)).unwrap_or(0)
        }
        Fault::ExpectedBlockMappingKey => line_dash(text, at).unwrap_or(at),
        _ => at,
    };
    if matches!(fault, Fault::SimpleKeyExpected) {
        let word = token::word(text, at, false);
        if !word.is_empty() {
            return word;
        }
    }
    token::mark_at(text, at)
}

/// How far behind the opening quote the first escape stands that YAML does not know.
fn unknown_escape(quoted: &str) -> usize {
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            let next = characters.next().map(|(_, next)| next);
            if next.is_none_or(|next| !"0abt\tnvfre \"/\\N_LPxuU\r\n".contains(next)) {
                return at;
            }
        }
    }
    0
}

/// The `-` that starts this line, if only that stands before `at`.
fn line_dash(text: &str, at: usize) -> Option<usize> {
    let line = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let before = text.get(line..at)?;
    (before.trim() == "-").then(|| line + before.find('-').unwrap_or(0))
}

/// Whether a `!` made the scanner stop.
pub(super) fn is_tag(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::UndeclaredTagHandle
            | Fault::ExpectedTagBang
            | Fault::InvalidGlobalTagCharacter
            | Fault::InvalidTagTerminator
            | Fault::MissingTagUri
            | Fault::UnclosedVerbatimTag
            | Fault::InvalidTagEscape
            | Fault::InvalidTagUtf8LeadingByte
            | Fault::InvalidTagUtf8TrailingByte
            | Fault::InvalidTagUtf8
    )
}

fn wording(fault: &Fault, tail: &str) -> (String, Option<&'static str>) {
    let (message, help) = match fault {
        Fault::RecursionLimitExceeded => {
            ("the nesting is deeper than 32 levels", "write it with fewer levels")
        }
        fault if is_tag(fault) => ("tags are not part of the manifest's language", TAG),
        Fault::UnclosedFlowCollection { open }
        | Fault::MismatchedFlowCollectionEnd { open, .. } => {
            return (unclosed(*open, fault), Some(closing(*open)));
        }
        Fault::MisplacedFlowCollectionEnd => ("this bracket closes nothing", "remove it"),
        Fault::UnexpectedCharacter { character } if character.is_control() => {
            let message =
                format!("the control character U+{:04X} is not text", u32::from(*character));
            return (message, Some("remove it"));
        }
        Fault::UnexpectedCharacter { character } => {
            return (format!("`{character}` cannot stand here"), Some("quote the value"));
        }
        Fault::BomInsideDocument => ("a byte order mark stands inside the text", "remove it"),
        Fault::UnclosedQuotedScalar | Fault::DocumentIndicatorInQuotedScalar => {
            ("the quotes that open here are never closed", QUOTES)
        }
        Fault::InvalidTrailingSingleQuotedScalar | Fault::InvalidTrailingDoubleQuotedScalar => {
            ("text follows the closing quote", "put all of the value inside the quotes")
        }
        Fault::InvalidQuotedScalarIndent => {
            ("a quoted text goes on with too little indentation", QUOTES)
        }
        Fault::UnknownQuotedScalarEscape => ("this escape does not exist", ESCAPE),
        Fault::InvalidQuotedScalarHexEscape
        | Fault::InvalidLowSurrogateHexEscape
        | Fault::InvalidLowSurrogate
        | Fault::MissingLowSurrogate
        | Fault::UnpairedLowSurrogate
        | Fault::InvalidUnicodeEscape => ("an escape in this text is not a character", ESCAPE),
        Fault::ExpectedFlowMappingSeparator | Fault::UnexpectedEofFlowMapping => {
            ("a `,` or `}` is missing here", "add it, or quote the value if this is part of it")
        }
        Fault::ExpectedFlowSequenceSeparator | Fault::UnexpectedEofFlowSequence => {
            ("a `,` or `]` is missing here", "add it, or quote the value if this is part of it")
        }
        Fault::UnexpectedEofImplicitFlowMapping | Fault::ExpectedNodeContent => {
            ("a value is missing here", "write the value, or remove the comma")
        }
        Fault::InvalidColonPlacement => {
            ("a key cannot stand here", "close the list above it with `]`, or quote the value")
        }
        Fault::SimpleKeyExpected | Fault::InvalidSimpleKey => {
            ("a key without `:`", "write `key: value`")
        }
        Fault::MappingValueNotAllowed if tail.starts_with(':') => (
            "this `:` makes a key where none can stand",
            "quote the value if the `:` is part of it, and check the lines above",
        ),
        Fault::MappingValueNotAllowed | Fault::MappingKeyNotAllowed => {
            ("a key cannot stand here", INDENT)
        }
        Fault::ExpectedBlockMappingKey | Fault::UnexpectedEofBlockMapping => {
            ("this is not a key of the mapping that it stands in", INDENT)
        }
        Fault::ExpectedBlockSequenceEntry | Fault::UnexpectedEofBlockSequence => {
            ("this is not an item of the list that it stands in", INDENT)
        }
        Fault::BlockSequenceEntryNotAllowed | Fault::BlockEntryInFlowCollection => {
            ("a list cannot start here", "start it on a line of its own, or write it as `[a, b]`")
        }
        Fault::PlainScalarStartsWithDashFlowIndicator => {
            ("a value cannot start with `-` and a bracket or comma", "quote the value")
        }
        Fault::ExpectedDocumentStart | Fault::InvalidDocumentEnd => (
            "the text goes on where the mapping has ended",
            "start all keys of one level in the same column",
        ),
        Fault::InvalidIndentation
        | Fault::InvalidFlowScalarIndent
        | Fault::InvalidBlockScalarIndent => ("the indentation fits nothing above it", INDENT),
        Fault::ZeroBlockScalarIndent | Fault::InvalidBlockScalarHeader => (
            "a block text opens with `|` or `>` alone on its line",
            "start the text on the next line",
        ),
        Fault::CommentNotSeparated => {
            ("a comment needs a space before its `#`", "add the space, or quote the value")
        }
        Fault::CommentInterceptedScalar => (
            "a comment stands inside a value of several lines",
            "quote the value, or move the comment",
        ),
        Fault::DirectiveDisallowed => {
            ("directives are not part of the manifest's language", "remove the line")
        }
        _ => ("this is not YAML", INDENT),
    };
    (message.to_owned(), Some(help))
}

fn unclosed(open: char, fault: &Fault) -> String {
    match fault {
        Fault::MismatchedFlowCollectionEnd { close, .. } => {
            format!("`{open}` is closed with `{close}`")
        }
        _ => format!("`{open}` is never closed"),
    }
}

fn closing(open: char) -> &'static str {
    if open == '[' { "close it with `]`" } else { "close it with `}`" }
}
