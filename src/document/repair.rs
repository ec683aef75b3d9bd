//! Reading on after a fault that stops the scanner, so that one run reports the faults behind it as well.
//!
//! The faulty value is painted over, byte for byte, with letters that YAML reads as one plain scalar.
//! Nothing that was read so is ever used: the fault itself is an error, and places and texts still come
//! from the file.

use super::{cause, fault, hazard, token};
use crate::{
    diagnostic::Diagnostics,
    source::{FileId, Span},
};
use granit_parser::ErrorKind;
use std::{collections::BTreeMap, ops::Range};

/// Readings of one file are bounded by this many and by `WORK` bytes.
const READINGS: usize = 256;
const WORK: usize = 16 * 1024 * 1024;

/// Why a piece of text was painted over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Glob,
    Placeholder,
    Reserved,
    Tag,
    Tab,
    /// Inside brackets, where indentation means nothing.
    FlowTab,
}

impl Cause {
    fn is_tab(self) -> bool {
        matches!(self, Self::Tab | Self::FlowTab)
    }
}

/// Where the scanner stopped, and what it had delivered by then.
#[derive(Debug)]
pub(super) struct Stop {
    /// What the scanner says.
    pub(super) kind: ErrorKind,
    /// Where, in bytes.
    pub(super) at: usize,
    /// Whether that is inside `[…]` or `{…}`.
    pub(super) is_flow: bool,
    /// Where the innermost of those brackets opens.
    pub(super) open: Option<usize>,
    /// The last plain scalar.
    pub(super) plain: Option<Range<usize>>,
    /// The last alias without an anchor.
    pub(super) alias: Option<Range<usize>>,
}

/// The text with its faulty values painted over.
#[derive(Debug)]
pub(super) struct Repairs<'a> {
    text: &'a str,
    painted: Option<String>,
    causes: BTreeMap<usize, (usize, Cause)>,
    readings: usize,
}

impl<'a> Repairs<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let readings = (WORK / text.len().max(1)).clamp(1, READINGS);
        Self { text, painted: None, causes: BTreeMap::new(), readings }
    }

    /// What to scan.
    pub(super) fn painted(&self) -> &str {
        self.painted.as_deref().unwrap_or(self.text)
    }

    /// Whether indentation was guessed, so that the shape of the tree is not the user's.
    pub(super) fn has_guess(&self) -> bool {
        self.causes.values().any(|(_, cause)| *cause == Cause::Tab)
    }

    /// Where the painted value that starts here ends.
    pub(super) fn end(&self, start: usize) -> Option<usize> {
        self.causes.get(&start).filter(|(_, cause)| !cause.is_tab()).map(|(end, _)| *end)
    }

    /// Paints over the fault that stopped the scanner; false if it is of another kind.
    pub(super) fn mend(&mut self, stop: &Stop) -> bool {
        let Some((range, cause)) = self.find(stop) else { return false };
        let is_known = |(start, (end, _)): (&usize, &(usize, Cause))| {
            *start <= range.start && range.end <= *end
        };
        if range.is_empty() || self.causes.range(..=range.start).next_back().is_some_and(is_known) {
            return false;
        }
        self.causes.retain(|start, _| !range.contains(start));
        let paint = if cause.is_tab() { ' ' } else { 'x' };
        let new: String = self
            .text
            .get(range.clone())
            .unwrap_or("")
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == ' ' || !c.is_ascii() { c } else { paint })
            .collect();
        let mut painted = self.painted.take().unwrap_or_else(|| self.text.to_owned());
        painted.replace_range(range.clone(), &new);
        self.painted = Some(painted);
        self.causes.insert(range.start, (range.end, cause));
        true
    }

    /// Takes one from the readings that are left; false when there is none.
    pub(super) fn again(&mut self) -> bool {
        self.readings = self.readings.saturating_sub(1);
        self.readings > 0
    }

    fn find(&self, stop: &Stop) -> Option<(Range<usize>, Cause)> {
        let text = self.painted();
        let tail = text.get(stop.at..)?;
        let word = |start| token::word(text, start, stop.is_flow);
        let is_same_line = |start| text.get(start..stop.at).is_some_and(|t| !t.contains('\n'));
        match &stop.kind {
            ErrorKind::MissingAnchorOrAliasName | ErrorKind::SimpleKeyExpected
                if tail.starts_with('*') =>
            {
                return Some((word(stop.at), Cause::Glob));
            }
            ErrorKind::MissingAnchorOrAliasName
            | ErrorKind::UnexpectedCharacter { character: '@' | '`' | '%' } => {
                return Some((word(stop.at), Cause::Reserved));
            }
            kind if fault::is_tag(kind) && tail.starts_with('!') => {
                return Some((word(stop.at), Cause::Tag));
            }
            kind if is_tab(kind) => {
                let cause = if stop.is_flow { Cause::FlowTab } else { Cause::Tab };
                return Some((tabs(text, stop.at)?, cause));
            }
            _ => {}
        }
        // Behind quotes that stay open, nothing is what it looks like.
        if cause::unclosed_quotes(text, stop).is_some() {
            return None;
        }
        if let Some(start) = token::placeholder_before(text, stop.at) {
            return Some((word(start), Cause::Placeholder));
        }
        if token::placeholder(text, stop.at).is_some() {
            let start = stop
                .plain
                .as_ref()
                .filter(|plain| plain.end == stop.at && is_same_line(plain.start))
                .map_or(stop.at, |plain| plain.start);
            return Some((word(start), Cause::Placeholder));
        }
        let alias = stop.alias.as_ref()?;
        (alias.end <= stop.at && is_same_line(alias.start))
            .then(|| (word(alias.start), Cause::Glob))
    }

    /// The finding for each painted value; `scalars` says how far the values reached in the end.
    pub(super) fn report(
        &self,
        file: FileId,
        scalars: &BTreeMap<usize, usize>,
        diagnostics: &mut Diagnostics,
    ) {
        for (&start, &(end, cause)) in &self.causes {
            let end = scalars.get(&start).copied().unwrap_or(end);
            let text = self.text.get(start..end).unwrap_or("");
            let span = Span::new(file, start, end);
            diagnostics.push(match cause {
                Cause::Glob => hazard::unquoted_glob(text, span),
                Cause::Placeholder => hazard::unquoted_placeholder(text, span),
                Cause::Reserved => hazard::reserved(text, span),
                Cause::Tag => hazard::unquoted_tag(text, span),
                Cause::Tab | Cause::FlowTab => hazard::tab_indentation(span),
            });
        }
    }
}

fn is_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::InvalidBlockEntryWhitespace
            | ErrorKind::InvalidMappingValueWhitespace
    )
}

/// The tabs that the scanner means: it may point at them, behind them or at the line before.
fn tabs(text: &str, at: usize) -> Option<Range<usize>> {
    let line = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let mut start = line;
    for line in text.get(line..)?.split_inclusive('\n') {
        let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line.get(..indentation)?.find('\t') {
            return Some(start + tab..start + indentation);
        }
        if start > at && indentation < line.trim_end().len() {
            break;
        }
        start += line.len();
    }
    let before = text.get(line..at)?;
    let tab = before.rfind('\t')?;
    Some(line + tab..line + tab + 1)
}
