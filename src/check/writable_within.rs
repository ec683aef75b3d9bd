//! `writable-within`: a path argument may lead to files that a page could have written, so that it is no limit.

use super::{
    granted::Grantable,
    places::Reach,
    scoped::{grants, writes_files},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{ArgumentKind, Manifest, Within},
    pattern::{Budget, PathPattern, TooManyClasses},
    source::{Span, Spanned},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// What all arguments together may cost.
const MOST_STEPS: usize = 5_000_000;

/// The same text in the same folder is the same pattern.
type Key<'a> = (&'a Path, &'a str);

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let writable = writable(manifest);
    if writable.is_empty() {
        return;
    }
    let mut budget = Budget::new(MOST_STEPS);
    let mut known: BTreeMap<Key<'_>, Option<Span>> = BTreeMap::new();
    // A backend's argument is one of each command that uses it.
    let mut seen = BTreeSet::new();
    for command in manifest.commands.values() {
        for argument in command.args.iter().flatten() {
            let ArgumentKind::Path(path) = &argument.kind else { continue };
            for within in path.within.iter().flatten() {
                let Within::Pattern(pattern) = &within.value else { continue };
                if !seen.insert(within.span) {
                    continue;
                }
                let key = key(manifest, pattern, within.span);
                let found = if let Some(found) = known.get(&key) {
                    *found
                } else {
                    let reach = Reach::new(manifest, &Spanned::new(pattern.clone(), within.span));
                    let Ok(found) = first_overlap(&writable, &reach, &mut budget) else {
                        diagnostics.push(undecidable(within.span));
                        return;
                    };
                    known.insert(key, found);
                    found
                };
                if let Some(span) = found {
                    let message = format!(
                        "`{}` may lead to files that a page could have written",
                        argument.name
                    );
                    diagnostics.push(
                        Diagnostic::new(Code::WritableWithin, within.span, message)
                            .help("let pages write elsewhere, or let the argument lead elsewhere")
                            .related(span, "here pages may write"),
                    );
                }
            }
        }
    }
}

fn key<'a>(manifest: &'a Manifest, pattern: &'a PathPattern, span: Span) -> Key<'a> {
    (manifest.folders.at(span), pattern.as_str())
}

fn first_overlap(
    writable: &[(Span, Reach)],
    reach: &Reach,
    budget: &mut Budget,
) -> Result<Option<Span>, TooManyClasses> {
    for (span, written) in writable {
        if written.overlaps(reach, budget)? {
            return Ok(Some(*span));
        }
    }
    Ok(None)
}

fn undecidable(span: Span) -> Diagnostic {
    let message = "the paths are too many or too involved to tell whether a page could write where this leads";
    Diagnostic::new(Code::Undecidable, span, message).help(
        "write fewer paths, or such with fewer wildcards; this is the first that was not looked at",
    )
}

/// Patterns through which pages may write.
fn writable(manifest: &Manifest) -> Vec<(Span, Reach)> {
    let writers = Grantable::new(manifest, writes_files);
    let mut found = Vec::new();
    let (mut seen, mut known) = (BTreeSet::new(), BTreeSet::new());
    for grant in manifest.permissions.iter().flat_map(grants) {
        let Some(scope) = grant.scope else { continue };
        if !seen.contains(&scope.span) && grant.of(&writers).next().is_some() {
            seen.insert(scope.span);
            for path in scope.value.allow.iter().flatten().filter_map(|item| item.path.as_ref()) {
                if known.insert(key(manifest, &path.value, path.span)) {
                    found.push((path.span, Reach::new(manifest, path)));
                }
            }
        }
    }
    found
}
