//! What client and server agreed on when the session began.

use super::text::Encoding;
use lsp_types::{
    CompletionOptions, HoverProviderCapability, InitializeParams, InitializeResult, OneOf,
    SaveOptions, ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
};

/// What the client can show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Session {
    pub(super) encoding: Encoding,
    /// Places that take part in a finding.
    pub(super) shows_related: bool,
    /// Completions with places to fill in.
    pub(super) takes_snippets: bool,
}

impl Session {
    pub(super) fn new(params: &InitializeParams) -> Self {
        let general = params.capabilities.general.as_ref();
        let offered = general.and_then(|general| general.position_encodings.as_deref());
        let document = params.capabilities.text_document.as_ref();
        let findings = document.and_then(|document| document.publish_diagnostics.as_ref());
        let items =
            document.and_then(|document| document.completion.as_ref()?.completion_item.as_ref());
        Self {
            encoding: Encoding::negotiate(offered.unwrap_or_default()),
            shows_related: findings.and_then(|it| it.related_information).unwrap_or_default(),
            takes_snippets: items.and_then(|it| it.snippet_support).unwrap_or_default(),
        }
    }

    /// What the server can do.
    pub(super) fn result(self) -> InitializeResult {
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions::default())),
            ..TextDocumentSyncOptions::default()
        };
        let triggers = ["{", "[", " ", "\"", ":", "|"].map(str::to_owned);
        let capabilities = ServerCapabilities {
            position_encoding: Some(self.encoding.kind()),
            text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            definition_provider: Some(OneOf::Left(true)),
            references_provider: Some(OneOf::Left(true)),
            document_symbol_provider: Some(OneOf::Left(true)),
            completion_provider: Some(CompletionOptions {
                trigger_characters: Some(triggers.to_vec()),
                ..CompletionOptions::default()
            }),
            ..ServerCapabilities::default()
        };
        InitializeResult {
            capabilities,
            server_info: Some(ServerInfo {
                name: "portcullis".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        }
    }
}
