//! What `validate --host` adds: what depends on this machine, such as programs, secrets and built pages.

use super::{compose::started_in, secrets::missing_secrets};
use crate::{
    backend::locate,
    diagnostic::{Code, Diagnostic},
    document::Node,
    manifest::{Backend, Manifest, Page, PluginKind, SharedKind},
    reload::Loaded,
    source::Span,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// What the manifest needs and this machine does not have; nothing for a manifest with errors.
pub fn host(loaded: &Loaded) -> Vec<Diagnostic> {
    let (Some(manifest), Some(document)) = (&loaded.manifest, &loaded.document) else {
        return Vec::new();
    };
    let mut found = programs(manifest, document);
    found.extend(missing_secrets(manifest));
    found.extend(pages(manifest, document));
    for (name, site) in &manifest.sites {
        let span = document.pointer(&format!("/app/sites/{name}/root"));
        let span = span.map_or(site.span, |node| node.span);
        found.extend(missing_folder(&site.root, span));
    }
    found
}

fn programs(manifest: &Manifest, document: &Node) -> Vec<Diagnostic> {
    let commands = manifest.commands.values().filter_map(|command| match &command.run.value {
        Backend::Process(plan) => {
            Some((command.program?, plan.program.as_str(), &plan.root, &plan.cwd))
        }
        _ => None,
    });
    let plugins = manifest.plugins.values().filter_map(|plugin| match &plugin.kind {
        PluginKind::Sidecar(plan) => Some((plugin.program?, plan)),
        _ => None,
    });
    let backends = manifest.backends.values().filter_map(|backend| match &backend.kind {
        SharedKind::Sidecar(plan) => Some((backend.program?, plan)),
        _ => None,
    });
    let sidecars = plugins
        .chain(backends)
        .map(|(span, plan)| (span, plan.program.as_str(), &plan.root, &plan.cwd));
    let owners = owners(document);
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (span, program, root, cwd) in commands.chain(sidecars) {
        // Commands that share a program name it once.
        if !seen.insert(span) {
            continue;
        }
        found.extend(missing_program(program, root, span));
        let written = owners.get(&span).and_then(|owner| owner.find("cwd"));
        let folder = started_in(cwd);
        if let Some(written) = written
            && !folder.is_dir()
        {
            let message = format!("the folder `{}` does not exist", folder.display());
            found.push(
                Diagnostic::new(Code::MissingFile, written.span, message)
                    .help("create it, or name another folder for the program to run in"),
            );
        }
    }
    let server = manifest.app.dev.as_ref().and_then(|dev| dev.command.as_ref()?.first());
    if let Some((program, at)) = server.zip(document.pointer("/app/dev/command/0")) {
        found.extend(missing_program(program, manifest.folders.at(at.span), at.span));
    }
    found
}

/// The mappings that name a program, by the place of its name.
fn owners(node: &Node) -> BTreeMap<Span, &Node> {
    let mut found: BTreeMap<Span, &Node> =
        node.find("program").map(|program| (program.span, node)).into_iter().collect();
    found.extend(node.entries().flat_map(|(_, entry)| owners(&entry.value)));
    found.extend(node.items().iter().flat_map(owners));
    found
}

fn missing_program(program: &str, root: &Path, span: Span) -> Option<Diagnostic> {
    let error = locate(program, root).err()?;
    Some(
        Diagnostic::new(Code::MissingProgram, span, error.to_string())
            .help(error.help().unwrap_or("name another program")),
    )
}

/// The frontend's folder, or else the pages in it.
fn pages(manifest: &Manifest, document: &Node) -> Vec<Diagnostic> {
    let Some(root) = &manifest.app.frontend else { return Vec::new() };
    if let Some(at) = document.pointer("/app/frontend")
        && let Some(missing) = missing_folder(root, at.span)
    {
        return vec![missing];
    }
    let mut found = Vec::new();
    for window in &manifest.windows {
        let written =
            document.find("windows").and_then(|windows| windows.find(window.label.as_str()));
        for (page, span) in window.pages() {
            let Page::App(page) = page else { continue };
            let path = page.split(['?', '#']).next().unwrap_or_default();
            if super::assets::find(root, path).is_ok() {
                continue;
            }
            let owner = written.and_then(|node| {
                let mut webviews = node.find("webviews")?.entries();
                webviews.find(|(_, entry)| entry.key == span).map(|(_, entry)| &entry.value)
            });
            let url = owner.or(written).and_then(|node| node.find("url"));
            let message = format!("the page `{path}` is not in `{}`", root.display());
            found.push(
                Diagnostic::new(Code::MissingFrontend, url.map_or(span, |url| url.span), message)
                    .help("build the frontend, or name a page that is there: `url: index.html`"),
            );
        }
    }
    found
}

fn missing_folder(folder: &Path, span: Span) -> Option<Diagnostic> {
    let message = format!("the folder `{}` does not exist", folder.display());
    (!folder.is_dir()).then(|| {
        Diagnostic::new(Code::MissingFrontend, span, message)
            .help("build the frontend, or name the folder with the built pages")
    })
}
