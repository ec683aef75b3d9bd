//! Code actions: the fixes that findings bring along, one at a time or all of a file at once.

use super::{publish::Places, session::Session, workspace::Workspace};
use crate::{
    diagnostic::{Diagnostic, Fix},
    reload::Files as _,
    source::{FileId, Source},
};
use lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Range as Area, TextDocumentEdit, TextEdit, Uri,
    WorkspaceEdit,
};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

/// The action that applies every fix of a file.
pub(super) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.portcullis");

/// The fixes of the findings of one file.
pub(super) struct Actions<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) session: Session,
    pub(super) path: &'a Path,
}

impl Actions<'_> {
    /// What can be done about the findings that touch a part of the file.
    pub(super) fn at(&self, area: Area, context: &CodeActionContext) -> Option<Vec<CodeAction>> {
        let analysis = self.workspace.analysis(self.path)?;
        let uri = |path: &Path| self.workspace.uri(path);
        let places = Places::new(analysis, &self.workspace.overlay, self.session, &uri);
        let sources = &analysis.loaded.sources;
        let is_here = |file: FileId| sources.find(file).is_some_and(|it| it.path() == self.path);
        let mut found: Vec<(&Diagnostic, &Fix)> = analysis
            .loaded
            .diagnostics
            .iter()
            .filter(|diagnostic| is_here(diagnostic.span.file))
            .filter_map(|diagnostic| Some((diagnostic, diagnostic.fix.as_ref()?)))
            .collect();
        let mut current = HashMap::new();
        let mut is_current = |file: FileId| {
            *current
                .entry(file)
                .or_insert_with(|| sources.find(file).is_some_and(|source| self.is_current(source)))
        };
        // An edit of a text that is not what it was would hit something else.
        found.retain(|(_, fix)| fix.edits.iter().all(|edit| is_current(edit.span.file)));
        found.sort_by_key(|(diagnostic, _)| (diagnostic.span, diagnostic.code));
        let mut actions = Vec::new();
        if is_wanted(context, &CodeActionKind::QUICKFIX) {
            let touched = found.iter().filter(|(diagnostic, _)| {
                places.area(diagnostic.span).is_some_and(|range| touches(range, area))
            });
            actions.extend(touched.filter_map(|(diagnostic, fix)| {
                Some(CodeAction {
                    title: fix.title.clone(),
                    kind: Some(CodeActionKind::QUICKFIX),
                    diagnostics: Some(vec![places.finding(diagnostic)]),
                    edit: Some(self.edit(&places, &[fix])?),
                    is_preferred: Some(true),
                    ..CodeAction::default()
                })
            }));
        }
        let together = separate(&found);
        if is_wanted(context, &FIX_ALL) && !together.is_empty() {
            actions.push(CodeAction {
                title: "apply every fix of this file".to_owned(),
                kind: Some(FIX_ALL),
                edit: Some(self.edit(&places, &together)?),
                ..CodeAction::default()
            });
        }
        Some(actions)
    }

    /// Whether a file's text is the one that the findings are about.
    fn is_current(&self, source: &Source) -> bool {
        if let Some(text) = self.workspace.overlay.find(source.path()) {
            return text.as_str() == source.text();
        }
        let read = self.workspace.overlay.read(source.path());
        let text = read.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        text.is_some_and(|text| Source::new(source.path(), &text).text() == source.text())
    }

    /// Some fixes as one edit of the client's files.
    fn edit(&self, places: &Places<'_>, fixes: &[&Fix]) -> Option<WorkspaceEdit> {
        let analysis = self.workspace.analysis(self.path)?;
        let mut by_file = BTreeMap::<&Path, Vec<TextEdit>>::new();
        let mut is_windows = HashMap::new();
        for edit in fixes.iter().flat_map(|fix| &fix.edits) {
            let source = analysis.loaded.sources.find(edit.span.file)?;
            let is_windows =
                *is_windows.entry(edit.span.file).or_insert_with(|| source.text().contains("\r\n"));
            let new_text =
                if is_windows { edit.text.replace('\n', "\r\n") } else { edit.text.clone() };
            let edit = TextEdit { range: places.area(edit.span)?, new_text };
            by_file.entry(source.path()).or_default().push(edit);
        }
        if !self.session.takes_versions {
            let changes =
                by_file.into_iter().map(|(path, edits)| Some((self.workspace.uri(path)?, edits)));
            // The key is an address, whose hash does not change.
            #[expect(clippy::mutable_key_type, reason = "the protocol's type has such keys")]
            let changes = changes.collect::<Option<HashMap<Uri, Vec<TextEdit>>>>()?;
            return Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() });
        }
        let edits = by_file.into_iter().map(|(path, edits)| {
            let version = self.workspace.version(path);
            let uri = self.workspace.uri(path)?;
            let text_document = OptionalVersionedTextDocumentIdentifier { uri, version };
            let edits = edits.into_iter().map(OneOf::Left).collect();
            Some(TextDocumentEdit { text_document, edits })
        });
        let edits = DocumentChanges::Edits(edits.collect::<Option<Vec<_>>>()?);
        Some(WorkspaceEdit { document_changes: Some(edits), ..WorkspaceEdit::default() })
    }
}

/// The fixes of which no two touch.
fn separate<'a>(found: &[(&Diagnostic, &'a Fix)]) -> Vec<&'a Fix> {
    let mut taken = BTreeMap::new();
    let mut fixes = Vec::new();
    for (_, fix) in found {
        let is_free = fix.edits.iter().all(|edit| {
            let file = edit.span.file;
            // Those that are taken do not touch each other: the last one that begins before this one's end is the nearest.
            let nearest = taken.range(..=(file, edit.span.end)).next_back();
            nearest.is_none_or(|((other, _), end)| *other != file || *end < edit.span.start)
        });
        if is_free {
            taken.extend(fix.edits.iter().map(|it| ((it.span.file, it.span.start), it.span.end)));
            fixes.push(*fix);
        }
    }
    fixes
}

/// Whether two ranges have a place in common, be it their ends.
fn touches(one: Area, other: Area) -> bool {
    one.start <= other.end && other.start <= one.end
}

/// Whether the client asks for actions of a kind; kinds that begin alike are of one family.
fn is_wanted(context: &CodeActionContext, kind: &CodeActionKind) -> bool {
    let is_of = |family: &CodeActionKind| {
        let rest = kind.as_str().strip_prefix(family.as_str());
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('.') || family.as_str().is_empty()
        })
    };
    context.only.as_ref().is_none_or(|families| families.iter().any(is_of))
}
