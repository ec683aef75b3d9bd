//! `writable-within`: a path argument may lead to files that a page could have written, so that it is no limit.

use super::{
    places::{Reach, Start},
    scoped::{grants, writes_files},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{ArgumentKind, Manifest, Within},
    source::{Span, Spanned},
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let writable = writable(manifest);
    if writable.is_empty() {
        return;
    }
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
                let reach = Reach::new(manifest, &Spanned::new(pattern.clone(), within.span));
                let found = candidates(&writable, &reach.start)
                    .find(|(_, written)| written.overlaps(&reach));
                if let Some((span, _)) = found {
                    let message = format!(
                        "`{}` may lead to files that a page could have written",
                        argument.name
                    );
                    diagnostics.push(
                        Diagnostic::new(Code::WritableWithin, within.span, message)
                            .help("let pages write elsewhere, or let the argument lead elsewhere")
                            .related(*span, "here pages may write"),
                    );
                }
            }
        }
    }
}

/// Patterns through which pages may write, by where they begin.
type Writable = BTreeMap<Start, Vec<(Span, Reach)>>;

fn writable(manifest: &Manifest) -> Writable {
    let mut found = Writable::new();
    let mut seen = BTreeSet::new();
    for grant in manifest.permissions.iter().flat_map(grants) {
        let Some(scope) = grant.scope else { continue };
        if !seen.contains(&scope.span)
            && grant.commands(manifest).any(|(_, command)| writes_files(command))
        {
            seen.insert(scope.span);
            for path in scope.value.allow.iter().flatten().filter_map(|item| item.path.as_ref()) {
                let reach = Reach::new(manifest, path);
                found.entry(reach.start.clone()).or_default().push((path.span, reach));
            }
        }
    }
    found
}

/// Those that may overlap with a pattern that begins at a place.
fn candidates<'a>(
    writable: &'a Writable,
    start: &Start,
) -> impl Iterator<Item = &'a (Span, Reach)> + use<'a> {
    let own = writable.get(start).into_iter();
    let anywhere = writable.get(&Start::Absolute).filter(|_| *start != Start::Absolute);
    own.chain(anywhere).flatten()
}
