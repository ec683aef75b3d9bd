//! `self-writable`: through a scope a page could write the manifest, or what the gateway runs or serves.

use super::{
    places::{Reach, Target},
    scoped::{grants, writes_files},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Backend, Manifest, PluginKind, ScopeItem, SharedKind},
    plan::SidecarPlan,
    source::Span,
};
use std::{collections::BTreeSet, path::Path};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let mut targets = None;
    let mut seen = BTreeSet::new();
    for grant in manifest.permissions.iter().flat_map(grants) {
        let Some(scope) = grant.scope else { continue };
        let allowed = scope.value.allow.iter().flatten();
        let allowed: Vec<&ScopeItem> = allowed.filter(|item| !seen.contains(&item.span)).collect();
        if allowed.is_empty() || !grant.commands(manifest).any(|(_, command)| writes_files(command))
        {
            continue;
        }
        let targets = targets.get_or_insert_with(|| targets_of(manifest));
        let reach = |item: &ScopeItem| {
            item.path.as_ref().map(|path| (path.span, Reach::new(manifest, path)))
        };
        let denied: Vec<Reach> =
            scope.value.deny.iter().filter_map(reach).map(|(_, reach)| reach).collect();
        for item in allowed {
            let Some((span, reach)) = reach(item) else { continue };
            let found = targets.iter().find(|(target, ..)| {
                reach.covers(target) && !denied.iter().any(|denied| denied.covers_all(target))
            });
            if let Some((_, what, place)) = found {
                seen.insert(item.span);
                let word = &grant.word;
                let message = format!("through `{word}` a page could write {what}");
                let mut diagnostic = Diagnostic::new(Code::SelfWritable, span, message).help(
                    "let pages write in a folder of their own, such as `$DATA/**` or `$DOCUMENT/Notes/**`",
                );
                if let Some(place) = place {
                    diagnostic = diagnostic.related(*place, "named here");
                }
                diagnostics.push(diagnostic);
            }
        }
    }
}

type Named = (Target, String, Option<Span>);

/// What no page may write, each in the words of a message, with the place that names it.
fn targets_of(manifest: &Manifest) -> Vec<Named> {
    let mut found = Vec::new();
    for (index, file) in manifest.folders.files().enumerate() {
        let what = if index == 0 { "the manifest itself" } else { "a file of the manifest" };
        found.push((Target::new(manifest, file, false), what.to_owned(), None));
    }
    let folder = |path: &Path| Target::new(manifest, path, true);
    if let Some(frontend) = &manifest.app.frontend {
        found.push((folder(frontend), "the frontend's files".to_owned(), None));
    }
    for (name, site) in &manifest.sites {
        found.push((
            folder(&site.root),
            format!("the files of the site `{name}`"),
            Some(site.root_span),
        ));
    }
    let mut seen = BTreeSet::new();
    let mut program = |root: &Path, program: &str, span: Option<Span>| {
        // A name alone is looked up on the machine.
        let path = root.join(program);
        if program.contains('/') && seen.insert(path.clone()) {
            let target = Target::new(manifest, &path, false);
            found.push((target, format!("the program `{program}`"), span));
        }
    };
    for command in manifest.commands.values() {
        if let Backend::Process(plan) = &command.run.value {
            program(&plan.root, &plan.program, command.program);
        }
    }
    let shared = manifest.backends.values().filter_map(|backend| match &backend.kind {
        SharedKind::Sidecar(plan) => Some((plan, backend.program)),
        SharedKind::Process | SharedKind::Http => None,
    });
    let plugins = manifest.plugins.values().filter_map(|plugin| match &plugin.kind {
        PluginKind::Sidecar(plan) => Some((plan, plugin.program)),
        PluginKind::Declared | PluginKind::Builtin(_) => None,
    });
    for (plan, span) in shared.chain(plugins) {
        let plan: &SidecarPlan = plan;
        program(&plan.root, &plan.program, span);
    }
    found
}
