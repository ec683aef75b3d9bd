//! One reading of a manifest, through every stage up to a checked manifest; the same for `validate`, start and reload.

use super::{
    files::{Content, Disk, Edited, Files},
    snapshot::{FileSnapshot, Recorder},
    withdraw::withdraw,
};
use crate::{
    check::{Checked, check},
    diagnostic::{Code, Diagnostic, Diagnostics, Omitted},
    document::{self, Node},
    manifest::{
        Folders, Include, Manifest, add_guardrails, add_include, apply_profile, includes, lower,
        profiles,
    },
    source::{MAX_BYTES, Source, Sources, Span},
};
use std::{
    collections::HashSet,
    mem,
    path::{Path, PathBuf},
};

/// More files than this make no manifest.
const MAX_FILES: usize = 1000;

/// A manifest with each of its profiles comes to at most so many bytes.
const MAX_PROFILE_BYTES: usize = 4 * MAX_BYTES;
/// However large the manifest is, so many profiles are read.
const LEAST_PROFILES: usize = 4;

/// What is read beside the manifest's own file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// The profile to put over the manifest.
    pub profile: Option<String>,
    /// A file with guardrails for it.
    pub guardrails: Option<PathBuf>,
}

/// What one reading came to.
#[derive(Debug)]
pub struct Loaded {
    /// What was read of the manifest's own file.
    pub content: Content,
    /// All that was read, as it was read; an edit is what differs from it.
    pub snapshot: FileSnapshot,
    /// The files: the manifest's own, its includes in the order in which they are named, its guardrails.
    pub sources: Sources,
    /// The paths and globs under `include`, each from the folder of its file.
    pub includes: Vec<PathBuf>,
    /// The profiles that the manifest declares.
    pub profiles: Vec<String>,
    /// What the stages found: the worst of it, if it is very much.
    pub diagnostics: Vec<Diagnostic>,
    /// How many findings there are beside them.
    pub omitted: Omitted,
    /// One tree from all files, with the profile over it, where they could be parsed.
    pub document: Option<Node>,
    /// The manifest, if nothing that was found is an error.
    pub manifest: Option<Checked<Manifest>>,
}

/// Reads a manifest from its file.
pub fn load(path: &Path) -> Loaded {
    load_from(path, &LoadOptions::default(), &Disk)
}

/// Takes what was read from `path` through every stage; includes come from the disk.
pub fn load_content(path: &Path, content: Content) -> Loaded {
    load_from(path, &LoadOptions::default(), &Edited::default().with(path, content))
}

/// Reads a manifest with its includes, guardrails and profile from `files`.
pub fn load_from(path: &Path, options: &LoadOptions, files: &dyn Files) -> Loaded {
    let recorder = Recorder::new(files);
    let (reading, document) = read_all(path, options, &recorder);
    let declared = document.iter().flat_map(profiles).map(str::to_owned).collect();
    let Reading { sources, mut diagnostics, includes, .. } = reading;
    let manifest = document.as_ref().and_then(|document| {
        let folders =
            Folders::of(sources.iter().map(Source::path)).from(std::env::current_dir().ok());
        let manifest = lower(document, folders, &mut diagnostics)?;
        check(manifest, &mut diagnostics)
    });
    let (mut diagnostics, omitted) = diagnostics.into_parts();
    withdraw(&mut diagnostics, &sources);
    let snapshot = recorder.into_snapshot();
    let content = snapshot.read(path);
    Loaded {
        content,
        snapshot,
        sources,
        includes,
        profiles: declared,
        diagnostics,
        omitted,
        document,
        manifest,
    }
}

/// Reads what [`load_from`] would read, and nothing more; true if every include was found and could be parsed.
pub(super) fn gather(
    path: &Path,
    options: &LoadOptions,
    files: &dyn Files,
) -> (FileSnapshot, bool) {
    let recorder = Recorder::new(files);
    let is_whole = read_all(path, options, &recorder).0.is_whole;
    (recorder.into_snapshot(), is_whole)
}

/// Reads every file and makes one tree of them.
fn read_all<'a>(
    path: &Path,
    options: &LoadOptions,
    files: &'a dyn Files,
) -> (Reading<'a>, Option<Node>) {
    let mut reading = Reading {
        files,
        sources: Sources::default(),
        diagnostics: Diagnostics::default(),
        open: Vec::new(),
        seen: HashSet::new(),
        includes: Vec::new(),
        is_full: false,
        is_whole: false,
    };
    let mut document = reading.parse(path, files.read(path), None);
    if let Some(manifest) = &mut document {
        reading.assemble(path, manifest, options);
    }
    (reading, document)
}

/// Reads a manifest as it is and with each of its profiles; findings are those of all readings, each once.
///
/// The manifest is the one without a profile, if no reading found an error.
pub fn load_profiles(path: &Path, options: &LoadOptions, files: &dyn Files) -> Loaded {
    let mut loaded = load_from(path, options, files);
    if options.profile.is_some() {
        return loaded;
    }
    let mut found = Diagnostics::default();
    found.extend(mem::take(&mut loaded.diagnostics));
    found.omit(loaded.omitted);
    let bytes: usize = loaded.sources.iter().map(|source| source.text().len()).sum();
    let most = LEAST_PROFILES.max(MAX_PROFILE_BYTES / bytes.max(1));
    if loaded.profiles.len() > most {
        let place = loaded.document.as_ref().and_then(|document| document.entry("profiles"));
        let message = format!("a manifest of this size has at most {most} profiles");
        found.extend(place.map(|profiles| {
            Diagnostic::new(Code::FileTooLarge, profiles.key, message)
                .help("each of them is read with the whole manifest; remove those that nobody uses")
        }));
    }
    for profile in loaded.profiles.iter().take(most) {
        let options = LoadOptions { profile: Some(profile.clone()), ..options.clone() };
        for mut diagnostic in load_from(path, &options, files).diagnostics {
            let is_known = found.iter().any(|known| {
                known.code == diagnostic.code
                    && known.span == diagnostic.span
                    && known.message.starts_with(&diagnostic.message)
            });
            if !is_known {
                let base = loaded.document.as_ref();
                if let Some(help) = base.and_then(|base| removal(base, &diagnostic)) {
                    // What comes near was not meant.
                    diagnostic.fix = None;
                    diagnostic.help = Some(help);
                }
                let message = &diagnostic.message;
                diagnostic.message = format!("{message} (with the profile `{profile}`)");
                found.push(diagnostic);
            }
        }
    }
    if found.has_errors() {
        loaded.manifest = None;
    }
    (loaded.diagnostics, loaded.omitted) = found.into_parts();
    loaded
}

/// What to do where a name is undefined only with a profile over the manifest: there, the profile removes it.
fn removal(base: &Node, found: &Diagnostic) -> Option<String> {
    let is_undefined = matches!(
        found.code,
        Code::UndefinedCommand
            | Code::UndefinedWindow
            | Code::UndefinedOrigin
            | Code::UndefinedPlugin
            | Code::UndefinedBackend
            | Code::UndefinedGroup
            | Code::UndefinedEvent
            | Code::UndefinedSecret
    );
    let has = |node: &Node| {
        let (whole, place) = (node.span.range(), found.span.range());
        let is_inside = whole.start <= place.start && place.end <= whole.end;
        node.span.file == found.span.file && is_inside
    };
    let (section, entry) = base
        .entries()
        .filter(|(section, _)| is_undefined && *section != "profiles")
        .find_map(|(section, part)| {
            let (name, _) = part.value.entries().find(|(_, entry)| has(&entry.value))?;
            Some((section, name))
        })?;
    Some(format!("the profile removes it: take it out of `{section}.{entry}` there, too"))
}

/// The state of one reading.
struct Reading<'a> {
    files: &'a dyn Files,
    sources: Sources,
    diagnostics: Diagnostics,
    /// The files that are being read, each an include of the one before.
    open: Vec<PathBuf>,
    seen: HashSet<PathBuf>,
    includes: Vec<PathBuf>,
    /// Whether there are more files than are read.
    is_full: bool,
    /// Every include was found and could be parsed.
    is_whole: bool,
}

impl Reading<'_> {
    /// Adds a file to the sources and parses it; what is wrong with it is reported, at `place` if it cannot be read.
    fn parse(&mut self, path: &Path, content: Content, place: Option<Span>) -> Option<Node> {
        match text(content) {
            Err((code @ (Code::NotAFile | Code::UnreadableFile), message, _))
                if let Some(place) = place =>
            {
                self.diagnostics.push(
                    Diagnostic::new(code, place, format!("cannot be included: {message}"))
                        .help("name a file, or a glob such as `permissions/*.yaml`"),
                );
                None
            }
            Ok(text) => {
                let file = self.sources.add(Source::new(path, &text));
                document::read(self.sources.find(file)?, file, &mut self.diagnostics)
            }
            Err((code, message, readable)) => {
                let file = self.sources.add(Source::new(path, &readable));
                let at = readable.len();
                let diagnostic = Diagnostic::new(code, Span::new(file, at, at), message);
                self.diagnostics.push(diagnostic.maybe_help(help(code).map(str::to_owned)));
                None
            }
        }
    }

    /// Adds includes, guardrails and the profile to a manifest's tree.
    fn assemble(&mut self, path: &Path, manifest: &mut Node, options: &LoadOptions) {
        self.open.push(self.files.identity(path));
        self.seen.insert(self.files.identity(path));
        let mut parts = Vec::new();
        for include in includes(manifest) {
            self.include(path, &include, &mut parts);
        }
        self.is_whole = !self.diagnostics.has_errors();
        for part in parts {
            add_include(manifest, part, &mut self.diagnostics);
        }
        if let Some(file) = &options.guardrails
            && let Some(guardrails) = self.parse(file, self.files.read(file), None)
        {
            add_guardrails(manifest, guardrails, &mut self.diagnostics);
        }
        if let Some(profile) = &options.profile {
            // The verbs report a profile that does not exist, before they come here.
            apply_profile(manifest, profile, &mut self.diagnostics);
        }
    }

    /// Reports the first file that is one too many.
    fn too_many(&mut self, span: Span) {
        if mem::replace(&mut self.is_full, true) {
            return;
        }
        let message = format!("the manifest has more than {MAX_FILES} files");
        let help = "put what belongs together into one file";
        self.diagnostics.push(Diagnostic::new(Code::FileTooLarge, span, message).help(help));
    }

    /// Reads the files that an include stands for, and theirs, in the order of their names.
    fn include(&mut self, from: &Path, include: &Include, parts: &mut Vec<Node>) {
        if self.includes.len() >= MAX_FILES {
            self.too_many(include.path.span);
            return;
        }
        let folder = from.parent().unwrap_or(Path::new(""));
        let wanted = &include.path.value;
        let pattern = folder.join(wanted);
        let found = self.files.matches(&pattern);
        self.includes.push(pattern);
        let Ok(found) = found else {
            let message = format!("`{}` leads through too many folders", wanted.escape_debug());
            self.diagnostics.push(
                Diagnostic::new(Code::FileTooLarge, include.path.span, message)
                    .help("name the folder that holds the files, such as `permissions/*.yaml`"),
            );
            return;
        };
        let mut is_told = false;
        if found.is_empty() && !include.is_optional {
            let is_glob = wanted.contains(['*', '?', '[']);
            let shown = wanted.escape_debug();
            let message = if is_glob {
                format!("no file matches `{shown}`")
            } else {
                format!("the file `{shown}` does not exist")
            };
            self.diagnostics.push(
                Diagnostic::new(Code::MissingInclude, include.path.span, message)
                    .help(format!("create it, or write `{{ path: {wanted:?}, optional: true }}`")),
            );
        }
        for path in found {
            let identity = self.files.identity(&path);
            if self.open.contains(&identity) {
                let shown = self.open.first().map_or_else(PathBuf::new, |own| {
                    let folder = own.parent().unwrap_or(Path::new(""));
                    identity.strip_prefix(folder).unwrap_or(&identity).to_owned()
                });
                if mem::replace(&mut is_told, true) {
                    continue;
                }
                let is_own = self.open.last() == Some(&identity);
                let way = if is_own { "" } else { " through this file" };
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::IncludeCycle,
                        include.path.span,
                        format!("`{}` includes itself{way}", shown.display()),
                    )
                    .help("take the file out of its own includes"),
                );
                continue;
            }
            // A file that two includes name is read once.
            if !self.seen.insert(identity.clone()) {
                continue;
            }
            if self.sources.iter().count() >= MAX_FILES {
                self.too_many(include.path.span);
                return;
            }
            if let Some(part) = self.parse(&path, self.files.read(&path), Some(include.path.span)) {
                self.open.push(identity);
                let inner = includes(&part);
                parts.push(part);
                for include in inner {
                    self.include(&path, &include, parts);
                }
                self.open.pop();
            }
        }
    }
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
        Code::MissingFile => {
            "check the path; a relative one begins in the folder that the program was started in"
        }
        Code::NotAFile => "name the manifest itself, usually `gateway.yaml`",
        Code::UnreadableFile => "check who may read the file",
        Code::FileTooLarge => {
            "a manifest this large is usually generated; declare fewer commands in it"
        }
        Code::NotUtf8 => "save the file as UTF-8",
        _ => return None,
    })
}
