//! `self-writable`: through a scope a page could write the manifest, or what the gateway runs or serves.

use super::{
    granted::Grantable,
    places::{Reach, Target},
    scoped::{grants, writes_files},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Backend, Manifest, PluginKind, ScopeItem, SharedKind},
    pattern::{Budget, TooManyClasses},
    plan::SidecarPlan,
    source::Span,
};
use std::{collections::BTreeSet, path::Path};

/// What all scopes together may cost.
const MOST_STEPS: usize = 5_000_000;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let writers = Grantable::new(manifest, writes_files);
    let mut targets = None;
    let mut seen = BTreeSet::new();
    let mut budget = Budget::new(MOST_STEPS);
    for grant in manifest.permissions.iter().flat_map(grants) {
        let Some(scope) = grant.scope else { continue };
        // All commands of an entry have its scope.
        if seen.contains(&scope.span) || grant.of(&writers).next().is_none() {
            continue;
        }
        seen.insert(scope.span);
        let targets = targets.get_or_insert_with(|| targets_of(manifest));
        let paths = |items: &[ScopeItem]| {
            let paths = items.iter().filter_map(|item| item.path.as_ref());
            paths.map(|path| (path.span, Reach::new(manifest, path))).collect::<Vec<_>>()
        };
        let denied = paths(&scope.value.deny);
        for (span, reach) in paths(scope.value.allow.as_deref().unwrap_or_default()) {
            match reached(&reach, &denied, targets, &mut budget) {
                Ok(None) => {}
                Ok(Some(named)) => diagnostics.push(diagnostic(&grant.word, span, named)),
                Err(TooManyClasses) => {
                    diagnostics.push(undecidable(span));
                    return;
                }
            }
        }
    }
}

/// The first of the targets that a page could write.
fn reached<'a>(
    reach: &Reach,
    denied: &[(Span, Reach)],
    targets: &'a [Named],
    budget: &mut Budget,
) -> Result<Option<&'a Named>, TooManyClasses> {
    for named in targets {
        if !reach.covers(&named.0, budget)? {
            continue;
        }
        let mut is_denied = false;
        for (_, denied) in denied {
            is_denied = is_denied || denied.denies_all(&named.0, budget)?;
        }
        if !is_denied {
            return Ok(Some(named));
        }
    }
    Ok(None)
}

fn diagnostic(word: &str, span: Span, (_, what, place): &Named) -> Diagnostic {
    let message = format!("through `{word}` a page could write {what}");
    let found = Diagnostic::new(Code::SelfWritable, span, message).help(
        "let pages write in a folder of their own, such as `$DATA/**` or `$DOCUMENT/Notes/**`",
    );
    match place {
        Some(place) => found.related(*place, "named here"),
        None => found,
    }
}

fn undecidable(span: Span) -> Diagnostic {
    let message = "the scopes have paths too many or too involved to tell whether a page could write the manifest, or what it runs or serves";
    Diagnostic::new(Code::Undecidable, span, message).help(
        "write fewer paths, or such with fewer wildcards; this is the first that was not looked at",
    )
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
        PluginKind::Declared | PluginKind::Native(_) | PluginKind::Builtin(_) => None,
    });
    for (plan, span) in shared.chain(plugins) {
        let plan: &SidecarPlan = plan;
        program(&plan.root, &plan.program, span);
    }
    found
}
