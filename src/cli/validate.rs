//! `validate`: every fault of every file, and a verdict.

use super::{Exit, ManifestArg, locate::locate, print, style};
use crate::{
    diagnostic::{Format, has_errors, json_text, render, summary_line, to_json},
    reload::load,
    source::Sources,
};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The manifests; without any the nearest `gateway.yaml` upward.
    files: Vec<PathBuf>,
    #[command(flatten)]
    manifest: ManifestArg,
    /// Fail on warnings too.
    #[arg(long)]
    deny_warnings: bool,
}

pub(super) fn validate(args: &Args, format: Format) -> Exit {
    let mut files = args.files.clone();
    files.extend(args.manifest.manifest.clone());
    if files.is_empty() {
        match locate(&args.manifest) {
            Ok(file) => files.push(file),
            Err(exit) => return exit,
        }
    }
    let mut report = Report::default();
    for file in &files {
        report.add(&load(file), format);
    }
    report.print(format, files.len());
    let is_refused = report.has_errors || (args.deny_warnings && report.has_findings);
    if is_refused { Exit::No } else { Exit::Yes }
}

/// What several manifests came to, each with sources of its own.
#[derive(Default)]
struct Report {
    text: String,
    diagnostics: Vec<crate::diagnostic::Diagnostic>,
    json_files: Vec<serde_json::Value>,
    json_diagnostics: Vec<serde_json::Value>,
    has_errors: bool,
    has_findings: bool,
}

impl Report {
    fn add(&mut self, loaded: &crate::reload::Loaded, format: Format) {
        let (diagnostics, sources): (_, &Sources) = (&loaded.diagnostics, &loaded.sources);
        self.has_errors |= has_errors(diagnostics);
        self.has_findings |= !diagnostics.is_empty();
        if format == Format::Json {
            let mut json = to_json(diagnostics, sources);
            let mut take =
                |key: &str| json.get_mut(key).and_then(|v| v.as_array_mut()).map(std::mem::take);
            self.json_files.extend(take("files").into_iter().flatten());
            self.json_diagnostics.extend(take("diagnostics").into_iter().flatten());
        } else {
            self.text.push_str(&render(diagnostics, sources, format, style(&std::io::stdout())));
            self.diagnostics.extend(diagnostics.iter().cloned());
        }
    }

    fn print(&self, format: Format, files: usize) {
        if format == Format::Json {
            let report = serde_json::json!({
                "version": 1,
                "files": self.json_files,
                "diagnostics": self.json_diagnostics,
            });
            print(&json_text(&report));
            return;
        }
        if !self.text.is_empty() {
            print(&self.text);
        }
        if !self.text.is_empty() && format == Format::Human {
            // Snippets stand apart from the verdict.
            print("");
        }
        print(&summary_line(&self.diagnostics, files));
    }
}
