//! `fmt`: manifests in canonical layout, written in place, checked, or shown as a difference.

use super::{Exit, FileArg, complain, complain_about, complain_rendered, locate, print, style};
use crate::{
    diagnostic::{Code, Format, json_text, render},
    edit::{FormatError, format, replace_file, unified_diff},
    reload::{load_content, read},
    source::{MAX_BYTES, Source, Sources},
};
use serde_json::{Value, json};
use std::{
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

const MARK: char = '\u{feff}';

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The manifests; `-` is standard input, whose layout goes to standard output; without any the nearest
    /// `gateway.yaml` upward.
    files: Vec<PathBuf>,
    #[command(flatten)]
    file: FileArg,
    /// Write nothing, and fail if a file is not in canonical layout.
    #[arg(long)]
    check: bool,
    /// Write nothing, and print what would change.
    #[arg(long)]
    diff: bool,
}

impl Args {
    fn writes(&self) -> bool {
        !self.check && !self.diff
    }
}

pub(super) fn fmt(args: &Args, output: Format) -> Exit {
    let files = match locate::files(&args.files, &args.file) {
        Ok(files) => files,
        Err(exit) => return exit,
    };
    let mut report = Report::default();
    for file in &files {
        report.add(file, args, output);
    }
    report.print(args, output);
    match report.worst {
        Exit::Yes if args.check && report.changed > 0 => Exit::No,
        worst => worst,
    }
}

/// What several files came to.
struct Report {
    /// The worst that came in the way.
    worst: Exit,
    changed: usize,
    unchanged: usize,
    json: Vec<Value>,
}

impl Default for Report {
    fn default() -> Self {
        Self { worst: Exit::Yes, changed: 0, unchanged: 0, json: Vec::new() }
    }
}

impl Report {
    fn add(&mut self, file: &Path, args: &Args, output: Format) {
        let is_stdin = file.as_os_str() == "-";
        let (name, content) =
            if is_stdin { (Path::new("<stdin>"), stdin()) } else { (file, read(file)) };
        let could_not_read = content.is_err();
        let bytes = content.as_deref().unwrap_or_default();
        let text = std::str::from_utf8(bytes).ok().filter(|_| bytes.len() <= MAX_BYTES);
        let Some(text) = text.filter(|_| !could_not_read) else {
            complain_about(&load_content(name, content), output);
            return self.fail(if could_not_read { Exit::CouldNotRun } else { Exit::No });
        };
        let source = Source::new(name, text);
        let mut sources = Sources::default();
        let id = sources.add(source.clone());
        let formatted = match format(&source, id) {
            Ok(formatted) => formatted,
            Err(FormatError::Faults(faults)) => {
                complain_rendered(&render(&faults, &sources, output, style(&io::stderr())));
                return self.fail(Exit::No);
            }
            Err(error @ FormatError::Unfaithful) => {
                complain(&format!("error: {}: {error}", name.display()));
                return self.fail(Exit::CouldNotRun);
            }
        };
        let is_changed = formatted != source.text();
        if is_stdin && args.writes() {
            let mark = if text.starts_with(MARK) { "\u{feff}" } else { "" };
            let _ = write!(io::stdout().lock(), "{mark}{formatted}");
            return;
        }
        if is_changed
            && args.writes()
            && let Err(error) = replace_file(file, source.text(), &formatted)
        {
            complain(&format!("error: {}: {error}", name.display()));
            return self.fail(Exit::CouldNotRun);
        }
        self.note(name, &source, &formatted, args, output);
    }

    fn note(&mut self, name: &Path, source: &Source, formatted: &str, args: &Args, output: Format) {
        let is_changed = formatted != source.text();
        *(if is_changed { &mut self.changed } else { &mut self.unchanged }) += 1;
        let diff = args.diff.then(|| unified_diff(name, source.text(), formatted));
        if output == Format::Json {
            let mut file = json!({ "file": name, "changed": is_changed });
            if let (Some(members), Some(diff)) = (file.as_object_mut(), diff) {
                members.insert("diff".into(), diff.into());
            }
            self.json.push(file);
        } else if let Some(diff) = diff.filter(|diff| !diff.is_empty()) {
            print(&diff);
        } else if is_changed && !args.diff {
            let verb = if args.check { "would format" } else { "formatted" };
            print(&format!("{verb} {}", name.display()));
        }
    }

    fn fail(&mut self, exit: Exit) {
        if self.worst != Exit::CouldNotRun {
            self.worst = exit;
        }
    }

    fn print(&self, args: &Args, output: Format) {
        if output == Format::Json {
            if !self.json.is_empty() {
                print(&json_text(&json!({ "version": 1, "files": self.json })));
            }
        } else if self.changed == 0 && self.unchanged > 0 && !args.diff {
            let files = if self.unchanged == 1 { "file is" } else { "files are" };
            print(&format!("{} {files} in canonical layout", self.unchanged));
        }
    }
}

/// Standard input, at most one byte more than a manifest may have.
fn stdin() -> Result<Vec<u8>, (Code, String)> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
    let fault = |error| (Code::UnreadableFile, format!("standard input cannot be read: {error}"));
    read.map(|_| bytes).map_err(fault)
}
