//! One reading of a manifest, through every stage up to a checked manifest; the same for `validate`, start and reload.

use crate::{
    check::{Checked, check},
    diagnostic::{Code, Diagnostic},
    document,
    manifest::{Manifest, lower},
    source::{MAX_BYTES, Source, Sources, Span},
};
use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

/// What reading a manifest's file gave: its bytes, or the fault as a code and a message.
pub type Content = Result<Vec<u8>, (Code, String)>;

/// What one reading came to.
#[derive(Debug)]
pub struct Loaded {
    /// What was read; an edit is what differs from it.
    pub content: Content,
    /// The files.
    pub sources: Sources,
    /// Everything that any stage found.
    pub diagnostics: Vec<Diagnostic>,
    /// The manifest, if nothing that was found is an error.
    pub manifest: Option<Checked<Manifest>>,
}

/// Reads a file, at most one byte more than a manifest may have.
pub fn read(path: &Path) -> Content {
    let fault = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => (Code::MissingFile, "the file does not exist".to_owned()),
        io::ErrorKind::IsADirectory => (Code::NotAFile, "this is a folder, not a file".to_owned()),
        io::ErrorKind::PermissionDenied => {
            (Code::UnreadableFile, "the file may not be read by this user".to_owned())
        }
        _ => (Code::UnreadableFile, format!("the file cannot be read: {error}")),
    };
    // A pipe or a device could block for ever or never end; only regular files are opened.
    let kind = std::fs::metadata(path).map_err(|error| fault(&error))?;
    if !kind.is_file() {
        let what = if kind.is_dir() { "a folder" } else { "a device or a pipe" };
        return Err((Code::NotAFile, format!("this is {what}, not a file")));
    }
    let limit = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| fault(&error))?;
    file.take(limit).read_to_end(&mut bytes).map_err(|error| fault(&error))?;
    Ok(bytes)
}

/// Reads a manifest from its file.
pub fn load(path: &Path) -> Loaded {
    load_content(path, read(path))
}

/// Takes what was read from `path` through every stage.
pub fn load_content(path: &Path, content: Content) -> Loaded {
    let mut sources = Sources::default();
    let mut diagnostics = Vec::new();
    let manifest = match text(content.clone()) {
        Ok(text) => {
            let file = sources.add(Source::new(path, &text));
            stages(&sources, file, path, &mut diagnostics)
        }
        Err((code, message, readable)) => {
            let file = sources.add(Source::new(path, &readable));
            let at = readable.len();
            let diagnostic = Diagnostic::new(code, Span::new(file, at, at), message);
            diagnostics.push(diagnostic.maybe_help(help(code).map(str::to_owned)));
            None
        }
    };
    Loaded { content, sources, diagnostics, manifest }
}

fn stages(
    sources: &Sources,
    file: crate::source::FileId,
    path: &Path,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Checked<Manifest>> {
    let document = document::parse(sources.find(file)?, file, diagnostics)?;
    let root = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let manifest = lower(&document, root.unwrap_or(Path::new(".")), diagnostics)?;
    check(manifest, diagnostics)
}

/// Size and encoding; the error has the text before the fault, to point at its place.
fn text(content: Content) -> Result<String, (Code, String, String)> {
    let bytes = content.map_err(|(code, message)| (code, message, String::new()))?;
    if bytes.len() > MAX_BYTES {
        let message = "the file is larger than 1 MiB".to_owned();
        return Err((Code::FileTooLarge, message, String::new()));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..valid).unwrap_or_default();
        let message = format!("the file is not UTF-8: byte {valid} begins no character");
        (Code::NotUtf8, message, String::from_utf8_lossy(before).into_owned())
    })
}

fn help(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::MissingFile => "name the manifest with `-m FILE`, or start in a folder below it",
        Code::NotAFile => "name the manifest itself, usually `gateway.yaml`",
        Code::UnreadableFile => "check who may read the file",
        Code::FileTooLarge => {
            "a manifest this large is usually generated; declare fewer commands in it"
        }
        Code::NotUtf8 => "save the file as UTF-8",
        _ => return None,
    })
}
