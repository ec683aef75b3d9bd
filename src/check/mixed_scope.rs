//! `mixed-scope`: one caller is granted one command with a scope and without, which means nothing.

use super::access::{Access, DeniedId, Grant, GrantId, RegionId};
use crate::{
    diagnostic::{Code, Diagnostic, has_errors},
    manifest::Manifest,
    pattern::Budget,
    source::Span,
    space::Answer,
};
use std::collections::{BTreeMap, HashMap};

/// What all questions together may cost.
const MOST_STEPS: usize = 8_000_000;

/// Cost grows with the number of pairs of regions for which an entry with a scope meets one without.
pub(super) fn check(access: &Access<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if !access.is_whole() && has_errors(diagnostics) {
        return;
    }
    let mut search = Search {
        access,
        budget: Budget::new(MOST_STEPS),
        answers: HashMap::new(),
        found: BTreeMap::new(),
    };
    for kind in &access.kinds {
        let grants = || kind.allow.iter().flat_map(|pattern| access.granted_by(*pattern));
        let scoped = grants().filter(|(_, grant)| grant.scope.is_some());
        let mut scoped: Vec<_> = scoped.map(|(_, grant)| grant).collect();
        // Those of one region ask the same questions.
        scoped.sort_by_key(|grant| grant.region);
        scoped.dedup_by_key(|grant| grant.region);
        if scoped.is_empty() {
            continue;
        }
        for (id, grant) in grants().filter(|(_, grant)| grant.scope.is_none()) {
            let Some(command) = kind.commands.first() else { continue };
            for other in &scoped {
                search.ask(id, grant, other, kind.denied, access.name(*command));
            }
        }
    }
    diagnostics.extend(search.found.into_values().map(|(_, diagnostic)| diagnostic));
}

/// What is said when not even the permissions could be resolved.
pub(super) fn give_up(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let mut entries = manifest.permissions.iter().flat_map(|permission| &permission.allow);
    let scope = entries.find_map(|entry| entry.scope.as_ref());
    diagnostics.extend(scope.map(|scope| undecidable(scope.span)));
}

fn undecidable(span: Span) -> Diagnostic {
    let message = "the permissions have patterns too many or too involved to tell whether a caller has this with and without a scope";
    Diagnostic::new(Code::Undecidable, span, message)
        .help("write patterns with fewer wildcards where these commands are allowed and denied")
}

struct Search<'s, 'a> {
    access: &'s Access<'a>,
    budget: Budget,
    answers: HashMap<(RegionId, RegionId, DeniedId), Answer>,
    /// What is found about each entry without a scope, and whether it is certain.
    found: BTreeMap<GrantId, (bool, Diagnostic)>,
}

impl Search<'_, '_> {
    fn ask(
        &mut self,
        id: GrantId,
        grant: &Grant<'_>,
        scoped: &Grant<'_>,
        denied: DeniedId,
        name: &str,
    ) {
        if self.found.get(&id).is_some_and(|(is_certain, _)| *is_certain) {
            return;
        }
        let inside = [grant.region, scoped.region];
        let outside = self.access.denied_to(denied);
        let regions = &self.access.regions;
        if !outside.iter().all(|region| regions.is_known(*region)) {
            return;
        }
        let budget = &mut self.budget;
        let answer = match budget.spend(1) {
            Err(_) => &mut Answer::Unknown,
            Ok(()) => self
                .answers
                .entry((grant.region, scoped.region, denied))
                .or_insert_with(|| regions.find(&inside, outside, budget)),
        };
        match answer {
            Answer::Nobody => {}
            Answer::Unknown => {
                self.found.entry(id).or_insert_with(|| (false, undecidable(grant.span)));
            }
            Answer::Caller(caller) => {
                let message = format!(
                    "`{name}` is allowed here without the scope that `{}` gives it for the same callers",
                    scoped.id
                );
                let help = format!(
                    "give this entry a scope too, or take `{name}` out of it; window `{}` has both",
                    caller.window
                );
                let diagnostic = Diagnostic::new(Code::MixedScope, grant.span, message)
                    .help(help)
                    .related(scoped.span, format!("`{}`, with a scope", scoped.text));
                self.found.insert(id, (true, diagnostic));
            }
        }
    }
}
