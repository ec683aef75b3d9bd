//! Requests about a place in a document: each looks at the manifest as it is now, and changes nothing.

use super::{
    actions::Actions,
    analysis::Analysis,
    completion::{Offer, Typing},
    declared::{Declared, Named, Target},
    formatting::format,
    hover,
    outline::Part,
    publish::Places,
    server::{Refusal, read},
    session::Session,
    symbols, uri,
    workspace::Workspace,
};
use lsp_server::{ErrorCode, Request};
use lsp_types::{
    CodeAction, CodeActionParams, CompletionItem, CompletionTextEdit, DocumentFormattingParams,
    DocumentSymbolParams, DocumentSymbolResponse, Documentation, Hover, HoverContents,
    InsertTextMode, Location, MarkupContent, MarkupKind, Position, ReferenceParams,
    TextDocumentPositionParams, TextEdit,
    request::{
        CodeActionRequest, Completion, DocumentSymbolRequest, Formatting, GotoDefinition,
        HoverRequest, References, Request as _,
    },
};
use serde::Serialize;
use serde_json::Value;
use std::{
    ops::Range,
    path::{Path, PathBuf},
};

/// What a request is answered with; `null` where there is nothing to say.
pub(super) fn answer(
    workspace: &mut Workspace,
    session: Session,
    request: Request,
) -> Result<Value, Refusal> {
    let Request { method, params, .. } = request;
    Ok(match method.as_str() {
        HoverRequest::METHOD => {
            json(Asked::at(workspace, session, &read(params)?).and_then(|asked| asked.hover()))
        }
        GotoDefinition::METHOD => {
            json(Asked::at(workspace, session, &read(params)?).and_then(|asked| asked.definition()))
        }
        Completion::METHOD => {
            json(Asked::at(workspace, session, &read(params)?).and_then(|asked| asked.completion()))
        }
        References::METHOD => {
            let params: ReferenceParams = read(params)?;
            let with_declaration = params.context.include_declaration;
            let asked = Asked::at(workspace, session, &params.text_document_position);
            json(asked.and_then(|asked| asked.references(with_declaration)))
        }
        DocumentSymbolRequest::METHOD => {
            let params: DocumentSymbolParams = read(params)?;
            let start = TextDocumentPositionParams::new(params.text_document, Position::default());
            json(Asked::at(workspace, session, &start).and_then(|asked| asked.symbols()))
        }
        CodeActionRequest::METHOD => {
            let params: CodeActionParams = read(params)?;
            let start = TextDocumentPositionParams::new(params.text_document, params.range.start);
            let asked = Asked::at(workspace, session, &start);
            let actions = |asked: &Asked<'_>| -> Option<Vec<CodeAction>> {
                let Asked { workspace, path, .. } = asked;
                Actions { workspace, session, path }.at(params.range, &params.context)
            };
            json(asked.as_ref().and_then(actions))
        }
        Formatting::METHOD => {
            let params: DocumentFormattingParams = read(params)?;
            let start = TextDocumentPositionParams::new(params.text_document, Position::default());
            json(Asked::at(workspace, session, &start).and_then(|asked| asked.formatting()))
        }
        _ => {
            let message = format!("`{method}` is not something this server does");
            return Err(Refusal(ErrorCode::MethodNotFound, message));
        }
    })
}

/// An answer as JSON; what has no JSON is no answer.
pub(super) fn json(answer: impl Serialize) -> Value {
    serde_json::to_value(answer).unwrap_or_default()
}

/// A place that a request is about.
struct Asked<'a> {
    workspace: &'a Workspace,
    session: Session,
    path: PathBuf,
    offset: usize,
}

impl<'a> Asked<'a> {
    fn at(
        workspace: &'a mut Workspace,
        session: Session,
        place: &TextDocumentPositionParams,
    ) -> Option<Self> {
        let path = uri::path(&place.text_document.uri);
        workspace.bring_up_to_date(&path);
        let offset = workspace.overlay.find(&path)?.offset(place.position, session.encoding);
        Some(Self { workspace, session, path, offset })
    }

    fn analysis(&self) -> Option<&'a Analysis> {
        self.workspace.analysis(&self.path)
    }

    fn here(&self, range: &Range<usize>) -> Option<lsp_types::Range> {
        let text = self.workspace.overlay.find(&self.path)?;
        Some(text.area(range, self.session.encoding))
    }

    /// The entry under the cursor.
    fn entry(&self) -> Option<(&'a Analysis, Target<'a>, Part)> {
        let analysis = self.analysis()?;
        let (source, outline) = analysis.file(&self.path)?;
        let (index, part) = outline.at(self.offset)?;
        Some((analysis, Target { source, outline, index }, part))
    }

    fn hover(&self) -> Option<Hover> {
        let (analysis, at, part) = self.entry()?;
        let declared = Declared::of(analysis);
        let subjects = declared.subjects(at, part, self.offset);
        let value = hover::hover(analysis, &declared, at, &subjects, part)?;
        let entry = at.entry()?;
        let range = match part {
            Part::Key => entry.key.clone()?,
            Part::Scalar => entry.value.clone(),
        };
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
        Some(Hover { contents, range: self.here(&range) })
    }

    fn definition(&self) -> Option<Vec<Location>> {
        let (analysis, at, part) = self.entry()?;
        let found =
            self.declarations(analysis, &Declared::of(analysis).subjects(at, part, self.offset));
        (!found.is_empty()).then_some(found)
    }

    /// Places of some files as the client knows them.
    fn locations<'b>(
        &self,
        analysis: &Analysis,
        places: impl Iterator<Item = (&'b Path, Range<usize>)>,
    ) -> Vec<Location> {
        let uri = |path: &Path| self.workspace.uri(path);
        let known = Places::new(analysis, &self.workspace.overlay, self.session, &uri);
        let mut found: Vec<Location> = Vec::new();
        for location in places.filter_map(|(path, range)| known.place(path, &range)) {
            // Two names may be declared by one entry.
            if found.last() != Some(&location) {
                found.push(location);
            }
        }
        found
    }

    /// Where some names are declared.
    fn declarations(&self, analysis: &Analysis, names: &[Named<'a>]) -> Vec<Location> {
        let place = |named: &Named<'a>| {
            let at = named.at?;
            Some((at.source.path(), at.entry()?.key.clone()?))
        };
        self.locations(analysis, names.iter().filter_map(place))
    }

    fn references(&self, with_declaration: bool) -> Option<Vec<Location>> {
        let (analysis, at, part) = self.entry()?;
        let declared = Declared::of(analysis);
        let subjects = declared.subjects(at, part, self.offset);
        let mut found =
            if with_declaration { self.declarations(analysis, &subjects) } else { Vec::new() };
        let uses = declared.uses(analysis, &subjects).into_iter();
        found.extend(self.locations(analysis, uses.map(|(source, range)| (source.path(), range))));
        Some(found)
    }

    fn completion(&self) -> Option<Vec<CompletionItem>> {
        let analysis = self.analysis()?;
        let (source, outline) = analysis.file(&self.path)?;
        let declared = Declared::of(analysis);
        let at = Target { source, outline, index: 0 };
        let is_include = analysis.is_include(&self.path);
        let takes_snippets = self.session.takes_snippets;
        let offers = Typing::new(at, self.offset, &declared, is_include, takes_snippets).complete();
        let item = |(number, offer): (usize, Offer)| {
            let new_text = offer.text;
            let edit = TextEdit { range: self.here(&offer.range)?, new_text };
            let about = offer.about.map(|value| {
                Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })
            });
            Some(CompletionItem {
                label: offer.label.clone(),
                kind: Some(offer.kind),
                documentation: about,
                // In the order of the schema and of the file, not of the alphabet.
                sort_text: Some(format!("{number:05}")),
                filter_text: Some(offer.label),
                insert_text_format: Some(offer.format),
                insert_text_mode: Some(InsertTextMode::ADJUST_INDENTATION),
                text_edit: Some(CompletionTextEdit::Edit(edit)),
                ..CompletionItem::default()
            })
        };
        Some(offers.into_iter().enumerate().filter_map(item).collect())
    }

    fn formatting(&self) -> Option<Vec<TextEdit>> {
        self.analysis()?;
        format(&self.path, self.workspace.overlay.find(&self.path)?, self.session)
    }

    fn symbols(&self) -> Option<DocumentSymbolResponse> {
        let (_, outline) = self.analysis()?.file(&self.path)?;
        let text = self.workspace.overlay.find(&self.path)?;
        let area = |range: &Range<usize>| text.area(range, self.session.encoding);
        Some(DocumentSymbolResponse::Nested(symbols::symbols(outline, &area)))
    }
}
