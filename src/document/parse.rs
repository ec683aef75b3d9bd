//! The one reading of a manifest's text: what is checked is what is used, and every hazard is found here.

use super::{
    Kind, Node, cause, fault,
    hazard::{self, MAX_DEPTH},
    repair::Repairs,
    token,
    tree::Tree,
};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics},
    source::{FileId, Source, Span},
};
use granit_parser::{ErrorKind, Event, Parser, ScanError};

/// Reads a file into a tree with places; every fault goes to `diagnostics`.
///
/// Where YAML offers a feature that a manifest may not use, the tree leaves that part out or reads it as the
/// user meant it, so that later stages find the faults in the rest. There is no tree if the text is empty or
/// its structure cannot be told.
pub fn parse(source: &Source, file: FileId, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    let mut found = Diagnostics::default();
    let root = read(source, file, &mut found);
    diagnostics.extend(found.into_parts().0);
    root
}

/// The same as [`parse`], for whoever wants to know how many faults there are beside those that are kept.
pub fn read(source: &Source, file: FileId, diagnostics: &mut Diagnostics) -> Option<Node> {
    let text = source.text();
    let mut repairs = Repairs::new(text);
    let (root, found) = loop {
        let mut tree = Tree::new(text, file, &repairs);
        match events(&mut tree, repairs.painted()) {
            Ok(has_more) => {
                let Tree { root, mut diagnostics, repaired, .. } = tree;
                repairs.report(file, &repaired, &mut diagnostics);
                if !has_more && diagnostics.is_empty() {
                    diagnostics.extend(empty(text, file, root.as_ref()));
                }
                let is_sound = |root: &Node| root.kind != Kind::Null && !repairs.has_guess();
                break (root.filter(is_sound), diagnostics);
            }
            Err(error) => {
                let (stop, mut diagnostics, repaired) = tree.stop(&error);
                let is_mended = repairs.mend(&stop);
                if is_mended && repairs.again() {
                    continue;
                }
                let is_deep = stop.kind == ErrorKind::RecursionLimitExceeded
                    && diagnostics.has(Code::TooDeep);
                // After guessed indentation, what the scanner says may be about the guess.
                if !is_mended && !is_deep && !repairs.has_guess() {
                    let found = cause::find(text, file, &stop);
                    diagnostics.push(found.unwrap_or_else(|| fault::report(text, file, &stop)));
                }
                repairs.report(file, &repaired, &mut diagnostics);
                break (None, diagnostics);
            }
        }
    };
    let (mut found, omitted) = found.into_parts();
    for diagnostic in &mut found {
        let range = diagnostic.span.range();
        if range.is_empty() && diagnostic.code != Code::EmptyFile {
            let mark = token::mark_at(text, range.start);
            diagnostic.span = Span::new(file, mark.start, mark.end);
        }
    }
    found.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    found.dedup();
    diagnostics.extend(found);
    diagnostics.omit(omitted);
    root
}

/// Feeds the first document to the tree; true if a second one follows.
fn events(tree: &mut Tree<'_>, text: &str) -> Result<bool, ScanError> {
    let options = granit_parser::options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
        disallow_directives: true,
        // As most readers do; the specification would add a line break that is not in the file.
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: 2 * MAX_DEPTH,
        block_nesting_limit: 2 * MAX_DEPTH,
    };
    let mut documents = 0;
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, mark) = event?;
        if let Event::DocumentStart(..) = event {
            documents += 1;
        }
        let is_second = documents > 1;
        if is_second && tree.second_document(&event, mark) {
            return Ok(true);
        }
        if !is_second {
            tree.event(event, mark);
        }
    }
    Ok(documents > 1)
}

/// The finding for a file without content.
fn empty(text: &str, file: FileId, root: Option<&Node>) -> Option<Diagnostic> {
    let (message, span) = match root {
        Some(Node { kind: Kind::Null, span }) if !span.range().is_empty() => {
            ("the file holds nothing but `null`", *span)
        }
        None | Some(Node { kind: Kind::Null, .. }) if text.trim().is_empty() => {
            ("the file is empty", Span::new(file, 0, 0))
        }
        None | Some(Node { kind: Kind::Null, .. }) => {
            ("the file holds no YAML content", Span::new(file, 0, 0))
        }
        Some(_) => return None,
    };
    Some(hazard::empty(message, span))
}
