//! What client and server agreed on when the session began.

use super::{actions::FIX_ALL, text::Encoding};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions,
    HoverProviderCapability, InitializeResult, OneOf, SaveOptions, ServerCapabilities, ServerInfo,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions,
};
use serde_json::Value;

/// What the client can show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Session {
    pub(super) encoding: Encoding,
    /// Places that take part in a finding.
    pub(super) shows_related: bool,
    /// Completions with places to fill in.
    pub(super) takes_snippets: bool,
    /// Edits that are for one version of a document.
    pub(super) takes_versions: bool,
}

impl Session {
    /// Reads what it needs of `initialize` and nothing else: clients put into it what no version of the protocol knows.
    pub(super) fn new(params: &Value) -> Self {
        let has =
            |pointer: &str| params.pointer(pointer).is_some_and(|it| *it == Value::Bool(true));
        let offered = params.pointer("/capabilities/general/positionEncodings");
        let offered: Vec<&str> = offered
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let document = "/capabilities/textDocument";
        Self {
            encoding: Encoding::negotiate(&offered),
            shows_related: has(&format!("{document}/publishDiagnostics/relatedInformation")),
            takes_snippets: has(&format!("{document}/completion/completionItem/snippetSupport")),
            takes_versions: has("/capabilities/workspace/workspaceEdit/documentChanges"),
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
        let triggers = ["{", "[", " ", "\"", ":", "|", "@"].map(str::to_owned);
        let capabilities = ServerCapabilities {
            position_encoding: Some(self.encoding.kind()),
            text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            definition_provider: Some(OneOf::Left(true)),
            references_provider: Some(OneOf::Left(true)),
            document_symbol_provider: Some(OneOf::Left(true)),
            document_formatting_provider: Some(OneOf::Left(true)),
            code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, FIX_ALL]),
                ..CodeActionOptions::default()
            })),
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
