//! Requests about a place in a document: each looks at the manifest as it is now, and changes nothing.

use super::{
    analysis::Analysis,
    completion, hover,
    naming::{Declared, Target},
    outline::Part,
    server::{Refusal, read},
    session::Session,
    symbols, uri,
    workspace::Workspace,
};
use crate::source::Source;
use lsp_server::{ErrorCode, Request};
use lsp_types::{
    CompletionItem, CompletionTextEdit, DocumentSymbolParams, DocumentSymbolResponse,
    Documentation, Hover, HoverContents, InsertTextMode, Location, MarkupContent, MarkupKind,
    Position, ReferenceParams, TextDocumentPositionParams, TextEdit,
    request::{
        Completion, DocumentSymbolRequest, GotoDefinition, HoverRequest, References, Request as _,
    },
};
use serde::Serialize;
use serde_json::Value;
use std::{ops::Range, path::PathBuf};

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

    fn location(&self, source: &Source, range: &Range<usize>) -> Option<Location> {
        let area = self.workspace.overlay.area(source, range, self.session.encoding);
        Some(Location::new(self.workspace.uri(source.path())?, area))
    }

    fn here(&self, range: &Range<usize>) -> Option<lsp_types::Range> {
        let text = self.workspace.overlay.find(&self.path)?;
        Some(text.area(range, self.session.encoding))
    }

    fn hover(&self) -> Option<Hover> {
        let analysis = self.analysis()?;
        let (source, outline) = analysis.file(&self.path)?;
        let (index, part) = outline.at(self.offset)?;
        let at = Target { source, outline, index };
        let declared = Declared::of(analysis);
        let value = hover::hover(analysis, &declared, at, part, self.offset)?;
        let entry = outline.entry(index)?;
        let range = match part {
            Part::Key => entry.key.clone()?,
            Part::Scalar => entry.value.clone(),
        };
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
        Some(Hover { contents, range: self.here(&range) })
    }

    fn definition(&self) -> Option<Vec<Location>> {
        let analysis = self.analysis()?;
        let (source, outline) = analysis.file(&self.path)?;
        let (index, part) = outline.at(self.offset)?;
        let at = Target { source, outline, index };
        self.locations(&Declared::of(analysis).subjects(at, part, self.offset))
    }

    /// Where some declarations stand.
    fn locations(&self, targets: &[Target<'_>]) -> Option<Vec<Location>> {
        let location =
            |target: &Target<'_>| self.location(target.source, target.entry()?.key.as_ref()?);
        let found: Vec<Location> = targets.iter().filter_map(location).collect();
        (!found.is_empty()).then_some(found)
    }

    fn references(&self, with_declaration: bool) -> Option<Vec<Location>> {
        let analysis = self.analysis()?;
        let (source, outline) = analysis.file(&self.path)?;
        let (index, part) = outline.at(self.offset)?;
        let declared = Declared::of(analysis);
        let subjects = declared.subjects(Target { source, outline, index }, part, self.offset);
        let uses = declared.uses(analysis, &subjects);
        let mut found = Vec::new();
        if with_declaration {
            found.extend(self.locations(&subjects).into_iter().flatten());
        }
        found.extend(uses.iter().filter_map(|(source, range)| self.location(source, range)));
        Some(found)
    }

    fn completion(&self) -> Option<Vec<CompletionItem>> {
        let analysis = self.analysis()?;
        let (source, outline) = analysis.file(&self.path)?;
        let declared = Declared::of(analysis);
        let takes_snippets = self.session.takes_snippets;
        let offers =
            completion::complete(source.text(), self.offset, outline, &declared, takes_snippets);
        let item = |(number, offer): (usize, completion::Offer)| {
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

    fn symbols(&self) -> Option<DocumentSymbolResponse> {
        let (_, outline) = self.analysis()?.file(&self.path)?;
        let text = self.workspace.overlay.find(&self.path)?;
        let area = |range: &Range<usize>| text.area(range, self.session.encoding);
        Some(DocumentSymbolResponse::Nested(symbols::symbols(outline, &area)))
    }
}
