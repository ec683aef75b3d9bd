//! Any bytes as a manifest, through every stage: what must hold of the answer whatever the question.
//!
//! The fuzzer asks with bytes of its own, `cargo test` with every manifest of the repository and with edits of them.
//!
//! A NUL separates files: the manifest, then `a.yaml`, `b.yaml` and `c.yaml`, which its `include` may name.

use portcullis::{
    diagnostic::{Code, Fix, Format, Report, Style, apply, has_errors},
    document::{self, Node},
    edit::{FormatError, format},
    policy::compile,
    reload::{Content, Files, Found, LoadOptions, Loaded, load_from, load_profiles},
    source::{Source, Sources, Span},
};
use std::path::{Path, PathBuf};

const NAMES: [&str; 4] = ["gateway.yaml", "a.yaml", "b.yaml", "c.yaml"];

/// The files of one input; no disk is touched.
struct Parts<'a>(Vec<&'a [u8]>);

impl Parts<'_> {
    fn named(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        NAMES.into_iter().zip(self.0.iter().copied())
    }
}

impl Files for Parts<'_> {
    fn read(&self, path: &Path) -> Content {
        let found = self.named().find(|(name, _)| path.ends_with(name));
        found
            .map(|(_, text)| text.to_vec())
            .ok_or((Code::MissingFile, "the file does not exist".to_owned()))
    }

    fn matches(&self, pattern: &Path) -> Found {
        let is_glob = pattern.to_string_lossy().contains('*');
        let is_meant = |name: &str| pattern.ends_with(name) || is_glob && name != NAMES[0];
        let found = self.named().filter(|(name, _)| is_meant(name));
        Ok(found.map(|(name, _)| PathBuf::from(name)).collect())
    }

    fn identity(&self, path: &Path) -> PathBuf {
        path.file_name().map(PathBuf::from).unwrap_or_default()
    }
}

/// Panics if something does not hold.
pub(crate) fn hold(bytes: &[u8]) {
    let files = Parts(bytes.split(|byte| *byte == 0).take(NAMES.len()).collect());
    let path = Path::new(NAMES[0]);
    let loaded = load_from(path, &LoadOptions::default(), &files);
    verdict(&loaded);
    places(&loaded);
    rendered(&loaded);
    if let Some(manifest) = &loaded.manifest {
        compile(manifest, &loaded.sources, 1);
    }
    if !loaded.profiles.is_empty() && loaded.profiles.len() < 4 {
        let all = load_profiles(path, &LoadOptions::default(), &files);
        verdict(&all);
        places(&all);
    }
    if let Some(source) = loaded.sources.iter().next() {
        layout(source);
        fixes(&loaded, source, &files);
    }
}

/// A manifest, or an error: exactly one of the two.
fn verdict(loaded: &Loaded) {
    let is_refused = has_errors(&loaded.diagnostics) || loaded.omitted.errors > 0;
    assert_ne!(loaded.manifest.is_some(), is_refused, "{:?}", loaded.diagnostics);
    assert!(loaded.manifest.is_none() || loaded.document.is_some());
}

/// Every place is inside its file, and no part of a character.
fn places(loaded: &Loaded) {
    let inside = |span: Span| {
        let text = loaded.sources.find(span.file).map(Source::text);
        assert!(text.is_some_and(|text| text.get(span.range()).is_some()), "{span:?}");
    };
    for found in &loaded.diagnostics {
        inside(found.span);
        found.related.iter().for_each(|(span, _)| inside(*span));
        found.fix.iter().flat_map(|fix| &fix.edits).for_each(|edit| inside(edit.span));
        assert!(!found.message.is_empty() && !found.message.ends_with('.'), "{}", found.message);
    }
}

/// Every format says every finding, and nothing that steers a terminal.
fn rendered(loaded: &Loaded) {
    let mut report = Report::of(&loaded.diagnostics, &loaded.sources);
    report.omit(loaded.omitted);
    for format in Format::ALL {
        let text = report.render(format, Style::default());
        for found in &loaded.diagnostics {
            assert!(text.contains(found.code.as_str()), "{format:?}: {}\n{text}", found.code);
        }
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{format:?}: {text:?}");
    }
    let is_refused = loaded.manifest.is_none();
    assert_eq!(report.is_refused(), is_refused, "{}", report.summary_line());
}

fn parsed(text: &str) -> Option<Node> {
    let source = Source::new(NAMES[0], text);
    let file = Sources::default().add(source.clone());
    let mut found = Vec::new();
    document::parse(&source, file, &mut found).filter(|_| found.is_empty())
}

fn laid_out(text: &str) -> Result<String, FormatError> {
    let source = Source::new(NAMES[0], text);
    let file = Sources::default().add(source.clone());
    format(&source, file)
}

/// What can be formatted says the same afterwards, and formatting it once more changes nothing.
fn layout(source: &Source) {
    match laid_out(source.text()) {
        Ok(text) => {
            let (before, after) = (parsed(source.text()), parsed(&text));
            let json = |node: &Node| node.to_json().to_string();
            assert_eq!(before.as_ref().map(json), after.as_ref().map(json));
            assert_eq!(laid_out(&text).ok().as_ref(), Some(&text));
        }
        Err(FormatError::Faults(found)) => {
            assert!(!found.is_empty() || parsed(source.text()).is_none());
        }
        Err(FormatError::Unfaithful) => {}
    }
}

/// A fix leaves a file that can still be read, if it could be before, and mends what it says.
fn fixes(loaded: &Loaded, source: &Source, files: &Parts<'_>) {
    let own = loaded.sources.iter().next().map(Source::path);
    let is_own = |span: Span| loaded.sources.find(span.file).map(Source::path) == own;
    let fixable = loaded.diagnostics.iter().filter_map(|found| Some((found, found.fix.as_ref()?)));
    let is_here = |fix: &Fix| fix.edits.iter().all(|edit| is_own(edit.span));
    for (found, fix) in fixable.filter(|(_, fix)| is_here(fix)).take(3) {
        let mut edits: Vec<_> = fix.edits.iter().collect();
        edits.sort_by_key(|edit| edit.span);
        assert!(edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{fix:?}");
        let text = apply(source.text(), &fix.edits);
        let mut parts = files.0.clone();
        parts[0] = text.as_bytes();
        let after = load_from(Path::new(NAMES[0]), &LoadOptions::default(), &Parts(parts));
        verdict(&after);
        assert!(loaded.document.is_none() || after.document.is_some(), "{found:?}\n{text}");
    }
}
