//! The open documents, the manifests that they belong to, and what is not up to date with them.

use super::{
    analysis::{Analyse, Analysis},
    log,
    overlay::Overlay,
    publish::Places,
    session::Session,
    text::Text,
    uri,
};
use lsp_types::{
    Diagnostic as Finding, DidChangeTextDocumentParams, DidOpenTextDocumentParams,
    PublishDiagnosticsParams, Uri,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

const FILE_NAME: &str = "gateway.yaml";

/// How the client knows an open document.
#[derive(Debug)]
struct Open {
    uri: Uri,
    version: i32,
}

/// Everything that is open.
#[derive(Debug)]
pub(super) struct Workspace {
    analyse: Analyse,
    pub(super) overlay: Overlay,
    open: BTreeMap<PathBuf, Open>,
    /// Manifests by their path, of which a part is open.
    analyses: BTreeMap<PathBuf, Analysis>,
    /// Manifests whose files were edited since they were analysed.
    stale: BTreeSet<PathBuf>,
    /// Files whose findings the client does not know yet.
    unpublished: BTreeSet<PathBuf>,
    /// What the client was told of files, if it is not that all is well.
    known: BTreeMap<PathBuf, Vec<Finding>>,
}

impl Workspace {
    pub(super) fn new(analyse: Analyse) -> Self {
        Self {
            analyse,
            overlay: Overlay::default(),
            open: BTreeMap::new(),
            analyses: BTreeMap::new(),
            stale: BTreeSet::new(),
            unpublished: BTreeSet::new(),
            known: BTreeMap::new(),
        }
    }

    pub(super) fn open(&mut self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        let path = uri::path(&document.uri);
        self.overlay.insert(path.clone(), Text::new(document.text));
        self.open.insert(path.clone(), Open { uri: document.uri, version: document.version });
        self.adopt(&path);
        self.edited(&path);
    }

    pub(super) fn change(&mut self, params: DidChangeTextDocumentParams, session: Session) {
        let path = uri::path(&params.text_document.uri);
        let (Some(text), Some(open)) = (self.overlay.find_mut(&path), self.open.get_mut(&path))
        else {
            log(&format!("a document that is not open was changed: {}", path.display()));
            return;
        };
        for change in params.content_changes {
            match change.range {
                Some(area) => text.edit(area, &change.text, session.encoding),
                None => *text = Text::new(change.text),
            }
        }
        open.version = params.text_document.version;
        self.edited(&path);
    }

    pub(super) fn close(&mut self, uri: &Uri) {
        let path = uri::path(uri);
        self.overlay.remove(&path);
        self.open.remove(&path);
        self.edited(&path);
        // A manifest of which nothing is open any more is nobody's concern.
        let is_open = |analysis: &Analysis| self.open.keys().any(|path| analysis.has_file(path));
        let unused = self.analyses.iter().filter(|(_, analysis)| !is_open(analysis));
        for root in unused.map(|(root, _)| root.clone()).collect::<Vec<_>>() {
            self.forget(&root);
        }
        // It may have been closed before it was analysed.
        let open = &self.open;
        let analyses = &self.analyses;
        self.stale.retain(|root| open.contains_key(root) || analyses.contains_key(root));
    }

    /// Something outside of the editor may have changed.
    pub(super) fn touch(&mut self) {
        for path in self.open.keys().cloned().collect::<Vec<_>>() {
            self.adopt(&path);
        }
        self.stale.extend(self.analyses.keys().cloned());
    }

    /// Marks the manifests that a document is a part of.
    fn edited(&mut self, path: &Path) {
        let owners = self.analyses.iter().filter(|(_, analysis)| analysis.concerns(path));
        let owners: Vec<PathBuf> = owners.map(|(root, _)| root.clone()).collect();
        let is_included = owners.iter().any(|root| root != path);
        self.stale.extend(owners.iter().filter(|root| *root != path).cloned());
        match self.overlay.find(path).map(Text::as_str) {
            // Whatever its name is, a file that another manifest includes is none by its name alone.
            Some(text) if has_first_keys(text) || (is_named(path) && !is_included) => {
                self.stale.insert(path.to_owned());
            }
            Some(_) => self.forget(path),
            // What is on disk counts again, if something else of the manifest is open.
            None => self.stale.extend(owners.into_iter().filter(|root| root == path)),
        }
    }

    /// Looks upward for the manifest that a document which is none itself may be a part of.
    fn adopt(&mut self, path: &Path) {
        let text = self.overlay.find(path).map(Text::as_str).unwrap_or_default();
        let is_known = has_first_keys(text)
            || path.file_name().is_some_and(|name| name == FILE_NAME)
            || self.analyses.values().any(|analysis| analysis.has_file(path));
        let is_yaml = path.extension().is_some_and(|it| it == "yaml" || it == "yml");
        if is_known || !is_yaml {
            return;
        }
        for folder in path.ancestors().skip(1) {
            let root = folder.join(FILE_NAME);
            if !self.overlay.has_file(&root) || self.analyses.contains_key(&root) {
                continue;
            }
            if let Some(analysis) = self.analyse(&root).filter(|analysis| analysis.has_file(path)) {
                self.keep(&root, analysis);
                return;
            }
        }
    }

    fn forget(&mut self, root: &Path) {
        self.stale.remove(root);
        if let Some(analysis) = self.analyses.remove(root) {
            self.unpublished.extend(files(&analysis));
        }
    }

    fn refresh(&mut self, root: &Path) {
        self.stale.remove(root);
        // What was known before is better than nothing.
        if let Some(analysis) = self.analyse(root) {
            self.keep(root, analysis);
        }
    }

    fn analyse(&self, root: &Path) -> Option<Analysis> {
        let result = catch_unwind(AssertUnwindSafe(|| (self.analyse)(&self.overlay, root)));
        if result.is_err() {
            // The panic itself is on standard error already.
            log(&format!("the analysis of {} failed", root.display()));
        }
        result.ok().map(Analysis::new)
    }

    fn keep(&mut self, root: &Path, analysis: Analysis) {
        let parts = files(&analysis);
        let is_part = |path: &Path| path != root && analysis.is_include(path);
        // What was taken for a manifest by its name alone may turn out to be a part of this one.
        let known = self.analyses.keys().chain(&self.stale).filter(|path| is_part(path));
        for path in known.cloned().collect::<Vec<_>>() {
            let text = self.overlay.find(&path).map(Text::as_str).unwrap_or_default();
            if !has_first_keys(text) {
                self.forget(&path);
            }
        }
        let before = self.analyses.insert(root.to_owned(), analysis);
        let gone = before.iter().flat_map(files).filter(|path| !parts.contains(path));
        let gone: Vec<PathBuf> = gone.collect();
        for path in &gone {
            // It may be a manifest of its own now, or a part of another one.
            if self.open.contains_key(path) {
                self.adopt(path);
                self.edited(path);
            }
        }
        self.unpublished.extend(parts);
        self.unpublished.extend(gone);
    }

    /// Whether the client knows everything.
    pub(super) fn is_settled(&self) -> bool {
        self.stale.is_empty() && self.unpublished.is_empty()
    }

    /// Brings one manifest up to date and says what the client must know of it.
    pub(super) fn settle(&mut self, session: Session) -> Vec<PublishDiagnosticsParams> {
        if let Some(root) = self.stale.first().cloned() {
            self.refresh(&root);
        }
        let unpublished = std::mem::take(&mut self.unpublished);
        let mut findings = self.findings(&unpublished, session);
        let mut published = Vec::new();
        for path in unpublished {
            let found = findings.remove(&path).unwrap_or_default();
            let version = self.version(&path);
            let before = if found.is_empty() {
                self.known.remove(&path)
            } else {
                self.known.insert(path.clone(), found.clone())
            };
            // A version of an open document gets its answer; of the other files news alone are of interest.
            if version.is_some() || before.unwrap_or_default() != found {
                let uri = self.uri(&path);
                published.extend(uri.map(|uri| PublishDiagnosticsParams::new(uri, found, version)));
            }
        }
        published
    }

    /// The findings of all manifests in some files.
    fn findings(
        &self,
        files: &BTreeSet<PathBuf>,
        session: Session,
    ) -> BTreeMap<PathBuf, Vec<Finding>> {
        let mut findings = BTreeMap::<PathBuf, Vec<Finding>>::new();
        let uri = |path: &Path| self.uri(path);
        for analysis in self.analyses.values() {
            let places = Places::new(analysis, &self.overlay, session, &uri);
            for (path, found) in places.findings(files) {
                let known = findings.entry(path).or_default();
                if known.is_empty() {
                    *known = found;
                } else {
                    // Two manifests may include one file.
                    let new: Vec<_> = found.into_iter().filter(|it| !known.contains(it)).collect();
                    known.extend(new);
                }
            }
        }
        findings
    }

    /// The manifest that a document belongs to: itself, or the first that includes it.
    fn root(&self, path: &Path) -> PathBuf {
        if self.analyses.contains_key(path) {
            return path.to_owned();
        }
        let owner = self.analyses.iter().find(|(_, analysis)| analysis.has_file(path));
        owner.map_or(path, |(root, _)| root).to_owned()
    }

    /// Analyses what a document belongs to, if it was edited.
    pub(super) fn bring_up_to_date(&mut self, path: &Path) {
        let root = self.root(path);
        if self.stale.contains(&root) {
            self.refresh(&root);
        }
        // A manifest that was edited may have become one that includes the document.
        while !self.analyses.contains_key(&self.root(path))
            && let Some(root) = self.stale.first().cloned()
        {
            self.refresh(&root);
        }
    }

    pub(super) fn analysis(&self, path: &Path) -> Option<&Analysis> {
        self.analyses.get(&self.root(path))
    }

    /// How the client knows a file.
    pub(super) fn uri(&self, path: &Path) -> Option<Uri> {
        self.open.get(path).map(|open| open.uri.clone()).or_else(|| uri::of(path))
    }

    /// The version of a file that the client has open.
    pub(super) fn version(&self, path: &Path) -> Option<i32> {
        self.open.get(path).map(|open| open.version)
    }
}

fn files(analysis: &Analysis) -> Vec<PathBuf> {
    analysis.loaded.sources.iter().map(|source| source.path().to_owned()).collect()
}

/// Whether a document is a manifest by its name.
fn is_named(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name == FILE_NAME || name.ends_with(".gateway.yaml")
}

/// Whether a document is a manifest by what it begins with. One key alone is not enough: `version:` is also how other
/// tools' files begin.
fn has_first_keys(text: &str) -> bool {
    let has_key = |key: &str| text.lines().any(|line| line.starts_with(key));
    has_key("version:") && has_key("app:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_known_by_its_name_or_by_its_first_keys() {
        for (path, text, expected) in [
            ("/a/gateway.yaml", "", true),
            ("/a/my.gateway.yaml", "", true),
            ("/a/other.yaml", "version: 1\napp: {}\n", true),
            ("/a/compose.yaml", "version: 3\nservices: {}\n", false),
            ("/a/mygateway.yaml", " version: 1\n app:\n", false),
        ] {
            assert_eq!(is_named(Path::new(path)) || has_first_keys(text), expected, "{path}");
        }
    }
}
